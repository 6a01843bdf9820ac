"""What the facts about a render session amount to: the rules that only it has.

A session goes by its user. So whatever CAR says of the user's session is said of this
one: an answered end, and that there is none. Who opens one for the same user again goes
on with the same session.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from bot.journal.evidence import (
    NOTHING_BESIDE,
    Beside,
    Does,
    Ending,
    Fact,
    FactKind,
    Headline,
    Perhaps,
    Standing,
)
from bot.journal.model import Intent
from bot.resources.fold import Known, known_of, over_by_answer
from bot.resources.fold import fold as shared
from bot.states import RUNNING, State

NO_SESSION = "ResourceNotFound.SessionNotFound"
_OPEN = RUNNING | {State.UNKNOWN}
_SENT = {FactKind.ANSWERED, FactKind.NO_ANSWER}
_PROVEN = {FactKind.ANSWERED, FactKind.GONE}
_NOT_DONE = {FactKind.REFUSED, FactKind.GONE}


def fold(thing: Intent, facts: Sequence[Fact]) -> Standing:
    """Return what *facts* say of the session *thing*."""
    facts = list(_timely(facts))
    evidence = known_of(thing, facts)
    standing = _itself(thing, facts, evidence)
    beside = _beside(evidence)
    if standing.state not in _OPEN | {State.STOPPING}:
        beside = replace(beside, published=Perhaps.NO, since=0)
    return standing if beside == NOTHING_BESIDE else replace(standing, beside=beside)


def _timely(facts: Sequence[Fact]) -> Iterator[Fact]:
    """Yield *facts*; in doubt is an end that was sent while it was being opened.

    Which of the two CAR has done first nobody knows. As long as the start has not
    ended, nothing follows from it.
    """
    starts = (f for f in facts if f.does is Does.CREATE and f.kind in _SENT)
    opened_at = max((one.came_at for one in starts), default=None)
    for fact in facts:
        if fact.does is not Does.END or fact.kind not in _PROVEN or fact.since is None:
            yield fact
        elif opened_at is not None and _written(fact, fact.since) < opened_at:
            yield replace(fact, kind=FactKind.NO_ANSWER, code="", text="")
        elif opened_at is not None:
            yield fact


def _written(fact: Fact, since: int) -> int:
    """Return when its request was written, by the clock by which facts come."""
    return fact.came_at - (fact.at - since)


def _itself(thing: Intent, facts: Sequence[Fact], evidence: Known) -> Standing:
    standing = shared(thing, facts)
    if standing.state not in _OPEN:
        return standing
    ref = evidence.own_ref
    # that there is none settles also whether there ever was one
    if over := over_by_answer(evidence, ref, vouched=True):
        return replace(over, vouched=standing.vouched)
    if replaced := evidence.last(FactKind.REPLACED):
        return Standing(
            state=State.ENDED,
            headline=Headline.REPLACED,
            ref=ref,
            vouched=standing.vouched,
            since=replaced.at,
            by=replaced.by,
            successor=replaced.text,
        )
    for fact in _asked_beside(evidence):
        if fact.kind in _NOT_DONE and fact.code == NO_SESSION:
            return Standing(
                state=State.ENDED,
                headline=Headline.ENDED,
                ref=ref,
                vouched=standing.vouched,
                since=fact.at,
                ending=Ending.GONE,
            )
    return standing


def _asked_beside(evidence: Known) -> Iterable[Fact]:
    """Return what became of requests that neither make nor end it, as they came."""
    changes = (one for one in evidence.facts if one.does is Does.CHANGE)
    return sorted(changes, key=lambda one: one.came_at)


def _beside(evidence: Known) -> Beside:
    written = evidence.last(FactKind.WRITTEN)
    beside = NOTHING_BESIDE
    for fact in _asked_beside(evidence):
        if fact.kind is FactKind.ANSWERED and fact.text:
            beside = replace(beside, count=fact.text)
        elif fact.target:
            published = _perhaps(fact, beside.published)
            since = fact.at if published is not beside.published else beside.since
            beside = replace(beside, published=published, since=since)
        elif written is None or fact.came_at <= written.came_at:
            beside = replace(beside, reserved=_perhaps(fact, beside.reserved))
        else:
            beside = _unpublished(fact, beside)
    return beside


def _perhaps(fact: Fact, before: Perhaps) -> Perhaps:
    """Return whether something is so after *fact*, which is about asking for it."""
    after = {FactKind.ANSWERED: Perhaps.YES, FactKind.NO_ANSWER: Perhaps.MAYBE}
    return after.get(fact.kind, before)


def _unpublished(fact: Fact, before: Beside) -> Beside:
    if fact.kind is FactKind.ANSWERED:
        return replace(before, published=Perhaps.NO, since=fact.at)
    if fact.kind is FactKind.NO_ANSWER and before.published is Perhaps.YES:
        return replace(before, published=Perhaps.MAYBE, since=fact.at)
    return before
