"""What each run has heard of rooms is read by all, and kept for a day."""

from dataclasses import replace
from datetime import timedelta

from bot.journal.rooms import PIECE, RoomRow
from bot.journal.rows import millis
from bot.states import State
from tests.bot.journal.conftest import APP, moved
from tests.fakes.journal import opened

NOW = 1_760_000_000_000
LOBBY = RoomRow(
    room="295066", sdk_app_id=APP, numeric=True, heard_at=NOW, presence="{}"
)


def boots(rows):
    return [(one.sdk_app_id, one.numeric, one.presence) for one in rows]


async def test_a_room_is_its_app_its_type_and_its_id(journal):
    text = replace(LOBBY, numeric=False, presence='"text"')
    other = replace(LOBBY, sdk_app_id=APP + 1, presence='"other"')
    await journal.rooms.keep([LOBBY, text, other, replace(LOBBY, room="1")])

    assert boots(await journal.rooms.called("295066")) == [
        (APP, False, '"text"'),
        (APP, True, "{}"),
        (APP + 1, True, '"other"'),
    ]
    assert await journal.rooms.called("2950") == []


async def test_a_run_has_one_row_of_a_room_and_leaves_those_of_others(url, journal):
    await journal.rooms.keep([LOBBY])
    await journal.rooms.keep([replace(LOBBY, presence='"later"', heard_at=NOW + 5)])
    first = await journal.rooms.called("295066")
    journal.close()
    again = await opened(url, journal.now)
    await again.rooms.keep([replace(LOBBY, presence='"again"')])

    rows = await again.rooms.called("295066")
    again.close()

    assert [(one.presence, one.heard_at) for one in first] == [('"later"', NOW + 5)]
    assert sorted(one.presence for one in rows) == ['"again"', '"later"']
    assert len({one.boot for one in rows}) == 2


async def test_what_is_older_than_asked_is_forgotten_however_much_it_is(journal, clock):
    now = clock()
    old = millis(now - timedelta(hours=25))
    rows = [replace(LOBBY, room=f"{n}", heard_at=old) for n in range(2 * PIECE + 1)]
    await journal.rooms.keep([*rows, replace(LOBBY, heard_at=millis(now))])

    gone = await journal.rooms.forget(now - timedelta(hours=24))

    assert gone == 2 * PIECE + 1
    assert await journal.rooms.called("7") == []
    assert len(await journal.rooms.called("295066")) == 1


async def test_the_rooms_of_what_runs_are_watched(journal, new):
    runs, _ = await journal.accept(new(room="runs", sdk_app_id=APP))
    await moved(journal, runs.id, State.SENDING, State.STARTED)
    over, _ = await journal.accept(new(room="over", sdk_app_id=APP))
    await moved(journal, over.id, State.SENDING, State.STARTED, State.STOPPED)

    assert await journal.rooms.watched() == {(APP, "runs")}
