"""The request that a plan describes, with every fault at the field it came from."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from bot.access.limits import Over
from bot.errors import InvalidRequest
from bot.i18n import _
from bot.resources.faults import every_fault
from bot.resources.relay import bounds, layouts, more, pasted
from bot.resources.relay.cdn import remarks_on, targets_of
from bot.resources.relay.doubts import doubts
from bot.resources.relay.more import number
from bot.resources.relay.plan import (
    AUDIO,
    CUSTOM,
    ENCODING,
    KEYS,
    LARGEST_NUMBER,
    LAYOUTS,
    MIX,
    OF_LOGO,
    ONE,
    QUALITIES,
    READY,
    SCREENED,
    SOUND,
    TEXT,
    Plan,
    check_words,
    chosen_app,
    defaults,
    guessed_type,
    moot,
)
from bot.settings import App, Terms
from bot.tencent.models.trtc.requests import StartPublishCdnStream

# Which field a fault in the request belongs to; the longest prefix wins.
FIELDS = {
    "": "url",
    "SdkAppId": "app",
    "RoomId": "room",
    "RoomIdType": "type",
    "AgentParams.MaxIdleTime": "idle",
    "WithTranscoding": "what",
    "SingleSubscribeParams": "user",
    "SingleSubscribeParams.UserMediaStream.UserInfo.RoomId": "room",
    "SingleSubscribeParams.UserMediaStream.UserInfo.RoomIdType": "type",
    "PublishCdnParams": "url",
    "FeedBackRoomParams": "feedback",
    "AudioParams": "audiorate",
    "AudioParams.AudioEncode.SampleRate": "sampling",
    "AudioParams.AudioEncode.Channel": "channels",
    "AudioParams.AudioEncode.Codec": "codec",
    "AudioParams.SubscribeAudioList": "hear",
    "AudioParams.UnSubscribeAudioList": "mute",
    "RecordParams": "record",
    "RecordParams.RecordKey": "recordkey",
    "RecordParams.RecordFormat": "format",
    "RecordParams.StreamType": "tracks",
    "RecordParams.McuStorageParams.McuCloudVod.McuTencentVod": "vodapp",
    "SeiParams": "sei",
    "SeiParams.LayoutVolume.AppData": "seidata",
    "SeiParams.LayoutVolume.PayloadType": "seitype",
    "SeiParams.LayoutVolume.Interval": "seiinterval",
    "SeiParams.PassThrough.PayloadContent": "seidata",
    "SeiParams.PassThrough.PayloadType": "seitype",
    "SeiParams.PassThrough.PayloadUuid": "seitype",
    "SeiParams.PassThrough.Interval": "seiinterval",
    "VideoParams.BackGroundColor": "background",
    "VideoParams.WaterMarkList": "logo",
    "VideoParams.VideoEncode": "quality",
    "VideoParams.VideoEncode.Width": "width",
    "VideoParams.VideoEncode.Height": "height",
    "VideoParams.VideoEncode.Fps": "fps",
    "VideoParams.VideoEncode.BitRate": "bitrate",
    "VideoParams.VideoEncode.Gop": "gop",
    "VideoParams.LayoutParams": "layout",
    "VideoParams.LayoutParams.MixLayoutList": "users",
    "VideoParams.LayoutParams.MaxVideoUser": "large",
}
SOUND_ONES = {  # what stands in for a field at fault that cannot be left out
    "room": "1",
    "url": "rtmp://push.example.com/app/stream",
    "user": "user",
    "cells": "[{}]",
}
OF_LAYOUT = ("layout", "users", "large", "cells", "quality", *ENCODING)
SEEN = (*OF_LAYOUT, "background", "logo", *OF_LOGO)  # what a picture shows
NOBODY = "pb_" + 26 * "0"  # a robot, where the request is only looked at


@dataclass(frozen=True, slots=True)
class Prepared:
    """A request that is ready, where it goes, and the note beside it.

    *remarks* are sentences on how the plan was taken, *pasted* if it was JSON.
    """

    request: StartPublishCdnStream
    app: App
    region: str
    note: str = ""
    remarks: tuple[str, ...] = ()
    pasted: bool = False

    def over(self, terms: Terms) -> dict[str, Over]:
        """Return what of it policy refuses, by the dotted path of its field."""
        return bounds.over(self.request, terms, self.app.name)

    def named(self, faults: Mapping[str, str], plan: Plan) -> dict[str, str]:
        """Return *faults* of the request under the names of *plan*."""
        return {"json": pasted.listed(faults)} if self.pasted else named(faults, plan)


def prepared_from(plan: Plan, terms: Terms, agent: str) -> Prepared:
    """Return the request that *plan* describes, for the robot *agent*.

    Raises:
        InvalidRequest: every fault, under the names of the plan.
    """
    prepare = _from_json if plan.get("json", "").strip() else _from_words
    prepared = prepare(plan, terms, agent)
    remarks = (
        *prepared.remarks,
        *_on_words(plan),
        *remarks_on(prepared.request, plan),
        *doubts(prepared.request),
    )
    return Prepared(
        prepared.request,
        prepared.app,
        prepared.region,
        plan.get("note", ""),
        remarks,
        prepared.pasted,
    )


def faults_of(plan: Plan, terms: Terms) -> dict[str, str]:
    """Return what is wrong with *plan*, limits and hosts of the policy included."""
    try:
        prepared = prepared_from(plan, terms, NOBODY)
    except InvalidRequest as error:
        return error.faults
    refused = prepared.over(terms)
    faults = {path: one.sentence for path, one in refused.items()}
    return prepared.named(faults, plan) if faults else {}


def sketched(plan: Plan, terms: Terms) -> dict[str, Any]:
    """Return the picture of the mix that *plan* describes, whatever else it lacks.

    Raises:
        InvalidRequest: what is wrong with the picture, under the names of the plan.
    """
    usual = defaults(terms.policy.limits) | SOUND_ONES
    chosen = {key: plan[key] for key in (*SEEN, "room") if plan.get(key)}
    fields = _read({**usual, "app": terms.apps[0].name, **chosen}, terms, NOBODY)
    video: dict[str, Any] = fields.request.to_wire()["VideoParams"]
    return video


def named(faults: Mapping[str, str], plan: Plan) -> dict[str, str]:
    """Return *faults* of a request under the names of *plan*, in their order."""
    by_field: dict[str, list[str]] = {}
    for path, sentence in faults.items():
        sentences = by_field.setdefault(_field(path, plan), [])
        if sentence not in sentences:
            sentences.append(sentence)
    return {field: " ".join(by_field[field]) for field in _ordered(by_field)}


# ── words and fields ─────────────────────────────────────────────────────────────


def _from_words(plan: Plan, terms: Terms, agent: str) -> Prepared:
    usual = defaults(terms.policy.limits)
    whole = usual | {key: text for key, text in plan.items() if text}
    apps = {"app": terms.apps[0].name} if terms.apps else {}
    stand_ins = {**usual, **SOUND_ONES, **apps}
    prepared, faults = every_fault(
        lambda plan: _read(plan, terms, agent), whole, partial(_mended, stand_ins)
    )
    if prepared and not faults:
        return prepared
    limits = {}
    if prepared:
        refused = prepared.over(terms)
        limits = named({path: one.sentence for path, one in refused.items()}, whole)
    raise InvalidRequest(_in_order({**limits, **faults}))


def _mended(stand_ins: Plan, plan: Plan, faults: Plan) -> Plan:
    """Return *plan* with *stand_ins* for what is at fault, or without it."""
    moot = {"cdn"} if "url" in faults else set()  # as many as there were targets
    kept = {key: text for key, text in plan.items() if key not in {*faults, *moot}}
    return kept | {key: text for key, text in stand_ins.items() if key in faults}


def _read(plan: Plan, terms: Terms, agent: str) -> Prepared:
    """Return what *plan*, defaults included, describes; raise its first faults."""
    check_words(plan)
    missing = {}
    if not plan.get("room"):
        missing["room"] = _("Say which room.")
    if not plan.get("url") and not plan.get("feedback"):
        missing["url"] = _("Say where to: one rtmp:// address at least.")
    if plan["what"] == ONE and not plan.get("user"):
        missing["user"] = _("Say whose stream: the user ID in the room.")
    if faults := {**moot(plan), **_elsewhere(plan), **missing}:
        raise InvalidRequest(faults)
    app = chosen_app(plan, terms.apps)
    region = region_of(plan, app, terms)
    fields = fields_of(plan, app.sdk_app_id, app, agent)
    try:
        request = StartPublishCdnStream.of(fields)
    except InvalidRequest as error:
        raise InvalidRequest(named(error.faults, plan)) from None
    return Prepared(request, app, region)


def _elsewhere(plan: Plan) -> dict[str, str]:
    """Return who is heard or large in another room that no cell shows."""
    if plan["what"] != MIX or plan.get("layout") in {*READY, CUSTOM}:
        return {}
    sentence = _("Other rooms are mixed in with “Side by side” and the like only.")
    return {
        key: sentence
        for key in ("large", "hear", "mute")
        if plan.get(key) and any(one.room for one in layouts.members(plan[key]))
    }


def region_of(plan: Plan, app: App, terms: Terms) -> str:
    """Return the region that *plan* names, or that of *app*.

    Raises:
        InvalidRequest: the site that is called has no such region.
    """
    region = plan.get("region") or app.region
    if region not in terms.regions:
        sentence = _("“{region}” is not one of {regions}.")
        text = sentence.format(region=region, regions=", ".join(terms.regions))
        raise InvalidRequest({"region": text})
    return region


def fields_of(
    plan: Plan, sdk_app_id: int, app: App | None, agent: str
) -> dict[str, Any]:
    """Return the fields of the request that *plan*, defaults included, describes.

    Raises:
        InvalidRequest: a number, a word or JSON of *plan* is none.
    """
    room, what = plan["room"], plan["what"]
    fields: dict[str, Any] = {
        "SdkAppId": sdk_app_id,
        "RoomId": room,
        "RoomIdType": int((plan.get("type") or guessed_type(room)) == TEXT),
        "AgentParams": {"UserId": agent, "MaxIdleTime": number(plan, "idle")},
        "WithTranscoding": int(what != ONE),
    }
    if plan.get("url"):
        fields["PublishCdnParams"] = targets_of(plan, app)
    if what == MIX or (what == ONE and plan["stream"] != SOUND):
        fields["VideoParams"] = {"VideoEncode": encoding(plan)}
    if what == MIX:
        fields["VideoParams"]["LayoutParams"] = laid_out(plan, fields)
    if what == ONE:
        fields["SingleSubscribeParams"] = single_stream(plan, fields)
    return more.added(plan, fields, agent)


def encoding(plan: Plan) -> dict[str, int]:
    """Return the video encoding of *plan*: a quality, and numbers that change it."""
    quality = plan["quality"]
    width, height, fps, bitrate = QUALITIES.get(quality, QUALITIES["720p15"])
    encoding = {"Width": width, "Height": height, "Fps": fps, "BitRate": bitrate}
    encoding["Gop"] = 2
    faults: dict[str, str] = {}
    for key, name in zip(ENCODING, encoding, strict=True):
        if plan.get(key):
            try:
                encoding[name] = number(plan, key)
            except InvalidRequest as error:
                faults |= error.faults
    if faults:
        raise InvalidRequest(faults)
    return encoding


def laid_out(plan: Plan, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the layout that *plan* names, on the canvas that *fields* have.

    Raises:
        InvalidRequest: more users than there is room for, or cells that are no JSON.
    """
    canvas, name = fields["VideoParams"]["VideoEncode"], plan["layout"]
    if name in READY:
        cells = layouts.cells(plan, canvas, fields)
        return {
            "PureAudioHoldPlaceMode": 0,
            "MixLayoutMode": LAYOUTS[CUSTOM],
            "MixLayoutList": cells,
        }
    layout: dict[str, Any] = {"MixLayoutMode": LAYOUTS[name]}
    if name == CUSTOM:
        cells = pasted.read(plan.get("cells", ""), "cells")
        layout["MixLayoutList"] = cells if isinstance(cells, list) else [cells]
    if plan.get("large"):
        large = layouts.Member.read(plan["large"])
        layout["MaxVideoUser"] = {"UserMediaStream": large.stream(fields)}
    return layout


