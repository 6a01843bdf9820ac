"""What is heard of rooms is folded in memory, and kept where somebody wants it."""

from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import SecretStr

from bot.dialogue.ask import Person
from bot.errors import JournalUnavailable
from bot.journal.rows import millis
from bot.operations.callbacks import NO_KEY
from bot.operations.reception import About
from bot.operations.rooms import KEPT, SHARE, Rooms
from bot.resources.room.presence import participants
from bot.sandbox.cloud.callbacks import Callbacks
from bot.tencent import events
from bot.tencent.room_events import Role
from bot.tencent.room_events import RoomEventKind as K
from tests.bot.operations.tencent import CONNECTING, KEY, Tencent, lost
from tests.world import live_again, make_world

START = "/relay start 295066 url=rtmp://push.example.com/live/k --go"
ANA = Person(team="T0HOME", user="U0ANA", home="T0HOME")


@pytest.fixture
async def stack():
    async with AsyncExitStack() as stack:
        yield stack


@pytest.fixture
async def world(tmp_path, stack):
    return await make_world(stack, tmp_path / "p.db", key=KEY)


async def looked(world, room="295066"):
    """Return who is in the rooms of that name, and what they send."""
    (app,) = world.service.apps
    heard = await world.service.rooms.called(room, [app.sdk_app_id])
    return [
        (
            one.numeric,
            {p.user: tuple(p.on) for p in participants(one.presence)[0]},
        )
        for one in heard
    ]


async def written(world, room="295066"):
    await world.service.rooms.flush()
    return await world.journal.rooms.called(room)


async def test_who_is_in_a_room_is_known_at_once(world, tencent):
    await tencent.happens((K.ENTERED,), (K.CAMERA_ON,), (K.ENTERED, "bob"))
    await tencent.happens((K.ENTERED, "carol"), room="295066")

    assert await looked(world) == [
        (False, {"carol": ()}),
        (True, {"alice": ("camera",), "bob": ()}),
    ]
    assert await looked(world, "1") == []


async def test_of_a_room_that_nobody_asks_about_nothing_is_written(world, tencent):
    await tencent.happens((K.ENTERED,))
    unasked = await written(world)
    await looked(world)
    await tencent.happens((K.ENTERED, "bob"))

    assert unasked == []
    (row,) = await written(world)
    assert (row.sdk_app_id, row.numeric) == (world.service.apps[0].sdk_app_id, True)


async def test_a_room_with_a_relay_is_written_with_all_that_was_heard(world, tencent):
    await tencent.happens((K.ENTERED,), (K.CAMERA_ON,))
    await world.typed(START)
    await world.service.rooms.upkeep()

    (row,) = await written(world)
    assert "alice" in row.presence


async def test_what_did_not_change_is_not_written_again(world, tencent):
    await looked(world)
    await tencent.happens((K.ENTERED,))
    first = await written(world)
    await world.journal.rooms.forget(world.clock() + timedelta(days=1))

    assert len(first) == 1
    assert await written(world) == []


async def test_after_a_restart_it_is_known_who_was_there_and_since_when_it_is_heard(
    tmp_path, stack, world, tencent
):
    await looked(world)
    await tencent.happens((K.CREATED,), (K.ENTERED,), (K.CAMERA_ON,))
    await written(world)
    world.journal.close()
    world.clock.push(minutes=8)
    again = await live_again(
        stack, tmp_path / "p.db", world.cloud, key=KEY, clock=world.clock
    )

    assert await looked(again) == [(True, {"alice": ("camera",)})]
    (app,) = again.service.apps
    (heard,) = await again.service.rooms.called("295066", [app.sdk_app_id])
    assert (heard.presence.is_whole, heard.presence.since) == (
        False,
        millis(again.clock()),
    )


async def test_what_people_send_is_known_only_where_media_callbacks_come(
    world, tencent
):
    async def media():
        heard = await world.service.rooms.called("295066", [app.sdk_app_id])
        return [one.media for one in heard]

    (app,) = world.service.apps
    await tencent.happens((K.ENTERED,))
    before = await media()
    await tencent.happens((K.CAMERA_ON,), room=1)

    assert (before, await media()) == ([False], [True])


