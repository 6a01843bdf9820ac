"""One call ends a thing, however many ask for it, and each of them is answered."""

import asyncio

import pytest

from bot.ids import Kind
from bot.journal.evidence import FactKind, Stop
from bot.journal.stops import CANCELLED, How
from bot.states import LIVE, State
from bot.tencent.events import RelayStatus
from tests.bot.journal.conftest import ANSWERED, APP, WAYS, carried_out, moved
from tests.bot.journal.makers import stop_of
from tests.bot.journal.test_events import event
from tests.fakes.journal import claimed

# ── where a stop begins ──────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("way", "state"),
    [
        ("queued", State.DONE),
        ("sending", State.WAITING),
        ("unknown", State.WAITING),
        ("started", State.QUEUED),
        ("expiring", State.QUEUED),
    ],
)
async def test_a_stop_begins_where_its_relay_allows(relay_of, asked, now, way, state):
    relay = await relay_of(*WAYS[way])

    stop = await asked(relay)

    (relay,) = await now(relay)
    assert (stop.state, stop.joins, stop.handle) == (state, None, relay.handle)
    if state is State.QUEUED:
        assert (relay.state, relay.standing.by) == (State.STOPPING, "UBOB")
    if way == "unknown":
        assert relay.standing.wished


async def test_a_relay_that_was_never_sent_is_cancelled_at_once(
    journal, relay_of, asked, now, notified
):
    relay = await relay_of()

    stop = await asked(relay)
    (relay,) = await now(relay)

    assert (stop.state, stop.settlement.reason) == (State.DONE, How.CANCELLED)
    assert (relay.state, relay.settlement.error_code) == (State.NOT_STARTED, CANCELLED)
    assert relay.standing.by == "UBOB"
    assert await claimed(journal, relay.id) is None
    assert await notified() == ["card R1 not started", "result R1 done"]


async def test_the_stop_of_an_id_that_nobody_knows_makes_no_relay(
    journal, new, relay_of
):
    foreign, _ = await journal.accept(new(ends=True, ref="-task", sdk_app_id=APP))
    relay = await relay_of()

    assert (foreign.state, foreign.handle) == (State.QUEUED, "")
    assert relay.handle == "R1"
    assert await journal.find.by_ref("-task", "T") is None
    assert await journal.find.recent("T") == [relay]
    assert await journal.find.facts_of(foreign.id) == []


# ── one call ─────────────────────────────────────────────────────────────────────


async def test_of_sixty_who_ask_at_once_one_calls_and_all_are_answered(
    journal, relay_of, new, clock, now, notified
):
    relay = await relay_of(*WAYS["started"])
    await notified()
    accepting = (journal.accept(stop_of(new, relay, user=f"U{n}")) for n in range(60))
    stops = [stop for stop, _ in await asyncio.gather(*accepting)]
    first, *others = sorted(stops, key=lambda one: one.joins is not None)
    claims = [await claimed(journal, one.id) for one in (first, *others)]

    await carried_out(journal, claims[0], FactKind.ANSWERED, clock)

    assert [one is not None for one in claims] == [True] + [False] * 59
    assert {one.joins for one in others} == {first.id}
    assert {one.state for one in await now(*stops)} == {State.DONE}
    (relay,) = await now(relay)
    assert (relay.state, relay.standing.by) == (State.STOPPED, first.asker.user)
    told = await notified()
    while more := await notified():
        told += more
    assert told.count("result R1 done") == 60


@pytest.mark.parametrize(
    "other", [{"kind": Kind("S")}, {"sdk_app_id": APP + 1}, {"ref": "-other"}]
)
async def test_a_stop_joins_none_of_what_is_not_the_same(journal, new, other):
    task = {"ends": True, "ref": "-task", "sdk_app_id": APP}
    first, _ = await journal.accept(new(**task))

    same, _ = await journal.accept(new(**task))
    apart, _ = await journal.accept(new(**{**task, **other}))

    assert (same.state, same.joins) == (State.WAITING, first.id)
    assert (apart.state, apart.joins) == (State.QUEUED, None)


ANSWERS = [FactKind.ANSWERED, FactKind.GONE, FactKind.REFUSED, FactKind.NO_ANSWER]


@pytest.mark.parametrize("kind", ANSWERS)
async def test_who_joined_gets_the_same_answer_and_what_comes_later_a_new_call(
    journal, relay_of, asked, clock, now, kind
):
    relay = await relay_of(*WAYS["started"])
    first, second = await asked(relay), await asked(relay, "UEVE")
    sending = await claimed(journal, first.id)
    third = await asked(relay, "UANA")
    clock.push(seconds=1)

    ended = await carried_out(journal, sending, kind, clock)

    joined = await now(second, third)
    assert [one.joins for one in joined] == [first.id] * 2
    assert {(one.state, one.settlement.reason) for one in joined} == {
        (ended.state, ended.settlement.reason)
    }
    (relay,) = await now(relay)
    if relay.state in LIVE:
        again = await asked(relay)
        assert (again.state, again.joins) == (State.QUEUED, None)


@pytest.mark.parametrize("kind", ANSWERS)
async def test_a_stop_is_in_doubt_where_one_before_may_have_got_through(
    journal, new, clock, now, kind
):
    task = {"ends": True, "ref": "-task", "sdk_app_id": APP}
    first, _ = await journal.accept(new(**task))
    await carried_out(journal, await claimed(journal, first.id), kind, clock)

    again, _ = await journal.accept(new(**task))

    before, again = await now(first, again)
    assert (before.doubt, again.doubt) == (False, kind is not FactKind.REFUSED)


