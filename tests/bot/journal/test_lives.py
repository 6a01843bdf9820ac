"""Who is alive: several runs share a PostgreSQL, and each has what it has in its hands.

A run that is held up may be declared dead, and live on. Then it has nothing any more.
"""

import asyncio
from datetime import timedelta

import pytest

from bot.errors import JournalUnavailable
from bot.journal.evidence import FactKind
from bot.journal.former import left_changes
from bot.journal.lives import DEAD_AFTER, FRESH, Life
from bot.journal.rows import millis
from bot.journal.sqlite.writer import sqlite_file
from bot.states import State
from bot.tencent.models import REQUESTS
from bot.tencent.models.base import Repeat
from tests.bot.journal.conftest import ALARMED, fact
from tests.bot.journal.runs import together
from tests.bot.operations.accidents import JournalFile
from tests.fakes.journal import claimed

SILENT = DEAD_AFTER.total_seconds() + 1


@pytest.fixture
async def runs(postgres, postgres_url):
    async with together(postgres_url, postgres) as several:
        yield several


@pytest.fixture
async def pair(runs):
    return await runs.open(), await runs.open()


async def died(runs, journal, other):
    """Let *other* declare *journal* dead."""
    runs.silent(journal, SILENT)
    await other.life.bury()


async def test_each_run_is_alive_from_its_start_to_its_end(runs):
    first, second = await runs.open(), await runs.open()
    both = runs.alive()
    await first.life.leave()

    assert both == {first.boot, second.boot}
    assert runs.alive() == {second.boot}


@pytest.mark.parametrize(("seconds", "dead"), [(SILENT, True), (SILENT - 5, False)])
async def test_who_was_silent_for_a_minute_is_declared_dead(runs, pair, seconds, dead):
    silent, other = pair
    runs.silent(silent, seconds)
    runs.silent(other, seconds)

    await other.life.bury()

    assert runs.alive() == {other.boot} | (set() if dead else {silent.boot})


async def test_a_sign_of_life_keeps_it_alive(runs, pair):
    silent, other = pair
    runs.silent(silent, SILENT)

    await silent.life.beat()
    await other.life.bury()

    assert runs.alive() == {silent.boot, other.boot}


class Slow:
    """Writes with *writer*, each time in 20 seconds."""

    def __init__(self, writer, clock):
        self.writer, self.clock = writer, clock

    async def write(self, work, **how):
        self.clock.push(seconds=20)
        return await self.writer.write(work, **how)


async def test_a_sign_of_life_is_of_the_moment_at_which_it_was_given(runs, clock):
    writer = Slow((await runs.open())._writer, clock)
    ports = {"now": clock, "monotonic": clock.monotonic, "random_bytes": bytes}
    life = Life(writer, "slow", shared=True, **ports)

    await life.beat()

    assert life.age() == 20


async def test_who_was_declared_dead_takes_a_new_life_and_goes_on(runs, pair, new):
    journal, other = pair
    before = journal.boot
    await died(runs, journal, other)

    await journal.life.beat()
    intent, _ = await journal.accept(new())
    sending = await claimed(journal, intent.id)

    assert journal.boot != before
    assert runs.alive() == {journal.boot, other.boot}
    assert (intent.owner, sending.state) == (journal.boot, State.SENDING)


async def test_who_was_declared_dead_claims_nothing_that_it_had(runs, pair, new):
    journal, other = pair
    intent, _ = await journal.accept(new())
    await died(runs, journal, other)

    at_once = await claimed(journal, intent.id, seen=intent)
    runs.push(journal, seconds=FRESH)
    anew = await claimed(journal, intent.id, seen=intent)

    assert (at_once, anew) == (None, None)
    assert [one.id for one in await other.former.taken(State.QUEUED)] == [intent.id]


async def test_after_half_a_minute_without_a_sign_of_life_one_is_given_to_claim(
    runs, pair, new
):
    journal, other = pair
    intent, _ = await journal.accept(new())
    runs.silent(journal, FRESH)
    runs.push(journal, seconds=FRESH)
    age = journal.life.age()

    sending = await claimed(journal, intent.id)
    runs.push(journal, seconds=1)
    await other.life.bury()

    assert (age, journal.life.age()) == (FRESH, 1.0)
    assert sending.state is State.SENDING
    assert runs.alive() == {journal.boot, other.boot}


