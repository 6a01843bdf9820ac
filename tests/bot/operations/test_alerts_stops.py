"""The alert of a stop that was refused, also of what is not on record."""

import re
from contextlib import AsyncExitStack

import pytest

from bot.states import State
from tests.bot.operations.tencent import KEY, Tencent, lost
from tests.bot.operations.test_alerts import ALERTS, START, does_not_stop, posts, told
from tests.world import TEAM, make_world


@pytest.fixture
async def world(tmp_path):
    """Return a bot whose alerts ring."""
    settings = {"alerts": ALERTS}
    async with AsyncExitStack() as stack:
        yield await make_world(stack, tmp_path / "p.db", key=KEY, settings=settings)


async def test_who_is_called_again_about_a_stop_is_offered_no_stop_of_that(world):
    tencent = Tencent(world)
    await does_not_stop(world, tencent)
    await told(world)
    await tencent.later(minutes=11)
    await told(world)

    _first, again = posts(world)
    assert re.findall(r"'action_id': 'do:(\w+)", str(again)) == [
        "patchbay",
        "patchbay",
        "lookup",
    ]


async def test_the_id_of_a_stop_stops_its_relay(world):
    await does_not_stop(world, Tencent(world))
    relay = await world.handle("R1")
    refused, _start = await world.journal.find.history("R1", TEAM)

    await world.typed(f"/relay stop {refused.id} --yes")

    stop, *_others = await world.journal.find.history("R1", TEAM)
    assert (stop.subject.about, stop.state) == (relay.id, State.DONE)


async def is_refused_unrecorded(world):
    """Refuse a stop of what is not on record; return its ID, and the stop."""
    relay = await lost(world, START)
    world.cloud.state.fail_next("StopPublishCdnStream", "UnauthorizedOperation")
    await world.typed(f"/relay stop {relay.task_id} --yes")
    (stop,) = await world.journal.find.foreign_stops(relay.task_id, TEAM)
    return relay.task_id, stop


async def rings_of(world, stop):
    """Return how often the group was called about *stop*, if that is not over."""
    stop = await world.journal.find.get(stop.id)
    outages, _mute = await world.journal.alerts.of(stop.subject.about or stop.id)
    return [one.rings for one in outages if one.about == stop.id]


async def stops_by_id(world, task):
    await world.typed(f"/relay stop {task} --yes")


async def attaches_and_stops(world, task):
    await world.typed(f"/relay attach R1 {task}")
    await world.typed("/relay stop R1 --yes")


@pytest.mark.parametrize("ends", [stops_by_id, attaches_and_stops])
async def test_a_stop_of_what_is_not_on_record_rings_until_that_is_stopped(world, ends):
    tencent = Tencent(world)
    task, stop = await is_refused_unrecorded(world)
    rings = []
    for minutes in (1, 11):
        await told(world)
        await tencent.later(minutes=minutes)
        rings.append(await rings_of(world, stop))
    await ends(world, task)
    await tencent.later(minutes=1)

    assert rings == [[1], [2]]
    assert await rings_of(world, stop) == []


@pytest.mark.parametrize("is_attached", [False, True])
@pytest.mark.parametrize("what", ["take", "mute"])
async def test_a_button_of_such_an_alert_ends_its_calls_and_not_the_alert(
    world, what, is_attached
):
    tencent = Tencent(world)
    task, stop = await is_refused_unrecorded(world)
    if is_attached:
        await world.typed(f"/relay attach R1 {task}")
        await tencent.later(minutes=1)
    await told(world)
    (alert,) = [body for body in posts(world) if "was not stopped" in str(body)]
    (value,) = set(re.findall(rf"'- ({what} \w+)'", str(alert)))
    answer = await world.typed(f"/patchbay {value}")
    before = await rings_of(world, stop)
    await tencent.later(minutes=30)

    named = answer.plain.partition(" · ")[0]
    assert named == ("R1" if is_attached else f"{task[:12]}…{task[-6:]}")
    assert "no alert is open" not in answer.plain
    assert (before, await rings_of(world, stop)) == ([1], [1])
