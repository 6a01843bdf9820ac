"""When the bot is behind, who is served, and who is turned away for their age."""

import asyncio
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from bot.slack.inbound.admission import (
    FEWEST,
    FIRST,
    FORMS,
    GIVEN_UP,
    KEPT,
    LATE,
    LEAST_WAITING,
    MOST_WAITING,
    REST,
    SLOW,
    SMOOTHED,
    TICK,
    WAITED,
    Admission,
    Asked,
    Lane,
    Offsets,
)
from tests.fakes.clock import FakeClock

AHEAD = 7.0  # seconds by which our clock is ahead of Slack's


class Desk:
    """An admission whose time is a test's; what each request was told, in order."""

    def __init__(self):
        self.clock = FakeClock()
        self.admission = Admission(
            lambda: self.clock().timestamp(), self.clock.monotonic, lease=None
        )
        self.asked, self.told = [], []

    def stamp(self, age=0.0):
        """Return Slack's timestamp of what was sent *age* seconds ago."""
        return self.clock().timestamp() - AHEAD - age

    def come(self, lane=Lane.REST, age=0.0):
        number = len(self.asked)
        one = self.admission.asked(
            lambda has_place: self.told.append((number, has_place)), self.stamp(age)
        )
        self.asked.append((one, lane))
        self.admission.wait(one, lane)
        return number

    def over(self, number):
        self.admission.over(*self.asked[number])

    def fill(self, lane=Lane.REST):
        return [self.come(lane) for _ in range(FIRST if lane is Lane.FIRST else REST)]

    def pass_(self, seconds):
        """Let time pass in which the loop turns, and is never late."""
        for _ in range(round(seconds / TICK)):
            self.clock.push(seconds=TICK)
            self.admission.look()

    def fall_behind(self):
        """Have all places taken, and one who has waited."""
        full = self.fill()
        waits = self.come()
        self.pass_(WAITED + 2 * TICK)
        assert self.admission.behind()
        return full, waits


@pytest.fixture
async def desk():
    return Desk()


# ── behind ──────────────────────────────────────────────────────────────────────


async def test_it_is_behind_when_somebody_has_waited_for_a_place(desk):
    desk.fill()
    desk.come()
    desk.pass_(WAITED)
    before = desk.admission.behind()
    desk.pass_(2 * TICK)

    assert (before, desk.admission.behind()) == (False, True)


async def test_long_answers_alone_are_not_behind(desk):
    desk.fill()
    desk.pass_(60)

    assert not desk.admission.behind()


async def test_it_is_behind_when_the_loop_is_late_and_not_a_moment_after(desk):
    desk.come()
    desk.clock.push(seconds=TICK + LATE - 0.01)
    before = desk.admission.behind()
    desk.clock.push(seconds=0.02)
    late = desk.admission.behind()
    desk.admission.look()
    told = desk.admission.behind()
    desk.come()
    desk.pass_(TICK)

    assert (before, late, told) == (False, True, True)
    assert not desk.admission.behind()


async def test_it_looks_by_itself_as_long_as_anybody_comes():
    clock = FakeClock()
    admission = Admission(lambda: clock().timestamp(), clock.monotonic)
    for _ in range(REST + 1):
        turned = asyncio.get_running_loop().create_future()
        one = admission.asked(turned.set_result, None)
        admission.wait(one, Lane.REST)
    clock.push(seconds=GIVEN_UP + 0.1)

    assert await asyncio.wait_for(turned, 20) is False


# ── who is turned away ──────────────────────────────────────────────────────────


async def test_while_the_loop_is_slow_fewer_are_answered_at_once(desk):
    def answered():
        """Return how many are, of as many as want to be, and end them."""
        first = len(desk.asked)
        numbers = [desk.come() for _ in range(REST)]
        had = [number for number, has_place in desk.told if number >= first]
        for number in numbers:
            desk.over(number)
        return len(had)

    usual = answered()
    desk.clock.push(seconds=TICK + 2 * SLOW)
    desk.admission.look()
    slow = answered()
    desk.pass_(TICK)
    quick = answered()
    desk.pass_(TICK * REST)

    assert (usual, slow, quick, answered()) == (REST, FEWEST, FEWEST + 1, REST)


