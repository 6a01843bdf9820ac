"""A copy that is made beside a running bot opens, is whole, and says that it is one."""

import os
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

import bot
from bot.errors import JournalUnavailable
from bot.journal import stored_trail
from bot.journal.sqlite import backup
from bot.journal.sqlite.backup import backed_up
from bot.journal.sqlite.writer import sqlite_file
from bot.journal.trail import AuditFiles
from bot.states import State
from tests.bot.journal.conftest import moved
from tests.bot.journal.test_audit import entry
from tests.fakes.journal import opened

AT = 1_790_000_000_000
REFUSED = (
    "this journal is the backup of 2026-09-21 14:13:20 UTC: run `python -m bot recover "
    "--restored` first, so that nothing that was under way then is sent again"
)


@pytest.fixture
async def filled(journal, new, url):
    """Return the journal's file; in it a relay that runs, with a sealed request."""
    relay, _ = await journal.accept(new(request=b'{"a": 1}'), audit=entry(1))
    await moved(journal, relay.id, State.SENDING, State.STARTED)
    return sqlite_file(url)


@pytest.fixture
def copy(tmp_path):
    folder = tmp_path / "copies"
    folder.mkdir(mode=0o700)
    return folder / "patchbay.db"


async def test_it_is_made_while_the_journal_is_open_and_written_to(
    filled, copy, journal, new
):
    files = backed_up(filled, copy, AT)
    later, _ = await journal.accept(new())

    assert files == [
        copy,
        copy.with_suffix(".key"),
        copy.with_suffix(".audit.key"),
    ]
    assert {stat.S_IMODE(one.stat().st_mode) for one in copy.parent.iterdir()} == {
        0o600
    }
    assert sorted(copy.parent.iterdir()) == sorted(files)
    assert later.handle == "R2"


@pytest.mark.usefixtures("filled")
async def test_put_back_it_does_not_open_before_somebody_says_so(
    filled, copy, journal, clock, new
):
    backed_up(filled, copy, AT)
    waited, _ = await journal.accept(new())
    address = f"sqlite:///{copy}"

    with pytest.raises(JournalUnavailable) as refused:
        await opened(address, clock)
    back = await opened(address, clock, restored=True)
    await back.restored.withdraw("uid 1")
    back.close()
    again = await opened(address, clock)

    assert str(refused.value) == REFUSED
    relay = await again.find.by_handle("R1", "T")
    assert (relay.state, await again.find.get(waited.id)) == (State.STARTED, None)
    assert await again.find.request_of(relay.id) == b'{"a": 1}'
    again.close()


async def test_its_trail_is_whole_and_what_came_since_is_missed(filled, copy, journal):
    backed_up(filled, copy, AT)
    await journal.audit.write(entry(2))
    journal.close()

    alone = stored_trail.verified(f"sqlite:///{copy}", AuditFiles())
    held_against = AuditFiles(anchors=filled.with_name("patchbay.db.anchors"))

    held = stored_trail.verified(f"sqlite:///{copy}", held_against)
    assert (alone.findings, alone.copied_at) == ((), AT)
    assert (held.findings, held.copied_at) == ((), 0)


@pytest.mark.parametrize("there", [".db", ".key", ".audit.key"])
def test_nothing_that_is_there_is_overwritten(filled, copy, there):
    taken = copy.with_suffix(there)
    taken.write_bytes(b"mine")
    taken.chmod(0o600)

    with pytest.raises(JournalUnavailable, match="is there already, and is not over"):
        backed_up(filled, copy, AT)

    assert taken.read_bytes() == b"mine"
    assert list(copy.parent.iterdir()) == [taken]


def test_what_is_damaged_is_not_taken_for_a_backup(filled, copy, tmp_path):
    broken = tmp_path / "broken.db"
    content = bytearray(filled.read_bytes())
    content[4096:] = b"x" * len(content[4096:])
    broken.write_bytes(content)

    with pytest.raises(JournalUnavailable):
        backed_up(broken, copy, AT)

    assert list(copy.parent.iterdir()) == []


