"""What a CDN gets is said with the age of the sample, and never more than that."""

from dataclasses import replace

import pytest

from bot.dialogue.outcome import Clock, When, plain
from bot.journal.evidence import moment_of
from bot.resources.relay import card
from bot.resources.relay.quality import button, figures, in_row, of_target, rate
from bot.resources.relay.resource import Relay
from bot.resources.relay.samples import Pushed, Sample, Stream, missed, short
from bot.resources.relay.targets import every_target, lines
from bot.states import OVER, State
from tests.bot.resources.relay.lives import relay

A, B = "a" * 64, "b" * 64
ADDRESSES = ("rtmp://a.example/live/****", "rtmp://b.example/live/****")
SENT = {"PublishCdnParams": [{"PublishCdnUrl": one} for one in ADDRESSES]}
AT = 1_760_000_000_000
GOOD = Stream(samples=(Sample(AT, 15, 1_500_000),), first=AT)
FELL = replace(GOOD, samples=(Sample(AT, 15, 38_000),), usual=1_500_000, fell=AT - 9)


def pushed(*streams, state=State.STARTED):
    """Return a relay of two targets of which *streams* are known, or None."""
    by_digest = {short(d): s for d, s in zip((A, B), streams, strict=False) if s}
    thing = relay(A, B, masked=SENT)
    return replace(thing, state=state, pushed=Pushed(by_digest).text)


@pytest.mark.parametrize(
    ("bits", "text"),
    [
        (0, "0 kbit/s"),
        (38_000, "38 kbit/s"),
        (999_000, "999 kbit/s"),
        (1_000_000, "1.0 Mbit/s"),
        (1_540_000, "1.5 Mbit/s"),
    ],
)
def test_a_bit_rate_reads_in_the_usual_unit(bits, text):
    assert rate(bits) == text


@pytest.mark.parametrize(
    ("fps", "bits", "text"),
    [
        (15, 1_500_000, "15 fps · 1.5 Mbit/s"),
        (29.97, 0, "30 fps · 0 kbit/s"),
        (None, 38_000, "38 kbit/s"),
        (15, None, "15 fps"),
        (None, None, "no figures"),
    ],
)
def test_what_was_not_said_is_left_out(fps, bits, text):
    assert figures(Sample(AT, fps, bits)) == text


def test_every_figure_stands_with_its_age():
    *spans, age = of_target(pushed(GOOD), 1)

    assert "".join(spans) == " · 15 fps · 1.5 Mbit/s · "
    assert age == When(moment_of(AT), Clock.AGO)


def test_what_fell_is_said_beside_what_was_usual():
    text = plain(of_target(pushed(FELL), 1))

    assert text.startswith(" · 15 fps · 38 kbit/s · ")
    assert "; 1.5 Mbit/s before " in text


def test_a_stream_that_is_not_listed_has_no_figures():
    text = plain(of_target(pushed(missed(GOOD, AT + 1)), 1))

    assert text.startswith(" · CDN: no data since ")
    assert "fps" not in text


@pytest.mark.parametrize("state", sorted(OVER))
def test_of_what_is_over_nothing_is_said(state):
    thing = pushed(GOOD, state=state)

    assert (of_target(thing, 1), in_row(thing)) == ((), ())


def test_of_a_target_that_was_never_listed_nothing_is_said():
    thing = pushed(None, GOOD)

    assert of_target(thing, 1) == ()
    assert of_target(thing, 2) != ()
    assert of_target(thing, 3) == ()


@pytest.mark.parametrize(
    ("streams", "begins"),
    [
        ((GOOD, FELL), "15 fps · 38 kbit/s · "),
        ((FELL, GOOD), "15 fps · 38 kbit/s · "),
        ((missed(GOOD, AT), FELL), "CDN: no data since "),
        ((GOOD,), "15 fps · 1.5 Mbit/s · "),
    ],
)
def test_a_row_says_the_worst_of_all_targets(streams, begins):
    assert plain(in_row(pushed(*streams))).startswith(begins)
    assert Relay().measured(pushed(*streams)) == in_row(pushed(*streams))


def test_a_row_without_samples_says_nothing_more():
    assert in_row(pushed()) == ()


def test_it_says_nothing_of_how_the_relay_stands():
    assert card.standing(pushed(FELL)) == card.standing(pushed(GOOD))


def test_where_every_target_is_told_of_its_figures_stand_with_it():
    lines = [plain(one) for one in every_target(pushed(GOOD))]

    assert " · 15 fps · 1.5 Mbit/s · " in lines[0]
    assert "fps" not in lines[1]


@pytest.mark.parametrize(
    ("thing", "labels"),
    [
        (pushed(GOOD), ["Push quality"]),
        (pushed(GOOD, state=State.STOPPED), []),
        (relay(A, B, masked=SENT), []),
    ],
)
def test_the_last_hour_is_offered_where_there_are_samples(thing, labels):
    assert [one.label for one in button(thing)] == labels


LESS = replace(GOOD, samples=(Sample(AT, 15, 900_000),))


@pytest.mark.parametrize(
    ("streams", "told"),
    [
        ((GOOD, LESS), [False, True]),
        ((LESS, GOOD), [True, False]),
        ((GOOD, FELL), [False, True]),
        ((missed(GOOD, AT + 1), FELL), [True, True]),
        ((GOOD, None), [True, False]),
        ((None, None), [False, False]),
    ],
)
def test_a_card_tells_of_what_is_ill_and_else_of_what_gets_least(streams, told):
    thing = pushed(*streams)

    shown = [
        plain(of_target(thing, number)) in text and of_target(thing, number) != ()
        for number, text in enumerate(map(plain, lines(thing)), 1)
    ]
    assert shown == told
