"""What a submission is admitted on: what there is already, and what is like it."""

import asyncio

import pytest

from bot.errors import NotAllowed
from bot.ids import Kind
from bot.states import State
from tests.bot.journal.conftest import moved
from tests.bot.journal.makers import stop_of


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
    """A start counts for a day, and until the quarter of an hour is over."""
    await journal.accept(new())
    clock.push(days=1)
    counts = [await count(usage_of)]
    await journal.accept(new())
    clock.push(minutes=15)

    counts.append(await count(usage_of))

    assert counts == [(1, 1), (2, 1)]


async def test_what_counts_no_more_is_forgotten(journal, new, usage_of, clock):
    await journal.accept(new())
    clock.push(days=1, minutes=15)
    await journal.accept(new())

    await journal.maintenance.prune(clock())

    query = "SELECT name, number FROM tallies WHERE name NOT LIKE 'live:%'"
    rows = await journal._writer.read(lambda c: c.run(query).all())
    assert [number for _name, number in rows] == [1]
    assert await count(usage_of) == (2, 1)


async def test_what_still_counts_is_not_thrown_away(journal, new, usage_of, clock):
    await journal.accept(new())
    clock.push(days=1)

    await journal.maintenance.prune(clock())

    assert await count(usage_of) == (1, 1)


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


async def test_targets_of_what_is_over_are_not_kept(journal, new):
    relay, _ = await journal.accept(new(targets=("old",)))
    await journal.reject(relay.id, notices=())

    await journal.name_targets(relay.id, {"old": "b" * 64})

    query = "SELECT count(*) FROM targets"
    assert await journal._writer.read(lambda c: c.run(query).scalar()) == 0


async def test_what_runs_is_known_by_the_new_names_of_its_targets_alone(journal, new):
    relay, _ = await journal.accept(new(targets=("old",)))

    await journal.name_targets(relay.id, {"old": "b" * 64})

    query = "SELECT digest FROM targets"
    digests = await journal._writer.read(lambda c: c.run(query).scalars())
    assert digests == ["b" * 64]


# ── what is like it ──────────────────────────────────────────────────────────────

ROOM = {"sdk_app_id": 7, "room": "lobby"}
SAME = {**ROOM, "duplicates": "t", "targets": ("a", "b")}


async def test_of_two_alike_at_once_one_is_accepted(journal, new):
    def refuse_the_like(usage):
        if usage.alike:
            raise NotAllowed(usage.alike[0].handle, rule="duplicate")
        return ()

    results = await asyncio.gather(
        *(journal.accept(new(**SAME), admit=refuse_the_like) for _ in range(2)),
        return_exceptions=True,
    )

    (first, fresh), refused = sorted(
        results, key=lambda one: isinstance(one, Exception)
    )
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
