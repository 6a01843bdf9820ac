"""Each cause of a black picture is said by its evidence, and never by its absence."""

from dataclasses import replace

import pytest

from bot.dialogue.outcome import plain
from bot.journal.evidence import Target, TargetStanding
from bot.resources.room.presence import HeardRoom, Presence
from bot.resources.room.why import PushFacts, causes, other_type, rate
from bot.resources.room.words import Names
from bot.tencent.room_events import Role
from tests.bot.resources.room.rooms import APP, K, at, cells, heard, one, relay, stream

GRID = cells()
MADE = (K.CREATED, 0, "")
ALICE = ((K.ENTERED, 1, "alice"), (K.CAMERA_ON, 2, "alice"))
SHARES = (*ALICE, (K.SCREEN_ON, 3, "alice"))
AUDIENCE = {"role": Role.AUDIENCE}


def why(masked, *rooms, hidden=False, **more):
    """Return what is said of why the picture of a relay may be black."""
    reasons = causes(relay(masked, **more), rooms, Names(hidden=hidden))
    return [plain(one.line) for one in reasons]


@pytest.mark.parametrize(
    ("masked", "events", "says"),
    [
        (GRID, [MADE, *ALICE], []),
        (GRID, [MADE], ["Nobody in the room sends a picture."]),
        (
            GRID,
            [MADE, *ALICE, (K.CAMERA_OFF, 60, "alice")],
            ["Nobody in the room sends a picture. alice: camera off 12:01 UTC."],
        ),
        (
            GRID,
            [MADE, *ALICE, (K.LEFT, 60, "alice", {"reason": 3})],
            ["Nobody in the room sends a picture. alice was removed 12:01 UTC."],
        ),
        (
            GRID,
            [(K.ENTERED, 60, "bob")],
            ["Since 12:01 UTC no camera and no screen was heard of that is on."],
        ),
        (one("alice"), [MADE, *ALICE], []),
        (
            one("bob"),
            [MADE, *ALICE],
            ["R1 shows bob's camera. bob is not in the room."],
        ),
        (
            one("bob"),
            ALICE,
            ["R1 shows bob's camera. Since 12:00 UTC nothing was heard of bob."],
        ),
        (
            one("alice", screen=True),
            [MADE, *ALICE],
            ["R1 shows alice's screen. alice sends the camera, and no screen."],
        ),
        (
            cells(stream("alice"), stream("bob")),
            [MADE, *ALICE, (K.ENTERED, 60, "bob", AUDIENCE)],
            [
                (
                    "R1 has bob's camera in cell 2. bob is in the audience since"
                    " 12:01 UTC, which may not send."
                )
            ],
        ),
        (
            cells(stream("alice", screen=True)),
            [MADE, *SHARES, (K.SCREEN_OFF, 60, "alice")],
            ["R1 has alice's screen in cell 1. alice: screen off 12:01 UTC."],
        ),
        ({"AudioParams": {}}, [MADE], []),
    ],
)
def test_what_was_heard_of_the_room_says_why(masked, events, says):
    assert why(masked, heard(*events)) == says


def test_of_a_room_of_which_nothing_was_heard_nothing_is_said():
    assert why(GRID) == []
    assert why(GRID, heard(MADE, app=APP + 1)) == []


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        (0, "People are in the room of that text, and R1 mixes that number."),
        (1, "People are in the room of that number, and R1 mixes that text."),
    ],
)
def test_a_room_of_the_other_type_comes_first(kind, says):
    own, other = heard(MADE, numeric=not kind), heard(*ALICE, numeric=bool(kind))
    reasons = why({**GRID, "RoomIdType": kind}, own, other)

    assert reasons == [says, "Nobody in the room sends a picture."]


def test_a_room_of_the_other_type_is_no_cause_where_people_are_in_both():
    assert why(GRID, heard(MADE, *ALICE), heard(*ALICE, numeric=False)) == []


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (Target.FAILED, ["1 a target · failed 2026-03-01 12:01 UTC · 84 refused"]),
        (Target.LIVE, []),
        (Target.UNHEARD, []),
    ],
)
def test_a_target_that_is_not_reached_is_a_cause_by_itself(status, says):
    since = round(at(60).timestamp() * 1000)
    target = TargetStanding(status=status, since=since, code="84", text="refused")
    thing = relay(GRID)
    thing = replace(thing, standing=replace(thing.standing, targets=(target,)))
    reasons = causes(thing, [heard(MADE, *ALICE)], Names())

    assert [plain(one.line) for one in reasons] == says
    assert [[each.label for each in one.buttons] for one in reasons] == [
        ["Replace the address"] for _each in says
    ]


def millis(second):
    return round(at(second).timestamp() * 1000)


