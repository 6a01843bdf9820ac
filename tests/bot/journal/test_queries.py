"""What the journal is asked, it answers whole, in order, and for one team only."""

import pytest

from bot.ids import Kind
from bot.journal.model import CARD_NOTICE
from bot.states import LIVE, State
from tests.bot.journal.conftest import moved
from tests.bot.journal.makers import stop_of


@pytest.fixture
def started(journal, new, clock):
    """Accept and carry out something, a second after the one before."""

    async def start(**values):
        clock.push(seconds=1)
        names = {"ref", "request_id"} & values.keys()
        changes = {name: values.pop(name) for name in names}
        submitted = new(**values)
        intent, _ = await journal.accept(submitted)
        made = submitted.subject.creates
        to = State.STARTED if made else State.DONE
        return await moved(journal, intent.id, State.SENDING, to, **changes)

    return start


async def test_an_intent_is_found_by_its_key(journal, started):
    await started(key="a")
    second = await started(key="b")

    assert await journal.find.by_key("b") == second
    assert await journal.find.by_key("c") is None


async def test_of_a_look_up_the_newest_goes_by_the_handle(journal, started):
    await started(handle="G1", kind=Kind("G"))
    newer = await started(handle="G1", kind=Kind("G"))

    assert await journal.find.by_handle("G1", "T") == newer


async def test_a_relay_goes_by_its_handle_whatever_was_done_to_it(journal, started):
    relay = await started()
    await started(handle=relay.handle, about=relay.id)

    assert await journal.find.by_handle(relay.handle, "T") == relay
    assert await journal.find.by_handle("R9", "T") is None


async def test_the_newest_that_made_a_thing_goes_by_its_id(journal, started):
    await started(ref="ref")
    newer = await started(ref="ref")
    await started(ref="ref", handle=newer.handle, about=newer.id)
    await started(ref="other")

    assert await journal.find.by_ref("ref", "T") == newer


async def test_an_intent_is_found_by_the_place_of_its_card(journal, started, clock):
    found = []
    for channel, ts in (("C1", "1.1"), ("C1", "2.2"), ("C2", "1.1")):
        intent = await started()
        await journal.update(intent.id, notices=(CARD_NOTICE,))
        (due,) = await journal.outbox.due(clock())
        await journal.outbox.sent(due, (channel, ts))
        found.append(await journal.find.by_card(channel, ts, "T"))

    assert len({one.id for one in found}) == 3
    assert [one.card for one in found] == [
        ("C1", "1.1"),
        ("C1", "2.2"),
        ("C2", "1.1"),
    ]
    assert await journal.find.by_card("C2", "2.2", "T") is None


async def test_a_stop_with_another_request_id_finds_nothing(journal, started):
    relay = await started()
    await started(handle=relay.handle, about=relay.id, request_id="q-1")

    assert await journal.find.matching("q-1", "T") == [await journal.find.get(relay.id)]
    assert await journal.find.matching("q-2", "T") == []


LONG = {"ref": "-abcdefgh-ijklmnop..", "request_id": "12345678-aaaa-87654321"}


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"ref": "-r_1"}, "-r_1"),
        ({"request_id": "q-1"}, "q-1"),
        ({"room": "lobby"}, "lobby"),
        ({"user": "UBOB"}, "UBOB"),
        ({"user": "UBOB"}, "@UBOB"),
        ({"agent": "pb_x"}, "pb_x"),
        (LONG, "-abcdefg"),
        (LONG, "abcdefgh"),
        (LONG, "klmnop.."),
        (LONG, "12345678"),
        (LONG, "87654321"),
        ({"request_id": "-1234567890"}, "12345678"),
        ({"ref": "-ab_defghij"}, "ab_defgh"),
        ({"ref": "-ab\\defghij"}, "ab\\defgh"),
        ({"ref": "-ab%defghij"}, "ab%defgh"),
    ],
)
async def test_whole_ids_and_long_parts_of_some_find_that_one(
    journal, started, values, text
):
    await started(
        room="another", user="UEVE", ref="-xxxxxxxxxxx", request_id="-yyyyyyyy"
    )
    sought = await started(**{"room": "r", "user": "UANA", **values})

    assert await journal.find.matching(text, "T") == [sought]


