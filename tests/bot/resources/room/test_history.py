"""The look back at a room: what is said of it, and that it is no proof of now."""

import pytest

from bot.dialogue.outcome import Tone, plain
from bot.resources.room.history import LOOK_BACK, LookBack, history_button, room_of
from bot.states import State
from tests.bot.resources.intents import an_intent
from tests.bot.resources.room.rooms import K, heard

RESOURCE = LookBack()
WINDOW = {"StartTime": 1_772_366_400, "EndTime": 1_772_370_000}


def look(action="DescribeUnusualEvent", state=State.DONE, masked=(), **more):
    masked = {**WINDOW, "RoomId": "7", **dict(masked)}
    reply = more.pop("reply", {"Count": 0, "Rows": []})
    return an_intent(
        kind=LOOK_BACK, action=action, state=state, masked=masked, reply=reply, **more
    )


def body(intent):
    return "\n".join(plain(part.spans) for part in RESOURCE.body(intent))


def test_the_window_is_said_and_that_history_is_late():
    assert plain(tuple(RESOURCE.sentence(look()))) == (
        "2026-03-01 12:00 UTC to 2026-03-01 13:00 UTC. History comes minutes late: no"
        " proof of now."
    )
    assert RESOURCE.tone(look()) is Tone.PLAIN


def test_nothing_recorded_is_not_nothing_happened():
    assert body(look()) == "Tencent recorded nothing of it, as far as it answers."


@pytest.mark.parametrize(("ref", "guessed"), [("", True), ("1_7_2", False)])
def test_an_id_that_tencent_did_not_give_is_a_guess(ref, guessed):
    masked = {"CommId": "1_7_2"}
    intent = look("DescribeUserInfo", masked=masked, ref=ref)

    assert ("a guess" in body(intent)) is guessed


@pytest.mark.parametrize(
    ("masked", "room"),
    [
        ({"RoomId": "7"}, "7"),
        ({"RoomId": "", "CommId": "1400_studio_a_1790000000"}, "studio_a"),
        ({"RoomId": "", "CommId": "opaque"}, ""),
        ({"RoomId": ""}, ""),
    ],
)
def test_the_room_is_that_which_was_asked_about(masked, room):
    assert room_of(look(masked=masked)) == room


@pytest.mark.parametrize(
    ("code", "paid"),
    [
        ("FailedOperation", True),
        ("UnauthorizedOperation.X", True),
        ("AuthFailure.UnauthorizedOperation", True),
        ("InvalidParameter.StartTs", False),
        ("patchbay.NoAnswer", False),
    ],
)
def test_only_a_refusal_speaks_of_paid_editions(code, paid):
    intent = look(state=State.NOT_STARTED, error_code=code)

    assert RESOURCE.standing(intent) == "not looked up"
    assert ("paid edition" in body(intent)) is paid


def test_what_asks_for_the_same_is_typed():
    intent = look("DescribeUserEvent", masked={"UserId": "alice"}, app="live")

    assert RESOURCE.retyped(intent) == (
        "/relay room-history 7 app=live read=events user=alice"
    )


def test_the_button_of_a_room_looks_at_its_last_hour():
    room = heard((K.ENTERED, 1, "alice"))
    button = history_button(room, "live")

    assert button.label == "Last hour: events"
    assert button.text == f"room-history {room.room} app=live"
