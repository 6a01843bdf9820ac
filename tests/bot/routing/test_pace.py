"""One person may ask so much at once; stops go always, and others are not held up."""

from contextlib import AsyncExitStack, nullcontext
from dataclasses import replace

import pytest

from bot.dialogue.form import Form
from bot.dialogue.outcome import Tone
from bot.errors import Busy, InvalidRequest
from bot.pace import MOST_PEOPLE, Buckets, Pace
from bot.resources.registry import RESOURCES
from bot.routing.pace import Paces
from bot.tencent.models.base import Level
from tests.world import make_world

START = "/relay start {room} url=rtmp://push.example.com/live/key{room} --go"
WAITS = "You asked too often in a short time. Nothing was done; try again in {} s."
REQUESTS = [one for kind in RESOURCES.resources for one in kind.requests]


@pytest.fixture
async def world(tmp_path):
    async with AsyncExitStack() as stack:
        world = await make_world(stack, tmp_path / "p.db")
        paces = Paces(Pace(), world.clock.monotonic)
        world.bot = replace(world.bot, router=replace(world.router, paces=paces))
        yield world


def too_soon(answer, seconds):
    return answer.tone is Tone.WARN and WAITS.format(seconds) in str(answer.parts)


async def times(world, count, line, **more):
    return [await world.typed(line, **more) for _ in range(count)]


async def test_ten_questions_are_answered_and_the_eleventh_says_when_to_come_again(
    world,
):
    *answered, over = await times(world, 11, "/lookup R1")

    assert not any(too_soon(one, 1) for one in answered)
    assert too_soon(over, 1)
    assert await world.journal.audit.all() == []
    world.clock.push(seconds=1)
    *again, over = await times(world, 2, "/lookup R1")
    assert [too_soon(one, 1) for one in (*again, over)] == [False, True]


async def test_five_starts_go_and_the_sixth_in_five_seconds(world):
    for room in range(6):
        answer = await world.typed(START.format(room=room))

    assert too_soon(answer, 5)
    assert len(world.cloud.state.relays) == 5
    world.clock.push(seconds=5)
    assert not too_soon(await world.typed(START.format(room=6)), 5)
    assert len(world.cloud.state.relays) == 6


async def test_somebody_else_does_not_wait_for_it(world):
    await times(world, 20, "/lookup R1")

    assert not too_soon(await world.typed("/lookup R1", user="U0BOB"), 1)


async def test_a_stop_is_taken_however_much_was_asked_before(world):
    await world.typed(START.format(room=1))
    await times(world, 20, "/lookup R1")
    await times(world, 20, "/relay start 2 --dry-run")

    answers = await times(world, 3, "/relay stop R1 --yes")

    assert not any(too_soon(one, 5) for one in answers)
    assert [one.stopped_at is None for one in world.cloud.state.relays.values()] == [
        False
    ]


async def test_a_stop_that_is_sent_in_is_taken_however_much_was_asked_before(world):
    await world.typed(START.format(room=1))
    form = await world.typed("/relay stop")
    await times(world, 20, "/lookup R1")

    await world.submitted(form, relay="R1")

    assert world.cloud.state.running == []


async def test_a_form_costs_a_change_when_it_opens_and_stays_filled_in_when_it_waits(
    world,
):
    form = await world.typed("/relay start 7")
    await times(world, 10, "/lookup R1")

    with pytest.raises(InvalidRequest) as refused:
        await world.submitted(form, target="rtmp://push.example.com/live/key7")

    assert refused.value.faults == {"": WAITS.format(1)}
    opened = [isinstance(one, Form) for one in await times(world, 5, "/relay start 8")]
    assert opened == [True] * 4 + [False]


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda one: one.action)
def test_every_action_has_the_pace_of_what_it_does(request_, ana):
    paces = Paces(Pace(), lambda: 0.0)
    most = {Level.READ: 10}.get(request_.level, 5)

    asked = 0
    with nullcontext() if request_.effect.ends else pytest.raises(Busy):
        for asked in range(1000):  # noqa: B007 - how far it came
            paces.take(ana, request_)

    assert asked == (999 if request_.effect.ends else most)


@pytest.fixture
def ana(world):
    return world.ask("/lookup R1").who


def test_of_many_people_the_latest_are_remembered():
    buckets = Buckets(1, 1.0, lambda: 0.0)
    for number in range(MOST_PEOPLE * 2):
        assert buckets.take(str(number)) == 0.0

    assert len(buckets._left) == MOST_PEOPLE
    assert buckets.take(str(MOST_PEOPLE * 2 - 1)) == 1.0
