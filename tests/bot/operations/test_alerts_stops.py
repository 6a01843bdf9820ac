"""The alert of a stop that was refused, also of what is not on record."""

import re
from contextlib import AsyncExitStack

import pytest

from bot.journal.model import NOT_ENDED, RESULT
from bot.states import State
from tests.bot.operations.tencent import KEY, Tencent, lost, started
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


def offered_stops(body):
    """Return what the buttons of a message ask for that stop something."""
    elements = (one for block in body["blocks"] for one in block.get("elements", ()))
    values = [one["value"] for one in elements if one.get("style") == "danger"]
    return [value.partition(" ")[2] for value in values]


SESSION = "/car start user=alice ip=125.127.178.228 --go"
OTHER = "-another-TaskId-under-the-name-of-R1."
STOPS = "StopPublishCdnStream"


async def test_of_another_id_under_the_name_of_a_relay_that_one_is_stopped(world):
    await world.typed(START)
    (running,) = world.cloud.state.running
    await Tencent(world).tells(running, 2, TaskId=OTHER)
    world.cloud.state.fail_next(STOPS, "UnauthorizedOperation")
    await world.typed(f"/relay stop {OTHER} --yes")
    notices = await world.notices()
    (alarm,) = [one for one in notices if one.notification.name == NOT_ENDED]

    (text,) = offered_stops(alarm.body)
    await world.typed(f"/relay {text}")

    history = await world.journal.find.history("R1", TEAM)
    stops = [one.subject.ref for one in history if one.subject.ends]
    assert stops == [OTHER, OTHER]
    assert running in world.cloud.state.running


GIVEN_UP = {  # what is started, and stopped in vain: by which action
    "a relay": (START, "/relay stop R1 --yes", "StopPublishCdnStream"),
    "not on record": (START, "", "StopPublishCdnStream"),
    "a session": (SESSION, "/car stop S1 --yes", "DestroySession"),
    "a user's": (SESSION, "/car stop user=bob --yes", "DestroySession"),
}


@pytest.mark.parametrize(
    ("what", "how"),
    [*((what, "UnauthorizedOperation") for what in GIVEN_UP), ("a session", "reset")],
)
async def test_whoever_reads_that_a_stop_was_in_vain_can_ask_again(world, what, how):
    start, stop, action = GIVEN_UP[what]
    if stop:
        await world.typed(start)
    else:
        stop = f"/relay stop {(await lost(world, start)).task_id} --yes"
    world.cloud.state.fail_next(action, how, 50)
    await world.typed(stop)
    notices = await world.notices()
    said = [one for one in notices if one.notification.name in {RESULT, NOT_ENDED}]
    world.cloud.state.failures.clear()

    assert [one.audience for one in said] == ["asker", "ops"]
    (text,) = {one for each in said for one in offered_stops(each.body)}
    command = "car" if action == "DestroySession" else "relay"
    answer = await world.typed(f"/{command} {text}")
    notices = await world.notices()
    last = [one.notification.intent for one in notices if "asker" in one.audience][-1]
    assert (last.action, last.state) == (action, State.DONE), answer


async def test_such_an_alert_is_over_though_a_later_stop_was_refused_again(world):
    tencent = Tencent(world)
    task, stop = await is_refused_unrecorded(world)
    await stops_by_id(world, task)
    world.cloud.state.fail_next(STOPS, "UnauthorizedOperation")
    await stops_by_id(world, task)
    await tencent.later(minutes=1)

    assert await rings_of(world, stop) == []


@pytest.mark.parametrize(("stopped", "rings"), [("R1", [1]), (OTHER, [])])
async def test_such_an_alert_is_not_over_with_what_it_came_under_the_name_of(
    world, stopped, rings
):
    tencent = Tencent(world)
    relay = await started(world, START)
    world.cloud.state.fail_next(STOPS, "UnauthorizedOperation")
    await world.typed(f"/relay stop task={OTHER} app=live-main --yes")
    (stop,) = await world.journal.find.foreign_stops(OTHER, TEAM)
    await told(world)
    await tencent.tells(relay, 2, TaskId=OTHER)

    await world.typed(f"/relay stop {stopped} --yes")
    await tencent.later(minutes=1)

    assert await rings_of(world, stop) == rings
