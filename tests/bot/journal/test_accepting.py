"""What is accepted is committed once, whole, under a handle, with its record."""

import asyncio
from dataclasses import replace

import pytest

from bot.errors import IllegalMove, JournalUnavailable, KeyReused, NotAllowed
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
from tests.bot.journal.conftest import AT, commits_of, fact, moved, stop_of

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
    assert (await journal.find.by_handle("R1")).id == start.id


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
        owner="",
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


async def test_many_that_wait_share_one_commit(journal, new):
    commits = commits_of(journal._writer._engine)

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
    sent = await moved(journal, intent.id, State.SENDING)

    journal = await reopen()

    assert await journal.find.get(intent.id) == sent
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


# ── what counts against it ───────────────────────────────────────────────────────


@pytest.fixture
def usage_of(journal, new):
    """Return the usage that a submission would be admitted on; it is not accepted."""

    async def usage(**values):
        usages = []

        def refuse(usage):
            usages.append(usage)
            raise NotAllowed("asked only", rule="limits")

        with pytest.raises(NotAllowed):
            await journal.accept(new(**values), admit=refuse)
        return usages[0]

    return usage


async def count(usage_of, **values):
    usage = await usage_of(**values)
    return (usage.live, usage.lately)


async def test_a_limit_is_told_what_lives_and_what_was_made_in_a_day(
    journal, new, usage_of, clock
):
    await journal.accept(new())
    clock.push(days=1)
    counts = [await count(usage_of)]
    await journal.accept(new())
    clock.push(milliseconds=1)

    counts.append(await count(usage_of))

    assert counts == [(1, 1), (2, 1)]


async def test_what_counts_is_of_the_same_workspace_kind_and_person(
    journal, new, usage_of
):
    relay, _ = await journal.accept(new())
    relay = await moved(journal, relay.id, State.SENDING, State.STARTED)
    await journal.accept(new(user="UBOB"))
    await journal.accept(new(team="TELSE"))
    await journal.accept(new(kind=Kind("S")))
    await journal.accept(new(creates=False))
    await journal.accept(stop_of(new, relay))
    over, _ = await journal.accept(new())
    await journal.reject(over.id, notices=())

    assert await count(usage_of) == (2, 2)
    assert await count(usage_of, user="UBOB") == (2, 1)
    assert await count(usage_of, team="TELSE") == (1, 1)
    assert await count(usage_of, kind=Kind("S")) == (1, 1)


async def test_what_is_refused_is_not_accepted(journal, new, usage_of):
    await usage_of(key="k")

    assert await journal.find.by_key("k") is None
    assert (await journal.accept(new()))[0].handle == "R1"


async def test_a_submission_that_comes_twice_is_not_counted_against_itself(
    journal, new
):
    def refuse(_usage):
        raise NotAllowed("enough", rule="limits")

    first, _ = await journal.accept(new(key="k"))

    assert await journal.accept(new(key="k"), admit=refuse) == (first, False)


# ── what is like it ──────────────────────────────────────────────────────────────

ROOM = {"sdk_app_id": 7, "room": "lobby"}
SAME = {**ROOM, "duplicates": "t", "targets": ("a", "b")}


async def test_of_two_alike_at_once_one_is_accepted(journal, new):
    def refuse_the_like(usage):
        if usage.alike:
            raise NotAllowed(usage.alike[0].handle, rule="duplicate")

    results = await asyncio.gather(
        *(journal.accept(new(**SAME), admit=refuse_the_like) for _ in range(2)),
        return_exceptions=True,
    )

    (first, fresh), refused = results
    assert (first.handle, fresh) == ("R1", True)
    assert (type(refused), str(refused)) == (NotAllowed, "R1")
    assert await journal.find.recent("T") == [first]


ALIKE = [  # what there is, by what it differs, and whether it is like the new one
    ({}, True),
    ({"user": "UBOB"}, True),
    ({"team": "TELSE"}, False),
    ({"targets": ()}, True),  # the same by its digest
    ({"duplicates": ""}, True),  # to the same targets
    ({"targets": ("z", "b"), "duplicates": "", "room": "hall", "sdk_app_id": 8}, True),
    ({"targets": ("z",), "sdk_app_id": 8}, False),
    ({"targets": ("z",), "room": "hall"}, False),
    ({"targets": ("z",), "duplicates": "u"}, False),
    ({"targets": (), "duplicates": ""}, False),
    ({"creates": False}, False),
    ({"kind": Kind("S")}, False),
]


@pytest.mark.parametrize(("other", "like"), ALIKE)
async def test_alike_is_what_does_the_same_or_pushes_to_a_target_of_it(
    journal, new, usage_of, other, like
):
    there, _ = await journal.accept(new(**{**SAME, **other}))

    assert (await usage_of(**SAME)).alike == ((there,) if like else ())


async def test_what_has_neither_targets_nor_a_digest_is_like_nothing(
    journal, new, usage_of
):
    await journal.accept(new(duplicates="", **ROOM))

    assert (await usage_of(duplicates="", **ROOM)).alike == ()


@pytest.mark.parametrize(
    ("other", "like"),
    [({}, True), ({"room": "hall"}, False), ({"sdk_app_id": 8}, False)],
)
async def test_an_unknown_start_of_the_room_is_like_every_start_of_it(
    journal, new, usage_of, other, like
):
    """Its room may be relayed by it already, wherever to."""
    unknown, _ = await journal.accept(new(**{**ROOM, "targets": ("z",), **other}))
    before = await usage_of(**SAME)
    unknown = await moved(journal, unknown.id, State.SENDING, State.UNKNOWN)

    assert before.alike == ()
    assert (await usage_of(**SAME)).alike == ((unknown,) if like else ())


WAYS = [
    (),
    (State.SENDING,),
    (State.SENDING, State.UNKNOWN),
    (State.SENDING, State.STARTED),
    (State.SENDING, State.STARTED, State.STOPPING),
    (State.SENDING, State.STARTED, State.EXPIRING),
]
OVER_BY = {
    State.QUEUED: State.NOT_STARTED,
    State.SENDING: State.NOT_STARTED,
    State.UNKNOWN: State.CLOSED,
}


@pytest.mark.parametrize("way", WAYS)
async def test_it_is_alike_until_it_is_known_to_be_over(journal, new, usage_of, way):
    there, _ = await journal.accept(new(**SAME))
    there = await moved(journal, there.id, *way)
    assert (await usage_of(**SAME)).alike == (there,)

    over = await moved(journal, there.id, OVER_BY.get(there.state, State.STOPPED))
    await journal.accept(stop_of(new, there, **SAME))

    assert over.state is OVER_BY.get(there.state, State.STOPPED)
    assert (await usage_of(**SAME)).alike == ()


async def test_all_that_is_alike_is_named_the_oldest_first(
    journal, new, usage_of, clock
):
    made = []
    for values in ({}, {"targets": ("b",), "room": "hall"}, {"duplicates": ""}):
        clock.push(seconds=1)
        made.append((await journal.accept(new(**{**SAME, **values})))[0])

    assert (await usage_of(**SAME)).alike == tuple(made)
