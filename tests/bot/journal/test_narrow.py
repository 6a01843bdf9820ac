"""What lives is narrowed to what is asked for, and read a few at a time."""

import asyncio
from functools import reduce
from itertools import chain, combinations

import pytest

from bot.ids import Kind
from bot.journal.queries import AT_ONCE
from bot.states import State
from tests.bot.journal.conftest import moved

NARROW = {"user": "UBOB", "room": "9", "app": "spare", "preset": "p"}
WHERE = {"user": "asker.user"} | {
    name: f"subject.{name}" for name in ("room", "app", "preset")
}
EACH_WAY = [*chain.from_iterable(combinations(NARROW, many) for many in range(5))]
UNKNOWN, STARTED = (State.SENDING, State.UNKNOWN), (State.SENDING, State.STARTED)


@pytest.fixture
def relay(journal, new, clock):
    """Start a relay, a second after the one before; Tencent said nothing of it."""

    async def start(way=UNKNOWN, **values):
        clock.push(seconds=1)
        intent, _ = await journal.accept(new(**values))
        return await moved(journal, intent.id, *way)

    return start


@pytest.mark.parametrize("name", ["live", "undecided"])
async def test_it_is_narrowed_by_all_that_is_asked_for(journal, relay, name):
    each = ({}, *({one: NARROW[one]} for one in NARROW), NARROW)
    made = [await relay(**only) for only in each]

    for by in EACH_WAY:
        only = {one: NARROW[one] for one in by}
        told = await getattr(journal.find, name)("T", Kind("R"), **only)
        assert told == [one for one in reversed(made) if has(one, only)], by


def has(relay, only):
    """Tell whether *relay* has all these values."""
    return all(
        reduce(getattr, WHERE[of].split("."), relay) == value
        for of, value in only.items()
    )


@pytest.mark.parametrize("name", ["live", "undecided"])
async def test_what_is_empty_narrows_nothing(journal, relay, name):
    made = await relay()
    empty = {"user": None, "room": "", "app": "", "preset": "", "since": None}

    assert await getattr(journal.find, name)("T", Kind("R"), **empty) == [made]


@pytest.mark.parametrize("name", ["live", "undecided"])
async def test_it_is_narrowed_to_states_and_to_a_span(journal, relay, clock, name):
    old, _started, late = [await relay(way) for way in (UNKNOWN, STARTED, UNKNOWN)]
    ask = getattr(journal.find, name)

    assert await ask("T", Kind("R"), states={State.UNKNOWN}) == [late, old]
    assert await ask("T", Kind("R"), since=clock()) == [late]
    assert await ask("T", Kind("R"), states={State.EXPIRING}) == []


async def test_while_many_are_read_others_get_their_turn(journal, relay):
    for _number in range(2 * AT_ONCE + 1):
        await relay()
    turns = []

    async def others():
        while True:
            turns.append(1)
            await asyncio.sleep(0)

    beside = asyncio.create_task(others())
    things = await journal.find.live("T", Kind("R"))
    beside.cancel()

    assert len(things) == 2 * AT_ONCE + 1
    assert len(turns) >= 2
