"""What the card of a relay says, its stop button, and its last alarm."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from bot.dialogue.outcome import (
    Button,
    Code,
    Part,
    Span,
    When,
    line,
)
from bot.i18n import _, n_
from bot.journal.model import Intent
from bot.resources.relay.plan import CUSTOM, LAYOUTS
from bot.states import RUNNING

# https://www.tencentcloud.com/document/product/647/48246: a TaskId may be used so long
CONTROLLABLE = timedelta(days=30)
IDLE_SECONDS = 30  # Tencent's own, where a start names none


def body(intent: Intent) -> Iterable[Part]:
    """Yield app, region and mix, TaskId, targets, and until when it can be stopped."""
    subject = intent.subject
    mode = _mode(intent.masked)
    where = f"{subject.app} ({subject.sdk_app_id}) · {subject.region} · {mode}"
    idle = intent.masked.get("AgentParams", {}).get("MaxIdleTime", IDLE_SECONDS)
    empty = _("stops {n} s after the room is empty").format(n=idle)
    yield line(f"{where} · {empty}", quiet=True)
    if subject.ref:
        yield Code(subject.ref)
    urls = [
        target.get("PublishCdnUrl", "")
        for target in intent.masked.get("PublishCdnParams", [])
    ]
    if urls:
        numbered = "   ".join(f"{n} {url}" for n, url in enumerate(urls, 1))
        yield line(numbered, quiet=True)
    if intent.state in RUNNING and intent.sent_at:
        yield line(*_in_reach(intent, intent.sent_at + CONTROLLABLE), quiet=True)


def stop_button(intent: Intent) -> Button | None:
    """Return the button that stops the relay *intent*, if that is to be offered."""
    if intent.state not in RUNNING:
        return None
    targets = len(intent.masked.get("PublishCdnParams") or ())
    question = n_(
        "Stop {handle}? Room {room}, {n} target. Viewers lose this stream.",
        "Stop {handle}? Room {room}, {n} targets. Viewers lose this stream.",
        targets,
    ).format(handle=intent.handle, room=intent.subject.room, n=targets)
    return Button(
        _("Stop {handle}").format(handle=intent.handle),
        "relay",
        f"stop {intent.handle} --yes",
        once=f"{intent.id}:stop:{intent.rev}",
        confirm=question,
        danger=True,
    )


def stop_anyway(text: str) -> Button:
    """Return the button that stops a relay which this bot did not start."""
    return Button(_("Stop it anyway"), "relay", text, danger=True)


def _in_reach(intent: Intent, until: datetime) -> Iterable[Span]:
    if intent.subject.callbacks:
        yield _("Tencent accepted it, and tells me when it ends.")
    else:
        yield _("Tencent accepted it. No live status: callbacks are off.")
    yield from (" ", _("Can be stopped until"), " ", When(until), ".")


def _mode(masked: Mapping[str, Any]) -> str:
    video = masked.get("VideoParams") or {}
    if not masked.get("WithTranscoding"):
        return _("one stream, not transcoded")
    if not video:
        return _("audio only")
    encode = video.get("VideoEncode", {})
    size = "{Height}p{Fps} {BitRate} kbps".format_map({"Height": 0, "Fps": 0} | encode)
    number = (video.get("LayoutParams") or {}).get("MixLayoutMode", 1)
    layout = next((name for name, n in LAYOUTS.items() if n == number), CUSTOM)
    return _("mix {size}, {layout}").format(size=size, layout=layout)
