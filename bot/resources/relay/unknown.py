"""What the card of a relay says whose start was not answered.

The wording matters: somebody decides by it, at night, whether to start a relay again
that may be running, and billed, already.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

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
from bot.journal.evidence import Silence, Stop
from bot.journal.model import Intent
from bot.resources.relay.card import IDLE_SECONDS

CALLBACK_IN = timedelta(minutes=2)  # Tencent tries for one


def section(intent: Intent) -> Iterable[Part]:
    """Yield all that helps to find out what became of *intent*, and to settle it."""
    sent = intent.sent_at or intent.created_at
    given_up = _moment(intent.standing.since) if intent.standing.since else sent
    yield line(Mono(intent.settlement.error_code), "  ", intent.settlement.error_text)
    yield line(*_verdict(intent, sent))
    if intent.standing.wished:
        yield line(_("It will be stopped as soon as its TaskId is known."))
    window = _("{since} to {until}").format(since=_utc(sent), until=_utc(given_up))
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
            Button(_("Attach its TaskId"), "relay", f"attach {intent.id}"),
            Button(_("Close as not started"), "relay", f"close {intent.id}"),
        )
    )


def _verdict(intent: Intent, sent: datetime) -> Iterable[Span]:
    """Yield the one verdict, and what would change it."""
    now, silence = intent.standing, intent.standing.silence
    if silence and silence.proven and now.stop is not Stop.NO_SUCH_TASK:
        yield from (Bold(_("Probably not started.")), " ")
        yield _("Callbacks of this app did arrive since, and none was about it.")
        return
    if now.stop is Stop.NO_SUCH_TASK:
        yield _("Tencent knows no task of the ID that was attached:")
        yield from (" ", Mono(now.gone), ". ")
    yield Bold(_("Do not start it again yet: it may be running and billed."))
    yield " "
    if not intent.subject.callbacks:
        yield _("Callbacks are off, so no news will come by itself: please look.")
    elif silence is None:
        yield _("Callbacks are on: if it runs, this message should say so before")
        yield from (" ", When(sent + CALLBACK_IN), f" ({_utc(sent + CALLBACK_IN)}).")
    elif silence.away:
        yield _("Patchbay was down when its callback may have come:")
        yield from (" ", When(_moment(silence.away[0])), " - ")
        yield from (When(_moment(silence.away[1])), ".")
    else:
        yield from _unproven(silence, sent)


def _unproven(silence: Silence, sent: datetime) -> Iterable[Span]:
    if silence.heard:
        yield _("Callbacks arrive, but some could not be taken: please look.")
        return
    sentence = _("Callbacks are set up, but none has arrived since")
    yield from (sentence, " ", When(sent), ".")
    if silence.heard_at:
        yield from (" ", _("The last one came"), " ")
        yield from (When(_moment(silence.heard_at)), ".")


def _moment(at: int) -> datetime:
    return datetime.fromtimestamp(at / 1000, UTC)


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
    yield (_("Removing the robot from the room may end it; that is not documented."),)


def _utc(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"
