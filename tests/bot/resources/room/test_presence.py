"""Who is in a room is a fold of what Tencent tells, in whatever order it comes."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.resources.room.presence import (
    MOST_PEOPLE,
    MOST_WRITTEN,
    Participant,
    Presence,
    participants,
    presence_of,
)
from bot.tencent.room_events import Role, RoomEvent, RoomEventKind, Terminal

BEGIN = datetime(2026, 1, 5, 14, 2, tzinfo=UTC)
K = RoomEventKind


def at(seconds):
    return BEGIN + timedelta(seconds=seconds)


def ms(seconds):
    return round(at(seconds).timestamp() * 1000)


def event(kind, seconds, user="alice", **more):
    """Return that *kind* happened to *user* so many *seconds* after the beginning."""
    return RoomEvent(
        kind=kind, room="295066", numeric=True, at=at(seconds), user=user, **more
    )


def folded(*events, now=BEGIN):
    presence = Presence()
    for one in events:
        presence.take(one, now)
    return presence


def shown(*events):
    """Return who is in, with what they send, after *events*."""
    here, _gone = participants(folded(*events))
    return {one.user: tuple(one.on) for one in here}


events = st.builds(
    event,
    st.sampled_from(RoomEventKind),
    st.integers(0, 30),
    st.sampled_from(["alice", "bob", "pb_01"]),
    role=st.sampled_from(Role),
    terminal=st.sampled_from(Terminal),
    reason=st.integers(0, 5),
    unique=st.sampled_from(["", "1", "2"]),
)
histories = st.lists(events, max_size=14)


@given(histories, st.data())
def test_neither_order_nor_repetition_changes_what_is_known(history, data):
    other = data.draw(st.permutations([*history, *history[:5]]))

    assert folded(*other) == folded(*history)


@given(histories, histories)
def test_two_that_heard_a_part_each_know_together_what_one_would(one, other):
    assert folded(*one).joined_with(folded(*other)) == folded(*one, *other)


@given(histories)
def test_what_is_kept_is_read_back_with_the_audience_as_a_number(history):
    presence = folded(*history)
    back = presence_of(presence.written())

    assert participants(back) == participants(presence)
    assert (back.since, back.is_whole) == (presence.since, presence.is_whole)
    assert back.audience() >= 0


@given(histories)
def test_whoever_is_not_there_sends_nothing(history):
    here, gone = participants(folded(*history))

    assert all(not one.on for one in gone)
    assert {one.user for one in here}.isdisjoint(one.user for one in gone)
    assert "pb_01" not in {one.user for one in (*here, *gone)}


@given(histories, st.integers(31, 60))
def test_leaving_ends_all_that_was_sent(history, later):
    assert "alice" not in shown(*history, event(K.LEFT, later))


def test_who_comes_is_there_with_role_and_terminal():
    entered = event(K.ENTERED, 1, role=Role.ANCHOR, terminal=Terminal.IOS, reason=1)
    here, gone = participants(folded(entered, event(K.CAMERA_ON, 3)))

    assert gone == []
    assert here == [
        Participant(
            user="alice",
            role=Role.ANCHOR,
            terminal=Terminal.IOS,
            since=ms(1),
            on={"camera": ms(3)},
            off={},
        )
    ]


@pytest.mark.parametrize(
    ("history", "there"),
    [
        ([(K.ENTERED, 1), (K.CAMERA_ON, 2), (K.SOUND_ON, 3)], ("camera", "sound")),
        ([(K.ENTERED, 1), (K.CAMERA_ON, 2), (K.CAMERA_OFF, 3)], ()),
        ([(K.CAMERA_ON, 2)], ("camera",)),  # the entering was missed
        ([(K.ENTERED, 1), (K.SCREEN_ON, 2), (K.LEFT, 3), (K.ENTERED, 4)], ()),
        (
            [(K.ENTERED, 1), (K.CAMERA_ON, 2), (K.ENTERED, 4)],
            (),
        ),  # a leaving was missed
        ([(K.ENTERED, 1), (K.CAMERA_ON, 2), (K.CAMERA_OFF, 2)], ()),  # of one moment
    ],
)
def test_what_is_sent_is_what_was_switched_on_in_this_stay(history, there):
    assert shown(*(event(*one) for one in history)) == {"alice": there}


@pytest.mark.parametrize(
    "history",
    [
        [(K.ENTERED, 1), (K.LEFT, 2)],
        [(K.LEFT, 2)],
        [(K.CAMERA_ON, 1), (K.LEFT, 2)],
        [(K.ENTERED, 1), (K.LEFT, 1)],
        [(K.ENTERED, 1), (K.DISMISSED, 5)],
    ],
)
def test_whoever_left_is_not_there(history):
    assert shown(*(event(*one) for one in history)) == {}


def test_another_network_ends_nothing_and_the_late_end_of_the_old_stay_neither():
    assert shown(
        event(K.ENTERED, 1, unique="1", reason=1),
        event(K.CAMERA_ON, 2),
        event(K.ENTERED, 5, unique="2", reason=2),
        event(K.LEFT, 9, unique="1", reason=2),
    ) == {"alice": ("camera",)}


def test_the_end_of_the_new_stay_counts_though_that_of_the_old_one_is_later():
    history = (
        event(K.ENTERED, 1, unique="1"),
        event(K.ENTERED, 5, unique="2", reason=2),
        event(K.LEFT, 7, unique="2", reason=1),
        event(K.LEFT, 9, unique="1", reason=2, role=Role.ANCHOR),
    )
    _here, (alice,) = participants(folded(*history))

    assert (alice.left, alice.why) == (ms(7), 1)


def test_the_audience_is_counted_and_not_listed():
    watch = [event(K.ENTERED, n, f"u{n}", role=Role.AUDIENCE) for n in range(5)]
    left = event(K.LEFT, 9, "u0", role=Role.AUDIENCE)
    presence = folded(*watch, left)

    assert participants(presence) == ([], [])
    assert presence.audience() == 4
    assert presence.audience(robots=["u1"]) == 3


def test_who_of_the_audience_becomes_an_anchor_is_listed():
    assert shown(
        event(K.ENTERED, 1, role=Role.AUDIENCE), event(K.ROLE, 2, role=Role.ANCHOR)
    ) == {"alice": ()}


def test_who_came_to_one_replica_and_left_at_another_is_not_counted():
    came = folded(*(event(K.ENTERED, n, f"u{n}", role=Role.AUDIENCE) for n in (1, 2)))
    left = folded(event(K.LEFT, 5, "u1", role=Role.AUDIENCE))
    rows = [presence_of(came.written()), presence_of(left.written())]

    assert rows[0].joined_with(rows[1]).audience() == 1
    assert left.joined_with(rows[0]).audience() == 1


def test_robots_are_no_people():
    here, _gone = participants(
        folded(event(K.ENTERED, 1, "pb_01"), event(K.ENTERED, 1, "mixer")), ["mixer"]
    )

    assert here == []


def test_everybody_is_known_of_a_room_that_was_made_while_it_was_listened_to():
    whole = folded(event(K.CREATED, 0), event(K.ENTERED, 1))
    part = folded(event(K.ENTERED, 1))
    missed = folded(event(K.CREATED, 0), event(K.ENTERED, 1)).joined_with(
        Presence(deaf=ms(8))
    )

    assert (whole.is_whole, whole.since) == (True, ms(0))
    assert (part.is_whole, part.since) == (False, ms(1))
    assert (missed.is_whole, missed.since) == (False, ms(8))


def test_a_room_that_was_dismissed_is_over_until_somebody_comes():
    over = (event(K.CREATED, 0), event(K.ENTERED, 1), event(K.DISMISSED, 5))

    assert folded(*over).is_over
    assert not folded(*over, event(K.ENTERED, 6)).is_over


def test_whoever_left_before_the_room_was_dismissed_left_then():
    events = [(K.ENTERED, 1, "alice"), (K.ENTERED, 1, "bob"), (K.LEFT, 3, "alice")]
    over = folded(*(event(*one) for one in events), event(K.DISMISSED, 5, ""))
    _here, gone = participants(over)

    assert {one.user: one.left for one in gone} == {"alice": ms(3), "bob": ms(5)}


def test_of_too_many_those_who_left_are_forgotten_first():
    left = [event(K.LEFT, 0, f"gone{n}") for n in range(MOST_PEOPLE)]
    presence = folded(*left, event(K.ENTERED, 1))

    assert len(presence.people) < MOST_PEOPLE
    assert presence.crowded
    assert [one.user for one in participants(presence)[0]] == ["alice"]


def test_of_too_many_those_who_are_there_are_written():
    left = [event(K.LEFT, 2, f"gone{n}") for n in range(MOST_WRITTEN)]
    back = presence_of(folded(*left, event(K.ENTERED, 1)).written())

    assert (len(back.people), back.crowded) == (MOST_WRITTEN, True)
    assert [one.user for one in participants(back)[0]] == ["alice"]


def test_what_another_release_wrote_besides_is_left_out():
    row = json.loads(folded(event(K.ENTERED, 1)).written())
    row |= {"new": 1}
    row["people"]["alice"]["new"] = [1, 2]

    assert presence_of(json.dumps(row)) == folded(event(K.ENTERED, 1))
