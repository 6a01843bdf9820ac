"""A change of a relay that runs: what is wanted, read into the request that is sent.

What is not named stays as it is, and is not sent. So a change is formed from the whole
request that would make the relay as it is by now: it becomes another whole, which is
judged like a start, and what differs is what is sent. Where an earlier change may have
been made, what differs from that is sent as well: so it is certain afterwards.
https://www.tencentcloud.com/document/product/647/48245
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from bot.access.limits import host_of
from bot.errors import InvalidRequest
from bot.i18n import _
from bot.journal.model import Difference
from bot.resources.faults import every_fault
from bot.resources.relay import cdn, change_parts, differences
from bot.resources.relay.bounds import at
from bot.resources.relay.change_targets import TARGETS, references, taken
from bot.resources.relay.plan import (
    AUDIO,
    ENCODING,
    MIX,
    OF_LOGO,
    OF_SEI,
    ONE,
    WORDS,
    Plan,
    check_words,
    moot,
)
from bot.resources.relay.replanned import keyed
from bot.resources.relay.request import named
from bot.settings import App
from bot.tencent.models.trtc.requests import (
    StartPublishCdnStream,
    UpdatePublishCdnStream,
)

Wire = Mapping[str, Any]
Fields = dict[str, Any]

OF_PICTURE = ("quality", *ENCODING)
OF_TARGETS = ("url", "cdn")
OF_LAYOUT = ("layout", "users", "large", "cells")
LOGO = ("logo", *OF_LOGO)
SEI = ("sei", *OF_SEI)
SOUND = ("hear", "mute")
SINGLE = ("user", "stream")
# What a change may name, in the order in which a form has it.
CHANGEABLE = (
    *OF_TARGETS,
    *OF_LAYOUT,
    *OF_PICTURE,
    *SOUND,
    *SINGLE,
    "background",
    *LOGO,
    *SEI,
    "feedback",
)
# What is sent as a whole if anything in it differs, by its place in the request.
_SENT = (
    "SingleSubscribeParams",
    "PublishCdnParams",
    "SeiParams",
    "FeedBackRoomParams",
)
_OF_VIDEO = (
    "VideoEncode",
    "LayoutParams",
    "BackGroundColor",
    "BackgroundImageUrl",
    "WaterMarkList",
    "BackgroundRenderMode",
)
_OF_AUDIO = ("SubscribeAudioList", "UnSubscribeAudioList")


@dataclass(frozen=True, slots=True)
class Present:
    """A relay as it is by now: its handle, TaskId, app, and its *whole* request.

    *perhaps* are the requests of later changes that may have been made.
    """

    handle: str
    task_id: str
    app: App | None
    whole: StartPublishCdnStream
    perhaps: tuple[StartPublishCdnStream, ...] = ()

    @property
    def plan(self) -> dict[str, str]:
        """What it is, by the keys that are typed; its targets by their numbers."""
        own = "\n".join(references(self.handle, len(self.whole.target_urls)))
        return {**keyed(self.whole.masked()), "url": own, "cdn": ""}


@dataclass(frozen=True, slots=True)
class Changed:
    """A change that is ready: the *request* that is sent, the *whole* that it makes."""

    request: UpdatePublishCdnStream
    whole: StartPublishCdnStream
    differences: tuple[Difference, ...]
    settled: frozenset[str] = frozenset()  # hosts of which it was said whose they are

    @property
    def interrupts(self) -> bool:
        """Whether an address changes, so that Tencent breaks off a push."""
        return self.request.publish_cdn_params is not None

    @property
    def elsewhere(self) -> tuple[str, ...]:
        """The hosts of new targets sent as on another CDN, which nobody has said."""
        new = {one.now.partition(" ")[2] for one in self.differences if one.now}
        targets = self.request.masked().get(TARGETS) or ()
        others = (
            one["PublishCdnUrl"] for one in targets if one.get("IsTencentCdn") == 0
        )
        hosts = dict.fromkeys(host_of(url) for url in others if url in new)
        return tuple(host for host in hosts if host not in self.settled)


def changed(present: Present, plan: Plan) -> Changed:
    """Return the change of *present* that *plan* names.

    Raises:
        InvalidRequest: every fault, under the names of *plan*; under "" that nothing
            would change.
    """
    whole, faults = every_fault(partial(_changed, present), plan, _unchanged)
    of_keys = {key: text for key, text in faults.items() if key}
    if whole is None or faults:
        raise InvalidRequest(of_keys or faults)
    return whole


def _unchanged(plan: Plan, faults: Plan) -> Plan:
    """Return *plan* without what is at fault, which so stays as it is."""
    return {key: text for key, text in plan.items() if key not in faults}


def _changed(present: Present, plan: Plan) -> Changed:
    """Return the change of *present* that *plan* names; raise its first faults."""
    now = present.plan
    wanted = {key: text.strip() for key, text in plan.items()}
    touched = {
        key
        for key, text in wanted.items()
        if text != now.get(key, "") and not key.startswith(cdn.CHOICE)
    }
    _check(now, wanted, touched)
    full = {key: text for key, text in {**now, **wanted}.items() if text}
    fields = _become(present.whole.to_wire(), full, touched, present)
    try:
        whole = StartPublishCdnStream.of(fields)
    except InvalidRequest as error:
        raise InvalidRequest(named(error.faults, full)) from None
    urls = full.get("url", "")
    hosts = cdn.hosts_of(urls) if wanted.get("cdn") else cdn.settled_hosts(full)
    return replace(_sent(present, whole), settled=frozenset(hosts))


def again(present: Present, whole: StartPublishCdnStream) -> Changed:
    """Return the change that makes *present* what *whole* says, for certain."""
    return _sent(present, whole)


# ── what cannot be changed ───────────────────────────────────────────────────────


def _check(now: Plan, wanted: Plan, touched: set[str]) -> None:
    """Refuse what Tencent lets nobody change in a relay that runs."""
    check_words({key: wanted[key] for key in touched})
    what, faults = now.get("what", MIX), dict[str, str]()
    for key in touched - {*CHANGEABLE}:
        faults[key] = _(
            "This stays as it was when the relay was started: start a changed copy."
        )
    if what == ONE and touched & {*OF_PICTURE}:
        sentence = _("One user's stream goes out as it is; quality has no effect.")
        faults |= dict.fromkeys(touched & {*OF_PICTURE}, sentence)
    if what == AUDIO and touched & {*OF_PICTURE}:
        sentence = _("Sound alone has no picture; quality has no effect.")
        faults |= dict.fromkeys(touched & {*OF_PICTURE}, sentence)
    if what != ONE and touched & {*SINGLE}:
        sentence = _("This goes with one user's stream only, and this relay mixes.")
        faults |= dict.fromkeys(touched & {*SINGLE}, sentence)
    if what != MIX and touched & {*OF_LAYOUT}:
        sentence = _("This goes with a mix of pictures only.")
        faults |= dict.fromkeys(touched & {*OF_LAYOUT}, sentence)
    full = {**now, **wanted}
    left = moot({**full, "record": ""})
    own = touched & {*CHANGEABLE}
    faults |= {key: left[key] for key in left if key in own and wanted[key]}
    faults |= _withdrawn(now, wanted)
    if faults:
        raise InvalidRequest(faults)


def _withdrawn(now: Plan, wanted: Plan) -> dict[str, str]:
    """Return what is there, and of which Tencent does not say how it is taken away."""
    faults, sentence = {}, _stays()
    for key, without in (("sei", {"", "off"}), ("feedback", {""})):
        if now.get(key) and wanted.get(key, now[key]) in without:
            faults[key] = sentence
    if now.get("layout") and not wanted.get("layout", now["layout"]):
        text = _("A mix has a layout. There is {words}.")
        faults["layout"] = text.format(words=", ".join(sorted(WORDS["layout"])))
    if (
        now.get("stream")
        and wanted.get("stream")
        and "audio"
        in {
            now["stream"],
            wanted["stream"],
        }
        and now["stream"] != wanted["stream"]
    ):
        faults["stream"] = _(
            "Sound stays sound and a picture stays a picture: start a changed copy."
        )
    return faults


def _stays() -> str:
    return _(
        "In a relay that runs this can be changed, not taken away: start a changed"
        " copy."
    )


def _left_over(wanted: Wire, bases: Sequence[Wire]) -> dict[str, str]:
    """Return what one of *bases* has, *wanted* has not, and no change takes away.

    Of SEI that is each of its kinds; a change that was not answered may have set it.
    """
    return {
        key: _stays()
        for key, name in (("sei", "SeiParams"), ("feedback", "FeedBackRoomParams"))
        for base in bases
        if (had := base.get(name))
        and (_kinds(had) - _kinds(wanted.get(name)) or not wanted.get(name))
    }


def _kinds(part: Any) -> set[str]:
    """Return the names in *part* of a request; none of a list, or of nothing."""
    return set(part) if isinstance(part, dict) else set()


# ── the whole that it becomes ────────────────────────────────────────────────────


def _become(wire: Wire, plan: Plan, touched: set[str], present: Present) -> Fields:
    """Return *wire* as *plan* wants it where it is *touched*."""
    fields, faults = deepcopy(dict(wire)), dict[str, str]()

    def part(keys: Iterable[str], change: Callable[[], None]) -> None:
        if touched.isdisjoint(keys):
            return
        try:
            change()
        except InvalidRequest as error:
            faults.update(error.faults)

    def targets() -> None:
        fields[TARGETS] = taken(plan, wire, present.handle, present.app)

    part(OF_TARGETS, targets)
    part(OF_PICTURE, lambda: change_parts.encode(fields, plan, touched))
    part((*OF_LAYOUT, *OF_PICTURE), lambda: change_parts.lay_out(fields, plan, touched))
    part(SOUND, lambda: change_parts.hear(fields, plan))
    part(SINGLE, lambda: change_parts.single(fields, plan))
    part(("background",), lambda: change_parts.colour(fields, plan))
    part((*LOGO, *OF_PICTURE), lambda: change_parts.logo(fields, plan, touched))
    part(SEI, lambda: change_parts.sei(fields, plan))
    part(("feedback",), lambda: change_parts.feedback(fields, plan))
    if faults:
        raise InvalidRequest(faults)
    return fields


# ── what is sent ─────────────────────────────────────────────────────────────────


def _sent(present: Present, whole: StartPublishCdnStream) -> Changed:
    """Return what has to be sent so that *present* is *whole*, whatever it is now."""
    wanted = whole.to_wire()
    bases = [one.to_wire() for one in (present.whole, *present.perhaps)]
    if left := _left_over(wanted, bases):
        raise InvalidRequest(left)
    fields = _differing(wanted, bases)
    if not fields:
        raise InvalidRequest({"": _("Nothing would change: the relay is like that.")})
    request = UpdatePublishCdnStream.of(
        {
            "SdkAppId": wanted["SdkAppId"],
            "TaskId": present.task_id,
            "WithTranscoding": wanted["WithTranscoding"],
            **fields,
        }
    )
    lines = list(differences.between(present.whole, whole))
    for perhaps in reversed(present.perhaps):
        lines += differences.but(differences.between(perhaps, whole), lines)
    return Changed(request, whole, tuple(lines))


def _differing(wanted: Wire, bases: Sequence[Wire]) -> Fields:
    """Return the parts of *wanted* that are others in one of *bases*."""
    fields: Fields = {
        name: wanted.get(name, []) for name in _SENT if _differs(wanted, bases, name)
    }
    video = {
        name: at(wanted, f"VideoParams.{name}") or _ABSENT.get(name)
        for name in _OF_VIDEO
        if _differs(wanted, bases, f"VideoParams.{name}")
    }
    if video:
        fields["VideoParams"] = video
    if any(_differs(wanted, bases, f"AudioParams.{name}") for name in _OF_AUDIO):
        fields["AudioParams"] = {  # both or neither; an empty one is reset
            name: at(wanted, f"AudioParams.{name}") or [] for name in _OF_AUDIO
        }
    return fields


_ABSENT: Mapping[str, Any] = {"WaterMarkList": [], "BackGroundColor": "0x000000"}


def _differs(wanted: Wire, bases: Sequence[Wire], path: str) -> bool:
    here = at(wanted, path) or None
    return any((at(base, path) or None) != here for base in bases)
