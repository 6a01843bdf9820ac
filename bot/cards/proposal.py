"""What a second person is asked, and what became of that.

A request card says what is asked for, never that it happened: what it became has a card
of its own. Everything is a function of the facts that its notice was put in with.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from bot.access import exits
from bot.dialogue.outcome import (
    Audience,
    Bold,
    Button,
    Code,
    Line,
    Mono,
    Outcome,
    Part,
    Points,
    Row,
    Span,
    Tone,
    When,
    Who,
    line,
    said,
)
from bot.i18n import _, n_
from bot.ids import SlackUserId
from bot.journal.proposals import Asking, Proposal
from bot.resources.kinds import Registry

TONES = {
    Asking.ASKED: Tone.WAIT,
    Asking.APPROVED: Tone.PLAIN,
    Asking.DENIED: Tone.BAD,
    Asking.WITHDRAWN: Tone.OVER,
    Asking.EXPIRED: Tone.OVER,
}


def drawn(facts: Mapping[str, Any], resources: Registry) -> Outcome:
    """Return the card that asks, or says how it was decided, as *facts* say.

    Whoever asked is *told* the same in fewer words.
    """
    state = Asking(facts["state"])
    title = _titled(facts, resources)
    is_open = state is Asking.ASKED
    body = () if facts["told"] else tuple(_body(facts, resources))
    return Outcome(
        headline=(Bold(_state(state).format(what=title)),),
        tone=TONES[state],
        sentence=_sentence(facts, state),
        buttons=tuple(_buttons(facts)) if is_open else (),
        menu=(_withdrawing(facts),) if is_open else (),
        parts=body,
        context=tuple(_context(facts)),
        audience=Audience.ASKER if facts["told"] else Audience.CHANNEL,
    )


def asked(proposal: Proposal) -> Outcome:
    """Return what is told at once: nothing was sent, and somebody else is asked."""
    by = When(proposal.expires_at)
    elsewhere = proposal.asked_in != proposal.asker.channel
    where = _("It is asked in the channel for approvals.")
    return Outcome(
        headline=(Bold(_("Not sent yet: a second person has to approve this.")),),
        tone=Tone.WAIT,
        sentence=said(_("Until {when}; then it is not sent any more."), when=by),
        buttons=(_withdrawing({"proposal": proposal.id}),),
        parts=(line(where),) if elsewhere else (),
        context=((_("Rule: {rule}").format(rule=proposal.rule),), _id(proposal.id)),
    )


def stands(proposal: Proposal) -> Outcome:
    """Return how *proposal* was decided on, to whoever pressed a button of it."""
    by = proposal.by.user if proposal.by else SlackUserId("")
    facts = {
        "by": by,
        "reason": proposal.reason,
        "became": proposal.shown.get("became", ""),
        "decided_at": _millis(proposal.decided_at),
    }
    if proposal.state is Asking.ASKED:
        return Outcome(headline=(Bold(_("Nobody has decided yet.")),), tone=Tone.WAIT)
    return Outcome(
        headline=(Bold(_decision(proposal.state)),),
        tone=TONES[proposal.state],
        sentence=_sentence(facts, proposal.state),
    )


def summary(proposal: Proposal, resources: Registry) -> Iterator[Line]:
    """Yield in a line or two what *proposal* asks for, for whoever decides on it."""
    yield line(Bold(_titled(proposal.shown, resources)))
    yield line(*_asked_by(proposal.asker.user, proposal.created_at), quiet=True)


def waiting(proposals: Sequence[Proposal], resources: Registry) -> Outcome:
    """Return what of *proposals* is asked for, each with what decides on it."""
    count = len(proposals)
    title = n_(
        "{n} request waits for your approval",
        "{n} requests wait for your approval",
        count,
    ).format(n=count)
    nothing = _("Nothing waits for your approval.")
    return _listed(proposals, resources, _buttons, title if proposals else nothing)


def own(proposals: Sequence[Proposal], resources: Registry) -> Outcome:
    """Return what of *proposals* the reader asked for, and may take back."""
    title = _("Asked for by you, and not decided on yet")
    nothing = _("Nothing that you asked for waits to be approved.")
    title = title if proposals else nothing
    return _listed(proposals, resources, lambda facts: (_withdrawing(facts),), title)


def _listed(
    proposals: Sequence[Proposal],
    resources: Registry,
    buttons: Callable[[Mapping[str, Any]], Iterable[Button]],
    title: str,
) -> Outcome:
    parts = []
    for one in proposals:
        until = said(_("until {when}"), when=When(one.expires_at))
        by = _asked_by(one.asker.user, one.created_at)
        spans = (Bold(_titled(one.shown, resources)), "\n", *by, " · ", *until)
        parts.append(Row(spans, tuple(buttons({"proposal": one.id}))))
    return Outcome(headline=(Bold(title),), parts=tuple(parts))


# ── its parts ─────────────────────────────────────────────────────────────────────


def _titled(facts: Mapping[str, Any], resources: Registry) -> str:
    action = facts["request"]
    if things := facts.get("stops"):
        return n_("Stop {n} at once", "Stop {n} at once", len(things)).format(
            n=len(things)
        )
    return resources.wanting(action).wanted(action, facts["room"] or facts["handle"])


def _state(state: Asking) -> str:
    return {
        Asking.ASKED: _("To be approved: {what}"),
        Asking.APPROVED: _("Approved: {what}"),
        Asking.DENIED: _("Denied: {what}"),
        Asking.WITHDRAWN: _("Withdrawn: {what}"),
        Asking.EXPIRED: _("Not approved in time: {what}"),
    }[state]


def _decision(state: Asking) -> str:
    return {
        Asking.ASKED: _("Nobody has decided yet."),
        Asking.APPROVED: _("This was approved."),
        Asking.DENIED: _("This was denied."),
        Asking.WITHDRAWN: _("This was withdrawn."),
        Asking.EXPIRED: _("Nobody approved this in time."),
    }[state]


def _sentence(facts: Mapping[str, Any], state: Asking) -> tuple[Span, ...]:
    by, when = Who(SlackUserId(facts["by"])), When(_moment(facts["decided_at"]))
    spans = {"who": by, "when": when, "reason": facts["reason"]}
    match state:
        case Asking.ASKED:
            asker = Who(SlackUserId(facts["asked_by"]))
            until = When(_moment(facts["expires_at"]))
            sentence = _("{who} asks for a second person, until {when}.")
            return said(sentence, who=asker, when=until)
        case Asking.APPROVED:
            sentence = _("By {who} · {when}: “{reason}”.")
            became = facts.get("became", "")
            follows = _("See {handles}.").format(handles=became)
            return (*said(sentence, **spans), *((" ", follows) if became else ()))
        case Asking.DENIED:
            return said(_("By {who} · {when}: “{reason}”. Nothing was sent."), **spans)
        case Asking.WITHDRAWN:
            return said(_("By {who} · {when}. Nothing was sent."), **spans)
    return (_("Nothing was sent. To ask again, send it in again."),)


def _buttons(facts: Mapping[str, Any]) -> Iterator[Button]:
    of = facts["proposal"]
    yield Button(_("Approve…"), "patchbay", f"approve {of}")
    yield Button(_("Deny…"), "patchbay", f"deny {of}", danger=True)


def _withdrawing(facts: Mapping[str, Any]) -> Button:
    of = facts["proposal"]
    return Button(_("Withdraw"), "patchbay", f"withdraw {of}", once=f"{of}:withdraw")


def _body(facts: Mapping[str, Any], resources: Registry) -> Iterable[Part]:
    production = _("production") if facts["production"] else ""
    named = (facts["handle"], facts["request"], facts["app"], production)
    yield line(" · ".join(filter(None, (*named, facts["region"]))), quiet=True)
    if things := facts.get("stops"):
        yield Points("", tuple(map(_thing, things)))
        yield line(_("Each can be stopped by itself at any time."), quiet=True)
        return
    yield from map(_changed, facts.get("changes", ()))
    if timed := facts.get("timed"):
        yield line(Mono(timed))
    if original := facts.get("instead_of"):
        sentence = _("{original} is to be stopped when this is live.")
        yield line(sentence.format(original=original))
    masked = facts["masked"]
    yield from exits.shown(resources.requests[facts["request"]], masked)
    yield Code(json.dumps(masked, indent=2, ensure_ascii=False))


def _changed(one: Mapping[str, str]) -> Line:
    """Return what a change makes another, by the key that is typed for it."""
    return line(Mono(f"{one['field']}: {one['was'] or '–'} → {one['now'] or '–'}"))  # noqa: RUF001 - a dash is nothing


def _thing(one: Mapping[str, str]) -> tuple[Span, ...]:
    room = _("room {room}").format(room=one["room"])
    return (Bold(one["handle"]), f" · {room}" if one["room"] else "")


def _context(facts: Mapping[str, Any]) -> Iterator[tuple[Span, ...]]:
    yield _asked_by(SlackUserId(facts["asked_by"]), _moment(facts["asked_at"]))
    yield (_("Rule: {rule}").format(rule=facts["rule"]),)
    if facts["state"] == Asking.ASKED and facts.get("may"):
        yield said(_("May approve: {people}"), people=_people(facts["may"]))
    if facts["state"] == Asking.ASKED:
        yield _id(facts["proposal"])
    if facts.get("note"):
        yield (Mono(facts["note"]),)


def _id(of: str) -> tuple[Span, ...]:
    """Return what is typed to approve, deny or withdraw where no button can be."""
    return said(_("Id of this request: {id}"), id=Mono(of))


def _people(named: Iterable[str]) -> tuple[Span, ...]:
    """Return users, whom Slack shows by name, and groups, by their IDs."""
    spans: list[Span] = []
    for one in named:
        is_user = one[:1] in {"U", "W"}
        shown = Who(SlackUserId(one)) if is_user else Mono(one)
        spans += [", " if spans else "", shown]
    return tuple(spans)


def _asked_by(user: SlackUserId, at: datetime) -> tuple[Span, ...]:
    return said(_("Asked for by {who} · {when}"), who=Who(user), when=When(at))


def _moment(millis: int) -> datetime:
    return datetime.fromtimestamp(millis / 1000, UTC)


def _millis(at: datetime | None) -> int:
    return round(at.timestamp() * 1000) if at else 0
