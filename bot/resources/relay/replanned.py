"""The plan of which a request is the request: what was filled in, read back from it.

A request on record is masked. A push target of it can be named all the same: `@R1.2` is
the second of R1, which is exchanged for its address just before a request is formed. So
a plan, and the form that it opens, hold no secret. What else is masked is no address
that could be named, so it is left out, and has to be given again.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from bot.errors import InvalidRequest
from bot.resources import byhand
from bot.resources.relay.bounds import at
from bot.resources.relay.cdn import OTHER, TENCENT
from bot.resources.relay.layouts import Member, recognised
from bot.resources.relay.more import (
    ROBOT_MARK,
    SAMPLING,
    SOUND_KBPS,
    STEREO,
    own_robot,
)
from bot.resources.relay.plan import (
    AUDIO,
    CAMERA,
    CHANNELS,
    CODECS,
    CORNERS,
    CUSTOM,
    ENCODING,
    LAYOUT_SEI,
    LAYOUTS,
    MIX,
    NO,
    NUMBER,
    ONE,
    OWN_SEI,
    QUALITIES,
    RECORDINGS,
    SCREENED,
    SOUND,
    TEXT,
    TRACKS,
    YES,
    Plan,
    guessed_type,
)
from bot.resources.relay.request import fields_of
from bot.runtime.redact import MASK

Wire = Mapping[str, Any]

USUAL_GOP = 2
TARGETS = "PublishCdnParams"
CELLS = "VideoParams.LayoutParams.MixLayoutList"


def replanned(
    wire: Wire, *, name: str = "", app: str = "", region: str = ""
) -> dict[str, str]:
    """Return the plan that asks for *wire* again, on *app* in *region* if given.

    *wire* is a request, masked or whole. Its masked targets are called by their numbers
    under *name*, the handle of the relay that has them, which says whose CDN they are
    on, too; without a name they are left out. By keys where they say all of it, and
    otherwise by the request as JSON, with its targets beside that.
    """
    plan, targets = keyed(wire), _named(wire, name)
    cdn = plan["cdn"] if not any(one.startswith("@") for one in targets) else ""
    if plan.get("layout") == "" and (cells := at(wire, CELLS)):
        plan |= {"layout": CUSTOM, "cells": byhand.compact(cells)}
    if not says_all(plan, wire):
        plan = {"json": _pasted(wire)}
    plan |= {"url": "\n".join(targets), "cdn": cdn, "app": app, "region": region}
    return {key: text for key, text in plan.items() if text and MASK not in text}


def given_again(wire: Wire, *, named: bool = True) -> tuple[str, ...]:
    """Return what of *wire* has to be given again: dotted paths, in Tencent's names.

    *named*: its targets can be called by their numbers, so they need not be.
    """
    return tuple(
        path
        for path in byhand.hidden(wire)
        if not (named and path.startswith(f"{TARGETS}."))
    )


def says_all(plan: Plan, masked: Wire) -> bool:
    """Tell whether *plan* is all that *masked* says."""
    robot = str(at(masked, "AgentParams.UserId") or "")
    try:
        return fields_of(plan, masked.get("SdkAppId", 0), None, robot) == masked
    except (InvalidRequest, KeyError):
        return False


def keyed(masked: Wire) -> dict[str, str]:
    """Return the keys that say *masked*, as far as keys can."""
    room, what = str(masked.get("RoomId", "")), _what(masked)
    kind = TEXT if masked.get("RoomIdType") else NUMBER
    targets = masked.get("PublishCdnParams") or ()
    words = [TENCENT if t.get("IsTencentCdn") else OTHER for t in targets]
    plan = {
        **_sound(masked),
        **_besides(masked, str(at(masked, "AgentParams.UserId") or "")),
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
        plan |= _layout(masked) | _dress(masked)
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


def _named(wire: Wire, name: str) -> list[str]:
    """Return the targets of *wire*: whole ones as they are, others by their number."""
    urls = (str(one.get("PublishCdnUrl", "")) for one in wire.get(TARGETS) or ())
    each = (
        f"@{name}.{n}" if MASK in url else url
        for n, url in enumerate(urls, 1)
        if name or MASK not in url
    )
    return [url for url in each if url]


def _pasted(wire: Wire) -> str:
    """Return *wire* as JSON without what is not its own, or is masked in it.

    That is its targets, which stand beside it, and the robots: they are the bot's.
    """
    own = str(at(wire, "AgentParams.UserId") or "")
    robot = {k: v for k, v in wire.get("AgentParams", {}).items() if k != "UserId"}
    fields = {**wire, "AgentParams": robot}
    fields.pop(TARGETS, None)
    if rooms := wire.get("FeedBackRoomParams"):
        fields["FeedBackRoomParams"] = [
            _without_robot(room, own_robot(own, n)) for n, room in enumerate(rooms, 1)
        ]
    return byhand.compact(_unmasked(fields))


def _without_robot(room: Wire, robot: str) -> Wire:
    """Return a feedback *room* without the *robot* that the bot itself has there."""
    named = room.get("UserId") != robot
    return room if named else {k: v for k, v in room.items() if k != "UserId"}


def _unmasked(value: Any) -> Any:
    """Return *value* without every field in it that is masked."""
    if isinstance(value, Mapping):
        return {k: _unmasked(v) for k, v in value.items() if not _is_masked(v)}
    if isinstance(value, list | tuple):
        return [_unmasked(one) for one in value if not _is_masked(one)]
    return value


def _is_masked(value: object) -> bool:
    return isinstance(value, str) and MASK in value


def _layout(masked: Wire) -> dict[str, str]:
    layout = at(masked, "VideoParams.LayoutParams") or {}
    number, cells = layout.get("MixLayoutMode"), layout.get("MixLayoutList") or ()
    if number == LAYOUTS[CUSTOM]:
        ready = recognised(cells, at(masked, "VideoParams.VideoEncode") or {})
        streams = [cell.get("UserMediaStream") or {} for cell in cells]
        return {"layout": ready, "users": _users(streams, masked)}
    plan = {"layout": next((n for n, m in LAYOUTS.items() if m == number), "")}
    if large := at(layout, "MaxVideoUser.UserMediaStream"):
        plan["large"] = _users([large], masked)
    return plan


def _users(streams: Iterable[Wire], masked: Wire) -> str:
    """Return the users of *streams*, as they are typed."""
    named = []
    for stream in streams:
        user = stream.get("UserInfo") or {}
        room = user.get("RoomId", "")
        elsewhere = "" if room == masked.get("RoomId") else str(room)
        screen = bool(stream.get("StreamType"))
        named.append(str(Member(str(user.get("UserId", "")), elsewhere, screen)))
    return ",".join(filter(None, named))


def _dress(masked: Wire) -> dict[str, str]:
    video = masked.get("VideoParams") or {}
    image = at((video.get("WaterMarkList") or [{}])[0], "WaterMarkImage") or {}
    plan = {"background": str(video.get("BackGroundColor", ""))}
    if not image:
        return plan
    width, height = image.get("WaterMarkWidth", 0), image.get("WaterMarkHeight", 0)
    plan["logo"] = str(image.get("WaterMarkUrl", ""))
    plan["logosize"] = f"{width}x{height}"
    return plan | _corner(image, at(masked, "VideoParams.VideoEncode") or {})


def _corner(image: Wire, canvas: Wire) -> dict[str, str]:
    """Return the corner that a logo is in: the one with the same margin both ways."""
    left, top = image.get("LocationX", 0), image.get("LocationY", 0)
    right = canvas.get("Width", 0) - image.get("WaterMarkWidth", 0) - left
    bottom = canvas.get("Height", 0) - image.get("WaterMarkHeight", 0) - top
    edges = {"left": left, "right": right, "top": top, "bottom": bottom}
    for corner in CORNERS:
        down, across = corner.split("-")
        if edges[down] == edges[across]:
            return {"corner": corner, "margin": str(edges[down])}
    return {}


def _sound(masked: Wire) -> dict[str, str]:
    encode = at(masked, "AudioParams.AudioEncode") or {}
    usual = {"SampleRate": SAMPLING, "BitRate": SOUND_KBPS}
    keys = {"SampleRate": "sampling", "BitRate": "audiorate"}
    plan = {
        keys[name]: str(encode.get(name, ""))
        for name, number in usual.items()
        if encode.get(name) != number
    }
    if encode.get("Channel") != CHANNELS[STEREO]:
        plan["channels"] = _word(CHANNELS, encode.get("Channel"))
    plan["codec"] = _word(CODECS, encode.get("Codec"))
    for key, name in (
        ("hear", "SubscribeAudioList"),
        ("mute", "UnSubscribeAudioList"),
    ):
        listed = at(masked, f"AudioParams.{name}") or ()
        plan[key] = _users(listed, masked)
    return plan


def _besides(masked: Wire, agent: str) -> dict[str, str]:
    """Return the feedback rooms, the recording and the SEI of *masked*."""
    rooms = []
    for count, one in enumerate(masked.get("FeedBackRoomParams") or (), 1):
        robot = str(one.get("UserId", ""))
        own = robot == own_robot(agent, count)
        rooms.append(f"{one.get('RoomId')}{'' if own else ROBOT_MARK + robot}")
    return {"feedback": "\n".join(rooms), **_record(masked), **_sei(masked)}


def _record(masked: Wire) -> dict[str, str]:
    record = masked.get("RecordParams") or {}
    store = at(record, "McuStorageParams.McuCloudVod.McuTencentVod") or {}
    return {
        "record": _word(RECORDINGS, record.get("UniRecord")),
        "recordkey": str(record.get("RecordKey", "")),
        "format": (record.get("RecordFormat") or [""])[0],
        "tracks": _word(TRACKS, record.get("StreamType")),
        "vodapp": str(store.get("SubAppId", "")),
    }


def _sei(masked: Wire) -> dict[str, str]:
    volume = at(masked, "SeiParams.LayoutVolume")
    words = at(masked, "SeiParams.PassThrough")
    parts = volume if volume is not None else words
    if parts is None:
        return {}
    own = parts.get("AppData" if volume is not None else "PayloadContent", "")
    return {
        "sei": LAYOUT_SEI if volume is not None else OWN_SEI,
        "seidata": str(own),
        "seitype": str(parts.get("PayloadType", "")),
        "seiinterval": str(parts.get("Interval", "")),
        "seikey": YES if parts.get("FollowIdr") else NO,
    }


def _word(words: Mapping[str, int], number: object) -> str:
    return next((word for word, one in words.items() if one == number), "")
