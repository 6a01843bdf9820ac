"""Who may do what to an intent: a verb for each, and an owner for each intent.

Whoever never sent it may only end what is queued in their own hands; what somebody else
is sending nobody ends, and nobody takes over from who is alive.
"""

from contextlib import suppress
from itertools import count, product

import pytest

from bot.errors import IllegalMove
from bot.journal.evidence import FactKind
from bot.journal.former import left_changes
from bot.journal.model import Changes
from bot.states import State
from tests.bot.journal.conftest import APP, fact, moved, new_intent
from tests.bot.journal.makers import stop_of
from tests.bot.journal.runs import together
from tests.bot.journal.test_audit import entry
from tests.fakes.journal import claimed, handed, laid, opened

MINE, OTHER, DEAD = "mine", "other's", "dead's"
START, STOP, LOOK_UP = "start", "stop", "look-up"
KINDS = (START, STOP, LOOK_UP)
OPEN = (State.QUEUED, State.SENDING)
BUSY = Changes(error_code="patchbay.Busy")


class Crew:
    """The run *journal*, and who else there is: *owners* are their names."""

    def __init__(self, journal, other=""):
        self.journal, self._numbers = journal, count()
        self.owners = {MINE: journal.boot, OTHER: other, DEAD: "nobody"}
        if not other:  # of a file
            del self.owners[OTHER]

    def new(self, **values):
        number = next(self._numbers)
        return new_intent(self.journal.now(), number, agent="", **values)

    async def intent(self, kind, state, owner):
        """Return an intent in *state*, in the hands of *owner*."""
        accept, number = self.journal.accept, next(self._numbers)
        if kind == STOP:
            ids = {"sdk_app_id": APP, "agent": f"pb_{number}"}
            relay, _ = await accept(new_intent(self.journal.now(), number, **ids))
            relay = await moved(self.journal, relay.id, State.SENDING, State.STARTED)
            intent, _ = await accept(stop_of(self.new, relay))
        else:
            intent, _ = await accept(self.new(creates=kind == START))
        if state is State.SENDING:
            intent = await claimed(self.journal, intent.id)
        return await handed(self.journal, intent, self.owners[owner])

    def named(self, boot):
        return next(name for name, one in self.owners.items() if one == boot)


@pytest.fixture(params=["a file", "a server"])
async def crew(request, tmp_path, clock):
    if request.param == "a file":
        journal = await opened(f"sqlite:///{laid(tmp_path / 'p.db')}", clock)
        yield Crew(journal)
        journal.close()
        return
    postgres, tables = map(request.getfixturevalue, ("postgres", "tables"))
    async with together(tables.url(), postgres) as runs:
        journal, other = await runs.open(), await runs.open()
        yield Crew(journal, other.boot)


async def claim(journal, intent):
    await claimed(journal, intent.id)


async def claim_as_seen(journal, intent):
    await claimed(journal, intent.id, seen=intent)


async def reject(journal, intent):
    await journal.reject(intent.id, notices=(), **BUSY)


async def take_back(journal, intent):
    await journal.reject(intent.id, notices=(), claimed_by=journal.boot, **BUSY)


async def refuse(journal, intent):
    await journal.complete(intent.id, State.NOT_STARTED, notices=(), **BUSY)


async def lose_the_answer(journal, intent):
    await journal.complete(intent.id, State.UNKNOWN, notices=(), **BUSY)


async def close_by_hand(journal, intent):
    closed = fact(FactKind.CLOSED, journal.now(), by="UEVE")
    if intent.subject.creates:
        await journal.settle(intent.id, closed, audit=entry(1))


async def settle(journal, intent):
    if intent.subject.creates:
        queued = intent.state is State.QUEUED
        kind = FactKind.UNSENT if queued else FactKind.NO_ANSWER
        await journal.former.settle([(intent, kind, left_changes(intent))])


async def take_stops(journal, _intent):
    await journal.former.stops()


async def take_next(journal, _intent):
    for state in (*OPEN, *OPEN):
        await journal.former.taken(state)


async def take_it(journal, intent):
    await journal.former.take(intent.id)


def anew(state, owner=MINE, kinds=KINDS, *, was=State.QUEUED, before=MINE):
    """Return what becomes of *kinds* that are *was* in the hands of *before*."""
    return {(kind, was, before): (state, owner) for kind in kinds}


QUEUED, SENDING = OPEN
NOT_STARTED = State.NOT_STARTED
TAKEN = anew(QUEUED, before=DEAD)
MAYBE = (STOP, LOOK_UP)
TAKEN_STOPS = {
    **anew(QUEUED, kinds=[STOP], before=DEAD),
    **anew(SENDING, kinds=[STOP], was=SENDING, before=DEAD),
}
# What each verb does, to what; to all else it does nothing.
DOES = {
    claim: anew(SENDING),
    claim_as_seen: anew(SENDING),
    reject: anew(NOT_STARTED),
    take_back: {**anew(NOT_STARTED), **anew(NOT_STARTED, was=SENDING)},
    refuse: anew(NOT_STARTED, was=SENDING),
    lose_the_answer: anew(State.UNKNOWN, was=SENDING),
    close_by_hand: {},
    settle: {
        **anew(NOT_STARTED, kinds=[START]),
        **anew(State.UNKNOWN, DEAD, [START], was=SENDING, before=DEAD),
    },
    take_stops: TAKEN_STOPS,
    take_next: {**TAKEN, **anew(SENDING, kinds=MAYBE, was=SENDING, before=DEAD)},
    take_it: TAKEN,
}
# Where one run is all that there can be, what another was sending reads as unknown.
IN_A_FILE = {close_by_hand: anew(State.CLOSED, DEAD, [START], was=SENDING, before=DEAD)}


@pytest.mark.parametrize("verb", DOES, ids=lambda verb: verb.__name__)
async def test_each_verb_does_what_it_may_and_nothing_else(crew, verb):
    does = dict(DOES[verb])
    if OTHER not in crew.owners:
        does |= IN_A_FILE.get(verb, {})
    became, wanted = {}, {}

    for kind, state, owner in product(KINDS, OPEN, crew.owners):
        intent = await crew.intent(kind, state, owner)
        with suppress(IllegalMove):  # it says so, and does nothing
            await verb(crew.journal, intent)
        after = await crew.journal._write(lambda tx, of=intent.id: tx.get(of))
        became[kind, state, owner] = after.state, crew.named(after.owner)
        wanted[kind, state, owner] = does.get((kind, state, owner), (state, owner))

    assert became == wanted
