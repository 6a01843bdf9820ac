"""What the facts about a thing amount to: the rules that all resources share.

Facts are ordered by their own times. Only where two cannot be told apart does their
rank decide: a signed event before an answer, an answer before "no such task", that
before doubt. A person's word settles doubt and nothing else. It is a pure function of
all facts, so the order in which they arrive changes nothing in the end.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.journal.evidence import (
    HEADLINES,
    Does,
    Ending,
    Fact,
    FactKind,
    Headline,
    Heard,
    Silence,
    Standing,
    Stop,
)
from bot.journal.model import Intent
from bot.states import State

# Milliseconds by which an event and a request of ours must differ to be told apart:
# two clocks, ours corrected to the second of Tencent's `Date`.
MARGIN = 5_000
OUT_OF_REACH_DAYS = 30

# How a request ended; of two that ended at one moment the later one here counts more.
_RESULTS = (
    FactKind.NO_ANSWER,
    FactKind.UNSENT,
    FactKind.GONE,
    FactKind.REFUSED,
    FactKind.ANSWERED,
)
_WORDS = {FactKind.ATTACHED, FactKind.CLOSED}


@dataclass(frozen=True, slots=True)
class Known:
    """The facts about a thing, by their own times, as the rules ask for them.

    *own_ref* is the ID that it had when it was accepted, for resources whose things are
    keyed by one that we choose. *ends* are those facts that are about its end.
    """

    facts: Sequence[Fact]
    ends: Sequence[Fact]
    own_ref: str = ""
    words: Sequence[Fact] = ()  # of people, in the order in which they were said

    def last(self, kind: FactKind, does: Does = Does.CREATE) -> Fact | None:
        """Return the last fact of that kind."""
        of_kind = [f for f in self.facts if f.kind is kind and f.does is does]
        return of_kind[-1] if of_kind else None

    @property
    def answered(self) -> Fact | None:
        """The answer that it was made."""
        return next((f for f in self.facts if _is(f, FactKind.ANSWERED)), None)

    @property
    def word(self) -> Fact | None:
        """The last word of a person on it: that it runs, or that it does not."""
        return self.words[-1] if self.words else None

    @property
    def refused(self) -> Fact | None:
        """The answer that it was not made, unless an ID came with that."""
        doubted = any(_is(f, FactKind.NO_ANSWER) and f.ref for f in self.facts)
        kinds = (FactKind.REFUSED, FactKind.GONE)
        refusals = [f for f in self.facts if f.kind in kinds and f.does is Does.CREATE]
        return refusals[-1] if refusals and not doubted else None

    def results(self, ref: str) -> list[Fact]:
        """Return how the stops of *ref* ended, in the order in which it was learnt.

        All of them are answers to this bot, so one clock orders them. A stop that was
        carried out found nothing only when it was sent again, by whoever took it over.
        """
        of_ref = [f for f in self.ends if f.kind in _RESULTS and f.ref == ref]
        done = {f.job for f in of_ref if f.kind is FactKind.ANSWERED}
        each = (f for f in of_ref if f.kind is not FactKind.GONE or f.job not in done)
        return sorted(each, key=lambda f: (f.came_at, _order(f)))

    def asked(self, ref: str) -> Fact | None:
        """Return the first demand for its end that nothing has answered yet.

        Answered is one whose own job ended, or that was there when any other did.
        """
        ends = [f for f in self.ends if f.ref in {"", ref}]
        results = [f for f in ends if f.kind in _RESULTS]
        jobs = {f.job for f in self.ends if f.kind in _RESULTS}
        until = max((f.came_at for f in results), default=-1)
        waiting = (
            f
            for f in ends
            if f.kind is FactKind.ASKED and f.job not in jobs and f.came_at >= until
        )
        return next(waiting, None)


def _order(fact: Fact) -> tuple[int, int, str]:
    """Order facts by their own times, and in one way only whenever they arrived.

    Of words of one moment the one that was said last counts.
    """
    rank = _RESULTS.index(fact.kind) if fact.kind in _RESULTS else -1
    return (fact.at, rank, "" if fact.kind in _WORDS else fact.key)


def _is(fact: Fact, kind: FactKind) -> bool:
    return fact.kind is kind and fact.does is Does.CREATE


def known_of(thing: Intent, facts: Sequence[Fact]) -> Known:
    """Return *facts* for the rules; *thing* has an ID of our choosing, if any."""
    own_ref = "" if thing.subject.sdk_app_id else thing.subject.ref
    once = {fact.key: fact for fact in facts}.values()
    words = tuple(f for f in once if f.kind in _WORDS)
    ordered = sorted(once, key=_order)
    ends = [f for f in ordered if f.does is Does.END]
    return Known(ordered, ends, own_ref, words)


def fold(thing: Intent, facts: Sequence[Fact]) -> Standing:
    """Return what *facts* say of a *thing* that Tencent tells nothing of by itself."""
    evidence = known_of(thing, facts)
    answered = evidence.answered
    word = evidence.word
    ref = (answered.ref if answered else "") or evidence.own_ref
    if not ref and word:
        ref = word.ref
    if over := over_by_answer(evidence, ref, vouched=answered is not None):
        return over
    if answered:
        return running(
            evidence, Headline.ACCEPTED, ref=ref, since=answered.at, vouched=True
        )
    return unvouched(evidence)


def over_by_answer(
    evidence: Known, ref: str, *, vouched: bool, ran_at: Iterable[int] = ()
) -> Standing | None:
    """Return that it is over, if a stop was answered so and nothing ran after it.

    *ran_at* are the moments of which a signed event says that it ran. *vouched*:
    Tencent has named it before, so that "no such task" means that it is over.
    """
    ran = max(ran_at, default=None)
    doubts: list[Fact] = []
    for fact in evidence.results(ref):
        stopped = fact.kind is FactKind.ANSWERED
        gone = fact.kind is FactKind.GONE and vouched
        if ran is not None and ran >= _after(fact):
            continue
        if fact.kind is FactKind.NO_ANSWER:
            doubts.append(fact)
        if not (stopped or gone):
            continue
        # One whose answer was lost got through. When, nobody knows: another stop since,
        # or an earlier try of the one that found nothing, may have been it.
        done = stopped or doubts
        askers = {fact.by} if stopped else {doubt.by for doubt in doubts}
        return Standing(
            state=State.STOPPED if done else State.ENDED,
            headline=Headline.STOPPED if done else Headline.ENDED,
            ref=ref,
            vouched=vouched,
            since=fact.at,
            by=askers.pop() if len(askers) == 1 else "",
            ending=Ending.STOPPED if stopped else Ending.GONE,
        )
    return None


def _after(fact: Fact) -> int:
    """Return the earliest moment of an event that *fact* does not outweigh."""
    return (fact.at if fact.since is None else fact.since) - MARGIN


def running(  # noqa: PLR0913 - what distinguishes one that runs
    evidence: Known,
    headline: Headline,
    *,
    ref: str,
    since: int,
    vouched: bool,
    by: str = "",
    ran_at: Iterable[int] = (),
) -> Standing:
    """Return the standing of a thing that runs, as far as is known."""
    aged = max((f.status for f in evidence.facts if f.kind is FactKind.AGED), default=0)
    asked = evidence.asked(ref)
    stop = _last_stop(evidence, ref, ran_at)
    state = State.EXPIRING if aged else State.STARTED
    quiet = headline in {Headline.ACCEPTED, Headline.CLAIMED, Headline.LIVE}
    if stop is Stop.MAYBE:
        headline = Headline.MAY_RUN
    elif aged and quiet:
        headline = Headline.EXPIRING
    if asked:
        state, headline, since, by = (
            State.STOPPING,
            Headline.STOPPING,
            asked.at,
            asked.by,
        )
    if aged >= OUT_OF_REACH_DAYS:
        state, headline = State.EXPIRING, Headline.OUT_OF_REACH
    silence = silence_of(evidence)
    return Standing(
        state=state,
        headline=headline,
        ref=ref,
        vouched=vouched,
        since=since,
        by=by,
        stop=stop,
        silence=silence if silence and silence.away else None,
    )


def _last_stop(evidence: Known, ref: str, ran_at: Iterable[int]) -> Stop:
    """Return what is known of the stop that was tried last; doubt stays until news."""
    ran = max(ran_at, default=None)
    outcome = Stop.NONE
    for fact in evidence.results(ref):
        if fact.kind is FactKind.NO_ANSWER:
            outcome = Stop.MAYBE
        elif fact.kind is FactKind.REFUSED and outcome is not Stop.MAYBE:
            outcome = Stop.REFUSED
        if outcome is Stop.MAYBE and ran is not None and ran >= _after(fact):
            outcome = Stop.NONE
    return outcome


def unvouched(evidence: Known, *, candidates: tuple[str, ...] = ()) -> Standing:
    """Return the standing of a thing that Tencent has not vouched for."""
    if refused := evidence.refused:
        return _unstarted(evidence, refused, State.NOT_STARTED, candidates)
    word = evidence.word
    if word and word.kind is FactKind.ATTACHED:
        return _claimed(evidence, word, candidates)
    if word:
        return Standing(
            state=State.CLOSED,
            headline=Headline.CLOSED,
            candidates=candidates,
            ref=evidence.own_ref,
            since=word.at,
            by=word.by,
            reason=word.text,
        )
    for kind, state in (
        (FactKind.NO_ANSWER, State.UNKNOWN),
        (FactKind.ANSWERED, State.UNKNOWN),  # without its ID
        (FactKind.UNSENT, State.NOT_STARTED),
        (FactKind.WRITTEN, State.SENDING),
    ):
        if fact := evidence.last(kind):
            return _unstarted(evidence, fact, state, candidates)
    return Standing(
        state=State.QUEUED, headline=Headline.REQUESTED, ref=evidence.own_ref
    )


def _unstarted(
    evidence: Known, fact: Fact, state: State, candidates: tuple[str, ...]
) -> Standing:
    unknown = state is State.UNKNOWN
    return Standing(
        state=state,
        headline=HEADLINES[state],
        ref=evidence.own_ref,
        candidates=candidates,
        since=fact.at,
        by=fact.by if fact.kind is FactKind.UNSENT else "",
        code=fact.code,
        text=fact.text,
        silence=silence_of(evidence) if unknown else None,
        wished=evidence.asked("") is not None,
    )


def _claimed(evidence: Known, word: Fact, candidates: tuple[str, ...]) -> Standing:
    """Return how a thing stands for which only a person vouches."""
    results = evidence.results(word.ref)
    gone = results and results[-1].kind is FactKind.GONE
    detached = any(
        f.kind is FactKind.DETACHED and f.ref == word.ref for f in evidence.facts
    )
    if not (gone or detached):
        return running(
            evidence,
            Headline.CLAIMED,
            ref=word.ref,
            since=word.at,
            vouched=False,
            by=word.by,
        )
    doubt = evidence.last(FactKind.NO_ANSWER)
    return Standing(
        state=State.UNKNOWN,
        headline=Headline.UNKNOWN,
        candidates=candidates,
        since=(doubt or word).at,
        code=doubt.code if doubt else "",
        text=doubt.text if doubt else "",
        stop=Stop.NO_SUCH_TASK if gone else Stop.NONE,
        gone=word.ref,
        silence=silence_of(evidence),
    )


def silence_of(evidence: Known) -> Silence | None:
    """Return what was not heard, if somebody listened for it."""
    silence = evidence.last(FactKind.SILENCE)
    away = evidence.last(FactKind.AWAY)
    if silence is None and away is None:
        return None
    return Silence(
        proven=bool(silence and silence.status & Heard.ALL) and away is None,
        heard=bool(silence and silence.status & Heard.SINCE),
        heard_at=(silence.since or 0) if silence else 0,
        away=(away.since or away.at, away.at) if away else None,
    )
