"""What an earlier run left: read as unknown at once, and settled in groups."""

import asyncio
from dataclasses import replace

import pytest

from bot.errors import IllegalMove, JournalUnavailable
from bot.ids import Kind
from bot.journal.evidence import FactKind, Headline
from bot.journal.former import FEW, left_changes
from bot.journal.left import LEFT
from bot.journal.model import CARD_NOTICE, Changes
from bot.journal.sqlite.writer import sqlite_file
from bot.states import State
from tests.bot.journal.conftest import APP, fact
from tests.bot.journal.makers import stop_of
from tests.bot.journal.test_audit import entry
from tests.bot.operations.accidents import JournalFile
from tests.fakes.journal import claimed, handed

TEXT = "Patchbay was stopped while the request was on its way."
EXPIRED = Changes(error_code="patchbay.Expired", error_text="too late")


@pytest.fixture
def left(journal, new):
    """Accept a thing that another run was sending when it died."""

    async def leave(**values):
        intent, _ = await journal.accept(new(**values), notices=(CARD_NOTICE,))
        return await claimed(journal, intent.id, owner="then")

    return leave


async def stored(journal, intent):
    """Return *intent* as its row has it."""
    return await journal._write(lambda tx: tx.get(intent.id))


def says_unknown(intent):
    said = intent.state, intent.standing.state, intent.standing.headline
    why = intent.standing.code, intent.standing.text, intent.settlement.error_code
    return (said, why) == (
        (State.UNKNOWN, State.UNKNOWN, Headline.UNKNOWN),
        (LEFT, TEXT, LEFT),
    )


# ── how it reads ─────────────────────────────────────────────────────────────────


@pytest.mark.sqlite
async def test_every_question_reads_what_another_run_was_sending_as_unknown(
    journal, left, new, clock
):
    one = await left(room="lobby", key="k", callbacks=True)
    clock.push(seconds=1)
    mine, _ = await journal.accept(new(room="lobby"))
    mine = await claimed(journal, mine.id)
    find = journal.find

    read = [
        await find.get(one.id),
        await find.by_key("k"),
        await find.by_handle(one.handle, "T"),
        (await find.history(one.handle, "T"))[0],
        (await find.matching("lobby", "T"))[1],
        (await find.recent("T"))[1],
        (await find.live("T", Kind("R")))[1],
        (await journal.outbox.due(clock()))[0].intent,
        (await journal.accept(new(key="k")))[0],
    ]

    assert all(map(says_unknown, read))
    assert await find.recent("T", states=[State.UNKNOWN]) == [read[0]]
    assert await find.recent("T", states=[State.SENDING, State.STARTED]) != [mine]
    assert await find.get(mine.id) == mine
    assert (await stored(journal, one)).state is State.SENDING


@pytest.mark.sqlite
async def test_a_start_of_the_same_room_is_asked_about_what_another_run_was_sending(
    journal, left, new
):
    one = await left(room="lobby", sdk_app_id=APP)
    alike = []
    again = new(room="lobby", sdk_app_id=APP, targets=("a" * 64,))

    await journal.accept(again, admit=lambda usage: alike.extend(usage.alike) or ())

    assert alike == [await journal.find.get(one.id)]
    assert says_unknown(alike[0])


@pytest.mark.sqlite
async def test_a_stop_of_it_is_kept_until_its_id_is_known(journal, left, new):
    one = await left(sdk_app_id=APP)

    stop, _ = await journal.accept(stop_of(new, one))
    unknown = await journal.find.get(one.id)
    await journal.former.settle([ended(await stored(journal, one))])
    running = fact(FactKind.EVENT, journal.now(), ref="-its-id.", status=2)
    await journal.learn(one.id, running)

    assert stop.state is State.WAITING
    assert says_unknown(replace(unknown))
    assert (await journal.find.get(stop.id)).state is State.QUEUED


@pytest.mark.sqlite
async def test_a_person_settles_it_before_its_turn(journal, left):
    one = await left()
    closed = fact(FactKind.CLOSED, journal.now(), by="UEVE", text="seen")

    settled = await journal.settle(one.id, closed, audit=entry(1))
    await journal.former.settle([ended(one)])

    assert settled.state is State.CLOSED
    assert await journal.find.get(one.id) == settled
    assert await records(journal) == ["sending → unknown", ""]


async def test_what_this_run_is_sending_nobody_settles(journal, new):
    mine, _ = await journal.accept(new())
    await claimed(journal, mine.id)
    closed = fact(FactKind.CLOSED, journal.now(), by="UEVE")

    with pytest.raises(IllegalMove):
        await journal.settle(mine.id, closed, audit=entry(1))


# ── how it is found ──────────────────────────────────────────────────────────────


