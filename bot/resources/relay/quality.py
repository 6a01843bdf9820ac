"""How what a CDN gets of a relay is said: on its card, and in the rows of lists.

Every figure stands with the age of its sample: it says no more than that.
"""

from collections.abc import Container, Iterable, Iterator

from bot.dialogue.outcome import Button, Clock, Span, When, said
from bot.i18n import _
from bot.journal.evidence import moment_of
from bot.journal.model import Intent
from bot.resources.relay.samples import Sample, Stream, streams_of
from bot.states import LIVE
from bot.tencent.models.live import (
    DescribeLiveStreamPushInfoList,
    DescribeLiveStreamState,
    DescribeStreamPushInfoList,
)

Line = tuple[Span, ...]

LOOKS = (
    DescribeLiveStreamPushInfoList,
    DescribeStreamPushInfoList,
    DescribeLiveStreamState,
)

KILO, MEGA = 1000, 1_000_000


def rate(bits: float) -> str:
    """Return a bit rate as it is read: 38 kbit/s, 1.5 Mbit/s."""
    if bits < MEGA:
        return _("{n} kbit/s").format(n=round(bits / KILO))
    return _("{n} Mbit/s").format(n=f"{bits / MEGA:.1f}")


def figures(sample: Sample) -> str:
    """Return the figures of *sample*: 15 fps · 1.5 Mbit/s."""
    if sample.fps is None and sample.bits is None:
        return _("no figures")
    if sample.bits is None:
        return _("{fps} fps").format(fps=f"{sample.fps:.3g}")
    if sample.fps is None:
        return rate(sample.bits)
    text = _("{fps} fps · {rate}")
    return text.format(fps=f"{sample.fps:.3g}", rate=rate(sample.bits))


def button(intent: Intent) -> Iterator[Button]:
    """Yield what shows the last hour of *intent*, where a sample is known."""
    if intent.pushed and intent.state in LIVE:
        yield Button(_("Push quality"), "relay", f"quality {intent.id}")


def of_target(intent: Intent, number: int) -> Line:
    """Return what the CDN of a target gets, for its line; () if unknown."""
    stream = dict(streams_of(intent)).get(number)
    if stream is None or intent.state not in LIVE:
        return ()
    return (" · ", *spoken(stream))


def told_of(intent: Intent, numbers: Iterable[int]) -> Container[int]:
    """Return of which of the targets *numbers* a card says what their CDN gets.

    Of those that are well that is the one that gets least: on a phone each takes a
    line more.
    """
    streams = {n: one for n, one in streams_of(intent) if n in numbers}
    ill = {n for n, one in streams.items() if one.missed or one.fell}
    least = min(streams, key=lambda n: _worst_first(streams[n]), default=0)
    return ill | {least}


def spoken(stream: Stream) -> Line:
    """Return the newest figures of *stream* with their age, or that there are none."""
    if stream.missed:
        return said(_("CDN: no data since {when}"), when=_at(stream.missed))
    figured, when = figures(stream.last), When(moment_of(stream.last.at), Clock.AGO)
    if stream.fell:
        text = _("{figures} · {when}; {usual} before {since}")
        usual, since = rate(stream.usual), _at(stream.fell)
        return said(text, figures=figured, when=when, usual=usual, since=since)
    return said(_("{figures} · {when}"), figures=figured, when=when)


def in_row(intent: Intent) -> Line:
    """Return the figures of the target that gets least, for a row of a list."""
    streams = [stream for _number, stream in streams_of(intent)]
    if not streams or intent.state not in LIVE:
        return ()
    return spoken(min(streams, key=_worst_first))


def _worst_first(stream: Stream) -> tuple[bool, float]:
    return not stream.missed, stream.last.bits or 0


def _at(millis: int) -> When:
    return When(moment_of(millis), Clock.TIME)
