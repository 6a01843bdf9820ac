"""What time makes due: found once, in order; and what nobody needs goes."""

import asyncio
from datetime import timedelta

import pytest

from bot.ids import Kind
from bot.journal.maintenance import PIECE, Backlog, Due
from bot.journal.model import CARD_NOTICE
from bot.states import State
from tests.bot.journal.conftest import ALARMED, APP, AT, delivery_states, moved
from tests.fakes.journal import claimed

STUCK = Due(
    mark="stuck",
    states=(State.SENDING, State.UNKNOWN),
    since="sent_at",
    action="StartPublishCdnStream",
)


@pytest.fixture
def sending(journal, new, clock):
    async def send(**values):
        intent, _ = await journal.accept(new(**values))
        return await moved(journal, intent.id, State.SENDING)

    return send


async def test_what_is_overdue_is_found_to_the_millisecond(journal, sending, clock):
    sent = await sending()

    assert await journal.maintenance.overdue(STUCK, clock()) == [sent]
    before = clock() - timedelta(milliseconds=1)
    assert await journal.maintenance.overdue(STUCK, before) == []


async def test_other_states_actions_and_what_was_noticed_are_left_out(
    journal, sending, new, clock
):
    await sending(action="StopPublishCdnStream")
    await journal.accept(new())
    started = await sending()
    await moved(journal, started.id, State.STARTED)
    unknown = await sending()
    unknown = await moved(journal, unknown.id, State.UNKNOWN)
    noticed = await sending()
    await journal.notify(noticed.id, ALARMED, mark="stuck")
    other = await sending()
    other = await journal.notify(other.id, ALARMED, mark="silent")
    clock.push(seconds=1)

    due = await journal.maintenance.overdue(STUCK, clock())

    assert {one.id for one in due} == {unknown.id, other.id}


async def test_a_mark_is_a_whole_name(journal, sending, clock):
    for mark in ("unstuck", "stuck-again", "un-stuck-again"):
        intent = await sending()
        await journal.notify(intent.id, ALARMED, mark=mark)
    both = await sending()
    for mark in ("early", "stuck", "late"):
        await journal.notify(both.id, ALARMED, mark=mark)

    due = await journal.maintenance.overdue(STUCK, clock())

    assert {one.marks for one in due} == {
        ("unstuck",),
        ("stuck-again",),
        ("un-stuck-again",),
    }


async def test_only_what_tencent_would_tell_of_if_that_is_asked(
    journal, sending, clock
):
    await sending()
    heard = await sending(callbacks=True)
    due = Due(
        mark="silent",
        states=(State.SENDING,),
        since="sent_at",
        action="StartPublishCdnStream",
        called_back=True,
    )

    assert await journal.maintenance.overdue(due, clock()) == [heard]


async def test_a_hundred_are_found_at_once_the_oldest_first(journal, sending, clock):
    made = []
    for _ in range(101):
        clock.push(seconds=-1)
        made.append(await sending())

    due = await journal.maintenance.overdue(STUCK, AT)

    assert due == made[::-1][:100]


async def test_the_oldest_notice_that_waits_is_dated(journal, new, clock):
    assert await journal.maintenance.oldest_unsent() is None
    for seconds in (2, 0, 1):
        clock.ahead = timedelta(seconds=seconds)
        await journal.accept(new(), notices=(CARD_NOTICE,))
    clock.push(days=1)
    first, *_ = await journal.outbox.due(clock())

    await journal.outbox.postpone(first, clock() + timedelta(days=1))
    oldest = await journal.maintenance.oldest_unsent()
    await journal.outbox.sent(first, ("C", "1.1"))

    assert (oldest, await journal.maintenance.oldest_unsent()) == (
        AT,
        AT + timedelta(seconds=1),
    )


async def test_notices_that_arrived_go_at_once_and_what_was_given_up_after_a_week(
    journal, new, clock
):
    for _ in range(3):
        await journal.accept(new(), notices=(CARD_NOTICE,))
    first, second, third = await journal.outbox.due(clock())
    await journal.outbox.sent(first, ("C", "1.1"))
    await journal.outbox.gave_up(second)
    week = AT + timedelta(days=7)

    left = await delivery_states(journal)
    gone = [
        await journal.maintenance.prune(week + timedelta(seconds=n)) for n in (0, 1, 1)
    ]

    assert left == [("failed", 0), ("pending", 0)]
    assert gone == [0, 1, 0]
    assert [one.id for one in await journal.outbox.due(clock())] == [third.id]


@pytest.mark.parametrize("state", ["sent", "dropped"])
async def test_what_an_older_release_kept_of_notices_that_arrived_goes(
    journal, new, state
):
    await journal.accept(new(), notices=(CARD_NOTICE,))
    kept = f"UPDATE outbox SET state = '{state}'"  # noqa: S608 - our own
    await journal._writer.write(lambda c: c.run(kept))

    assert await journal.maintenance.prune(AT) == 1


