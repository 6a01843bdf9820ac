"""After a restore from a copy nothing that runs is lost, and no name is given twice."""

import json
import shutil
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest

from bot.ids import agent_for, intent_id
from bot.journal.evidence import Headline
from bot.sandbox.cloud.state import Relay
from bot.states import State
from tests.bot.operations.tencent import IDLE, KEY, RUNNING, Tencent, started, texts
from tests.world import TEAM, live_again, make_world

START = "/relay start 295066 url=rtmp://push.example.com/live/k --go"
OTHER = "/relay start 2 url=rtmp://push.example.com/live/2 --go"
URL = "rtmp://push.example.com/live/2"


@pytest.fixture
async def world(tmp_path):
    async with AsyncExitStack() as stack:
        yield await make_world(stack, tmp_path / "p.db", key=KEY)


def running(world, agent, task_id="-m9forgotten."):
    """Return a relay that runs in the cloud, and that the journal does not know."""
    relay = Relay(task_id, agent, "2", world.cloud.app_id, [URL], "", 0.0)
    world.cloud.state.relays[task_id] = relay
    return relay


def own_name(world, **ago):
    return agent_for(intent_id(world.clock() - timedelta(**ago), b"0123456789"))


async def test_a_robot_of_ours_that_is_not_known_is_adopted_and_can_be_stopped(world):
    relay, tencent = running(world, own_name(world)), Tencent(world)

    await tencent.tells(relay, RUNNING)
    adopted = await world.journal.find.by_ref(relay.task_id, TEAM)
    await tencent.later(minutes=1)
    shown = await world.notices()
    await world.typed(f"/relay stop {adopted.handle} --yes")

    assert (adopted.state, adopted.subject.room, adopted.asker.user) == (
        State.STARTED,
        "2",
        "",
    )
    assert adopted.standing.headline is Headline.LIVE
    assert "Unmanaged" in json.dumps([one.body for one in shown])
    assert relay.stopped_at is not None
    assert (await world.handle(adopted.handle)).state is State.STOPPED


async def test_its_room_is_known_also_where_the_stream_is_called_like_it(world):
    relay, tencent = running(world, own_name(world)), Tencent(world)
    relay.room, relay.urls = "295066", ["rtmp://push.example.com/live/295066"]

    await tencent.tells(relay, RUNNING)

    adopted = await world.journal.find.by_ref(relay.task_id, TEAM)
    assert adopted.subject.room == "295066"


async def test_its_events_come_twice_and_it_is_adopted_once(world):
    relay, tencent = running(world, own_name(world)), Tencent(world)
    raw = tencent.event(relay, RUNNING)

    await tencent.sends(raw)
    first = await world.journal.find.by_ref(relay.task_id, TEAM)
    await tencent.sends(raw)
    await tencent.tells(relay, RUNNING)

    (only,) = await world.journal.find.recent(first.asker.team)
    assert (only.id, only.handle) == (first.id, first.handle)


@pytest.mark.parametrize("agent", ["other-robot", "pb_nothing", "pb_"])
async def test_the_robot_of_somebody_else_is_not_adopted(world, agent):
    relay = running(world, agent)

    await Tencent(world).tells(relay, RUNNING)

    assert await world.journal.find.by_ref(relay.task_id, TEAM) is None


@pytest.mark.parametrize(
    ("minutes", "adopted"), [(9, True), (11, False), (-9, True), (-11, False)]
)
async def test_an_event_that_is_played_again_long_after_adopts_nothing(
    world, minutes, adopted
):
    """Nor does one of a time that is yet to come."""
    relay, tencent = running(world, own_name(world)), Tencent(world)
    raw = tencent.event(relay, RUNNING)
    world.clock.push(minutes=minutes)

    await tencent.sends(raw)

    assert bool(await world.journal.find.by_ref(relay.task_id, TEAM)) is adopted


async def test_what_is_over_is_not_adopted(world):
    relay = running(world, own_name(world))

    await Tencent(world).tells(relay, IDLE)

    assert await world.journal.find.by_ref(relay.task_id, TEAM) is None


async def test_after_a_restore_no_handle_is_given_twice_and_old_buttons_are_right(
    world, tmp_path
):
    await world.typed(START)
    copy = tmp_path / "copy.db"
    await world.tasks.drain(0)
    world.journal.close()
    shutil.copy(tmp_path / "p.db", copy)
    async with AsyncExitStack() as stack:
        between = await live_again(stack, tmp_path / "p.db", world.cloud, key=KEY)
        between.asked = world.asked
        lost_relay = await started(between, OTHER)
        card = next(
            one
            for one in await between.notices()
            if one.notification.intent.handle == "R2"
        )
        pressed = stop_of(card.body)
        await between.tasks.drain(0)
        between.journal.close()
    shutil.copy(copy, tmp_path / "p.db")
    async with AsyncExitStack() as stack:
        restored = await live_again(stack, tmp_path / "p.db", world.cloud, key=KEY)
        restored.asked = between.asked
        third = await started(restored, OTHER.replace("live/2", "live/3"))
        await restored.typed(f"/relay {pressed}")

        (newest, *_) = await restored.journal.find.recent("T0HOME", room="2")
        assert newest.handle == "R3"
        assert lost_relay.stopped_at is not None
        assert third.stopped_at is None
        told = await texts(restored, "asker")
        assert told == [f"⚪ {lost_relay.task_id} is stopped."]


def stop_of(body):
    """Return what the stop button of a card types."""
    text = json.dumps(body)
    start = text.index(" stop 01") + 1
    return text[start : text.index('"', start)]
