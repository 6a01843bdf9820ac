"""`/lookup <room>`: who is in it, who sends what, and why a relay may be black."""

import re
from contextlib import AsyncExitStack

import pytest

from bot.dialogue.outcome import Audience, Buttons, plain
from bot.tencent.room_events import Role
from bot.tencent.room_events import RoomEventKind as K
from tests.bot.operations.tencent import FAILED, KEY, RECOVERING, RUNNING, Tencent
from tests.world import make_world

T = r"\d\d:\d\d UTC"
URL = "rtmp://push.example.com/live/k"
START = f"/relay start 295066 url={URL} --go"


@pytest.fixture
async def world(tmp_path):
    async with AsyncExitStack() as stack:
        yield await make_world(stack, tmp_path / "p.db", key=KEY)


@pytest.fixture
def tencent(world):
    return Tencent(world)


def lines(outcome):
    """Return what is read, line by line, without the times."""
    texts = [plain(outcome.headline), plain(outcome.sentence)]
    shown = [part for part in outcome.parts if not isinstance(part, Buttons)]
    parts = (getattr(part, "lines", None) or (part.spans,) for part in shown)
    return texts + [plain(spans) for lines in parts for spans in lines]


def text_of(outcome):
    return "\n".join(lines(outcome))


def labels(outcome):
    return [one.label for one in outcome.buttons]


async def one_cell(world, user, stream="camera"):
    """Start a relay that shows one stream of *user*."""
    return await world.typed(
        f"/relay start 295066 url={URL} what=one user={user} stream={stream} --go"
    )


async def test_who_is_in_a_room_is_shown_to_whoever_asks(world, tencent):
    entered = {"Role": int(Role.ANCHOR), "TerminalType": 3, "Reason": 1}
    await tencent.happens((K.CREATED,))
    await tencent.happens(
        (K.ENTERED,), (K.ENTERED, "bob"), (K.ENTERED, "dave"), **entered
    )
    await tencent.happens(
        (K.CAMERA_ON,), (K.SOUND_ON, "bob"), (K.LEFT, "dave"), Reason=2
    )
    await tencent.happens((K.ENTERED, "eve"), Role=int(Role.AUDIENCE))

    told = await world.typed("/lookup 295066")

    assert told.audience is Audience.ASKER
    assert labels(told) == ["Refresh", "Share"]
    headline, _sentence, counted, alice, bob, dave, _fresh = lines(told)
    assert headline == "Room 295066 (number) · live-main"
    assert counted.startswith("2 in the room, 1 sending a picture; 1 watching · heard ")
    assert re.fullmatch(
        f"alice · anchor · iOS · in since {T} · camera since {T}", alice
    )
    assert re.fullmatch(f"bob · anchor · iOS · in since {T} · sound since {T}", bob)
    assert dave.startswith("dave timed out ")


async def test_what_is_shared_names_nobody(world, tencent):
    await tencent.happens((K.ENTERED,), (K.CAMERA_ON,), (K.ENTERED, "bob"))
    await one_cell(world, "bob")

    told = await world.typed("/lookup 295066 --room --public")

    assert told.audience is Audience.CHANNEL
    text = "\n".join(lines(told))
    assert "2 in the room, 1 sending a picture · heard " in text
    assert "a participant" in text
    assert "alice" not in text
    assert "bob" not in text


async def test_a_room_that_nothing_was_heard_of_says_so(world):
    told = await world.typed("/lookup 7 --room")

    assert lines(told)[0] == "Room 7 · nothing was heard of it"


async def test_a_handle_that_was_never_given_out_is_no_room(world):
    told = await world.typed("/lookup R7 --room")

    assert lines(told)[0] == "“R7” is not on record here."


async def test_without_a_name_it_is_asked_which_room(world):
    told = await world.typed("/lookup --room")

    assert lines(told)[0] == "Which room? Name it, or a relay of it."


async def test_a_relay_stands_for_its_room(world, tencent):
    await world.typed(START)
    await tencent.happens((K.ENTERED,), (K.CAMERA_ON,))

    by_relay = await world.typed("/lookup R1 --room")
    by_room = await world.typed("/lookup 295066")

    assert lines(by_relay) == lines(by_room)
    assert "Stop R1" in labels(by_relay)
    assert re.search(
        f"Nothing .* since {T} explains a black picture.", text_of(by_room)
    )


async def test_every_room_of_that_name_is_shown(world, tencent):
    await tencent.happens((K.ENTERED,))
    await tencent.happens((K.ENTERED, "bob"), room="295066")

    told = lines(await world.typed("/lookup 295066"))

    assert told[0] == "2 different rooms are called 295066"
    assert "Room 295066 (number) · live-main" in told
    assert "Room “295066” (text) · live-main" in told


