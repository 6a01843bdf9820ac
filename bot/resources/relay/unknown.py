"""What the card of a relay says whose start was not answered.

The wording matters: somebody decides by it, at night, whether to start a relay again
that may be running, and billed, already.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.dialogue.outcome import (
    Bold,
    Button,
    Clock,
    Mono,
    Part,
    Points,
    Span,
    When,
    line,
    said,
)
from bot.i18n import _
from bot.journal.evidence import Silence, Stop, moment_of
from bot.journal.model import Intent
from bot.resources.relay.details import idle_seconds
from bot.resources.relay.targets import addresses
from bot.resources.relay.wanted import try_to_end

CALLBACK_IN = timedelta(minutes=2)  # Tencent tries for one


def verdict(intent: Intent) -> Iterable[Span]:
    """Yield the one verdict on an unknown start, and what would change it."""
    now, silence = intent.standing, intent.standing.silence
    sent = intent.sent_at or intent.created_at
    if silence and silence.proven and now.stop is not Stop.NO_SUCH_TASK:
        yield from (Bold(_("Probably not started.")), " ")
        yield _("Callbacks of this app did arrive since, and none was about it.")
        return
    if now.stop is Stop.NO_SUCH_TASK:
        text = _("Tencent knows no task of the ID that was attached: {task}")
        yield from (*said(text, task=Mono(now.gone)), ". ")
    yield Bold(_("Do not start it again yet: it may be running and billed."))
    yield " "
    if not intent.subject.callbacks:
        yield _("Callbacks are off, so no news will come by itself: please look.")
    elif silence is None:
        text = _("If it runs, this message should say so before {when}.")
        yield from said(text, when=When(sent + CALLBACK_IN, Clock.TIME))
    elif silence.away:
        since, until = (When(moment_of(at)) for at in silence.away)
        text = _(
            "Patchbay was down when its callback may have come: {since} - {until}."
        )
        yield from said(text, since=since, until=until)
    else:
        yield from _unproven(silence, sent)


def _unproven(silence: Silence, sent: datetime) -> Iterable[Span]:
    if silence.heard:
        yield _("Callbacks arrive, but some could not be taken: please look.")
        return
    text = _("Callbacks are set up, but none has arrived since {when}.")
    yield from said(text, when=When(sent))
    if silence.heard_at:
        last = _("The last one came {when}.")
        yield from (" ", *said(last, when=When(moment_of(silence.heard_at))))


def settling(intent: Intent) -> tuple[Button, ...]:
    """Return what settles *intent* by hand."""
    return (
        Button(_("Attach its TaskId"), "relay", f"attach {intent.id}"),
        Button(_("Close as not started"), "relay", f"close {intent.id}"),
        *try_to_end(intent),
    )


def checks(intent: Intent) -> Iterable[Part]:
    """Yield where to look for *intent*, in the order in which it shows soonest."""
    if intent.standing.wished:
        yield line(_("It will be stopped as soon as its TaskId is known."))
    yield Points(_("Check, in this order"), tuple(_checks(intent)), numbered=True)
    text = _("It ends by itself {n} s after everybody has left.")
    yield line(text.format(n=idle_seconds(intent)), quiet=True)


def _checks(intent: Intent) -> Iterable[tuple[Span, ...]]:
    room, agent = intent.subject.room, Mono(intent.subject.agent)
    if urls := addresses(intent):
        yield said(_("Is it live? {address}"), address=Mono(urls[0]))
    text = _("TRTC console, room {room}: is this robot in it? {robot}")
    yield said(text, room=room, robot=agent)
    text = _("CloudAudit: {action}, sent {when}")
    when = When(intent.sent_at or intent.created_at)
    yield said(text, action=intent.action, when=when)