async def test_what_another_run_heard_counts_beside_what_this_one_hears(
    tmp_path, stack, world, tencent
):
    await looked(world)
    await tencent.happens((K.ENTERED,), (K.CAMERA_ON,), (K.ENTERED, "bob"))
    await written(world)
    world.journal.close()
    again = await live_again(
        stack, tmp_path / "p.db", world.cloud, key=KEY, clock=world.clock
    )
    other = Tencent(again)
    other.at = tencent.at
    await other.happens((K.CAMERA_OFF,), (K.LEFT, "bob"))

    assert await looked(again) == [(True, {"alice": ()})]


async def test_what_is_too_old_or_too_new_tells_nothing_of_now(world, tencent):
    for minutes in (-11, 11):
        at = millis(world.clock() + timedelta(minutes=minutes))
        await tencent.happens((K.ENTERED,), EventMsTs=at)

    assert await looked(world) == []
    assert world.service.rooms.late == 2


async def test_of_too_much_the_rooms_go_that_were_not_heard_of_for_longest(
    world, tencent
):
    parts = {"now": world.clock, "monotonic": world.clock.monotonic}
    few = Rooms(
        rows=world.journal.rooms, sleep=world.clock.sleep, most=3 * SHARE, **parts
    )
    for room in range(5):
        raw = tencent.of_room(K.ENTERED, room=room)
        few.take(events.read(raw, tencent.calls.sign(raw), SecretStr(KEY)), 7)
    heard = [len(await few.called(str(room), [7])) for room in range(5)]

    assert heard == [0, 0, 1, 1, 1]
    assert few.lost == 2


async def test_what_could_not_be_written_waits(world, tencent):
    rooms = world.service.rooms
    await looked(world)
    await tencent.happens((K.ENTERED,))
    world.journal.close()

    with pytest.raises(JournalUnavailable):
        await rooms.flush()

    assert rooms.waiting == 1


async def test_what_was_heard_is_kept_for_a_day(world, tencent):
    await looked(world)
    await tencent.happens((K.ENTERED,))
    await written(world)
    world.clock.push(seconds=KEPT.total_seconds() + 1)
    await world.service.rooms.upkeep()

    assert await world.journal.rooms.called("295066") == []
    assert await looked(world) == []


async def test_the_audience_of_a_busy_room_is_a_number_in_its_row(world, tencent):
    await looked(world)
    for number in range(20):
        await tencent.happens((K.ENTERED, f"u{number}"), Role=int(Role.AUDIENCE))

    (row,) = await written(world)
    assert '"watching":20' in row.presence
    assert "u1" not in row.presence


async def test_what_happens_in_a_room_is_taken_in_at_once_and_nothing_else_is(
    world, tencent
):
    def taken(raw, sign=None, app="live-main"):
        calls = tencent.calls
        return world.callbacks.take_at_once(app, raw, sign or calls.sign(raw))

    relay = await lost(world, START)
    entered = tencent.of_room(K.ENTERED)
    unkeyed = Callbacks("", NO_KEY.get_secret_value(), world.cloud.clock)
    others = [
        taken(tencent.event(relay, CONNECTING)),
        taken(entered, sign="forged"),
        taken(entered, app="nobody"),
        taken(entered, sign=unkeyed.sign(entered), app="nobody"),
        taken(b"{}"),
        taken(b"no event"),
        taken(b""),
    ]
    before = await looked(world), dict(world.service.reception.refused)

    assert (before, others) == (([], {}), [False] * len(others))
    assert taken(entered)
    assert await looked(world) == [(True, {"alice": ()})]


async def test_whoever_may_not_look_is_told_of_no_room(world, tencent):
    await tencent.happens((K.ENTERED,))

    assert await world.service.room(ANA, "295066") == []


async def test_that_events_of_rooms_come_proves_nothing_of_those_of_relays(
    world, tencent
):
    relay = await lost(world, START)
    await tencent.happens((K.ENTERED,), (K.CAMERA_ON,))
    (app,) = world.service.apps
    by_rooms = await world.hearing.proves(await world.handle("R1"))
    await tencent.tells(replace(relay, agent="somebody-elses"), CONNECTING)

    assert by_rooms is False
    assert await world.hearing.proves(await world.handle("R1")) is True
    heard = [world.service.reception.heard_at(app.sdk_app_id, one) for one in About]
    assert None not in heard


async def test_the_doctor_says_of_what_callbacks_were_heard(world, tencent):
    await tencent.happens((K.ENTERED,))

    checks = {one.what: one.fix for one in await world.service.diagnose()}

    assert any(
        one.startswith("Room callbacks of live-main: the last") for one in checks
    )
    never = "Media callbacks of live-main: none was heard since the bot started."
    assert "/tencent/callbacks/live-main" in checks[never]
