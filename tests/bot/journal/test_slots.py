"""Slots in the database: a statement each, and one pace for all who share it.

Intervals are of some minutes here, so that it does not matter how long a test takes.
"""

import asyncio

import pytest

from bot.config.kinds import is_server
from bot.journal.slots import PIECE, PRUNE, SlotRows
from bot.runtime.slots import Pace
from tests.fakes.journal import laid, opened

MINUTE = Pace(rate=1 / 60, penalty=600.0)
ABOUT = 5.0  # seconds that a test may take


@pytest.fixture
async def writers(url, clock, tmp_path):
    """Return what two that share a database write with."""
    if not is_server(url):
        laid(tmp_path / "var/patchbay.db")
    both = [await opened(url, clock) for _ in range(2 if is_server(url) else 1)]
    yield [both[0]._writer, both[-1]._writer]
    for journal in both:
        journal.close()


@pytest.fixture
def slots(writers):
    return SlotRows(writers[0])


@pytest.fixture
def others(writers):
    return SlotRows(writers[1])


def about(seconds):
    return pytest.approx(seconds, abs=ABOUT)


async def taken(slots, count, pace=MINUTE, name="a"):
    return [(await slots.take(name, pace, 1e6)).wait for _slot in range(count)]


async def test_slots_follow_each_other_whoever_takes_them(slots, others):
    waits = [(await one.take("a", MINUTE, 1e6)).wait for one in (slots, others) * 2]

    assert waits == [about(0), about(60), about(120), about(180)]


async def test_each_name_has_its_own_slots(slots):
    await taken(slots, 3)

    assert await taken(slots, 1, name="b") == [about(0)]


async def test_a_slot_that_is_too_far_is_told_and_not_taken(slots, others):
    await taken(slots, 2)

    refused = [await one.take("a", MINUTE, 100.0) for one in (slots, others)]

    assert refused == [(about(120), False)] * 2
    assert await slots.take("a", MINUTE, 130.0) == (about(120), True)


async def test_some_may_go_ahead_of_the_pace(slots):
    pace = Pace(rate=1 / 60, leeway=120.0)

    assert await taken(slots, 5, pace) == [about(0)] * 3 + [about(60), about(120)]


async def test_what_is_given_back_is_taken_again(slots, others):
    await taken(slots, 2)
    await slots.give_back("a", MINUTE)

    assert await taken(others, 1) == [about(60)]


@pytest.mark.parametrize(("seconds", "wait"), [(300.0, 300), (10.0, 120)])
async def test_what_is_closed_opens_for_nobody_before(slots, others, seconds, wait):
    await taken(slots, 2)
    await slots.close("a", MINUTE, seconds)

    assert await taken(others, 1) == [about(wait)]


async def test_ahead_of_the_pace_nothing_goes_either_while_it_is_closed(slots):
    pace = Pace(rate=1 / 60, leeway=120.0)
    await taken(slots, 1, pace)
    await slots.close("a", pace, 30.0)

    assert await taken(slots, 2, pace) == [about(30), about(90)]


# ── too fast ────────────────────────────────────────────────────────────────────────


async def passes(writers, seconds):
    """Let so much time have passed for all that is kept."""
    columns = ("asked_at", "slot_at", "next_at", "slowed_at")
    earlier = ", ".join(f"{one} = {one} - {seconds * 1000}" for one in columns)
    await writers[0].write(lambda c: c.run(f"UPDATE slots SET {earlier}"))  # noqa: S608


async def rate_now(writers, pace):
    """Take a slot; return how many a second there are, by the distance of the next."""
    await SlotRows(writers[1]).take("fast", pace, 1e6)
    of_it = "SELECT next_at - slot_at FROM slots WHERE name = 'fast'"
    return 1000 / await writers[0].read(lambda c: c.run(of_it).scalar())


FAST = Pace(rate=16.0, penalty=600.0, recovery=1 / 60)


async def test_too_fast_halves_the_rate_of_all_and_the_same_once_more_is_the_same(
    writers, slots, others
):
    await taken(slots, 1, FAST, "fast")

    for one in (slots, others, slots):
        await one.slow_down("fast", FAST)

    assert await rate_now(writers, FAST) == pytest.approx(8)
    await passes(writers, 2.0)
    await others.slow_down("fast", FAST)
    assert await rate_now(writers, FAST) == pytest.approx(4)


@pytest.mark.parametrize(
    ("seconds", "rate"), [(590, 8), (840, 12), (1080, 16), (100_000, 16)]
)
async def test_after_the_penalty_the_rate_comes_back(writers, slots, seconds, rate):
    await taken(slots, 1, FAST, "fast")
    await slots.slow_down("fast", FAST)
    await passes(writers, seconds)

    assert await rate_now(writers, FAST) == pytest.approx(rate, abs=0.2)


async def test_no_complaint_makes_it_slower_than_one_a_second(writers, slots):
    await taken(slots, 1, FAST, "fast")
    for _complaint in range(8):
        await slots.slow_down("fast", FAST)
        await passes(writers, 2.0)

    assert await rate_now(writers, FAST) == pytest.approx(1)


async def test_a_patient_pace_is_halved_once_and_from_the_last_complaint_on(
    writers, slots
):
    patient = Pace(rate=16.0, penalty=600.0, recovery=1 / 60, patient=True)
    await taken(slots, 1, patient, "fast")
    for _complaint in range(3):
        await slots.slow_down("fast", patient)
        await passes(writers, 590)

    assert await rate_now(writers, patient) == pytest.approx(8)


async def test_of_what_nobody_took_yet_nothing_is_closed(slots):
    await slots.close("a", MINUTE, 300)
    await slots.slow_down("a", MINUTE)
    await slots.give_back("a", MINUTE)

    assert await taken(slots, 1) == [about(0)]


async def test_what_nobody_asks_for_any_more_is_pruned_and_the_rest_stays(
    writers, slots
):
    for number in range(PIECE):
        await taken(slots, 1, name=f"old {number}")
    await slots.close("closed", MINUTE, 1)
    await taken(slots, 1, name="closed")
    await slots.close("closed", MINUTE, 7200)
    await taken(slots, 1, name="slowed")
    await slots.slow_down("slowed", MINUTE)
    await passes(writers, 3700)
    await slots.slow_down("slowed", MINUTE)
    await taken(slots, 3, name="used")

    gone = [await writers[0].write(unused_gone) for _piece in range(2)]

    assert gone == [PIECE, 0]
    assert await taken(slots, 1, name="closed") == [about(3500)]
    assert await taken(slots, 1, name="used") == [about(180)]
    assert await taken(slots, 1, name="old 1") == [about(0)]


def unused_gone(connection):
    return connection.execute(PRUNE).rowcount


# ── at once ─────────────────────────────────────────────────────────────────────────


async def test_of_many_who_ask_at_once_no_two_get_the_same_slot(slots, others):
    asked = [one.take("a", MINUTE, 1e6) for one in (slots, others) * 20]

    waits = sorted(slot.wait for slot in await asyncio.gather(*asked))

    assert waits == [about(60 * number) for number in range(40)]
