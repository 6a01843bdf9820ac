"""Whose CDN a push target is on: Tencent bills the traffic to any other.

What the person said counts first, then the hosts that the app names, then Tencent's own
push domains. Every other host is sent as *other*: the page advises to state the field
in any case, since leaving it out may cost money.
https://www.tencentcloud.com/document/product/647/48247
"""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from bot.access.limits import host_of, is_listed
from bot.errors import InvalidRequest
from bot.i18n import _, n_
from bot.settings import App

TENCENT, OTHER = "tencent", "other"
TENCENT_PUSH = (".livepush.myqcloud.com", ".tlivepush.com", ".push.tlivecloud.com")
CHOICE = "cdn-"  # how the names of the form's choices begin, one for each host

Plan = Mapping[str, str]
Wire = Mapping[str, Any]


def choice_of(host: str) -> str:
    """Return the name of the form's choice for *host*."""
    return CHOICE + hashlib.sha256(host.encode()).hexdigest()[:16]


def hosts_of(text: str) -> tuple[str, ...]:
    """Return the hosts of the push addresses in *text*, each once."""
    urls = (url for url in text.split() if url.casefold().startswith("rtmp://"))
    hosts = map(host_of, urls)
    return tuple(dict.fromkeys(host for host in hosts if host))


def is_tencents(host: str, app: App | None) -> bool:
    """Tell whether *host* is known to be Tencent's CDN, by itself or in *app*."""
    listed = app.tencent_push_hosts if app else ()
    return is_listed(host, listed) or is_listed(host, TENCENT_PUSH)


def said(plan: Plan) -> dict[str, str]:
    """Return what the person said of each host: TENCENT or OTHER.

    `cdn=` once holds for every target, and otherwise for each in turn.

    Raises:
        InvalidRequest: not as many words as targets, or two for one host.
    """
    words, urls = plan.get("cdn", "").split(), plan.get("url", "").split()
    _check_count(words, len(urls))
    by_host: dict[str, str] = {}
    each = words * len(urls) if len(words) == 1 else words
    for url, word in zip(urls, each, strict=False):
        host = host_of(url)
        if by_host.setdefault(host, word) != word:
            sentence = _("{host} cannot be both: say tencent or other.")
            raise InvalidRequest({"cdn": sentence.format(host=host)})
    chosen = {host: plan.get(choice_of(host), "") for host in hosts_of("\n".join(urls))}
    return by_host | {host: word for host, word in chosen.items() if word}


def _check_count(words: list[str], targets: int) -> None:
    if len(words) > 1 and targets and len(words) != targets:
        sentence = _("Say it once for all {n} targets, or once for each.")
        raise InvalidRequest({"cdn": sentence.format(n=targets)})


def unsettled(plan: Plan, app: App | None) -> tuple[str, ...]:
    """Return the hosts of which neither anybody nor any list says whose they are."""
    words = said(plan)
    hosts = hosts_of(plan.get("url", ""))
    return tuple(h for h in hosts if h not in words and not is_tencents(h, app))


def flag(host: str, words: Plan, app: App | None) -> int:
    """Return `IsTencentCdn` for *host*, given the *words* said of hosts."""
    word = words.get(host) or (TENCENT if is_tencents(host, app) else OTHER)
    return int(word == TENCENT)


def targets_of(plan: Plan, app: App | None) -> list[dict[str, Any]]:
    """Return the push targets of *plan*, one URL to a line or between spaces."""
    words = said(plan)
    return [
        {"PublishCdnUrl": url, "IsTencentCdn": flag(host_of(url), words, app)}
        for url in plan.get("url", "").split()
    ]


def settled_hosts(plan: Plan) -> frozenset[str]:
    """Return the hosts of which somebody said in the form whose they are."""
    hosts = hosts_of(plan.get("url", ""))
    return frozenset(host for host in hosts if plan.get(choice_of(host)))


def cdn_remarks(wire: Wire, but: frozenset[str] = frozenset()) -> Iterator[str]:
    """Yield which hosts of the request *wire* are sent as other CDN; how to mend it.

    *wire* may be masked: the host of a push address is not. Of the hosts *but* that is
    known already.
    """
    others = dict.fromkeys(
        host_of(str(target.get("PublishCdnUrl", "")))
        for target in wire.get("PublishCdnParams") or ()
        if target.get("IsTencentCdn") == 0
    )
    for host in but:
        others.pop(host, None)
    if not others:
        return
    yield n_(
        "{hosts} is sent as other CDN, which is billed."
        " If it is on Tencent's CDN, start it with cdn=tencent.",
        "{hosts} are sent as other CDN, which is billed."
        " If they are on Tencent's CDN, start it with cdn=tencent.",
        len(others),
    ).format(hosts=", ".join(host or "?" for host in others))
