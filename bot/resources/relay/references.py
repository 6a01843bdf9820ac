"""References to push targets: in a plan `@name` or `@R1.2` stands for an address.

`@youtube-main` is a target that the workspace has given that name, `@R1.2` the second
target of relay R1. A plan and an open form keep the reference. The address, which is a
secret, takes its place at the last moment, just before the request is formed.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from bot.access.limits import host_of
from bot.errors import InvalidRequest
from bot.i18n import _
from bot.ids import Handle
from bot.resources.push import PushAddress
from bot.resources.relay import cdn
from bot.resources.relay.plan import Plan, chosen_app
from bot.settings import App

MARK = "@"
TARGETS, URL, FLAG = "PublishCdnParams", "PublishCdnUrl", "IsTencentCdn"

Places = Mapping[str, PushAddress]


def reference(handle: Handle, number: int) -> str:
    """Return what stands for target *number*, from 1, of the relay *handle*."""
    return f"{MARK}{handle}.{number}"


def references_in(plan: Plan) -> tuple[str, ...]:
    """Return the names that *plan* refers to, each once: `youtube-main`, `r1.2`.

    In lower case and without their mark, as `places` are asked for.
    """
    texts = (*plan.get("url", "").split(), *_pasted(plan))
    return tuple(dict.fromkeys(map(_name, filter(is_reference, texts))))


def is_reference(text: str) -> bool:
    """Tell whether *text* stands for a target and is no address itself."""
    return text.startswith(MARK)


def app_in(plan: Plan, apps: tuple[App, ...]) -> str:
    """Return the name of the app that *plan* or its JSON says; "" if none is clear."""
    fields = _fields(plan)
    named = str(fields.get("SdkAppId") or "")
    try:
        return chosen_app({"app": named} if named else plan, apps).name
    except InvalidRequest:  # which the request is refused for
        return ""


def resolved(plan: Plan, places: Places) -> dict[str, str]:
    """Return *plan* with the address of each of *places* for what refers to it.

    What was said when a target got its name counts for the CDN of its host, unless the
    plan says it otherwise.

    Raises:
        InvalidRequest: two of them say otherwise of one host.
    """
    if not places:
        return dict(plan)
    whole = dict(plan)
    if texts := plan.get("url", "").split():
        whole["url"] = "\n".join(_placed(text, places) for text in texts)
        used = [_name(text) for text in texts if is_reference(text)]
        if not plan.get("cdn"):
            whole = _words([places[one] for one in used if one in places]) | whole
    fields = _fields(plan)
    if any(map(is_reference, _pasted(plan))):
        for target in _targets(fields):
            _place(target, places)
        whole["json"] = json.dumps(fields, ensure_ascii=False)
    return whole


def _words(places: list[PushAddress]) -> dict[str, str]:
    """Return what *places* say of the CDN of each host, as a form's choices say it."""
    words: dict[str, str] = {}
    for place in places:
        host = host_of(place.url.get_secret_value())
        if place.cdn and words.setdefault(cdn.choice_of(host), place.cdn) != place.cdn:
            sentence = _("{host} cannot be both: say tencent or other.")
            raise InvalidRequest({"url": sentence.format(host=host)})
    return words


def _placed(text: str, places: Places) -> str:
    place = places.get(_name(text)) if is_reference(text) else None
    return place.url.get_secret_value() if place else text


def _name(text: str) -> str:
    return text.removeprefix(MARK).casefold()


# ── a pasted request ─────────────────────────────────────────────────────────────


def _place(target: dict[str, Any], places: Places) -> None:
    """Put into *target* of a request the address for what refers to it."""
    text = str(target.get(URL, ""))
    place = places.get(_name(text)) if is_reference(text) else None
    if place:
        target[URL] = place.url.get_secret_value()
        if place.cdn and target.get(FLAG) is None:
            target[FLAG] = int(place.cdn == cdn.TENCENT)


def _pasted(plan: Plan) -> Iterator[str]:
    """Yield the push addresses, and what stands for them, of the JSON of *plan*."""
    for target in _targets(_fields(plan)):
        yield str(target.get(URL, ""))


def _targets(fields: Mapping[str, Any]) -> list[dict[str, Any]]:
    listed = fields.get(TARGETS)
    if not isinstance(listed, list):
        return []
    return [one for one in listed if isinstance(one, dict)]


def _fields(plan: Plan) -> dict[str, Any]:
    """Return the JSON of *plan*; nothing where there is none that can be read."""
    text = plan.get("json", "")
    if MARK not in text and "SdkAppId" not in text:
        return {}
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError):  # which the request is refused for
        return {}
    return fields if isinstance(fields, dict) else {}