def test_a_journal_that_is_not_there_and_a_folder_of_all_are_refused(
    filled, copy, tmp_path
):
    with pytest.raises(JournalUnavailable, match=r"none\.db is not there"):
        backed_up(tmp_path / "none.db", copy, AT)
    copy.parent.chmod(0o777)

    with pytest.raises(JournalUnavailable, match="others can write to the folder"):
        backed_up(filled, copy, AT)

    shutil.rmtree(copy.parent)


@contextmanager
def interrupted_at(line):
    """Press Ctrl-C before the *line*-th line of all steps of a backup."""
    left, before = line, sys.gettrace()

    def lines(_frame, event, _fact):
        nonlocal left
        left -= event == "line"
        if event == "line" and not left:
            raise KeyboardInterrupt
        return lines

    def calls(frame, _event, _fact):
        code = frame.f_code
        is_step = code.co_filename == backup.__file__ and code.co_name != "backed_up"
        return lines if is_step else None

    sys.settrace(calls)
    try:
        yield
    finally:
        sys.settrace(before)


async def test_whatever_moment_it_is_interrupted_at_nothing_is_left(
    filled, copy, clock
):
    line = 0
    while not copy.exists():
        line += 1
        try:
            with interrupted_at(line):
                backed_up(filled, copy, AT)
        except KeyboardInterrupt:
            assert list(copy.parent.iterdir()) == [], line

    assert line > 30  # each of which it was interrupted at
    with pytest.raises(JournalUnavailable) as refused:
        await opened(f"sqlite:///{copy}", clock)
    assert str(refused.value) == REFUSED


@pytest.fixture
def long(filled):
    """Return a journal that takes a while to copy."""
    with closing(sqlite3.connect(filled)) as one:
        one.execute("CREATE TABLE filler (content BLOB)")
        many = (
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT {})"
        )
        sizes = many.format(100_000) + " SELECT zeroblob(900) FROM n"  # noqa: S608
        one.execute(f"INSERT INTO filler {sizes}")
        one.commit()
    return filled


TOLD_TO_END = """
import os, signal, sys, threading
from pathlib import Path
from bot.__main__ import main

signal.signal(signal.SIGINT, signal.default_int_handler)  # a job of a shell ignores it

def once_it_is_begun(copy, number):
    moment = threading.Event()
    while not any(copy.parent.glob(".*/patchbay.db")):
        moment.wait(0.001)
    os.kill(os.getpid(), number)

copy, number = Path(sys.argv[1]), int(sys.argv[2])
told = threading.Thread(target=once_it_is_begun, args=(copy, number), daemon=True)
told.start()
sys.exit(main(["backup", str(copy)]))
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_told_to_end_it_ends_at_once_and_leaves_nothing(long, copy, number):
    """It is told by a thread of its own: another process might come too late."""
    words = {"PATH": os.environ["PATH"], "BOT_DATABASE_URL": f"sqlite:///{long}"}
    ended = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", TOLD_TO_END, str(copy), str(int(number))],
        env={**words, "PYTHONPATH": str(Path(bot.__file__).parents[1])},
        cwd=copy.parent.parent,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (ended.stdout, ended.stderr) == ("", "Stopped.\n")
    assert ended.returncode in {130, -signal.SIGTERM}
    assert list(copy.parent.iterdir()) == []


def test_on_a_full_disk_nothing_is_left(long, copy):
    """The limit on the size of a file is for this, too: its own process has it."""
    code = (
        "import resource, sys; from pathlib import Path\n"
        "from bot.journal.sqlite.backup import backed_up\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))\n"
        "backed_up(Path(sys.argv[1]), Path(sys.argv[2]), 1)\n"
    )
    ended = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", code, str(long), str(copy)],
        cwd=Path(bot.__file__).parents[1],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert "JournalUnavailable" in ended.stderr
    assert list(copy.parent.iterdir()) == []
