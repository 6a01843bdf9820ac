"""What a person says about a relay, read into the request that starts it.

Words typed and fields filled in are the same *plan*: a mapping of names to text. So
`/relay start 295066 quality=720p15` and the form can stand in for each other, and a
fault of the request is reported under the name of the field it came from.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from bot.dialogue.ask import Ask
from bot.dialogue.words import TokenKind
from bot.errors import InvalidRequest, UsageError
from bot.i18n import _
from bot.products import REGIONS
from bot.settings import App
from bot.tencent.models.trtc.requests import StartPublishCdnStream

Plan = Mapping[str, str]

MIX, ONE, AUDIO = "mix", "one", "audio"
GRID, FLOAT, SCREEN, CUSTOM = "grid", "float", "screen", "custom"
NUMBER, TEXT = "number", "text"

# width, height, frames a second, kbit/s; 720p15 is the API page's own example
QUALITIES: Mapping[str, tuple[int, int, int, int]] = {
    "1080p30": (1920, 1080, 30, 3000),
    "720p15": (1280, 720, 15, 1536),
    "540p15": (960, 540, 15, 800),
}
LAYOUTS = {FLOAT: 1, SCREEN: 2, GRID: 3, CUSTOM: 4}

DEFAULTS: Plan = {
    "what": MIX,
    "layout": GRID,
    "quality": "720p15",
    "idle": "30",
    "stream": "camera",
}

KEYS = (
    "app",
    "region",
    "room",
    "type",
    "what",
    "user",
    "stream",
    "layout",
    "url",
    "quality",
    "width",
    "height",
    "fps",
    "bitrate",
    "gop",
    "idle",
    "note",
    "json",
)

WORDS = {
    "type": {NUMBER, TEXT},
    "what": {MIX, ONE, AUDIO},
    "stream": {"camera", "screen"},
    "layout": set(LAYOUTS),
    "quality": {*QUALITIES, CUSTOM},
}

# Which field a fault in the request belongs to; the longest prefix wins.
FIELDS = {
    "": "url",
    "SdkAppId": "app",
    "RoomId": "room",
    "RoomIdType": "type",
    "AgentParams.MaxIdleTime": "idle",
    "WithTranscoding": "what",
    "SingleSubscribeParams": "user",
    "PublishCdnParams": "url",
    "FeedBackRoomParams": "url",
    "VideoParams.VideoEncode": "quality",
    "VideoParams.VideoEncode.Width": "width",
    "VideoParams.VideoEncode.Height": "height",
    "VideoParams.VideoEncode.Fps": "fps",
    "VideoParams.VideoEncode.BitRate": "bitrate",
    "VideoParams.VideoEncode.Gop": "gop",
    "VideoParams.LayoutParams": "layout",
}
ENCODING = ("width", "height", "fps", "bitrate", "gop")

LARGEST_NUMBER = 2**32 - 1
TENCENT_PUSH = re.compile(r"rtmp://[^/]*\.(livepush\.myqcloud|tlivepush)\.com(/|$)")


@dataclass(frozen=True, slots=True)
class Prepared:
    """A request that is ready, where it goes, and the note beside it."""

    request: StartPublishCdnStream
    app: App
    region: str
    note: str = ""
    remarks: tuple[str, ...] = ()


def plan_of(ask: Ask) -> dict[str, str]:
    """Read the words of *ask* into a plan: a bare word is the room."""
    words = ask.words
    plan = {key: values[-1] for key, values in words.pairs.items()}
    if urls := ask.values("url"):
        plan["url"] = "\n".join(urls)
    if len(words.ids) > 1:
        read = ", ".join(token.text for token in words.ids)
        raise UsageError(
            _("I read more than one room: {rooms}.").format(rooms=read),
            usage=_("Put a room with spaces in quotes."),
        )
    if words.ids and words.ids[0].kind in {TokenKind.TASK, TokenKind.REQUEST}:
        raise UsageError(
            _("{text} is an ID, not a room.").format(text=words.ids[0].text)
        )
    if words.ids:
        plan.setdefault("room", words.ids[0].text)
    return plan


def guessed_type(room: str) -> str:
    """Guess how *room* was created: all digits within 32 bits is a number."""
    number = room.isascii() and room.isdigit() and 0 < int(room) <= LARGEST_NUMBER
    return NUMBER if number else TEXT


def check_words(plan: Plan) -> None:
    """Refuse a choice that does not exist, before a form is drawn from it.

    Raises:
        InvalidRequest: the choice, and what there is to choose from.
    """
    faults = {}
    for key, allowed in WORDS.items():
        if plan.get(key) and plan[key] not in allowed:
            sentence = _("“{given}” is not one of {words}.")
            words = ", ".join(sorted(allowed))
            faults[key] = sentence.format(given=plan[key], words=words)
    if faults:
        raise InvalidRequest(faults)


def complete(plan: Plan) -> bool:
    """Tell whether *plan* says all that a relay cannot do without."""
    return bool(plan.get("json") or (plan.get("room") and plan.get("url")))


def prepared_from(plan: Plan, apps: Sequence[App], agent: str) -> Prepared:
    """Return the request that *plan* describes, for the robot *agent*.

    Raises:
        InvalidRequest: faults under the names of the plan.
    """
    if plan.get("json", "").strip():
        return _from_json(plan, apps, agent)
    whole = {**DEFAULTS, **{key: text for key, text in plan.items() if text}}
    check_words(whole)
    app = chosen_app(whole, apps)
    fields = _fields(whole, app, agent)
    try:
        request = StartPublishCdnStream.of(fields)
    except InvalidRequest as error:
        raise InvalidRequest(_by_field(error.faults, whole)) from None
    region = _region(whole, app, "region")
    return Prepared(request, app, region, whole.get("note", ""))


def _region(plan: Plan, app: App, field: str) -> str:
    region = plan.get("region") or app.region
    if region not in REGIONS:
        sentence = _("“{region}” is not one of {regions}.")
        text = sentence.format(region=region, regions=", ".join(REGIONS))
        raise InvalidRequest({field: text})
    return region


def chosen_app(plan: Plan, apps: Sequence[App]) -> App:
    """Return the app that *plan* names, or the only one there is.

    Raises:
        InvalidRequest: no such app, or several and none named.
    """
    names = ", ".join(app.name for app in apps) or _("none")
    if named := plan.get("app", ""):
        for app in apps:
            if named in {app.name, str(app.sdk_app_id)}:
                return app
        sentence = _("There is no app “{name}” here; there is {names}.")
        raise InvalidRequest({"app": sentence.format(name=named, names=names)})
    if len(apps) == 1:
        return apps[0]
    if not apps:
        sentence = _("No TRTC app is configured; ask whoever runs this bot.")
        raise InvalidRequest({"app": sentence})
    raise InvalidRequest({"app": _("Say which app: {names}.").format(names=names)})


def targets_of(text: str) -> list[dict[str, Any]]:
    """Return the push targets of *text*, one URL to a line or between spaces.

    `IsTencentCdn` is always sent, since leaving it out may cost money.
    """
    return [
        {"PublishCdnUrl": url, "IsTencentCdn": int(bool(TENCENT_PUSH.match(url)))}
        for url in text.split()
    ]


def _fields(plan: Plan, app: App, agent: str) -> dict[str, Any]:
    room = plan.get("room", "")
    fields: dict[str, Any] = {
        "SdkAppId": app.sdk_app_id,
        "RoomId": room,
        "RoomIdType": int((plan.get("type") or guessed_type(room)) == TEXT),
        "AgentParams": {"UserId": agent, "MaxIdleTime": _number(plan, "idle")},
        "WithTranscoding": int(plan["what"] != ONE),
        "AudioParams": {
            "AudioEncode": {"SampleRate": 48000, "Channel": 2, "BitRate": 64}
        },
        "PublishCdnParams": targets_of(plan.get("url", "")),
    }
    if plan["what"] != AUDIO:
        fields["VideoParams"] = {"VideoEncode": _encoding(plan)}
    if plan["what"] == MIX:
        fields["VideoParams"]["LayoutParams"] = _layout(plan)
    if plan["what"] == ONE:
        fields["SingleSubscribeParams"] = _single(plan, fields)
    return fields


def _encoding(plan: Plan) -> dict[str, int]:
    quality = plan["quality"]
    width, height, fps, bitrate = QUALITIES.get(quality, QUALITIES["720p15"])
    encoding = {"Width": width, "Height": height, "Fps": fps, "BitRate": bitrate}
    encoding["Gop"] = 2
    names = dict(
        zip(ENCODING, ("Width", "Height", "Fps", "BitRate", "Gop"), strict=True)
    )
    for key, name in names.items():
        if plan.get(key):
            encoding[name] = _number(plan, key)
    return encoding


def _layout(plan: Plan) -> dict[str, Any]:
    layout: dict[str, Any] = {"MixLayoutMode": LAYOUTS[plan["layout"]]}
    if plan["layout"] == CUSTOM:
        cells = _json(plan.get("cells", ""), "cells")
        layout["MixLayoutList"] = cells if isinstance(cells, list) else [cells]
    return layout


def _single(plan: Plan, fields: Mapping[str, Any]) -> dict[str, Any]:
    if not plan.get("user"):
        raise InvalidRequest({"user": _("Say whose stream: the user ID in the room.")})
    info = {
        "UserId": plan["user"],
        "RoomId": fields["RoomId"],
        "RoomIdType": fields["RoomIdType"],
    }
    stream = int(plan["stream"] == "screen")
    return {"UserMediaStream": {"UserInfo": info, "StreamType": stream}}


def _number(plan: Plan, key: str) -> int:
    text = plan[key].strip()
    if not re.fullmatch(r"[+-]?[0-9]{1,9}", text):
        sentence = _("“{given}” is not a whole number.").format(given=text[:40])
        raise InvalidRequest({key: sentence})
    return int(text)


def _json(text: str, field: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        where = getattr(error, "lineno", 1)
        sentence = _("That is not JSON: see line {line}.").format(line=where)
        raise InvalidRequest({field: sentence}) from None


def _from_json(plan: Plan, apps: Sequence[App], agent: str) -> Prepared:
    fields = _json(plan["json"], "json")
    if not isinstance(fields, dict):
        raise InvalidRequest({"json": _("The JSON has to be one object: {…}.")})
    named = str(fields.get("SdkAppId") or plan.get("app", ""))
    app = chosen_app({**plan, "app": named}, apps)
    robot = fields.get("AgentParams")
    remarks = []
    if isinstance(robot, dict) and robot.keys() & {"UserId", "UserSig"}:
        remarks.append(_("The robot's UserId and UserSig are mine, not the pasted."))
        robot = {k: v for k, v in robot.items() if k not in {"UserId", "UserSig"}}
    fields["AgentParams"] = {"MaxIdleTime": 30, **cast("dict[str, Any]", robot or {})}
    fields["AgentParams"]["UserId"] = agent
    fields.setdefault("SdkAppId", app.sdk_app_id)
    for room in _feedback_rooms(fields):
        room.pop("UserSig", None)
    try:
        request = StartPublishCdnStream.of(fields)
    except InvalidRequest as error:
        raise InvalidRequest({"json": _listed(error.faults)}) from None
    region = _region(plan, app, "json")
    return Prepared(request, app, region, plan.get("note", ""), tuple(remarks))


def _feedback_rooms(fields: Mapping[str, Any]) -> list[dict[str, Any]]:
    rooms = fields.get("FeedBackRoomParams")
    listed = rooms if isinstance(rooms, list) else []
    return [room for room in listed if isinstance(room, dict)]


def _listed(faults: Mapping[str, str]) -> str:
    return "\n".join(
        f"{path}: {sentence}" if path else sentence for path, sentence in faults.items()
    )


def _by_field(faults: Mapping[str, str], plan: Plan) -> dict[str, str]:
    by_field: dict[str, str] = {}
    for path, sentence in faults.items():
        field = FIELDS[max((p for p in FIELDS if _within(path, p)), key=len)]
        if field in ENCODING and not plan.get(field):
            field = "quality"
        if field == "layout" and plan.get("layout") == CUSTOM:
            field = "cells"
        by_field[field] = (
            f"{by_field[field]} {sentence}" if field in by_field else sentence
        )
    return by_field


def _within(path: str, prefix: str) -> bool:
    return not prefix or path == prefix or path.startswith(f"{prefix}.")