@pytest.mark.parametrize(
    "text", ["abcdefg", "2345678-", "ijklmnop", "aaaa-876", "ab_defgh", "%%%%%%%%"]
)
async def test_parts_in_the_middle_or_too_short_find_nothing(journal, started, text):
    await started(**LONG)

    assert await journal.find.matching(text, "T") == []


async def test_five_are_found_unless_more_are_asked_for_the_newest_first(
    journal, started
):
    made = [await started(room="lobby") for _ in range(6)]
    await started(room="lobby", handle="R1", about=made[0].id)
    await started(room="lobby", team="TELSE")
    made.reverse()

    assert await journal.find.matching("lobby", "T") == made[:5]
    assert await journal.find.matching("lobby", "T", 1) == made[:1]


async def test_of_a_history_the_last_five_are_told_the_newest_first(journal, started):
    first = await started()
    await started()
    later = [await started(handle="R1", about=first.id) for _ in range(6)]
    later.reverse()

    assert await journal.find.history("R1", "T") == later[:5]
    assert await journal.find.history("R1", "T", 7) == [*later, first]


async def test_eight_are_recent_unless_more_are_asked_for(journal, started):
    made = [await started() for _ in range(9)]
    await started(team="TELSE")
    await started(handle="R1", about=made[0].id)
    made.reverse()

    assert await journal.find.recent("T") == made[:8]
    assert await journal.find.recent("T", limit=2) == made[:2]


async def test_of_one_moment_the_larger_id_is_the_newer(journal, new):
    made = [(await journal.accept(new()))[0] for _ in range(8)]

    ordered = sorted(made, key=lambda one: one.id, reverse=True)
    assert await journal.find.recent("T") == ordered


async def test_what_lives_are_the_teams_things_of_a_kind_the_newest_first(
    journal, started, new
):
    made = [await started() for _ in range(2)]
    await started(team="TELSE")
    await started(creates=False)
    await started(handle=made[0].handle, about=made[0].id)
    session = await started(kind=Kind("S"))
    ended = await started()
    await moved(journal, ended.id, State.ENDED)
    await journal.accept(new())
    made.reverse()

    assert await journal.find.live("T", Kind("R")) == made
    assert await journal.find.live("T", Kind("R"), 1) == made[:1]
    assert await journal.find.live("T", Kind("S")) == [session]
    assert await journal.find.live("T", Kind("G")) == []


@pytest.mark.parametrize("way", [(), (State.SENDING,), (State.SENDING, State.STARTED)])
async def test_what_is_on_its_way_is_the_teams_and_the_persons_as_what_has_arrived(
    journal, new, way
):
    others = ({"team": "TELSE"}, {"user": "UBOB"}, {"kind": Kind("S")}, {"room": "8"})
    own, *_rest = [
        await moved(journal, (await journal.accept(new(**of)))[0].id, *way)
        for of in ({"user": "UANA", "kind": Kind("R"), "room": "7"}, *others)
    ]

    narrow = {"user": "UANA", "kind": Kind("R"), "room": "7"}
    of_state = {"states": [own.state]}
    assert await journal.find.recent("T", **narrow, **of_state) == [own]
    for name, value in narrow.items():
        few = await journal.find.recent("T", **{name: value}, **of_state)
        assert len(few) == {"user": 3, "kind": 3, "room": 1}[name]
        assert own in few