async def test_who_has_left_claims_nothing_and_gives_no_sign_of_life(runs, pair, new):
    journal, other = pair
    intent, _ = await journal.accept(new())

    await journal.life.leave()
    with pytest.raises(JournalUnavailable):
        await claimed(journal, intent.id)
    await journal.life.beat()

    assert runs.alive() == {other.boot}
    assert [one.id for one in await other.former.taken(State.QUEUED)] == [intent.id]


def test_what_is_never_sent_twice_leaves_before_its_run_can_be_declared_dead():
    """The sign of life may be so old when it is claimed, and then it may wait."""
    longest = max(
        request.deadline.overall
        for request in REQUESTS.values()
        if request.repeat is Repeat.NEVER
    )

    assert FRESH + longest < DEAD_AFTER.total_seconds()


# ── what they have in their hands ────────────────────────────────────────────────


async def test_of_three_that_look_at_once_each_orphan_is_one_runs(runs, new):
    dead, *living = [await runs.open() for _ in range(4)]
    left = {(await dead.accept(new()))[0].id for _ in range(60)}
    await dead.life.leave()

    async def take(journal):
        taken = []
        while page := await journal.former.taken(State.QUEUED, limit=7):
            taken += [(one.id, one.owner == journal.boot) for one in page]
        return taken

    taken = [one for page in await asyncio.gather(*map(take, living)) for one in page]

    assert sorted(taken) == [(intent, True) for intent in sorted(left)]


async def test_what_a_living_run_has_in_its_hands_nobody_takes(pair, new):
    mine, other = pair
    await mine.accept(new())
    sending = await claimed(mine, (await mine.accept(new()))[0].id)

    taken = [
        *await other.former.stops(),
        *await other.former.taken(State.QUEUED),
        *await other.former.taken(State.SENDING),
        *await other.former.unsettled(State.SENDING),
    ]

    assert taken == []
    assert (await other.find.get(sending.id)).state is State.SENDING


async def test_what_is_being_sent_reads_as_being_sent_until_it_is_settled(
    runs, pair, new
):
    journal, other = pair
    sending = await claimed(journal, (await journal.accept(new(room="7")))[0].id)
    await died(runs, journal, other)

    reads = (await other.find.get(sending.id)).state
    listed = await other.find.recent("T", states=[State.UNKNOWN])
    (left,) = await other.former.unsettled(State.SENDING)
    ended = left, FactKind.NO_ANSWER, left_changes(left)
    await other.former.settle([ended])

    assert (reads, listed) == (State.SENDING, [])
    assert (await journal.find.get(sending.id)).state is State.UNKNOWN


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        (FactKind.ANSWERED, State.STARTED),
        (FactKind.REFUSED, State.NOT_STARTED),
    ],
)
@pytest.mark.parametrize("closed", [False, True])
async def test_a_late_answer_mends_an_unknown_that_was_said_too_early(
    runs, pair, new, kind, state, closed
):
    """The run was held up for long, and is declared dead; then its answer comes."""
    journal, other = pair
    sending = await claimed(journal, (await journal.accept(new()))[0].id)
    await died(runs, journal, other)
    (left,) = await other.former.unsettled(State.SENDING)
    await other.former.settle([(left, FactKind.NO_ANSWER, left_changes(left))])
    if closed:
        word = fact(FactKind.CLOSED, other.now(), by="UEVE")
        await other.learn(left.id, word)

    ref = "-its-id" if kind is FactKind.ANSWERED else ""
    answer = fact(kind, journal.now() + timedelta(seconds=90), ref=ref)
    told = {"notices": (), "evidence": (answer,), "seen": sending}
    ended = await journal.complete(sending.id, state, **told)

    assert (ended.state, ended.subject.ref) == (state, ref)


async def test_a_sign_of_life_by_another_clock_sets_the_one_that_all_go_by(runs, pair):
    journal, other = pair
    for one, seconds in ((journal, 120), (other, -120)):
        runs.push(one, seconds=seconds)
        await one.life.beat()

    apart = journal.now() - other.now()

    assert abs(apart) < timedelta(seconds=10)


