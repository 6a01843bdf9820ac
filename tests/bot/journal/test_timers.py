"""When a thing is to be stopped: set, put off, dropped, and each done once."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from bot.dialogue.outcome import Audience
from bot.errors import IllegalMove
from bot.journal.evidence import FactKind
from bot.journal.model import Asker, Notice, Timing
from bot.journal.timers import OFF, PLACING
from bot.states import State
from tests.bot.journal.conftest import APP, AT, fact, moved
from tests.bot.journal.test_audit import entry
from tests.bot.journal.test_events import event

BO = Asker(team="T", user="UBO", home="T", channel="C2", locale="zh-CN")
HOUR = timedelta(hours=1)
SIX = AT + 6 * HOUR


TOLD = {"audit": entry(0)}


@pytest.fixture
def start(journal, new):
    """Accept a start that is to be stopped as *timing* says, and bring it *way*."""

    async def start(*way, **timing):
        asked = new(timing=Timing(**timing) if timing else None)
        accepted, _ = await journal.accept(asked)
        return await moved(journal, accepted.id, *way) if way else accepted

    return start


async def due(journal, at):
    return [timer for timer, _thing in await journal.timers.due(at)]


async def the_timer(journal):
    (timer,) = await due(journal, AT + 100 * HOUR)
    return timer


RUNS = (State.SENDING, State.STARTED)


async def test_a_start_is_accepted_with_its_timer(journal, start, new):
    thing = await start(at=SIX)

    ((timer, about),) = await journal.timers.due(AT)

    assert about == await journal.find.get(thing.id)
    assert (thing.stop_at, about.stop_at) == (SIX, SIX)
    assert (timer.thing, timer.asker, timer.set_at, timer.due_at, timer.rev) == (
        thing.id,
        thing.asker,
        AT,
        SIX,
        1,
    )


async def test_how_long_it_is_to_run_counts_from_its_answer(journal, start, clock):
    thing = await start(after=HOUR)
    clock.push(seconds=10)
    await moved(journal, thing.id, State.SENDING)
    before = await due(journal, AT + 100 * HOUR)
    clock.push(seconds=3)
    answered = await moved(journal, thing.id, State.STARTED)

    at = AT + timedelta(seconds=13) + HOUR
    assert before == []
    assert (answered.stop_at, (await the_timer(journal)).due_at) == (at, at)


async def test_so_it_does_where_nothing_comes_between(journal, start, clock):
    thing = await start(after=HOUR)
    until = AT + timedelta(seconds=20)
    seen = await journal.claim(thing.id, send_by=until, seen=thing)
    clock.push(seconds=3)
    said = fact(FactKind.ANSWERED, clock(), ref="-task", job=thing.id)

    answered = await journal.complete(
        thing.id, State.STARTED, notices=(), evidence=(said,), seen=seen
    )

    assert answered == await journal.find.get(thing.id)
    assert answered.stop_at == clock() + HOUR
    assert (await the_timer(journal)).due_at == clock() + HOUR


async def test_of_a_start_whose_answer_is_lost_it_counts_from_its_sending(
    journal, start, clock
):
    thing = await start(State.SENDING, after=HOUR)
    clock.push(seconds=20)

    unknown = await moved(journal, thing.id, State.UNKNOWN)
    clock.push(seconds=20)
    settled = await moved(journal, thing.id, State.STARTED)

    assert (unknown.stop_at, settled.stop_at) == (AT + HOUR, AT + HOUR)


async def test_what_did_not_start_is_never_due(journal, start):
    thing = await start(after=HOUR)

    await journal.reject(thing.id, notices=())

    assert await due(journal, AT + 100 * HOUR) == []


async def test_a_timer_is_set_in_the_name_of_whoever_does_and_told(journal, start):
    thing = await start(*RUNS)
    for one in await journal.outbox.due(AT):
        await journal.outbox.sent(one)

    after = await journal.timers.set(thing.id, SIX, BO, **TOLD)

    timer = await the_timer(journal)
    assert (after.stop_at, timer.due_at, timer.asker) == (SIX, SIX, BO)
    assert [(one.name, one.audience.value) for one in await journal.outbox.due(AT)] == [
        ("card", "channel"),
        ("news", "thread"),
    ]
    assert [one.why for one in await journal.audit.all()] == [entry(0).why]


async def test_the_later_one_takes_the_place_of_the_earlier(journal, start):
    thing = await start(*RUNS, at=SIX)
    first = await the_timer(journal)
    await journal.timers.step(first, 0, mark="warned", note=("Q1", "C", SIX))

    await journal.timers.set(thing.id, SIX + HOUR, BO, **TOLD)

    timer = await the_timer(journal)
    assert (timer.due_at, timer.asker, timer.marks) == (SIX + HOUR, BO, ())
    assert (timer.note, timer.note_channel, timer.note_at) == ("Q1", "C", SIX)
    assert not await journal.timers.step(first, 0, mark="warned")


async def test_the_same_moment_again_changes_nothing(journal, start):
    thing = await start(*RUNS, at=SIX)
    before = await the_timer(journal)

    same = await journal.timers.set(thing.id, SIX, BO, **TOLD)

    assert same == thing
    assert await the_timer(journal) == before
    assert await journal.audit.all() == []


@pytest.mark.parametrize("over", [State.STOPPED, State.ENDED, State.CLOSED])
async def test_what_is_over_takes_no_timer(journal, start, over):
    way = (State.UNKNOWN,) if over is State.CLOSED else (State.STARTED,)
    thing = await start(State.SENDING, *way, over)

    with pytest.raises(IllegalMove):
        await journal.timers.set(thing.id, SIX, BO, **TOLD)

    assert (await journal.find.get(thing.id)).stop_at is None


async def test_once_its_stop_is_being_placed_it_is_too_late(journal, start):
    thing = await start(*RUNS, at=SIX)
    await journal.timers.step(await the_timer(journal), 0, mark=PLACING)

    with pytest.raises(IllegalMove):
        await journal.timers.set(thing.id, SIX + HOUR, BO, **TOLD)
    with pytest.raises(IllegalMove):
        await journal.timers.drop(thing.id, BO, **TOLD)

    assert (await the_timer(journal)).due_at == SIX


async def test_a_timer_that_is_dropped_is_looked_at_once_more(journal, start):
    thing = await start(*RUNS, after=HOUR)

    dropped = [await journal.timers.drop(thing.id, BO, **TOLD) for _ in range(2)]

    assert dropped == [True, False]
    timer = await the_timer(journal)
    assert (timer.due_at, timer.marks) == (None, (OFF,))
    now = await journal.find.get(thing.id)
    assert (now.stop_at, now.stop_after) == (None, None)
    assert await journal.timers.close(timer)
    assert await due(journal, AT + 100 * HOUR) == []


async def test_a_dropped_timer_can_be_set_again(journal, start):
    thing = await start(*RUNS, at=SIX)
    await journal.timers.drop(thing.id, BO, **TOLD)

    await journal.timers.set(thing.id, SIX, BO, **TOLD)

    assert (await the_timer(journal)).marks == ()
    assert (await journal.find.get(thing.id)).stop_at == SIX


@pytest.mark.parametrize("step", [timedelta(), timedelta(hours=-3)])
async def test_of_two_who_saw_the_same_one_does_it(journal, start, clock, step):
    await start(*RUNS, at=SIX)
    seen = await the_timer(journal)
    notice = Notice(name="news", audience=Audience.THREAD)
    for one in await journal.outbox.due(AT):
        await journal.outbox.sent(one)
    clock.ahead = step

    done = [
        await journal.timers.step(seen, SIX, mark="warned", notice=notice)
        for _ in range(2)
    ]

    noted = replace(seen, rev=seen.rev + 1, marks=("warned",))
    assert done == [noted, None]
    assert len(await journal.outbox.due(AT)) == 1
    assert await due(journal, SIX - timedelta(seconds=1)) == []
    assert await due(journal, SIX) == [noted]


async def test_of_two_who_close_it_one_does(journal, start):
    thing = await start(*RUNS, at=SIX)
    seen = await the_timer(journal)

    done = [await journal.timers.close(seen) for _ in range(2)]

    assert done == [True, False]
    assert (await journal.find.get(thing.id)).stop_at is None


async def test_what_is_over_or_runs_again_is_looked_at_anew(journal, relay_of, clock):
    relay = await relay_of(*RUNS, timing=Timing(at=SIX))
    over = partial(moved, journal, relay.id, State.STOPPED)
    again = partial(journal.apply_event, event(60, task_id=relay.subject.ref), APP)
    states = []
    for news in (over, again):
        seen = await the_timer(journal)
        await journal.timers.step(seen, SIX)
        asleep = await due(journal, AT)
        clock.push(seconds=30)
        await news()
        states.append((await journal.find.get(relay.id)).state)

        assert asleep == []
        assert [one.due_at for one in await due(journal, AT)] == [SIX]
        assert not await journal.timers.step(seen, SIX)
    assert states == [State.STOPPED, State.STARTED]


async def test_it_goes_when_its_thing_is_pruned(journal, start, clock):
    await start(*RUNS, State.STOPPED, at=SIX)

    await journal.maintenance.prune(AT + timedelta(days=365))

    assert await due(journal, AT + timedelta(days=365)) == []


async def test_of_a_journal_that_was_put_back_nothing_that_was_due_is_stopped(
    journal, start, clock
):
    passed = await start(*RUNS, at=SIX)
    to_come = await start(*RUNS, at=SIX + HOUR)
    clock.push(seconds=6 * 3600 + 60)

    await journal.restored.withdraw("ops")

    (timer,) = await due(journal, clock() + HOUR)
    assert (timer.thing, timer.due_at) == (to_come.id, SIX + HOUR)
    assert (await journal.find.get(passed.id)).stop_at is None
    told = [
        one.facts for one in await journal.outbox.due(clock()) if one.facts.get("was")
    ]
    assert [(one["what"], one["by"]) for one in told] == [("timer-dropped", "")]
