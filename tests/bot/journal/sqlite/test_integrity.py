"""The file is read through after a crash, and after nothing else."""

import asyncio
import os
import shutil
import sqlite3
from contextlib import closing

import pytest

from bot.errors import JournalUnavailable
from bot.journal.sqlite.integrity import Integrity
from bot.journal.sqlite.writer import sqlite_file
from bot.states import State
from tests.bot.journal.conftest import moved
from tests.bot.journal.makers import stop_of
from tests.fakes.disk import damage
from tests.fakes.journal import opened


@pytest.fixture
async def filled(reopen, new, url):
    """Fill a journal with a hundred intents, close it, and return its file."""
    journal = await reopen()
    await asyncio.gather(*(journal.accept(new()) for _ in range(100)))
    relay, _ = await journal.accept(new(agent="pb_runs"))
    await moved(journal, relay.id, State.SENDING, State.STARTED)
    await journal.integrity.look()
    journal.close()
    return sqlite_file(url)


@pytest.fixture
async def again(url, clock):
    """Open the journal once more."""
    journals = []

    async def open_it():
        journals.append(await opened(url, clock))
        return journals[-1]

    yield open_it
    for journal in journals:
        journal.close()


async def test_what_was_closed_in_order_is_not_read_through(filled, again, driver):
    journal, asked = await again(), []
    driver.listeners.append(lambda _one, statement, _values: asked.append(statement))

    damage = await journal.integrity.look()

    assert (journal.integrity.is_proven, damage, asked) == (True, "", [])
    assert not filled.with_name("patchbay.db.closed").exists()


async def test_a_new_file_is_whole(tmp_path):
    assert Integrity(None).is_proven
    assert Integrity(tmp_path / "none.db").is_proven


def killed(file):
    """What a run that was killed leaves: no word of how the file was closed."""
    file.with_name(f"{file.name}.closed").unlink()


def put_back_in_its_place(file):
    copy = file.with_name("copy")
    shutil.copy2(file, copy)
    file.write_bytes(copy.read_bytes())
    there = copy.stat()
    os.utime(file, ns=(there.st_atime_ns, there.st_mtime_ns))


def put_back_whole(file):
    """Put the folder back as a backup has it: all names, times and bytes."""
    copy = file.with_name("copy")
    shutil.copy2(file, copy)
    copy.rename(file)


def another_log(file):
    file.with_name(f"{file.name}-wal").touch(mode=0o600)


def written_to(file):
    with sqlite3.connect(file) as other:
        other.execute("UPDATE handles SET last = last + 1")
    other.close()


def half_a_word(file):
    mark = file.with_name(f"{file.name}.closed")
    mark.write_text(mark.read_text()[:5])


@pytest.mark.parametrize(
    "happens",
    [
        killed,
        put_back_in_its_place,
        put_back_whole,
        another_log,
        written_to,
        half_a_word,
    ],
)
async def test_whatever_else_happened_to_it_is_read_through(filled, again, happens):
    happens(filled)

    journal = await again()
    before = journal.integrity.is_proven
    found = await journal.integrity.look()

    assert (before, found, journal.integrity.is_proven) == (False, "", True)


async def test_what_is_read_through_and_closed_is_not_read_through_again(filled, again):
    killed(filled)
    journal = await again()
    await journal.integrity.look()
    journal.close()

    assert (await again()).integrity.is_proven


async def test_what_was_closed_before_it_was_read_through_is_so_next_time(
    filled, again
):
    killed(filled)
    (await again()).close()

    assert not (await again()).integrity.is_proven


async def only_stops_go_on(journal, new, there, why):
    """See that of *there* the queued one is not sent, and what runs can be stopped."""
    queued, relay = there
    with pytest.raises(JournalUnavailable, match=why):
        await journal.accept(new(key="another"))
    with pytest.raises(JournalUnavailable, match=why):
        await journal.claim(queued.id, send_by=queued.created_at)
    assert not await journal.writable()
    stop, _ = await journal.accept(stop_of(new, relay))
    stop = await moved(journal, stop.id, State.SENDING, State.DONE)
    assert stop.state is State.DONE


async def test_in_a_damaged_file_nothing_begins_and_stops_go_on(filled, again, new):
    damage(filled)

    journal = await again()
    queued = (await journal.find.recent("T", states=[State.QUEUED], limit=1))[0]
    relay = (await journal.find.recent("T", states=[State.STARTED]))[0]
    found = await journal.integrity.look()

    assert found.startswith("the journal is damaged: ")
    await only_stops_go_on(journal, new, (queued, relay), "the journal is damaged")
    journal.close()
    assert not (await again()).integrity.is_proven


async def test_a_close_does_not_wait_for_the_reading(filled, again):
    killed(filled)
    journal = await again()
    looking = asyncio.ensure_future(journal.integrity.look())
    journal.close()

    assert await looking == ""
    assert not journal.integrity.is_proven


async def test_a_file_that_others_keep_to_themselves_is_not_known_to_be_whole(
    tmp_path,
):
    file = tmp_path / "p.db"
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("CREATE TABLE t (x)")
        integrity = Integrity(file, patience=0.0)
        other.execute("BEGIN EXCLUSIVE")
        busy = await integrity.look(), integrity.is_proven
        other.execute("ROLLBACK")

    assert busy == ("", False)
    assert (await integrity.look(), integrity.is_proven) == ("", True)


async def test_what_only_could_not_be_opened_is_not_told_as_damaged(filled, again):
    killed(filled)
    journal = await again()
    aside = filled.rename(filled.with_name("aside"))

    damage_then = await journal.integrity.look()
    aside.rename(filled)

    assert (damage_then, journal.integrity.is_proven) == ("", False)
    assert await journal.integrity.look() == ""
    assert journal.integrity.is_proven
