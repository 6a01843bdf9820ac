"""A cache in front of the journal: fast, and never the truth."""

import asyncio
from dataclasses import replace

import pytest

from bot.ids import Kind
from bot.journal.evidence import Headline, Link, Role
from bot.journal.recents import FRESH, NEWEST, Recents
from bot.states import State
from tests.bot.journal.conftest import moved, new_intent

TEAM = "T0HOME"
RELAY = Kind("R")


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
    return Recents(world.journal.find, timer)


def offered(recents, user, query, **more):
    return recents.offered(RELAY, TEAM, user, query, **more)


def handles(intents):
    return [intent.handle for intent in intents]


async def test_ones_own_live_relays_come_first_then_others_then_the_ended(recents):
    assert handles(await offered(recents, "U0ANA", "")) == ["R1", "R2", "R3"]
    assert handles(await offered(recents, "U0BOB", "")) == ["R2", "R1", "R3"]


async def test_what_is_typed_is_looked_for_everywhere(world, recents):
    task = (await world.handle("R2")).subject.ref

    for query in ("r2", "2", task[:10], task[-8:], "bob"):
        assert "R2" in handles(await offered(recents, "U0ANA", query))
    assert await offered(recents, "U0ANA", "nothing like it") == []
    assert handles(await offered(recents, "U0ANA", "", limit=1)) == ["R1"]


async def test_a_change_that_was_committed_is_seen_at_once(world, recents):
    await offered(recents, "U0ANA", "")
    intent = await world.handle("R1")
    ended = await moved(world.journal, intent.id, State.ENDED)

    recents.invalidate(ended)

    assert handles(await offered(recents, "U0ANA", ""))[0] == "R2"
    assert (await recents.named("r1", TEAM)).state is State.ENDED


async def test_what_a_change_is_linked_to_is_read_again(world, recents):
    relay, other = [await world.handle(name) for name in ("R1", "R2")]
    link = Link(Role.COPY, other.id, other.handle, Headline.LIVE)
    linked = replace(relay, standing=replace(relay.standing, links=(link,)))
    before = await recents.named("R2", TEAM)
    await moved(world.journal, other.id, State.ENDED)

    recents.invalidate(linked)

    assert before.state is State.STARTED
    assert (await recents.named("R2", TEAM)).state is State.ENDED


async def test_a_list_is_believed_for_a_few_seconds_only(world, recents, timer):
    await offered(recents, "U0ANA", "")
    intent = await world.handle("R1")
    await moved(world.journal, intent.id, State.ENDED)

    stale = handles(await offered(recents, "U0ANA", ""))[0]
    timer.now += FRESH + 1
    fresh = handles(await offered(recents, "U0ANA", ""))[0]

    assert (stale, fresh) == ("R1", "R2")


async def test_a_thing_is_named_by_handle_and_by_whole_id_and_a_miss_asks_the_journal(
    world, recents
):
    intent = await world.handle("R1")

    assert (await recents.named("#r1", TEAM)).id == intent.id
    assert (await recents.named(intent.subject.ref, TEAM)).id == intent.id
    assert (await recents.named(intent.subject.ref, TEAM)).id == intent.id
    assert await recents.named("R9", TEAM) is None
    assert await recents.named("R1", "T0ELSE") is None


async def test_a_stop_is_not_the_thing_that_it_stops(world, recents):
    (stop, *_) = await world.journal.find.history("R3", TEAM)
    assert stop.subject.about

    recents.invalidate(stop)

    assert (await recents.named("R3", TEAM)).subject.about is None
    assert (await recents.named("R3", TEAM)).subject.kind == RELAY


async def test_what_is_older_than_the_newest_is_found_and_what_lives_is_offered(
    world, recents
):
    def queued(number):
        at = world.clock()
        return new_intent(at, f"later-{number}", team=TEAM, user="U0CAT", agent="")

    await asyncio.gather(*(world.journal.accept(queued(n)) for n in range(NEWEST)))

    assert handles(await offered(recents, "U0BOB", "", limit=2)) == ["R2", "R1"]
    assert handles(await offered(recents, "U0BOB", "rtmp")) == []
    gone = await world.handle("R3")
    assert handles(await offered(recents, "U0BOB", gone.subject.ref[:20])) == ["R3"]


class Slow:
    """Queries during which something is committed."""

    def __init__(self, find, meanwhile):
        self.find = find
        self.meanwhile = meanwhile

    async def listed(self, team, kind, newest):
        return await self._late(self.find.listed(team, kind, newest))

    async def by_handle(self, handle, team):
        return await self._late(self.find.by_handle(handle, team))

    async def _late(self, reading):
        read = await reading
        await self.meanwhile()
        return read


async def test_what_changes_while_it_is_read_is_not_believed(world, recents):
    relay = await world.handle("R1")

    async def end():
        now = await world.journal.find.get(relay.id)
        if now.state is State.STARTED:
            cache.invalidate(await moved(world.journal, relay.id, State.ENDED))

    cache = Recents(Slow(world.journal.find, end), Timer())

    assert (await cache.named("R1", TEAM)).state is State.STARTED
    assert (await cache.named("R1", TEAM)).state is State.ENDED


async def test_a_list_that_changes_while_it_is_read_is_not_believed(world, recents):
    relay = await world.handle("R1")

    async def end():
        now = await world.journal.find.get(relay.id)
        if now.state is State.STARTED:
            cache.invalidate(await moved(world.journal, relay.id, State.ENDED))

    cache = Recents(Slow(world.journal.find, end), Timer())

    assert handles(await offered(cache, "U0ANA", ""))[0] == "R1"
    assert handles(await offered(cache, "U0ANA", ""))[0] == "R2"


async def test_a_thing_is_believed_for_a_few_seconds_only(world, recents, timer):
    relay = await recents.named("R1", TEAM)
    await moved(world.journal, relay.id, State.ENDED)

    timer.now += FRESH + 1

    assert (await recents.named("R1", TEAM)).state is State.ENDED


async def test_the_id_of_a_stop_names_that_stop_and_its_handle_the_relay(
    world, recents
):
    relay = await world.handle("R3")
    stop, _start = await world.journal.find.history("R3", TEAM)

    named = [await recents.named(text, TEAM) for text in (stop.id, "R3", "r3")]

    assert [one.id for one in named] == [stop.id, relay.id, relay.id]
