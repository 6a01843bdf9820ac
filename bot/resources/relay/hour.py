"""The answer to what the CDN got of a relay in the last hour: figures, in words.

What is told of a time is told of the readings in it; where there was none, nothing is.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from statistics import median

from bot.dialogue.outcome import (
    Bold,
    Button,
    Clock,
    Mono,
    Outcome,
    Part,
    Span,
    Tone,
    When,
    line,
    said,
)
from bot.errors import Refused
from bot.i18n import _, n_
from bot.journal.evidence import moment_of
from bot.journal.model import Intent
from bot.resources.relay.quality import LOOKS, rate, spoken
from bot.resources.relay.samples import LastHour, Sample, streams_of
from bot.resources.relay.targets import target_name
from bot.resources.relay.wanted import room

HALF = 0.5  # of a bit rate; a fall by more is said
PAUSE = 300_000  # milliseconds between two readings, of which it is said
FORBIDDEN = ("UnauthorizedOperation", "AuthFailure.UnauthorizedOperation")

Line = tuple[Span, ...]


def off(relay: Intent) -> Outcome:
    """Return that the CDN is not asked, and what turns that on."""
    text = _("{handle}: what the CDN gets is not asked here.").format(
        handle=relay.handle
    )
    sentence = _("BOT_LIVE_ENDPOINT and a key turn that on; see docs/install.md.")
    return Outcome(headline=(text,), tone=Tone.UNKNOWN, sentence=(sentence,))


def answer(relay: Intent, hours: Sequence[LastHour]) -> Outcome:
    """Return what the CDN says of each target of *relay* that it was asked about."""
    text = _("{handle} · push quality of the last hour")
    parts: list[Part] = []
    for one in hours:
        parts += _of_target(relay, one)
    if not hours:
        nowhere = _("None of its targets is on Tencent's CDN, as far as is known here.")
        parts.append(line(nowhere))
    errors = (one.error.code for one in hours if isinstance(one.error, Refused))
    explained = [
        Button(_("Explain"), "lookup", f"{code} product=live")
        for code in dict.fromkeys(errors)
    ]
    again = Button(_("Refresh"), "relay", f"quality {relay.id}")
    return Outcome(
        headline=(Bold(text.format(handle=relay.handle)),),
        buttons=(again, *room(relay), *explained),
        parts=tuple(parts),
        handle=relay.handle,
    )


def _of_target(relay: Intent, one: LastHour) -> Iterator[Part]:
    yield line(Bold(target_name(relay, one.number)))
    stream = dict(streams_of(relay)).get(one.number)
    if stream:
        yield line(*said(_("Last sample: {what}"), what=spoken(stream)))
    if one.state:
        yield line(_state(one.state))
    if one.error:
        yield line(*_why(one))
    elif one.got:
        yield from (line(*each) for each in _figures(one.got))
    else:
        text = _("No reading of the last hour came. That says nothing of the relay.")
        yield line(text)


def _state(state: str) -> str:
    texts: Mapping[str, str] = {
        "active": _("CSS calls the stream active. By its page that may lag."),
        "inactive": _("CSS calls the stream inactive. By its page that may lag."),
        "forbid": _("CSS calls the stream forbidden: it may not be pushed."),
    }
    return texts.get(state, _("CSS calls the stream {state}.").format(state=state))


def _why(one: LastHour) -> Line:
    """Return why what was asked is not known."""
    if isinstance(one.error, Refused) and one.error.code in FORBIDDEN:
        names = ", ".join(f"live:{request.action}" for request in LOOKS)
        return said(_("The key may not ask that. It needs {names}."), names=Mono(names))
    return said(_("Tencent did not say: {why}"), why=str(one.error))


def _figures(got: Sequence[Sample]) -> Iterator[Line]:
    """Yield what was got, mostly and at least, and when it fell or was not read."""
    yield said(
        n_("{n} reading, the last {when}.", "{n} readings, the last {when}.", len(got)),
        n=str(len(got)),
        when=When(moment_of(got[-1].at), Clock.AGO),
    )
    bits = [(one.bits, one.at) for one in got if one.bits is not None]
    if bits:
        least = min(bits)
        yield said(
            _("Bit rate: {usual} mostly, {least} at least ({when}), {most} at most."),
            usual=rate(median(b for b, _at in bits)),
            least=rate(least[0]),
            when=_time(least[1]),
            most=rate(max(bits)[0]),
        )
    frames = [(one.fps, one.at) for one in got if one.fps is not None]
    if frames:
        fewest = min(frames)
        yield said(
            _("Frame rate: {usual} fps mostly, {least} fps at least ({when})."),
            usual=f"{median(f for f, _at in frames):.3g}",
            least=f"{fewest[0]:.3g}",
            when=_time(fewest[1]),
        )
    yield from _falls(bits)
    yield from _pauses(got)


def _falls(bits: Sequence[tuple[int, int]]) -> Iterator[Line]:
    """Yield where the bit rate fell most from one reading to the next, if by half."""
    steps = [(now - was, was, now, at) for (was, _at), (now, at) in pairwise(bits)]
    lost, was, now, at = min(steps, default=(0, 0, 0, 0))
    if lost < 0 and now < HALF * was:
        text = _("Largest fall: from {was} to {now}, {when}.")
        yield said(text, was=rate(was), now=rate(now), when=_time(at))


def _pauses(got: Sequence[Sample]) -> Iterator[Line]:
    """Yield the longest time in which nothing was read, if it was long."""
    pairs = ((other.at - one.at, one.at, other.at) for one, other in pairwise(got))
    longest, since, until = max(pairs, default=(0, 0, 0))
    if longest > PAUSE:
        text = _("No reading between {since} and {until}.")
        yield said(text, since=_time(since), until=_time(until))


def _time(millis: int) -> When:
    return When(moment_of(millis), Clock.TIME)
