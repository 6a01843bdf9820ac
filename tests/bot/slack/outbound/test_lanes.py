"""Every destination has its own pace, by a clock that nobody sets."""

import pytest

from bot.runtime.slots import Slot
from bot.slack.outbound.lanes import (
    FARTHEST,
    METHODS,
    MOST_LANES,
    SOON,
    UPDATES,
    Lanes,
    Turns,
)
from tests.fakes.clock import FakeClock
from tests.fakes.slots import FakeSlots


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def lanes(clock):
    return Lanes(clock.monotonic)


def most_in(lanes, clock, lane, seconds):
    """Return how many go by *lane* in *seconds* if as many wait as can go."""
    count, until = 0, clock.monotonic() + seconds
    while clock.monotonic() < until:
        if lanes.wait(lane):
            clock.push(seconds=0.25)
        else:
            lanes.take(lane)
            count += 1
    return count


@pytest.mark.parametrize(
    ("lane", "seconds", "most"),
    [
        ("chat.postMessage C1", 10, 10),
        ("chat.update", 60, 49),
        ("chat.postEphemeral", 60, 99),
    ],
)
def test_a_lane_takes_what_slack_takes(lanes, clock, lane, seconds, most):
    assert most_in(lanes, clock, lane, seconds) == most


def test_a_lane_that_slack_closed_takes_nothing_until_it_said_and_holds_no_other(
    lanes, clock
):
    for lane in ("chat.postMessage C1", "chat.update"):
        lanes.close(lane, 30)
        lanes.close(lane, 7)  # asked for in vain

        assert lanes.wait(lane) == 30
    assert lanes.wait("chat.postMessage C2") == 0
    clock.push(seconds=30)
    assert lanes.wait("chat.update") == 0


def test_what_slack_refused_does_not_count(lanes):
    lanes.take("chat.postMessage C1")
    lanes.give_back("chat.postMessage C1")
    lanes.give_back("chat.update")

    assert lanes.wait("chat.postMessage C1") == 0


def test_the_wall_clock_changes_nothing(lanes, clock):
    lanes.take("chat.postMessage C1")

    clock.ahead = clock.ahead.resolution * 200_000_000

    assert lanes.wait("chat.postMessage C1") == 1


def test_what_is_not_paced_never_waits(lanes):
    for _time in range(100):
        lanes.take("")
    lanes.close("", 30)

    assert lanes.wait("") == 0


def test_lanes_that_are_empty_are_forgotten(lanes, clock):
    for number in range(MOST_LANES):
        lanes.take(f"chat.postMessage C{number}")
    clock.push(seconds=2)

    lanes.take("chat.postMessage C1")

    assert len(lanes._full_until) == 1


def taken(turns, lane, free_at, most, *ones):
    return [turns.take(lane, free_at, most, one) for one in ones]


def test_turns_follow_each_other_at_the_pace_of_their_lane():
    turns = Turns()

    cards = taken(turns, "chat.postMessage C", 7.0, 2, 1, 2, 3, 4, 5)
    elsewhere = taken(turns, "chat.postMessage D", 7.0, 2, 6)
    updates = taken(turns, "chat.update", 7.0, 1, 7, 8, 9)
    later = taken(turns, "chat.postMessage C", 20.0, 2, 10)

    assert cards == [7.0, 7.0, 8.0, 8.0, 9.0]
    assert (elsewhere, later) == ([7.0], [20.0])
    assert updates == [7.0, 9.0, 11.0]


def test_nobody_has_a_turn_that_is_far_away():
    turns, count = Turns(), round(FARTHEST / 2) + 3

    changes = taken(turns, "chat.update", 7.0, 1, *range(count))

    last = 7.0 + FARTHEST
    assert changes[-4:] == [last - 2.0, last, last, last]
    assert taken(turns, "chat.update", 9.0, 1, count) == [last + 2.0]


def test_who_goes_with_another_has_the_same_turn_in_the_same_line():
    turns, lane = Turns(), "chat.postMessage C"
    taken(turns, lane, 7.0, 1, 0, 1, 2)
    turns.join(lane, 8.0, 3)

    assert turns.forward(lane, 9) == [0, 1, 3, 2]


def test_of_lanes_that_had_turns_no_more_are_remembered_than_of_all():
    turns = Turns()
    for number in range(MOST_LANES):
        turns.take(f"chat.postMessage C{number}", 1.0, 1, number)
    turns.take("chat.postMessage D", 1.0, 1, -1)

    assert turns.take("chat.postMessage C1", 1.0, 1, -2) == 1.0


