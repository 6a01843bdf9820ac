"""Where an intent takes the thing that it is about, and where it does not."""

import asyncio
import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.journal.model import CARD_NOTICE
from bot.states import CREATES, EDGES, ENDS, NO_EFFECT, Effect, Reaction, State, sources
from tests.bot.journal.conftest import ANSWERED, AT, new_intent, stop_of, summary
from tests.fakes.clock import FakeClock
from tests.fakes.journal import opened

# An action that pauses nothing when it leaves, and lets the thing expire.
LATE = Effect(on_done=State.EXPIRING)
EFFECTS = [NO_EFFECT, CREATES, ENDS, LATE, Effect(on_send=State.STOPPING)]
THINGS = [
    (State.STARTED,),
    (State.STARTED, State.EXPIRING),
    (State.STARTED, State.STOPPING),
    (State.STARTED, State.ENDED),
    (State.UNKNOWN,),
    (State.NOT_STARTED,),
]
ENDINGS = [State.DONE, State.UNKNOWN, State.NOT_STARTED]


def expected(effect, state, thing):
    """Return where a thing in *thing* goes when the intent about it is in *state*."""
    if state is State.SENDING:
        to, of = effect.on_send, None
    elif state is State.DONE:
        to, of = effect.on_done, None
    else:
        to, of = effect.on_failed, {effect.on_send}
    if to is None or thing not in sources(to):
        return thing
    return to if of is None or thing in of else thing


class Walk:
    """One journal for all examples; each has a thing of its own."""

    def __init__(self, folder):
        self.clock = FakeClock()
        self.count = itertools.count()
        self.url = f"sqlite:///{folder}/p.db"

    async def open(self):
        self.journal = await opened(self.url, self.clock)

    def new(self, **values):
        return new_intent(self.clock(), next(self.count), **values)

    async def taken(self):
        due = await self.journal.outbox.due(AT, 500)
        for one in due:
            await self.journal.outbox.sent(one)
        return [summary(one) for one in due]

    async def one(self, effect, way, end):
        thing, _ = await self.journal.accept(self.new())
        for state in (State.SENDING, *way):
            thing = await self.journal.move(thing.id, state)
        intent, _ = await self.journal.accept(stop_of(self.new, thing))
        for state in (State.SENDING, end):
            before = await self.journal.find.get(thing.id)
            if state is State.SENDING:
                await self.journal.move(intent.id, state, effect=effect)
            else:
                await self.journal.complete(
                    intent.id, state, notices=(ANSWERED,), effect=effect
                )
            after = await self.journal.find.get(thing.id)
            self.judge(before, after, expected(effect, state, before.state))
            moved = before.state is not after.state
            notices = [f"card {thing.handle} {after.state}"] * moved
            answers = [f"result {thing.handle} {state}"] * (state is end)
            assert sorted(await self.taken()) == sorted(notices + answers)
        return after

    @staticmethod
    def judge(before, after, to):
        if to is before.state:
            assert after == before
            return
        assert (after.state, after.rev) == (to, before.rev + 1)
        assert (
            replace(
                after, state=before.state, rev=before.rev, settlement=before.settlement
            )
            == before
        )


@pytest.fixture(scope="module")
def walk(tmp_path_factory):
    with asyncio.Runner() as runner:
        made = Walk(tmp_path_factory.mktemp("effects"))
        runner.run(made.open())
        yield lambda *arguments: runner.run(made.one(*arguments))
        made.journal.close()


@pytest.mark.parametrize("effect", EFFECTS)
@pytest.mark.parametrize("way", THINGS)
@pytest.mark.parametrize("end", ENDINGS)
def test_a_thing_goes_where_the_effect_says_with_its_card(walk, effect, way, end):
    walk(effect, way, end)


@pytest.mark.parametrize("way", THINGS)
@pytest.mark.parametrize("end", ENDINGS)
def test_an_action_without_an_effect_never_moves_the_thing(walk, way, end):
    assert walk(NO_EFFECT, way, end).state is way[-1]


@pytest.mark.parametrize(
    ("end", "state"),
    [
        (State.DONE, State.STOPPED),
        (State.UNKNOWN, State.STARTED),
        (State.NOT_STARTED, State.STARTED),
    ],
)
def test_a_stop_ends_what_runs_or_leaves_it_running(walk, end, state):
    assert walk(ENDS, (State.STARTED,), end).state is state


targets = st.none() | st.sampled_from(State)


@given(
    effect=st.builds(Effect, on_send=targets, on_done=targets, on_failed=targets),
    state=st.sampled_from(State),
)
def test_an_effect_moves_along_edges_only_and_a_failure_undoes_only_sending(
    effect, state
):
    to, of = effect.after(state)

    if state is State.SENDING:
        assert to is effect.on_send
    elif state is State.DONE:
        assert to is effect.on_done
    else:
        assert to is effect.on_failed
        assert of <= {effect.on_send}
    if state in {State.SENDING, State.DONE}:
        assert all(to in EDGES[one] for one in of)


@pytest.mark.parametrize("ending", ENDINGS)
async def test_an_answer_that_changes_nothing_moves_no_thing(
    journal, new, stop, ending, notified
):
    """The second stop has the thing in STOPPING; the first is answered again."""
    relay = stop.subject.about
    await journal.complete(stop.id, State.UNKNOWN, notices=(), effect=ENDS)
    second, _ = await journal.accept(stop_of(new, await journal.find.get(relay)))
    await journal.move(second.id, State.SENDING, effect=ENDS)
    stopping = await journal.find.get(relay)
    await notified()

    _, reaction = await journal.complete(stop.id, ending, notices=(), effect=ENDS)

    assert (stopping.state, reaction) == (State.STOPPING, Reaction.KEEP)
    assert (await journal.find.get(relay), await notified()) == (stopping, [])


async def test_what_is_about_nothing_takes_nothing_along(journal, sending, notified):
    await journal.move(sending.id, State.DONE, effect=ENDS)

    assert (await journal.find.get(sending.id)).state is State.DONE
    assert await notified() == []


async def test_a_thing_and_what_was_done_to_it_are_told_in_one_commit(
    journal, stop, notified
):
    await journal.complete(
        stop.id, State.DONE, notices=(CARD_NOTICE, ANSWERED), effect=ENDS
    )

    assert sorted(await notified()) == [
        "card R1 done",
        "card R1 stopped",
        "result R1 done",
    ]