async def test_of_two_that_give_a_notice_one_does(runs, pair, new):
    journal, other = pair
    sending = await claimed(journal, (await journal.accept(new()))[0].id)

    given = await asyncio.gather(
        *(one.notify(sending.id, ALARMED, mark="late") for one in (journal, other) * 3)
    )
    told = [one.known.tell(ALARMED, "daily", timedelta(days=1)) for one in pair]
    await asyncio.gather(*told)

    due = await journal.outbox.due(journal.now())
    assert len([one for one in given if one]) == 1
    assert [one.intent and one.intent.id for one in due] == [sending.id, None]


@pytest.mark.parametrize("hours", [-3, 3])
async def test_a_clock_that_is_set_is_not_gone_by_until_the_next_sign_of_life(
    runs, hours
):
    journal = await runs.open()
    clock = runs.clocks[journal.life]
    await journal.life.beat()
    before = journal.now()

    clock.ahead = timedelta(hours=hours)
    at_once = journal.now() - before
    clock.push(seconds=4)
    later = journal.now() - before
    await journal.life.beat()
    after = journal.now() - before

    assert (at_once, later) == (timedelta(), timedelta(seconds=4))
    assert abs(after) < timedelta(seconds=3)  # the database's, which nobody pushed


@pytest.mark.parametrize(
    ("step", "age"), [(timedelta(hours=3), 0.0), (timedelta(milliseconds=500), 4.0)]
)
async def test_what_time_it_is_is_asked_at_once_where_the_clock_was_set(
    runs, step, age
):
    journal = await runs.open()
    clock = runs.clocks[journal.life]
    await journal.life.beat()
    clock.push(seconds=4)
    clock.ahead = step

    await journal.life.ensure_time()

    assert journal.life.age() == age


class Far:
    """A database whose clock is ahead, and says so half-way through 20 seconds."""

    def __init__(self, clock, ahead):
        self.clock, self.ahead = clock, ahead

    async def write(self, _work, **_how):
        self.clock.push(seconds=10)
        at = millis(self.clock() + self.ahead)
        self.clock.push(seconds=10)
        return "far", at


@pytest.mark.parametrize(
    ("ahead", "gone_by"),
    [
        (timedelta(hours=1), timedelta(hours=1)),
        (timedelta(seconds=-2), timedelta(seconds=-2)),
        (timedelta(milliseconds=900), timedelta()),  # two clocks are never equal
    ],
)
async def test_the_database_says_the_time_half_way_between_question_and_answer(
    clock, ahead, gone_by
):
    ports = {"now": clock, "monotonic": clock.monotonic, "random_bytes": bytes}
    life = Life(Far(clock, ahead), "far", shared=True, **ports)

    await life.beat()

    assert life.now() - clock() == gone_by


async def test_before_the_first_sign_of_life_the_own_clock_is_gone_by(runs):
    journal = await runs.open()
    clock = runs.clocks[journal.life]

    clock.ahead = timedelta(hours=3)

    assert journal.now() == clock()


# ── on a file ────────────────────────────────────────────────────────────────────


@pytest.mark.sqlite
async def test_who_opens_a_file_is_alone_and_needs_no_sign_of_life(reopen, clock, new):
    first = await reopen()
    second = await reopen()
    clock.push(hours=1)

    lives = await second._writer.read(lambda c: c.run("SELECT boot FROM lives").all())

    assert lives == [(second.boot,)]
    assert first.boot != second.boot
    assert (second.life.age(), second.life.shared) == (0.0, False)
    assert await claimed(second, (await second.accept(new()))[0].id)


@pytest.mark.sqlite
async def test_whose_life_cannot_be_noted_opens_and_claims_once_it_can(
    journal, reopen, new, url
):
    queued, _ = await journal.accept(new())
    file = JournalFile(sqlite_file(url))
    file.refuse_lives()

    journal = await reopen()
    taken = await journal.former.taken(State.QUEUED)
    with pytest.raises(JournalUnavailable):
        await claimed(journal, queued.id)
    file.mend()

    assert [one.id for one in taken] == [queued.id]
    assert (await claimed(journal, queued.id)).state is State.SENDING