async def why(world):
    """Return the first cause that is told, and the buttons."""
    told = await world.typed("/lookup R1 --room")
    return plain(told.sentence), labels(told)


async def test_black_since_nobody_sends_a_picture(world, tencent):
    await world.typed(START)
    await tencent.happens((K.CREATED,), (K.ENTERED,), (K.CAMERA_ON,), (K.CAMERA_OFF,))

    sentence, _buttons = await why(world)

    assert sentence.startswith(
        "Most likely: Nobody in the room sends a picture. alice: camera off "
    )


async def test_black_since_whoever_sent_has_left(world, tencent):
    await world.typed(START)
    await tencent.happens((K.CREATED,), (K.ENTERED,), (K.CAMERA_ON,), (K.LEFT,))

    sentence, _buttons = await why(world)

    assert sentence.startswith(
        "Most likely: Nobody in the room sends a picture. alice left "
    )


async def test_what_was_not_heard_is_not_denied(world, tencent):
    await world.typed(START)
    await tencent.happens((K.ENTERED,), (K.SOUND_ON,))

    sentence, _buttons = await why(world)
    told = text_of(await world.typed("/lookup R1 --room"))

    assert sentence == ""
    assert re.search(f"Since {T} no camera and no screen was heard of", told)


async def test_black_since_the_room_is_of_the_other_type(world, tencent):
    await world.typed(START)
    await tencent.happens((K.ENTERED,), (K.CAMERA_ON,), room="295066")

    sentence, buttons = await why(world)
    told = await world.typed("/lookup R1 --room")
    (again,) = [one for one in told.buttons if one.label.startswith("Start again")]

    assert sentence.startswith(
        "Most likely: People are in the room of that text, and R1 mixes that number."
    )
    assert buttons[:2] == ["Start again with the other type", "Stop R1"]
    relay = await world.handle("R1")
    assert (again.command, again.text) == (
        "relay",
        f"start like={relay.id} type=text",
    )
    form = await world.typed(f"/relay {again.text}")
    (kind,) = [one for one in form.fields if getattr(one, "name", "") == "type"]
    assert kind.initial == "text"


@pytest.mark.parametrize(
    ("events", "says"),
    [
        (
            [(K.ENTERED, "bob")],
            "R1 shows bob's camera. bob was not heard to send a camera.",
        ),
        (
            [(K.ENTERED, "bob"), (K.SCREEN_ON, "bob")],
            "R1 shows bob's camera. bob sends the screen, and no camera.",
        ),
        (
            [(K.ENTERED, "bob"), (K.CAMERA_ON, "bob"), (K.CAMERA_OFF, "bob")],
            "R1 shows bob's camera. bob: camera off ",
        ),
        (
            [(K.ENTERED, "bob"), (K.LEFT, "bob")],
            "R1 shows bob's camera. bob left ",
        ),
        ([], "R1 shows bob's camera. bob is not in the room."),
    ],
)
async def test_black_since_the_one_it_shows_does_not_send(world, tencent, events, says):
    await one_cell(world, "bob")
    await tencent.happens((K.CREATED,), (K.ENTERED,), (K.CAMERA_ON,), *events)

    sentence, buttons = await why(world)

    assert sentence.removeprefix("Most likely: ").startswith(says)
    assert buttons[0] in {"Change layout", "Stop R1"}


async def test_black_since_the_one_it_shows_may_not_send(world, tencent):
    await one_cell(world, "bob")
    await tencent.happens((K.CREATED,), (K.ENTERED,), (K.CAMERA_ON,))
    await tencent.happens((K.ENTERED, "bob"), Role=int(Role.AUDIENCE))

    sentence, _buttons = await why(world)

    assert sentence.startswith(
        "Most likely: R1 shows bob's camera. bob is in the audience since "
    )


async def test_black_since_a_target_is_not_reached(world, tencent):
    await world.typed(START)
    (relay,) = world.cloud.state.running
    await tencent.happens((K.CREATED,), (K.ENTERED,), (K.CAMERA_ON,))
    await tencent.tells(relay, RUNNING, RECOVERING, FAILED)

    sentence, buttons = await why(world)

    assert sentence.startswith(
        "Most likely: 1 rtmp://push.example.com/live/**** · failed "
    )
    assert "Replace the address" in buttons


