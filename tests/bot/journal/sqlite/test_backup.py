"""A copy that is made beside a running bot opens, is whole, and says that it is one."""

import shutil
import stat

import pytest

from bot.errors import JournalUnavailable
from bot.journal import stored_trail
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

    (finding,) = alone.findings
    assert finding.what.startswith(
        "The anchors file patchbay.db.anchors lacks the line"
    )
    assert alone.can_be_settled
    assert stored_trail.verified(f"sqlite:///{copy}", held_against).findings == ()


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
