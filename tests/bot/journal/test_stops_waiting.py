"""A stop waits for the TaskId of its relay, and an ID for the relay that it is of."""

import json

import pytest
from structlog.testing import capture_logs

from bot.errors import IllegalMove
from bot.journal.audit import Decision, Entry
from bot.journal.evidence import Does, Fact, FactKind, Stop
from bot.journal.rows import millis
from bot.journal.stops import How
from bot.states import OPEN, State
from bot.tencent.events import RelayStatus
from tests.bot.journal.conftest import APP, AT, WAYS, carried_out, fact, moved
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


async def learns_its_id(journal, relay, way):
    """Let *relay* learn its TaskId, and return that."""
    if way == "answer":
        await answered(journal, relay.id, ref=TASK)
    elif way == "event":
        await journal.apply_event(event(task_id=TASK), APP)
    else:
        attached = fact(FactKind.ATTACHED, journal.now(), ref=TASK, by="UEVE")
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


@pytest.mark.parametrize("way", ["answer", "event", "attach"])
async def test_a_stop_is_a_call_at_once_if_the_id_came_since_the_relay_was_read(
    journal, relay_of, asked, now, way
):
    read = await relay_of(*WAYS["unknown" if way == "attach" else "sending"])
    ref = await learns_its_id(journal, read, way)

    first, second = await asked(read), await asked(read, "UEVE")

    (relay,) = await now(read)
    assert (read.subject.ref, relay.subject.ref) == ("", ref)
    assert (first.state, first.joins, first.subject.ref) == (State.QUEUED, None, ref)
    assert (second.state, second.joins) == (State.WAITING, first.id)
    sent = json.loads(await journal.find.request_of(first.id))
    assert (sent["TaskId"], sent["SdkAppId"]) == (ref, APP)
    assert await journal.find.unsent_stops() == [first]


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


@pytest.mark.parametrize("way", ["answer", "event", "attach"])
async def test_a_stop_of_an_id_that_has_become_a_relays_is_one_of_that(
    journal, relay_of, foreign, asked, now, way
):
    relay = await relay_of(*WAYS["unknown" if way == "attach" else "sending"])
    await learns_its_id(journal, relay, way)

    stop = await foreign()
    joining = await foreign()

    (relay,) = await now(relay)
    assert (stop.state, stop.subject.about, stop.handle) == (
        State.QUEUED,
        relay.id,
        relay.handle,
    )
    assert (joining.joins, joining.subject.about) == (stop.id, relay.id)
    assert relay.state is State.STOPPING


async def test_an_id_that_tencent_does_not_know_is_no_such_task_while_it_is_nobodys(
    journal, foreign, clock
):
    sending = await foreign(State.SENDING)

    stop = await carried_out(journal, sending, FactKind.GONE, clock)

    assert (stop.state, stop.settlement.reason) == (State.DONE, How.NO_SUCH_TASK)


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


async def test_what_a_stop_did_before_its_id_was_a_relays_is_known_with_its_own_times(
    journal, relay_of, foreign, clock
):
    relay = await relay_of(*WAYS["unknown"])
    stop = await foreign()
    clock.push(seconds=2)
    sending = await claimed(journal, stop.id)
    clock.push(seconds=3)
    ended = await carried_out(journal, sending, FactKind.ANSWERED, clock)
    clock.push(seconds=60)

    await learns_its_id(journal, relay, "attach")

    (learnt,) = [
        one for one in await journal.find.facts_of(relay.id) if one.job == stop.id
    ]
    at = millis(ended.settlement.settled_at)
    assert learnt == Fact(
        kind=FactKind.ANSWERED,
        does=Does.END,
        key=learnt.key,
        job=stop.id,
        by=stop.asker.user,
        ref=TASK,
        since=millis(sending.sent_at),
        at=at,
        came_at=at,
    )
    assert at - learnt.since == 3000  # milliseconds


@pytest.mark.parametrize("reason", [How.GONE, How.NO_SUCH_TASK])
async def test_an_id_that_tencent_did_not_know_is_said_to_be_none_when_attached(
    journal, relay_of, foreign, now, reason
):
    await foreign(State.SENDING, State.DONE, reason=reason)
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