def single_stream(plan: Plan, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the one stream that *plan* names, in the room that *fields* have."""
    info = {
        "UserId": plan["user"],
        "RoomId": fields["RoomId"],
        "RoomIdType": fields["RoomIdType"],
    }
    stream = int(plan["stream"] == SCREENED)
    return {"UserMediaStream": {"UserInfo": info, "StreamType": stream}}


# ── a pasted request ─────────────────────────────────────────────────────────────


def _from_json(plan: Plan, terms: Terms, agent: str) -> Prepared:
    fields = pasted.read(plan["json"], "json")
    if not isinstance(fields, dict):
        raise InvalidRequest({"json": _("The JSON has to be one object: {…}.")})
    app = pasted.app_of(fields, plan, terms.apps)
    region = region_of(plan, app, terms)
    remarks = pasted.fill(fields, plan, app, agent)
    try:
        request = StartPublishCdnStream.of(fields)
    except InvalidRequest as error:
        raise InvalidRequest({"json": pasted.listed(error.faults)}) from None
    return Prepared(request, app, region, remarks=remarks, pasted=True)


# ── faults and remarks ───────────────────────────────────────────────────────────


def _field(path: str, plan: Plan) -> str:
    field = FIELDS[max((p for p in FIELDS if _within(path, p)), key=len)]
    if field in ENCODING and not plan.get(field):
        return "quality"
    if field in {"layout", "users"} and plan.get("layout") == CUSTOM:
        return "cells"
    return field


def _within(path: str, prefix: str) -> bool:
    return not prefix or path == prefix or path.startswith(f"{prefix}.")


def _ordered(fields: Mapping[str, object]) -> list[str]:
    order = (*KEYS, "cells")
    return sorted(fields, key=lambda f: order.index(f) if f in order else len(order))


def _in_order(faults: Mapping[str, str]) -> dict[str, str]:
    return {field: faults[field] for field in _ordered(faults)}


def _on_words(plan: Plan) -> tuple[str, ...]:
    """Return how words were taken where somebody may have meant otherwise."""
    remarks = []
    room = plan.get("room", "")
    if room.isdigit() and not plan.get("type") and guessed_type(room) == TEXT:
        sentence = _("Room {room} is taken as text: a number is 1 to {most}.")
        remarks.append(sentence.format(room=room, most=LARGEST_NUMBER))
    if plan.get("what") == ONE and any(map(plan.get, ("quality", *ENCODING))):
        remarks.append(_("One user's stream goes out as it is; quality has no effect."))
    if plan.get("what") == AUDIO and any(map(plan.get, ("quality", *ENCODING))):
        remarks.append(_("Sound alone has no picture; quality has no effect."))
    return tuple(remarks)
