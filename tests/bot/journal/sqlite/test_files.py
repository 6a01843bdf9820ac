"""Every file that the journal consists of is its owner's alone, or it is not opened."""

import os
import stat

import pytest

from bot.errors import JournalUnavailable
from bot.journal.sqlite.files import EMPTY, KEPT
from bot.journal.sqlite.spool import SpooledOutcome
from bot.states import State
from tests.fakes.journal import laid, opened

KEPT_FILES = [f"patchbay.db{ending}" for ending in KEPT] + ["patchbay.key"]
EMPTY_FILES = [f"patchbay.db{ending}" for ending in EMPTY]
STRANGER = 54_321


@pytest.fixture
async def folder(url, clock, new, tmp_path):
    """A journal that was used and closed; each of its files is there."""
    laid(tmp_path / "var/patchbay.db")
    journal = await opened(url, clock)
    await journal.accept(new())
    journal.close()
    for name in KEPT_FILES:
        file = tmp_path / "var" / name
        if not file.exists():
            file.touch(mode=0o600)
    return tmp_path / "var"


@pytest.fixture
def refusal(url, clock):
    async def told():
        with pytest.raises(JournalUnavailable) as refused:
            await opened(url, clock)
        return str(refused.value)

    return told


def contents(folder):
    return {one.name: one.read_bytes() for one in folder.iterdir()}


async def test_a_journal_that_is_its_owners_alone_is_opened(folder, url, clock):
    (await opened(url, clock)).close()

    assert {stat.S_IMODE(one.stat().st_mode) for one in folder.iterdir()} == {0o600}


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o602, 0o620, 0o644, 0o666, 0o777])
@pytest.mark.parametrize("name", KEPT_FILES)
async def test_a_file_that_others_can_reach_is_refused_and_kept(
    folder, refusal, name, mode
):
    (folder / name).chmod(mode)
    before = contents(folder)

    told = await refusal()

    file = folder / name
    assert told == f"{file} can be reached by others; chmod 600 {file}"
    assert contents(folder) == before


@pytest.mark.parametrize("name", [*KEPT_FILES, *EMPTY_FILES, "patchbay.key.new"])
async def test_a_link_in_the_place_of_a_file_is_not_followed(
    folder, url, clock, tmp_path, name
):
    victim = tmp_path / "victim"
    victim.write_text("mine")
    victim.chmod(0o644)
    (folder / name).unlink(missing_ok=True)
    (folder / name).symlink_to(victim)

    if name == "patchbay.key.new":
        (folder / "patchbay.key").unlink()
        (await opened(url, clock)).close()
    else:
        with pytest.raises(JournalUnavailable, match="symbolic link"):
            await opened(url, clock)

    assert (victim.read_text(), stat.S_IMODE(victim.stat().st_mode)) == ("mine", 0o644)
    assert not (folder / "patchbay.key").is_symlink() or name == "patchbay.key"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
@pytest.mark.parametrize("name", KEPT_FILES)
async def test_a_file_of_somebody_else_is_refused(folder, refusal, name):
    os.chown(folder / name, STRANGER, -1)

    file = folder / name
    assert await refusal() == f"{file} belongs to user {STRANGER}; chown 0 {file}"


@pytest.mark.parametrize("mode", [0o777, 0o1777, 0o770, 0o702])
async def test_a_folder_that_others_write_to_is_refused(folder, refusal, mode):
    folder.chmod(mode)

    told = await refusal()

    assert told == f"others can write to the folder {folder}; chmod go-w {folder}"


@pytest.mark.parametrize("name", EMPTY_FILES)
async def test_an_empty_file_that_an_older_release_left_open_is_closed(
    folder, url, clock, name
):
    (folder / name).chmod(0o644)

    (await opened(url, clock)).close()

    assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600


async def test_what_is_put_there_while_it_runs_is_not_followed(
    journal, new, url, tmp_path
):
    victim = tmp_path / "victim"
    victim.write_text("mine")
    folder = tmp_path / "var"
    for name in ("patchbay.db.handles", "patchbay.db.spool", "patchbay.db.reserve"):
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to(victim)

    intent, _ = await journal.accept(new())

    assert not journal.spool.put(SpooledOutcome(intent.id, State.STARTED))
    assert victim.read_text() == "mine"
