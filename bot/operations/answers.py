"""What an answer, or the lack of one, says: how the intent ended, and the facts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Any, Self

import structlog

from bot.errors import CloudError, NoAnswer, NotSent, Refused
from bot.i18n import _
from bot.journal.endings import aim_of
from bot.journal.evidence import Does, Fact, FactKind, fact_key
from bot.journal.left import LEFT
from bot.journal.model import Changes, Intent
from bot.journal.rows import millis
from bot.journal.stops import How
from bot.resources.base import Yield
from bot.states import State
from bot.tencent.models.base import Repeat, Reply, Request
from bot.tencent.retry import Again, Conclusion, End

TO_THE_SECOND = 2.0  # seconds: Tencent's `Date` leaves out their parts
OUR_FAULT = ("AuthFailure", "UnauthorizedOperation")  # nobody in Slack can mend it
NOT_SENT, NO_ANSWER = "patchbay.NotSent", LEFT  # as of what a run died over

log = structlog.get_logger(__name__)

_KINDS: Mapping[Conclusion, FactKind] = {
    Conclusion.STARTED: FactKind.ANSWERED,
    Conclusion.NOT_STARTED: FactKind.REFUSED,
    Conclusion.UNKNOWN: FactKind.NO_ANSWER,
    Conclusion.GONE: FactKind.GONE,
}


class Unclaimed(Enum):
    """Why an intent is not sent, although nothing speaks against it."""

    TAKEN = auto()  # it is not queued any more
    JOURNAL_AWAY = auto()
    LATE = auto()  # nobody waits for it any more
    STALE = auto()  # what decides on it is too old to spend money on
    UNCHECKED = auto()  # and Slack does not say anything newer


@dataclass(frozen=True, slots=True)
class Claim:
    """What is being sent: its intent, the signed request, and by when (monotonic)."""

    intent: Intent
    request: Request[Any]
    give_up: float

    def ensure_in_time(self, monotonic: Callable[[], float]) -> None:
        """Let nothing leave that was held up, as by SIGSTOP.

        A run that is silent for so long is declared dead soon, and what it was sending
        is told as unknown: it was not sent until then, nor is it afterwards. A stop
        that may be repeated goes once more: it ends nothing else, and until one
        arrives, money is spent.

        Raises:
            NotSent: it was held up for too long.
        """
        one_more = self.request.effect.lasts and self.request.repeat is Repeat.SAFE
        if monotonic() > self.give_up and not one_more:
            late = _("It was held up for too long before it could be sent.")
            raise NotSent(late, lasting=True)


@dataclass(frozen=True, slots=True)
class Times:
    """When a request was written and answered, and when that was learnt here.

    Milliseconds; the first two by Tencent's clock.
    """

    since: int
    at: int
    came_at: int

    @classmethod
    def of(cls, since: datetime, now: datetime, ahead: float | None) -> Self:
        """Return when what was sent *since* was answered, which is *now*.

        Tencent's clock is *ahead* by so many seconds, as far as its answers tell: to
        the second, so that less is no difference.
        """
        away = ahead if ahead and abs(ahead) > TO_THE_SECOND else 0.0
        skew = timedelta(seconds=away)
        return cls(millis(since - skew), millis(now - skew), millis(now))


@dataclass(frozen=True, slots=True)
class Answered:
    """How an intent ended, what changes in the journal, and what is known by it."""

    state: State
    changes: Changes
    evidence: tuple[Fact, ...]


def succeeded(claim: Claim, reply: Reply, kept: Yield, times: Times) -> Answered:
    """Return that Tencent did what was asked, and what is *kept* of its *reply*."""
    intent = claim.intent
    facts = {"request_id": reply.request_id, "ref": kept.ref}
    log.info("cloud.answered", intent=intent.id, **facts)
    changes = Changes(request_id=reply.request_id)
    if kept.ref:
        changes["ref"] = kept.ref
    if kept.secret:
        changes["reply_secret"] = kept.secret
    if kept.kept:
        changes["reply"] = kept.kept
    fact = _fact(intent, FactKind.ANSWERED, times, ref=kept.ref, text=kept.says)
    return Answered(claim.request.effect.succeeded, changes, (fact,))


def failed(claim: Claim, error: CloudError, end: Conclusion, times: Times) -> Answered:
    """Return what *error* says, which leads to the conclusion *end*."""
    intent, request_id = claim.intent, error.request_id
    if end is Conclusion.STARTED and isinstance(error, NoAnswer):
        ref = error.salvaged
        fact = _fact(intent, FactKind.ANSWERED, times, ref=ref)
        changes = Changes(request_id=request_id, ref=ref)
        return Answered(State.STARTED, changes, (fact,))
    message = error.message if isinstance(error, Refused) else str(error)
    code, text = code_of(error), message
    changes = Changes(request_id=request_id, error_code=code, error_text=text)
    if end is Conclusion.GONE:
        changes["reason"] = How.GONE
    fact = _fact(intent, _KINDS[end], times, code=code, text=text)
    others = error.candidates if intent.subject.creates else ()
    evidence = (fact, *(_candidate(fact, one) for one in others))
    return Answered(_state(claim.request, end), changes, evidence)


def code_of(error: CloudError) -> str:
    """Return the error code under which *error* is kept and explained."""
    match error:
        case Refused(code=code):
            return code
        case NotSent():
            return NOT_SENT
        case _:
            return NO_ANSWER


def _fact(
    intent: Intent,
    kind: FactKind,
    times: Times,
    *,
    ref: str = "",
    code: str = "",
    text: str = "",
) -> Fact:
    subject = intent.subject
    return Fact(
        kind=kind,
        does=Does.of(creates=subject.creates, ends=subject.ends),
        key=fact_key(intent.id, kind),
        job=intent.id,
        by=intent.asker.user,
        ref=ref or ("" if subject.creates else subject.ref),
        target=aim_of(subject),
        code=code,
        text=text,
        since=times.since,
        at=times.at,
        came_at=times.came_at,
    )


def _candidate(fact: Fact, task_id: str) -> Fact:
    """Return that *task_id* came with an answer that cannot be trusted."""
    key = fact_key(fact.key, task_id)
    return replace(fact, kind=FactKind.NO_ANSWER, ref=task_id, key=key)


def _state(request: Request[Any], end: Conclusion) -> State:
    if end is Conclusion.GONE:  # there is nothing left to stop; all else finds nothing
        return State.DONE if request.effect.ends else State.NOT_STARTED
    return State.UNKNOWN if end is Conclusion.UNKNOWN else State.NOT_STARTED


def given_up(intent: Intent, step: Again | End, error: CloudError) -> Conclusion:
    """Return how it ends after *error*; say so if Tencent takes nothing of ours."""
    ours = isinstance(error, Refused) and error.code.startswith(OUR_FAULT)
    if ours or (isinstance(error, NotSent) and error.lasting):
        why = (code_of(error), str(error))
        log.critical("cloud.unusable", action=intent.action, why=why)
    return step.otherwise if isinstance(step, Again) else step.verdict
