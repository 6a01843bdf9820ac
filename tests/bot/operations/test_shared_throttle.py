"""However many bots share the slots of an action, no second has more than its limit."""

import math
import random

import pytest

from bot.errors import Busy
from bot.operations.shared_throttle import AHEAD, LATE, LONGEST_LEAD, SharedThrottle
from bot.operations.throttle import Throttles
from bot.tencent.pacer import Pacer
from tests.fakes.clock import VirtualTime
from tests.fakes.slots import FakeSlots

RATE, LIMIT = 18, 20  # a second
NAME = "tencent account ap-singapore Start"


@pytest.fixture
def time():
    return VirtualTime()


@pytest.fixture
def slots(time):
    return FakeSlots(time, time.sleep)


def bots(time, slots, count=1, **more):
    """Return the throttle of one action in each of some bots."""
    how = {"accounts": {"Start": "account"}, "regional": frozenset({"Start"}), **more}
    return [
        Throttles({"Start": RATE}, time, time.sleep, slots=slots, **how).of(
            "Start", "ap-singapore"
        )
        for _bot in range(count)
    ]


@pytest.fixture
def throttle(time, slots):
    (one,) = bots(time, slots)
    return one


async def leave(throttle, time, takes=0.0, budget=math.inf):
    """Leave in a slot, after a commit that *takes* so long; return when."""
    async with throttle.turn(await throttle.take(budget)):
        await time.sleep(takes)
    return time.now


def most_in_a_second(departures):
    return max(sum(at <= one < at + 1 for one in departures) for at in departures)


@pytest.mark.parametrize("longest", [0.0, 0.05, 0.2, 0.4])
async def test_of_three_bots_no_second_has_more_than_the_limit_and_few_slots_are_lost(
    time, longest
):
    three = bots(time, FakeSlots(time, time.sleep, 0.003), 3)
    dice = random.Random(7)  # noqa: S311 - no secret

    left = sorted(
        await time.run(
            *(
                leave(dice.choice(three), time, dice.uniform(0, longest))
                for _call in range(180)
            )
        )
    )

    assert most_in_a_second(left) <= LIMIT
    assert len(left) / (left[-1] + 1 / RATE) >= 16


async def test_what_takes_long_is_begun_before_its_slot_and_leaves_in_it(
    throttle, time
):
    left = await time.run(*(leave(throttle, time, 0.3) for _call in range(30)))

    in_slots = [number / RATE for number in range(15, 30)]
    assert left[15:] == pytest.approx(in_slots)


async def test_what_missed_its_slot_takes_another(throttle, time, slots):
    left = await time.run(leave(throttle, time, 5.0))

    assert left == [5.0]
    assert slots.asked == [("take", NAME)] * 2


async def test_a_slot_that_went_by_while_something_was_looked_up_is_not_used(
    throttle, time, slots
):
    async def late():
        slot = await throttle.take(1)
        await time.sleep(LATE + 0.1)
        async with throttle.turn(slot):
            return slots.timer()

    assert await time.run(late()) == [pytest.approx(LATE + 0.1)]
    assert slots.asked == [("take", NAME)] * 2


async def test_nothing_is_begun_longer_before_its_slot_than_half_a_second(
    throttle, time
):
    await time.run(leave(throttle, time, 3.0))
    begun = []

    async def begin():
        slot = await throttle.take(math.inf)
        async with throttle.turn(slot):
            begun.append(slot - time.now)

    await time.run(*(begin() for _call in range(40)))

    assert 0 < max(begun) <= LONGEST_LEAD


async def test_what_would_wait_too_long_gets_no_slot(throttle):
    await throttle.take(0)

    with pytest.raises(Busy) as busy:
        await throttle.take(0.01)

    assert busy.value.wait == pytest.approx(1 / RATE)
    assert await throttle.take(0.1) == pytest.approx(1 / RATE)


async def test_nothing_is_known_of_a_slot_at_once(throttle, slots):
    assert throttle.slot(10) is None
    assert slots.asked == []


# ── what ends something ─────────────────────────────────────────────────────────────


async def test_stops_go_in_their_order_and_take_slots_for_two_seconds_only(time, slots):
    (throttle,) = bots(time, slots, patient=frozenset({"Start"}))
    ahead = []

    async def stop():
        at = await leave(throttle, time)
        ahead.append(slots.next_at[NAME] - time.now)
        return at

    left = await time.run(*(stop() for _stop in range(100)))

    assert left == sorted(left)
    assert most_in_a_second(left) <= LIMIT
    assert left[-1] <= 100 / 16
    assert max(ahead) <= AHEAD + 2 / RATE


async def test_a_stop_whose_turn_does_not_come_in_time_takes_no_slot(time, slots):
    (throttle,) = bots(time, slots, patient=frozenset({"Start"}))
    slots.next_at[NAME] = 30.0

    with pytest.raises(Busy):
        await time.run(throttle.take(20.0))

    assert slots.next_at[NAME] == 30.0


# ── trying again ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("until", "goes", "at"), [(5.0, True, 3.0), (2.5, False, 2.0), (1.0, False, 0.0)]
)
async def test_what_is_tried_again_has_a_slot_after_its_pause(
    throttle, time, slots, until, goes, at
):
    slots.next_at[NAME] = 3.0

    assert await time.run(throttle.again(2.0, until)) == [goes]
    assert time.now == at


async def test_too_fast_is_told_to_all(throttle, slots):
    await throttle.too_fast()

    assert slots.slowed == [NAME]


# ── without the database ────────────────────────────────────────────────────────────


@pytest.mark.parametrize("how", ["away", "hangs"])
async def test_without_the_database_each_keeps_the_pace_by_itself(time, slots, how):
    pacer = Pacer(RATE, monotonic=time)
    throttle = SharedThrottle(slots, NAME, pacer, time.sleep, patience=0.01)
    setattr(slots, how, True)

    moments = [await throttle.take(10) for _call in range(3)]
    slots.hangs = False
    await throttle.too_fast()

    assert moments == pytest.approx([0, 1 / RATE, 2 / RATE])
    assert throttle.pacer.pace.rate == RATE
    assert throttle.pacer.interval == 2 / RATE


# ── which rows ──────────────────────────────────────────────────────────────────────


async def test_each_account_region_and_action_has_a_row_of_its_own(time, slots):
    throttles = Throttles(
        {"Start": 18, "Stop": 18, "Open": 90},
        time,
        time.sleep,
        slots=slots,
        accounts={"Start": "one", "Stop": "one", "Open": "two"},
        regional=frozenset({"Start", "Stop"}),
    )
    for action in ("Start", "Stop", "Open"):
        for region in ("ap-singapore", "ap-hongkong", "ap-singapore"):
            await throttles.of(action, region).take(10)

    assert sorted(slots.next_at) == [
        "tencent one ap-hongkong Start",
        "tencent one ap-hongkong Stop",
        "tencent one ap-singapore Start",
        "tencent one ap-singapore Stop",
        "tencent two  Open",
    ]
