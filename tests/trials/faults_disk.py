"""F29 and F30: what can go wrong with the journal's file and its disk."""

import asyncio
import sqlite3
import subprocess
from contextlib import AsyncExitStack, contextmanager, suppress
from shutil import which

from bot.errors import JournalUnavailable
from tests.trials import stage
from tests.trials.faults_bench import LOOK, RELAY, START, claim, make_bench, on_bench
from tests.trials.faults_kinds import fault, trouble
from tests.trials.faults_wire import http, raw_road

MIB = 1 << 20
DISK = 6 * MIB
STARTS = (START.format(room=1), START.format(room=2))


async def _refused(bench):
    (direct,), (looked,) = await asyncio.gather(
        bench.typed(STARTS[0]), bench.typed(LOOK)
    )
    ended = await bench.ended("R1", direct=direct)
    ended.check()
    claim(ended.word == "refused", ended)
    claim(not bench.cloud.state.calls, "something was sent")
    claim("nothing" in looked or "journal" in looked, "a look-up is told", looked)
    listed = await bench.typed("/relay list")
    claim(listed and "journal" not in listed[0], "the journal is not read:", listed)


async def _works_again(bench):
    await bench.typed(STARTS[1])
    await bench.deliver()
    ended = await bench.ended("R1")
    ended.check()
    claim(ended.word == "S", "afterwards a start is", ended.word)


@fault("F29", "the journal is locked for 5 s", slow=True)
@on_bench
async def try_locked(bench):
    held = sqlite3.connect(bench.path, isolation_level=None)
    held.execute("BEGIN IMMEDIATE")
    await _refused(bench)
    held.close()
    await _works_again(bench)


def on_every_connection(bench, said):
    """Say the pragma *said* on every connection that the journal uses from now on."""

    for one in (bench.journal._writer._connection, bench.journal._writer._at_once):
        one.run(f"PRAGMA {said}")


@fault("F29", "the journal is read-only")
@on_bench
async def try_read_only(bench):
    on_every_connection(bench, "query_only = ON")
    await _refused(bench)
    on_every_connection(bench, "query_only = OFF")
    await _works_again(bench)


async def opens(path):
    """Return why a journal at *path* is of no use; nothing if it is."""
    try:
        journal = await stage.open_journal(f"sqlite:///{path}")
    except JournalUnavailable as error:
        return str(error)
    damage = await journal.integrity.look()
    journal.close()
    return damage


@fault("F29", "started on a read-only disk", mounts=True)
async def try_read_only_boot(path, haste):
    with mounted(path) as disk:
        _run("mount", "-o", "remount,ro", str(disk))
        why = await opens(disk / "trial.db")
        claim(why, "it opens")


@fault("F29", "the folder is missing")
async def try_missing(path, haste):
    claim(not await opens(path / "new" / "deep" / "trial.db"), "no folder was made")
    (path / "file").touch()
    claim(await opens(path / "file" / "trial.db"), "a file was taken for a folder")


@fault("F29", "the folder goes away")
@on_bench
async def try_gone(bench):
    path = bench.path.parent
    aside = path.with_name(f"{path.name}-aside")
    path.rename(aside)
    try:
        direct = await bench.typed(STARTS[0])
    finally:
        aside.rename(path)
    await bench.deliver()
    ended = await bench.ended("R1", direct="".join(direct))
    ended.check()
    await bench.recovered()
    again = await bench.ended("R1", direct="".join(direct))
    claim(again.word == ended.word, "after a restart it is", again.word)


@fault("F29", "a damaged page")
async def try_corrupt(path, haste):
    async with AsyncExitStack() as stack:
        bench = await make_bench(stack, path, haste=haste)
        for number in range(1, 4):
            await bench.typed(START.format(room=number))
    file = path / "trial.db"
    whole = file.read_bytes()
    middle = len(whole) // 2
    file.write_bytes(whole[:middle] + b"\xa5" * 8192 + whole[middle + 8192 :])
    why = await opens(file)
    claim("damaged" in why or "malformed" in why, "it is taken for whole, or:", why)


