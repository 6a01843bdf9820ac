"""What a relay may have besides: sound, logo, feedback rooms, a recording, SEI.

Each function takes a plan and returns a part of the request, as the API names it.
https://www.tencentcloud.com/document/product/647/48247
"""

import re
from collections.abc import Mapping
from typing import Any

from bot.errors import InvalidRequest
from bot.i18n import _
from bot.resources.relay.layouts import members
from bot.resources.relay.plan import (
    CHANNELS,
    CODECS,
    LAYOUT_SEI,
    OFF,
    RECORDINGS,
    TEXT,
    TRACKS,
    VOD,
    YES,
    Plan,
    guessed_type,
)

Fields = dict[str, Any]

SAMPLING, STEREO, SOUND_KBPS = 48_000, "stereo", 64  # the API page's own example
LOGO_Z = 3  # above the cells of every ready layout
LOGO_SIZE, MARGIN = 64, 64  # pixels
SEI_TYPE, SEI_INTERVAL = 100, 1000  # its payload type, and milliseconds
_NUMBER = re.compile(r"[+-]?[0-9]{1,10}")
ROBOT_MARK = "/"  # between a feedback room and its robot, if it has a name of its own


def number(plan: Plan, key: str, otherwise: int | None = None) -> int:
    """Return the whole number under *key*, or *otherwise* if nothing is there.

    Raises:
        InvalidRequest: it is none.
    """
    text = plan.get(key, "").strip()
    if not text and otherwise is not None:
        return otherwise
    if not _NUMBER.fullmatch(text):
        sentence = _("“{given}” is not a whole number.").format(given=text[:40])
        raise InvalidRequest({key: sentence})
    return int(text)


# ── sound ────────────────────────────────────────────────────────────────────────


def sound(plan: Plan, main: Mapping[str, Any]) -> Fields:
    """Return how the relay sounds, and who is heard in it, or not."""
    encoding = {
        "SampleRate": number(plan, "sampling", SAMPLING),
        "Channel": CHANNELS[plan.get("channels") or STEREO],
        "BitRate": number(plan, "audiorate", SOUND_KBPS),
    }
    if plan.get("codec"):
        encoding["Codec"] = CODECS[plan["codec"]]
    parts: Fields = {"AudioEncode": encoding}
    heard, muted = (
        [{"UserInfo": one.info(main)} for one in members(plan.get(key, ""))]
        for key in ("hear", "mute")
    )
    if heard or muted:  # an empty list of users to hear is everybody
        parts["SubscribeAudioList"] = heard
    if muted:
        parts["UnSubscribeAudioList"] = muted
    return parts


# ── logo ─────────────────────────────────────────────────────────────────────────


def logo(plan: Plan, canvas: Mapping[str, int]) -> Fields:
    """Return the picture that is laid over *canvas*, in one of its corners.

    Raises:
        InvalidRequest: its size is none, or it does not fit with its margin.
    """
    width, height = logo_size(plan)
    margin = number(plan, "margin", MARGIN)
    corner = plan.get("corner") or "top-left"
    right, bottom = canvas["Width"] - width - margin, canvas["Height"] - height - margin
    if min(right, bottom, margin) < 0:
        sentence = _(
            "A logo of {width}x{height} px, {margin} px from the edges, does not fit"
            " on a picture of {across}x{down} px."
        )
        text = sentence.format(
            width=width,
            height=height,
            margin=margin,
            across=canvas["Width"],
            down=canvas["Height"],
        )
        raise InvalidRequest({"logosize": text})
    return {
        "WaterMarkType": 0,
        "WaterMarkImage": {
            "WaterMarkUrl": plan["logo"],
            "WaterMarkWidth": width,
            "WaterMarkHeight": height,
            "LocationX": right if corner.endswith("right") else margin,
            "LocationY": bottom if corner.startswith("bottom") else margin,
            "ZOrder": LOGO_Z,
        },
    }


