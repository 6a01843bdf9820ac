"""What is accepted is committed once, whole, under a handle, with its record."""

import asyncio
from dataclasses import replace

import pytest

from bot.errors import IllegalMove, JournalUnavailable, KeyReused
from bot.i18n import DEFAULT_LOCALE
from bot.ids import Kind
from bot.journal.audit import Decision, Entry
from bot.journal.evidence import FactKind, Headline, Standing
from bot.journal.model import (
    CARD_NOTICE,
    Asker,
    Intent,
    NewIntent,
    Settlement,
    Subject,
)
from bot.states import State
from tests.bot.journal.conftest import AT, fact, moved
from tests.bot.journal.makers import stop_of

RECORD = Entry(
    at=AT,
    team="T",
    user="UANA",
    home="T",
    channel="C",
    action="relay.start",
    decision=Decision.ALLOWED,
)


async def test_an_accepted_intent_is_queued_under_the_next_handle(journal, new):
    first, fresh = await journal.accept(new())
    second, _ = await journal.accept(new())
    other, _ = await journal.accept(new(kind=Kind("S")))

    assert fresh
    assert (first.handle, second.handle, other.handle) == ("R1", "R2", "S1")
    assert (first.state, first.rev) == (State.QUEUED, 1)
    assert await journal.find.get(first.id) == first


async def test_a_handle_is_never_given_twice_not_even_after_a_restart(reopen, new):
    await (await reopen()).accept(new())

    again, _ = await (await reopen()).accept(new())

    assert again.handle == "R2"


async def test_a_thing_that_has_a_handle_keeps_it(journal, new):
    start, _ = await journal.accept(new())

    stop, _ = await journal.accept(stop_of(new, start))

    assert stop.handle == "R1"
    assert (await journal.find.by_handle("R1", "T")).id == start.id


async def test_the_same_key_again_is_the_first_one(journal, new):
    first, _ = await journal.accept(new(key="k"))

    again, fresh = await journal.accept(new(key="k"))

    assert (again, fresh) == (first, False)


async def test_of_twenty_at_once_with_one_key_one_is_accepted(journal, new):
    answers = await asyncio.gather(*(journal.accept(new(key="k")) for _ in range(20)))

    assert sum(fresh for _intent, fresh in answers) == 1
    assert len({intent.id for intent, _fresh in answers}) == 1


async def test_the_same_key_with_another_request_is_refused_and_named_by_its_kind(
    journal, new
):
    await journal.accept(new(key="slash:T:1"))

    with pytest.raises(KeyReused) as refused:
        await journal.accept(new(key="slash:T:1", digest="other"))

    assert refused.value.args == KeyReused("slash").args


async def test_an_accepted_intent_is_all_that_was_submitted(journal, new, clock):
    submitted = new(
        thread="1.2",
        direct=True,
        locale="de",
        app="live",
        sdk_app_id=7,
        region="eu",
        room="lobby",
        ref="r",
        agent="pb",
        callbacks=True,
        duplicates="d" * 64,
        targets=("a", "b"),
        masked={"a": [1]},
        note="n",
    )

    intent, _ = await journal.accept(submitted)

    assert intent == Intent(
        id=submitted.id,
        key=submitted.key,
        digest="d",
        action="StartPublishCdnStream",
        handle="R1",
        state=State.QUEUED,
        rev=1,
        asker=submitted.asker,
        subject=submitted.subject,
        settlement=Settlement(),
        masked={"a": [1]},
        note="n",
        card=None,
        owner=journal.boot,
        marks=(),
        created_at=clock(),
        sent_at=None,
        send_by=None,
        standing=Standing(state=State.QUEUED, headline=Headline.REQUESTED),
        joins=None,
        doubt=False,
    )
    assert await journal.find.request_of(intent.id) == b"{}"


