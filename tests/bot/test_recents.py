"""A cache in front of the journal: fast, and never the truth."""

import pytest

from bot.ids import Kind
from bot.journal.record import State
from bot.recents import FRESH, Recents

TEAM = "T0HOME"


class Timer:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def timer():
    return Timer()


@pytest.fixture
async def recents(world, timer):
    for room, user in ((1, "U0ANA"), (2, "U0BOB"), (3, "U0ANA")):
        url = f"rtmp://push.example.com/a/{room}"
        await world.typed(f"/relay start {room} url={url} --go", user=user)
    await world.typed("/relay stop R3 --yes")
    return Recents(world.journal, timer)


def handles(found):
    return [intent.handle for intent in found]


async def test_ones_own_live_relays_come_first_then_others_then_the_ended(recents):
    assert handles(await recents.relays(TEAM, "U0ANA", "")) == ["R1", "R2", "R3"]
    assert handles(await recents.relays(TEAM, "U0BOB", "")) == ["R2", "R1", "R3"]


async def test_what_is_typed_is_looked_for_everywhere(world, recents):
    task = (await world.handle("R2")).ref

    for query in ("r2", "2", task[:10], task[-8:], "bob"):
        assert "R2" in handles(await recents.relays(TEAM, "U0ANA", query))
    assert await recents.relays(TEAM, "U0ANA", "nothing like it") == []
    assert handles(await recents.relays(TEAM, "U0ANA", "", limit=1)) == ["R1"]


async def test_a_change_that_was_committed_is_seen_at_once(world, recents):
    await recents.relays(TEAM, "U0ANA", "")
    (intent,) = [one for one in await world.journal.live(TEAM) if one.handle == "R1"]
    moved = await world.journal.move(intent.id, State.ENDED)

    recents.remember(moved)

    assert handles(await recents.relays(TEAM, "U0ANA", ""))[0] == "R2"
    assert (await recents.named("r1", TEAM)).state is State.ENDED


async def test_a_list_is_believed_for_a_few_seconds_only(world, recents, timer):
    await recents.relays(TEAM, "U0ANA", "")
    intent = await world.handle("R1")
    await world.journal.move(intent.id, State.ENDED)

    stale = handles(await recents.relays(TEAM, "U0ANA", ""))[0]
    timer.now += FRESH + 1
    fresh = handles(await recents.relays(TEAM, "U0ANA", ""))[0]

    assert (stale, fresh) == ("R1", "R2")


async def test_a_thing_is_named_by_handle_and_by_whole_id_and_a_miss_asks_the_journal(
    world, recents
):
    intent = await world.handle("R1")

    assert (await recents.named("#r1", TEAM)).id == intent.id
    assert (await recents.named(intent.ref, TEAM)).id == intent.id
    assert (await recents.named(intent.ref, TEAM)).id == intent.id
    assert await recents.named("R9", TEAM) is None
    assert await recents.named("R1", "T0ELSE") is None


async def test_a_stop_is_not_the_thing_that_it_stops(world, recents):
    (stop, *_) = await world.journal.history("R3")
    assert stop.about

    recents.remember(stop)

    assert (await recents.named("R3", TEAM)).about is None
    assert (await recents.named("R3", TEAM)).kind is Kind.RELAY
