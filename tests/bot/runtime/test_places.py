"""So many are inside, the others wait, and nobody is forgotten."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.runtime.places import Places, Turn, answered, inside

MOST = 3


class Guests:
    """Who came, in order, and what each was told."""

    def __init__(self, **more):
        self.newest_first, self.unwanted = False, set()
        self.places = Places(
            MOST,
            newest_first=lambda: self.newest_first,
            wanted=lambda turn: turn not in self.unwanted,
            **more,
        )
        self.turns, self.told = [], []

    def come(self):
        number = len(self.turns)
        turn = Turn(lambda has_place: self.told.append((number, has_place)))
        self.turns.append(turn)
        self.places.ask(turn)

    def let_in(self):
        return [number for number, has_place in self.told if has_place]


@pytest.fixture
def guests():
    return Guests()


@pytest.mark.parametrize("most", range(2 * MOST))
def test_of_so_many_places_as_there_are_now_as_many_are_taken(guests, most):
    for _ in range(3 * MOST):
        guests.come()

    guests.places.resize(most)
    first = len(guests.let_in())
    for number in list(guests.let_in()):
        guests.places.leave(guests.turns[number])

    assert first == max(most, MOST)
    assert len(guests.let_in()) - first == min(most, 3 * MOST - first)
    assert guests.places.full is (most <= 3 * MOST - first)


def test_who_finds_no_place_waits_for_the_first_that_is_given_back(guests):
    for _ in range(MOST + 2):
        guests.come()
    before = guests.let_in()
    guests.places.leave(guests.turns[1])

    assert (before, guests.let_in()) == ([0, 1, 2], [0, 1, 2, 3])
    assert (len(guests.places), guests.places.full) == (1, True)


def test_the_newest_goes_first_where_that_is_said(guests):
    for _ in range(MOST + 3):
        guests.come()
    guests.newest_first = True
    guests.places.leave(guests.turns[0])
    guests.newest_first = False
    guests.places.leave(guests.turns[1])

    assert guests.let_in() == [0, 1, 2, 5, 3]


def test_who_is_not_wanted_any_more_has_no_place_and_is_told_so(guests):
    for _ in range(MOST + 3):
        guests.come()
    guests.unwanted = set(guests.turns[3:5])
    guests.places.leave(guests.turns[0])

    assert guests.told[MOST:] == [(3, False), (4, False), (5, True)]


def test_the_oldest_is_turned_away_and_waits_no_more(guests):
    for _ in range(MOST + 2):
        guests.come()
    guests.places.turn_away(guests.places.oldest)

    assert guests.told[MOST:] == [(3, False)]
    assert guests.places.oldest is guests.turns[4]


async def test_a_place_that_is_lent_goes_on_to_the_next_when_its_time_is_over():
    guests = Guests(lease=0.01)
    for _ in range(MOST):
        guests.come()
    answer, mine = answered()
    late = Turn(answer)
    guests.places.ask(late)

    assert await asyncio.wait_for(mine, 20)
    for turn in [*guests.turns, late]:
        guests.places.leave(turn)
    assert not guests.places.full


async def test_who_is_cancelled_leaves_the_place_to_others():
    places, gate = Places(1), asyncio.Event()

    async def work():
        async with inside(places):
            await gate.wait()

    first, second, third = (asyncio.create_task(work()) for _ in range(3))
    await asyncio.sleep(0)
    second.cancel()
    first.cancel()
    gate.set()
    done = await asyncio.gather(first, second, third, return_exceptions=True)

    assert [type(one) for one in done] == [
        asyncio.CancelledError,
        asyncio.CancelledError,
        type(None),
    ]
    assert (len(places), places.full) == (0, False)


@given(
    st.lists(st.sampled_from(["come", "leave", "newest", "oldest", "away"])), st.data()
)
def test_nobody_is_told_twice_and_no_place_is_lost_or_made(steps, data):
    guests = Guests()
    gone = set()
    for step in steps:
        if step == "come":
            guests.come()
        elif step in {"newest", "oldest"}:
            guests.newest_first = step == "newest"
        elif step == "leave" and guests.turns:
            turn = data.draw(st.sampled_from(guests.turns))
            gone.add(guests.turns.index(turn))
            guests.places.leave(turn)
        elif step == "away" and guests.places.oldest:
            guests.places.turn_away(guests.places.oldest)

        told = [number for number, _has_place in guests.told]
        within = set(guests.let_in()) - gone
        assert len(told) == len(set(told))
        assert len(within) <= MOST
        assert guests.places.full == (len(within) == MOST)
        assert len(within) == MOST or not len(guests.places)
