"""A stop of a TaskId that is not on record: tried for a day, and in nobody's way."""

from contextlib import AsyncExitStack
from datetime import timedelta

import pytest

from bot.journal.evidence import Headline
from bot.states import State
from tests.bot.operations.tencent import KEY, lost, texts
from tests.world import TEAM, make_world

END = "StopPublishCdnStream"
START = "/relay start 295066 url=rtmp://push.example.com/live/k --go"


@pytest.fixture
async def world(tmp_path):
    async with AsyncExitStack() as stack:
        yield await make_world(stack, tmp_path / "p.db", key=KEY)


@pytest.fixture
async def unknown(world):
    """Return, as the cloud knows it, a relay whose TaskId the journal does not."""
    return await lost(world, START)


async def relays(world):
    return [one.handle for one in await world.journal.find.recent(TEAM)]


async def test_it_makes_no_relay_and_takes_no_handle(world, unknown):
    answer = await world.typed(f"/relay stop {unknown.task_id} --yes")
    await world.typed(START.replace("295066", "2").replace("/live/k", "/live/2"))

    assert answer.plain == f"🟡 {unknown.task_id} is being stopped."
    assert await texts(world, "asker") == [f"⚪ {unknown.task_id} is stopped."]
    assert sorted(await relays(world)) == ["R1", "R2"]


async def test_it_is_tried_for_a_day(world, unknown):
    world.cloud.state.fail_next(END, "InternalError", times=3000)
    world.cloud.clock = lambda: world.clock().timestamp()

    await world.typed(f"/relay stop {unknown.task_id} --yes")

    waited = timedelta(seconds=sum(world.waits))
    assert timedelta(hours=23) < waited < timedelta(hours=25)
    assert await relays(world) == ["R1"]
    (told,) = await texts(world, "asker")
    assert told.startswith(f"⚠️ {unknown.task_id} may still run")


async def test_what_waits_too_long_is_sent_all_the_same(world, unknown):
    world.clock.hold()
    await world.typed(f"/relay stop {unknown.task_id} --yes")
    world.clock.push(hours=3)
    world.cloud.clock = lambda: world.clock().timestamp()
    world.clock.release()
    await world.settled()

    assert world.cloud.state.running == []


async def test_it_does_not_block_attach_and_is_linked_by_it(world, unknown):
    world.clock.hold()
    await world.typed(f"/relay stop {unknown.task_id} --yes", user="U0BOB")
    await world.typed(f"/relay attach R1 {unknown.task_id}")
    attached = await world.handle("R1")
    joining = await world.typed("/relay stop R1 --yes", user="U0EVE")
    world.clock.release()
    await world.settled()

    assert (attached.state, attached.standing.by) == (State.STOPPING, "U0BOB")
    assert joining.plain == "🟡 R1 is being stopped already."
    assert sum(name == END for _at, name in world.cloud.state.calls) == 1
    now = (await world.handle("R1")).standing
    assert (now.headline, now.by) == (Headline.STOPPED, "U0BOB")
    assert await texts(world, "asker") == ["⚪ R1 is stopped."] * 2


async def test_what_it_stopped_before_is_known_when_its_id_is_attached(world, unknown):
    await world.typed(f"/relay stop {unknown.task_id} --yes", user="U0BOB")

    await world.typed(f"/relay attach R1 {unknown.task_id}")

    now = (await world.handle("R1")).standing
    assert (now.headline, now.by) == (Headline.STOPPED, "U0BOB")


async def test_an_id_that_tencent_does_not_know_is_told_as_that(world):
    task = "-m97l2ZU7AI-" + "x" * 58 + ".."

    await world.typed(f"/relay stop {task} --yes")

    (told,) = await texts(world, "asker")
    assert told == f"⚠️ Tencent knows no task {task} (any more)."
