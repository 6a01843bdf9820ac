"""Stops that are asked for at once: one commit, one message, and each by itself."""

import asyncio
from dataclasses import replace

import pytest

from bot.errors import KeyReused
from bot.journal.batches import Together
from bot.journal.model import BATCH
from bot.journal.stops import How
from bot.states import State
from tests.bot.journal.conftest import ANSWERED, WAYS, moved, new_intent
from tests.bot.journal.makers import form_at, stop_of
from tests.bot.journal.test_audit import entry
from tests.fakes.journal import answered, claimed


@pytest.fixture
def relays(relay_of):
    """Return relays, each on its way."""

    async def make(*ways):
        return [
            await relay_of(*WAYS[way], agent=f"pb_{number}")
            for number, way in enumerate(ways)
        ]

    return make


@pytest.fixture
def place(journal, new, clock):
    """Ask for the end of several at once."""

    async def ask(things, user="UBOB", **more):
        clock.push(seconds=1)
        asker = {"user": user, "channel": more.pop("channel", "C")}
        stops = [stop_of(new, one, note="all", **asker) for one in things]
        records = [replace(entry(n), team="T") for n, _one in enumerate(stops)]
        placed, _fresh = await journal.batches.place(
            Together(stops=stops, records=records, **more)
        )
        return placed

    return ask


@pytest.fixture
def message(journal, clock):
    """Return what the message of each batch says now of its stops."""

    async def read():
        due = await journal.outbox.due(clock())
        return [
            [(one["handle"], one["state"]) for one in each.facts["stops"]]
            for each in due
            if each.name == BATCH
        ]

    return read


async def test_each_begins_where_its_relay_allows_and_one_message_tells(
    relays, place, message
):
    things = await relays("started", "unknown", "queued")

    placed = await place(things)

    states = [State.QUEUED, State.WAITING, State.DONE]
    assert [one.state for one in placed] == states
    assert {one.batch for one in placed} == {placed[0].id}
    assert await message() == [
        [("R1", "queued"), ("R2", "waiting"), ("R3", "done")],
    ]


async def test_nobody_is_told_of_each(journal, relays, place, clock):
    await place(await relays("queued", "queued"))

    names = {one.name for one in await journal.outbox.due(clock())}

    assert "result" not in names


@pytest.mark.parametrize("to", [State.DONE, State.UNKNOWN, State.NOT_STARTED])
async def test_the_message_changes_as_each_ends(journal, relays, place, message, to):
    first, second = await place(await relays("started", "started"))
    for one in (first, second):
        await claimed(journal, one.id)

    await answered(journal, second.id, to, notices=(ANSWERED,))

    assert await message() == [[("R1", "sending"), ("R2", to.value)]]


async def test_two_that_end_at_once_are_both_counted(journal, relays, place, message):
    placed = await place(await relays(*["started"] * 4))
    for one in placed:
        await claimed(journal, one.id)

    await asyncio.gather(*(answered(journal, one.id, State.DONE) for one in placed))

    assert await message() == [[(f"R{n}", "done") for n in range(1, 5)]]


async def test_what_ends_by_itself_ends_its_stop_in_the_message(
    journal, relays, place, message
):
    (relay, _other) = things = await relays("started", "started")
    await place(things)
    await moved(journal, relay.id, State.ENDED)

    assert await message() == [[("R1", "done"), ("R2", "queued")]]


async def test_a_stop_that_failed_is_excused_in_the_message(
    journal, relays, place, clock
):
    things = await relays("started", "started")
    first, _second = await place(things)
    await claimed(journal, first.id)
    await answered(journal, first.id, State.UNKNOWN)
    other, _ = await journal.accept(_again(things[0], clock))
    await claimed(journal, other.id)

    await answered(journal, other.id, State.DONE)

    (told,) = [n for n in await journal.outbox.due(clock()) if n.name == BATCH]
    assert told.facts["stops"][0]["reason"] == How.PERHAPS


def _again(relay, clock):
    def make(**values):
        return new_intent(clock(), 5000, **values)

    return stop_of(make, relay)


async def test_whoever_asks_for_the_same_here_joins_that_message(
    journal, relays, place, message, clock
):
    things = await relays("started", "started")
    mine = await place(things)

    theirs = await place(things, user="UEVE")

    assert [one.joins for one in theirs] == [one.id for one in mine]
    assert {one.batch for one in theirs} == {mine[0].id}
    assert await message() == [[("R1", "queued"), ("R2", "queued")]]
    (told,) = [n for n in await journal.outbox.due(clock()) if n.name == BATCH]
    assert told.facts["also"] == ["UEVE"]


async def test_whoever_asks_for_the_same_elsewhere_has_a_message_there(
    relays, place, message
):
    things = await relays("started", "started")
    await place(things)

    theirs = await place(things, user="UEVE", channel="C2")

    assert {one.batch for one in theirs} == {theirs[0].id}
    assert await message() == [
        [("R1", "queued"), ("R2", "queued")],
        [("R1", "waiting"), ("R2", "waiting")],
    ]


async def test_more_than_was_under_way_is_a_batch_of_the_rest(relays, place, message):
    things = await relays("started", "started", "started")
    mine = await place(things[:2])

    theirs = await place(things, user="UEVE")

    assert [one.batch for one in theirs] == [mine[0].id, mine[0].id, theirs[2].id]
    assert await message() == [
        [("R1", "queued"), ("R2", "queued")],
        [("R3", "queued")],
    ]


async def test_the_same_keys_again_are_the_first_ones(journal, new, relays):
    things = await relays("started", "started")
    asked = Together(
        stops=[stop_of(new, one) for one in things],
        records=[replace(entry(n), team="T") for n in range(2)],
    )

    first, fresh = await journal.batches.place(asked)
    again, fresh_again = await journal.batches.place(asked)

    assert (fresh, fresh_again) == (True, False)
    assert {one.id for one in again} == {one.id for one in first}


async def test_a_form_is_used_up_and_a_batch_of_it_again_is_refused(
    journal, relays, place, clock
):
    things = await relays("started", "started")
    form = form_at(clock, user="UBOB")
    await journal.open_forms.keep(form)
    await place(things, form=form.id, key="modal:1")

    with pytest.raises(KeyReused):
        await place(things, form=form.id, key="modal:2")


async def test_nothing_is_committed_if_a_part_of_it_is_not(
    journal, relays, place, message
):
    things = await relays("started", "started")

    def refuse(_tx, _stops):
        raise KeyReused("no")

    with pytest.raises(KeyReused):
        await place(things, also=refuse)

    assert await journal.find.unsent_stops() == []
    assert await message() == []
