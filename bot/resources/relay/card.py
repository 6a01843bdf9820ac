"""What the card of a relay says: how it stands and why, target by target."""

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta

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
    said,
)
from bot.i18n import _, n_, slash
from bot.ids import SlackUserId
from bot.journal.evidence import (
    Ending,
    Headline,
    Silence,
    Stop,
    Target,
    moment_of,
)
from bot.journal.model import Intent
from bot.resources.headlines import goes_on, headline_word
from bot.states import LIVE, State

# https://www.tencentcloud.com/document/product/647/48246: a TaskId may be used so long
CONTROLLABLE = timedelta(days=30)
MOST_CANDIDATES = 3  # TaskIds that a card shows beside its own


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


# ── what it means ────────────────────────────────────────────────────────────────


def sentence(intent: Intent) -> Iterable[Span]:
    """Yield what the headline cannot say: by whom, since when, why."""
    now = intent.standing
    if explain := _HOW.get(now.headline):
        yield from explain(intent)
    if not intent.masked:
        yield "\n" if explain else ""
        yield _(
            "Unmanaged: it goes by a name that was given here, and this journal does"
            " not know how it was started."
        )
    if intent.state in LIVE - {State.UNKNOWN} and now.silence and now.silence.away:
        yield "\n" if explain else ""
        yield from _missed(now.silence.away)


def _ended(intent: Intent) -> Iterable[Span]:
    texts = {
        Ending.GONE: _("Ended {when}: Tencent knows no such task any more."),
        Ending.MEANWHILE: _(
            "Ended {when}: every target was disconnected while {who} was stopping it."
        )
        if intent.standing.by
        else _("Ended {when}: every target was disconnected while it was stopped."),
    }
    other = _(
        "Ended {when}: every target was disconnected, and nobody here stopped it."
    )
    text = texts.get(intent.standing.ending or Ending.IDLE, other)
    return said(text, when=_since(intent), who=_by(intent))


def _idle(intent: Intent) -> Iterable[Span]:
    text = _("Idle since {when}. Probably ended: neither a failure nor a stop came.")
    return said(text, when=_since(intent))


def _may_run(_intent: Intent) -> Iterable[Span]:
    yield _("A stop was sent, and not answered for certain: please look.")


def _out_of_reach(_intent: Intent) -> Iterable[Span]:
    yield _(
        "Tencent takes no stop of a relay older than 30 days. Removing its robot from"
        " the room may end it: only a callback tells."
    )


def _expiring(intent: Intent) -> Iterable[Span]:
    if intent.sent_at is None:
        return ()
    text = _("It can be stopped until {when}; after that Tencent takes no stop of it.")
    return said(text, when=When(intent.sent_at + CONTROLLABLE))


def _claimed(intent: Intent) -> Iterable[Span]:
    text = _("Attached by {who}; Tencent has not said anything of that TaskId yet.")
    return said(text, who=_by(intent))


def _billed(_intent: Intent) -> Iterable[Span]:
    yield _("As far as is known it goes on running, and is billed.")


def _closed(intent: Intent) -> Iterable[Span]:
    end = intent.settlement
    if end.settled_by and end.reason:
        yield from (Who(SlackUserId(end.settled_by)), ": ", end.reason)


def _since(intent: Intent) -> When:
    return When(moment_of(intent.standing.since))


def _by(intent: Intent) -> Who:
    return Who(SlackUserId(intent.standing.by))


def _missed(away: tuple[int, int]) -> Iterable[Span]:
    since, until = (When(moment_of(at)) for at in away)
    text = _(
        "Patchbay was down, and callbacks of that time may be missing:"
        " {since} - {until}"
    )
    return said(text, since=since, until=until)


def stopped(intent: Intent) -> tuple[Span, ...]:
    """Return that a relay was stopped; by whom, when and after how long, if known.

    Of a stop in doubt it is known by when the relay was over, and no more.
    """
    by, at = intent.standing.by, _since(intent)
    if _is_doubted(intent):
        text = (
            _("Stopped by {who} · not later than {when}")
            if by
            else _("Stopped · not later than {when}")
        )
    elif intent.sent_at:
        text = (
            _("Stopped by {who} · {when} · after {time}")
            if by
            else _("Stopped · {when} · after {time}")
        )
    else:
        text = _("Stopped by {who} · {when}") if by else _("Stopped · {when}")
    return said(text, who=_by(intent), when=at, time=ran_for(intent))


def _is_doubted(intent: Intent) -> bool:
    """Tell whether a stop was not answered, and a later one found nothing to stop."""
    now = intent.standing
    return now.state is State.STOPPED and now.ending is Ending.GONE


