"""The look back at a room: each look is one call, asked for by somebody."""

import json
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest

from bot.dialogue.outcome import plain
from bot.tencent.room_events import RoomEventKind as K
from tests.bot.operations.tencent import KEY, Tencent
from tests.world import make_world

LOOK = "/relay room-history 295066"


@pytest.fixture
async def world(tmp_path):
    async with AsyncExitStack() as stack:
        yield await make_world(stack, tmp_path / "p.db", key=KEY)


@pytest.fixture
async def call(world):
    """Play an hour of room 295066; return the ID of its call."""
    happens = world.cloud.people.happens
    for what, user in (
        ("joins", "alice"),
        ("camera", "alice"),
        ("joins", "bob"),
        ("times-out", "bob"),
        ("camera-off", "alice"),
    ):
        happens(what, user, 295066)
    world.clock.push(seconds=60)
    (one,) = world.cloud.history.calls
    return one


async def looked(world, text):
    """Return what the look back *text* is answered with, and all of that as JSON."""
    await world.typed(text)
    notice = (await world.notices())[-1]
    assert notice.audience == "asker"
    return notice.text, json.dumps(notice.body, ensure_ascii=False)


def sent(world):
    return [action for _at, action in world.cloud.state.calls]


@pytest.mark.usefixtures("call")
async def test_the_last_hour_says_what_went_badly(world):
    text, body = await looked(world, "/lookup 295066 --history")

    assert text == "L1 · 1 bad experience · room 295066"
    assert "bob" in body
    assert ": video stuttered (perhaps: sending took too long)" in _read(body)
    assert "History comes minutes late: no proof of now." in body
    assert sent(world) == ["DescribeUnusualEvent"]


async def test_the_calls_of_a_room_lead_to_who_was_there(world, call):
    text, body = await looked(world, f"{LOOK} read=calls")

    assert text == "L1 · 1 call · room 295066"
    assert f"call={call} read=people" in body


async def test_who_was_there_has_the_network_and_not_the_address(world, call):
    text, body = await looked(world, f"{LOOK} read=people call={call}")

    assert text == "L1 · 2 stays · room 295066"
    assert "203.0.∗.∗" in body
    assert "203.0.113.7" not in body
    kept = (await world.journal.find.recent("T0HOME"))[0].settlement.reply
    assert "203.0.113.7" not in json.dumps(dict(kept))
    assert "guess" not in body


async def test_what_somebodys_app_reported_is_the_latest_first(world, call):
    text, body = await looked(world, f"{LOOK} user=alice call={call}")

    assert text == "L1 · 3 events reported · room 295066"
    order = (" · camera off", " · camera on", " · entered the room")
    places = [body.index(one) for one in order]
    assert places == sorted(places)


async def test_a_series_is_its_least_its_middle_and_its_most(world, call):
    _text, body = await looked(world, f"{LOOK} read=quality user=alice call={call}")

    assert (
        "alice, sent: video, bit/s 1,500,000 to 1,500,000, mostly 1,500,000; the last"
        " 1,500,000" in _read(body)
    )


def _read(body):
    """Return the texts of a message, one after the other."""
    texts = []

    def walk(one):
        if isinstance(one, dict):
            text = one.get("text")
            texts.append(text if isinstance(text, str) else one.get("fallback", ""))
            for value in one.values():
                walk(value)
        elif isinstance(one, list):
            for value in one:
                walk(value)

    walk(json.loads(body))
    return "".join(texts)


async def test_an_id_that_was_put_together_here_is_said_to_be_a_guess(world):
    tencent = Tencent(world)
    await tencent.happens((K.CREATED,), (K.ENTERED,))
    made = tencent.at // 1000 - 1

    _text, body = await looked(world, f"{LOOK} read=people")

    asked = (await world.journal.find.recent("T0HOME"))[0]
    assert asked.masked["CommId"] == f"1400000001_295066_{made}"
    assert asked.subject.ref == ""
    assert "put together here, from when the room was made: a guess" in body


