"""People are named to whoever asks, and to nobody else."""

import pytest

from bot.dialogue.outcome import plain
from bot.journal.rows import millis
from bot.resources.relay.wanted import Wanted
from bot.resources.room.presence import MEDIA, Presence, participants
from bot.resources.room.words import Names, sent, terminal
from bot.tencent.room_events import Terminal
from tests.bot.resources.room.rooms import K, at, heard


def people(*events):
    here, gone = participants(heard(*events).presence)
    return [*here, *gone]


@pytest.mark.parametrize(
    ("reason", "says"),
    [
        (0, "alice left 12:01 UTC."),
        (1, "alice left 12:01 UTC."),
        (2, "alice timed out 12:01 UTC."),
        (3, "alice was removed 12:01 UTC."),
        (5, "alice was ended by the system 12:01 UTC."),
    ],
)
def test_how_somebody_left_is_said(reason, says):
    (alice,) = people((K.LEFT, 60, "alice", {"reason": reason}))

    assert plain(Names().left(alice)) == says


@pytest.mark.parametrize("media", MEDIA)
@pytest.mark.parametrize("hidden", [False, True])
def test_nobody_is_named_where_others_read(media, hidden):
    names, picture = Names(hidden=hidden), Wanted("alice", screen=media == "screen")
    (alice,) = people((K.LEFT, 60, "alice"))
    presence = heard((K.CREATED, 0, "")).presence
    lines = [
        names.off("alice", media, 1),
        names.left(alice),
        names.absent("alice", presence),
        names.only("alice", "camera"),
        names.none(picture),
        names.waits("R1", picture),
    ]

    assert ["alice" in plain(line) for line in lines] == [not hidden] * len(lines)


def test_a_long_name_is_shortened():
    assert plain((Names().of("u" * 60),)) == f"{'u' * 12}…{'u' * 6}"


def test_what_is_sent_is_said_with_its_time_and_what_was_switched_off():
    (alice,) = people(
        (K.ENTERED, 1, "alice"),
        (K.CAMERA_ON, 60, "alice"),
        (K.SOUND_ON, 120, "alice"),
        (K.SOUND_OFF, 180, "alice"),
    )

    assert (
        plain(sent(alice, Presence()))
        == " · camera since 12:01 UTC · sound off 12:03 UTC"
    )


def test_of_whoever_sends_nothing_no_more_is_said_than_was_heard():
    (alice,) = people((K.ENTERED, 1, "alice"))

    heard = Presence(deaf=millis(at(60)))

    assert [plain(sent(alice, one)) for one in (Presence(), heard)] == [
        " · nothing heard that they send since 12:00 UTC",
        " · nothing heard that they send since 12:01 UTC",
    ]


@pytest.mark.parametrize("kind", Terminal)
def test_every_terminal_has_a_name_but_one_that_was_not_told(kind):
    (alice,) = people((K.ENTERED, 1, "alice", {"terminal": kind}))

    assert bool(terminal(alice)) is bool(kind)
