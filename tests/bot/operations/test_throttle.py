"""Calls leave one by one, never closer together than the rate has it."""

import asyncio
import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Busy
from bot.operations.throttle import Throttle, Throttles
from bot.tencent.pacer import Pacer
from tests.fakes.clock import VirtualTime

RATE = 10
INTERVAL = 1 / RATE


@pytest.fixture
def time():
    return VirtualTime()


def throttle_by(time):
    return Throttle(Pacer(RATE, monotonic=time), time.sleep)


@pytest.fixture
def throttle(time):
    return throttle_by(time)


async def leave(throttle, time, slot, *, looks=0.0, takes=0.0):
    """Leave in *slot*: look something up first, and take so long in the turn."""
    await time.sleep(looks)
    async with throttle.turn(slot):
        await time.sleep(takes)
    return time.now


async def test_each_leaves_in_its_slot(throttle, time):
    slots = [throttle.slot(10) for _call in range(4)]

    left = await time.run(*(leave(throttle, time, slot) for slot in slots))

    assert left == pytest.approx([0.0, 0.1, 0.2, 0.3])


async def test_a_slow_commit_pushes_the_others_back_and_bunches_none(throttle, time):
    slots = [throttle.slot(10) for _call in range(4)]

    left = await time.run(
        leave(throttle, time, slots[0], takes=1.0),
        *(leave(throttle, time, slot) for slot in slots[1:]),
    )

    assert left == pytest.approx([1.0, 1.1, 1.2, 1.3])


async def test_one_that_is_late_holds_up_nobody_and_goes_when_it_is_ready(
    throttle, time
):
    slots = [throttle.slot(10) for _call in range(6)]
    looks = [3.0, 0.0, 0.0, 0.0, 0.0, 0.0]

    left = await time.run(
        *(
            leave(throttle, time, slot, looks=look)
            for slot, look in zip(slots, looks, strict=True)
        )
    )

    assert left == pytest.approx([3.0, 0.1, 0.2, 0.3, 0.4, 0.5])


async def test_one_whose_slot_is_far_holds_up_nobody_before_it(throttle, time):
    slots = [throttle.slot(10) for _call in range(50)]
    looks = [1.0] * 49 + [0.0]  # the last knows at once all that it has to know

    left = await time.run(
        *(
            leave(throttle, time, slot, looks=look)
            for slot, look in zip(slots, looks, strict=True)
        )
    )

    assert left[-1] == pytest.approx(max(left))
    assert left[0] == pytest.approx(1.0)


async def test_those_who_wait_go_in_the_order_of_their_slots(throttle, time):
    slots = [throttle.slot(10) for _call in range(8)]
    order = [3, 7, 1, 5, 2, 6, 4]

    left = await time.run(
        leave(throttle, time, slots[0], takes=2.0),
        *(leave(throttle, time, slots[number]) for number in order),
    )

    by_slot = dict(zip(order, left[1:], strict=True))
    assert [by_slot[number] for number in sorted(order)] == pytest.approx(
        [2.0 + INTERVAL * step for step in range(1, 8)]
    )


@given(
    looks=st.lists(st.floats(0, 3), min_size=1, max_size=25),
    seed=st.integers(0, 9),
)
def test_no_turn_is_left_unused_while_somebody_is_ready_and_none_comes_too_soon(
    looks, seed
):
    async def play():
        time = VirtualTime()
        throttle = throttle_by(time)
        calls = [(throttle.slot(math.inf), look) for look in looks]
        random.Random(seed).shuffle(calls)  # noqa: S311 - no secret
        left = await time.run(
            *(leave(throttle, time, slot, looks=look) for slot, look in calls)
        )
        return sorted(
            (at, max(slot, look)) for at, (slot, look) in zip(left, calls, strict=True)
        )

    departures = asyncio.run(play())

    before = -math.inf
    for number, (at, _ready) in enumerate(departures):
        first_ready = min(ready for _at, ready in departures[number:])
        assert at == pytest.approx(max(first_ready, before + INTERVAL))
        before = at


async def test_what_would_wait_too_long_gets_no_slot(throttle):
    throttle.slot(0)

    with pytest.raises(Busy):
        throttle.slot(0.05)

    assert throttle.slot(0.1) == pytest.approx(0.1)


async def test_one_that_fails_in_its_turn_lets_the_next_go(throttle, time):
    async def fail():
        async with throttle.turn(throttle.slot(1)):
            raise ValueError("broke")

    with pytest.raises(ValueError, match="broke"):
        await time.run(fail())

    assert await time.run(leave(throttle, time, throttle.slot(1))) == [
        pytest.approx(0.1)
    ]


@pytest.mark.parametrize("given_already", [False, True])
async def test_one_that_is_given_up_while_it_waits_lets_the_next_go(
    throttle, time, given_already
):
    slots = [throttle.slot(10) for _call in range(3)]
    waits = asyncio.Event()

    async def hold():
        async with throttle.turn(slots[0]):
            await waits.wait()
            if given_already:  # in the very turn of the loop in which it is cancelled
                waiter.cancel()
        waiter.cancel()
        return time.now

    async def set_it():
        await time.sleep(1.0)
        waits.set()

    waiter = asyncio.ensure_future(leave(throttle, time, slots[1]))

    left = await time.run(
        hold(), set_it(), leave(throttle, time, slots[2]), _quiet(waiter)
    )

    assert left[2] == pytest.approx(1.1)


async def _quiet(task):
    await asyncio.wait([task])


async def test_actions_that_end_something_have_a_patient_pacer(time):
    throttles = Throttles(
        {"Start": RATE, "Stop": RATE}, time, time.sleep, frozenset({"Stop"})
    )

    patient = {name: throttles.of(name).pacer.patient for name in ("Start", "Stop")}

    assert patient == {"Start": False, "Stop": True}


async def test_the_median_wait_of_a_stop_stays_short_though_some_are_too_fast(time):
    pacer = Pacer(18, monotonic=time, patient=True)
    dice = random.Random(7)  # noqa: S311 - no secret
    waits = []

    for _stop in range(7 * 180):  # seven a second for three minutes
        time.now += 1 / 7
        waits.append(pacer.wait(math.inf))
        if dice.random() < 0.05:
            pacer.slow_down()

    assert sorted(waits)[len(waits) // 2] < 0.2
    assert max(waits) < 2