async def test_pages_come_oldest_first_and_each_row_once(journal, left, new, clock):
    made = []
    for seconds in (2, -1, 5, 0, 0):
        clock.push(seconds=seconds)
        made.append(await left())
    mine, _ = await journal.accept(new())
    await claimed(journal, mine.id)
    oldest = sorted(made, key=lambda one: (one.created_at, one.id))

    pages, last = [], None
    while page := await journal.former.unsettled(State.SENDING, last, limit=2):
        pages.append(page)
        last = page[-1]

    assert [len(page) for page in pages] == [2, 2, 1]
    assert [one for page in pages for one in page] == oldest


async def test_the_stops_that_are_to_be_sent_come_oldest_first(
    journal, relay_of, new, clock
):
    stops = []
    for number in range(3):
        clock.push(seconds=(5, -3, 1)[number])
        relay = await relay_of(State.SENDING, State.STARTED, agent=f"pb_{number}")
        stop, _ = await journal.accept(stop_of(new, relay))
        joined, _ = await journal.accept(stop_of(new, relay))
        assert joined.joins == stop.id
        stops.append(stop)
    stops[1] = await claimed(journal, stops[1].id, owner="then")
    await handed(journal, stops[2], "then")
    await claimed(journal, stops[0].id)

    taken = [replace(one, owner=journal.boot) for one in stops[1:]]
    assert await journal.former.stops() == [replace(taken[0], doubt=True), taken[1]]
    assert await journal.former.stops() == []


@pytest.mark.parametrize("owner", ["", "then"])
async def test_what_is_queued_is_taken_over_once(journal, new, owner):
    """Releases that knew of no lives gave it no owner."""
    queued, _ = await journal.accept(new())
    await handed(journal, queued, owner)
    mine, _ = await journal.accept(new())
    lost = await claimed(journal, queued.id, seen=queued)

    counted = await journal.former.count()
    taken = await journal.former.taken(State.QUEUED)
    again = await journal.former.taken(State.QUEUED)

    assert (lost, counted, taken, again) == (None, 1, [queued], [])
    assert await claimed(journal, queued.id, seen=queued)
    assert await journal.find.get(mine.id) == mine


@pytest.mark.sqlite
async def test_a_stop_that_was_being_sent_is_returned_even_if_that_cannot_be_written(
    journal, stop, url
):
    """Nobody else can have it, so it is sent again all the same."""
    await handed(journal, stop, "then")
    file = JournalFile(sqlite_file(url))
    file.refuse_owners()

    left = await journal.former.stops()
    with pytest.raises(JournalUnavailable):
        await journal.former.taken(State.SENDING)

    assert left == [replace(stop, owner="then")]


# ── how it is settled ────────────────────────────────────────────────────────────


def ended(intent):
    return intent, FactKind.NO_ANSWER, left_changes(intent)


async def records(journal):
    return [one.why for one in await journal.audit.all()]


async def one_by_one(journal, group):
    """Settle *group* as `complete` and `reject` do; return how each stands."""
    for intent, kind, changes in group:
        if kind is FactKind.NO_ANSWER:
            end = {"seen": intent, "notices": (), **changes}
            await journal.complete(intent.id, State.UNKNOWN, **end)
        else:
            await journal.reject(intent.id, notices=(), **changes)


async def together(journal, group):
    await journal.former.settle(group)


@pytest.mark.parametrize("settle", [one_by_one, together])
async def test_a_group_ends_as_each_would_by_itself(
    journal, left, new, clock, driver, settle
):
    sending = [await left(agent=f"pb_{n}", team=f"T{n % 2}") for n in range(3)]
    queued, _ = await journal.accept(new(agent="pb_q"), notices=(CARD_NOTICE,))
    group = [*map(ended, sending), (queued, FactKind.UNSENT, EXPIRED)]
    clock.push(seconds=5)
    commits = driver.commits()

    await settle(journal, group)

    states = [(await journal.find.get(one.id)) for one, _kind, _changes in group]
    known = [await journal.find.facts_of(one.id) for one in states]
    assert [one.state for one in states] == [*[State.UNKNOWN] * 3, State.NOT_STARTED]
    assert [one.rev for one in states] == [4, 4, 4, 2]
    assert {one.settlement.settled_at for one in states} == {clock()}
    assert {one.settlement.error_code for one in states} == {LEFT, "patchbay.Expired"}
    assert all(one.standing.state is one.state for one in states)
    assert [[fact.kind for fact in facts] for facts in known] == [
        *[[FactKind.WRITTEN, FactKind.NO_ANSWER]] * 3,
        [FactKind.UNSENT],
    ]
    due = await journal.outbox.due(clock())
    assert sorted(one.intent.id for one in due) == sorted(one.id for one in states)
    assert [one.rev for one in due] == [one.intent.rev for one in due]
    assert len(commits) == (1 if settle is together else 4)