def logo_size(plan: Plan) -> tuple[int, int]:
    """Return the width and height of the logo: `64`, or `160x90`.

    Raises:
        InvalidRequest: that is no size.
    """
    text = plan.get("logosize", "").strip() or str(LOGO_SIZE)
    match = re.fullmatch(r"([0-9]{1,4})(?:\s*[x*]\s*([0-9]{1,4}))?", text.casefold())
    if not match:
        sentence = _("“{given}” is no size: write 64, or 160x90.")
        raise InvalidRequest({"logosize": sentence.format(given=text[:40])})
    return int(match[1]), int(match[2] or match[1])


# ── where to, besides ────────────────────────────────────────────────────────────


def feedback(plan: Plan, agent: str) -> list[Fields]:
    """Return the rooms that the relay speaks into, each with its robot.

    One line is a room, or `room/robot` where the robot has a name of its own.
    """
    lines = filter(None, map(str.strip, plan.get("feedback", "").split("\n")))
    rooms = []
    for count, text in enumerate(lines, 1):
        room, _mark, robot = map(str.strip, text.partition(ROBOT_MARK))
        rooms.append(
            {
                "RoomId": room,
                "RoomIdType": int(guessed_type(room) == TEXT),
                "UserId": robot or own_robot(agent, count),
            }
        )
    return rooms


def own_robot(agent: str, count: int) -> str:
    """Return the name of the robot in the feedback room of that number, from 1 on."""
    return f"{agent}_{count}"


def recording(plan: Plan) -> Fields:
    """Return how the relay is recorded: as the console's template says, or to VOD."""
    kind = plan["record"]
    parts: Fields = {"UniRecord": RECORDINGS[kind]}
    if plan.get("recordkey"):
        parts["RecordKey"] = plan["recordkey"]
    if kind == VOD:
        if plan.get("format"):
            parts["RecordFormat"] = [plan["format"]]
        if plan.get("tracks"):
            parts["StreamType"] = TRACKS[plan["tracks"]]
        store: Fields = {}
        if plan.get("vodapp"):
            store["McuTencentVod"] = {"SubAppId": number(plan, "vodapp")}
        parts["McuStorageParams"] = {"McuCloudVod": store}
    return parts


# ── SEI ──────────────────────────────────────────────────────────────────────────


def sei(plan: Plan) -> Fields:
    """Return the data that goes along inside the picture.

    Raises:
        InvalidRequest: text of one's own without text.
    """
    rhythm = {
        "PayloadType": number(plan, "seitype", SEI_TYPE),
        "Interval": number(plan, "seiinterval", SEI_INTERVAL),
        "FollowIdr": int((plan.get("seikey") or YES) == YES),
    }
    words = plan.get("seidata", "")
    if plan["sei"] == LAYOUT_SEI:
        return {"LayoutVolume": ({"AppData": words} if words else {}) | rhythm}
    if not words:
        raise InvalidRequest({"seidata": _("Say which text goes along.")})
    return {"PassThrough": {"PayloadContent": words} | rhythm}


# ── all of it ────────────────────────────────────────────────────────────────────


def added(plan: Plan, fields: Fields, agent: str) -> Fields:
    """Return *fields*, the request of *plan*, with what it has besides.

    Raises:
        InvalidRequest: every fault of that, under the names of the plan.
    """
    more: Fields = {"AudioParams": sound(plan, fields)}
    if plan.get("feedback"):
        more["FeedBackRoomParams"] = feedback(plan, agent)
    if (plan.get("record") or OFF) != OFF:
        more["RecordParams"] = recording(plan)
    if (plan.get("sei") or OFF) != OFF:
        more["SeiParams"] = sei(plan)
    video = fields.get("VideoParams")
    if video and (plan.get("background") or plan.get("logo")):
        more["VideoParams"] = {**video, **_dressed(plan, video["VideoEncode"])}
    return {**fields, **more}


def _dressed(plan: Plan, canvas: Mapping[str, int]) -> Fields:
    parts: Fields = {}
    if plan.get("background"):
        parts["BackGroundColor"] = colour(plan["background"])
    if plan.get("logo"):
        parts["WaterMarkList"] = [logo(plan, canvas)]
    return parts


def colour(text: str) -> str:
    """Return a colour as the API takes it, also of `#FF0000` or `ff0000`."""
    plain = re.fullmatch(r"(?:#|0x)?([0-9a-f]{6})", text.strip().casefold())
    return f"0x{plain[1].upper()}" if plain else text