async def test_robots_are_neither_people_nor_senders(world, tencent):
    await world.typed(START)
    (relay,) = world.cloud.state.running
    await tencent.happens((K.CREATED,))
    await tencent.happens((K.ENTERED, relay.agent), (K.CAMERA_ON, relay.agent))
    await tencent.happens((K.ENTERED, "pb_someone"), (K.CAMERA_ON, "pb_someone"))

    told = await world.typed("/lookup 295066")

    assert "Nobody is in the room · heard " in text_of(told)


async def test_a_relays_card_leads_to_its_room(world):
    await world.typed(START)

    told = await world.typed("/lookup R1")

    (button,) = [one for one in told.menu if one.label == "Room"]
    relay = await world.handle("R1")
    assert (button.command, button.text) == ("lookup", f"{relay.id} --room")


@pytest.mark.parametrize("room", ["x" * 65, "<!channel>", "*a*", "💥"])
async def test_a_hostile_name_gets_a_sentence(world, tencent, room):
    await tencent.happens((K.ENTERED, "<@U1>*"), room=room)

    told = await world.typed(f'/lookup "{room}" --room')

    assert plain(told.headline)


async def test_a_thousand_people_are_a_bounded_answer(world, tencent):
    for number in range(1000):
        raw = tencent.of_room(K.ENTERED, f"user-{number}")
        await world.callbacks.receive("live-main", raw, tencent.calls.sign(raw))
        tencent.at -= 1000

    told = lines(await world.typed("/lookup 295066"))

    assert "1000 in the room; who sends what is not heard of · heard " in "\n".join(
        told
    )
    assert "and 988 more" in told
    assert len(told) < 20


# ── what a message or a thread names ─────────────────────────────────────────────


AT = ("C0OPS", "1700000000.123456")


async def carded(world):
    """Start a relay whose card stands at AT."""
    await world.typed(START)
    (notice,) = await world.notices()
    await world.journal.outbox.sent(notice.notification, AT)


@pytest.mark.parametrize("text", ["room", "Room", "房间", "--room", "room 295066"])
async def test_below_a_card_the_word_alone_asks_about_its_room(world, tencent, text):
    await carded(world)
    await tencent.happens((K.ENTERED,))

    told = await world.typed(f"/lookup {text}", parent=AT[1])

    assert lines(told)[0] == "Room 295066 (number) · live-main"


@pytest.mark.parametrize(
    "message",
    [
        "295066 is black?!",
        "Room 295066 went black at 15:04",
        "房间295066黑屏了",
        '{"RoomId": 295066, "EventTs": 1760000000}',
    ],
)
async def test_a_message_that_names_a_room_is_about_it(world, tencent, message):
    await tencent.happens((K.ENTERED,))

    by_shortcut = await world.typed("/lookup", pasted=message)
    in_thread = await world.typed("/lookup room", pasted=message, parent="1.5")

    assert by_shortcut.audience is Audience.ASKER
    assert lines(by_shortcut)[0] == "Room 295066 (number) · live-main"
    assert lines(in_thread) == lines(by_shortcut)


async def test_a_room_beside_other_ids_is_a_row_of_its_own(world, tencent):
    await tencent.happens((K.ENTERED,), room="lobby")
    pasted = "room lobby: InternalError, 1234 users"

    told = await world.typed("/lookup", pasted=pasted)

    assert told.plain == "2 things named there"
    buttons = [one.menu[0] for one in told.parts]
    assert [(one.label, one.text) for one in buttons] == [
        ("Room", "lobby --room"),
        ("Explain", "InternalError"),
    ]


async def test_a_relay_stands_for_the_room_that_is_named_beside_it(world, tencent):
    await world.typed(START)
    await tencent.happens((K.ENTERED,))

    told = await world.typed("/lookup", pasted="R1 of room 295066 is black")

    assert told.handle == "R1"


async def test_a_relay_vouches_for_a_room_of_which_nothing_was_heard(world):
    await world.typed(START)

    told = await world.typed("/lookup", pasted="295066 is black")

    assert lines(told)[0] == "Room 295066 · nothing was heard of it"


@pytest.mark.parametrize(
    "words",
    ["room 70", "room: 70", "room:70", "room70", "Room ID: 70", "房间70", "房间号：70"],
)
async def test_a_room_is_named_in_any_way_that_people_write_it(world, words):
    await world.typed("/relay start 70 url=rtmp://a.example.com/b/c --go")

    answer = await world.typed(f"/lookup {words}")

    assert answer.plain.startswith("Room 70 ")


async def test_what_is_called_so_itself_is_found_first(world):
    await world.typed("/relay start room70 url=rtmp://a.example.com/b/c --go")

    answer = await world.typed("/lookup room70")

    assert "R1" in answer.plain
