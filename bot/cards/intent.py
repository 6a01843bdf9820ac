"""What the journal knows about a thing, told as an answer.

A card is a pure function of an intent, so the card in the channel, `/lookup` and a
restart after a crash all say the same. Nothing here can show a secret: an intent holds
its request masked.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.cards.alarms import told_of_unknown
from bot.cards.errors import failure, product_of
from bot.dialogue.outcome import (
    Audience,
    Bold,
    Button,
    Buttons,
    Code,
    Facts,
    Mono,
    Outcome,
    Part,
    Points,
    Row,
    Span,
    Tone,
    When,
    Who,
    line,
)
from bot.i18n import _, n_
from bot.ids import Kind, SlackUserId
from bot.journal.model import Intent, State
from bot.resources.relay.plan import CUSTOM, LAYOUTS
from bot.tencent.models.base import Request

CONTROLLABLE = timedelta(days=30)  # after that Tencent takes no stop for a TaskId
SHORT = 24  # a room longer than this is cut in lists; a TaskId always is

TONES = {
    State.QUEUED: Tone.WAIT,
    State.SENDING: Tone.WAIT,
    State.STARTED: Tone.GOOD,
    State.EXPIRING: Tone.WARN,
    State.STOPPING: Tone.WAIT,
    State.STOPPED: Tone.OVER,
    State.ENDED: Tone.OVER,
    State.CLOSED: Tone.OVER,
    State.NOT_STARTED: Tone.BAD,
    State.UNKNOWN: Tone.UNKNOWN,
    State.DONE: Tone.GOOD,
}

LIVE = frozenset({State.STARTED, State.EXPIRING})


def state_word(state: State) -> str:
    """Return what people call *state*."""
    return {
        State.QUEUED: _("requested"),
        State.SENDING: _("sending"),
        State.STARTED: _("started"),
        State.EXPIRING: _("started, soon out of control"),
        State.STOPPING: _("stopping"),
        State.STOPPED: _("stopped"),
        State.ENDED: _("ended"),
        State.CLOSED: _("closed"),
        State.NOT_STARTED: _("not started"),
        State.UNKNOWN: _("unknown"),
        State.DONE: _("done"),
    }[state]


def card(intent: Intent) -> Outcome:
    """Return the card of the thing that *intent* made, or tried to make."""
    headline: tuple[Span, ...] = (Bold(f"{intent.handle} · {_standing(intent)}"),)
    if intent.room:
        headline += ("   ", _("room"), " ", Mono(intent.room))
    return Outcome(
        headline=headline,
        tone=TONES[intent.state],
        parts=tuple(_parts(intent)),
        menu=menu(intent),
        request_id=intent.request_id,
        handle=intent.handle,
        audience=Audience.CHANNEL,
    )


def stop_told(intent: Intent) -> Outcome:
    """Return what whoever asked for the stop *intent* is told when it has ended."""
    stopped = intent.state is State.DONE
    word = _("{handle} is stopped.") if stopped else _("{handle} was not stopped.")
    parts: tuple[Part, ...] = (Code(intent.ref),)
    return Outcome(
        headline=(Bold(word.format(handle=intent.handle)),),
        tone=Tone.OVER if stopped else Tone.BAD,
        parts=parts if stopped else (*parts, *failure(intent)),
        request_id=intent.request_id,
        handle=intent.handle,
    )


def looked_up(intent: Intent, history: Iterable[Intent]) -> Outcome:
    """Return the card for the asker alone, with what was done to the thing."""
    lines = tuple(_event(one) for one in history)
    found = card(intent)
    share = Button(_("Share"), "lookup", f"{intent.handle} --public")
    parts = (
        *found.parts,
        Points(_("History"), lines),
        Buttons((share,)),
    )
    return replace(found, parts=parts, audience=Audience.ASKER)


def menu(intent: Intent) -> tuple[Button, ...]:
    """Return what the ⋯ beside a card's headline offers."""
    entries = [
        Button(_("Details"), "lookup", f"{intent.handle} --details"),
        Button(_("Copy IDs"), "lookup", f"{intent.handle} --ids"),
    ]
    if intent.error_code:
        text = f"{intent.error_code} product={product_of(intent)}"
        entries.append(Button(_("Explain the error"), "lookup", text))
    if intent.kind is Kind.RENDER and intent.state is State.STARTED:
        text = f"reveal {intent.handle}"
        entries.append(Button(_("Reveal server session"), "car", text))
    return tuple(entries)


def row(intent: Intent) -> Row:
    """Return the one line under which *intent* stands in a list."""
    what = intent.room or intent.ref
    spans: tuple[Span, ...] = (
        f"{TONES[intent.state].value} ",
        Bold(intent.handle),
        f" · {_short(what)} · {_standing(intent)} · ",
        Who(intent.user),
        " · ",
        When(intent.created_at),
    )
    opening = Button(_("Open"), "lookup", intent.handle)
    entries = (opening, *(b for b in (stop_button(intent),) if b))
    return Row(spans, entries)


def listed(title: str, intents: Iterable[Intent], nothing: str) -> Outcome:
    """Return *intents*, a line each, under *title*."""
    rows = tuple(row(intent) for intent in intents)
    parts: tuple[Part, ...] = rows or (line(nothing),)
    return Outcome(headline=(Bold(title),), parts=parts)