async def test_a_group_is_on_the_record_and_the_trail_is_whole(journal, left):
    ends = [ended(await left(agent=f"pb_{n}", team=f"T{n % 2}")) for n in range(4)]

    await journal.former.settle(ends)
    await journal.former.settle(ends)

    kept = await journal.audit.all()
    assert [(one.chain, one.number, one.why) for one in kept] == [
        *(("T0", n, "sending → unknown") for n in (1, 2)),
        *(("T1", n, "sending → unknown") for n in (1, 2)),
    ]
    report = await journal.trail.report(deep=True)
    assert [one.what for one in report.findings] == []


async def test_what_another_run_has_in_its_hands_is_not_settled_here(journal, new):
    queued, _ = await journal.accept(new())
    taken = "UPDATE intents SET owner = 'another'"
    await journal._writer.write(lambda c: c.run(taken))

    await journal.former.settle([(queued, FactKind.UNSENT, EXPIRED)])

    assert (await journal.find.get(queued.id)).state is State.QUEUED


async def test_what_went_on_since_it_was_read_stays_as_it_is(journal, left):
    one, other = await left(agent="pb_1"), await left(agent="pb_2")
    at = journal.now()
    started = await journal.learn(one.id, fact(FactKind.ANSWERED, at, ref="-its-id."))
    noted = await journal.update(other.id, doubt=True)

    await journal.former.settle([ended(one), ended(other)])

    assert await journal.find.get(one.id) == started
    unknown = await journal.find.get(other.id)
    assert (unknown.state, unknown.rev) == (State.UNKNOWN, noted.rev + 1)


async def test_a_queued_start_that_expires_ends_the_stops_of_it(journal, new):
    queued, _ = await journal.accept(new(sdk_app_id=APP))
    stop = stop_of(new, queued, ref="-of-nobody-else.")
    stop, _ = await journal.accept(stop)

    await journal.former.settle([(queued, FactKind.UNSENT, EXPIRED)])

    thing, stop = [await journal.find.get(one.id) for one in (queued, stop)]
    assert (thing.state, stop.state) == (State.NOT_STARTED, State.DONE)


async def test_that_nobody_could_hear_is_learnt_of_all_at_once_and_once(
    journal, left, clock
):
    runs = await left(agent="pb_1", callbacks=True)
    other = await left(agent="pb_2")
    for one in (runs, other):
        await journal.complete(one.id, State.UNKNOWN, notices=(), seen=one)
    runs, other = [await journal.find.get(one.id) for one in (runs, other)]
    away = fact(FactKind.AWAY, clock(), since=0)

    found = await journal.former.told_of(State.UNKNOWN)
    for _ in range(2):
        await journal.former.learn([(one, away) for one in found])
        found = await journal.former.told_of(State.UNKNOWN)

    assert [one.id for one in found] == [runs.id]
    assert found[0].standing.silence.away == (away.at, away.at)
    assert found[0].rev == runs.rev + 1
    assert await journal.find.get(other.id) == other


# ── how long it takes ────────────────────────────────────────────────────────────


async def test_those_that_go_their_own_way_are_few_at_a_time(journal, left, driver):
    many = [await left(agent=f"pb_{n}") for n in range(2 * FEW + 1)]
    for one in many:  # since it was read
        await journal.update(one.id, doubt=True)
    commits = driver.commits()

    await journal.former.settle(list(map(ended, many)))

    assert len(commits) == 1 + 3
    states = {(await journal.find.get(one.id)).state for one in many}
    assert states == {State.UNKNOWN}


async def test_between_groups_others_have_their_turn(journal, left):
    groups = [[ended(await left(agent=f"pb_{n}"))] for n in range(5)]
    order = []

    async def settle():
        for number, group in enumerate(groups):
            await journal.former.settle(group)
            order.append(number)

    async def others():
        for _ in groups:
            assert await journal.writable()
            order.append("other")

    await asyncio.gather(settle(), others())

    assert order.index("other") < order.index(len(groups) - 1)


async def test_what_is_in_other_hands_since_it_was_read_is_left_to_those(journal, left):
    seen = await stored(journal, await left())
    await journal.update(seen.id, stop_at=None)  # so it is not as it was read
    await handed(journal, seen, "another")
    unheard = fact(FactKind.NO_ANSWER, journal.now(), key="unheard")

    await journal.former.learn([(seen, unheard)])

    known = await journal.find.facts_of(seen.id)
    assert unheard.key not in [one.key for one in known]
