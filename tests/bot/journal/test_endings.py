"""How what was sent ends, and how what was never sent does."""

from dataclasses import replace

import pytest

from bot.errors import IllegalMove
from bot.journal.evidence import Does, FactKind, Headline, Standing
from bot.journal.model import CARD_NOTICE, Settlement
from bot.journal.rows import millis
from bot.states import State
from tests.bot.journal.conftest import ANSWERED, AT, fact, moved
from tests.bot.journal.makers import stop_of
from tests.fakes.journal import answered, claimed

MOMENT = millis(AT)


async def test_an_answer_completes_what_was_sent(journal, sending, notified, clock):
    completed = await journal.complete(
        sending.id, State.STARTED, notices=(), ref="task"
    )

    assert completed == replace(
        sending,
        state=State.STARTED,
        rev=sending.rev + 1,
        subject=replace(sending.subject, ref="task"),
        settlement=Settlement(settled_at=clock()),
        standing=Standing(
            State.STARTED, Headline.ACCEPTED, "task", vouched=True, since=MOMENT
        ),
    )
    assert await notified() == ["card R1 started"]


async def test_an_answer_is_known_with_its_times(journal, sending, clock):
    since, at = clock(), clock()
    clock.push(seconds=3)
    known = fact(FactKind.ANSWERED, at, ref="task", since=millis(since), key="a")

    completed = await journal.complete(
        sending.id, State.STARTED, notices=(), evidence=(known,), request_id="q"
    )

    assert (await journal.find.facts_of(sending.id))[1:] == [known]
    assert completed.standing.since == millis(at)
    assert completed.settlement == Settlement(request_id="q", settled_at=clock())


async def test_the_task_of_a_second_answer_is_an_alarm_and_changes_no_other(
    journal, sending, notified, clock
):
    started = await moved(journal, sending.id, State.STARTED, ref="task")
    await notified()
    clock.push(seconds=1)
    other = fact(FactKind.ANSWERED, clock(), ref="other", job=sending.id)

    current = await journal.complete(
        sending.id, State.STARTED, notices=(), evidence=(other,)
    )

    assert current.subject.ref == started.subject.ref
    assert current.standing == replace(started.standing, candidates=("other",))
    due = await journal.outbox.due(clock())
    assert [(one.name, one.audience.value) for one in due] == [
        ("card", "channel"),
        ("contradiction", "ops"),
    ]
    alarm = due[1].facts
    assert (alarm["task_id"], alarm["ref"]) == ("other", "task")


async def test_an_answer_that_was_given_adds_nothing_when_it_comes_again(
    journal, sending, notified
):
    first = await answered(journal, sending.id, ref="task", request_id="q1")
    told = await notified()

    again = await answered(journal, sending.id, ref="task", request_id="q2")

    assert (again, await notified()) == (first, [])
    assert told == ["card R1 started"]


@pytest.mark.parametrize("late", [State.UNKNOWN, State.NOT_STARTED])
async def test_what_has_its_task_runs_whatever_comes_after_its_answer(
    journal, sending, late
):
    started = await moved(journal, sending.id, State.STARTED)

    current = await journal.complete(sending.id, late, notices=())

    assert (current.state, current.standing) == (State.STARTED, started.standing)


@pytest.mark.parametrize(
    ("first", "then", "state"),
    [
        (State.UNKNOWN, State.STARTED, State.STARTED),
        (State.UNKNOWN, State.NOT_STARTED, State.NOT_STARTED),
        (State.NOT_STARTED, State.UNKNOWN, State.NOT_STARTED),
        (State.NOT_STARTED, State.STARTED, State.STARTED),
    ],
)
async def test_an_answer_weighs_more_than_none_and_a_task_more_than_a_refusal(
    journal, sending, first, then, state
):
    """The spool may bring the true one after recovery has given it up."""
    await journal.complete(sending.id, first, notices=())
    more = {"ref": "task"} if then is State.STARTED else {}

    assert (await answered(journal, sending.id, then, **more)).state is state


async def test_candidates_that_came_with_no_answer_are_kept_and_told(
    journal, sending, notified, clock
):
    doubt = fact(FactKind.NO_ANSWER, clock(), code="NoAnswer", key="n")
    candidate = replace(doubt, ref="-cut", key="c")

    unknown = await journal.complete(
        sending.id, State.UNKNOWN, notices=(), evidence=(doubt, candidate)
    )

    assert (unknown.state, unknown.standing.candidates) == (State.UNKNOWN, ("-cut",))
    assert unknown.subject.ref == ""
    assert unknown.settlement.error_code == "NoAnswer"
    assert await notified() == ["card R1 unknown", "contradiction R1 unknown"]
    assert (await journal.find.by_ref("-cut", "T")).id == sending.id