def stop_button(intent: Intent) -> Button | None:
    """Return the button that ends the thing, with the question it asks first."""
    if intent.state not in LIVE or intent.kind is Kind.COSTREAM:
        return None
    if intent.kind is Kind.RENDER:
        return None
    targets = len(intent.masked.get("PublishCdnParams") or ())
    question = n_(
        "Stop {handle}? Room {room}, {n} target. Viewers lose this stream.",
        "Stop {handle}? Room {room}, {n} targets. Viewers lose this stream.",
        targets,
    ).format(handle=intent.handle, room=intent.room, n=targets)
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


def dry_run(request: Request[Any], where: str = "") -> Outcome:
    """Return *request* as it would be sent, secrets masked."""
    body = json.dumps(request.masked(), indent=2, ensure_ascii=False)
    return Outcome(
        headline=(Bold(_("Nothing was sent. This is what would be.")),),
        parts=(line(f"{request.action}  {where}".rstrip(), quiet=True), Code(body)),
    )


def _standing(intent: Intent) -> str:
    looked = intent.kind is Kind.COSTREAM and intent.state is State.DONE
    return _("looked up") if looked else state_word(intent.state)


def _parts(intent: Intent) -> Iterable[Part]:
    if intent.kind is Kind.RELAY:
        yield from _relay(intent)
    elif intent.kind is Kind.RENDER:
        yield from _render(intent)
    else:
        yield from _costream(intent)
    if intent.note:
        yield line(intent.note, quiet=True)
    if intent.settled_by:
        told = intent.reason or _("attached its TaskId by hand")
        yield line(Who(SlackUserId(intent.settled_by)), ": ", told)
    yield line(
        _("by"), " ", Who(intent.user), " · ", When(intent.created_at), quiet=True
    )
    if intent.error_code and intent.state is not State.UNKNOWN:
        yield from failure(intent)
    if stop := stop_button(intent):
        yield Buttons((stop,))


def _relay(intent: Intent) -> Iterable[Part]:
    mode = _mode(intent.masked)
    where = f"{intent.app} ({intent.sdk_app_id}) · {intent.region} · {mode}"
    idle = intent.masked.get("AgentParams", {}).get("MaxIdleTime", 30)
    empty = _("stops {n} s after the room is empty").format(n=idle)
    yield line(f"{where} · {empty}", quiet=True)
    if intent.ref:
        yield Code(intent.ref)
    urls = [
        t.get("PublishCdnUrl", "") for t in intent.masked.get("PublishCdnParams", [])
    ]
    if urls:
        yield line(
            "   ".join(f"{n} {url}" for n, url in enumerate(urls, 1)), quiet=True
        )
    if intent.state is State.UNKNOWN:
        yield from told_of_unknown(intent)
    if intent.state in LIVE and intent.sent_at:
        yield line(*_in_reach(intent, intent.sent_at + CONTROLLABLE), quiet=True)


def _in_reach(intent: Intent, until: datetime) -> Iterable[Span]:
    if intent.callbacks:
        yield _("Tencent accepted it, and tells me when it ends.")
    else:
        yield _("Tencent accepted it. No live status: callbacks are off.")
    yield from (" ", _("Can be stopped until"), " ", When(until), ".")


def _render(intent: Intent) -> Iterable[Part]:
    facts: list[tuple[str, tuple[Span, ...]]] = [(_("User"), (Mono(intent.ref),))]
    if mode := intent.masked.get("RunMode"):
        facts.append((_("Run mode"), (mode,)))
    if host := intent.masked.get("HostUserId"):
        role = intent.masked.get("Role", "")
        facts.append((_("Host"), (Mono(host), f"  {role}".rstrip())))
    yield Facts(tuple(facts))
    if intent.state is State.UNKNOWN:
        yield line(
            Bold(_("No answer came back; the session may exist, and be billed.")),
            " ",
            _("Starting it for the same user again reconnects to it."),
        )
        close = f"close {intent.handle}"
        yield Buttons((Button(_("Close as not started"), "car", close),))
    elif intent.state is State.STARTED:
        yield line(_("A session is keyed by its user; it has no ID."), quiet=True)


def _costream(intent: Intent) -> Iterable[Part]:
    reply = intent.reply
    yield Facts(((_("Session"), (Mono(intent.ref),)),))
    if intent.state is not State.DONE:
        return
    online = reply.get("OnlineInstanceIds")
    chosen = reply.get("AvailableInstanceIds")
    yield Facts(
        (
            (_("Master"), (Mono(reply.get("MasterInstanceId") or _("not given")),)),
            (_("Online"), (_counted(online),)),
            (_("Selected"), (_counted(chosen),)),
        )
    )
    if chosen is None:
        sentence = _("Tencent did not say which are selected, so who lags is unknown.")
        yield line(sentence)
    else:
        offline = [one for one in chosen if one not in set(online or ())]
        yield from _ids(_("Selected but offline"), offline, _("None: all are online."))
    yield from _ids(_("Online"), online or [], _("None."))


def _ids(title: str, ids: list[str], nothing: str) -> Iterable[Part]:
    yield line(Bold(f"{title} ({len(ids)})"), "" if ids else f"  {nothing}")
    if ids:
        shown = "\n".join(ids[:20])
        more = len(ids) - 20
        rest = "\n" + _("and {n} more").format(n=more) if more > 0 else ""
        yield Code(shown + rest)


def _counted(ids: list[str] | None) -> str:
    return _("not given") if ids is None else str(len(ids))


def _event(intent: Intent) -> tuple[Span, ...]:
    return (
        When(intent.created_at),
        " · ",
        Who(intent.user),
        f" · {intent.action} · {state_word(intent.state)}",
    )


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


def _short(text: str) -> str:
    return text if len(text) <= SHORT else f"{text[:12]}…{text[-6:]}"
