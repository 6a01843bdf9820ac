"""The answer about a room: a section for each, in bounds, with how old it is."""

import pytest

from bot.dialogue.outcome import Buttons, Points, Tone, plain
from bot.resources.relay.resource import Relay
from bot.resources.room.answer import MOST_GONE, MOST_PEOPLE, Asked, answer
from bot.tencent.room_events import Role
from tests.bot.resources.room.rooms import APP, BEGIN, K, cells, heard, relay
from tests.bot.resources.room.rooms import one as single

MADE = (K.CREATED, 0, "")
ALICE = ((K.ENTERED, 1, "alice"), (K.CAMERA_ON, 2, "alice"))
QUIET = "Nothing that was heard since 12:00 UTC explains a black picture."
HEARD = " · heard 2026-03-01 12:00 UTC"


def told(*rooms, relays=(), **more):
    return answer(
        Asked(
            room="295066",
            heard=rooms,
            relays=relays,
            resource=Relay(),
            apps={APP: "live"},
            since=BEGIN,
            **more,
        )
    )


def lines(outcome):
    shown = [part for part in outcome.parts if not isinstance(part, Buttons)]
    parts = (getattr(part, "lines", None) or (part.spans,) for part in shown)
    return [plain(spans) for one in parts for spans in one]


def test_a_room_of_which_nothing_was_heard_says_where_callbacks_are_set():
    outcome = told()

    assert plain(outcome.headline) == "Room 295066 · nothing was heard of it"
    assert "TRTC console" in plain(outcome.sentence)
    assert (outcome.tone, outcome.parts) == (Tone.PLAIN, ())


def test_a_room_that_was_made_while_it_was_listened_to_is_known_whole():
    outcome = told(heard(MADE, *ALICE))

    assert plain(outcome.headline) == "Room 295066 (number) · live"
    assert lines(outcome) == [
        f"1 in the room, 1 sending a picture{HEARD}",
        "alice · in since 12:00 UTC · camera since 12:00 UTC",
        "From callbacks. The room was made 12:00 UTC.",
    ]


@pytest.mark.parametrize(
    ("events", "says"),
    [
        ([MADE], "Nobody is in the room"),
        (
            [(K.LEFT, 60, "bob")],
            "Who is in the room is not known: it is heard of since 12:01 UTC",
        ),
        ([MADE, *ALICE, (K.DISMISSED, 60, "")], "The room was dismissed 12:01 UTC"),
        (
            [MADE, *ALICE, (K.ENTERED, 3, "eve", {"role": Role.AUDIENCE})],
            "1 in the room, 1 sending a picture; 1 watching",
        ),
    ],
)
def test_how_many_are_there_is_said_as_far_as_it_was_heard(events, says):
    counted = lines(told(heard(*events)))[0]

    assert counted.partition(" · heard ")[0] == says


def test_what_may_have_been_missed_is_said():
    *_rest, fresh = lines(told(heard(*ALICE)))

    assert fresh == (
        "From callbacks, heard since 12:00 UTC: who came before, and did nothing since,"
        " is not known."
    )


def test_where_media_are_not_heard_of_it_is_said():
    assert lines(told(heard(*ALICE, media=False)))[0] == (
        f"1 in the room; who sends what is not heard of{HEARD}"
    )


def test_who_watches_is_counted_where_media_are_not_heard_of():
    eve = (K.ENTERED, 3, "eve", {"role": Role.AUDIENCE})

    assert lines(told(heard(eve, media=False)))[0] == (
        f"0 in the room; who sends what is not heard of; 1 watching{HEARD}"
    )


def test_two_rooms_of_one_name_are_two_sections():
    outcome = told(heard(*ALICE), heard(*ALICE, numeric=False, app=APP + 1))

    assert plain(outcome.headline) == "2 different rooms are called 295066"
    assert "Room “295066” (text) · 8" in lines(outcome)


def test_a_crowd_is_counted_and_some_of_it_listed():
    here = [(K.ENTERED, n, f"here{n}") for n in range(40)]
    gone = [(K.LEFT, n, f"gone{n}") for n in range(40)]
    points = [one for one in told(heard(*here, *gone)).parts if type(one) is Points]

    assert [len(one.lines) for one in points] == [MOST_PEOPLE + 1, MOST_GONE]
    assert plain(points[0].lines[-1]) == "and 28 more"


def test_a_relay_is_shown_with_its_stop_and_what_does_not_explain_anything():
    outcome = told(heard(MADE, *ALICE), relays=[relay(cells())])

    assert lines(outcome)[-1] == QUIET
    assert [one.label for one in outcome.buttons] == ["Stop R1", "Refresh", "Share"]


def test_one_cause_is_the_sentence_and_several_are_a_list():
    one = told(heard(MADE), relays=[relay(cells())])
    more = told(heard(MADE), relays=[relay(cells()), relay(single("bob"))])

    heard_at = "Heard 2026-03-01 12:00 UTC."
    assert plain(one.sentence) == (
        f"Most likely: Nobody in the room sends a picture. {heard_at}"
    )
    assert not any(isinstance(part, Points) for part in one.parts)
    assert [plain(line) for line in more.parts[-1].lines] == [
        f"Nobody in the room sends a picture. {heard_at}",
        f"R1 shows bob's camera. bob is not in the room. {heard_at}",
    ]
    assert (one.tone, QUIET in lines(one)) == (Tone.WARN, False)


def test_who_reads_what_is_shared_learns_no_id():
    outcome = told(heard(MADE, *ALICE), shared=True)

    assert "alice" not in "\n".join(lines(outcome))
    assert [one.label for one in outcome.buttons] == ["Refresh"]
