"""Changes of a relay: one at a time, from what it is, under numbers that rise."""

import pytest

from bot.errors import IllegalMove, Overtaken
from bot.journal import changing
from bot.journal.evidence import FactKind
from bot.journal.model import Version
from bot.journal.rows import millis
from bot.states import State
from tests.bot.journal.conftest import ANSWERED, APP, moved
from tests.bot.journal.makers import change_of, stop_of
from tests.fakes.journal import answered, claimed

RUNS = (State.SENDING, State.STARTED)
D, E = "d" * 64, "e" * 64


@pytest.fixture
def changed(journal, new):
    """Change a relay, and bring the change on its way; return both."""

    async def make(relay, *way, **values):
        relay = await journal.find.get(relay.id)
        change, _ = await journal.accept(change_of(new, relay, **values))
        for state in way:
            if state is State.SENDING:
                await claimed(journal, change.id)
            else:
                await answered(journal, change.id, state, notices=(ANSWERED,))
        return await journal.find.get(change.id), await journal.find.get(relay.id)

    return make


async def test_the_number_is_the_time_and_is_given_as_it_is_sent(
    journal, relay_of, changed, clock
):
    relay = await relay_of(*RUNS)

    queued, before = await changed(relay)
    clock.push(seconds=5)
    sending = await claimed(journal, queued.id)

    after = await journal.find.get(relay.id)
    assert (queued.sequence, before.sequence) == (0, 0)
    assert sending.sequence == after.sequence == millis(clock())
    assert after.standing.sending == sending.sequence


@pytest.mark.parametrize(
    "steps", [(0, 0, 0), (1, -3600, 0), (-86_400, -86_400, 5), (0.001, 0, -0.5)]
)
async def test_numbers_rise_however_clocks_are_set(relay_of, changed, clock, steps):
    relay = await relay_of(*RUNS)
    numbers = []

    for step in steps:
        clock.push(seconds=step)
        change, _ = await changed(relay, State.SENDING, State.DONE)
        numbers.append(change.sequence)

    assert numbers == sorted(set(numbers))


async def test_a_journal_that_forgot_numbers_gives_larger_ones(
    journal, relay_of, changed, clock
):
    relay = await relay_of(*RUNS)
    forgotten, _ = await changed(relay, State.SENDING, State.DONE)
    await journal._writer.write(
        lambda c: c.execute(
            changing._COUNT,
            {
                "of": relay.id,
                "sequence": 0,
                "course": "[]",
                "seen": forgotten.sequence,
            },
        )
    )
    clock.push(seconds=60)

    change, _ = await changed(relay, State.SENDING, version=forgotten.sequence)

    assert change.sequence > forgotten.sequence


async def test_whoever_has_not_the_last_number_gives_none(journal, relay_of, changed):
    relay = await relay_of(*RUNS)
    change, stale = await changed(relay)
    await claimed(journal, change.id)

    with pytest.raises(IllegalMove, match="another number"):
        await journal._writer.write(lambda c: changing.numbered(c, change, stale))


async def test_a_change_that_was_made_is_what_the_relay_is(journal, relay_of, changed):
    relay = await relay_of(*RUNS)

    change, after = await changed(
        relay, State.SENDING, State.DONE, whole=b'{"new": 1}', targets=(D, E)
    )

    assert (change.state, after.standing.version) == (State.DONE, change.sequence)
    assert after.masked == change.present
    assert after.targets == after.aims == (D, E)
    assert after.course == (
        Version(
            number=change.sequence,
            job=change.id,
            by="UANA",
            at=millis(change.sent_at),
            targets=(D, E),
            differences=change.differences,
        ),
    )
    assert await journal.find.present_of(relay.id) == b'{"new": 1}'
    assert await journal.find.request_of(relay.id) == b"{}"


@pytest.mark.parametrize("to", [State.UNKNOWN, State.NOT_STARTED])
async def test_one_that_was_not_leaves_it_as_it_was(journal, relay_of, changed, to):
    relay = await relay_of(*RUNS)

    change, after = await changed(relay, State.SENDING, to, targets=(D,))

    doubted = (change.sequence,) if to is State.UNKNOWN else ()
    assert (after.standing.version, after.standing.doubted) == (0, doubted)
    assert after.masked == relay.masked
    assert after.aims == (*relay.targets, *((D,) if doubted else ()))
    assert await journal.find.present_of(relay.id) == b"{}"


async def test_the_newest_that_was_made_counts(journal, relay_of, changed):
    relay = await relay_of(*RUNS)
    for number in range(3):
        whole = f'{{"n": {number}}}'.encode()
        await changed(relay, State.SENDING, State.DONE, whole=whole)

    assert await journal.find.present_of(relay.id) == b'{"n": 2}'


