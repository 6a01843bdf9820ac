"""Calls leave one by one, never closer together than the rate has it."""

import asyncio

import pytest

from bot.errors import Busy
from bot.operations.throttle import Throttle
from bot.tencent.pacer import Pacer


class Time:
    """A clock that goes on when somebody sleeps."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now

    async def sleep(self, seconds):
        self.now += seconds
        await asyncio.sleep(0)


@pytest.fixture
def time():
    return Time()


@pytest.fixture
def throttle(time):
    return Throttle(Pacer(10, monotonic=time), time.sleep)


async def leave(throttle, time, slot, *, takes=0.0):
    async with throttle.turn(slot):
        time.now += takes
    return time.now


async def test_each_leaves_in_its_slot(throttle, time):
    slots = [throttle.slot(10) for _call in range(4)]

    left = await asyncio.gather(*(leave(throttle, time, slot) for slot in slots))

    assert left == pytest.approx([0.0, 0.1, 0.2, 0.3])


async def test_a_slow_commit_pushes_the_others_back_and_bunches_none(throttle, time):
    slots = [throttle.slot(10) for _call in range(4)]

    left = await asyncio.gather(
        leave(throttle, time, slots[0], takes=1.0),
        *(leave(throttle, time, slot) for slot in slots[1:]),
    )

    assert left == pytest.approx([1.0, 1.1, 1.2, 1.3])


async def test_what_would_wait_too_long_gets_no_slot(throttle):
    throttle.slot(0)

    with pytest.raises(Busy):
        throttle.slot(0.05)

    assert throttle.slot(0.1) == pytest.approx(0.1)


async def test_one_that_fails_in_its_turn_lets_the_next_go(throttle, time):
    with pytest.raises(ValueError, match="broke"):
        async with throttle.turn(throttle.slot(1)):
            raise ValueError("broke")

    assert await leave(throttle, time, throttle.slot(1)) == pytest.approx(0.1)
