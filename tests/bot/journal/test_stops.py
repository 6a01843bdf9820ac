"""One call ends a thing, however many ask for it, and each of them is answered."""

import asyncio
import json

import pytest
from structlog.testing import capture_logs

from bot.errors import IllegalMove
from bot.journal.audit import Decision, Entry
from bot.journal.evidence import Does, FactKind, Stop
from bot.journal.rows import millis
from bot.journal.stops import CANCELLED, How
from bot.states import LIVE, OPEN, State
from bot.tencent.events import RelayStatus
from tests.bot.journal.conftest import ANSWERED, APP, AT, fact, moved, stop_of
from tests.bot.journal.test_events import event
from tests.fakes.journal import answered, claimed

TASK = "-task-of-8.."

SETTLED = Entry(
    at=AT,
    team="T",
    user="UEVE",
    home="T",
    channel="C",
    action="relay.attach",
    decision=Decision.ALLOWED,
)
WAYS = {
    "queued": (),
    "sending": (State.SENDING,),
    "unknown": (State.SENDING, State.UNKNOWN),
    "started": (State.SENDING, State.STARTED),
    "expiring": (State.SENDING, State.STARTED, State.EXPIRING),
}


@pytest.fixture
def asked(journal, new, clock):
    """Ask for the end of a relay, a moment after the one before."""

    async def ask(relay, user="UBOB", **values):
        clock.push(seconds=1)
        stop, _ = await journal.accept(stop_of(new, relay, user=user, **values))
        return stop

    return ask


@pytest.fixture
def now(journal):
    async def get(*intents):
        return [await journal.find.get(one.id) for one in intents]

    return get


async def carried_out(journal, stop, kind, clock):
    """Let the claimed *stop* have the answer *kind*."""
    to = {
        FactKind.ANSWERED: State.DONE,
        FactKind.GONE: State.DONE,
        FactKind.REFUSED: State.NOT_STARTED,
        FactKind.NO_ANSWER: State.UNKNOWN,
    }[kind]
    at = clock()
    said = fact(
        kind,
        at,
        does=Does.END,
        ref=stop.subject.ref,
        job=stop.id,
        by=stop.asker.user,
        since=millis(at),
    )
    reason = {"reason": How.GONE} if kind is FactKind.GONE else {}
    return await journal.complete(
        stop.id, to, notices=(ANSWERED,), evidence=(said,), **reason
    )


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
    assert await journal.find.by_ref("-task") is None
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
    first, *others = stops
    claims = [await claimed(journal, one.id) for one in stops]

    await carried_out(journal, claims[0], FactKind.ANSWERED, clock)

    assert [one is not None for one in claims] == [True] + [False] * 59
    assert {one.joins for one in others} == {first.id}
    assert {one.state for one in await now(*stops)} == {State.DONE}
    (relay,) = await now(relay)
    assert (relay.state, relay.standing.by) == (State.STOPPED, "U0")
    told = await notified()
    while more := await notified():
        told += more
    assert told.count("result R1 done") == 60


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


# ── what waits ───────────────────────────────────────────────────────────────────


async def learns_its_id(journal, relay, way):
    """Let *relay* learn its TaskId, and return that."""
    if way == "answer":
        await answered(journal, relay.id, ref=TASK)
    elif way == "event":
        await journal.apply_event(event(task_id=TASK), APP)
    else:
        attached = fact(FactKind.ATTACHED, journal._now(), ref=TASK, by="UEVE")
        await journal.settle(relay.id, attached, audit=SETTLED)
    return TASK


@pytest.mark.parametrize("way", ["answer", "event", "attach"])
async def test_a_wish_becomes_a_call_with_the_id_that_its_relay_is_given(
    journal, relay_of, asked, now, way
):
    relay = await relay_of(*WAYS["unknown" if way == "attach" else "sending"])
    wish, other = await asked(relay), await asked(relay, "UEVE")
    before = [await claimed(journal, one.id) for one in (wish, other)]

    ref = await learns_its_id(journal, relay, way)

    first, second, relay = await now(wish, other, relay)
    assert before == [None, None]
    assert (first.state, first.joins, first.subject.ref) == (State.QUEUED, None, ref)
    assert (second.state, second.joins) == (State.WAITING, first.id)
    assert relay.state is State.STOPPING
    assert await journal.find.queued_stops(relay.id) == [first]
    sent = json.loads(await journal.find.request_of(first.id))
    assert (sent["TaskId"], sent["SdkAppId"]) == (ref, APP)
    assert (await claimed(journal, first.id)).state is State.SENDING


@pytest.mark.parametrize("ends", [State.NOT_STARTED, State.CLOSED])
async def test_a_wish_ends_when_its_relay_is_known_not_to_run(
    journal, relay_of, asked, now, ends
):
    relay = await relay_of(*WAYS["unknown"])
    wish = await asked(relay)

    await moved(journal, relay.id, ends)

    (wish,) = await now(wish)
    if ends is State.NOT_STARTED:
        assert (wish.state, wish.settlement.reason) == (State.DONE, How.NOT_STARTED)
    else:  # a person may err, and then it is stopped after all
        assert wish.state in OPEN
        await journal.apply_event(event(task_id=TASK), APP)
        assert (await now(wish))[0].state is State.QUEUED