@contextmanager
def mounted(path):
    """Mount a small file system at *path*; needs root, see `can_mount`."""
    disk = path / "disk"
    disk.mkdir(exist_ok=True)
    options = f"size={DISK},mode=0700"  # others may not write to where a journal lies
    _run("mount", "-t", "tmpfs", "-o", options, "patchbay-trial", str(disk))
    try:
        yield disk
    finally:
        _run("umount", "-l", str(disk))


def _run(name, *how):
    subprocess.run([which(name), *how], check=True, capture_output=True)  # noqa: S603


def can_mount(path):
    try:
        with mounted(path):
            return True
    except (OSError, subprocess.CalledProcessError, TypeError):
        return False


class Filler:
    """Fills a disk to the last byte, and makes room again."""

    def __init__(self, disk):
        self.file = disk / "filler"

    async def fill(self):
        await asyncio.to_thread(self._fill)

    def _fill(self):
        with self.file.open("ab", buffering=0) as opened:
            for size in (65_536, 4096, 1):
                with suppress(OSError):
                    while opened.write(bytes(size)):
                        pass

    def free(self):
        self.file.unlink(missing_ok=True)


@fault("F30", "the disk is full at accept", "accept", mounts=True)
@fault("F30", "the disk is full at sending", "sending", mounts=True)
@fault("F30", "the disk is full at outcome", "outcome", mounts=True)
async def try_full(moment, path, haste):
    with mounted(path) as disk:
        async with AsyncExitStack() as stack:
            bench = await make_bench(stack, disk, haste=haste)
            filler = Filler(disk)
            await _full_at(bench, filler, moment)
            direct = await bench.typed(STARTS[0])
            await _how_it_ended(bench, direct)
            await _only_ends(bench)
            filler.free()
            await _has_room_again(bench)


async def _full_at(bench, filler, moment):
    if moment == "accept":
        await filler.fill()
    elif moment == "sending":
        bench.naps.append(filler.fill)
    else:

        async def act(far, reader, writer):
            body = await far.done(await far.heard(reader))
            await filler.fill()
            writer.write(http(body))

        client, _far = await raw_road(bench, act)
        bench.roads.scripts[RELAY] = [client]


async def _how_it_ended(bench, direct):
    if not direct:
        await bench.deliver()
    ended = await bench.ended("R1", direct="".join(direct))
    ended.check()
    expected = "refused" if direct else "S"
    claim(ended.word == expected, "it is", ended.word)


async def _only_ends(bench):
    bench.naps.clear()
    bench.roads.scripts.clear()
    running = len(bench.cloud.state.running)
    (refused,) = await bench.typed(STARTS[1])
    claim(len(bench.cloud.state.running) == running, "something began", refused)
    if running:
        await bench.typed("/relay stop R1 --yes")
        claim(not bench.cloud.state.running, "it cannot be stopped")


async def _has_room_again(bench):
    await bench.typed(STARTS[1])
    claim(len(bench.cloud.state.running) == 1, "with room again nothing begins")
    why = bench.path.with_name(f"{bench.path.name}.reserve")
    claim(why.exists(), "no reserve is laid down again")


@trouble("F29", "the journal is locked", words="NS")
async def lock(bench):
    on_every_connection(bench, "busy_timeout = 50")
    held = sqlite3.connect(bench.path, isolation_level=None)
    bench.stack.callback(held.close)

    async def hold():
        bench.naps.clear()
        held.execute("BEGIN IMMEDIATE")
        asyncio.get_running_loop().call_later(0.2, held.rollback)

    bench.naps.append(hold)


@trouble("F30", "the journal is full", words="NS")
async def fill(bench):
    async def full():
        bench.naps.clear()
        on_every_connection(bench, "max_page_count = 1")
        bench.world.tasks.spawn(make_room(), name="room")

    async def make_room():
        await asyncio.sleep(0.2)
        on_every_connection(bench, "max_page_count = 100000")

    bench.naps.append(full)