async def test_what_a_submission_leaves_out_is_empty(journal, clock):
    asker = Asker(team="T", user="UANA", home="T", channel="C")
    submitted = NewIntent(
        id="01A",
        key="k",
        digest="d",
        action="DescribeX",
        handle=None,
        asker=asker,
        subject=Subject(kind=Kind("G")),
        request=b"{}",
        at=clock(),
    )

    intent, _ = await journal.accept(submitted)

    assert (intent.asker, intent.subject) == (
        Asker(
            team="T",
            user="UANA",
            home="T",
            channel="C",
            thread=None,
            direct=False,
            locale=DEFAULT_LOCALE,
        ),
        Subject(
            kind="G",
            about=None,
            creates=False,
            app="",
            sdk_app_id=0,
            region="",
            room="",
            ref="",
            agent="",
            callbacks=False,
            duplicates="",
            ends=False,
            targets=(),
        ),
    )
    assert (intent.masked, intent.note) == ({}, "")


async def test_many_that_wait_share_one_commit(journal, new, driver):
    commits = driver.commits()

    await asyncio.gather(*(journal.accept(new()) for _ in range(200)))

    assert 0 < len(commits) < 20


async def test_what_fails_in_a_group_undoes_itself_alone(journal, new):
    intent, _ = await journal.accept(new())

    results = await asyncio.gather(
        journal.accept(new(key="a")),
        journal.complete(intent.id, State.STARTED, notices=()),
        journal.accept(new(key="b")),
        return_exceptions=True,
    )

    assert [isinstance(one, Exception) for one in results] == [False, True, False]


async def test_everything_is_there_after_a_restart(reopen, new):
    journal = await reopen()
    intent, _ = await journal.accept(new(masked={"a": [1]}, request=b'{"b": 2}'))
    started = await moved(journal, intent.id, State.SENDING, State.STARTED)

    journal = await reopen()

    assert await journal.find.get(intent.id) == started
    assert await journal.find.request_of(intent.id) == b'{"b": 2}'


# ── its record ───────────────────────────────────────────────────────────────────


async def test_the_record_of_a_submission_has_the_handle_that_it_was_given(
    journal, new
):
    submitted = new()
    entry = RECORD.about("live", submitted.id, "", "d")

    await journal.accept(submitted, audit=entry)

    (record,) = await journal.audit.all()
    assert (record.intent, record.action, record.handle, record.app) == (
        submitted.id,
        "relay.start",
        "R1",
        "live",
    )


async def test_a_submission_that_comes_twice_is_recorded_once(journal, new):
    for _ in range(2):
        await journal.accept(new(key="k"), notices=(CARD_NOTICE,), audit=RECORD)

    assert len(await journal.audit.all()) == 1
    assert await journal.outbox.waiting() == 1


async def test_of_each_rejection_and_word_of_a_person_there_is_a_record(
    journal, new, clock
):
    first, _ = await journal.accept(new())
    await moved(journal, first.id, State.SENDING, State.UNKNOWN)
    second, _ = await journal.accept(new())
    closed = fact(FactKind.CLOSED, clock(), by="UBOB")

    await journal.settle(first.id, closed, audit=replace(RECORD, action="a"))
    rejected = replace(RECORD, action="b", decision=Decision.REFUSED)
    await journal.reject(second.id, notices=(), audit=rejected)
    await journal.reject(second.id, notices=(), audit=rejected)
    away = fact(FactKind.AWAY, clock())
    await journal.learn(first.id, away, audit=replace(RECORD, action="c"))

    records = await journal.audit.all()
    assert [(one.action, one.decision) for one in records] == [
        ("a", Decision.ALLOWED),
        ("b", Decision.REFUSED),
        ("c", Decision.ALLOWED),
    ]


async def test_what_cannot_be_settled_is_not_recorded_as_settled(journal, new, clock):
    intent, _ = await journal.accept(new())

    with pytest.raises(IllegalMove, match="is not unknown"):
        await journal.settle(intent.id, fact(FactKind.CLOSED, clock()), audit=RECORD)

    assert await journal.audit.all() == []
    assert await journal.find.facts_of(intent.id) == []


async def test_an_intent_its_notices_and_its_record_are_one_commit(journal, new):
    unwritable = replace(RECORD, team=None)

    with pytest.raises(JournalUnavailable):
        await journal.accept(new(), notices=(CARD_NOTICE,), audit=unwritable)

    assert await journal.find.recent("T") == []
    assert await journal.audit.all() == []
    assert await journal.outbox.waiting() == 0
