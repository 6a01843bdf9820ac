"""A file that is deleted or exchanged under a bot is noticed; what runs still ends."""

import shutil

import pytest

from bot.errors import JournalUnavailable
from bot.journal.sqlite.integrity import Integrity
from bot.journal.sqlite.writer import sqlite_file
from bot.states import State
from tests.bot.journal.conftest import moved
from tests.bot.journal.sqlite.test_integrity import only_stops_go_on


def deleted(file):
    file.unlink()


def with_all_beside(file):
    for one in (*file.parent.glob(f"{file.name}-*"), file):
        one.unlink()


def exchanged(file):
    copy = file.with_name("copy")
    shutil.copy(file, copy)
    copy.replace(file)


def moved_away(file):
    file.rename(file.with_name("away"))


def folder_removed(file):
    file.parent.rename(file.parent.with_name("elsewhere"))


WAYS = (deleted, with_all_beside, exchanged, moved_away, folder_removed)


@pytest.mark.parametrize("name", ["", ".lock"])
@pytest.mark.parametrize("way", WAYS)
async def test_nothing_begins_and_what_runs_is_stopped(journal, new, url, way, name):
    file = sqlite_file(url)
    relay, _ = await journal.accept(new(agent="pb_runs"))
    relay = await moved(journal, relay.id, State.SENDING, State.STARTED)
    queued, _ = await journal.accept(new())
    before = journal.integrity.fault, await journal.writable()

    way(file.with_name(f"{file.name}{name}"))

    assert before == ("", True)
    assert "is not there any more" in journal.integrity.gone()
    await only_stops_go_on(journal, new, (queued, relay), "is not there any more")
    journal.close()
    assert not file.with_name(f"{file.name}.closed").exists()


async def test_nothing_is_made_in_its_place_and_the_doctor_is_told(journal, url):
    file = sqlite_file(url)
    file.unlink()

    with pytest.raises(JournalUnavailable, match="is not there any more"):
        await journal.trail.report(deep=True)

    assert not file.exists()


async def test_put_back_as_it_was_it_goes_on(journal, new, url):
    file = sqlite_file(url)
    away = file.rename(file.with_name("away"))
    gone = journal.integrity.gone()
    away.rename(file)

    assert (bool(gone), journal.integrity.gone()) == (True, "")
    assert await journal.writable()
    assert (await journal.accept(new()))[1]


def test_what_is_no_file_is_never_gone():
    assert (Integrity(None).gone(), Integrity(None).fault) == ("", "")


def test_what_cannot_be_looked_at_is_not_taken_for_gone(tmp_path):
    file = tmp_path / "p.db"
    file.touch()
    integrity = Integrity(file)
    file.unlink()
    file.symlink_to(file)  # an error of its own: too many links

    assert integrity.gone() == ""