def test_who_is_let_forward_has_no_turn_and_a_line_without_anybody_has_no_end():
    turns, lane = Turns(), "chat.postMessage C"
    taken(turns, lane, 7.0, 1, *range(10))

    assert turns.lanes(7.97) == []  # the turn of 1 is next
    taken(turns, "chat.postMessage D", 30.0, 1, 10)
    assert turns.lanes(10.96) == ["chat.postMessage D"]
    assert turns.forward(lane, 4) == [4, 5, 6, 7]
    assert turns.lanes(10.96) == [lane, "chat.postMessage D"]
    assert turns.forward(lane, 4) == [8, 9]
    assert taken(turns, lane, 11.0, 1, 11) == [11.0]


def test_turns_that_have_passed_are_forgotten():
    turns, lane = Turns(), "chat.postMessage C"
    taken(turns, lane, 7.0, 1, *range(10))

    assert turns.lanes(100.0) == []
    assert taken(turns, lane, 7.0, 1, 11) == [7.0]


# ── shared with other bots ──────────────────────────────────────────────────────────


def test_who_has_just_begun_to_share_a_lane_takes_it_to_be_behind(clock):
    leeway = METHODS[UPDATES].leeway
    alone = Lanes(clock.monotonic)
    shares = Lanes(clock.monotonic, FakeSlots(clock.monotonic))

    at_first = [one.is_behind(UPDATES) for one in (alone, shares)]
    clock.push(seconds=leeway)

    assert (at_first, shares.is_behind(UPDATES)) == ([False, True], False)
    assert not Lanes(clock.monotonic, FakeSlots(clock.monotonic)).is_behind("post C")


POST = "chat.postMessage C1"


class LateSlots(FakeSlots):
    """Says that the next slot was not taken, when it has come already."""

    async def take(self, _name, _pace, _budget):
        return Slot(-0.1, taken=False)


@pytest.fixture
def slots(clock):
    return FakeSlots(clock.monotonic)


@pytest.fixture
def two(clock, slots):
    return [Lanes(clock.monotonic, slots) for _bot in range(2)]


async def test_a_message_goes_if_no_other_bot_has_just_sent_one(two, clock):
    one, other = two

    assert await one.admit(POST, counted=False) == 0
    assert await other.admit(POST, counted=False) == 1
    assert other.wait(POST) == 1
    clock.push(seconds=1)
    other.take(POST)
    assert await other.admit(POST, counted=True) == 0
    assert await one.admit(POST, counted=False) == 1


async def test_a_slot_that_was_not_taken_is_waited_for_though_its_time_has_come(clock):
    """The row was locked for longer than until it came."""
    lanes = Lanes(clock.monotonic, LateSlots(clock.monotonic))

    assert await lanes.admit(POST, counted=False) == SOON
    assert lanes.wait(POST) == pytest.approx(SOON)


async def test_of_updates_as_many_go_at_once_as_if_there_were_one_bot(two):
    went = [
        await lanes.admit("chat.update", counted=False) == 0
        for lanes in two
        for _update in range(20)
    ]

    assert went == [True] * 20 + [False] * 20


async def test_what_slack_refused_counts_for_nobody(two):
    one, other = two
    await one.admit(POST, counted=False)
    await one.refused(POST)

    assert await other.admit(POST, counted=False) == 0


async def test_what_slack_closed_is_closed_to_all(two):
    one, other = two
    await one.admit(POST, counted=False)
    await one.too_fast(POST, 30)

    assert (await other.admit(POST, counted=False), one.wait(POST)) == (30, 30)


async def test_what_is_not_paced_asks_nobody(two, slots):
    for lanes in two:
        assert await lanes.admit("", counted=False) == 0
        await lanes.refused("")
        await lanes.too_fast("", 30)

    assert slots.asked == []


async def test_without_the_database_each_keeps_its_own_pace(two, slots):
    slots.away = True
    one, other = two

    assert [await lanes.admit(POST, counted=False) for lanes in two] == [0, 0]
    await one.refused(POST)
    await other.too_fast(POST, 30)

    assert (one.wait(POST), other.wait(POST)) == (0, 30)
    assert await other.admit(POST, counted=False) == 30
