"""`docs/benchmarks.md`: where, of what and how it was measured, and what came of it."""

import os
import platform
import subprocess
import tempfile
import textwrap
from pathlib import Path

from tests.bench.process import CORES, ROOT
from tests.bench.table import markdown

WIDTH = 100
FILE = ROOT / "docs" / "benchmarks.md"

TEXT = """\
# What it costs, beside its peers

Written by `make bench`; of commit {commit}, on {machine}. Figures of time hold for that
machine alone, and a busy neighbour makes them worse: what says something is the ratios.

**How.** One process makes Slack, Tencent and the load, of bare protocols{cores}. What
is measured is a process of its own between them; the bot is the real one, over HTTP,
with a rule that names a user group, and SQLite on a disk ({disk}). Where Tencent's
limit of 20 starts a second would hide what a start costs, the bot is let go faster;
the burst and the overload have it as it is. Peers and bot take turns, every other round
the other way round; figures are medians of {rounds} rounds of {seconds:g} s, ratios
those of pairs of a round. Of each process the first signature is checked, and every
answer is held against a call that came. What only developers have is left out: rich,
which structlog imports where it is.

**Peers.** *A1*: Bolt as it comes, which acks and does no more; *A1 + libraries*: it
loads beside that what the bot stands on; *A2*: with `process_before_response`. *B*: the
obvious bot: Bolt as it comes, the official client shared by threads, `respond()`; *B′*:
with a client for each command. *Lean + row*: what Bolt and aiohttp can do, with one
durable row for each start, and no policy, audit, limits, retries: a bound. Where it
makes less than twice the commands of B it does not count. All are in
`tests/bench/peers/`.

**What it pays for.** A start of B is one call and one answer. One of the bot is three
commits, each on the disk before a word or a byte leaves (accepted, about to be sent,
answered), a policy asked anew before it is sent, limits, a record in the audit trail,
counters, a connection of its own, so that one that breaks off is known not to have
carried it before, and a card that later news changes. Where the CPU of that goes is
below. A1 acks after a wait of Bolt's, 10 ms on every machine, the bot when it has
computed: those ratios are worse on a slower one.

**Before.** On one machine, another than this, `make bench` measured a start of commit
`11d021d`, in which each statement was built when it was run and limits were counted in
what there is, and of `416eafb`, in which statements are values and limits are counted
as they change: 18.69 ms and 8.07 ms of CPU, 11.1 and 4.51 times B's, 16 in flight; with
100,000 open relays 9.93 and 0.951 times that with 1,000; after thousands in one run
1.95 and 1.05 times that of the first. Nobody looked then at whose code that was.

**Where goals are missed.** The CPU of a start decides most: starts a second, also with
a slow API, the acks of starts and forms, on a slower machine the burst. Beside the
commit, which writes the pages of every index that some question needs, no function
stands out (see below): to reach those goals most of what a start pays for would have to
go; writing it better does not do. The overload: ten times what a fast machine serves is
so much that turning it away takes half of its time. Start-up and memory: *A1 +
libraries* has no line of the bot, and takes most of what the goals allow. The disk:
beside the row of a start its facts, its record in the trail and the indexes of all
questions take most. The client: every call that costs money has a connection of its
own, and is checked, built and signed in Python.

{table}

{sections}
"""


def text(sections, scale):
    """Return the page that tells of *sections*, measured at *scale*."""
    parts = [f"## {one.title}\n\n{body}" for one in sections if (body := _body(one))]
    where = f", on core {CORES[1]}, and what is measured on core {CORES[0]}"
    page = TEXT.format(
        commit=_commit(),
        machine=_machine(),
        cores=where if CORES[0] is not None else "; there is one core, shared by all",
        disk=_file_system(Path(tempfile.gettempdir()).resolve()),
        rounds=scale.rounds,
        seconds=scale.seconds,
        table=markdown(sections),
        sections="\n\n".join(parts),
    )
    return "\n\n".join(map(filled, page.strip().split("\n\n"))) + "\n"


def filled(paragraph):
    """Return *paragraph* in lines of equal length; tables and headings as they are."""
    if paragraph.startswith(("|", "#")):
        return paragraph
    return textwrap.fill(paragraph, WIDTH, break_on_hyphens=False)


def _body(section):
    return "\n".join(section.lines).strip()


def _commit():
    def said(*words):
        command = ["git", "-C", str(ROOT), *words]
        return subprocess.check_output(command, text=True).strip()  # noqa: S603 - ours

    changed = " and what is not committed yet" if said("status", "--porcelain") else ""
    return f"`{said('rev-parse', '--short', 'HEAD')}`{changed}"


def _machine():
    cpu = Path("/proc/cpuinfo").read_text(encoding="utf-8").partition("model name")[2]
    name = cpu.partition("\n")[0].strip("\t: ") or platform.machine()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    python = f"Python {platform.python_version()}"
    load = f"load average {os.getloadavg()[2]:.1f}"
    return f"{os.cpu_count()} cores ({name}), {memory:.0f} GiB, {python}, {load}"


def _file_system(path):
    """Return the kind of the file system that *path* is on."""
    mounts = Path("/proc/mounts").read_text(encoding="utf-8").splitlines()
    kinds = {place: kind for _what, place, kind, *_more in map(str.split, mounts)}
    around = (str(one) for one in (path, *path.parents))
    return next(kinds[one] for one in around if one in kinds)