FELL = PushFacts(at=millis(120), fps=15, kbps=38, usual=1500, fell_at=millis(60))
STEADY = PushFacts(at=millis(120), fps=15, kbps=1500, usual=1500)


@pytest.mark.parametrize(
    ("push", "says"),
    [
        (
            FELL,
            [
                (
                    "2 a target: the CDN gets 38 kbit/s since 12:01 UTC, and got 1.5"
                    " Mbit/s before, as of a picture that is still or black."
                )
            ],
        ),
        (STEADY, []),
    ],
)
def test_a_cdn_that_gets_a_small_part_of_what_it_got_is_a_cause(push, says):
    thing, other = relay(GRID), relay(GRID, id="01J00000000000000000000001")
    pushes = {(thing.id, 2): push, (other.id, 1): FELL}
    reasons = causes(thing, [heard(MADE, *ALICE)], Names(), pushes)

    assert [plain(one.line) for one in reasons] == says
    assert [[each.label for each in one.buttons] for one in reasons] == [
        ["Change layout"] for _one in says
    ]


@pytest.mark.parametrize(
    ("kbps", "said"),
    [(0, "0 kbit/s"), (999, "999 kbit/s"), (1000, "1.0 Mbit/s"), (1540, "1.5 Mbit/s")],
)
def test_a_bit_rate_is_read_in_the_unit_that_fits(kbps, said):
    assert rate(kbps) == said


@pytest.mark.parametrize(
    ("masked", "events", "sure"),
    [
        (GRID, [(K.ENTERED, 1, "bob")], [False]),
        (GRID, [*ALICE, (K.CAMERA_OFF, 60, "alice")], [True]),
        (GRID, [*ALICE, (K.LEFT, 60, "alice")], [True]),
        (GRID, [MADE, (K.ENTERED, 1, "bob")], [True]),
        (one("bob"), ALICE, [False]),
        (one("bob"), [MADE, *ALICE], [True]),
        (one("bob"), [*ALICE, (K.SOUND_ON, 3, "bob")], [False]),
        (one("bob"), [*ALICE, (K.ENTERED, 3, "bob")], [True]),
        (one("bob"), [*ALICE, (K.CAMERA_OFF, 3, "bob")], [True]),
        (one("bob"), [*ALICE, (K.LEFT, 3, "bob")], [True]),
        (one("bob"), [*ALICE, (K.ROLE, 3, "bob", AUDIENCE)], [True]),
        (one("bob"), [*ALICE, (K.ROLE, 3, "bob", {"role": Role.ANCHOR})], [False]),
    ],
)
def test_what_may_have_been_missed_is_no_likely_cause(masked, events, sure):
    reasons = causes(relay(masked), [heard(*events)], Names())

    assert [one.sure for one in reasons] == sure


def test_an_image_that_may_not_have_been_fetched_is_possible_and_no_more():
    masked = cells(stream("alice"), BackgroundImageUrl="https://a.example/b.png")
    (reason,) = causes(relay(masked), [heard(MADE, *ALICE)], Names())

    assert not reason.sure
    assert plain(reason.line).startswith("R1 names an image.")


def test_the_robot_of_the_relay_is_nobody():
    events = [MADE, (K.ENTERED, 1, "robot"), (K.CAMERA_ON, 2, "robot")]

    assert why(GRID, heard(*events)) == ["Nobody in the room sends a picture."]


def test_where_others_read_nobody_is_named():
    events = [MADE, *ALICE, (K.CAMERA_OFF, 60, "alice")]
    said = why(one("alice"), heard(*events), hidden=True)

    assert said == [
        ("Nobody in the room sends a picture. A participant: camera off 12:01 UTC."),
        "R1 shows a participant's camera. A participant: camera off 12:01 UTC.",
    ]


@pytest.mark.parametrize(("kind", "other"), [(0, "text"), (1, "number")])
def test_the_other_type_is_asked_for_like_the_relay_itself(kind, other):
    thing = relay({**GRID, "RoomIdType": kind})
    button = other_type(thing)

    assert (button.command, button.text) == (
        "relay",
        f"start like={thing.id} type={other}",
    )


def test_a_room_nobody_was_heard_of_says_nothing_of_people():
    empty = HeardRoom(
        sdk_app_id=APP, numeric=True, room="295066", presence=Presence(deaf=1)
    )

    assert why(one("bob"), empty)[0].startswith("Since ")


def test_where_media_are_not_heard_of_nobody_is_said_to_send_nothing():
    unheard = "No media callback of this app was heard: who sends what is unknown."
    entered = (K.ENTERED, 1, "alice")

    assert why(GRID, heard(MADE, entered, media=False)) == [unheard]
    assert why(one("alice"), heard(MADE, entered, media=False)) == [unheard]
    assert why(one("bob"), heard(MADE, entered, media=False)) == [
        "R1 shows bob's camera. bob is not in the room.",
        unheard,
    ]
