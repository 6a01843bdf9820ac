"""`/relay quality` tells what the CDN got, or why that is not known."""

from contextlib import AsyncExitStack

import pytest

from bot.dialogue.outcome import plain
from tests.world import make_world

START = "/relay start 295066 url=rtmp://push.example.com/live/show-key --go"


@pytest.fixture
async def stack():
    async with AsyncExitStack() as stack:
        yield stack


@pytest.fixture
async def world(tmp_path, stack):
    return await make_world(stack, tmp_path / "p.db")


def text(answer):
    return "\n".join(plain(getattr(one, "spans", ())) for one in answer.parts)


async def test_it_tells_of_the_last_hour_and_shows_no_key(world):
    await world.typed(START)

    answer = await world.typed("/relay quality r1")

    assert plain(answer.headline) == "R1 · push quality of the last hour"
    assert "CSS calls the stream active." in text(answer)
    assert "show-key" not in repr(answer)


async def test_of_what_there_is_not_nothing_is_asked(world):
    answer = await world.typed("/relay quality R7")

    assert "No relay R7." in plain(answer.headline)
    assert "DescribeLiveStreamState" not in str(world.cloud.state.calls)


async def test_without_an_endpoint_it_says_so(tmp_path, stack):
    off = {"settings": {"live_endpoint": ""}}
    world = await make_world(stack, tmp_path / "p.db", **off)
    await world.typed(START)

    answer = await world.typed("/relay quality R1")

    assert plain(answer.headline) == "R1: what the CDN gets is not asked here."


async def test_what_tencent_does_not_answer_is_told_and_offered_to_be_explained(world):
    await world.typed(START)
    for how in ("UnauthorizedOperation", "timeout"):
        world.cloud.state.fail_next("DescribeStreamPushInfoList", how)
    answer = await world.typed("/relay quality R1")

    assert "The key may not ask that." in text(answer)
    assert [one.text for one in answer.buttons][-1] == (
        "UnauthorizedOperation product=live"
    )


async def test_a_look_up_of_that_code_explains_it(world):
    answer = await world.typed("/lookup UnauthorizedOperation product=live")

    assert "UnauthorizedOperation" in plain(answer.headline)
