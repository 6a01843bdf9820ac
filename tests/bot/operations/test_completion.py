"""How an end is committed, whatever the journal and earlier news have to say."""

import asyncio
import json
from contextlib import AsyncExitStack
from datetime import UTC, datetime

import pytest

from bot.journal.evidence import Fact, FactKind
from bot.journal.rows import millis
from bot.journal.sqlite.spool import SpooledOutcome
from bot.operations.completion import AT_ONCE
from bot.runtime.places import Turn
from bot.states import State
from tests.bot.http.visitors import until
from tests.bot.operations.accidents import (
    CountingClock,
    JournalFile,
    accepted,
    given_up,
    left_sending,
    released,
    request_of,
)
from tests.world import TEAM, make_world

START = "/relay start 295066 url=rtmp://push.example.com/live/k --go"
STOP = "/relay stop R1 --yes"
SLOT = 1  # naps of a call before it is sent


@pytest.fixture
async def world(tmp_path):
    async with AsyncExitStack() as stack:
        clock = CountingClock(datetime.now(UTC))
        yield await make_world(stack, tmp_path / "p.db", clock=clock)


@pytest.fixture
def away(world, tmp_path):
    """Refuse moves to a state for some tries; give what was spooled at the last."""
    file = JournalFile(tmp_path / "p.db")
    spooled = []

    def refuse(state, times):
        def mend():
            spooled.append(world.journal.spool.left())
            file.mend()

        file.refuse_state(state)
        world.clock.after(SLOT + times, mend)
        return spooled

    return refuse


async def test_an_outcome_that_cannot_be_written_is_spooled_and_tried_until_it_is(
    world, away, capsys
):
    spooled = away("started", 6)

    await world.typed(START)

    (relay,) = world.cloud.state.running
    intent = await world.handle("R1")
    assert intent.subject.ref == relay.task_id
    assert capsys.readouterr().out.count(relay.task_id) == 1 + 6
    assert world.waits[-6:] == [1.0, 2.0, 5.0, 15.0, 15.0, 15.0]
    changes = {"ref": relay.task_id, "request_id": intent.settlement.request_id}
    (answer,) = [
        fact
        for fact in await world.journal.find.facts_of(intent.id)
        if fact.kind is FactKind.ANSWERED
    ]
    assert answer.ref == relay.task_id
    assert spooled == [[SpooledOutcome(intent.id, State.STARTED, changes, (answer,))]]
    assert world.journal.spool.left() == []


async def test_while_the_journal_is_away_slack_is_told_once(world, away):
    away("started", 6)

    await world.typed(START)

    cards = [body["text"] for way, body in world.slack.sent if way == "post C0OPS"]
    assert cards == ["🔵 R1 · accepted, callbacks are off · room 295066"]


@pytest.mark.parametrize(
    ("line", "state", "handle", "text"),
    [
        ("/gs 1326515201117065216", "done", "G1", "🔴 G1 · 1 of 3 selected is offline"),
        (STOP, "done", "R1", "⚪ R1 is stopped."),
    ],
)
async def test_while_the_journal_is_away_only_the_asker_is_told_what_is_theirs(
    world, away, line, state, handle, text
):
    if line is STOP:
        await world.typed(START)
    await world.bot.delivery.deliver()
    before = len(world.slack.sent)
    away(state, 6)

    await world.typed(line)

    sent = [(way, body) for way, body in world.slack.sent[before:] if "text" in body]
    assert [(way, body["text"]) for way, body in sent] == [("chat.postEphemeral", text)]


async def test_a_server_session_is_never_spooled(world, away):
    spooled = away("started", 2)

    await world.typed("/car start user=u ip=125.127.178.228 --go")

    ((outcome,),) = spooled
    assert outcome.changes.keys() == {"request_id"}
    assert await world.journal.find.secret_of((await world.handle("S1")).id)


async def test_a_stop_that_cannot_be_written_ends_both_at_last(world, away):
    await world.typed(START)
    away("done", 3)

    await world.typed(STOP)

    assert (await world.handle("R1")).state is State.STOPPED
    (stop, *_) = await world.journal.find.history("R1", TEAM)
    assert stop.state is State.DONE