async def test_what_has_its_place_keeps_it_when_there_are_fewer(desk):
    numbers = desk.fill()
    desk.clock.push(seconds=TICK + 2 * SLOW)
    desk.admission.look()
    waiting = desk.come()

    for number in numbers[: REST - FEWEST]:
        desk.over(number)
    before = list(desk.told)
    desk.over(numbers[-1])

    assert before == [(number, True) for number in numbers]
    assert desk.told == [*before, (waiting, True)]


async def test_what_slack_has_given_up_is_turned_away_and_the_rest_is_not(desk):
    _full, waits = desk.fall_behind()
    fresh = desk.come(age=GIVEN_UP - 0.01)
    old = desk.come(age=GIVEN_UP + 0.01)

    assert desk.told[REST:] == [(old, False)]
    assert waits < fresh < old
    assert desk.admission.turned_away == {"full": 0, "late": 1}


async def test_who_waits_until_slack_has_given_up_is_turned_away(desk):
    _full, waits = desk.fall_behind()
    desk.pass_(GIVEN_UP - WAITED - 2 * TICK)
    before = desk.told[REST:]
    desk.pass_(2 * TICK)

    assert (before, desk.told[REST:]) == ([], [(waits, False)])


async def test_what_is_old_is_answered_as_long_as_the_bot_keeps_up(desk):
    desk.come()
    old = desk.come(age=100.0)

    assert desk.told[-1] == (old, True)


async def test_a_stop_is_never_turned_away_however_old_it_is(desk):
    desk.fall_behind()
    inside = [desk.come(Lane.FIRST, age=200.0) for _ in range(FIRST)]
    waits = desk.come(Lane.FIRST, age=250.0)
    desk.pass_(60)
    desk.over(inside[0])

    first = [told for told in desk.told if told[0] in {*inside, waits}]
    assert first == [*((number, True) for number in inside), (waits, True)]


@pytest.mark.parametrize("lane", [Lane.REST, Lane.FORMS])
async def test_starts_and_forms_stand_in_nobodys_way_but_their_own(desk, lane):
    others = {Lane.FIRST, Lane.FORMS, Lane.REST} - {lane}
    for _ in range(MOST_WAITING):
        desk.come(lane)
    free = [desk.come(other) for other in others]

    assert desk.told[-2:] == [(number, True) for number in free]


async def test_the_newest_goes_first_when_it_is_behind_and_the_oldest_before(desk):
    full = desk.fill()
    second, third = desk.come(), desk.come()
    desk.over(full[0])
    in_time = desk.told[REST:]
    desk.pass_(WAITED + 2 * TICK)
    fourth = desk.come()
    desk.over(full[1])

    assert (in_time, desk.told[REST + 1 :]) == ([(second, True)], [(fourth, True)])
    assert third not in [number for number, _has_place in desk.told]


async def test_of_more_than_may_wait_the_oldest_gives_way(desk):
    desk.fill()
    waiting = [desk.come() for _ in range(MOST_WAITING + 1)]

    assert desk.told[REST:] == [(waiting[0], False)]


async def test_behind_no_more_wait_than_are_served_soon_the_newest_of_all(desk):
    desk.fall_behind()
    waiting = [desk.come() for _ in range(LEAST_WAITING + 10)]
    told = desk.told[REST:]

    # with the one who made it fall behind
    assert told == [(REST, False), *((number, False) for number in waiting[:10])]


async def test_behind_as_many_wait_as_are_served_in_the_time_that_may_be_waited(desk):
    for _ in range(20):
        for number in [desk.come() for _ in range(REST)]:
            desk.over(number)  # REST in each TICK
        desk.pass_(TICK)
    desk.fall_behind()
    for _ in range(MOST_WAITING):
        desk.come()
    left = MOST_WAITING + 1 - sum(not has_place for _number, has_place in desk.told)

    # since then nobody was served for as long as it took to fall behind
    lately = (1 - TICK / SMOOTHED) ** round(WAITED / TICK + 2)
    assert left == pytest.approx(WAITED * REST / TICK * lately, abs=2)
    assert left > LEAST_WAITING


