"""What whoever takes or mutes an alert is answered, and which channels are told."""

from collections.abc import Sequence

from bot.cards.alerts import cause_word, name_of
from bot.dialogue.outcome import (
    Bold,
    Outcome,
    Points,
    Span,
    Tone,
    When,
    Who,
    line,
    said,
)
from bot.i18n import _
from bot.ids import SlackUserId
from bot.journal.alerts import Subscription
from bot.journal.evidence import moment_of
from bot.journal.model import Intent
from bot.journal.outages import Mute, Outage


def taken(thing: Intent, there: Sequence[Outage], by: SlackUserId) -> Outcome:
    """Return what is taken of *thing*, and what somebody else than *by* has."""
    name = name_of(thing)
    if not there:
        title = _("{handle} · no alert is open").format(handle=name)
        return Outcome(headline=(Bold(title),), handle=thing.handle)
    title = _("{handle} · taken; nobody is called again").format(handle=name)
    others = [one for one in there if one.taken_by != by]
    lines = [
        said(
            _("{cause}: {who} has it since {when}"),
            cause=cause_word(one.cause),
            who=Who(SlackUserId(one.taken_by)),
            when=When(moment_of(one.taken_at)),
        )
        for one in (others or there)
    ]
    return Outcome(
        headline=(Bold(title),),
        tone=Tone.PLAIN,
        parts=(Points("", tuple(lines)),),
        handle=thing.handle,
    )


def muted(thing: Intent, mute: Mute | None) -> Outcome:
    """Return until when nobody is called about *thing*."""
    name = name_of(thing)
    if mute is None:
        title = _("{handle} · not muted any more").format(handle=name)
        return Outcome(headline=(Bold(title),), handle=thing.handle)
    until = When(moment_of(mute.until))
    head = said(_("{handle} · muted until {when}"), handle=Bold(name), when=until)
    sentence = _("An alert of it is still told, and calls nobody until then.")
    return Outcome(headline=head, sentence=(sentence,), handle=thing.handle)


def subscribed(wanted: Subscription) -> Outcome:
    """Return of what this channel is told from now on."""
    return Outcome(
        headline=(Bold(_("This channel is told of alerts")),),
        sentence=_of(wanted),
        parts=(line(_("Nobody is called here."), quiet=True),),
    )


def unsubscribed(*, was: bool) -> Outcome:
    """Return that this channel is told of no alert; *was*: it was told of some."""
    title = (
        _("This channel is told of no alert any more")
        if was
        else _("This channel was told of no alert")
    )
    return Outcome(headline=(Bold(title),))


def subscribed_channels(there: Sequence[Subscription]) -> Outcome:
    """Return which channels are told, and of what."""
    title = (Bold(_("Channels that are told of alerts")),)
    if not there:
        return Outcome(headline=title, parts=(line(_("None.")),))
    lines = tuple((f"{one.channel} · ", *_of(one)) for one in there)
    return Outcome(headline=title, parts=(Points("", lines),))


def _of(wanted: Subscription) -> tuple[Span, ...]:
    apps = ", ".join(wanted.apps) or _("every app")
    causes = ", ".join(map(cause_word, wanted.causes)) or _("every cause")
    return (f"{apps} · {causes}",)
