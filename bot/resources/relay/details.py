"""The technical half of a relay's card, behind *Details*: whole, in one time zone."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from bot.dialogue.outcome import Facts, Mono, Part, Points, Span, line
from bot.i18n import _
from bot.journal.evidence import moment_of
from bot.journal.model import Intent
from bot.resources.relay.card import CONTROLLABLE, within_reach
from bot.resources.relay.cdn import cdn_remarks
from bot.resources.relay.plan import CUSTOM, LAYOUTS
from bot.resources.relay.targets import every_target
from bot.resources.relay.worded import worded
from bot.states import LIVE, State

IDLE_SECONDS = 30  # Tencent's own, where a start names none


def details(intent: Intent) -> Iterable[Part]:
    """Yield every target of *intent* with its address, then what does not change."""
    if lines := every_target(intent):
        yield Points(_("Targets"), lines)
    if intent.state in LIVE | {State.QUEUED}:
        yield from (line(remark, quiet=True) for remark in cdn_remarks(intent.masked))
    yield Facts(tuple(_facts(intent)))


def _facts(intent: Intent) -> Iterable[tuple[str, tuple[Span, ...]]]:
    subject, end = intent.subject, intent.settlement
    app = f"{subject.app} ({subject.sdk_app_id}) · {subject.region}"
    yield _("Application"), (app,)
    if intent.masked:
        yield _("Content"), (mode(intent.masked),)
        text = _("stops {n} s after the room is empty")
        yield _("Empty room"), (text.format(n=idle_seconds(intent)),)
    if intent.sent_at:
        yield _("Sent"), (sent_between(intent),)
        if within_reach(intent):
            yield _("Can be stopped until"), (utc(intent.sent_at + CONTROLLABLE),)
    if subject.agent:
        yield _("Robot"), (Mono(subject.agent),)
    yield _("Submission"), (Mono(intent.id),)
    if end.error_code or end.error_text:
        yield _("Error"), (Mono(end.error_code), f"  {end.error_text}".rstrip())


def sent_between(intent: Intent) -> str:
    """Return when *intent* was sent; of an unknown one also when it was given up."""
    sent = intent.sent_at or intent.created_at
    since = intent.standing.since
    if intent.state is not State.UNKNOWN or not since:
        return utc(sent)
    until = utc(moment_of(since))
    return _("{since} to {until}").format(since=utc(sent), until=until)


def idle_seconds(intent: Intent) -> int:
    """Return after how many seconds in an empty room the relay ends by itself."""
    return int(intent.masked.get("AgentParams", {}).get("MaxIdleTime", IDLE_SECONDS))


def utc(at: datetime) -> str:
    """Return *at* as it is quoted in a ticket."""
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def mode(masked: Mapping[str, Any]) -> str:
    """Return in a few words what the relay mixes, and how large."""
    video = masked.get("VideoParams") or {}
    if not masked.get("WithTranscoding"):
        return _("one stream, not transcoded")
    if not video:
        return _("audio only")
    encode = video.get("VideoEncode", {})
    size = "{Height}p{Fps} {BitRate} kbps".format_map({"Height": 0, "Fps": 0} | encode)
    number = (video.get("LayoutParams") or {}).get("MixLayoutMode", 1)
    layout = next((name for name, n in LAYOUTS.items() if n == number), CUSTOM)
    named = worded("layout", layout)
    return _("mix {size}, {layout}").format(size=size, layout=named)
