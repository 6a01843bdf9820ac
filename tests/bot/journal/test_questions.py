"""What is merged from several indexes is whole, in order, and nothing more."""

from itertools import combinations

import pytest
from sqlalchemy import select

from bot.journal.questions import MOST_ALIKE, in_states
from bot.journal.schema import intents
from bot.journal.statement import Statement
from bot.states import State
from tests.bot.journal.conftest import moved

WAYS = (
    (),
    (State.SENDING,),
    (State.SENDING, State.UNKNOWN),
    (State.SENDING, State.STARTED),
)
REQUEST_ID = "a2F248c2-120d-436d-8e21-0c9AB1f5D0e7"


@pytest.fixture
async def made(journal, new, clock):
    """Accept things in four states by turns, two of each moment; oldest first."""
    things = []
    for number in range(12):
        clock.push(seconds=number % 2)
        intent, _ = await journal.accept(new())
        things.append(await moved(journal, intent.id, *WAYS[number % len(WAYS)]))
    return sorted(things, key=lambda one: (one.created_at, one.id))


@pytest.mark.parametrize("newest", [False, True])
@pytest.mark.parametrize("limit", [1, 5, 100])
async def test_what_is_in_any_of_some_states_comes_in_order(
    journal, made, newest, limit
):
    query = select(intents.c.id, intents.c.created_at)
    states = [State.QUEUED, State.SENDING, State.UNKNOWN, State.STARTED]
    for number in range(1, 5):
        for some in combinations(states, number):
            merged = in_states(query, some, newest=newest).limit(limit)
            of = Statement(merged)
            rows = await journal._writer.read(lambda c, of=of: c.execute(of).all())

            fitting = [one.id for one in made if one.state in some]
            ordered = fitting[::-1] if newest else fitting
            assert [row.id for row in rows] == ordered[:limit]


@pytest.mark.parametrize(
    "text",
    [
        REQUEST_ID.upper(),
        REQUEST_ID.lower(),
        REQUEST_ID[:8].upper(),
        REQUEST_ID[-8:].upper(),
        REQUEST_ID[-20:].lower(),
    ],
)
async def test_an_id_and_its_ends_are_found_in_any_case(journal, made, text):
    thing = await journal.update(made[3].id, request_id=REQUEST_ID)
    await journal.update(made[4].id, request_id=f"{REQUEST_ID}.")

    found = await journal.find.matching(text, "T")

    same = text.lower() in {REQUEST_ID.lower(), REQUEST_ID[:8].lower()}
    assert thing in found
    assert len(found) == 1 + same  # the other one begins so, too


async def test_of_a_beginning_that_too_many_share_some_are_found(journal, new):
    shared = MOST_ALIKE + 1
    for number in range(shared):
        await journal.accept(new(ref=f"customer-{number}", agent=""))

    some = await journal.find.matching("customer", "T", shared)

    assert len(some) == MOST_ALIKE
    ordered = sorted(some, key=lambda one: (one.created_at, one.id), reverse=True)
    assert some == ordered


async def test_what_a_person_made_in_a_room_is_of_both(journal, new):
    made = {}
    for user in ("UANA", "UBOB"):
        for room in ("lobby", "hall"):
            made[user, room], _ = await journal.accept(new(user=user, room=room))

    for (user, room), thing in made.items():
        narrowed = await journal.find.recent("T", user=user, room=room)
        assert narrowed == [thing]
