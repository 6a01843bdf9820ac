"""When a relay is to be stopped: read from a plan, said on its card and in its thread.

`for=2h` counts from when its start was answered, `until=18:00` is a moment of whoever
asks. What is said of a timer is what is due, never that it will be so: a stop may be
refused, and a relay may end before.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from bot.dialogue.outcome import (
    Audience,
    Bold,
    Button,
    Outcome,
    Span,
    Tone,
    When,
    Who,
    said,
)
from bot.errors import InvalidRequest
from bot.grammar.times import coming, duration_of, names_zone
from bot.grammar.vocabulary import LENGTH, MOMENT
from bot.i18n import _
from bot.ids import SlackUserId
from bot.journal.evidence import moment_of
from bot.journal.model import Intent, Timing
from bot.journal.timer_rows import AHEAD, DROPPED, MOVED, PLACED, SET, UNTIMED, WARNED
from bot.resources.base import alarm_of
from bot.resources.faults import Gathered
from bot.resources.relay.card import (
    CONTROLLABLE,
    duration,
    stop_button,
    within_reach,
)
from bot.resources.relay.plan import Plan
from bot.states import OVER, State

FOR, UNTIL = LENGTH, MOMENT
LEAST = timedelta(minutes=1)
LONGER = timedelta(hours=1)  # by which a warning offers to put it off


def timing_of(plan: Plan, now: datetime, zone: tzinfo | None) -> Timing | None:
    """Return when the relay of *plan* is to be stopped, if it says so.

    A clock is one of *zone*, and of UTC where that is not known.

    Raises:
        InvalidRequest: it cannot be read, is past, or later than Tencent takes a stop.
    """
    length, moment = plan.get(FOR, "").strip(), plan.get(UNTIL, "").strip()
    gathered, after, at = Gathered(), None, None
    with gathered.here():
        after = _after(length) if length else None
    with gathered.here():
        at = _at(moment, now, zone) if moment else None
    if length and moment:
        wrong = gathered.faults.get(UNTIL, "")
        either = _("Say either how long or until when.")
        gathered.faults[UNTIL] = f"{wrong} {either}".strip()
    gathered.check()
    if after:
        return Timing(after=after, typed=f"{FOR}={length}")
    return Timing(at=at, typed=f"{UNTIL}={moment}") if at else None


def moment_in(
    plan: Plan, relay: Intent, now: datetime, zone: tzinfo | None
) -> datetime | None:
    """Return the moment at which *plan* wants the running *relay* stopped, if any.

    Raises:
        InvalidRequest: as `timing_of` does; for the *relay*, since it was sent.
    """
    timing = timing_of(plan, now, zone)
    if timing is None:
        return None
    at = timing.at or now + (timing.after or timedelta())
    if at > (relay.sent_at or now) + CONTROLLABLE:
        field = FOR if timing.after else UNTIL
        raise InvalidRequest({field: _too_late()})
    return at


def _after(text: str) -> timedelta:
    length = duration_of(text)
    if length is None:
        sentence = _("“{typed}” is no length of time: say 2h, 90m or 1h30m.")
        raise InvalidRequest({FOR: sentence.format(typed=text[:40])})
    if length < LEAST:
        raise InvalidRequest({FOR: _("A minute is the least.")})
    if length > CONTROLLABLE:
        raise InvalidRequest({FOR: _too_late()})
    return length


def _at(text: str, now: datetime, zone: tzinfo | None) -> datetime:
    at = coming(text, now, zone or UTC)
    if at is None:
        sentence = _("“{typed}” is no time: say 18:00, or 2026-11-23 18:00.")
        raise InvalidRequest({UNTIL: sentence.format(typed=text[:40])})
    if at <= now:
        raise InvalidRequest({UNTIL: _("That time is past.")})
    if at > now + CONTROLLABLE:
        raise InvalidRequest({UNTIL: _too_late()})
    return at


def _too_late() -> str:
    return _("Tencent takes no stop of a relay after 30 days: say an earlier time.")


def faults(plan: Plan, now: datetime) -> dict[str, str]:
    """Return what is wrong with when *plan* wants its relay stopped, by field."""
    try:
        timing_of(plan, now, UTC)
    except InvalidRequest as refused:
        return refused.faults
    return {}


def settled(plan: Plan, now: datetime, zone: tzinfo | None) -> dict[str, str]:
    """Return *plan* with a clock as the moment that it is, whoever reads it later.

    What cannot be read stays as it was typed.
    """
    text = plan.get(UNTIL, "")
    at = coming(text, now, zone or UTC) if text else None
    return {**plan, **({UNTIL: f"{at:%Y-%m-%dT%H:%M:%SZ}"} if at else {})}


def remarks(plan: Plan, zone: tzinfo | None) -> tuple[str, ...]:
    """Return that a clock of *plan*, as it was typed, is read as one of UTC, if so."""
    text = plan.get(UNTIL, "")
    if zone is not None or not text or names_zone(text):
        return ()
    sentence = _("Slack does not say your time zone yet: {typed} was read as UTC.")
    return (sentence.format(typed=text),)


# ── what is said of it ───────────────────────────────────────────────────────────


def due(relay: Intent) -> Iterable[tuple[Span, ...]]:
    """Yield when *relay* is to be stopped, as long as it runs, or may."""
    if relay.state in OVER or relay.state is State.STOPPING:
        return
    yield from to_come(Timing(at=relay.stop_at, after=relay.stop_after))


def to_come(timing: Timing) -> Iterable[tuple[Span, ...]]:
    """Yield when something is to be stopped."""
    if timing.at:
        yield said(_("Stop due {when}"), when=When(timing.at))
    elif timing.after:
        sentence = _("Stop due {time} after its start")
        yield (sentence.format(time=duration(timing.after)),)


def told(relay: Intent, facts: Mapping[str, Any], *, runs: bool = True) -> Outcome:
    """Return the line about the timer of *relay* that says *facts*.

    *runs*: it does, or may; of what is over nothing is offered any more.
    """
    if facts["what"] == AHEAD:
        return _written_ahead(relay, facts)
    who, when = Who(SlackUserId(facts["by"])), When(moment_of(facts["due"]))
    was = When(moment_of(facts["was"]))
    sentence = {
        SET: _("stop due {when} · set by {who}"),
        MOVED: _("stop due {when}, before that {was} · changed by {who}"),
        DROPPED: _dropped(facts),
        WARNED: _("stop due {when} · timer of {who}"),
        PLACED: _("stop placed, it was due {when} · timer of {who}"),
        UNTIMED: _("no timer, started {when} · started by {who}"),
    }[facts["what"]]
    buttons = _OFFERED.get(facts["what"], _nothing)(relay, facts) if runs else ()
    return Outcome(
        headline=(
            Bold(f"{relay.handle} · "),
            *said(sentence, who=who, when=when, was=was),
        ),
        tone=Tone.WARN if buttons else Tone.PLAIN,
        buttons=tuple(filter(None, buttons)),
        handle=relay.handle,
        audience=Audience.THREAD,
    )


def _dropped(facts: Mapping[str, Any]) -> str:
    """Return that there is no timer any more; by nobody: the journal has lost it."""
    if not facts["by"]:
        return _(
            "no timer any more: the stop was due {was}, and the journal was put back"
            " from a backup"
        )
    if facts["was"]:
        return _("no timer any more, the stop was due {was} · {who}")
    return _("no timer any more · {who}")


def _written_ahead(relay: Intent, facts: Mapping[str, Any]) -> Outcome:
    """Return the warning that Slack posts by itself, written long before it is read.

    Nobody can know then what has become of the relay meanwhile.
    """
    text = _("{handle} is to be stopped {when} · timer of {who}")
    ahead = _(
        "Written ahead {then}: Slack posts this by itself where Patchbay is not there"
        " to. What was changed or has ended since is not in it."
    )
    who, when = Who(SlackUserId(facts["by"])), When(moment_of(facts["due"]))
    return Outcome(
        headline=said(text, handle=Bold(relay.handle), when=when, who=who),
        tone=Tone.WARN,
        sentence=said(ahead, then=When(moment_of(facts["at"]))),
        buttons=tuple(_put_off(relay, facts)),
        handle=relay.handle,
        audience=Audience.THREAD,
    )


def untimed(relay: Intent, _facts: Mapping[str, Any]) -> Outcome:
    """Return the alarm that a relay has run for long, and nobody has set a timer."""
    sentence = _("{handle} still has no timer.")
    return alarm_of(
        relay,
        sentence.format(handle=relay.handle),
        sentence=(_("As far as is known it goes on running, and is billed."),),
        buttons=(stop_button(relay), stop_at_button(relay)),
    )


def _nothing(_relay: Intent, _facts: Mapping[str, Any]) -> Iterable[Button | None]:
    return ()


def _put_off(relay: Intent, facts: Mapping[str, Any]) -> Iterable[Button]:
    """Yield what puts the stop off; pressed twice it is put off once."""
    until = moment_of(facts["due"]) + LONGER
    text = f"timer {relay.id} until={until:%Y-%m-%dT%H:%M:%SZ}"
    yield Button(_("Extend 1 h"), "relay", text)
    yield Button(_("Keep running"), "relay", f"timer {relay.id} --off")


def _asked(relay: Intent, _facts: Mapping[str, Any]) -> Iterable[Button | None]:
    return (stop_at_button(relay), stop_button(relay))


_OFFERED = {WARNED: _put_off, UNTIMED: _asked}


def stop_at_button(relay: Intent) -> Button:
    """Return the button that asks when *relay* is to be stopped."""
    return Button(_("Stop at…"), "relay", f"timer {relay.id}")


def buttons(relay: Intent) -> Iterable[Button]:
    """Yield what can be done about the timer of *relay*."""
    if within_reach(relay) and relay.state is not State.STOPPING:
        yield stop_at_button(relay)
        if relay.stop_at or relay.stop_after:
            keep = f"timer {relay.id} --off"
            yield Button(_("Keep running"), "relay", keep)
