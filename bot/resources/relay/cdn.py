"""Whose CDN a push target is on: Tencent bills the traffic to any other.

What the person said counts first, then the hosts that the app names, then Tencent's own
push domains. Every other host is sent as *other*: the page advises to state the field
in any case, since leaving it out may cost money.
https://www.tencentcloud.com/document/product/647/48247
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from bot.access.limits import host_of, is_listed
from bot.errors import InvalidRequest
from bot.i18n import _, n_
from bot.settings import App
from bot.tencent.models.trtc.requests import StartPublishCdnStream

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
    return _said(plan, [host_of(url) for url in plan.get("url", "").split()])


def _said(plan: Plan, hosts: Sequence[str]) -> dict[str, str]:
    """Return what was `said` of *hosts*, those of the targets of *plan* in turn."""
    words = plan.get("cdn", "").split()
    _check_count(words, len(hosts))
    by_host: dict[str, str] = {}
    each = words * len(hosts) if len(words) == 1 else words
    for host, word in zip(hosts, each, strict=False):
        if by_host.setdefault(host, word) != word:
            sentence = _("{host} cannot be both: say tencent or other.")
            raise InvalidRequest({"cdn": sentence.format(host=host)})
    return by_host | _chosen(plan)


def _chosen(plan: Plan) -> dict[str, str]:
    """Return what was chosen for each host in the form, which asks where it must."""
    if not any(key.startswith(CHOICE) for key in plan):
        return {}
    hosts = hosts_of(plan.get("url", ""))
    words = {host: plan.get(choice_of(host), "") for host in hosts}
    return {host: word for host, word in words.items() if word}


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
    urls = plan.get("url", "").split()
    hosts = [host_of(url) for url in urls]
    words = _said(plan, hosts)
    return [
        {"PublishCdnUrl": url, "IsTencentCdn": flag(host, words, app)}
        for url, host in zip(urls, hosts, strict=True)
    ]


def settled_hosts(plan: Plan) -> frozenset[str]:
    """Return the hosts of which somebody said in the form whose they are."""
    return frozenset(_chosen(plan))


def cdn_remarks(wire: Wire) -> Iterator[str]:
    """Yield which hosts of the request *wire* are sent as other CDN; how to mend it.

    *wire* may be masked: the host of a push address is not.
    """
    return _remarks(
        host_of(str(target.get("PublishCdnUrl", "")))
        for target in wire.get("PublishCdnParams") or ()
        if target.get("IsTencentCdn") == 0
    )


def remarks_on(request: StartPublishCdnStream, plan: Plan) -> Iterator[str]:
    """Yield which hosts *request* is sent to as other CDN, unless its *plan* says it.

    That is where somebody said so in the form.
    """
    others = (
        host_of(target.publish_cdn_url.get_secret_value())
        for target in request.publish_cdn_params or ()
        if target.is_tencent_cdn == 0
    )
    settled = settled_hosts(plan)
    return _remarks(host for host in others if host not in settled)


def _remarks(hosts: Iterable[str]) -> Iterator[str]:
    others = dict.fromkeys(hosts)
    if not others:
        return
    yield n_(
        "{hosts} is sent as other CDN, which is billed."
        " If it is on Tencent's CDN, start it with cdn=tencent.",
        "{hosts} are sent as other CDN, which is billed."
        " If they are on Tencent's CDN, start it with cdn=tencent.",
        len(others),
    ).format(hosts=", ".join(host or "?" for host in others))
