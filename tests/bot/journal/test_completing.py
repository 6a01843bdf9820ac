"""How what was sent ends, and how what was never sent does."""

from dataclasses import replace

import pytest

from bot.errors import IllegalMove
from bot.journal.model import CARD_NOTICE, Settlement
from bot.states import CREATES, ENDS, Reaction, State
from tests.bot.journal.conftest import ANSWERED, stop_of


async def test_an_answer_completes_what_was_sent(journal, sending, notified, clock):
    completed, reaction = await journal.complete(
        sending.id, State.STARTED, notices=(CARD_NOTICE,), effect=CREATES, ref="task"
    )

    assert reaction is Reaction.MOVE
    assert completed == replace(
        sending,
        state=State.STARTED,
        rev=3,
        subject=replace(sending.subject, ref="task"),
        settlement=Settlement(settled_at=clock()),
    )
    assert await notified() == ["card R1 started"]


async def test_an_answer_with_another_task_is_an_alarm(journal, sending, clock):
    started = await journal.move(sending.id, State.STARTED, ref="task", request_id="q")

    current, reaction = await journal.complete(
        sending.id, State.STARTED, notices=(ANSWERED,), ref="other", request_id="r"
    )

    assert (reaction, current) == (Reaction.ALARM, started)
    (alarm,) = await journal.outbox.due(clock())
    assert (alarm.name, alarm.audience.value, alarm.facts["task_id"]) == (
        "contradiction",
        "ops",
        "other",
    )
    assert alarm.facts["ref"] == "task"


async def test_an_answer_after_the_event_adds_its_request_id_once(
    journal, sending, notified
):
    await journal.move(sending.id, State.STARTED, ref="task")
    seen = []
    for number in "12":
        current, reaction = await journal.complete(
            sending.id,
            State.STARTED,
            notices=(CARD_NOTICE,),
            ref="task",
            request_id=f"q{number}",
        )
        request_id = current.settlement.request_id
        seen.append((reaction, request_id, current.rev, await notified()))

    assert seen == [
        (Reaction.KEEP, "q1", 4, ["card R1 started"]),
        (Reaction.KEEP, "q1", 4, []),
    ]


async def test_an_answer_that_moves_it_is_told_once(journal, sending, notified):
    completed, _ = await journal.complete(
        sending.id, State.STARTED, notices=(ANSWERED,), ref="task", request_id="q"
    )

    assert (completed.settlement.request_id, completed.rev) == ("q", 3)
    assert await notified() == ["result R1 started"]


async def test_an_answer_without_a_request_id_changes_nothing(
    journal, sending, notified
):
    started = await journal.move(sending.id, State.STARTED, ref="task")

    current, reaction = await journal.complete(
        sending.id, State.UNKNOWN, notices=(ANSWERED,)
    )

    assert (current, reaction, await notified()) == (started, Reaction.KEEP, [])


@pytest.mark.parametrize("to", [State.STARTED, State.NOT_STARTED, State.DONE])
async def test_what_was_never_sent_cannot_have_an_answer(journal, new, to, notified):
    intent, _ = await journal.accept(new())

    with pytest.raises(IllegalMove, match=f"{intent.id} was never sent"):
        await journal.complete(intent.id, to, notices=(CARD_NOTICE,))

    assert (await journal.find.get(intent.id), journal.illegal_moves) == (intent, 1)
    assert await notified() == []


# ── what was never sent ──────────────────────────────────────────────────────────


async def test_what_waits_is_rejected(journal, new, notified, clock):
    intent, _ = await journal.accept(new())

    rejected = await journal.reject(intent.id, notices=(ANSWERED,), error_code="late")

    assert rejected == replace(
        intent,
        state=State.NOT_STARTED,
        rev=2,
        settlement=Settlement(error_code="late", settled_at=clock()),
    )
    assert await notified() == ["result R1 not started"]


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
    for state in way:
        intent = await journal.move(intent.id, state)

    rejected = await journal.reject(intent.id, notices=(ANSWERED,), error_code="late")

    assert rejected is None
    assert await journal.find.get(intent.id) == intent
    assert await notified() == []
    assert journal.illegal_moves == 0


@pytest.mark.parametrize(("claimed_by", "ends"), [("boot-1", True), ("boot-2", False)])
async def test_only_who_claimed_a_stop_and_did_not_send_it_takes_the_claim_back(
    journal, new, stop, claimed_by, ends
):
    thing = await journal.find.get(stop.subject.about)
    mine, _ = await journal.accept(stop_of(new, thing))
    await journal.move(mine.id, State.SENDING, effect=ENDS, owner="boot-1")

    rejected = await journal.reject(
        mine.id, notices=(ANSWERED,), claimed_by=claimed_by, effect=ENDS
    )

    states = [(await journal.find.get(one.id)).state for one in (mine, thing)]
    back = [State.NOT_STARTED, State.STARTED]
    assert (rejected is not None) is ends
    assert states == (back if ends else [State.SENDING, State.STOPPING])


async def test_a_second_stop_that_is_rejected_leaves_the_thing_to_the_first(
    journal, new, stop
):
    relay = await journal.find.get(stop.subject.about)
    first, _ = await journal.accept(stop_of(new, relay))
    await journal.move(first.id, State.SENDING, effect=ENDS)
    stopping = await journal.find.get(relay.id)
    second, _ = await journal.accept(stop_of(new, relay))

    rejected = await journal.reject(second.id, notices=(ANSWERED,))

    assert (stopping.state, rejected.state) == (State.STOPPING, State.NOT_STARTED)
    assert await journal.find.get(relay.id) == stopping
