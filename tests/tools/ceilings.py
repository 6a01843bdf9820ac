"""Prints the figures of docs/scale.md: of the source, and of what was measured.

`python -m tests.tools.ceilings --write` puts them there.
"""

import re
import sys
from pathlib import Path

from bot.journal.maintenance import INTENTS_KEPT
from bot.journal.postgres.engine import QUICK, READERS, THREADS
from bot.resources.registry import RESOURCES
from bot.slack.inbound.sockets import CONNECTIONS
from bot.slack.outbound.lanes import CHANNEL, METHODS

TOP = Path(__file__).parents[2]
PAGE = TOP / "docs/scale.md"
MEASURED = TOP / "docs/benchmarks.md"
BEGIN, END = (
    "<!-- made by python -m tests.tools.ceilings -->\n",
    "<!-- until here -->\n",
)
TEN = 10  # sockets of an app: docs.slack.dev, and the maintainers of its libraries
DAY, HOUR = 86_400, 3600  # seconds
MILLION = 1_000_000
MONTH = 30  # days
OF_CORE_HOUR, OF_GB_MONTH = 0.05, 0.15  # prices assumed
TABLE = "| what | figure | from |\n|---|---|---|\n"


def figure(pattern):
    """Return the first number in the row of docs/benchmarks.md that *pattern* finds."""
    return float(re.search(pattern, MEASURED.read_text())[1])


def rows():
    """Yield the rows of the table: what, how much, and where that is from."""
    for request in sorted(RESOURCES.requests.values(), key=lambda one: one.action):
        rate = request.rate
        yield (
            f"`{request.action}`, all bots together",
            f"{rate:g} a second, {rate * DAY / MILLION:.2f} million a day",
            f"its `rate`, 90 % of Tencent's; × {DAY:,} s",
        )
    yield (
        "messages into one channel",
        f"{1 / CHANNEL.period:g} a second, {DAY / CHANNEL.period:,.0f} a day",
        "`CHANNEL` in bot/slack/outbound/lanes.py",
    )
    update = METHODS["chat.update"]
    yield (
        "cards drawn anew, of a workspace",
        f"{1 / update.period:g} a second after the first {update.burst}",
        "`METHODS` in bot/slack/outbound/lanes.py",
    )
    yield (
        "bots over sockets",
        f"{TEN // CONNECTIONS} with {CONNECTIONS} each",
        f"{TEN} ÷ {CONNECTIONS}, `CONNECTIONS` in bot/slack/inbound/sockets.py",
    )
    yield (
        "connections to PostgreSQL, each bot",
        f"{THREADS + QUICK + READERS}",
        "`THREADS`, `QUICK` and `READERS` in bot/journal/postgres/engine.py",
    )
    yield from measured()


def measured():
    """Yield what follows from the figures of docs/benchmarks.md."""
    cpu = figure(r"\| CPU of a start, 16 in flight, against B .*\| ([\d.]+) ms to")
    disk = figure(r"\| disk of a start, a week later \|[^|]*\| ([\d.]+) KB")
    starts = figure(r"\| starts a second, 16 in flight, against B .*\| ([\d.]+) to")
    yield (
        "starts that one bot carries out, on SQLite",
        f"{starts:g} a second",
        "docs/benchmarks.md: 16 in flight, the cloud's limit lifted",
    )
    yield (
        "CPU of a million starts",
        f"{cpu * MILLION / 1000 / HOUR:.1f} core-hours",
        f"{cpu:g} ms of docs/benchmarks.md × 1,000,000",
    )
    yield (
        "disk of a million starts",
        f"{disk * MILLION / MILLION:.2f} GB, for {INTENTS_KEPT.days} days",
        f"{disk:g} KB of docs/benchmarks.md × 1,000,000",
    )
    hours, months = cpu * MILLION / 1000 / HOUR, INTENTS_KEPT.days / MONTH
    cost = hours * OF_CORE_HOUR + disk * months * OF_GB_MONTH
    yield (
        "price of a million starts, in any currency",
        f"{cost:.2f}, at {OF_CORE_HOUR:g} a core-hour and {OF_GB_MONTH:g} a GB-month",
        f"{hours:.1f} × {OF_CORE_HOUR:g} + {disk:g} × {months:g} × {OF_GB_MONTH:g}",
    )


def table():
    """Return the table as it stands on the page."""
    return TABLE + "".join(f"| {' | '.join(row)} |\n" for row in rows())


def written(page):
    """Return *page* with the table as it is now."""
    before, rest = page.split(BEGIN)
    return before + BEGIN + table() + END + rest.split(END)[1]


if __name__ == "__main__":
    if "--write" in sys.argv[1:]:
        PAGE.write_text(written(PAGE.read_text()))
    else:
        sys.stdout.write(table())
