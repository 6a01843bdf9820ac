"""A picture that may be still or black is told in the thread, as no fact."""

from dataclasses import replace

import pytest

from bot.dialogue.outcome import Audience, Tone, plain
from bot.journal.model import NEWS, Notice
from bot.resources.relay.news import told
from bot.resources.relay.samples import BACK, STILL, Change, short
from bot.resources.relay.still import notices, numbered
from bot.states import State
from tests.bot.resources.relay.lives import PUSHES, relay

A, B = "a" * 64, "b" * 64
AT = 1_760_000_000_000
THING = replace(relay(A, B, masked=PUSHES, room="lobby"), state=State.STARTED)
FELL = Change(STILL, short(B), AT, 38_000, 1_500_000)
RETURNED = Change(BACK, short(B), AT + 9, 1_400_000, 1_500_000)


def spoken(change, *, runs=True):
    (notice,) = notices(numbered(THING, [change]))
    return told(THING, notice.facts, runs=runs)


def test_each_is_a_line_of_its_own_in_the_thread():
    assert list(notices(numbered(THING, [FELL]))) == [
        Notice(
            name=NEWS,
            audience=Audience.THREAD,
            line=f"still:2:{AT}",
            facts={
                "what": "still",
                "target": 2,
                "at": AT,
                "bits": 38_000,
                "usual": 1_500_000,
            },
        )
    ]


def test_a_target_that_the_relay_has_no_more_is_told_of_no_more():
    gone = replace(FELL, digest="c" * 16)

    assert list(numbered(THING, [gone, RETURNED])) == [(2, RETURNED)]


def test_what_fell_is_said_with_its_figures_and_how_it_looks_is_left_open():
    line = spoken(FELL)

    assert plain(line.headline).startswith(
        "R1 · 2 rtmp://b.example/live/****: the picture may be still or black · "
    )
    assert plain(line.sentence) == (
        "The CDN gets 38 kbit/s of it, 1.5 Mbit/s before. How it looks is not known"
        " here."
    )
    assert (line.tone, line.audience) == (Tone.WARN, Audience.THREAD)
    assert [one.label for one in line.buttons] == ["Room", "Push quality"]


def test_what_is_as_usual_again_is_no_warning():
    line = spoken(RETURNED)

    assert "the CDN gets the usual bit rate again" in plain(line.headline)
    assert plain(line.sentence) == "It gets 1.4 Mbit/s; 1.5 Mbit/s were usual before."
    assert (line.tone, line.buttons) == (Tone.PLAIN, ())


@pytest.mark.parametrize("change", [FELL, RETURNED])
def test_of_what_is_over_nothing_is_offered(change):
    assert spoken(change, runs=False).buttons == ()
