"""What two requests of one relay differ in, line by line, without a secret."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.journal.model import Difference
from bot.resources.relay.bounds import at
from bot.resources.relay.plan import ENCODING, KEYS
from bot.resources.relay.replanned import keyed
from bot.tencent.models.trtc.requests import StartPublishCdnStream

Wire = Mapping[str, Any]

_ENCODE = "VideoParams.VideoEncode"
_NAMES = ("Width", "Height", "Fps", "BitRate", "Gop")
_BY_THEMSELVES = {"url", "cdn", "quality", *ENCODING}
# What no key can say: counted, by where it stands.
_COUNTED = {
    "cells": "VideoParams.LayoutParams.MixLayoutList",
    "logo": "VideoParams.WaterMarkList",
}


def between(
    was: StartPublishCdnStream, now: StartPublishCdnStream
) -> tuple[Difference, ...]:
    """Return in which lines *now* is another than *was*; addresses are masked."""
    return (*_of_targets(was, now), *_of_the_rest(was.masked(), now.masked()))


def but(
    differences: Iterable[Difference], other_than: Iterable[Difference]
) -> tuple[Difference, ...]:
    """Return *differences* from what it perhaps is, where no other says the field."""
    fields = {one.field for one in other_than}
    return tuple(
        replace(one, was=f"{one.was}?")
        for one in differences
        if one.field not in fields
    )


def _of_targets(
    was: StartPublishCdnStream, now: StartPublishCdnStream
) -> Iterator[Difference]:
    """Yield targets that came, went, or are in the place of one that went."""
    before, after = list(was.targets), list(now.targets)
    shown = {**_addresses(was), **_addresses(now)}
    gone = [digest for digest in before if digest not in after]
    come = [digest for digest in after if digest not in before]
    numbers = {digest: n for n, digest in enumerate(before, 1)}
    for number, digest in enumerate(after, 1):
        if digest not in come:
            continue
        in_place = before[number - 1] if number <= len(before) else ""
        replaced = in_place if in_place in gone else ""
        if replaced:
            gone.remove(replaced)
        text = f"{number} {shown[replaced]}" if replaced else ""
        yield Difference(field="url", was=text, now=f"{number} {shown[digest]}")
    for digest in gone:
        yield Difference(field="url", was=f"{numbers[digest]} {shown[digest]}")
    yield from _of_cdn(was, now, shown)


def _of_cdn(
    was: StartPublishCdnStream, now: StartPublishCdnStream, shown: Mapping[str, str]
) -> Iterator[Difference]:
    before, after = _flags(was), _flags(now)
    for digest, flag in after.items():
        if digest in before and before[digest] != flag:
            words = (before[digest], flag)
            old, new = ("tencent" if one else "other" for one in words)
            text = shown[digest]
            yield Difference(field="cdn", was=f"{text} {old}", now=f"{text} {new}")


def _flags(request: StartPublishCdnStream) -> dict[str, int | None]:
    each = request.publish_cdn_params or ()
    return {
        digest: one.is_tencent_cdn
        for digest, one in zip(request.targets, each, strict=True)
    }


def _addresses(request: StartPublishCdnStream) -> dict[str, str]:
    """Return the masked address of each target, by its digest."""
    masked = request.masked().get("PublishCdnParams") or ()
    urls = (str(one["PublishCdnUrl"]) for one in masked)
    return dict(zip(request.targets, urls, strict=True))


def _of_the_rest(was: Wire, now: Wire) -> Iterator[Difference]:
    for key, name in zip(ENCODING, _NAMES, strict=True):
        old, new = (at(one, f"{_ENCODE}.{name}") for one in (was, now))
        if old != new:
            yield Difference(field=key, was=_text(old), now=_text(new))
    before, after = keyed(was), keyed(now)
    named: set[str] = set()
    for key in KEYS:
        if key in _BY_THEMSELVES or before.get(key, "") == after.get(key, ""):
            continue
        named.add(key)
        yield Difference(field=key, was=before.get(key, ""), now=after.get(key, ""))
    for key, path in _COUNTED.items():
        old, new = (at(one, path) or () for one in (was, now))
        if old != new and not named & {"layout", "users", "logo"}:
            yield Difference(field=key, was=_count(old), now=_count(new))


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _count(values: Sequence[object]) -> str:
    return str(len(values)) if values else ""
