"""What a start costs the journal: statements, pages, and waits for the disk."""

from collections import Counter
from datetime import timedelta

import pytest

from bot.journal.evidence import FactKind
from bot.journal.model import CARD_NOTICE
from bot.journal.sqlite.writer import sqlite_file
from bot.states import State
from tests.bot.journal.conftest import APP, fact
from tests.bot.journal.test_audit import entry
from tests.fakes.journal import claimed

pytestmark = pytest.mark.sqlite

TRANSACTION = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "PRAGMA")
WAITS, OUTLIVES_THE_PROCESS = "PRAGMA synchronous=FULL", "PRAGMA synchronous=NORMAL"
MOST_STATEMENTS = 12  # accepted 5, about to be sent 1, answered 3, told 3
MOST_PAGES = 52  # of those starts that are written one after the other
PAGES_OF = 12  # starts: more of them, and SQLite begins its log anew
PAGE = 4096 + 24  # bytes, with what the log says of it
STEPS_IN_A_PAST = 40  # starts before the one that is counted


class Meter:
    """Counts what the driver is asked to do."""

    def __init__(self):
        self.statements, self.syncs, self.waits = Counter(), 0, True

    def listen(self, _connection, statement, _parameters):
        if statement in {WAITS, OUTLIVES_THE_PROCESS}:
            self.waits = statement == WAITS
        if statement == "COMMIT" and self.waits:
            self.syncs += 1
        if not statement.startswith(TRANSACTION):
            self.statements[statement] += 1


@pytest.fixture
def start(journal, new, clock):
    """Start a relay as the bot does, up to its card in Slack."""

    async def begin(number):
        asked = new(
            sdk_app_id=APP,
            room=f"{number}",
            agent=f"pb_{number}",
            targets=(f"{number:064}",),
        )
        accepted, _ = await journal.accept(
            asked,
            notices=(CARD_NOTICE,),
            audit=entry(number),
            admit=lambda _usage: (),
        )
        sending = await claimed(journal, accepted.id, seen=accepted)
        ref = f"-task-{number:020}"
        answered = fact(FactKind.ANSWERED, clock(), ref=ref, job=accepted.id)
        await journal.complete(
            accepted.id,
            State.STARTED,
            notices=(CARD_NOTICE,),
            evidence=(answered,),
            seen=sending,
        )
        (card,) = await journal.outbox.due(clock())
        await journal.outbox.sent(card, ("C", f"1.{number}"))
        clock.push(seconds=1)

    return begin


async def test_a_start_takes_few_statements_and_waits_for_the_disk_three_times(
    start, driver
):
    await start(0)
    meter = Meter()
    driver.listeners.append(meter.listen)

    await start(1)

    assert meter.statements.total() <= MOST_STATEMENTS
    assert meter.syncs == 3


async def test_a_start_takes_as_many_statements_however_many_there_were(start, driver):
    counts = []
    for number in range(STEPS_IN_A_PAST):
        meter = Meter()
        driver.listeners.append(meter.listen)
        await start(number)
        driver.listeners.pop()
        counts.append(meter.statements.total())

    assert len(set(counts[1:])) == 1


async def test_a_start_writes_few_pages(start, url):
    await start(0)
    log = sqlite_file(url).with_name("patchbay.db-wal")
    before = log.stat().st_size

    for number in range(1, PAGES_OF):
        await start(number)

    pages = (log.stat().st_size - before) / PAGE
    assert pages / (PAGES_OF - 1) <= MOST_PAGES


async def test_what_does_not_wait_for_the_disk_is_followed_by_what_does(
    journal, start, clock, driver
):
    await start(0)
    meter = Meter()
    driver.listeners.append(meter.listen)

    await journal.heard.note(APP, clock() + timedelta(seconds=1))

    assert (meter.syncs, meter.waits) == (1, True)