@pytest.mark.parametrize("way", [(), (State.SENDING,)])
async def test_a_second_one_is_refused_while_one_is_under_way(
    journal, relay_of, changed, way
):
    relay = await relay_of(*RUNS)
    first, _ = await changed(relay, *way)

    with pytest.raises(Overtaken, match="is being changed"):
        await changed(relay)

    assert await journal.find.open_change(relay.id) == first


@pytest.mark.parametrize("to", [State.DONE, State.UNKNOWN])
async def test_one_formed_from_an_older_version_is_refused(relay_of, changed, to):
    relay = await relay_of(*RUNS)
    await changed(relay, State.SENDING, to)

    with pytest.raises(Overtaken, match="was changed"):
        await changed(relay, version=0)


async def test_one_that_was_refused_by_tencent_makes_no_version(relay_of, changed):
    relay = await relay_of(*RUNS)
    await changed(relay, State.SENDING, State.NOT_STARTED)

    change, _ = await changed(relay, version=0)

    assert change.state is State.QUEUED


@pytest.mark.parametrize(
    "way",
    [
        (),
        (State.SENDING,),
        (State.SENDING, State.UNKNOWN),
        (*RUNS, State.STOPPING),
        (*RUNS, State.ENDED),
    ],
)
async def test_what_does_not_run_is_not_changed(journal, new, relay_of, way):
    relay = await relay_of(*way)

    with pytest.raises(Overtaken, match="does not run"):
        await journal.accept(change_of(new, relay))


async def test_its_targets_count_as_soon_as_it_may_have_been_sent(
    journal, new, relay_of, changed
):
    relay = await relay_of(*RUNS)

    async def like(digest):
        alike = []
        probe = new(sdk_app_id=APP, targets=(digest,), agent=f"pb_{digest[0]}")

        def admit(usage):
            alike.extend(one.id for one in usage.alike)
            raise Overtaken

        with pytest.raises(Overtaken):
            await journal.accept(probe, admit=admit)
        return alike == [relay.id]

    own = relay.targets[0]
    counts = [(await like(own), await like(D))]
    change, _ = await changed(relay, targets=(D,))
    counts.append((await like(own), await like(D)))
    await claimed(journal, change.id)
    counts.append((await like(own), await like(D)))
    await answered(journal, change.id, State.DONE)
    counts.append((await like(own), await like(D)))
    await moved(journal, relay.id, State.STOPPED)
    counts.append((await like(own), await like(D)))

    assert counts == [
        (True, False),
        (True, False),
        (True, True),
        (False, True),
        (False, False),
    ]


async def test_a_stop_waits_for_no_change(journal, new, relay_of, changed):
    relay = await relay_of(*RUNS)
    await changed(relay, State.SENDING)

    stop, _ = await journal.accept(stop_of(new, relay))

    assert stop.state is State.QUEUED


async def test_what_was_under_way_in_a_backup_may_have_been_made(
    journal, relay_of, changed
):
    relay = await relay_of(*RUNS)
    queued, _ = await changed(relay)

    await journal.restored.withdraw("op")

    change = await journal.find.get(queued.id)
    after = await journal.find.get(relay.id)
    assert change.state is State.UNKNOWN
    assert after.standing.doubted == (change.sequence,)


async def test_the_row_of_a_relay_knows_its_last_changes(relay_of, changed, clock):
    relay = await relay_of(*RUNS)
    for _number in range(changing.MOST_KEPT + 5):
        clock.push(seconds=1)
        change, after = await changed(relay, State.SENDING, State.DONE)

    assert len(after.course) <= changing.MOST_KEPT + 2
    assert after.course[-1].number == after.standing.version == change.sequence


async def test_what_changed_it_is_told_with_its_facts(journal, relay_of, changed):
    relay = await relay_of(*RUNS)
    change, _ = await changed(relay, State.SENDING, State.UNKNOWN)

    facts = await journal.find.facts_of(relay.id)

    assert [f.kind for f in facts if f.job == change.id] == [
        FactKind.WRITTEN,
        FactKind.NO_ANSWER,
    ]


async def test_whoever_waits_for_long_is_told_that_it_was_not_sent(
    journal, relay_of, changed, clock
):
    relay = await relay_of(*RUNS)
    change, _ = await changed(relay)
    clock.push(minutes=3)

    await journal.reject(change.id, notices=(ANSWERED,))

    again, _ = await changed(relay)
    assert again.state is State.QUEUED
