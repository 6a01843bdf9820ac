"""What is told of a start whose end is not known, and of news that does not fit.

The wording matters: somebody decides by it, at night, whether to start a relay again
that may be running, and billed, already.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

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
    Span,
    Tone,
    When,
    line,
)
from bot.i18n import _
from bot.journal.model import Intent, Notice, State

CALLBACK_IN = timedelta(minutes=2)  # Tencent tries for one
IDLE_SECONDS = 30  # Tencent's own, where a start names none


def told_of_unknown(intent: Intent) -> Iterable[Part]:
    """Yield all that helps to find out what became of *intent*, and to settle it."""
    sent = intent.sent_at or intent.created_at
    given_up = intent.settled_at or sent
    yield line(Mono(intent.error_code), "  ", intent.error_text)
    yield line(
        Bold(_("Do not start it again yet.")),
        " ",
        _("The request was sent, and may be running and billed."),
        " ",
        *_news(intent, sent),
    )
    window = f"{_utc(sent)} to {_utc(given_up)}"
    yield Facts(
        (
            (_("Sent"), (window,)),
            (_("Robot"), (Mono(intent.agent),)),
            (_("Intent"), (Mono(intent.id),)),
        )
    )
    yield Points(
        _("Check, in this order"), tuple(_checks(intent, window)), numbered=True
    )
    yield Buttons(
        (
            Button(_("Attach its TaskId"), "relay", f"attach {intent.handle}"),
            Button(_("Close as not started"), "relay", f"close {intent.handle}"),
        )
    )


def _news(intent: Intent, sent: datetime) -> Iterable[Span]:
    if not intent.callbacks:
        yield _("Callbacks are off, so nobody will tell me: please look.")
    elif intent.noticed(Notice.MISSED):
        yield _("I was down when Tencent would have told me more: please look.")
    elif intent.noticed(Notice.SILENT):
        yield _("No callback came, so it has very likely not started.")
    else:
        yield _("Callbacks are on: if it runs, this message says so before")
        yield from (" ", When(sent + CALLBACK_IN), f" ({_utc(sent + CALLBACK_IN)}).")


def _checks(intent: Intent, window: str) -> Iterable[tuple[Span, ...]]:
    idle = intent.masked.get("AgentParams", {}).get("MaxIdleTime", IDLE_SECONDS)
    yield (_("Is the push target live?"),)
    yield (
        _("Does the TRTC console show the robot in the room?"),
        " ",
        Mono(intent.agent),
    )
    yield (
        _("CloudAudit, DescribeEvents: {action} at {window}.").format(
            action=intent.action, window=window
        ),
    )
    yield (_("It ends by itself {n} s after everybody has left.").format(n=idle),)
    yield (_("Removing the robot from the room may end it; I have not seen that."),)


# ── news that does not fit ───────────────────────────────────────────────────────


def contradicted(intent: Intent, task_id: str) -> Outcome:
    """Return the alarm that a relay runs of which people were told otherwise."""
    told_else = intent.ref and intent.state is not State.NOT_STARTED
    sentence = (
        _("{handle} has a second relay. Both may be billed.")
        if told_else
        else _("{handle} runs, though it was told as “{state}”. It may be billed.")
    )
    stop = f"stop {task_id} app={intent.app}"
    known = (Code(intent.ref),) if intent.ref else ()
    return _alarm(
        intent,
        sentence.format(handle=intent.handle, state=intent.state.value),
        line(_("Tencent tells of this TaskId for it:")),
        Code(task_id),
        *known,
        line(_("Nothing was changed or overwritten. Look, and stop what is too much.")),
        Buttons((Button(_("Stop this one"), "relay", stop, danger=True),)),
    )


def unsettled(intent: Intent) -> Outcome:
    """Return the alarm that nobody has settled an unknown start for minutes."""
    sentence = _("{handle} is still unknown: it may be running, and billed.")
    open_it = Button(_("Open"), "lookup", intent.handle)
    return _alarm(intent, sentence.format(handle=intent.handle), Buttons((open_it,)))


def stuck(intent: Intent) -> Outcome:
    """Return the alarm that a stop does not get through."""
    sentence = _("The stop of {handle} does not get through. I keep trying for a day.")
    return _alarm(
        intent,
        sentence.format(handle=intent.handle),
        line(_("It goes on running, and being billed. Stop it in the TRTC console:")),
        Code(intent.ref),
    )


def not_stopped(intent: Intent) -> Outcome:
    """Return the alarm that a stop was given up: what it was to stop goes on."""
    sentence = _("{handle} was not stopped, and goes on being billed.")
    return _alarm(
        intent,
        sentence.format(handle=intent.handle),
        line(Mono(intent.error_code), "  ", intent.error_text),
        Code(intent.ref),
    )


def last_day(intent: Intent, until: datetime) -> Outcome:
    """Return the alarm that a relay will soon be out of anybody's control."""
    sentence = _("{handle} can be stopped until {when} only; then it runs on, billed.")
    stop = Button(_("Stop"), "relay", f"stop {intent.handle}", danger=True)
    return _alarm(
        intent,
        sentence.format(handle=intent.handle, when=_utc(until)),
        Buttons((stop,)),
    )


def _alarm(intent: Intent, sentence: str, *parts: Part) -> Outcome:
    return Outcome(
        headline=(Bold(sentence),),
        tone=Tone.WARN,
        parts=parts,
        request_id=intent.request_id,
        handle=intent.handle,
        audience=Audience.OPS,
    )


def _utc(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"
