"""What people read of a change of a relay: before it is sent, and after."""

from collections.abc import Iterable, Mapping

from bot.dialogue.outcome import (
    Bold,
    Button,
    Mono,
    Outcome,
    Part,
    Points,
    Span,
    Tone,
    When,
    Who,
    said,
)
from bot.i18n import _, later
from bot.ids import SlackUserId
from bot.journal.evidence import Target, moment_of
from bot.journal.model import Difference, Intent, Version
from bot.resources.relay.card import within_reach
from bot.resources.relay.wanted import try_to_end
from bot.resources.relay.worded import worded
from bot.states import RUNNING, State

Line = tuple[Span, ...]

# What people call the fields that a change may name.
LABELS: Mapping[str, str] = {
    "url": later("Target"),
    "cdn": later("CDN of the target"),
    "layout": later("Layout"),
    "users": later("Users, in the order of their places"),
    "large": later("User of the large picture"),
    "cells": later("Layout cells"),
    "width": later("Width (px)"),
    "height": later("Height (px)"),
    "fps": later("Frames a second"),
    "bitrate": later("Bit rate (kbps)"),
    "gop": later("Key frame every (s)"),
    "hear": later("Whom to hear"),
    "mute": later("Whom not to hear"),
    "user": later("User ID in the room"),
    "stream": later("Stream"),
    "background": later("Background colour"),
    "logo": later("Logo"),
    "corner": later("Corner of the logo"),
    "logosize": later("Size of the logo (px)"),
    "margin": later("Logo's distance from the edges (px)"),
    "sei": later("SEI: data inside the picture"),
    "seidata": later("SEI text"),
    "seitype": later("SEI payload type"),
    "seiinterval": later("SEI interval (ms)"),
    "seikey": later("SEI with every key frame"),
    "feedback": later("Feedback rooms"),
}


def lines(differences: Iterable[Difference]) -> tuple[Line, ...]:
    """Return each of *differences* in a line: what it was, and what it is then."""
    return tuple(_line(one) for one in differences)


def _line(one: Difference) -> Line:
    text = _("{field}: {now}, new")
    if one.was and one.was == one.now:  # what is masked in it is another
        text = _("{field}: {now}, another stream or key")
    elif one.was:
        text = _("{field}: {was} → {now}") if one.now else _("{field}: without {was}")
    was, now = (
        worded(one.field, text) or Mono(_flat(text)) for text in (one.was, one.now)
    )
    name = _(LABELS[one.field]) if one.field in LABELS else one.field
    return said(text, field=name, was=was, now=now)


def _flat(text: str) -> str:
    return ", ".join(text.split("\n"))


def interruption(*, interrupts: bool) -> str:
    """Return what viewers notice of a change, as far as Tencent's page says."""
    return (
        _(
            "An address changes: Tencent breaks off the push and begins it anew, and"
            " viewers lose the stream until then."
        )
        if interrupts
        else _("Tencent's page names nothing in this that breaks off the stream.")
    )


# ── on the card, and in its thread ───────────────────────────────────────────────


def last(intent: Intent) -> Version | None:
    """Return the newest change of *intent* that is known to be made."""
    return intent.version(intent.standing.version)


def in_doubt(intent: Intent) -> Version | None:
    """Return the newest change of *intent* that may have been made."""
    doubted = intent.standing.doubted
    return intent.version(max(doubted)) if doubted else None


def sentence(intent: Intent) -> Iterable[Span]:
    """Yield that *intent* is being changed, or may have been."""
    if intent.state not in RUNNING:
        return
    if sending := intent.version(intent.standing.sending):
        text = _("Being changed, asked by {who} · since {when}")
        yield from said(text, who=_who(sending), when=_when(sending))
    elif version := in_doubt(intent):
        text = _(
            "A change by {who} was sent {when} and not answered: it is not known"
            " whether it was made."
        )
        yield from said(text, who=_who(version), when=_when(version))


def body(intent: Intent) -> Iterable[Part]:
    """Yield what *intent* may have become: what it was, and what it is then."""
    version = in_doubt(intent)
    if version and intent.state in RUNNING and not intent.standing.sending:
        yield Points(_("Perhaps changed"), lines(version.differences))


