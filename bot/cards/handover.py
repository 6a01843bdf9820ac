"""The handover of a duty: what runs, what is wrong, and who has it, on one page.

It is bounded: of each group the first are shown, and how many there are more.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.dialogue.outcome import (
    Bold,
    Clock,
    Outcome,
    Part,
    Points,
    Span,
    Tone,
    When,
    Who,
    line,
    said,
)
from bot.i18n import _, n_
from bot.ids import IntentId, SlackUserId
from bot.journal.evidence import Headline, moment_of
from bot.journal.model import Intent
from bot.journal.outages import Mute, Outage
from bot.resources.kinds import Registry
from bot.states import OVER, State

MOST_SHOWN = 8  # of a group
MOST_COUNTED = 500  # of what runs of a kind, and of what was asked for since
SOON = timedelta(hours=12)  # of timers: a duty

UNKNOWN = {Headline.UNKNOWN, Headline.MAY_RUN}
FAILING = {
    Headline.PUSH_FAILED,
    Headline.TARGET_FAILED,
    Headline.TARGET_ENDED,
    Headline.RECOVERING,
    Headline.IDLE,
}
Line = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Attended:
    """Who has the alert of a thing, if anybody, and who has muted it until when."""

    taken_by: str = ""
    taken_at: datetime | None = None
    muted_by: str = ""
    muted_until: datetime | None = None


def attended_by(there: Iterable[Outage], mute: Mute) -> Attended:
    """Return who has what is open *there* of a thing, the first to take it, and *mute*.

    *there* are its outages that are not over.
    """
    taken = sorted((one.taken_at, one.taken_by) for one in there if one.taken_by)
    at, by = taken[0] if taken else (0, "")
    return Attended(
        taken_by=by,
        taken_at=moment_of(at) if by else None,
        muted_by=mute.by,
        muted_until=moment_of(mute.until) if mute.by else None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """All that a handover is drawn from.

    *live* is what runs, or may; *lately* what was asked for *since* a moment; *capped*:
    there is more of one of them than is counted. *attended* is of those with an alert.
    """

    now: datetime
    since: datetime
    live: Sequence[Intent]
    lately: Sequence[Intent]
    attended: Mapping[IntentId, Attended] = field(default_factory=dict)
    capped: bool = False


def handed_over(duty: Duty, resources: Registry) -> Outcome:
    """Return what whoever takes over has to know of *duty*."""
    wrong = [*_of(duty, UNKNOWN), *_of(duty, FAILING)]
    parts = (*_groups(duty, resources), _since(duty))
    as_of = said(_("As of {when}"), when=When(duty.now))
    return Outcome(
        headline=(Bold(_title(duty, len(wrong))),),
        tone=Tone.WARN if wrong else Tone.PLAIN,
        parts=(*parts, line(*as_of, quiet=True)),
    )


def _title(duty: Duty, wrong: int) -> str:
    plus = "+" if duty.capped else ""
    title = n_(
        "Handover: {n} runs, or may; {wrong} to look at",
        "Handover: {n} run, or may; {wrong} to look at",
        len(duty.live),
    )
    return title.format(n=f"{len(duty.live)}{plus}", wrong=wrong)


def _groups(duty: Duty, resources: Registry) -> Iterator[Part]:
    taken = [one for one in duty.live if _attended(duty, one).taken_by]
    muted = [one for one in duty.live if _is_muted(duty, one)]
    old = [one for one in duty.live if one.state is State.EXPIRING]
    due = [
        one
        for one in duty.live
        if one.stop_at and one.stop_at - duty.now <= SOON and one not in old
    ]
    due.sort(key=lambda one: one.stop_at or duty.now)
    listed = {*_ids(_of(duty, UNKNOWN)), *_ids(_of(duty, FAILING)), *_ids(old)}
    rest = [one for one in duty.live if one.id not in listed]
    groups = (
        (_("Unknown ({n})"), _of(duty, UNKNOWN), _row),
        (_("Failing ({n})"), _of(duty, FAILING), _row),
        (_("Taken ({n})"), taken, _taken),
        (_("Muted ({n})"), muted, _muted),
        (_("Close to the 30 days for which it can be stopped ({n})"), old, _row),
        (_("Stopped by a timer soon ({n})"), due, _due),
        (_("Runs ({n})"), rest, _row),
    )
    for title, things, draw in groups:
        if things:
            lines = [draw(one, resources, duty) for one in things[:MOST_SHOWN]]
            more = len(things) - len(lines)
            if more > 0:
                lines.append((_("and {n} more").format(n=more),))
            yield Points(title.format(n=len(things)), tuple(lines))
    if not duty.live:
        yield line(_("Nothing runs that you may read."))


def _of(duty: Duty, headlines: Iterable[Headline]) -> list[Intent]:
    return [one for one in duty.live if one.standing.headline in headlines]


def _ids(things: Iterable[Intent]) -> list[IntentId]:
    return [one.id for one in things]


def _row(thing: Intent, resources: Registry, _duty: Duty) -> Line:
    return said(
        _("{handle} · {standing} · {thing} · {age} {person}"),
        **_spans(thing, resources),
    )


def _due(thing: Intent, resources: Registry, duty: Duty) -> Line:
    return said(
        _("{handle} · {thing} · {when} {person}"),
        **_spans(thing, resources),
        when=When(thing.stop_at or duty.now),
    )


def _taken(thing: Intent, resources: Registry, duty: Duty) -> Line:
    has = _attended(duty, thing)
    return said(
        _("{handle} · {standing} · {who} has it since {when}"),
        **_spans(thing, resources),
        who=Who(SlackUserId(has.taken_by)),
        when=When(has.taken_at or duty.now),
    )


def _muted(thing: Intent, resources: Registry, duty: Duty) -> Line:
    has = _attended(duty, thing)
    return said(
        _("{handle} · {standing} · muted by {who} until {when}"),
        **_spans(thing, resources),
        who=Who(SlackUserId(has.muted_by)),
        when=When(has.muted_until or duty.now),
    )


def _spans(thing: Intent, resources: Registry) -> dict[str, Span | tuple[Span, ...]]:
    resource = resources.of(thing)
    return {
        "handle": (f"{resource.tone(thing).value} ", Bold(thing.handle)),
        "standing": resource.standing(thing),
        "thing": resource.gist(thing),
        "age": When(thing.sent_at or thing.created_at, Clock.AGO),
        "person": Who(thing.asker.user) if thing.asker.user else "",
    }


def _attended(duty: Duty, thing: Intent) -> Attended:
    return duty.attended.get(thing.id, NOBODY)


NOBODY = Attended()


def _is_muted(duty: Duty, thing: Intent) -> bool:
    until = _attended(duty, thing).muted_until
    return until is not None and until > duty.now


def _since(duty: Duty) -> Part:
    """Return how many were asked for since then, and what became of them by now."""
    unstarted = sum(one.state is State.NOT_STARTED for one in duty.lately)
    over = sum(one.state in OVER for one in duty.lately) - unstarted
    plus = "+" if len(duty.lately) >= MOST_COUNTED else ""
    text = _(
        "Asked for since {when}: {n}; {over} over by now, {unstarted} not started."
    )
    return line(
        *said(
            text,
            when=When(duty.since),
            n=f"{len(duty.lately)}{plus}",
            over=str(over),
            unstarted=str(unstarted),
        )
    )
