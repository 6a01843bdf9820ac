"""What the card of a relay says, target by target, and its stop button."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.dialogue.outcome import (
    Button,
    Buttons,
    Code,
    Mono,
    Part,
    Span,
    When,
    Who,
    line,
)
from bot.i18n import _, n_
from bot.ids import SlackUserId
from bot.journal.evidence import (
    Ending,
    Headline,
    Silence,
    Stop,
    Target,
    TargetStanding,
)
from bot.journal.model import Intent
from bot.resources.headlines import headline_word
from bot.resources.relay.cdn import cdn_remarks
from bot.resources.relay.plan import CUSTOM, LAYOUTS
from bot.states import LIVE, OVER, State

# https://www.tencentcloud.com/document/product/647/48246: a TaskId may be used so long
CONTROLLABLE = timedelta(days=30)
MOST_CANDIDATES = 3  # TaskIds that a card shows beside its own
IDLE_SECONDS = 30  # Tencent's own, where a start names none


def standing(intent: Intent) -> str:
    """Return in a few words how the relay *intent* stands."""
    now = intent.standing
    if now.headline in {Headline.TARGET_FAILED, Headline.TARGET_ENDED}:
        worst = Target.FAILED if now.headline is Headline.TARGET_FAILED else None
        numbers = [
            str(n)
            for n, one in enumerate(now.targets, 1)
            if (one.status is worst if worst else one.status in _OVER)
        ]
        sentence = (
            n_("target {n} failed", "targets {n} failed", len(numbers))
            if worst
            else n_("target {n} ended", "targets {n} ended", len(numbers))
        )
        return sentence.format(n=", ".join(numbers))
    if now.headline is Headline.ACCEPTED:
        return (
            _("accepted, no callback yet")
            if intent.subject.callbacks
            else _("accepted, callbacks are off")
        )
    if now.headline is Headline.UNKNOWN:
        return _unknown(intent)
    return headline_word(now.headline)


def _unknown(intent: Intent) -> str:
    """Return the verdict on an unknown start, which moves with the evidence."""
    now = intent.standing
    if now.stop is Stop.NO_SUCH_TASK:
        return _("unknown: no task of that ID")
    if now.candidates:
        return _("unknown: a TaskId came that may be its")
    if not intent.subject.callbacks:
        return _("unknown: please look, callbacks are off")
    return _unheard(now.silence) if now.silence else _("unknown: no answer yet")


def _unheard(silence: Silence) -> str:
    """Return what it means that nothing was heard of an unknown start."""
    if silence.proven:
        return _("unknown: probably not started")
    if silence.away:
        return _("unknown: please look, callbacks may have been missed")
    return (
        _("unknown: please look, callbacks were refused")
        if silence.heard
        else _("unknown: please look, no callbacks arrive")
    )


_OVER = {Target.ENDED, Target.IDLE, Target.STOPPING}


def body(intent: Intent) -> Iterable[Part]:
    """Yield how it stands and since when, its targets, then what does not change."""
    yield from _how(intent)
    yield from _targets(intent)
    yield from _candidates(intent)
    if intent.subject.ref:
        yield Code(intent.subject.ref)
    if intent.masked:
        yield line(_where(intent), quiet=True)
    else:
        sentence = _("Unmanaged: it goes by a name that was given here, and this")
        rest = _("journal does not know how it was started.")
        yield line(f"{sentence} {rest}", quiet=True)
    if intent.state in LIVE | {State.QUEUED}:
        yield from (line(remark, quiet=True) for remark in cdn_remarks(intent.masked))
    if _within_reach(intent) and intent.sent_at:
        until = intent.sent_at + CONTROLLABLE
        yield line(_("Can be stopped until"), " ", When(until), ".", quiet=True)


def _within_reach(intent: Intent) -> bool:
    """Tell whether it runs, or may, and Tencent still takes a stop of it."""
    reach = intent.standing.headline is not Headline.OUT_OF_REACH
    return reach and intent.state in LIVE


def _where(intent: Intent) -> str:
    subject = intent.subject
    idle = intent.masked.get("AgentParams", {}).get("MaxIdleTime", IDLE_SECONDS)
    empty = _("stops {n} s after the room is empty").format(n=idle)
    where = f"{subject.app} ({subject.sdk_app_id}) · {subject.region}"
    return f"{where} · {_mode(intent.masked)} · {empty}"


def _how(intent: Intent) -> Iterable[Part]:
    """Yield one line with what the headline cannot say."""
    now = intent.standing
    if explain := _HOW.get(now.headline):
        yield line(*explain(intent))
    if intent.state in LIVE and now.silence and now.silence.away:
        yield _missed(now.silence.away)


def _ended(intent: Intent) -> Iterable[Span]:
    why = {
        Ending.GONE: _("Tencent knows no such task any more"),
        Ending.MEANWHILE: _("every target was disconnected while it was stopped by"),
    }.get(
        intent.standing.ending or Ending.IDLE,
        _("every target was disconnected, and nobody here stopped it"),
    )
    yield from (_("Ended"), " ", _since(intent), ": ", why)
    if intent.standing.by:
        yield from (" ", Who(SlackUserId(intent.standing.by)))
    yield "."


def _idle(intent: Intent) -> Iterable[Span]:
    sentence = _("Probably ended: neither a failure nor a stop was heard.")
    yield from (_("Idle since"), " ", _since(intent), ". ", sentence)


def _may_run(_intent: Intent) -> Iterable[Span]:
    yield _("A stop was sent, and not answered for certain: please look.")


def _out_of_reach(_intent: Intent) -> Iterable[Span]:
    yield _("Tencent takes no stop of a relay older than 30 days.")
    yield from (" ", _("Remove the robot from the room to end it."))


def _claimed(intent: Intent) -> Iterable[Span]:
    by = Who(SlackUserId(intent.standing.by))
    silent = _("Tencent has not said anything of that TaskId yet.")
    yield from (_("Attached by"), " ", by, "; ", silent)


def _billed(_intent: Intent) -> Iterable[Span]:
    yield _("As far as is known it goes on running, and is billed.")


def _since(intent: Intent) -> When:
    return When(_moment(intent.standing.since))


def _missed(away: tuple[int, int]) -> Part:
    since, until = (When(_moment(at)) for at in away)
    sentence = _("Patchbay was down, and callbacks of that time may be missing:")
    return line(sentence, " ", since, " - ", until, quiet=True)


def _stopped(intent: Intent) -> Iterable[Span]:
    yield from stopped_by(intent)
    yield from (" · ", *when_over(intent, _since(intent)), *ran_for(intent))


def stopped_by(intent: Intent) -> tuple[Span, ...]:
    """Return that a relay was stopped, and by whom if that is known."""
    by = intent.standing.by
    who = (" ", _("by"), " ", Who(SlackUserId(by))) if by else ()
    return (_("Stopped"), *who)


def when_over(intent: Intent, at: When) -> tuple[Span, ...]:
    """Return when a relay was stopped; of a stop in doubt, by when it was over."""
    return (_("not later than"), " ", at) if _is_doubted(intent) else (at,)


def _is_doubted(intent: Intent) -> bool:
    """Tell whether a stop was not answered, and a later one found nothing to stop."""
    now = intent.standing
    return now.state is State.STOPPED and now.ending is Ending.GONE


def ran_for(intent: Intent) -> tuple[Span, ...]:
    """Return how long a relay that is over ran, if that is known."""
    if not intent.sent_at or _is_doubted(intent):
        return ()
    ran = _moment(intent.standing.since) - intent.sent_at
    return (" · ", _("after {time}").format(time=duration(ran)))


def duration(of: timedelta) -> str:
    """Return a length of time as people say it: `1 h 12 min`, `40 s`."""
    seconds = max(round(of.total_seconds()), 0)
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3600)
    minutes, rest = divmod(rest, 60)
    if days:
        return _("{d} d {h} h").format(d=days, h=hours)
    if hours:
        return _("{h} h {m} min").format(h=hours, m=minutes)
    return (
        _("{m} min {s} s").format(m=minutes, s=rest)
        if minutes
        else _("{s} s").format(s=rest)
    )


def _stopping(intent: Intent) -> Iterable[Span]:
    now = intent.standing
    yield _("Being stopped")
    if now.by:
        yield from (", ", _("asked by"), " ", Who(SlackUserId(now.by)))
    yield from (" · ", _("since"), " ", When(_moment(now.since)))


_HOW: Mapping[Headline, Callable[[Intent], Iterable[Span]]] = {
    Headline.STOPPED: _stopped,
    Headline.ENDED: _ended,
    Headline.IDLE: _idle,
    Headline.MAY_RUN: _may_run,
    Headline.OUT_OF_REACH: _out_of_reach,
    Headline.CLAIMED: _claimed,
    Headline.STOPPING: _stopping,
    Headline.PUSH_FAILED: _billed,
    Headline.TARGET_FAILED: _billed,
}


def _targets(intent: Intent) -> Iterable[Part]:
    """Yield a line for each target, with how it stands as far as was heard."""
    for number, target in enumerate(_padded(intent), 1):
        spans: list[Span] = [target_name(intent, number)]
        if intent.state not in OVER and target.status is not Target.UNHEARD:
            spans += ["  ", f"{_SIGNS[target.status]} {target_word(target.status)} "]
            spans += [When(_moment(target.since))]
            if target.code or target.text:
                spans += [f"  {target.code} {target.text}".rstrip()]
        yield line(*spans, quiet=True)


def _padded(intent: Intent) -> tuple[TargetStanding, ...]:
    standings = intent.standing.targets
    missing = len(_urls(intent)) - len(standings)
    return (*standings, *[TargetStanding()] * max(missing, 0))


def target_name(intent: Intent, number: int) -> str:
    """Return the *number*-th target of *intent* by its number and masked address."""
    urls = _urls(intent)
    url = urls[number - 1] if number <= len(urls) else _("a target")
    return f"{number} {url}"


def _urls(intent: Intent) -> list[str]:
    return [
        target.get("PublishCdnUrl", "")
        for target in intent.masked.get("PublishCdnParams", [])
    ]


_SIGNS: Mapping[Target, str] = {
    Target.CONNECTING: "🟡",
    Target.LIVE: "🟢",
    Target.RECOVERING: "🟠",
    Target.FAILED: "🔴",
    Target.STOPPING: "🟡",
    Target.ENDED: "⚪",
    Target.IDLE: "⚪",
}


def target_word(status: Target) -> str:
    """Return what people call the *status* of a target."""
    return {
        Target.UNHEARD: _("not heard of"),
        Target.CONNECTING: _("connecting since"),
        Target.LIVE: _("live since"),
        Target.RECOVERING: _("reconnecting since"),
        Target.FAILED: _("failed"),
        Target.STOPPING: _("disconnecting since"),
        Target.ENDED: _("disconnected"),
        Target.IDLE: _("idle since"),
    }[status]


def _candidates(intent: Intent) -> Iterable[Part]:
    """Yield other TaskIds that came with its name, with what can be done."""
    candidates = intent.standing.candidates
    for task_id in candidates[:MOST_CANDIDATES]:
        yield line(_("Another TaskId came with its name:"))
        yield Code(task_id)
        yield Buttons(for_candidate(intent, task_id))
    if more := candidates[MOST_CANDIDATES:]:
        yield and_more(intent, len(more))


def and_more(intent: Intent, count: int) -> Part:
    """Return that *count* TaskIds more came with the name of *intent*, and where."""
    sentence = n_("and {n} more, see", "and {n} more, see", count).format(n=count)
    return line(sentence, " ", Mono(f"/lookup {intent.handle} --ids"), quiet=True)


def for_candidate(intent: Intent, task_id: str) -> tuple[Button, ...]:
    """Return what can be done about a TaskId that came with the name of *intent*."""
    stop = stop_anyway(f"stop {task_id} app={intent.subject.app}")
    text = f"attach {intent.id} {task_id}"
    if intent.state is State.UNKNOWN:
        return (Button(_("Attach it"), "relay", text), stop)
    if task_id in intent.standing.rivals:
        return (Button(_("It is this one"), "relay", text), stop)
    return (stop,)


def stop_button(intent: Intent) -> Button | None:
    """Return the button that stops the relay *intent*; none where it is over.

    It names the relay by the intent's id, which no other has, and by its TaskId: so it
    stops the right one from an old card too, whatever became of the journal.
    """
    if not _within_reach(intent) or intent.state is State.STOPPING:
        return None
    targets = len(intent.masked.get("PublishCdnParams") or ())
    question = n_(
        "Stop {handle}? Room {room}, {n} target. Viewers lose this stream.",
        "Stop {handle}? Room {room}, {n} targets. Viewers lose this stream.",
        targets,
    ).format(handle=intent.handle, room=intent.subject.room, n=targets)
    task = f" task={intent.subject.ref}" if intent.subject.ref else ""
    app = f" app={intent.subject.sdk_app_id}" if task else ""
    return Button(
        _("Stop {handle}").format(handle=intent.handle),
        "relay",
        f"stop {intent.id}{task}{app} --yes",
        once=f"{intent.id}:stop:{intent.rev}",
        confirm=question,
        danger=True,
    )


def stop_anyway(text: str) -> Button:
    """Return the button that stops a relay which is not known by a handle."""
    return Button(_("Stop it anyway"), "relay", text, danger=True)


def _moment(at: int) -> datetime:
    return datetime.fromtimestamp(at / 1000, UTC)


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