@pytest.mark.parametrize(
    ("way", "lives"),
    [
        ((), False),
        ((State.SENDING,), True),
        ((State.SENDING, State.UNKNOWN), True),
        ((State.SENDING, State.STARTED), True),
        ((State.SENDING, State.STARTED, State.STOPPING), True),
        ((State.SENDING, State.STARTED, State.EXPIRING), True),
        ((State.SENDING, State.STARTED, State.STOPPED), False),
        ((State.SENDING, State.NOT_STARTED), False),
        ((State.SENDING, State.UNKNOWN, State.CLOSED), False),
    ],
)
async def test_what_runs_or_may_lives(journal, new, way, lives):
    intent, _ = await journal.accept(new())
    for state in way:
        intent = await moved(journal, intent.id, state)

    assert await journal.find.live("T", Kind("R")) == ([intent] if lives else [])


async def test_what_is_undecided_is_asked_for_without_the_rest(journal, started, new):
    ways = {
        ("T", Kind("R")): [State.UNKNOWN],
        ("T", Kind("S")): [State.UNKNOWN],
        ("TELSE", Kind("R")): [State.UNKNOWN],
    }
    made = []
    for (team, kind), way in ways.items():
        intent, _ = await journal.accept(new(team=team, kind=kind))
        made.append(await moved(journal, intent.id, State.SENDING, *way))
    await started()
    settled, _ = await journal.accept(new())
    await moved(journal, settled.id, State.SENDING, State.UNKNOWN, State.CLOSED)

    for (team, kind), intent in zip(ways, made, strict=True):
        assert await journal.find.undecided(team, kind) == [intent]


async def test_each_request_and_each_secret_is_its_own(journal, new):
    first, _ = await journal.accept(new(request=b"1"))
    second, _ = await journal.accept(new(request=b"2"))
    await journal.update(second.id, reply_secret=b"s")

    assert await journal.find.request_of(first.id) == b"1"
    assert await journal.find.request_of(second.id) == b"2"
    assert await journal.find.secret_of(first.id) is None
    assert await journal.find.secret_of(second.id) == b"s"


async def test_of_one_moment_each_list_goes_by_the_ids(journal, new):
    made = [(await journal.accept(new()))[0] for _ in range(9)]
    made.sort(key=lambda one: one.id)
    for number, to in enumerate((State.STARTED, State.UNKNOWN, State.ENDED) * 3):
        way = (State.STARTED, to) if to is State.ENDED else (to,)
        made[number] = await moved(journal, made[number].id, State.SENDING, *way)
    live = [one for one in made if one.state is not State.ENDED]
    find, kind = journal.find, Kind("R")

    assert await find.live("T", kind) == live[::-1]
    assert await find.recent("T", states=LIVE) == live[::-1]
    assert await find.listed("T", kind, 9) == made[::-1]
    unknown = [one for one in live if one.state is State.UNKNOWN]
    assert await find.unheard(made[0].subject.sdk_app_id) == unknown


async def test_of_one_moment_stops_go_by_their_ids(journal, new):
    relay, _ = await journal.accept(new())
    relay = await moved(journal, relay.id, State.SENDING, State.STARTED)
    others = [fields_of(n) for n in range(6)]
    stops = [(await journal.accept(stop_of(new, relay, **one)))[0] for one in others]
    stops.sort(key=lambda one: one.id)

    assert await journal.find.queued_stops(relay.id) == stops
    assert await journal.find.unsent_stops() == stops


def fields_of(number):
    """Return the ID under which a stop of a relay is one of its own."""
    return {"ref": f"-candidate-{number}"}


async def test_stops_of_what_is_on_record_are_not_told_as_foreign(journal, new):
    relay, _ = await journal.accept(new())
    relay = await moved(journal, relay.id, State.SENDING, State.STARTED)
    await journal.accept(stop_of(new, relay))
    foreign = {"about": None, "handle": None, "ref": "-of-another-tool"}
    stop, _ = await journal.accept(stop_of(new, relay, **foreign))
    await journal.accept(stop_of(new, relay, **foreign, team="T2"))

    assert await journal.find.foreign_stops(relay.subject.ref, "T") == []
    assert await journal.find.foreign_stops("-of-another-tool", "T") == [stop]