STANDS = [
    (FactKind.ANSWERED, State.STOPPED, Stop.NONE),
    (FactKind.GONE, State.ENDED, Stop.NONE),
    (FactKind.REFUSED, State.STARTED, Stop.REFUSED),
    (FactKind.NO_ANSWER, State.STARTED, Stop.MAYBE),
]


@pytest.mark.parametrize("stands", STANDS)
async def test_a_relay_stands_as_its_stop_was_answered(
    journal, relay_of, asked, clock, stands
):
    kind, *expected = stands
    relay = await relay_of(*WAYS["started"])
    sending = await claimed(journal, (await asked(relay)).id)
    clock.push(seconds=1)

    await carried_out(journal, sending, kind, clock)

    relay = await journal.find.get(relay.id)
    assert [relay.state, relay.standing.stop] == expected


FAILED = [(FactKind.REFUSED, How.OVER), (FactKind.NO_ANSWER, How.PERHAPS)]


@pytest.mark.parametrize(("kind", "how"), FAILED)
async def test_a_stop_that_failed_and_then_its_relay_ended_says_what_that_has_to_do(
    journal, relay_of, asked, clock, kind, how
):
    relay = await relay_of(*WAYS["started"])
    sending = await claimed(journal, (await asked(relay)).id)
    await carried_out(journal, sending, kind, clock)

    for second, status in ((60, 5), (61, 0)):
        told = event(second, RelayStatus(status), task_id=relay.subject.ref)
        await journal.apply_event(told, APP)

    ended = State.STOPPED if how is How.PERHAPS else State.ENDED
    assert (await journal.find.get(relay.id)).state is ended
    assert (await journal.find.get(sending.id)).settlement.reason == how


@pytest.mark.parametrize(("kind", "how"), FAILED)
async def test_a_stop_that_failed_after_its_relay_ended_says_what_that_has_to_do(
    journal, relay_of, asked, clock, kind, how
):
    relay = await relay_of(*WAYS["started"])
    await moved(journal, relay.id, State.ENDED)
    sending = await claimed(journal, (await asked(relay)).id)
    clock.push(seconds=1)

    stop = await carried_out(journal, sending, kind, clock)

    assert (await journal.find.get(relay.id)).state is State.ENDED
    assert stop.settlement.reason == how


OUTWEIGHED = [
    (FactKind.ANSWERED, How.CONTESTED, (State.STOPPED, "")),
    (FactKind.GONE, How.NO_SUCH_TASK, (State.ENDED, How.NO_SUCH_TASK)),
]


@pytest.mark.parametrize("answers", OUTWEIGHED)
async def test_a_stop_seconds_after_live_says_that_it_is_over_once_that_is_heard(
    journal, relay_of, asked, clock, answers
):
    kind, how, at_last = answers
    relay = await relay_of(*WAYS["started"])
    task = {"task_id": relay.subject.ref}
    stops = [await asked(relay), await asked(relay, "UEVE")]
    sending = await claimed(journal, stops[0].id)
    await journal.apply_event(event(1, **task), APP)
    await carried_out(journal, sending, kind, clock)

    async def said():
        now = [await journal.find.get(one.id) for one in (relay, *stops)]
        return now[0].state, *{one.settlement.reason for one in now[1:]}

    assert await said() == (State.STARTED, how)

    for second, status in ((2, 5), (3, 0)):
        await journal.apply_event(event(second, RelayStatus(status), **task), APP)

    assert await said() == at_last


async def test_a_stop_of_another_id_under_a_relays_name_is_not_the_relays(
    journal, relay_of, asked, clock, now
):
    relay = await relay_of(*WAYS["started"])
    sending = await claimed(journal, (await asked(relay, ref="-other..")).id)
    clock.push(seconds=1)

    stop = await carried_out(journal, sending, FactKind.ANSWERED, clock)

    (relay,) = await now(relay)
    assert (stop.state, stop.settlement.reason) == (State.DONE, How.OTHER_ID)
    assert relay.state is State.STARTED


async def test_a_stop_is_answered_once(journal, relay_of, asked, clock, notified):
    relay = await relay_of(*WAYS["started"])
    sending = await claimed(journal, (await asked(relay)).id)
    await carried_out(journal, sending, FactKind.ANSWERED, clock)
    await notified()

    late = await carried_out(journal, sending, FactKind.NO_ANSWER, clock)

    assert late.state is State.DONE
    assert await notified() == []
    assert journal.illegal_moves == 0


async def test_a_stop_that_was_refused_here_ends_with_those_who_joined(
    journal, relay_of, asked, now
):
    relay = await relay_of(*WAYS["started"])
    first, second = await asked(relay), await asked(relay, "UEVE")

    await journal.reject(first.id, notices=(ANSWERED,), error_code="denied")

    both = await now(first, second)
    assert {(one.state, one.settlement.error_code) for one in both} == {
        (State.NOT_STARTED, "denied")
    }
    (relay,) = await now(relay)
    assert relay.state is State.STARTED


async def test_stops_of_two_relays_are_two_calls(journal, relay_of, asked):
    one = await relay_of(*WAYS["started"])
    other = await relay_of(*WAYS["started"], agent="pb_b")

    stops = [await asked(one), await asked(other)]

    assert [(stop.state, stop.joins) for stop in stops] == [(State.QUEUED, None)] * 2
    assert [await claimed(journal, stop.id) is not None for stop in stops] == [True] * 2
