"""What is accepted is committed once, whole, under a handle, with its record."""

import asyncio
from dataclasses import replace

import pytest

from bot.errors import JournalUnavailable, KeyReused, NotAllowed
from bot.i18n import DEFAULT_LOCALE
from bot.ids import Kind
from bot.journal.audit import Decision, Entry
from bot.journal.model import (
    CARD_NOTICE,
    Asker,
    Intent,
    NewIntent,
    Settlement,
    Subject,
)
from bot.states import State
from tests.bot.journal.conftest import AT, commits_of, stop_of

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
        journal.move(intent.id, State.CLOSED),
        journal.accept(new(key="b")),
        return_exceptions=True,
    )

    assert [isinstance(one, Exception) for one in results] == [False, True, False]


async def test_everything_is_there_after_a_restart(reopen, new):
    journal = await reopen()
    intent, _ = await journal.accept(new(masked={"a": [1]}, request=b'{"b": 2}'))
    moved = await journal.move(intent.id, State.SENDING)

    journal = await reopen()

    assert await journal.find.get(intent.id) == moved
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


async def test_of_each_move_and_rejection_there_is_a_record(journal, new):
    first, _ = await journal.accept(new())
    second, _ = await journal.accept(new())

    await journal.move(first.id, State.SENDING, audit=replace(RECORD, action="a"))
    rejected = replace(RECORD, action="b", decision=Decision.REFUSED)
    await journal.reject(second.id, notices=(), audit=rejected)
    await journal.reject(second.id, notices=(), audit=rejected)

    records = await journal.audit.all()
    assert [(one.action, one.decision) for one in records] == [
        ("a", Decision.ALLOWED),
        ("b", Decision.REFUSED),
    ]


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


SAME = {"sdk_app_id": 7, "room": "lobby", "duplicates": "t"}


async def test_of_two_twins_at_once_one_is_accepted(journal, new):
    def refuse_twin(usage):
        if usage.twin:
            raise NotAllowed(usage.twin.handle, rule="duplicate")

    results = await asyncio.gather(
        *(journal.accept(new(**SAME), admit=refuse_twin) for _ in range(2)),
        return_exceptions=True,
    )

    (first, fresh), refused = results
    assert (first.handle, fresh) == ("R1", True)
    assert (type(refused), str(refused)) == (NotAllowed, "R1")
    assert await journal.find.recent("T") == [first]


@pytest.mark.parametrize(
    "other",
    [
        {"sdk_app_id": 8},
        {"room": "hall"},
        {"duplicates": "u"},
        {"duplicates": ""},
        {"creates": False},
    ],
)
async def test_a_twin_has_the_same_app_room_and_digest_and_makes_a_thing(
    journal, new, usage_of, other
):
    await journal.accept(new(**{**SAME, **other}))
    assert (await usage_of(**SAME)).twin is None

    same, _ = await journal.accept(new(**SAME))
    assert (await usage_of(**SAME)).twin == same
    assert (await usage_of(**SAME, team="TELSE")).twin == same


async def test_what_can_have_no_duplicate_has_no_twin(journal, new, usage_of):
    await journal.accept(new(duplicates=""))

    assert (await usage_of(duplicates="")).twin is None


@pytest.mark.parametrize("way", [(), (State.SENDING,), (State.SENDING, State.UNKNOWN)])
async def test_a_twin_is_one_until_it_is_known_to_be_over(journal, new, usage_of, way):
    twin, _ = await journal.accept(new(**SAME))
    for state in way:
        twin = await journal.move(twin.id, state)
    assert (await usage_of(**SAME)).twin == twin

    over = State.CLOSED if State.UNKNOWN in way else State.NOT_STARTED
    await journal.move(twin.id, over)
    await journal.accept(stop_of(new, twin, **SAME))

    assert (await usage_of(**SAME)).twin is None
