"""What the CDN gets of a relay's targets: the last samples, and whether they fell.

Kept as text with the relay, by the digest of each push address: neither that nor the
name of a stream stands in it. A stream that is not listed is no data, and no end.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import median
from typing import Any

from bot.access.limits import host_of, is_listed
from bot.errors import Busy, CloudError
from bot.journal.model import Intent

MOST = 10  # samples of a stream
FEW = 0.05  # of what is usual; a picture that is still or black takes so few bits
YOUNG = 3  # samples' time from the first one on, in which nothing is made of them
APART = 2.5  # samples' time that two in a row are apart at most
SHORT = 16  # characters of a digest that tell the targets of one relay apart

STILL, BACK = "still", "picture-back"


@dataclass(frozen=True, slots=True)
class Sample:
    """What was got *at* a moment in UTC milliseconds: frames and bits a second.

    None is what was not said.
    """

    at: int
    fps: float | None = None
    bits: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """What is known of one stream.

    *begun* is when its push began, as the CDN writes it, and *first* the time of the
    first sample of that. *usual* are the bits a second before *fell*, the time of the
    first of two samples that were few; both 0 while it is as usual. *missed* is since
    when it is not listed, 0 if it is.
    """

    samples: tuple[Sample, ...] = ()
    begun: str = ""
    first: int = 0
    usual: int = 0
    fell: int = 0
    missed: int = 0

    @property
    def last(self) -> Sample:
        """The newest sample."""
        return self.samples[-1]


@dataclass(frozen=True, slots=True)
class Change:
    """What became of the stream under *digest*: STILL or BACK, *at* a moment.

    *bits* a second are got now, and *usual* were before, or are again.
    """

    what: str
    digest: str
    at: int
    bits: int
    usual: int


@dataclass(frozen=True, slots=True)
class Pushed:
    """What is known of a relay's streams, by their short digests.

    *drawn* is when its card last said so, in UTC milliseconds.
    """

    streams: Mapping[str, Stream] = field(default_factory=dict)
    drawn: int = 0

    @property
    def text(self) -> str:
        """All of it, to be kept."""
        streams = {
            digest: [
                one.begun,
                one.first,
                one.usual,
                one.fell,
                one.missed,
                [[each.at, each.fps, each.bits] for each in one.samples],
            ]
            for digest, one in self.streams.items()
        }
        return json.dumps([self.drawn, streams], separators=(",", ":"))


@dataclass(frozen=True, slots=True, kw_only=True)
class LastHour:
    """What the CDN says of the target of that *number*.

    *state* is its word for how the stream stands, *got* what it got of it, oldest
    first. *error* is why one of both is not known.
    """

    number: int
    state: str = ""
    got: tuple[Sample, ...] = ()
    error: CloudError | Busy | None = None


def pushed_of(text: str) -> Pushed:
    """Return what was kept as *text*; nothing of what no release wrote."""
    try:
        drawn, streams = json.loads(text or "[0, {}]")
        return Pushed(
            {digest: _stream(*row) for digest, row in streams.items()}, int(drawn)
        )
    except (ValueError, TypeError, AttributeError):
        return Pushed()


def _stream(
    begun: str,
    first: int,
    usual: int,
    fell: int,
    missed: int,
    samples: list[list[Any]],
) -> Stream:
    return Stream(
        samples=tuple(Sample(*one) for one in samples),
        begun=begun,
        first=first,
        usual=usual,
        fell=fell,
        missed=missed,
    )


def short(digest: str) -> str:
    """Return as much of *digest* as what is kept goes by."""
    return digest[:SHORT]


def streams_of(relay: Intent) -> Iterator[tuple[int, Stream]]:
    """Yield what is known of each target of *relay*, by its number from 1 on."""
    if not relay.pushed:
        return
    streams = pushed_of(relay.pushed).streams
    for number, digest in enumerate(relay.targets, 1):
        stream = streams.get(short(digest))
        if stream and stream.samples:
            yield number, stream


def may_be_still(relay: Intent) -> bool:
    """Tell whether the CDN gets little of a target of *relay*, as it last was asked."""
    return any(stream.fell for _number, stream in streams_of(relay))


def asked(relay: Intent, domains: Sequence[str]) -> dict[str, int]:
    """Return which targets of *relay* the CDN is asked about: digests, by number.

    Those on *domains*; without any, those that were sent as on Tencent's CDN.
    """
    sent = relay.masked.get("PublishCdnParams") or ()
    return {
        digest: number
        for number, (digest, one) in enumerate(
            zip(relay.targets, sent, strict=False), 1
        )
        if (
            is_listed(host_of(one.get("PublishCdnUrl", "")), domains)
            if domains
            else one.get("IsTencentCdn") == 1
        )
    }


# ── a sample more ────────────────────────────────────────────────────────────────


def sampled(before: Stream | None, sample: Sample, begun: str, every: float) -> Stream:
    """Return what is known with *sample*, of a push that has *begun* then.

    *every* is the time from one sample to the next, in milliseconds.
    """
    if before is None or (begun and before.begun and begun != before.begun):
        return Stream(samples=(sample,), begun=begun, first=sample.at)
    samples = (*before.samples, sample)[-MOST:]
    now = replace(before, samples=samples, begun=begun or before.begun, missed=0)
    if before.usual:
        return replace(now, usual=0, fell=0) if _is_back(now, every) else now
    usual = _fallen_from(now, every)
    return replace(now, usual=usual, fell=samples[-2].at) if usual else now


def missed(before: Stream, at: int) -> Stream:
    """Return what is known when it was not listed *at* a moment."""
    return before if before.missed else replace(before, missed=at)


def changes(before: Pushed, after: Pushed) -> Iterator[Change]:
    """Yield each stream that fell since *before*, and each that is back."""
    for digest, now in after.streams.items():
        was = before.streams.get(digest, Stream())
        bits = now.last.bits or 0
        if now.fell and now.fell != was.fell:
            yield Change(STILL, digest, now.fell, bits, now.usual)
        elif was.fell and not now.fell and now.begun == was.begun:
            yield Change(BACK, digest, now.last.at, bits, was.usual)


def _last_two(stream: Stream, every: float) -> tuple[Sample, Sample] | None:
    """Return the last two samples, if both say bits and stand next to each other."""
    if len(stream.samples) < 2:  # noqa: PLR2004 - two of them
        return None
    one, other = stream.samples[-2:]
    if one.bits is None or other.bits is None:
        return None
    return (one, other) if other.at - one.at <= APART * every else None


def _fallen_from(stream: Stream, every: float) -> int:
    """Return what is usual, if the last two samples are few of that; else 0."""
    pair = _last_two(stream, every)
    if pair is None or pair[0].at < stream.first + YOUNG * every:
        return 0
    usual = median(one.bits for one in stream.samples if one.bits is not None)
    few = all((one.bits or 0) < FEW * usual for one in pair)
    return round(usual) if few else 0


def _is_back(stream: Stream, every: float) -> bool:
    pair = _last_two(stream, every) or (Sample(0),)
    return all((one.bits or 0) >= FEW * stream.usual for one in pair)
