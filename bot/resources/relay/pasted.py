"""A whole request as JSON, and what was said beside it.

What the JSON does not have may be filled in by a key; a key that says something else is
refused, since one of the two would be ignored.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from bot.access.limits import host_of
from bot.errors import InvalidRequest
from bot.i18n import _, n_
from bot.resources.long_texts import is_long
from bot.resources.relay import bounds, cdn
from bot.resources.relay.more import own_robot
from bot.resources.relay.plan import (
    AUDIO,
    CAMERA,
    ENCODING,
    IDLE,
    LAYOUTS,
    MIX,
    MORE,
    NUMBER,
    ONE,
    QUALITIES,
    READY,
    SCREENED,
    SOUND,
    TEXT,
    Plan,
    check_words,
    chosen_app,
    guessed_type,
)
from bot.runtime.redact import HIDE
from bot.settings import App
from bot.tencent.models.trtc.output import masked_push_url

Fields = dict[str, Any]

_SWALLOWED = re.compile(r"(?:\s+--(?:go|dry-run|yes))+\s*\Z")
MOST_FAULTS = 5  # that are told at once
BEFORE, AFTER = 10, 6  # characters shown around what is no JSON
FORM_ONLY = ("users", "large", "feedback", *MORE)
ENCODE = "VideoParams.VideoEncode"
SINGLE = "SingleSubscribeParams.UserMediaStream"
WHOLE: Mapping[
    str, tuple[str, Callable[[str], object]]
] = {  # keys whose value stands at one place, and how it is written there
    "room": ("RoomId", str),
    "type": ("RoomIdType", {NUMBER: 0, TEXT: 1}.get),
    "user": (f"{SINGLE}.UserInfo.UserId", str),
    "stream": (f"{SINGLE}.StreamType", {CAMERA: 0, SCREENED: 1}.get),
    "layout": ("VideoParams.LayoutParams.MixLayoutMode", LAYOUTS.get),
    "idle": ("AgentParams.MaxIdleTime", int),
    "width": (f"{ENCODE}.Width", int),
    "height": (f"{ENCODE}.Height", int),
    "fps": (f"{ENCODE}.Fps", int),
    "bitrate": (f"{ENCODE}.BitRate", int),
    "gop": (f"{ENCODE}.Gop", int),
}


def read(text: str, field: str) -> Any:
    """Return what the JSON *text* of *field* says.

    Raises:
        InvalidRequest: it is none; with line and column.
    """
    try:
        return json.loads(text)
    except RecursionError:
        sentence = _("The JSON is nested too deep.")
        raise InvalidRequest({field: sentence}) from None
    except ValueError as error:
        raise InvalidRequest({field: _not_json(text, error)}) from None


def _not_json(text: str, error: ValueError) -> str:
    """Return where *text* stops being JSON, with a few characters of that place."""
    row, column = getattr(error, "lineno", 1), getattr(error, "colno", 1)
    lines = text.splitlines()
    here = lines[row - 1] if row <= len(lines) else ""
    excerpt = HIDE(here[max(column - 1 - BEFORE, 0) : column - 1 + AFTER].strip())
    if not excerpt:
        sentence = _("That is not JSON: it ends too early, in line {line}.")
        return sentence.format(line=len(lines))
    sentence = _("That is not JSON: see line {line}, column {column}, at “{excerpt}”.")
    return sentence.format(line=row, column=column, excerpt=excerpt)


def without_flags(plan: Plan) -> tuple[dict[str, str], bool]:
    """Return *plan* without the flags that JSON which never ends has swallowed.

    And whether there were any.
    """
    text = plan.get("json", "")
    bare = _SWALLOWED.sub("", text)
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return {**plan, **({"json": bare} if text else {})}, bare != text
    return dict(plan), False


def compact(text: str) -> str:
    """Return the JSON *text* without what only lays it out, if a field is too short."""
    if not is_long(text):
        return text
    try:
        return json.dumps(json.loads(text), separators=(",", ":"), ensure_ascii=False)
    except (ValueError, RecursionError):
        return text


def listed(faults: Mapping[str, str]) -> str:
    """Return *faults* as one text, the first few, each on a line of its own."""
    lines = [
        f"{path}: {sentence}" if path else sentence for path, sentence in faults.items()
    ]
    left = len(lines) - MOST_FAULTS
    if left > 0:
        rest = n_("… and {n} more.", "… and {n} more.", left).format(n=left)
        lines = [*lines[:MOST_FAULTS], rest]
    return "\n".join(lines)


def app_of(fields: Fields, plan: Plan, apps: Sequence[App]) -> App:
    """Return the app that the JSON names, or else *plan*; the JSON then names it.

    Raises:
        InvalidRequest: there is no such app, or the two name different ones.
    """
    pasted = fields.get("SdkAppId")
    app = chosen_app({"app": HIDE(str(pasted))} if pasted else plan, apps)
    if pasted and plan.get("app") and chosen_app(plan, apps) != app:
        raise InvalidRequest({"app": _differ(plan["app"], str(pasted))})
    fields.setdefault("SdkAppId", app.sdk_app_id)
    return app


def fill(fields: Fields, plan: Plan, app: App, agent: str) -> tuple[str, ...]:
    """Fill into *fields* what *plan* says beside them, the robot and its CDNs' names.

    Returns:
        Sentences on what was filled in, or replaced.

    Raises:
        InvalidRequest: what the plan says otherwise than the JSON, by field.
    """
    check_words(plan)
    filled: list[str] = []
    faults = _unsaid(plan)
    for key, put in _claims(plan):
        try:
            if put(fields):
                filled.append(key)
        except _Otherwise as error:
            faults[key] = _differ(error.here, error.there)
    if faults:
        raise InvalidRequest(faults)
    _settle_targets(fields, plan, app)
    remarks = list(_robot(fields, agent))
    if filled:
        sentence = _("Taken from what was typed, since the JSON has none: {keys}.")
        remarks.append(sentence.format(keys=", ".join(dict.fromkeys(filled))))
    return tuple(remarks)


# ── what a key says of the request ───────────────────────────────────────────────

Put = Callable[[Fields], bool]


def _unsaid(plan: Plan) -> dict[str, str]:
    """Return the keys of *plan* that say nothing beside a whole request."""
    sentence = _("Write this into the JSON; beside a whole request it has no effect.")
    faults = {key: sentence for key in FORM_ONLY if plan.get(key)}
    if plan.get("layout") in READY:
        faults["layout"] = sentence
    return faults


class _Otherwise(Exception):
    """The JSON says something else."""

    def __init__(self, here: str, there: str) -> None:
        self.here = here
        self.there = there


def _claims(plan: Plan) -> Iterator[tuple[str, Put]]:
    """Yield each key of *plan* that says something of the request, and how to say it.

    Saying it returns whether the JSON had nothing there.
    """
    for key, say in SAYINGS.items():
        if text := plan.get(key):
            yield key, partial(say, text)
    for key, (path, written) in WHOLE.items():
        if text := plan.get(key):
            _check_number(key, text)
            yield key, partial(_say, path, written(text), text)
    if plan.get("room") and not plan.get("type"):
        yield "room", partial(_say_type, plan["room"])


def _check_number(key: str, text: str) -> None:
    if key in {"idle", *ENCODING} and not (text.isascii() and text.isdigit()):
        sentence = _("“{given}” is not a whole number.").format(given=text[:40])
        raise InvalidRequest({key: sentence})


def _say(path: str, value: object, shown: str, fields: Fields) -> bool:
    """Say *value*, *shown* so, at the dotted *path*; None says nothing there."""
    if value is None:
        return False
    there = bounds.at(fields, path)
    if there is None:
        return _put(fields, path, value)
    if str(there) != str(value):
        raise _Otherwise(shown, str(there))
    return False


def _say_quality(quality: str, fields: Fields) -> bool:
    numbers = zip(ENCODING, QUALITIES.get(quality, ()), strict=False)
    filled = [
        _say(WHOLE[key][0], value, f"{quality} ({key} {value})", fields)
        for key, value in numbers
    ]
    return any(filled)


def _put(fields: Fields, path: str, value: object) -> bool:
    """Put *value* at the dotted *path*, unless something there is no object."""
    *steps, last = path.split(".")
    inside: Any = fields
    for step in steps:
        inside = inside.setdefault(step, {})
        if not isinstance(inside, dict):
            return False
    inside[last] = value
    return True


def _say_what(what: str, fields: Fields) -> bool:
    if fields.get("WithTranscoding") is None:
        fields["WithTranscoding"] = int(what != ONE)
        return True
    mixed = MIX if fields.get("VideoParams") else AUDIO
    there = mixed if fields["WithTranscoding"] else ONE
    if what != there:
        raise _Otherwise(what, there)
    return False


def _say_stream(stream: str, fields: Fields) -> bool:
    if stream == SOUND and fields.get("VideoParams"):
        raise _Otherwise(SOUND, "VideoParams")
    return False


def _say_type(room: str, fields: Fields) -> bool:
    if fields.get("RoomIdType") is not None:
        return False
    fields["RoomIdType"] = int(guessed_type(room) == TEXT)
    return True


def _say_targets(text: str, fields: Fields) -> bool:
    urls, there = text.split(), list(_targets(fields))
    if not there:
        fields["PublishCdnParams"] = [{"PublishCdnUrl": url} for url in urls]
        return True
    pasted = [str(target.get("PublishCdnUrl", "")) for target in there]
    if sorted(urls) != sorted(pasted):
        here, other = (", ".join(map(masked_push_url, some)) for some in (urls, pasted))
        raise _Otherwise(here, other)
    return False


SAYINGS: Mapping[str, Callable[[str, Fields], bool]] = {
    "what": _say_what,
    "stream": _say_stream,
    "quality": _say_quality,
    "url": _say_targets,
}


def _settle_targets(fields: Fields, plan: Plan, app: App) -> None:
    """State for each target whose CDN it is on.

    Raises:
        InvalidRequest: somebody said otherwise than the JSON.
    """
    urls = [str(one.get("PublishCdnUrl", "")) for one in _targets(fields)]
    words = cdn.said({**plan, "url": "\n".join(urls)})
    for target, url in zip(_targets(fields), urls, strict=True):
        host = host_of(url)
        there = target.get("IsTencentCdn")
        if there is None:
            target["IsTencentCdn"] = cdn.flag(host, words, app)
        elif host in words and there != cdn.flag(host, words, app):
            word = cdn.TENCENT if there else cdn.OTHER
            raise InvalidRequest({"cdn": _differ(words[host], word)})


def _robot(fields: Fields, agent: str) -> Iterator[str]:
    robot = fields.get("AgentParams") or {}
    if isinstance(robot, dict):  # what is none is refused with the rest
        if robot.keys() & {"UserId", "UserSig"}:
            yield _("The robot's UserId and UserSig are the bot's own, not the pasted.")
        kept = {name: value for name, value in robot.items() if name != "UserSig"}
        fields["AgentParams"] = {"MaxIdleTime": IDLE, **kept, "UserId": agent}
    for count, room in enumerate(_objects(fields, "FeedBackRoomParams"), 1):
        room.pop("UserSig", None)
        room.setdefault("UserId", own_robot(agent, count))


def _targets(fields: Fields) -> list[Fields]:
    return _objects(fields, "PublishCdnParams")


def _objects(fields: Fields, name: str) -> list[Fields]:
    listed = fields.get(name)
    return (
        [o for o in listed if isinstance(o, dict)] if isinstance(listed, list) else []
    )


def _differ(here: str, there: str) -> str:
    sentence = _("{here} here, {there} in the JSON.")
    return sentence.format(here=HIDE(here), there=HIDE(there))