@pytest.mark.parametrize("to", [State.STARTED, State.NOT_STARTED, State.DONE])
async def test_what_was_never_sent_cannot_have_an_answer(journal, new, to, notified):
    intent, _ = await journal.accept(new())

    with pytest.raises(IllegalMove, match=f"{intent.id} was never sent"):
        await journal.complete(intent.id, to, notices=(CARD_NOTICE,))

    assert (await journal.find.get(intent.id), journal.illegal_moves) == (intent, 1)
    assert await notified() == []


@pytest.mark.parametrize("to", [State.DONE, State.UNKNOWN, State.NOT_STARTED])
async def test_an_action_that_ends_nothing_ends_alone(journal, new, to, notified):
    relay = await moved(
        journal, (await journal.accept(new()))[0].id, State.SENDING, State.STARTED
    )
    update, _ = await journal.accept(stop_of(new, relay, ends=False, action="Update"))
    await claimed(journal, update.id)
    await notified()

    ended = await journal.complete(update.id, to, notices=(ANSWERED,))
    again = await journal.complete(update.id, to, notices=(ANSWERED,))

    assert (ended.state, ended.subject.about, again) == (to, relay.id, ended)
    assert await journal.find.get(relay.id) == relay
    assert await notified() == [f"result R1 {to}"]
    known = (await journal.find.facts_of(relay.id))[-1]
    assert (known.does, known.job) == (Does.CHANGE, update.id)


# ── what was never sent ──────────────────────────────────────────────────────────


async def test_what_waits_is_rejected(journal, new, notified, clock):
    intent, _ = await journal.accept(new())

    rejected = await journal.reject(intent.id, notices=(ANSWERED,), error_code="late")

    assert rejected == replace(
        intent,
        state=State.NOT_STARTED,
        rev=2,
        settlement=Settlement(error_code="late", settled_at=clock()),
        standing=Standing(
            State.NOT_STARTED,
            Headline.NOT_STARTED,
            since=MOMENT,
            by="UANA",
            code="late",
        ),
    )
    assert await notified() == ["card R1 not started", "result R1 not started"]


@pytest.mark.parametrize(
    "way",
    [
        (State.SENDING,),
        (State.SENDING, State.UNKNOWN),
        (State.SENDING, State.STARTED),
        (State.SENDING, State.NOT_STARTED),
        (State.NOT_STARTED,),
    ],
)
async def test_what_may_have_been_sent_or_is_over_is_not_rejected(
    journal, new, notified, way
):
    intent, _ = await journal.accept(new())
    intent = await moved(journal, intent.id, *way)
    await notified()

    rejected = await journal.reject(intent.id, notices=(ANSWERED,), error_code="late")

    assert rejected is None
    assert await journal.find.get(intent.id) == intent
    assert await notified() == []
    assert journal.illegal_moves == 0


@pytest.mark.parametrize("ends", [True, False])
async def test_only_who_claimed_a_stop_and_did_not_send_it_takes_the_claim_back(
    journal, new, ends
):
    claimed_by = journal.boot if ends else "boot-2"
    thing, _ = await journal.accept(new())
    thing = await moved(journal, thing.id, State.SENDING, State.STARTED)
    mine, _ = await journal.accept(stop_of(new, thing))
    await claimed(journal, mine.id)

    rejected = await journal.reject(mine.id, notices=(ANSWERED,), claimed_by=claimed_by)

    states = [(await journal.find.get(one.id)).state for one in (mine, thing)]
    back = [State.NOT_STARTED, State.STARTED]
    assert (rejected is not None) is ends
    assert states == (back if ends else [State.SENDING, State.STOPPING])


@pytest.mark.parametrize("mine", [True, False])
async def test_a_start_that_was_claimed_and_not_sent_is_not_started(
    journal, sending, mine
):
    claimed_by = journal.boot if mine else ""
    await journal.reject(sending.id, notices=(), claimed_by=claimed_by)

    state = State.NOT_STARTED if mine else State.SENDING
    assert (await journal.find.get(sending.id)).state is state
