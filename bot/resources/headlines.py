"""How a thing stands, in a word or two and a colour."""

from collections.abc import Mapping

from bot.dialogue.outcome import Tone
from bot.i18n import _
from bot.journal.evidence import Headline
from bot.journal.model import Intent
from bot.journal.stops import How
from bot.states import State

TONES: Mapping[Headline, Tone] = {
    Headline.REQUESTED: Tone.WAIT,
    Headline.SENDING: Tone.WAIT,
    Headline.ACCEPTED: Tone.ACCEPTED,
    Headline.CLAIMED: Tone.ACCEPTED,
    Headline.CONNECTING: Tone.WAIT,
    Headline.LIVE: Tone.GOOD,
    Headline.RECOVERING: Tone.WARN,
    Headline.TARGET_ENDED: Tone.WARN,
    Headline.TARGET_FAILED: Tone.WARN,
    Headline.PUSH_FAILED: Tone.BAD,
    Headline.IDLE: Tone.WARN,
    Headline.STOPPING: Tone.WAIT,
    Headline.MAY_RUN: Tone.UNKNOWN,
    Headline.EXPIRING: Tone.WARN,
    Headline.OUT_OF_REACH: Tone.BAD,
    Headline.STOPPED: Tone.OVER,
    Headline.ENDED: Tone.OVER,
    Headline.NOT_STARTED: Tone.BAD,
    Headline.CLOSED: Tone.OVER,
    Headline.UNKNOWN: Tone.UNKNOWN,
    Headline.DONE: Tone.GOOD,
    Headline.REPLACED: Tone.OVER,
}


def state_word(state: State) -> str:
    """Return what people call *state*, of an action or in a history."""
    return {
        State.QUEUED: _("requested"),
        State.WAITING: _("waiting"),
        State.SENDING: _("sending"),
        State.STARTED: _("started"),
        State.EXPIRING: _("started, soon out of reach"),
        State.STOPPING: _("stopping"),
        State.STOPPED: _("stopped"),
        State.ENDED: _("ended"),
        State.CLOSED: _("closed"),
        State.NOT_STARTED: _("not started"),
        State.UNKNOWN: _("unknown"),
        State.DONE: _("done"),
    }[state]


def headline_word(headline: Headline) -> str:
    """Return in a word or two how a thing stands."""
    return {
        Headline.REQUESTED: _("requested"),
        Headline.SENDING: _("sending"),
        Headline.ACCEPTED: _("accepted"),
        Headline.CLAIMED: _("running, by hand"),
        Headline.CONNECTING: _("connecting"),
        Headline.LIVE: _("live"),
        Headline.RECOVERING: _("recovering"),
        Headline.TARGET_ENDED: _("a target ended"),
        Headline.TARGET_FAILED: _("a target failed"),
        Headline.PUSH_FAILED: _("push failed"),
        Headline.IDLE: _("idle, probably ended"),
        Headline.STOPPING: _("stopping"),
        Headline.MAY_RUN: _("may still run"),
        Headline.EXPIRING: _("soon out of reach"),
        Headline.OUT_OF_REACH: _("out of reach"),
        Headline.STOPPED: _("stopped"),
        Headline.ENDED: _("ended"),
        Headline.NOT_STARTED: _("not started"),
        Headline.CLOSED: _("closed"),
        Headline.UNKNOWN: _("unknown"),
        Headline.DONE: _("done"),
        Headline.REPLACED: _("replaced"),
    }[headline]


def how_it_stopped(intent: Intent) -> str:
    """Return how a stop ended; what is over is not always what it stopped."""
    named = bool(intent.handle)
    return stop_sentence(intent.state, intent.settlement.reason, named=named)


def stop_sentence(state: State, reason: str, *, named: bool) -> str:
    """Return how a stop ended, in *state* for that *reason*, of what may be *named*."""
    if reason == How.NO_SUCH_TASK and not named:
        return _("Tencent knows no task {handle} (any more).")
    if state is not State.DONE and reason not in {How.OVER, How.PERHAPS}:
        return (
            _("{handle} may still run: it is not known whether it was stopped.")
            if state is State.UNKNOWN
            else _("{handle} was not stopped by this.")
        )
    return {
        "": _("{handle} is stopped."),
        How.OVER: _("{handle} is over; this stop did not end it."),
        How.PERHAPS: _("{handle} is over; this stop may have ended it."),
        How.OTHER_ID: _("The other TaskId under the name of {handle} is stopped."),
        How.CANCELLED: _("{handle} was cancelled before it was sent."),
        How.NOT_STARTED: _("{handle} did not start; there is nothing to stop."),
        How.ENDED: _("{handle} is over: every target was disconnected."),
        How.GONE: _("{handle} is over: Tencent knows no such task any more."),
        How.NO_SUCH_TASK: _("Tencent knows no task of the ID that {handle} has."),
    }[reason]
