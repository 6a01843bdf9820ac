"""What the card of a relay says whose start was not answered.

The wording matters: somebody decides by it, at night, whether to start a relay again
that may be running, and billed, already.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.dialogue.outcome import (
    Bold,
    Button,
    Buttons,
    Facts,
    Mono,
    Part,
    Points,
    Span,
    When,
    line,
)
from bot.i18n import _
from bot.journal.model import MISSED, Intent
from bot.resources.relay.card import IDLE_SECONDS

CALLBACK_IN = timedelta(minutes=2)  # Tencent tries for one


def section(intent: Intent) -> Iterable[Part]:
    """Yield all that helps to find out what became of *intent*, and to settle it."""
    sent = intent.sent_at or intent.created_at
    given_up = intent.settlement.settled_at or sent
    yield line(Mono(intent.settlement.error_code), "  ", intent.settlement.error_text)
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
            (_("Robot"), (Mono(intent.subject.agent),)),
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
    if not intent.subject.callbacks:
        yield _("Callbacks are off, so nobody will tell me: please look.")
    elif intent.noticed(MISSED):
        yield _("I was down when Tencent would have told me more: please look.")
    elif intent.noticed("silent"):
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
        Mono(intent.subject.agent),
    )
    yield (
        _("CloudAudit, DescribeEvents: {action} at {window}.").format(
            action=intent.action, window=window
        ),
    )
    yield (_("It ends by itself {n} s after everybody has left.").format(n=idle),)
    yield (_("Removing the robot from the room may end it; I have not seen that."),)


def _utc(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"
