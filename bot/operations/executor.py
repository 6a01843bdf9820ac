"""Sends a committed intent to Tencent and brings its outcome back.

An intent is taken only after it is durable. SENDING is committed last, just before
the first byte may leave; from then on it never goes back to QUEUED, and a start is
never sent twice, whatever was or was not heard.
"""

import math
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.access.policy import Gate, Verdict, Wish
from bot.dialogue.ask import Person, Place
from bot.errors import (
    Busy,
    CloudError,
    IllegalMove,
    JournalUnavailable,
    NoAnswer,
    NotSent,
    Refused,
)
from bot.i18n import _, reading_in
from bot.journal.audit import Decision, Entry
from bot.journal.journal import Journal
from bot.journal.model import MISSED, Changes, Intent
from bot.operations.completion import Completion
from bot.operations.orders import intent_entry
from bot.operations.throttle import Throttles
from bot.resources.base import Registry
from bot.runtime.redact import HIDE
from bot.runtime.tasks import Tasks
from bot.settings import App
from bot.states import State
from bot.tencent.client import Client
from bot.tencent.models.base import Level, Reply, Request
from bot.tencent.retry import (
    Again,
    Conclusion,
    ErrorClass,
    Past,
    RetryQuota,
    class_of,
    leaves_doubt,
    next_step,
)

log = structlog.get_logger(__name__)

# Seconds that work may wait for its turn before it is told "busy, nothing sent".
LONGEST_WAIT = {Level.READ: 3.0, Level.CHANGE: 10.0, Level.BILLED: 10.0}

NOT_SENT, NO_ANSWER = "patchbay.NotSent", "patchbay.NoAnswer"
ONE_MORE_TRY = 60.0  # seconds that a stop gets, however long the bot was away
CALLED_BACK_WITHIN = timedelta(seconds=45)  # Tencent tries its callbacks for a minute
STILL_WANTED = timedelta(seconds=120)  # for somebody who waits in Slack
OUR_FAULT = ("AuthFailure", "UnauthorizedOperation")  # nobody in Slack can mend it
BUSY, DENIED, EXPIRED = "patchbay.Busy", "patchbay.Denied", "patchbay.Expired"