@pytest.mark.parametrize("claim", [False, True])
async def test_stops_end_when_their_relay_has_ended_meanwhile(
    journal, relay_of, asked, now, notified, claim
):
    relay = await relay_of(*WAYS["started"])
    first, second = await asked(relay), await asked(relay, "UEVE")
    if claim:
        await claimed(journal, first.id)
    await notified()

    for second_of, status in enumerate((2, 5, 0)):
        await journal.apply_event(
            event(second_of, RelayStatus(status), task_id="-task-R1"), APP
        )

    relay, *both = await now(relay, first, second)
    assert relay.state is State.ENDED
    assert {(one.state, one.settlement.reason) for one in both} == {
        (State.DONE, How.ENDED)
    }
    assert (await notified()).count("result R1 done") == 2
    assert await claimed(journal, first.id) is None


async def test_news_with_an_id_that_cannot_be_sent_is_kept_and_the_wish_waits(
    journal, relay_of, asked, now
):
    relay = await relay_of(*WAYS["sending"])
    wish = await asked(relay)

    with capture_logs() as logs:
        await journal.apply_event(event(task_id="not one"), APP)

    relay, wish = await now(relay, wish)
    assert (relay.state, relay.subject.ref) == (State.STOPPING, "not one")
    assert wish.state is State.WAITING
    assert [one["event"] for one in logs] == ["stop.unsendable"]


# ── an ID that was nobody's ──────────────────────────────────────────────────────


@pytest.fixture
def foreign(journal, new):
    async def ask(*way, **changes):
        stop, _ = await journal.accept(new(ends=True, ref=TASK, sdk_app_id=APP))
        return await moved(journal, stop.id, *way, **changes)

    return ask


async def test_a_stop_of_the_id_under_way_is_the_relays_when_that_is_attached(
    journal, relay_of, foreign, asked, now, clock
):
    stop = await foreign(State.SENDING)
    relay = await relay_of(*WAYS["unknown"])
    wish = await asked(relay)

    await learns_its_id(journal, relay, "attach")

    stop, wish, relay = await now(stop, wish, relay)
    assert (stop.subject.about, stop.handle) == (relay.id, relay.handle)
    assert (wish.state, wish.joins) == (State.WAITING, stop.id)
    assert relay.state is State.STOPPING
    clock.push(seconds=1)
    await carried_out(journal, stop, FactKind.ANSWERED, clock)
    assert [one.state for one in await now(stop, wish, relay)] == [
        State.DONE,
        State.DONE,
        State.STOPPED,
    ]


@pytest.mark.parametrize(
    ("end", "state"),
    [
        (State.DONE, State.STOPPED),
        (State.UNKNOWN, State.STARTED),
        (State.NOT_STARTED, State.STARTED),
    ],
)
async def test_a_stop_of_the_id_that_ended_counts_when_that_is_attached(
    journal, relay_of, foreign, now, end, state
):
    stop = await foreign(State.SENDING, end)
    relay = await relay_of(*WAYS["unknown"])

    await learns_its_id(journal, relay, "attach")

    stop, relay = await now(stop, relay)
    assert relay.state is state
    assert (stop.subject.about, relay.subject.ref) == (relay.id, TASK)
    if end is State.UNKNOWN:
        assert relay.standing.stop is Stop.MAYBE


async def test_an_id_that_tencent_did_not_know_is_said_to_be_none_when_attached(
    journal, relay_of, foreign, now
):
    await foreign(State.SENDING, State.DONE, reason=How.GONE)
    relay = await relay_of(*WAYS["unknown"])

    await learns_its_id(journal, relay, "attach")

    (relay,) = await now(relay)
    assert (relay.state, relay.standing.stop) == (State.UNKNOWN, Stop.NO_SUCH_TASK)


@pytest.mark.parametrize("vouched", [True, False])
async def test_no_such_task_says_something_only_of_what_tencent_has_named(
    journal, relay_of, asked, clock, now, vouched
):
    relay = await relay_of(*WAYS["unknown"])
    await learns_its_id(journal, relay, "event" if vouched else "attach")
    (relay,) = await now(relay)
    sending = await claimed(journal, (await asked(relay)).id)
    clock.push(seconds=60)

    stop = await carried_out(journal, sending, FactKind.GONE, clock)

    (relay,) = await now(relay)
    how = How.GONE if vouched else How.NO_SUCH_TASK
    state = State.ENDED if vouched else State.UNKNOWN
    assert (stop.state, stop.settlement.reason) == (State.DONE, how)
    assert (relay.state, relay.subject.ref) == (state, TASK if vouched else "")


async def test_only_what_is_unknown_is_settled_by_hand(journal, relay_of, clock):
    relay = await relay_of(*WAYS["started"])
    word = fact(FactKind.ATTACHED, clock(), ref=TASK, by="UEVE")

    with pytest.raises(IllegalMove, match="is not unknown"):
        await journal.settle(relay.id, word, audit=SETTLED)
