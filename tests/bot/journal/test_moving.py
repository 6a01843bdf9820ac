"""What is sent moves along edges only, dated; what is updated and noticed beside it."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot.errors import IllegalMove
from bot.journal.evidence import Fact, FactKind, Headline, Standing
from bot.journal.model import CARD_NOTICE, Settlement
from bot.journal.rows import millis
from bot.states import State
from tests.bot.journal.conftest import ALARMED, AT, fact, moved
from tests.bot.journal.makers import stop_of
from tests.fakes.journal import answered, claimed

SECOND = timedelta(seconds=1)


async def test_what_is_claimed_is_being_sent_by_its_owner(journal, new, clock):
    queued, _ = await journal.accept(new())

    sending = await journal.claim(queued.id, send_by=clock() + SECOND)

    assert sending == replace(
        queued,
        state=State.SENDING,
        rev=3,
        owner=journal.boot,
        sent_at=clock(),
        send_by=clock() + SECOND,
        standing=Standing(State.SENDING, Headline.SENDING, since=millis(AT)),
    )
    (written,) = await journal.find.facts_of(queued.id)
    assert written == Fact(
        kind=FactKind.WRITTEN,
        at=millis(AT),
        came_at=millis(AT),
        since=millis(AT),
        key=written.key,
        job=queued.id,
        by="UANA",
    )


async def test_a_claim_tells_nobody(journal, new, notified):
    queued, _ = await journal.accept(new())
    await claimed(journal, queued.id)

    assert await notified() == []


async def test_of_a_thing_it_is_known_that_its_stop_is_on_its_way(journal, stop):
    kinds = [one.kind for one in await journal.find.facts_of(stop.subject.about)]

    assert kinds == [
        FactKind.WRITTEN,
        FactKind.ANSWERED,
        FactKind.ASKED,
        FactKind.WRITTEN,
    ]


@pytest.mark.parametrize(
    "way",
    [
        (State.SENDING,),
        (State.NOT_STARTED,),
        (State.SENDING, State.UNKNOWN),
        (State.SENDING, State.STARTED),
        (State.SENDING, State.UNKNOWN, State.CLOSED),
    ],
)
async def test_only_what_is_queued_is_claimed(journal, new, way):
    intent, _ = await journal.accept(new())
    before = await moved(journal, intent.id, *way)

    assert await claimed(journal, intent.id) is None
    assert await journal.find.get(intent.id) == before
    assert journal.illegal_moves == 0


async def test_of_five_that_claim_at_once_one_wins(journal, new):
    intent, _ = await journal.accept(new())

    results = await asyncio.gather(*(claimed(journal, intent.id) for _ in range(5)))

    (won,) = [one for one in results if one]
    assert (await journal.find.get(intent.id)).owner == won.owner


async def test_a_move_that_is_no_edge_is_refused_counted_and_undone(
    journal, stop, notified
):
    """As of an ending that no answer can have."""
    before = await journal.find.get(stop.id)
    await notified()

    with pytest.raises(IllegalMove), capture_logs() as logs:
        await journal.complete(stop.id, State.STARTED, notices=(CARD_NOTICE,))

    assert journal.illegal_moves == 1
    assert [(one["event"], one["intent"], one["to"]) for one in logs] == [
        ("journal.illegal-move", stop.id, "started")
    ]
    assert await journal.find.get(stop.id) == before
    assert await notified() == []


async def test_an_end_is_dated_anew_and_what_is_going_on_is_dated_too(
    journal, sending, clock, new
):
    started = await moved(journal, sending.id, State.STARTED)
    dates = [started.settlement.settled_at]
    for _ in range(2):
        clock.push(hours=1)
        stop, _ = await journal.accept(stop_of(new, started))
        dates.append((await journal.find.get(sending.id)).settlement.settled_at)
        await claimed(journal, stop.id)
        clock.push(hours=1)
        await answered(journal, stop.id, State.NOT_STARTED)
        dates.append((await journal.find.get(sending.id)).settlement.settled_at)

    assert dates == [AT + timedelta(hours=n) for n in range(5)]


async def test_only_what_leaves_is_dated_as_sent_and_only_what_rests_as_settled(
    journal, sending, clock
):
    clock.push(seconds=1)
    unknown = await moved(journal, sending.id, State.UNKNOWN)

    assert (sending.sent_at, sending.settlement) == (AT, Settlement())
    assert (unknown.sent_at, unknown.settlement.settled_at) == (AT, clock())


# ── without a move ───────────────────────────────────────────────────────────────


async def test_an_update_changes_facts_and_not_the_state(journal, new):
    intent, _ = await journal.accept(new())

    updated = await journal.update(intent.id, request_id="q", reply={"a": 1})

    assert updated == replace(
        intent, rev=2, settlement=Settlement(request_id="q", reply={"a": 1})
    )


async def test_an_update_is_told(journal, sending, notified):
    updated = await journal.update(sending.id, notices=(CARD_NOTICE,), request_id="q")

    assert (updated.settlement.request_id, updated.rev) == ("q", sending.rev + 1)
    assert await notified() == ["card R1 sending"]


async def test_a_change_changes_no_other(journal, new):
    first, _ = await journal.accept(new())
    second, _ = await journal.accept(new())

    await journal.update(first.id, request_id="q")
    await claimed(journal, first.id)

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

    assert first == replace(sending, rev=sending.rev + 1, marks=("silent",))
    assert again is None
    assert other == replace(sending, rev=sending.rev + 2, marks=("silent", "stuck"))
    assert [other.noticed(one) for one in ("silent", "stuck", "sil")] == [
        True,
        True,
        False,
    ]
    assert await notified() == ["stuck R1 sending", "stuck R1 sending"]


async def test_a_notice_may_bring_a_fact_and_brings_it_once(
    journal, sending, notified, clock
):
    started = await moved(journal, sending.id, State.STARTED)
    await notified()

    async def expire(days):
        aged = fact(FactKind.AGED, clock(), status=days)
        return await journal.notify(sending.id, ALARMED, mark="expiring", fact=aged)

    expiring = await expire(25)
    again = await expire(30)

    assert started.state is State.STARTED
    assert (expiring.state, expiring.marks) == (State.EXPIRING, ("expiring",))
    assert (again, await journal.find.get(sending.id)) == (None, expiring)
    assert sorted(await notified()) == ["card R1 expiring", "stuck R1 expiring"]


async def test_a_mark_without_a_notice_is_silent(journal, sending, notified):
    marked = await journal.notify(sending.id, None, mark="seen")

    assert (marked.marks, await notified()) == (("seen",), [])
