"""What is said of rooms is judged by what was told of them, and the scenes say why."""

import pytest

from tests.trials.truth.judge.claims import MORE, UNTRUE
from tests.trials.truth.judge.reading import words
from tests.trials.truth.judge.verdict import judge
from tests.trials.truth.runner import scene
from tests.trials.truth_tale import ROOM, Tale, at

HEAD = f"Room “{ROOM}” (text) · live-main"
MADE = (("", "makes"),)
ALICE = (("alice", "joins"), ("alice", "camera on"))  # at 3 s, and at 5 s
SENDS = f"alice · in since {at(3)} · camera since {at(5)}"
NOBODY = "Nobody in the room sends a picture."
LEFT = f"alice left {at(7)}."


def told(*events, made=True, taken=True):
    """Return the tale of a room in which that happened, each 2 s after the other."""
    tale = Tale()
    for user, does in (*(MADE if made else ()), *events):
        tale.enter("room sent", room=ROOM, user=user, does=does, at=tale.now + 1)
        facts = {"room": ROOM, "user": user, "does": does, "at": tale.now}
        tale = tale.enter("room taken", **facts) if taken else tale.later(1)
    return tale


@pytest.mark.parametrize(
    ("tale", "line", "faults"),
    [
        (told(*ALICE), SENDS, []),
        (told(*ALICE, taken=False), SENDS, []),
        (told(ALICE[0]), SENDS, [MORE]),
        (told(*ALICE, ("alice", "camera off")), SENDS, [UNTRUE]),
        (told(*ALICE, ("alice", "leaves")), SENDS, [UNTRUE, UNTRUE]),
        (told(*ALICE), f"alice · camera off {at(5)}", [MORE]),
        (told(*ALICE, ("alice", "leaves")), LEFT, []),
        (told(*ALICE), LEFT, [MORE]),
        (told(*ALICE, ("alice", "leaves"), ("alice", "joins")), LEFT, [UNTRUE]),
        (told(*ALICE), f"1 in the room, 1 sending a picture · heard {at(5)}", []),
        (told(*ALICE), f"2 in the room, 1 sending a picture · heard {at(5)}", [UNTRUE]),
        (told(*ALICE), f"1 in the room, 0 sending a picture · heard {at(5)}", [UNTRUE]),
        (told(), f"Nobody is in the room · heard {at(1)}", []),
        (told(*ALICE), f"Nobody is in the room · heard {at(1)}", [UNTRUE]),
        (told(made=False), f"Nobody is in the room · heard {at(1)}", [MORE]),
        (told(ALICE[0]), NOBODY, []),
        (told(*ALICE), NOBODY, [UNTRUE]),
        (told(ALICE[0], made=False), NOBODY, [MORE]),
        (told(("pb_1", "joins"), ("pb_1", "camera on")), NOBODY, []),
        (told(*ALICE), "R1 shows alice's camera. Heard of her.", [UNTRUE]),
        (told(), f"The room was dismissed {at(1)} · heard {at(1)}", [MORE]),
        (told(*ALICE), f"Room {ROOM} · nothing was heard of it", [UNTRUE]),
    ],
)
def test_what_is_said_of_a_room_is_held_against_what_was_told(tale, line, faults):
    record = tale.later(5).shown(HEAD, line).record

    assert [one.fault for one in judge(record, words()).faults if one.line] == faults


def lines(name):
    record = scene(name).record
    return [line for one in record if one["kind"] == "shown" for line in one["lines"]]


def test_the_one_whose_camera_went_off_is_named_to_whoever_asks_and_not_to_all():
    name = "a relay goes black since a camera went off"
    shown = [one["lines"] for one in scene(name).record if one["kind"] == "shown"]
    shared = [one for one in shown if "IDs of people are left out here." in one]

    assert any("bob: camera off" in line for line in lines(name))
    assert len(shared) == 5
    assert not any("bob" in line or "alice" in line for one in shared for line in one)


def test_after_a_kill_it_is_said_since_when_a_room_is_heard_of():
    name = "the bot is killed while people come and go"

    assert any("who came before" in line for line in lines(name))


def test_where_nothing_is_told_nobody_is_said_to_be_away():
    name = "a room of which nothing is told"

    assert any("nothing was heard of it" in line for line in lines(name))
    assert not any("Nobody" in line for line in lines(name))
