"""The line that asks for the same relay, from its request; secrets stay masked."""

from collections.abc import Mapping
from typing import Any

from bot.errors import InvalidRequest
from bot.resources import byhand
from bot.resources.relay import cdn
from bot.resources.relay.bounds import at
from bot.resources.relay.plan import (
    AUDIO,
    CAMERA,
    ENCODING,
    LAYOUTS,
    MIX,
    NUMBER,
    ONE,
    QUALITIES,
    SCREENED,
    SOUND,
    TEXT,
    Plan,
    guessed_type,
)
from bot.resources.relay.request import fields_of

Wire = Mapping[str, Any]

USUAL_GOP = 2


def start_line(masked: Wire, app: str, region: str) -> str:
    """Return the `/relay start …` that asks for *masked* again.

    By its keys where they say all of it, and otherwise by the request as JSON.
    """
    where = {"app": app, "region": region}
    plan = _plan(masked)
    if not _says_all(plan, masked):
        return byhand.in_slack("relay start", (), where) + f" json={_pasted(masked)}"
    pairs = {**plan, **where}
    room, urls = pairs.pop("room"), pairs.pop("url").split()
    line = byhand.in_slack("relay start", (room,), pairs)
    return " ".join((line, *(f"url={url}" for url in urls)))


def _says_all(plan: Plan, masked: Wire) -> bool:
    robot = str(at(masked, "AgentParams.UserId") or "")
    try:
        return fields_of(plan, masked.get("SdkAppId", 0), None, robot) == masked
    except (InvalidRequest, KeyError):
        return False


def _pasted(masked: Wire) -> str:
    robot = {k: v for k, v in masked.get("AgentParams", {}).items() if k != "UserId"}
    return byhand.compact({**masked, "AgentParams": robot})


def _plan(masked: Wire) -> dict[str, str]:
    room, what = str(masked.get("RoomId", "")), _what(masked)
    kind = TEXT if masked.get("RoomIdType") else NUMBER
    targets = masked.get("PublishCdnParams") or ()
    words = [cdn.TENCENT if t.get("IsTencentCdn") else cdn.OTHER for t in targets]
    plan = {
        "room": room,
        "type": kind if kind != guessed_type(room) else "",
        "what": what,
        "idle": str(at(masked, "AgentParams.MaxIdleTime") or ""),
        "quality": "",
        "url": "\n".join(str(t.get("PublishCdnUrl", "")) for t in targets),
        "cdn": " ".join(words if len(set(words)) > 1 else words[:1]),
    }
    if what == ONE:
        plan |= _single(masked)
    if what == MIX:
        number = at(masked, "VideoParams.LayoutParams.MixLayoutMode")
        plan["layout"] = next((n for n, m in LAYOUTS.items() if m == number), "")
    return plan | _quality(masked)


def _what(masked: Wire) -> str:
    if not masked.get("WithTranscoding"):
        return ONE
    return MIX if masked.get("VideoParams") else AUDIO


def _single(masked: Wire) -> dict[str, str]:
    stream = at(masked, "SingleSubscribeParams.UserMediaStream") or {}
    picture = SCREENED if stream.get("StreamType") else CAMERA
    return {
        "user": str(at(stream, "UserInfo.UserId") or ""),
        "stream": picture if masked.get("VideoParams") else SOUND,
    }


def _quality(masked: Wire) -> dict[str, str]:
    encode = at(masked, "VideoParams.VideoEncode") or {}
    names = ("Width", "Height", "Fps", "BitRate", "Gop")
    numbers = tuple(encode.get(name) for name in names)
    if not encode:
        return {}
    for quality, size in QUALITIES.items():
        if numbers == (*size, USUAL_GOP):
            return {"quality": quality}
    texts = {key: str(n) for key, n in zip(ENCODING, numbers, strict=True)}
    return {"quality": "custom", **texts}
