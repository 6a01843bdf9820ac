"""Notices wait until they arrive, each with what was so when it was raised."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from pydantic import SecretStr

from bot.dialogue.outcome import Audience
from bot.journal.model import CARD_NOTICE, Notice, Notification
from bot.journal.sqlite.writer import sqlite_file
from bot.states import State
from tests.bot.journal.conftest import (
    ALARMED,
    ANSWERED,
    AT,
    delivery_states,
    moved,
    summary,
)
from tests.bot.journal.strategies import accepted


async def due_now(journal, clock):
    return [summary(one) for one in await journal.outbox.due(clock())]


@pytest.fixture
async def sending(journal, new):
    intent, _ = await journal.accept(
        new(answer_url=SecretStr("https://hooks.slack.com/x")), notices=(CARD_NOTICE,)
    )
    return await moved(journal, intent.id, State.SENDING, notices=(CARD_NOTICE,))


@pytest.fixture
async def three(journal, new):
    """Three intents with a card each."""
    return [(await journal.accept(new(), notices=(CARD_NOTICE,)))[0] for _ in range(3)]


async def test_a_notice_comes_back_as_it_was_raised(journal, new, clock):
    until = clock() + timedelta(seconds=5)
    notice = Notice(
        name="silent",
        audience=Audience.OPS,
        facts={"task_id": "-m9é"},
        not_before=until,
    )
    intent, _ = await journal.accept(new(ref="r"), notices=(notice,))

    assert await journal.outbox.due(clock()) == []
    assert await journal.outbox.next_due() == until
    clock.push(seconds=5)
    assert await journal.outbox.due(clock()) == [
        Notification(
            id=1,
            rev=1,
            name="silent",
            audience=Audience.OPS,
            facts={**intent.snapshot(), "task_id": "-m9é"},
            intent=intent,
            app="",
            body=None,
            answer_url=None,
            tries=0,
            created_at=until - timedelta(seconds=5),
        )
    ]


async def test_a_card_keeps_nothing_and_is_of_the_intent_as_it_is_then(
    journal, sending, clock
):
    unknown = await moved(journal, sending.id, State.UNKNOWN)

    (due,) = await journal.outbox.due(clock())

    assert (due.facts, due.rev, due.intent) == ({}, unknown.rev, unknown)
    assert due.answer_url.get_secret_value() == "https://hooks.slack.com/x"
    assert due.intent.as_of(due.facts) == unknown


async def test_every_other_notice_says_what_was_so_when_it_was_raised(
    journal, sending, clock
):
    changes = {"request_id": "q", "error_code": "e", "error_text": "text"}
    unknown = await journal.complete(
        sending.id, State.UNKNOWN, notices=(ANSWERED, ALARMED), **changes
    )
    started = await moved(
        journal, sending.id, State.STARTED, ref="task", request_id="r", error_code=""
    )

    due = await journal.outbox.due(clock())
    others = [one for one in due if one.name != "card"]

    assert [one.name for one in others] == ["result", "stuck"]
    for one in others:
        assert one.intent == started
        raised = one.intent.as_of(one.facts)
        assert (raised.state, raised.subject.ref) == (State.UNKNOWN, "")
        assert raised.settlement == unknown.settlement
        assert raised.standing == unknown.standing
        assert raised == replace(unknown, rev=started.rev)


@given(before=accepted, after=accepted)
def test_of_an_intent_all_that_an_answer_says_is_put_back(before, after):
    raised = after.as_of(before.snapshot())

    assert raised.snapshot() == before.snapshot()
    assert raised.as_of(after.snapshot()) == after
    assert after.as_of({}) == after


async def test_a_notice_can_be_about_an_app_or_about_nothing(journal, clock):
    notice = Notice(name="key", audience=Audience.OPS, facts={"count": 3})
    until = clock() + timedelta(seconds=1)
    await journal.outbox.put(notice, clock(), app="live-main")
    await journal.outbox.put(replace(notice, not_before=until), clock())
    clock.push(seconds=1)

    of_app, of_nothing = await journal.outbox.due(clock())

    assert of_app == Notification(
        id=1,
        rev=0,
        name="key",
        audience=Audience.OPS,
        facts={"count": 3},
        app="live-main",
        created_at=AT,
    )
    assert of_nothing == replace(of_app, id=2, app="")
    await journal.outbox.sent(of_app, ("C", "1.1"))
    await journal.outbox.postpone(of_nothing, clock())
    assert await delivery_states(journal) == [("pending", 1)]


async def test_once_a_card_stands_its_place_is_known(journal, sending, clock):
    (due,) = await journal.outbox.due(clock())
    await journal.outbox.sent(due, ("CPOSTED", "1.5"))
    await moved(journal, sending.id, State.UNKNOWN, notices=(CARD_NOTICE,))

    (following,) = await journal.outbox.due(clock())

    assert following.rev == following.intent.rev > due.rev
    assert following.intent.card == ("CPOSTED", "1.5")
    assert (await journal.find.by_card("CPOSTED", "1.5", "T")).id == sending.id


async def test_what_was_put_off_once_is_known_by_it(journal, three, clock):
    at = clock() + timedelta(seconds=1)
    first, *_others = await journal.outbox.due(clock())

    await journal.outbox.line_up([(first.id, at)])
    clock.push(seconds=1)

    waited = [(one.id, one.waited) for one in await journal.outbox.due(clock())]
    assert waited == [(2, False), (3, False), (1, True)]


async def test_what_arrived_without_a_place_keeps_the_card_where_it_was(
    journal, sending, clock
):
    (due,) = await journal.outbox.due(clock())
    await journal.outbox.sent(due, ("CPOSTED", "1.5"))
    await journal.outbox.sent(due)

    assert (await journal.find.by_card("CPOSTED", "1.5", "T")).id == sending.id


async def test_a_notice_that_is_put_off_comes_back_at_its_time(journal, sending, clock):
    (due,) = await journal.outbox.due(clock())
    until = clock() + timedelta(seconds=30)

    await journal.outbox.postpone(due, until)

    assert await due_now(journal, clock) == []
    assert await journal.outbox.next_due() == until
    assert await journal.outbox.next_due(until) is None  # it may go then already
    clock.push(seconds=30)
    (again,) = await journal.outbox.due(clock())
    assert again == replace(due, tries=1)


async def test_a_notice_that_is_given_up_waits_no_more(journal, sending, clock):
    (due,) = await journal.outbox.due(clock())

    await journal.outbox.gave_up(due)

    assert await journal.outbox.next_due() is None
    assert await journal.outbox.waiting() == 0


async def test_notices_outlive_a_restart(reopen, new, clock):
    await (await reopen()).accept(new(), notices=(CARD_NOTICE,))

    assert await due_now(await reopen(), clock) == ["card R1 queued"]


@pytest.mark.sqlite
async def test_a_notice_whose_address_does_not_open_is_delivered_another_way(
    reopen, sending, url, clock
):
    journal = await reopen()
    journal.close()
    sqlite_file(url).with_suffix(".key").unlink()  # the next start makes another

    (due,) = await (await reopen()).outbox.due(clock())

    assert (due.answer_url, summary(due)) == (None, "card R1 unknown")


async def test_what_was_put_off_can_be_expedited_and_the_rest_keeps_its_time(
    journal, new, clock
):
    intent, _fresh = await journal.accept(new(), notices=(CARD_NOTICE,))
    later = replace(ANSWERED, not_before=AT + timedelta(hours=1))
    await journal.update(intent.id, notices=(later,))
    (first,) = await journal.outbox.due(clock())
    await journal.outbox.postpone(first, AT + timedelta(minutes=5))

    await journal.outbox.expedite(clock())

    assert [(one.id, one.tries) for one in await journal.outbox.due(clock())] == [
        (first.id, 1)
    ]


async def test_what_is_noted_of_a_notice_changes_no_other(journal, three, clock):
    first, second, third = await journal.outbox.due(clock())

    await journal.outbox.sent(first, ("C", "1.1"))
    await journal.outbox.gave_up(second)
    await journal.outbox.postpone(third, clock() + timedelta(seconds=1))

    assert await delivery_states(journal) == [("failed", 0), ("pending", 1)]
    cards = [(await journal.find.get(one.id)).card for one in three]
    assert cards == [("C", "1.1"), None, None]


async def test_notices_come_in_the_order_of_their_times_and_no_more_than_asked_for(
    journal, three, clock
):
    first, _second, third = await journal.outbox.due(clock())
    await journal.outbox.postpone(first, clock() + timedelta(seconds=2))
    await journal.outbox.postpone(third, clock() + timedelta(seconds=1))

    async def handles():
        return [one.intent.handle for one in await journal.outbox.due(clock())]

    assert await journal.outbox.next_due() == clock()
    clock.push(seconds=1)
    assert await handles() == ["R2", "R3"]
    clock.push(seconds=1)
    assert await handles() == ["R2", "R3", "R1"]
    assert len(await journal.outbox.due(clock(), 2)) == 2
    assert await journal.outbox.waiting() == 3


async def test_fifty_notices_are_taken_at_once(journal, new, clock):
    intent, _ = await journal.accept(new())
    await journal.update(intent.id, notices=[ANSWERED] * 51)

    assert len(await journal.outbox.due(clock())) == 50
    assert await journal.outbox.waiting() == 51