async def test_it_is_behind_until_nobody_waits(desk):
    full, _waits = desk.fall_behind()
    desk.come()
    desk.over(full[0])
    desk.pass_(TICK)
    still = desk.admission.behind()
    desk.over(full[1])
    desk.pass_(TICK)

    assert (still, desk.admission.behind()) == (True, False)


async def test_what_is_turned_away_is_logged_once_a_second_with_a_count(desk):
    desk.fall_behind()
    with capture_logs() as logged:
        for _ in range(100):
            desk.come(age=GIVEN_UP + 1)
        desk.pass_(1.0)
        desk.pass_(0.5)

    said = [(one["event"], one["log_level"]) for one in logged]
    assert said == [("server.behind", "error")] * 2
    assert [one["turned"] for one in logged] == [1, 99]
    assert [one["refused"] for one in logged] == [0, 0]
    assert [one["oldest_ms"] for one in logged] == [3500, 3500]


async def test_a_place_is_held_within_the_block_and_given_back(desk):
    async with desk.admission.place(Lane.REST, desk.stamp()) as has_place:
        within = has_place
    desk.fill()

    assert within
    assert desk.told == [(number, True) for number in range(REST)]


def test_given_up_is_what_is_2500_ms_older_than_the_youngest_of_a_minute():
    assert (GIVEN_UP, KEPT) == (2.5, 60.0)


# ── how old ─────────────────────────────────────────────────────────────────────


class Clocks:
    """Two clocks, and Slack's, by which ours is ahead by AHEAD."""

    def __init__(self):
        self.clock = FakeClock()
        self.offsets = Offsets(lambda: self.clock().timestamp(), self.clock.monotonic)

    def age(self, of=0.0):
        return round(self.offsets.age(self.clock().timestamp() - AHEAD - of), 6)


@given(
    st.lists(
        st.tuples(st.floats(0, 20, allow_subnormal=False), st.floats(0, 290, width=32)),
        min_size=1,
        max_size=200,
    )
)
def test_the_age_is_that_against_the_least_of_the_last_minute(came):
    clocks, before = Clocks(), []
    for wait, age in came:
        clocks.clock.push(seconds=wait)
        at = clocks.clock.monotonic()
        before.append((at, age))
        told = clocks.age(age)

        # within a second of a minute it may count or not
        surely = min(one for since, one in before if since >= at - KEPT)
        maybe = min(one for since, one in before if since >= at - KEPT - 1)
        assert age - surely - 1e-5 <= told <= age - maybe + 1e-5


@given(st.floats(0.51, 3600), st.sampled_from([1, -1]), st.floats(0, 200))
def test_a_step_of_the_clock_forgets_what_was_measured_by_it(step, sign, age):
    clocks = Clocks()
    clocks.age()
    before = clocks.age(3.0)
    clocks.clock.ahead = timedelta(seconds=sign * step)

    assert (before, clocks.age(age), clocks.age(age + 2.0)) == (3.0, 0.0, 2.0)


async def test_what_carries_no_signature_has_no_age_and_moves_nothing(desk):
    desk.fall_behind()
    one = desk.admission.asked(lambda _has_place: None, None)
    old = desk.come(age=GIVEN_UP + 1)

    now = desk.clock.monotonic()
    assert (type(one), one.came, one.sent) == (Asked, now, now)
    assert desk.told[-1] == (old, False)


@pytest.mark.parametrize("first", [Lane.FORMS, Lane.REST])
async def test_with_all_connections_in_use_a_form_gives_way_to_no_start(desk, first):
    other = Lane.REST if first is Lane.FORMS else Lane.FORMS
    for _ in range(REST):
        desk.come(Lane.FORMS)
        desk.come(Lane.REST)
    for _ in range(MOST_WAITING - 50):
        desk.come(first)
    for _ in range(100):
        desk.come(other)

    refused = [number for number, has_place in desk.told if not has_place]
    assert {desk.asked[number][1] for number in refused} == {Lane.REST}


async def test_forms_that_are_too_many_give_way_to_newer_ones(desk):
    for _ in range(FORMS):
        desk.come(Lane.FORMS)

    waiting = [desk.come(Lane.FORMS) for _ in range(MOST_WAITING + 1)]

    assert desk.told[FORMS:] == [(waiting[0], False)]
