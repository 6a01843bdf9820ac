"""How a thing stands, in a word or two and a colour."""

from collections.abc import Mapping

from bot.dialogue.outcome import Tone
from bot.i18n import _, later
from bot.journal.evidence import Headline
from bot.journal.model import Intent
from bot.journal.stops import FOUND_OVER, How
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

_STATES: Mapping[State, str] = {
    State.QUEUED: later("requested"),
    State.WAITING: later("waiting"),
    State.SENDING: later("sending"),
    State.STARTED: later("started"),
    State.EXPIRING: later("started, soon out of reach"),
    State.STOPPING: later("stopping"),
    State.STOPPED: later("stopped"),
    State.ENDED: later("ended"),
    State.CLOSED: later("closed"),
    State.NOT_STARTED: later("not started"),
    State.UNKNOWN: later("unknown"),
    State.DONE: later("done"),
}
_HEADLINES: Mapping[Headline, str] = {
    Headline.REQUESTED: later("requested"),
    Headline.SENDING: later("sending"),
    Headline.ACCEPTED: later("accepted"),
    Headline.CLAIMED: later("running, by hand"),
    Headline.CONNECTING: later("connecting"),
    Headline.LIVE: later("live"),
    Headline.RECOVERING: later("recovering"),
    Headline.TARGET_ENDED: later("a target ended"),
    Headline.TARGET_FAILED: later("a target failed"),
    Headline.PUSH_FAILED: later("push failed"),
    Headline.IDLE: later("idle, probably ended"),
    Headline.STOPPING: later("stopping"),
    Headline.MAY_RUN: later("may still run"),
    Headline.EXPIRING: later("soon out of reach"),
    Headline.OUT_OF_REACH: later("out of reach"),
    Headline.STOPPED: later("stopped"),
    Headline.ENDED: later("ended"),
    Headline.NOT_STARTED: later("not started"),
    Headline.CLOSED: later("closed"),
    Headline.UNKNOWN: later("unknown"),
    Headline.DONE: later("done"),
    Headline.REPLACED: later("replaced"),
}


def state_word(state: State) -> str:
    """Return what people call *state*, of an action or in a history."""
    return _(_STATES[state])


def headline_word(headline: Headline) -> str:
    """Return in a word or two how a thing stands."""
    return _(_HEADLINES[headline])


def goes_on(stop: Intent) -> bool:
    """Tell whether what *stop* was to end is not known to be over."""
    is_over = stop.settlement.reason in FOUND_OVER
    return stop.state in {State.NOT_STARTED, State.UNKNOWN} and not is_over


def how_it_stopped(intent: Intent) -> str:
    """Return how a stop ended; what is over is not always what it stopped."""
    named = bool(intent.handle)
    return stop_sentence(intent.state, intent.settlement.reason, named=named)


def stop_tone(state: State, reason: str) -> Tone:
    """Return the colour of a stop that ended in *state*, for that *reason*."""
    if reason in FOUND_OVER:
        return Tone.OVER
    if state is not State.DONE:
        return Tone.UNKNOWN if state is State.UNKNOWN else Tone.BAD
    if reason == How.CONTESTED:
        return Tone.WAIT
    return Tone.UNKNOWN if reason == How.NO_SUCH_TASK else Tone.OVER


def stop_sentence(state: State, reason: str, *, named: bool) -> str:
    """Return how a stop ended, in *state* for that *reason*, of what may be *named*."""
    if reason == How.NO_SUCH_TASK and not named:
        return _("Tencent knows no task {handle} (any more).")
    if state is not State.DONE and reason not in FOUND_OVER:
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
        How.CONTESTED: _(
            "Tencent took the stop of {handle}, of which it said seconds before that "
            "it runs: its card says when the end is heard."
        ),
    }[reason]
