"""How the stops stand that somebody asked for at once: one message, kept up to date.

What it says of each is what the answer to that stop alone would say.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.dialogue.outcome import (
    Audience,
    Bold,
    Mono,
    Outcome,
    Points,
    Span,
    Tone,
    When,
    Who,
    line,
    said,
)
from bot.i18n import _, n_
from bot.journal.model import Intent
from bot.resources.headlines import stop_sentence, stop_tone
from bot.states import OPEN, State


@dataclass(frozen=True, slots=True)
class _Stop:
    """One of them, as the facts say it stands."""

    handle: str
    room: str
    state: State
    ref: str
    reason: str
    code: str

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> "_Stop":
        return cls(**{**facts, "state": State(facts["state"])})

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def tone(self) -> Tone:
        """The sign before it: what needs a look, what is under way, what is over."""
        return Tone.WAIT if self.is_open else stop_tone(self.state, self.reason)

    @property
    def sentence(self) -> str:
        """What is said of it, as it is of a stop that was asked for alone."""
        if not self.is_open:
            return stop_sentence(self.state, self.reason, named=bool(self.handle))
        if self.state is State.WAITING and not self.ref:
            return _("{handle} will be stopped as soon as its TaskId is known.")
        return _("{handle} is being stopped.")

    @property
    def spans(self) -> tuple[Span, ...]:
        """Its line: the sign, the sentence, the room, and Tencent's code if any."""
        text = self.sentence.format(handle=self.handle or self.ref)
        room = _("room {room}").format(room=self.room)
        code: tuple[Span, ...] = (" · ", Mono(self.code)) if self.code else ()
        shown = code if self.tone in {Tone.BAD, Tone.UNKNOWN} else ()
        return (f"{self.tone.value} {text}", f" · {room}" if self.room else "", *shown)


_ORDER = (Tone.BAD, Tone.UNKNOWN, Tone.WAIT, Tone.OVER)


def drawn(first: Intent, facts: Mapping[str, Any]) -> Outcome:
    """Return the message of the batch whose *first* stop that is, as *facts* say."""
    stops = _stops(facts)
    who, when = Who(first.asker.user), When(first.created_at)
    context = [said(_("Asked for by {who} · {when}"), who=who, when=when)]
    if first.note:
        context.append((first.note,))
    if also := _people(facts["also"]):
        context.append(said(_("Also asked for by {people}"), people=also))
    return Outcome(
        headline=(Bold(_headline(stops)),),
        tone=_tone(stops),
        parts=(Points("", tuple(one.spans for one in stops)),),
        context=tuple(context),
        audience=Audience.CHANNEL,
    )


def placed(facts: Mapping[str, Any], *, joined: bool) -> Outcome:
    """Return what whoever asked is told at once: how each of the stops stands."""
    stops = _stops(facts)
    sentence = n_("{n} stop is placed.", "{n} stops are placed.", len(stops))
    if joined:
        sentence = _("These are being stopped already: one message says how each ends.")
    return Outcome(
        headline=(Bold(sentence.format(n=len(stops))),),
        tone=Tone.WAIT,
        parts=(
            Points("", tuple(one.spans for one in stops)),
            line(_("A message here changes as each of them ends."), quiet=True),
        ),
    )


def _stops(facts: Mapping[str, Any]) -> list[_Stop]:
    """Return the stops that *facts* tell of; first those that need a look."""
    stops = map(_Stop.of, facts["stops"])
    return sorted(stops, key=lambda one: _ORDER.index(one.tone))


def _headline(stops: Iterable[_Stop]) -> str:
    tones = [one.tone for one in stops]
    over, n = tones.count(Tone.OVER), len(tones)
    if doubtful := tones.count(Tone.BAD) + tones.count(Tone.UNKNOWN):
        text = _("{doubtful} of {n} stops need a look; {over} are over")
        return text.format(doubtful=doubtful, n=n, over=over)
    if over == n:
        return n_("{n} stop: it is over", "{n} stops: all are over", n).format(n=n)
    return _("{over} of {n} stops are over").format(n=n, over=over)


def _tone(stops: Iterable[_Stop]) -> Tone:
    tones = {one.tone for one in stops}
    return next(one for one in _ORDER if one in tones)


def _people(users: Iterable[Any]) -> tuple[Span, ...]:
    spans: list[Span] = []
    for user in users:
        spans += [", " if spans else "", Who(user)]
    return tuple(spans)
