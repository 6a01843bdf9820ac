"""What the journal is asked, it answers whole, in order, and for one team only."""

from datetime import timedelta

import pytest

from bot.ids import Kind
from bot.journal.model import State
from bot.journal.queries import counted
from tests.bot.journal.conftest import letter


@pytest.fixture
def started(journal, new, clock):
    """Accept and start something, a second after the one before."""

    async def start(**said):
        clock.push(seconds=1)
        changes = {name: said.pop(name, "") for name in ("ref", "request_id")}
        intent, _ = await journal.accept(new(**said))
        await journal.move(intent.id, State.SENDING)
        return await journal.move(intent.id, State.STARTED, **changes)

    return start


async def test_an_intent_is_found_by_its_key(journal, started):
    await started(key="a")
    second = await started(key="b")

    assert await journal.by_key("b") == second
    assert await journal.by_key("c") is None


async def test_of_a_look_up_the_newest_goes_by_the_handle(journal, started):
    await started(handle="G1", kind=Kind.COSTREAM)
    newer = await started(handle="G1", kind=Kind.COSTREAM)

    assert await journal.by_handle("G1") == newer


async def test_a_relay_goes_by_its_handle_whatever_was_done_to_it(journal, started):
    relay = await started()
    await started(handle=relay.handle, about=relay.id)

    assert await journal.by_handle(relay.handle) == relay
    assert await journal.by_handle(relay.handle, "T") == relay
    assert await journal.by_handle("R9") is None


async def test_the_newest_that_made_a_thing_goes_by_its_id(journal, started):
    await started(ref="ref")
    newer = await started(ref="ref")
    await started(ref="ref", handle=newer.handle, about=newer.id)
    await started(ref="other")

    assert await journal.by_ref("ref") == newer


async def test_an_intent_is_found_by_the_place_of_its_card(journal, started, clock):
    found = []
    for channel, ts in (("C1", "1.1"), ("C1", "2.2"), ("C2", "1.1")):
        intent = await started()
        await journal.note(intent.id, letters=lambda one: [letter(one)])
        (due,) = await journal.outbox.due(clock())
        await journal.outbox.sent(due, channel, ts)
        found.append(await journal.by_card(channel, ts))

    assert len({one.id for one in found}) == 3
    assert [(one.card_channel, one.card_ts) for one in found] == [
        ("C1", "1.1"),
        ("C1", "2.2"),
        ("C2", "1.1"),
    ]
    assert await journal.by_card("C2", "2.2") is None


async def test_of_several_robots_each_leads_to_its_own_start(journal, started):
    made = [await started(agent=f"pb_{name}") for name in "abc"]

    assert [await journal.by_agent(f"pb_{name}") for name in "abc"] == made
    assert await journal.by_agent("pb_d") is None


async def test_a_stop_with_another_request_id_finds_nothing(journal, started):
    relay = await started()
    await started(handle=relay.handle, about=relay.id, request_id="q-1")

    assert await journal.find("q-1", "T") == [await journal.get(relay.id)]
    assert await journal.find("q-2", "T") == []


LONG = {"ref": "-abcdefgh-ijklmnop..", "request_id": "12345678-aaaa-87654321"}


@pytest.mark.parametrize(
    ("said", "text"),
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
    journal, started, said, text
):
    await started(
        room="another", user="UEVE", ref="-xxxxxxxxxxx", request_id="-yyyyyyyy"
    )
    found = await started(**{"room": "r", "user": "UANA", **said})

    assert await journal.find(text, "T") == [found]


@pytest.mark.parametrize(
    "text", ["abcdefg", "2345678-", "ijklmnop", "aaaa-876", "ab_defgh", "%%%%%%%%"]
)
async def test_parts_in_the_middle_or_too_short_find_nothing(journal, started, text):
    await started(**LONG)

    assert await journal.find(text, "T") == []


async def test_five_are_found_unless_more_are_asked_for_the_newest_first(
    journal, started
):
    made = [await started(room="lobby") for _ in range(6)]
    await started(room="lobby", handle="R1", about=made[0].id)
    await started(room="lobby", team="TELSE")
    made.reverse()

    assert await journal.find("lobby", "T") == made[:5]
    assert await journal.find("lobby", "T", 1) == made[:1]


async def test_of_a_history_the_last_five_are_told_the_newest_first(journal, started):
    first = await started()
    await started()
    later = [await started(handle="R1", about=first.id) for _ in range(6)]
    later.reverse()

    assert await journal.history("R1") == later[:5]
    assert await journal.history("R1", 7) == [*later, first]


async def test_eight_are_recent_unless_more_are_asked_for(journal, started):
    made = [await started() for _ in range(9)]
    await started(team="TELSE")
    await started(handle="R1", about=made[0].id)
    made.reverse()

    assert await journal.recent("T") == made[:8]
    assert await journal.recent("T", limit=2, offset=1) == made[1:3]


async def test_of_one_moment_the_larger_id_is_the_newer(journal, new):
    made = [(await journal.accept(new()))[0] for _ in range(8)]

    ordered = sorted(made, key=lambda one: one.id, reverse=True)
    assert await journal.recent("T") == ordered


async def test_what_lives_are_relays_of_the_team_the_newest_first(
    journal, started, new
):
    made = [await started() for _ in range(2)]
    await started(team="TELSE")
    await started(agent="")
    ended = await started()
    await journal.move(ended.id, State.ENDED)
    await journal.accept(new())
    made.reverse()

    assert await journal.live("T") == made
    assert await journal.live("T", 1) == made[:1]


SAME = {"sdk_app_id": 7, "room": "lobby", "target_digest": "t"}


@pytest.mark.parametrize(
    "other", [{"sdk_app_id": 8}, {"room": "hall"}, {"target_digest": "u"}]
)
async def test_a_relay_is_the_same_if_app_room_and_targets_are(journal, started, other):
    await started(**{**SAME, **other})
    assert await journal.active_on(7, "lobby", "t") is None

    same = await started(**SAME)
    assert await journal.active_on(7, "lobby", "t") == same


async def test_a_start_that_waits_counts_and_a_stop_does_not(journal, new, started):
    relay, _ = await journal.accept(new(**SAME))
    assert await journal.active_on(7, "lobby", "t") == relay

    await journal.move(relay.id, State.NOT_STARTED)
    await started(**SAME, handle=relay.handle, about=relay.id)
    assert await journal.active_on(7, "lobby", "t") is None


async def test_each_request_and_each_secret_is_its_own(journal, new):
    first, _ = await journal.accept(new(request=b"1"))
    second, _ = await journal.accept(new(request=b"2"))
    await journal.note(second.id, reply_secret=b"s")

    assert await journal.request_of(first.id) == b"1"
    assert await journal.request_of(second.id) == b"2"
    assert await journal.secret_of(first.id) is None
    assert await journal.secret_of(second.id) == b"s"


async def test_what_counts_against_a_limit_are_the_teams_relays(
    journal, started, new, clock
):
    await started(user="UBOB")
    since = clock() + timedelta(seconds=1)
    await started()
    await started(team="TELSE")
    await started(agent="")
    ended = await started()
    await journal.move(ended.id, State.ENDED)
    await journal.accept(new())
    await started(user="UBOB")

    async def count(user, since):
        return await journal._writer.read(lambda c: counted(c, "T", user, since))

    assert await count("UANA", since) == (4, 3)
    assert await count("UANA", since + timedelta(milliseconds=1)) == (4, 2)
    assert await count("UBOB", since) == (4, 1)