def ran_for(intent: Intent) -> str:
    """Return how long a relay that is over ran; "" if that is not known."""
    if not intent.sent_at or _is_doubted(intent):
        return ""
    return duration(moment_of(intent.standing.since) - intent.sent_at)


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
    text = (
        _("Being stopped, asked by {who} · since {when}")
        if intent.standing.by
        else _("Being stopped since {when}")
    )
    return said(text, who=_by(intent), when=_since(intent))


_HOW: Mapping[Headline, Callable[[Intent], Iterable[Span]]] = {
    Headline.STOPPED: stopped,
    Headline.ENDED: _ended,
    Headline.CLOSED: _closed,
    Headline.IDLE: _idle,
    Headline.MAY_RUN: _may_run,
    Headline.EXPIRING: _expiring,
    Headline.OUT_OF_REACH: _out_of_reach,
    Headline.CLAIMED: _claimed,
    Headline.STOPPING: _stopping,
    Headline.PUSH_FAILED: _billed,
    Headline.TARGET_FAILED: _billed,
}


# ── other TaskIds that came with its name ────────────────────────────────────────


def candidates(intent: Intent) -> Iterable[Part]:
    """Yield other TaskIds that came with its name, with what can be done."""
    others = intent.standing.candidates
    for task_id in others[:MOST_CANDIDATES]:
        yield line(_("Another TaskId came with its name:"))
        yield Code(task_id)
        yield Buttons(for_candidate(intent, task_id))
    if more := others[MOST_CANDIDATES:]:
        yield and_more(intent, len(more))


def and_more(intent: Intent, count: int) -> Part:
    """Return that *count* TaskIds more came with the name of *intent*, and where."""
    text = n_("and {n} more, see {command}", "and {n} more, see {command}", count)
    command = Mono(slash(f"lookup {intent.handle} --ids"))
    return line(*said(text, n=str(count), command=command), quiet=True)


def for_candidate(intent: Intent, task_id: str) -> tuple[Button, ...]:
    """Return what can be done about a TaskId that came with the name of *intent*."""
    stop = stop_anyway(f"stop {task_id} app={intent.subject.app}")
    text = f"attach {intent.id} {task_id}"
    if intent.state is State.UNKNOWN:
        return (Button(_("Attach it"), "relay", text), stop)
    if task_id in intent.standing.rivals:
        return (Button(_("It is this one"), "relay", text), stop)
    return (stop,)


# ── what can be done ─────────────────────────────────────────────────────────────


def within_reach(intent: Intent) -> bool:
    """Tell whether it runs, or may, and Tencent still takes a stop of it."""
    reach = intent.standing.headline is not Headline.OUT_OF_REACH
    return reach and intent.state in LIVE


def stop_button(intent: Intent) -> Button | None:
    """Return the button that stops the relay *intent*; none where it is over.

    It names the relay by the intent's id, which no other has, and by its TaskId: so it
    stops the right one from an old card too, whatever became of the journal.
    """
    if not within_reach(intent) or intent.state is State.STOPPING:
        return None
    count = len(intent.masked.get("PublishCdnParams") or ())
    question = n_(
        "Stop {handle}? Room {room}, {n} target. Viewers lose this stream.",
        "Stop {handle}? Room {room}, {n} targets. Viewers lose this stream.",
        count,
    ).format(handle=intent.handle, room=intent.subject.room, n=count)
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


def stop_again(stop: Intent) -> tuple[Button, ...]:
    """Return the button that asks once more for what *stop* did not do, if it did not.

    It names the TaskId that was to be stopped, which may be another one that came under
    the name of the relay; or the relay, if its TaskId is not known.
    """
    subject = stop.subject
    if not goes_on(stop) or not (subject.about or subject.ref):
        return ()
    text = f"stop {subject.about} --yes"
    if subject.ref:
        text = f"stop {subject.ref} app={subject.sdk_app_id} --yes"
    if not subject.about:
        return (stop_anyway(text),)
    question = _("Stop {handle}? Viewers lose this stream.")
    button = Button(
        _("Stop {handle}").format(handle=stop.handle),
        "relay",
        text,
        once=f"{stop.id}:again:{stop.rev}",
        confirm=question.format(handle=stop.handle),
        danger=True,
    )
    return (button,)


def stop_anyway(text: str) -> Button:
    """Return the button that stops a relay which is not known by a handle."""
    return Button(_("Stop it anyway"), "relay", text, danger=True)
