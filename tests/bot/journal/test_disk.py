"""A full disk: nothing new begins, what runs is still told, and a stop is taken."""

import os

import pytest

from bot.errors import JournalUnavailable
from bot.journal.sqlite.spool import SpooledOutcome
from bot.journal.sqlite.writer import sqlite_file
from bot.states import State
from tests.bot.journal.conftest import moved
from tests.bot.journal.makers import form_at

pytestmark = pytest.mark.sqlite

FULL = "PRAGMA max_page_count = 1"


async def test_a_full_disk_refuses_what_is_new_and_keeps_the_reserve(
    journal, new, url, clock
):
    intent, _ = await journal.accept(new())
    await journal._writer.write(lambda c: c.run(FULL).all())
    big = os.urandom(1_000_000)

    with pytest.raises(JournalUnavailable, match="full"):
        await journal.accept(new(request=big))
    with pytest.raises(JournalUnavailable, match="full"):
        await journal.open_forms.keep(form_at(clock, values={"url": big.hex()}))

    assert sqlite_file(url).with_name("patchbay.db.reserve").exists()
    assert await journal.find.get(intent.id) == intent


async def test_where_no_reserve_can_be_kept_nothing_begins_and_the_rest_goes_on(
    journal, stop, new, reopen, url, clock
):
    journal.close()
    reserve = sqlite_file(url).with_name("patchbay.db.reserve")
    reserve.unlink()
    reserve.mkdir()  # where a folder is, no file can be laid down

    journal = await reopen()

    assert not await journal.writable()
    for begins in (journal.accept(new()), journal.open_forms.keep(form_at(clock))):
        with pytest.raises(JournalUnavailable, match="nothing new begins"):
            await begins
    assert (await moved(journal, stop.id, State.DONE)).state is State.DONE


async def test_the_reserve_and_the_spool_lie_beside_the_file(journal, url):
    beside = sqlite_file(url).parent
    there = {one.name for one in beside.iterdir()}

    journal.spool.put(SpooledOutcome("01A", State.UNKNOWN))

    assert "patchbay.db.reserve" in there
    assert (beside / "patchbay.db.spool").exists()


async def test_a_full_disk_gives_the_reserve_back_and_takes_one_more(journal, new, url):
    reserve = sqlite_file(url).with_name("patchbay.db.reserve")
    intent, _ = await journal.accept(new())
    there = reserve.exists()

    made_room = journal._writer._groups._on_full()

    assert (there, made_room, reserve.exists()) == (True, True, False)
    assert journal._writer._groups._on_full() is False
    assert (await moved(journal, intent.id, State.SENDING)).state is State.SENDING


async def test_while_nothing_new_may_begin_a_stop_is_taken(journal, stop, new, url):
    await journal._writer.write(lambda c: c.run(FULL).all())
    reserve = sqlite_file(url).with_name("patchbay.db.reserve")

    with pytest.raises(JournalUnavailable, match="full"):
        await journal.accept(new(request=os.urandom(1_000_000)))
    kept = reserve.exists()
    with pytest.raises(JournalUnavailable, match="full"):
        await journal.accept(
            new(
                handle="R1",
                about=stop.subject.about,
                ends=True,
                request=os.urandom(1_000_000),
            )
        )

    assert (kept, reserve.exists()) == (True, False)