async def test_a_call_that_is_not_known_is_looked_for_and_not_guessed(world):
    answer = await world.typed(f"{LOOK} read=people")

    assert plain(answer.headline) == "Which call of room 295066?"
    assert [one.text for one in answer.buttons] == [
        "room-history 295066 app=live-main read=calls"
    ]
    assert sent(world) == []


async def test_a_relay_stands_for_its_room(world):
    await world.typed("/relay start 295066 url=rtmp://push.example.com/live/k --go")

    text, _body = await looked(world, "/lookup R1 --history")

    assert text == "L1 · 0 bad experiences · room 295066"


async def test_the_whole_hour_has_to_lie_within_what_tencent_keeps(world):
    end = world.clock() - timedelta(days=13, hours=23, minutes=30)

    answer = await world.typed(f"{LOOK} until=“{end:%Y-%m-%d %H:%M}”")

    kept = "Tencent keeps history for 14 days."
    assert kept in plain(answer.parts[0].lines[0])


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("until=2099-01-01", "That is yet to come."),
        ("until=2020-01-01", "Tencent keeps history for 14 days."),
        ("until=soon", "“soon” is no time"),
        ("read=all", "“all” is not one of unusual, calls, people, events, quality."),
        ("read=events", "Say whose events: user=…"),
        ("read=calls page=-1", "A page is a number, from 0."),
        (f"user={'u' * 65} call=c", "64 bytes at most; 65 were given"),
        ("app=none", "There is no app “none” here"),
    ],
)
async def test_what_cannot_be_looked_at_gets_a_sentence(world, typed, sentence):
    answer = await world.typed(f"{LOOK} {typed}")

    assert sentence in plain(answer.parts[0].lines[0])
    assert sent(world) == []


@pytest.mark.parametrize("typed", ["/relay room-history", "/lookup --history"])
async def test_without_a_room_it_is_asked_which(world, typed):
    answer = await world.typed(typed)

    assert plain(answer.headline) == "Which room? Name it, or a relay of it."


@pytest.mark.parametrize(
    "code",
    ["FailedOperation", "UnauthorizedOperation", "AuthFailure.UnauthorizedOperation"],
)
async def test_a_refusal_says_that_most_history_is_paid_for(world, code):
    world.cloud.state.fail_next("DescribeUnusualEvent", code, 9)
    text, body = await looked(world, "/lookup 295066 --history")

    assert text.startswith("🔴 L1 · not looked up")
    assert "only to a paid edition" in body
    assert ("trtc:DescribeUnusualEvent" in body) is ("Unauthorized" in code)


async def test_a_thousand_participants_are_counted_and_read_page_by_page(world):
    happens = world.cloud.people.happens
    for number in range(1000):
        happens("joins", f"user-{number:04}", 7)
    (call,) = world.cloud.history.calls
    look = f"/relay room-history 7 read=people call={call}"

    text, first = await looked(world, look)
    _text, second = await looked(world, f"{look} page=1")

    assert text == "L1 · 1000 stays · room 7"
    assert ("user-0019" in first, "user-0020" in first) == (True, False)
    assert "Next 20" in first
    assert ("user-0019" in second, "user-0020" in second) == (False, True)
    assert "Page 2" in second


async def test_a_hostile_name_is_shown_as_it_is(world):
    name = "<!channel>*`&"
    world.cloud.people.happens("joins", name, 7)
    (call,) = world.cloud.history.calls

    _text, body = await looked(world, f"/relay room-history 7 read=people call={call}")

    body = json.loads(body)
    texts = [one["text"]["text"] for one in body["blocks"] if "accessory" in one]
    assert "&lt;!channel&gt;" in texts[0]


async def test_what_was_looked_back_at_is_shared_with_nobody(world, call):
    await looked(world, f"{LOOK} read=people call={call}")

    shown = await world.typed("/lookup L1")
    refused = await world.typed("/lookup L1 --public")

    assert "Share" not in [one.label for one in shown.buttons]
    assert "names people" in plain(refused.headline)
