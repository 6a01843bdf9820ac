"""Things that go by one ID which people choose: whatever befalls one, all learn of."""

import pytest

from bot.journal.evidence import Headline
from bot.journal.model import Subject
from bot.journal.namesakes import shared
from bot.resources.render.resource import RENDER
from bot.states import LIVE, State

START = "/car start user=u1 ip=8.8.8.8 --go"


async def each(world, *handles):
    return [(await world.handle(one)).standing.headline for one in handles]


@pytest.mark.parametrize(
    ("app", "ref", "is_shared"), [(0, "u", True), (0, "", False), (7, "u", False)]
)
def test_an_id_that_an_app_gave_out_is_one_things_own(app, ref, is_shared):
    assert shared(Subject(kind=RENDER, sdk_app_id=app, ref=ref)) is is_shared


async def test_of_any_number_only_the_newest_that_was_answered_runs(world):
    for _time in range(4):
        await world.typed(START)
        world.clock.push(seconds=1)

    *older, newest = await each(world, "S1", "S2", "S3", "S4")

    assert older == [Headline.REPLACED] * 3
    assert newest is Headline.ACCEPTED


@pytest.mark.parametrize("lost", ["S1", "S2"])
async def test_an_end_ends_all_that_may_run_whichever_it_was_of(world, lost):
    for handle in ("S1", "S2"):
        if handle == lost:
            world.cloud.state.fail_next("CreateSession", "reset", 2)
        await world.typed(START)
        world.clock.push(seconds=60)
    live = [h for h in ("S1", "S2") if (await world.handle(h)).state in LIVE]

    await world.typed(f"/car stop {live[0]} --yes")

    assert Headline.STOPPED in await each(world, *live)
    assert not [h for h in live if (await world.handle(h)).state in LIVE]


async def test_another_user_learns_nothing(world):
    await world.typed(START)
    await world.typed(START.replace("u1", "u2"))

    await world.typed("/car stop user=u2 --yes")

    assert await each(world, "S1", "S2") == [Headline.ACCEPTED, Headline.STOPPED]
    assert (await world.handle("S1")).state is State.STARTED