async def test_an_answer_after_an_event_overwrites_no_task_id_without_a_word(world):
    """As when a callback was faster than the answer, and names another task."""
    sending = await left_sending(world, START)
    await world.journal.learn(sending.id, told_running(world, sending, "-first."))

    await world.executor.completion.complete(
        sending, State.UNKNOWN, {"error_code": "patchbay.NoAnswer"}
    )
    doubted = await world.handle("R1")
    changes = {"ref": "-second.", "request_id": "req"}
    await world.executor.completion.complete(sending, State.STARTED, changes)

    intent = await world.handle("R1")
    assert (doubted.state, doubted.subject.ref) == (State.STARTED, "-first.")
    assert intent.state is State.STARTED
    both = {intent.subject.ref, *intent.standing.candidates}
    assert both == {"-first.", "-second."}
    (alarm,) = await world.alarms()
    assert all(one in json.dumps(alarm.body) for one in both)


async def test_an_answer_after_it_was_closed_by_hand_wins_and_is_an_alarm(world):
    sending = await left_sending(world, START)
    await given_up(world, sending)
    await world.typed("/relay close R1 reason=“nothing there”")

    await world.executor.completion.complete(
        sending, State.STARTED, {"ref": "-second.", "request_id": "req"}
    )

    intent = await world.handle("R1")
    assert (intent.state, intent.subject.ref) == (State.STARTED, "-second.")
    (alarm,) = await world.alarms()
    assert alarm.text == "🟠 R1 runs, though it was told as “closed”. It may be billed."


def told_running(world, intent, task_id):
    """Return as a fact that Tencent says of *intent* that it runs as *task_id*."""
    at = millis(world.clock())
    return Fact(
        kind=FactKind.EVENT,
        key=task_id,
        ref=task_id,
        target=intent.subject.targets[0],
        status=2,
        at=at,
        came_at=at,
    )


async def test_a_stop_that_is_given_up_is_an_alarm(world):
    await world.typed(START)
    world.cloud.state.fail_next("StopPublishCdnStream", "UnauthorizedOperation")

    await world.typed(STOP)

    assert (await world.handle("R1")).state is State.STARTED
    (alarm,) = await world.alarms()
    assert alarm.text == "🟠 R1 was not stopped; as far as is known it is billed."


async def test_an_end_without_a_request_id_is_told_once(world):
    world.cloud.state.fail_next("*", "reset", times=50)

    await world.typed("/gs 1326515201117065216")

    assert (await world.handle("G1")).settlement.request_id == ""
    assert [one.text for one in await world.notices()] == [
        "🔴 G1 · not looked up: no usable answer"
    ]


# ── two on one intent ────────────────────────────────────────────────────────────


async def test_of_two_that_have_an_intent_one_sends_and_the_other_says_nothing(
    world, capsys
):
    intent = await accepted(world, START)
    again = world.executor.execute(intent, await request_of(world, intent))
    world.tasks.spawn(again, name="again")
    await released(world)

    assert len(world.cloud.state.calls) == 1
    texts = [one.text for one in await world.notices()]
    assert texts == ["🔵 R1 · accepted, callbacks are off · room 295066"]
    assert (await world.handle("R1")).settlement.error_code == ""
    assert capsys.readouterr().out.count("executor.not-queued") == 1


async def test_whoever_never_sent_an_intent_does_not_say_that_nothing_was_sent(
    world, capsys
):
    sending = await left_sending(world, START)

    await world.executor.reject(sending, "patchbay.Busy", "Nothing was sent.")

    assert await world.handle("R1") == sending
    assert [one.text for one in await world.notices()] == [
        "🟡 R1 · sending · room 295066"
    ]
    assert "intent.not-queued" in capsys.readouterr().out


async def test_ends_are_written_so_many_at_once_and_those_of_stops_always(world):
    await world.typed(START)
    places = world.executor.completion.places
    others = [Turn(lambda _has_place: None) for _ in range(AT_ONCE)]
    for one in others:
        places.ask(one)

    await world.router.answer(world.ask(START.replace("295066", "7") + " again=R1"))
    await world.router.answer(world.ask(STOP))
    async with asyncio.timeout(20):
        while (await world.handle("R1")).state is not State.STOPPED:  # noqa: ASYNC110 - it is in the journal alone
            await asyncio.sleep(0)
    await until(lambda: len(places))
    before = (await world.handle("R2")).state
    places.leave(others[0])
    await world.settled()

    assert (before, (await world.handle("R2")).state) == (State.SENDING, State.STARTED)