@dataclass(frozen=True, slots=True)
class Claim:
    """What is being sent: its intent, the signed request, and by when (monotonic)."""

    intent: Intent
    request: Request[Any]
    give_up: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Executor:
    """Sends intents to Tencent. *boot* names this run of the process."""

    journal: Journal
    resources: Registry
    client: Client
    throttles: Throttles
    apps: Mapping[str, App]
    gate: Gate
    completion: Completion
    tasks: Tasks
    boot: str
    now: Callable[[], datetime]
    random: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]
    monotonic: Callable[[], float]  # seconds, by which deadlines are kept
    quotas: dict[str, RetryQuota] = field(default_factory=dict)

    def reserve(self, request: Request[Any]) -> float:
        """Return the moment at which *request* may leave, for `submit`.

        Raises:
            Busy: that is too far away. Nothing was reserved. A stop waits.
        """
        budget = math.inf if request.effect.ends else LONGEST_WAIT[request.level]
        return self.throttles.of(request.action).slot(budget)

    def submit(
        self, intent: Intent, request: Request[Any], slot: float | None = None
    ) -> None:
        """Send *intent* in a task of its own, which shutting down waits for."""
        work = self.execute(intent, request, slot)
        self.tasks.spawn(work, name=f"execute {intent.id}")

    async def execute(
        self, intent: Intent, request: Request[Any], slot: float | None = None
    ) -> None:
        """Send the queued *intent* (in its *slot*), once, and commit how it ended."""
        try:
            claim = await self._in_its_turn(intent, request, slot)
        except IllegalMove:  # somebody else has it, and says how it ends
            log.critical("executor.not-queued", intent=intent.id)
            return
        except Exception:
            log.exception("executor.broke", intent=intent.id)
            text = _("Something broke on my side before it was sent.")
            await self.reject(intent, NOT_SENT, text)
            return
        if claim:
            await self._send(claim)

    async def _in_its_turn(
        self, intent: Intent, request: Request[Any], slot: float | None
    ) -> Claim | None:
        try:
            slot = self.reserve(request) if slot is None else slot
        except Busy as busy:
            await self.reject(intent, BUSY, str(busy))
            return None
        who = intent.asker
        person = Person(
            team=who.team, user=who.user, home=who.home, enterprise=who.enterprise
        )
        if not request.effect.ends:  # a stop waits for nobody
            await self.gate.directory.ensure_known(person)
        async with self.throttles.of(intent.action).turn(slot):
            return await self._claim(intent, person, request)

    async def _claim(
        self, intent: Intent, who: Person, request: Request[Any]
    ) -> Claim | None:
        """Commit that *intent* is being sent, as the last thing before it is.

        Returns None if it is not to be sent.
        """
        if refused := self._refusal(intent, who, request):
            await self._deny(intent, request, refused)
            return None
        if self._is_too_late(intent, request):
            text = _("It waited too long before it could be sent. Nothing was sent.")
            await self.reject(intent, EXPIRED, text)
            return None
        resource = self.resources.of(intent)
        app = self.apps.get(intent.subject.app)
        signed = resource.signed(request, app, self.now())
        overall = request.deadline.overall
        give_up = self.monotonic() + overall
        try:
            sending = await self.journal.move(
                intent.id,
                State.SENDING,
                effect=request.effect,
                owner=self.boot,
                send_by=self.now() + timedelta(seconds=overall),
            )
        except JournalUnavailable:
            text = _("My journal could not be written, so nothing was sent.")
            await self.reject(intent, NOT_SENT, text, claimed_by=self.boot)
            return None
        self.completion.recents.invalidate(sending)  # and the thing it is about
        return Claim(sending, signed, give_up)

    async def resume(self, intent: Intent, request: Request[Any]) -> None:
        """Go on sending what an earlier run left SENDING, if it may be repeated."""
        taken = await self.journal.update(intent.id, owner=self.boot)
        left = request.deadline.overall
        if taken.send_by and request.level is not Level.READ:
            left = max((taken.send_by - self.now()).total_seconds(), ONE_MORE_TRY)
        await self._send(Claim(taken, request, self.monotonic() + left))

    async def reject(
        self, intent: Intent, code: str, text: str, *, claimed_by: str = ""
    ) -> None:
        """End an *intent* of which nothing was sent, queued or *claimed_by* us."""
        changes = Changes(error_code=code, error_text=text)
        await self.completion.reject(intent, changes, claimed_by=claimed_by)

    async def _deny(
        self, intent: Intent, request: Request[Any], refused: Verdict
    ) -> None:
        """End an *intent* whose asker may not do it any more, on the record."""
        with reading_in(intent.asker.locale):
            sentence = _("{reason} (rule: {rule})")
        text = sentence.format(reason=refused.reason, rule=refused.rule)
        record = Entry.by(
            intent.asker,
            self.now(),
            Decision.REFUSED,
            request.permit,
            rule=refused.rule,
            why=refused.reason,
        )
        changes = Changes(error_code=DENIED, error_text=text)
        await self.completion.reject(
            intent, changes, audit=intent_entry(record, intent)
        )

    async def mark_unknown(self, intent: Intent) -> None:
        """Say that it is not known what became of an *intent* left SENDING."""
        text = _("I was stopped while the request was on its way.")
        changes = Changes(error_code=NO_ANSWER, error_text=text)
        if intent.sent_at and self.now() - intent.sent_at > CALLED_BACK_WITHIN:
            changes["marks"] = (MISSED,)
        await self.completion.complete(intent, State.UNKNOWN, changes)

    def _is_too_late(self, intent: Intent, request: Request[Any]) -> bool:
        """Tell whether nobody waits for it any more; a stop is wanted for ever."""
        waited = self.now() - intent.created_at
        return waited > STILL_WANTED and not request.effect.ends

    def _refusal(
        self, intent: Intent, who: Person, request: Request[Any]
    ) -> Verdict | None:
        """Ask policy once more: a right may have gone while the intent waited.

        Whoever asks for the first time is known by now: a guest gets no further. As
        long as Slack has not answered at all, a stop goes as it was accepted.
        """
        if not self.gate.directory.known:
            return None
        where = Place(channel=intent.asker.channel, direct=intent.asker.direct)
        wish = Wish.of(request, self.apps.get(intent.subject.app))
        with reading_in(intent.asker.locale):
            verdict = self.gate.verdict(who, where, wish, finally_=True)
        return None if verdict.allowed else verdict

    # ── sending ─────────────────────────────────────────────────────────────────

    async def _send(self, claim: Claim) -> None:
        """Send the request, again if that is safe, and commit how it ended."""
        intent, request = claim.intent, claim.request
        quota = self.quotas.setdefault(intent.action, RetryQuota())
        tries, past = 0, Past()
        while True:
            tries += 1
            try:
                reply = await self._try(claim)
            except CloudError as error:
                log.warning("cloud.failed", intent=intent.id, why=code_of(error))
                self._observe_failure(intent, error)
                step = next_step(
                    type(request), error, tries, self.random, quota=quota, past=past
                )
                past = replace(past, doubt=past.doubt or leaves_doubt(error))
                if isinstance(step, Again) and await self._again(claim, step):
                    past = replace(past, corrected=past.corrected or step.clock)
                    continue
                end = step.otherwise if isinstance(step, Again) else step.verdict
                await self._failed(claim, error, end)
                return
            quota.succeeded()
            await self._succeeded(claim, reply)
            return

    async def _try(self, claim: Claim) -> Reply:
        """Send once. What breaks on our own side may have been done all the same.

        Raises:
            CloudError: it did not go well.
        """
        intent = claim.intent
        if self.monotonic() > claim.give_up:  # as after SIGSTOP
            late = _("I was held up for too long before I could send it.")
            raise NotSent(late, lasting=True)
        try:
            return await self.client.send(
                claim.request,
                region=intent.subject.region,
                language=intent.asker.locale,
            )
        except CloudError:
            raise
        except Exception as error:
            log.exception("client.broke", intent=intent.id)
            broke = _("Something broke on my side while it was on its way.")
            raise NoAnswer(broke) from error

    async def _again(self, claim: Claim, step: Again) -> bool:
        """Wait for the next try; False if the deadline comes before it."""
        if step.clock:
            self.client.correct_clock()
        pacer = self.throttles.of(claim.intent.action).pacer
        wait = step.after + pacer.wait(math.inf)
        if self.monotonic() + wait >= claim.give_up:
            return False
        await self.sleep(wait)
        return True

    def _observe_failure(self, intent: Intent, error: CloudError) -> None:
        if class_of(error) is ErrorClass.TOO_FAST:
            self.throttles.of(intent.action).pacer.slow_down()
        ours = isinstance(error, Refused) and error.code.startswith(OUR_FAULT)
        if ours or (isinstance(error, NotSent) and error.lasting):
            why = (code_of(error), str(error))
            log.critical("cloud.unusable", action=intent.action, why=why)

    # ── how it ended ────────────────────────────────────────────────────────────

    async def _succeeded(self, claim: Claim, reply: Reply) -> None:
        intent = claim.intent
        outcome = self.resources.of(intent).yields(reply)
        facts = {"request_id": reply.request_id, "ref": outcome.ref}
        log.info("cloud.answered", intent=intent.id, **facts)
        changes = Changes(request_id=reply.request_id)
        if outcome.ref:
            changes["ref"] = outcome.ref
        if outcome.secret:
            changes["reply_secret"] = outcome.secret
        if outcome.kept:
            changes["reply"] = outcome.kept
        state = claim.request.effect.succeeded
        await self.completion.complete(intent, state, changes)

    async def _failed(self, claim: Claim, error: CloudError, end: Conclusion) -> None:
        changes = Changes(request_id=error.request_id)
        if end is Conclusion.STARTED and isinstance(error, NoAnswer):
            changes["ref"] = error.salvaged
        else:
            text = error.message if isinstance(error, Refused) else str(error)
            # Tencent may quote what was sent, and the text stands in a channel
            changes |= Changes(error_code=code_of(error), error_text=HIDE(text))
        state = _state(claim.request, end)
        await self.completion.complete(claim.intent, state, changes)


def _state(request: Request[Any], end: Conclusion) -> State:
    if end is Conclusion.GONE:  # there is nothing left to stop; all else finds nothing
        return State.DONE if request.effect.ends else State.NOT_STARTED
    return {
        Conclusion.NOT_STARTED: State.NOT_STARTED,
        Conclusion.UNKNOWN: State.UNKNOWN,
        Conclusion.STARTED: State.STARTED,
    }[end]


def code_of(error: CloudError) -> str:
    """Return the error code under which *error* is kept and explained."""
    match error:
        case Refused(code=code):
            return code
        case NotSent():
            return NOT_SENT
        case _:
            return NO_ANSWER
