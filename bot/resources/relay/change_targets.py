"""The push targets of a relay after a change: kept by their numbers, or given anew."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from bot.access.limits import host_of
from bot.errors import InvalidRequest
from bot.i18n import n_
from bot.resources.relay import cdn
from bot.resources.relay.plan import Plan
from bot.settings import App
from bot.tencent.models.trtc.output import masked_push_url, target_digest

Wire = Mapping[str, Any]

TARGETS = "PublishCdnParams"
_CALLED = re.compile(r"@[a-z0-9.-]{1,32}|\d{1,9}", re.ASCII | re.IGNORECASE)


def reference(handle: str, number: int) -> str:
    """Return what the target of that *number* is called, without its address."""
    return f"@{handle}.{number}"


def references(handle: str, count: int) -> list[str]:
    """Return what *count* targets are called, in their order."""
    return [reference(handle, number) for number in range(1, count + 1)]


def edited(
    lines: list[str],
    adds: tuple[str, ...],
    drops: tuple[str, ...],
    handle: str,
    had: Sequence[str] = (),
) -> list[str]:
    """Return *lines* with *adds*, and without *drops*.

    A drop is a number, a reference, or an address; *had* are the digests of those that
    the relay has by now.

    Raises:
        InvalidRequest: there is no such target.
    """
    left, digests = list(lines), [_digest(one, handle, had) for one in lines]
    for drop in drops:
        number = numbered(drop, handle)
        if not number and (digest := target_digest(drop)) in digests:
            number = digests.index(digest) + 1
        if not 0 < number <= len(lines):
            raise InvalidRequest({"url": _no_such(drop, len(lines))})
        left[number - 1] = ""
    return [*filter(None, left), *adds]


def _digest(line: str, handle: str, had: Sequence[str]) -> str:
    """Return the digest of the address that *line* is, or calls by its number."""
    number = numbered(line, handle)
    if number:
        return had[number - 1] if number <= len(had) else ""
    return target_digest(line)


def _no_such(typed: str, count: int) -> str:
    """Return that there is no target *typed*, of which nothing secret is repeated."""
    sentence = n_(
        "There is no target {typed}: there is {n}.",
        "There is no target {typed}: there are {n}.",
        count,
    )
    shown = typed if _CALLED.fullmatch(typed) else masked_push_url(typed)
    return sentence.format(typed=shown, n=count)


def numbered(text: str, handle: str) -> int:
    """Return the number of the target that *text* calls, 0 if it calls none."""
    bare = text.strip()
    own = f"@{handle}.".casefold()
    bare = bare[len(own) :] if bare.casefold().startswith(own) else bare
    return int(bare) if bare.isascii() and bare.isdigit() and len(bare) < 3 else 0  # noqa: PLR2004 - there are 10 at most


def taken(plan: Plan, wire: Wire, handle: str, app: App | None) -> list[dict[str, Any]]:
    """Return the targets that *plan* names: of *wire* by their numbers, others whole.

    What is there already keeps what was said of its CDN.

    Raises:
        InvalidRequest: a number of which there is no target; words about a CDN that do
            not fit.
    """
    had = list(wire.get(TARGETS) or ())
    by_digest = {target_digest(one["PublishCdnUrl"]): one for one in had}
    lines = plan.get("url", "").split()
    fresh = [one for one in lines if not numbered(one, handle)]
    words = cdn.said({**plan, "url": "\n".join(fresh)})
    targets = []
    for text in lines:
        if number := numbered(text, handle):
            if number > len(had):
                raise InvalidRequest({"url": _no_such(text, len(had))})
            targets.append(had[number - 1])
        elif kept := by_digest.get(target_digest(text)):
            targets.append({**kept, "PublishCdnUrl": text})
        else:
            flag = cdn.flag(host_of(text), words, app)
            targets.append({"PublishCdnUrl": text, "IsTencentCdn": flag})
    return targets
