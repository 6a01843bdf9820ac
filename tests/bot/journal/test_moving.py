"""Moves along edges only, dated; what is updated and noticed beside them."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot.errors import IllegalMove
from bot.ids import Kind
from bot.journal.model import CARD_NOTICE, Settlement
from bot.states import State
from tests.bot.journal.conftest import ALARMED, ANSWERED

SECOND = timedelta(seconds=1)


async def test_a_move_changes_the_state_and_what_goes_with_it(journal, new, clock):
    queued, _ = await journal.accept(new())
    sending = await journal.move(queued.id, State.SENDING, owner="me", send_by=clock())

    started = await journal.move(queued.id, State.STARTED, ref="-m9task..")

    assert sending == replace(
        queued,
        state=State.SENDING,
        rev=2,
        owner="me",
        sent_at=clock(),
        send_by=clock(),
    )
    assert started == replace(
        sending,
        state=State.STARTED,
        rev=3,
        subject=replace(queued.subject, ref="-m9task.."),
        settlement=Settlement(settled_at=clock()),
    )
    assert (type(started.state), started.subject.kind) == (State, Kind("R"))


async def test_a_move_that_is_no_edge_is_refused_and_counted(journal, new):
    intent, _ = await journal.accept(new())

    with pytest.raises(IllegalMove), capture_logs() as logs:
        await journal.move(intent.id, State.STARTED, notices=(CARD_NOTICE,))

    assert journal.illegal_moves == 1
    assert [(one["event"], one["intent"], one["to"]) for one in logs] == [
        ("journal.illegal-move", intent.id, "started")
    ]
    assert await journal.find.get(intent.id) == intent
    assert await journal.outbox.waiting() == 0


async def test_of_two_that_move_at_once_one_wins(journal, new):
    intent, _ = await journal.accept(new())

    results = await asyncio.gather(
        *(journal.move(intent.id, State.SENDING) for _ in range(5)),
        return_exceptions=True,
    )

    assert sum(isinstance(one, IllegalMove) for one in results) == 4


async def test_an_end_is_dated_and_a_stop_that_failed_is_none(journal, new, clock):
    intent, _ = await journal.accept(new())
    await journal.move(intent.id, State.SENDING)
    started = await journal.move(intent.id, State.STARTED)
    clock.push(hours=1)

    await journal.move(intent.id, State.STOPPING)
    back = await journal.move(intent.id, State.STARTED)
    ended = await journal.move(intent.id, State.ENDED)

    assert back.settlement == started.settlement
    assert ended.settlement == Settlement(settled_at=clock())


async def test_only_what_leaves_is_dated_as_sent_and_only_what_rests_as_settled(
    journal, sending, clock
):
    clock.push(seconds=1)
    unknown = await journal.move(sending.id, State.UNKNOWN)

    assert (sending.sent_at, sending.settlement.settled_at) == (clock() - SECOND, None)
    assert (unknown.sent_at, unknown.settlement.settled_at) == (
        clock() - SECOND,
        clock(),
    )


async def test_what_expires_came_to_rest_when_it_started(journal, sending, clock):
    started = await journal.move(sending.id, State.STARTED)
    clock.push(days=30)

    expiring = await journal.move(sending.id, State.EXPIRING)

    assert expiring.settlement == started.settlement
    assert expiring.settlement.settled_at == clock() - timedelta(days=30)


async def test_notices_are_committed_with_the_move(journal, sending, notified):
    await journal.move(sending.id, State.STARTED, notices=(CARD_NOTICE, ANSWERED))

    assert await notified() == ["card R1 started", "result R1 started"]


# ── without a move ───────────────────────────────────────────────────────────────


async def test_an_update_changes_facts_and_not_the_state(journal, new):
    intent, _ = await journal.accept(new())

    updated = await journal.update(intent.id, request_id="q", reply={"a": 1})

    assert updated == replace(
        intent, rev=2, settlement=Settlement(request_id="q", reply={"a": 1})
    )


async def test_an_update_is_told(journal, sending, notified):
    updated = await journal.update(sending.id, notices=(CARD_NOTICE,), owner="me")

    assert (updated.owner, updated.rev) == ("me", 3)
    assert await notified() == ["card R1 sending"]


async def test_a_change_changes_no_other(journal, new):
    first, _ = await journal.accept(new())
    second, _ = await journal.accept(new())

    await journal.update(first.id, owner="me")
    await journal.move(first.id, State.SENDING)

    assert await journal.find.get(second.id) == second


async def test_an_update_overwrites_what_was_known(journal, sending, clock):
    await journal.update(sending.id, send_by=clock(), error_code="e")
    clock.push(seconds=1)

    updated = await journal.update(sending.id, send_by=clock(), error_code="")

    assert (updated.send_by, updated.settlement.error_code) == (clock(), "")


async def test_a_notice_is_given_once(journal, sending, notified):
    first = await journal.notify(sending.id, ALARMED, mark="silent")
    again = await journal.notify(sending.id, ALARMED, mark="silent")
    other = await journal.notify(sending.id, ALARMED, mark="stuck")

    assert first == replace(sending, rev=3, marks=("silent",))
    assert again is None
    assert other == replace(sending, rev=4, marks=("silent", "stuck"))
    assert [other.noticed(one) for one in ("silent", "stuck", "sil")] == [
        True,
        True,
        False,
    ]
    assert await notified() == ["stuck R1 sending", "stuck R1 sending"]


async def test_a_notice_may_move_it_if_there_is_such_an_edge(
    journal, sending, notified
):
    async def expire():
        return await journal.notify(
            sending.id, ALARMED, mark="expiring", to=State.EXPIRING
        )

    early = await expire()
    await journal.move(sending.id, State.STARTED)

    moved = await expire()

    assert early is None
    assert (moved.state, moved.marks) == (State.EXPIRING, ("expiring",))
    assert await notified() == ["stuck R1 expiring"]