def facts(intent: Intent) -> Iterable[Line]:
    """Yield who changed *intent* last, and when."""
    if version := last(intent):
        text = _("Changed by {who} · {when}")
        yield said(text, who=_who(version), when=_when(version))


def told(intent: Intent, version: Version, *, made: bool) -> Outcome:
    """Return the line in the thread of *intent*: it was changed, or perhaps."""
    text = _("{handle} · changed by {who} · {when}")
    if not made:
        text = _("{handle} · perhaps changed by {who} · {when}")
    handle = Bold(intent.handle)
    headline = said(text, handle=handle, who=_who(version), when=_when(version))
    return Outcome(
        headline=headline,
        tone=Tone.PLAIN if made else Tone.UNKNOWN,
        sentence=() if made else (_("No answer came to it."),),
        parts=(Points(_("What changes"), lines(version.differences)),),
        handle=intent.handle,
    )


def _who(version: Version) -> Who:
    return Who(SlackUserId(version.by))


def _when(version: Version) -> When:
    return When(moment_of(version.at))


# ── what can be done ─────────────────────────────────────────────────────────────


def may_change(intent: Intent) -> bool:
    """Tell whether *intent* runs, and it is known of what a change would be one."""
    runs = intent.state in RUNNING and within_reach(intent)
    return bool(runs and intent.masked and intent.subject.ref)


def buttons(intent: Intent) -> Iterable[Button]:
    """Yield at most two things that can be done to change *intent* now, or end it."""
    yield from try_to_end(intent)
    if may_change(intent) and not intent.standing.sending:
        yield from [*_offered(intent)][:2]


def _offered(intent: Intent) -> Iterable[Button]:
    if version := in_doubt(intent):
        yield send_again(intent, version)
    statuses = [target.status for target in intent.standing.targets]
    if Target.FAILED in statuses:
        yield replace_address(intent, statuses.index(Target.FAILED) + 1)
    yield Button(_("Change"), "relay", f"update {intent.id}")


def replace_address(intent: Intent, number: int) -> Button:
    """Return the button that asks for another address of the target of that number."""
    text = f"update {intent.id} target={number}"
    return Button(_("Replace the address"), "relay", text)


def send_again(intent: Intent, version: Version) -> Button:
    """Return the button that sends a change of *intent* once more.

    It goes under a larger number: if the first one was made, this makes it what it is
    already; if that one still comes to Tencent, it is dropped.
    """
    question = _("Send the change of {handle} once more? It is what was sent before.")
    return Button(
        _("Send again"),
        "relay",
        f"update {intent.id} again={version.job} --yes",
        once=f"{intent.id}:again:{version.number}",
        confirm=question.format(handle=intent.handle),
    )


# ── how one ended ────────────────────────────────────────────────────────────────


def result(change: Intent) -> str:
    """Return the sentence on how *change* ended."""
    texts = {
        State.DONE: _("{handle} is changed."),
        State.UNKNOWN: _("It is not known whether {handle} was changed."),
    }
    text = texts.get(change.state, _("{handle} was not changed."))
    return text.format(handle=change.handle)


def result_parts(change: Intent) -> Iterable[Part]:
    """Yield what *change* makes another."""
    if change.differences:
        yield Points(_("What changes"), lines(change.differences))


def result_buttons(change: Intent) -> Iterable[Button]:
    """Yield what can be done about a *change* that was not answered."""
    if change.state is State.UNKNOWN and change.subject.about:
        text = f"update {change.subject.about} again={change.id} --yes"
        question = _(
            "Send the change of {handle} once more? It is what was sent before."
        )
        yield Button(
            _("Send again"),
            "relay",
            text,
            once=f"{change.id}:again",
            confirm=question.format(handle=change.handle),
        )
        yield Button(_("Look up"), "lookup", change.subject.about)


def version_in(facts: Mapping[str, object], intent: Intent) -> Version | None:
    """Return the change of *intent* that the *facts* of a line are about."""
    number = facts.get("version")
    return intent.version(number) if isinstance(number, int) else None