async def test_what_is_brief_goes_after_its_own_time_and_nothing_else(journal, new):
    asked = {"creates": False, "agent": ""}
    brief, _ = await journal.accept(new(kind=Kind("L"), **asked))
    other, _ = await journal.accept(new(kind=Kind("G"), **asked))
    for one in (brief, other):
        await moved(journal, one.id, State.NOT_STARTED)
    short, day = {Kind("L"): timedelta(days=1)}, AT + timedelta(days=1)

    before = await journal.maintenance.prune(day - timedelta(seconds=1), short)
    gone = await journal.maintenance.prune(day + timedelta(seconds=1), short)

    assert (before, gone > 0) == (0, True)
    assert await journal.find.get(brief.id) is None
    assert (await journal.find.get(other.id)).id == other.id


async def test_what_is_over_goes_after_180_days_with_its_notices(journal, new, clock):
    over, _ = await journal.accept(new(), notices=(CARD_NOTICE,))
    await moved(journal, over.id, State.NOT_STARTED)
    lives, _ = await journal.accept(new(), notices=(CARD_NOTICE,))
    then = AT + timedelta(days=180)

    gone = [
        await journal.maintenance.prune(then + timedelta(seconds=n)) for n in (0, 1, 1)
    ]

    assert gone == [0, 4, 0]  # the intent, two cards and a fact
    assert await journal.find.get(over.id) is None
    assert await journal.find.get(lives.id) == lives
    assert [one.intent.id for one in await journal.outbox.due(clock())] == [lives.id]


async def test_a_stop_that_still_waits_after_180_days_goes(journal, new):
    task = {"ends": True, "ref": "-task", "sdk_app_id": APP}
    sent, waits = [(await journal.accept(new(**task)))[0] for _ in range(2)]

    await journal.maintenance.prune(AT + timedelta(days=180, seconds=1))

    assert waits.state is State.WAITING
    assert [await journal.find.get(one.id) for one in (sent, waits)] == [sent, None]


async def test_facts_go_with_their_thing_and_no_sooner(journal, new):
    over, _ = await journal.accept(new())
    lives, _ = await journal.accept(new())
    await moved(journal, over.id, State.SENDING, State.STARTED, State.STOPPED)
    await moved(journal, lives.id, State.SENDING, State.STARTED)
    for one in await journal.outbox.due(AT):
        await journal.outbox.sent(one)

    known = len(await journal.find.facts_of(over.id))
    await journal.maintenance.prune(AT + timedelta(days=180))
    kept = len(await journal.find.facts_of(over.id))
    await journal.maintenance.prune(AT + timedelta(days=181))

    assert (known, kept) == (3, 3)
    assert await journal.find.facts_of(over.id) == []
    assert len(await journal.find.facts_of(lives.id)) == 2
    assert await journal.find.get(over.id) is None


async def test_what_is_past_its_time_goes_in_pieces_and_others_commit_between(
    journal, new, driver
):
    for _ in range(PIECE + 1):
        over, _ = await journal.accept(new(), notices=(CARD_NOTICE,))
        await journal.reject(over.id, notices=())
    for one in await journal.outbox.due(AT, limit=2 * PIECE):
        await journal.outbox.sent(one)
    lives, _ = await journal.accept(new())
    commits = driver.commits()
    pruned = asyncio.ensure_future(journal.maintenance.prune(AT + timedelta(days=181)))
    for note in ("before", "in between"):
        await journal.update(lives.id, note=note)
    meanwhile = pruned.done()

    rows = 2 * (PIECE + 1)  # an intent and a fact of each
    assert (meanwhile, await pruned) == (False, rows)
    assert len(commits) >= 4  # no more notices; things in two pieces, and no more
    assert (await journal.find.get(lives.id)).note == "in between"
    assert await journal.find.counts() == {State.QUEUED: 1}


async def test_what_waits_is_counted_and_since_when(journal, sending, new, clock):
    began = clock()
    unknown = await sending()
    await moved(journal, unknown.id, State.UNKNOWN)  # which has a notice
    clock.push(minutes=6)
    fresh = await sending()
    await moved(journal, fresh.id, State.UNKNOWN)
    await journal.accept(new(), notices=(CARD_NOTICE,))
    at = clock()
    clock.push(minutes=1)

    told = await journal.maintenance.backlog(at - timedelta(minutes=5))

    assert told == Backlog(queued=1, unknown=2, late=1, notices=3, oldest=began)


async def test_nothing_waits_in_a_new_journal(journal, clock):
    none = Backlog(queued=0, unknown=0, late=0, notices=0, oldest=None)

    assert await journal.maintenance.backlog(clock()) == none
    assert (await journal.former.count(), journal.maintenance.reruns) == (0, 0)


async def test_what_another_run_left_unfinished_is_counted(journal, new):
    intent, _ = await journal.accept(new())
    await claimed(journal, intent.id, "a run that is gone")

    assert await journal.former.count() == 1
