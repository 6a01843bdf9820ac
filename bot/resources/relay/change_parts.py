"""The parts of a relay's request that a change may touch, each made from a plan.

Every function changes *fields*, a whole request, in place, and raises InvalidRequest
under the names of the plan.
"""

from typing import Any

from bot.resources.relay import more
from bot.resources.relay.more import number
from bot.resources.relay.plan import (
    CUSTOM,
    ENCODING,
    FLOAT,
    QUALITIES,
    READY,
    SCREEN,
    Plan,
)
from bot.resources.relay.request import laid_out, single_stream

Fields = dict[str, Any]
_NAMES = ("Width", "Height", "Fps", "BitRate", "Gop")


def encode(fields: Fields, plan: Plan, touched: set[str]) -> None:
    """Encode the picture as the *touched* ones of a quality and its numbers say."""
    encoding = fields["VideoParams"]["VideoEncode"]
    size = QUALITIES.get(plan.get("quality", "")) if "quality" in touched else None
    if size:
        encoding |= dict(zip(_NAMES, size, strict=False))
    for key, name in zip(ENCODING, _NAMES, strict=True):
        if key in touched and plan.get(key):
            encoding[name] = number(plan, key)


def lay_out(fields: Fields, plan: Plan, touched: set[str]) -> None:
    """Lay the picture out; a ready layout is laid out anew on another canvas."""
    named = touched & {"layout", "users", "large", "cells"}
    layout = plan.get("layout", "")
    if not (named or layout in READY):
        return
    if named == {"large"} and layout in {FLOAT, SCREEN}:
        kept = fields["VideoParams"]["LayoutParams"]
        kept.pop("MaxVideoUser", None)
        made = laid_out(plan, fields)
        fields["VideoParams"]["LayoutParams"] = kept | made
        return
    if named or layout in READY:
        fields["VideoParams"]["LayoutParams"] = laid_out(_fitting(plan), fields)


def _fitting(plan: Plan) -> Plan:
    """Leave out of *plan* what belongs to another layout than its own."""
    layout, left = plan.get("layout", ""), set[str]()
    if layout not in READY:
        left.add("users")
    if layout not in {FLOAT, SCREEN}:
        left.add("large")
    if layout != CUSTOM:
        left.add("cells")
    return {key: text for key, text in plan.items() if key not in left}


def hear(fields: Fields, plan: Plan) -> None:
    """Say whom one hears, and whom not; without either, everybody."""
    sound = more.sound(plan, fields)
    audio = fields["AudioParams"]
    for name in ("SubscribeAudioList", "UnSubscribeAudioList"):
        audio.pop(name, None)
        if name in sound:
            audio[name] = sound[name]


def single(fields: Fields, plan: Plan) -> None:
    """Take another user's stream."""
    fields["SingleSubscribeParams"] = single_stream(plan, fields)


def colour(fields: Fields, plan: Plan) -> None:
    """Change the background, or take it away: black."""
    text = plan.get("background", "")
    fields["VideoParams"]["BackGroundColor"] = more.colour(text) if text else "0x000000"


def logo(fields: Fields, plan: Plan, touched: set[str]) -> None:
    """Change the logo, or its place on another canvas; take it away if none is named.

    Watermarks that no plan can say stay as they are, unless a logo is named.
    """
    video = fields["VideoParams"]
    named = touched & {"logo", "corner", "logosize", "margin"}
    if not plan.get("logo"):
        if "logo" in named:
            video.pop("WaterMarkList", None)
        return
    if named or (plan.get("corner") and len(video.get("WaterMarkList") or ()) == 1):
        video["WaterMarkList"] = [more.logo(plan, video["VideoEncode"])]


def sei(fields: Fields, plan: Plan) -> None:
    """Change the data that goes along inside the picture."""
    fields["SeiParams"] = more.sei(plan)


def feedback(fields: Fields, plan: Plan) -> None:
    """Change the rooms that the relay speaks into."""
    agent = fields["AgentParams"]["UserId"]
    fields["FeedBackRoomParams"] = more.feedback(plan, agent)
