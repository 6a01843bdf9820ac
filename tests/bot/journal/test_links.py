"""Two things that belong together learn of each other, whatever befalls either."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from bot.journal.evidence import Fact, FactKind, Role, Wish
from bot.journal.links import OPEN, fact_of, links_of
from bot.journal.model import CopyOf
from bot.journal.schema_saved import copies
from bot.journal.statement import Statement
from bot.states import OVER, State
from bot.tencent.events import RelayStatus
from tests.bot.journal.conftest import APP, fact, moved
from tests.bot.journal.strategies import facts, links
from tests.bot.journal.test_events import event
from tests.bot.resources.intents import an_intent

ROWS = Statement(select(copies))
CONNECTING, RUNNING = RelayStatus.CONNECTING, RelayStatus.RUNNING
FAILED, LEAVING = RelayStatus.FAILED, RelayStatus.DISCONNECTING
IDLE = RelayStatus.IDLE
# What befalls a relay once it was accepted, in turn: a state, or an event of Tencent.
FATES = {
    "answered": (State.SENDING, State.STARTED),
    "refused": (State.SENDING, State.NOT_STARTED),
    "never sent": (State.NOT_STARTED,),
    "lost": (State.SENDING, State.UNKNOWN),
    "lost and found": (State.SENDING, State.UNKNOWN, CONNECTING, RUNNING),
    "live": (State.SENDING, State.STARTED, CONNECTING, RUNNING),
    "failed": (State.SENDING, State.STARTED, CONNECTING, RUNNING, FAILED),
    "ended": (State.SENDING, State.STARTED, RUNNING, LEAVING, IDLE),
    "ended and back": (State.SENDING, State.STARTED, LEAVING, IDLE, RUNNING),
    "old": (State.SENDING, State.STARTED, State.EXPIRING),
}


@pytest.fixture
def pair(journal, relay_of):
    """Make a relay that runs, and a copy of it that was accepted."""

    async def make(*, stop=True):
        original = await relay_of(State.SENDING, State.STARTED, agent="pb_a")
        copy = await relay_of(
            agent="pb_b", ref="", callbacks=True, copies=CopyOf(original.id, stop=stop)
        )
        return original.id, copy.id

    return make


async def befalls(journal, clock, thing, fate):
    """Let *fate* befall *thing*, a second after what was before."""
    clock.push(seconds=10)
    if isinstance(fate, State):
        await moved(journal, thing, fate)
        return
    known = await journal.find.get(thing)
    came = event(
        agent=known.subject.agent,
        task_id=known.subject.ref or f"-task-{known.handle}",
        status=fate,
        at=clock(),
    )
    await journal.apply_event(came, APP)


async def rows(journal):
    return await journal._writer.read(lambda c: c.execute(ROWS).all())


@pytest.mark.parametrize("fate", FATES)
async def test_each_says_of_the_other_what_that_says_of_itself_after_every_step(
    journal, clock, pair, fate
):
    original, copy = await pair()
    for step in FATES[fate]:
        await befalls(journal, clock, copy, step)

        first, second = [await journal.find.get(one) for one in (original, copy)]
        (of_copy,), (of_original,) = first.standing.links, second.standing.links
        assert (of_copy.role, of_original.role) == (Role.COPY, Role.ORIGINAL)
        assert (of_copy.intent, of_original.intent) == (copy, original)
        assert of_copy.headline is second.standing.headline
        assert of_original.headline is first.standing.headline
        assert of_copy.wish is of_original.wish
        there = [(one.copy, one.original, one.state) for one in await rows(journal)]
        assert there == (
            [(copy, original, of_copy.wish.value)] if of_copy.wish in OPEN else []
        )


@pytest.mark.parametrize("fate", FATES)
async def test_it_is_due_only_once_tencent_says_that_the_copy_is_live(
    journal, clock, pair, fate
):
    _original, copy = await pair()
    for step in FATES[fate]:
        await befalls(journal, clock, copy, step)

    due = [one.copy for one in await journal.copies.due()]

    went_live = fate in {"lost and found", "live", "failed"}
    assert due == ([copy] if went_live else [])
    wish = (await journal.find.get(copy)).standing.links[0].wish
    over = fate in {"refused", "never sent", "ended", "ended and back"}
    expected = Wish.DUE if went_live else Wish.DROPPED if over else Wish.WAITING
    assert wish is expected


@pytest.mark.parametrize("fate", ["ended", "failed"])
async def test_an_original_that_is_over_first_is_not_waited_for(
    journal, clock, pair, fate
):
    original, copy = await pair()
    for step in FATES[fate][2:]:
        await befalls(journal, clock, original, step)

    over = (await journal.find.get(original)).state in OVER
    wish = (await journal.find.get(copy)).standing.links[0].wish
    assert wish is (Wish.DROPPED if over else Wish.WAITING)


async def test_nothing_is_waited_for_that_nobody_wished(journal, clock, pair):
    _original, copy = await pair(stop=False)
    for step in FATES["live"]:
        await befalls(journal, clock, copy, step)

    assert await rows(journal) == []
    assert (await journal.find.get(copy)).standing.links[0].wish is Wish.NONE


async def test_a_copy_that_a_dead_run_left_is_told_of_as_what_it_is(
    journal, clock, pair
):
    original, copy = await pair()
    await befalls(journal, clock, copy, State.SENDING)
    left = await journal.find.get(copy)

    await journal.former.learn([(left, fact(FactKind.AWAY, clock(), since=1))])
    learnt = await journal.find.get(copy)
    await journal.learn(copy, fact(FactKind.NO_ANSWER, clock(), job=copy))

    assert learnt.standing.links[0].intent == original
    (link,) = (await journal.find.get(original)).standing.links
    assert link.headline is (await journal.find.get(copy)).standing.headline


async def test_what_is_settled_once_is_not_settled_again(journal, clock, pair):
    original, copy = await pair()
    for step in FATES["live"]:
        await befalls(journal, clock, copy, step)

    settled = [await journal.copies.settle(copy, Wish.PLACED) for _ in range(2)]

    assert [one is None for one in settled] == [False, True]
    assert await rows(journal) == []
    (link,) = (await journal.find.get(original)).standing.links
    assert link.wish is Wish.PLACED


async def test_no_wish_of_a_backup_is_carried_out(journal, clock, pair):
    original, copy = await pair()
    for step in FATES["live"]:
        await befalls(journal, clock, copy, step)

    await journal.restored.withdraw("uid 1")

    assert await journal.copies.due() == []
    (link,) = (await journal.find.get(original)).standing.links
    assert link.wish is Wish.DROPPED


# ── as facts ─────────────────────────────────────────────────────────────────────


@given(st.lists(links, max_size=4), st.randoms(use_true_random=False), facts)
def test_the_last_that_was_learnt_counts_in_whatever_order_it_is_read(
    learnt, chance, other
):
    thing, came, expected = an_intent(kind="R"), [other], {}
    for number, link in enumerate(learnt, 1):
        one = fact_of(thing, link, number)
        text = one.text.replace('"number":1', f'"number":{number}')
        came.append(Fact(**{**vars_of(one), "text": text}))
        expected[link.intent] = (link.role, link.handle, link.headline, link.wish)
    chance.shuffle(came)

    read = links_of(came)

    assert {
        one.intent: (one.role, one.handle, one.headline, one.wish) for one in read
    } == (expected)
    assert [one.intent for one in read] == sorted(expected)


def vars_of(one):
    return {name: getattr(one, name) for name in Fact.__dataclass_fields__}


@given(facts)
def test_what_a_fact_says_that_is_no_link_is_none(one):
    assert links_of([one]) == ()
