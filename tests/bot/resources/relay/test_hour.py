"""What a CDN got of a relay in the last hour is told in figures, and in words."""

from dataclasses import replace

import pytest

from bot.dialogue.outcome import Line, plain
from bot.errors import Busy, NoAnswer, Refused
from bot.resources.relay.hour import answer, off
from bot.resources.relay.samples import LastHour, Pushed, Sample, Stream, short
from bot.states import State
from tests.bot.resources.relay.lives import PUSHES, relay

A, B = "a" * 64, "b" * 64
AT = 1_760_000_000_000
MINUTE = 60_000
STREAM = Stream(samples=(Sample(AT, 15, 1_500_000),), first=AT)
THING = replace(
    relay(A, B, masked=PUSHES, room="lobby"),
    state=State.STARTED,
    pushed=Pushed({short(A): STREAM}).text,
)


MOSTLY = (
    "Bit rate: 1.5 Mbit/s mostly, 1.4 Mbit/s at least (<When>), 1.6 Mbit/s at most."
)
RIGHTS = (
    "The key may not ask that. It needs live:DescribeLiveStreamPushInfoList,"
    " live:DescribeStreamPushInfoList, live:DescribeLiveStreamState."
)
FALL = "Largest fall: from 1.5 Mbit/s to {} kbit/s, <When>."


def got(*bits, every=MINUTE):
    return tuple(Sample(AT + n * every, 15, one) for n, one in enumerate(bits))


def told(*hours):
    """Return the lines of the answer, times left out."""
    lines = [one for one in answer(THING, hours).parts if isinstance(one, Line)]
    return [
        "".join(
            one if isinstance(one, str) else f"<{type(one).__name__}>"
            for one in (getattr(span, "text", span) for span in each.spans)
        )
        for each in lines
    ]


def test_each_target_has_its_sample_its_state_and_its_figures():
    hours = (
        LastHour(number=1, state="active", got=got(1_500_000, 1_400_000, 1_600_000)),
        LastHour(number=2, state="inactive"),
    )

    assert told(*hours) == [
        "1 rtmp://a.example/live/****",
        "Last sample: 15 fps · 1.5 Mbit/s · <When>",
        "CSS calls the stream active. By its page that may lag.",
        "3 readings, the last <When>.",
        MOSTLY,
        "Frame rate: 15 fps mostly, 15 fps at least (<When>).",
        "2 rtmp://b.example/live/****",
        "CSS calls the stream inactive. By its page that may lag.",
        "No reading of the last hour came. That says nothing of the relay.",
    ]


@pytest.mark.parametrize(
    ("bits", "says"),
    [
        (
            (1_500_000, 38_000, 38_000),
            ["Largest fall: from 1.5 Mbit/s to 38 kbit/s, <When>."],
        ),
        ((1_500_000, 800_000), []),
        ((38_000, 1_500_000), []),
        ((1_500_000, 0), [FALL.format(0)]),
    ],
)
def test_a_fall_by_more_than_half_is_said_with_its_time(bits, says):
    lines = told(LastHour(number=1, got=got(*bits)))

    assert [one for one in lines if one.startswith("Largest")] == says


def test_where_nothing_was_read_it_is_said_and_no_zero_is_made_of_it():
    lines = told(LastHour(number=1, got=got(1000, 1000, every=6 * MINUTE)))

    assert "No reading between <When> and <When>." in lines
    assert not any("Largest" in one for one in lines)


def test_what_a_reading_does_not_say_is_left_out():
    lines = told(LastHour(number=1, got=(Sample(AT), Sample(AT + 1, 15))))

    assert [one.partition(":")[0] for one in lines[2:]] == [
        "2 readings, the last <When>.",
        "Frame rate",
    ]


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (
            Refused("UnauthorizedOperation", "no"),
            RIGHTS,
        ),
        (Refused("InternalError", "oops"), "Tencent did not say: InternalError: oops"),
        (NoAnswer("cut off"), "Tencent did not say: cut off"),
        (Busy("later", wait=4), "Tencent did not say: later"),
    ],
)
def test_what_is_not_known_has_its_reason(error, says):
    hours = (LastHour(number=1, state="active", error=error),)

    assert told(*hours)[-1] == says
    labels = [one.label for one in answer(THING, hours).buttons]
    assert ("Explain" in labels) is isinstance(error, Refused)


@pytest.mark.parametrize("state", ["active", "inactive", "forbid", "<!channel>"])
def test_a_state_is_csss_word_and_none_of_ours(state):
    (line,) = [
        one for one in told(LastHour(number=1, state=state)) if "the stream" in one
    ]

    assert line.startswith("CSS calls the stream ")


def test_of_a_relay_to_other_cdns_it_is_said_that_nothing_is_asked():
    assert told() == [
        "None of its targets is on Tencent's CDN, as far as is known here."
    ]


def test_where_it_is_off_it_is_said_what_turns_it_on():
    outcome = off(THING)

    assert plain(outcome.headline) == "R1: what the CDN gets is not asked here."
    assert "BOT_LIVE_ENDPOINT" in plain(outcome.sentence)
