"""What only looks is sent in its turn, once, and kept nowhere."""

from contextlib import AsyncExitStack

import pytest

from bot.errors import NoAnswer, Refused
from bot.tencent.models.live import DescribeLiveStreamPushInfoList, PushedStreams
from tests.world import make_world

LOOK = DescribeLiveStreamPushInfoList(page_num=1)


@pytest.fixture
async def world(tmp_path):
    async with AsyncExitStack() as stack:
        yield await make_world(stack, tmp_path / "p.db")


async def test_the_answer_comes_back_and_no_intent_is_made(world):
    reply = await world.service.pushes.looks.ask(LOOK)

    assert isinstance(reply, PushedStreams)
    assert (reply.data_info_list, reply.total_page) == ((), 0)
    assert await world.journal.find.counts() == {}


@pytest.mark.parametrize(
    ("how", "error"), [("UnauthorizedOperation", Refused), ("reset", NoAnswer)]
)
async def test_what_fails_is_not_tried_again(world, how, error):
    world.cloud.state.fail_next(LOOK.action, how)

    with pytest.raises(error):
        await world.service.pushes.looks.ask(LOOK)

    calls = [name for _at, name in world.cloud.state.calls]
    assert calls.count(LOOK.action) <= 1


async def test_it_is_signed_by_tencents_clock_once_ours_was_refused(world):
    world.clock.passed += 600

    assert (await world.service.pushes.looks.ask(LOOK)).total_page == 0
    assert world.cloud.pushes.looks == 1


async def test_whoever_is_too_fast_slows_down(world):
    looks = world.service.pushes.looks
    pacer = looks.throttles.of(LOOK.action).pacer
    before = pacer.interval
    world.cloud.state.fail_next(LOOK.action, "RequestLimitExceeded")

    with pytest.raises(Refused):
        await looks.ask(LOOK)

    assert pacer.interval > before
