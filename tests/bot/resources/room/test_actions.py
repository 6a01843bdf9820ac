"""What is done to rooms: what is said of it never more than Tencent's answer."""

import pytest

from bot.dialogue.outcome import Tone, plain
from bot.errors import InvalidRequest
from bot.resources.room.actions import (
    ACTION,
    RoomAction,
    action_buttons,
    dismissal,
    removal,
)
from bot.states import State
from tests.bot.resources.intents import an_intent
from tests.bot.resources.room.rooms import K, heard

RESOURCE = RoomAction()


def action(name="RemoveUser", state=State.DONE, users=("alice",), **more):
    room = "studio 1" if name.endswith("StrRoomId") else 295066
    masked = {"RoomId": room, "SdkAppId": 1}
    if name.startswith("Remove"):
        masked["UserIds"] = list(users)
    return an_intent(kind=ACTION, action=name, state=state, masked=masked, **more)


@pytest.mark.parametrize(
    ("name", "state", "says", "tone"),
    [
        (
            "RemoveUser",
            State.DONE,
            "removal of 1 person accepted",
            Tone.ACCEPTED,
        ),
        (
            "RemoveUser",
            State.UNKNOWN,
            "not known whether 1 person was removed",
            Tone.UNKNOWN,
        ),
        ("RemoveUser", State.NOT_STARTED, "1 person not removed", Tone.BAD),
        ("RemoveUser", State.SENDING, "sending", Tone.WAIT),
        ("DismissRoom", State.DONE, "dismissal accepted", Tone.ACCEPTED),
        (
            "DismissRoom",
            State.UNKNOWN,
            "not known whether the room was dismissed",
            Tone.UNKNOWN,
        ),
        ("DismissRoom", State.NOT_STARTED, "room not dismissed", Tone.BAD),
    ],
)
def test_how_it_stands_is_what_was_answered(name, state, says, tone):
    intent = action(name, state)

    assert RESOURCE.standing(intent) == says
    assert RESOURCE.tone(intent) is tone


def test_no_answer_is_green_and_who_is_out_is_left_to_callbacks():
    for name in ("RemoveUser", "DismissRoom"):
        says = plain(tuple(RESOURCE.sentence(action(name))))
        assert says.startswith("Who is out, the room's callbacks tell.")


def test_the_place_has_the_type_of_the_rooms_id():
    text = action("RemoveUserByStrRoomId")

    assert RESOURCE.place(action()) == "room 295066 (number)"
    assert RESOURCE.place(text) == "room “studio 1” (text)"
    assert RESOURCE.retyped(text) == '/relay remove-user "studio 1" alice type=text'
    assert [one.text for one in RESOURCE.offers(text)] == ['"studio 1" --room']


def test_a_key_without_the_right_is_told_which_and_no_other_refusal_is():
    lacks = action(state=State.NOT_STARTED, error_code="UnauthorizedOperation")
    other = action(state=State.NOT_STARTED, error_code="FailedOperation.RoomNotExist")

    (part,) = RESOURCE.body(lacks)
    assert "trtc:RemoveUser" in plain(part.spans)
    assert list(RESOURCE.body(other)) == []


@pytest.mark.parametrize("state", [State.DONE, State.UNKNOWN])
def test_a_try_never_says_that_the_relay_ended(state):
    assert "Whether the relay ended, only a callback tells." in RESOURCE.result(
        action(state=state, handle="R1")
    )


def test_a_number_goes_to_one_action_and_text_to_the_other():
    assert removal(1, "7", ["a"], "number").to_wire()["RoomId"] == 7
    assert removal(1, "7", ["a"], "text").to_wire()["RoomId"] == "7"
    assert dismissal(1, "7", "number").action == "DismissRoom"
    assert dismissal(1, "7", "text").action == "DismissRoomByStrRoomId"


@pytest.mark.parametrize("room", ["studio", "007", "٧", "-1", "", "4294967296"])
def test_what_is_no_number_is_not_made_one(room):
    with pytest.raises(InvalidRequest) as refused:
        dismissal(1, room, "number")
    assert set(refused.value.faults) == {"RoomId"}


def test_the_buttons_of_a_room_name_it_whole():
    room = heard((K.ENTERED, 1, "alice"))

    assert [one.text for one in action_buttons(room, "live")] == [
        f"remove-user {room.room} type=number app=live",
        f"dismiss-room {room.room} type=number app=live",
    ]
