"""Sends a committed intent to Tencent and brings its outcome back.

An intent is taken only after it is durable. SENDING is committed last, just before
the first byte may leave; from then on it never goes back to QUEUED, and a start is
never sent twice, whatever was or was not heard.
"""

from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog

from bot.access.policy import Verdict
from bot.errors import Busy, CloudError, JournalUnavailable, NoAnswer, Unreadable
from bot.i18n import _, reading_in
from bot.ids import IntentId
from bot.journal.audit import Decision, Entry
from bot.journal.journal import Journal
from bot.journal.model import Changes, Intent
from bot.operations import answers
from bot.operations.about import about
from bot.operations.answers import (
    NOT_SENT,
    Answered,
    Claim,
    Times,
    Unclaimed,
    code_of,
    given_up,
)
from bot.operations.beside import Parts
from bot.operations.completion import Completion
from bot.operations.orders import Order, intent_entry
from bot.operations.recheck import Recheck
from bot.operations.throttle import Pacing, Throttles, longest_wait
from bot.resources.kinds import Registry
from bot.runtime.tasks import Tasks
from bot.settings import App
from bot.states import State
from bot.tencent.client import Client
from bot.tencent.connection import Ahead
from bot.tencent.models.base import Level, Reply, Request
from bot.tencent.retry import (
    Again,
    ErrorClass,
    Past,
    RetryQuota,
    class_of,
    leaves_doubt,
    next_step,
)

log = structlog.get_logger(__name__)

ONE_MORE_TRY = 60.0  # seconds that a stop gets, however long the bot was away
STILL_WANTED = timedelta(seconds=120)  # for somebody who waits in Slack
BUSY, DENIED, EXPIRED = "patchbay.Busy", "patchbay.Denied", "patchbay.Expired"
UNCHECKED = "patchbay.Unchecked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Executor:
    """Sends intents to Tencent."""

    journal: Journal
    resources: Registry
    client: Client
    throttles: Throttles
    apps: dict[str, App]
    recheck: Recheck
    completion: Completion
    tasks: Tasks
    now: Callable[[], datetime]
    random: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]
    monotonic: Callable[[], float]  # seconds, by which deadlines are kept
    quotas: dict[str, RetryQuota] = field(default_factory=dict)
    under_way: set[IntentId] = field(default_factory=set)

    def reserve(self, request: Request[Any]) -> float | None:
        """Return when *request* may leave, for `submit`; None: that is asked for there.

        Raises:
            Busy: that is too far away. Nothing was reserved. A stop waits.
        """
        return self.throttles.of(request.action).slot(longest_wait(request))

    @property
    def parts(self) -> Parts:
        """What goes before and after what is sent."""
        return Parts(
            journal=self.journal, resources=self.resources, completion=self.completion,
            now=self.now, sleep=self.sleep, send=self._send_once, submit=self.submit,
        )  # fmt: skip

    async def _send_once(self, intent: Intent, request: Request[Any]) -> None:
        if intent.id not in self.under_way:
            self.under_way.add(intent.id)
            await self.execute(intent, request)

    def submit(
        self, intent: Intent, request: Request[Any], slot: float | None = None
    ) -> None:
        """Send *intent* in a task of its own, which shutting down waits for.

        Once: what this run has in its hands already it does not take up again.
        """
        if intent.id in self.under_way:
            return
        self.under_way.add(intent.id)
        work = about(intent.id, lambda: self.execute(intent, request, slot))
        self.tasks.spawn(work, name=f"execute {intent.id}")

    async def begin(
        self, intent: Intent, order: Order, slot: float | None = None
    ) -> None:
        """Send *intent*, which *order* became, unless it waits or is over already."""
        if intent.state is State.QUEUED and intent.subject.ref == order.ref:
            self.submit(intent, order.request, slot)
        elif intent.state is State.QUEUED:  # its ID came meanwhile
            await self.take_up_left()

    async def execute(
        self, intent: Intent, request: Request[Any], slot: float | None = None
    ) -> None:
        """Send the queued *intent* (in its *slot*), once, and commit how it ended."""
        try:
            with self.client.prepared(request) as ahead:  # it is opened meanwhile
                if claim := await self._claimed_in_turn(intent, request, slot):
                    await self._send(claim, ahead)
        finally:
            self.under_way.discard(intent.id)

    async def _claimed_in_turn(
        self, intent: Intent, request: Request[Any], slot: float | None
    ) -> Claim | None:
        try:
            return await self._in_its_turn(intent, request, slot)
        except Exception:
            log.exception("executor.broke", intent=intent.id)
            text = _("An internal error occurred before it was sent.")
            boot = self.journal.boot  # it may have claimed it, and sends it no more
            await self.reject(intent, NOT_SENT, text, claimed_by=boot)
            return None

    async def take_up(self, thing: Intent) -> None:
        """Send the stops of *thing* that waited for its ID, if it has one now."""
        await self._take_up(await self.journal.find.queued_stops(thing.id))

    async def take_up_left(self) -> None:
        """Send every stop that may be sent, and that nobody here is sending."""
        await self._take_up(await self.journal.find.unsent_stops())

    async def _take_up(self, stops: Iterable[Intent]) -> None:
        for stop in stops:
            if stop.id in self.under_way or stop.owner != self.journal.boot:
                continue  # another run sends it, or takes it over
            kind = self.resources.request_of(stop)
            try:
                request = await self.journal.find.request_of(stop.id)
            except Unreadable:  # the others are sent
                log.critical("stop.unreadable", intent=stop.id)
                continue
            self.submit(stop, kind.of_json(request))

    async def _in_its_turn(
        self, intent: Intent, request: Request[Any], slot: float | None
    ) -> Claim | None:
        if request.has_parts and not await self.parts.ready(intent):
            return None
        throttle = self._throttle(intent)
        try:
            slot = await throttle.take(longest_wait(request)) if slot is None else slot
        except Busy as busy:
            await self.reject(intent, BUSY, str(busy))
            return None
        claim: Claim | Verdict | Unclaimed = Unclaimed.STALE
        while claim is Unclaimed.STALE:
            claim = Unclaimed.UNCHECKED
            if await self.recheck.ensure_facts(intent, request):
                async with throttle.turn(slot):
                    claim = await self._claim_if_allowed(intent, request)
        # what ends here is written when the next one has its turn already
        if isinstance(claim, Claim):
            return claim
        if isinstance(claim, Verdict):
            await self._deny(intent, request, claim)
        else:
            await self._unclaimed(intent, request, claim)
        return None

    async def _claim_if_allowed(
        self, intent: Intent, request: Request[Any]
    ) -> Claim | Verdict | Unclaimed:
        """Commit that *intent* is being sent, or return what speaks against it."""
        with suppress(JournalUnavailable):  # then nothing is claimed, either
            await self.journal.life.ensure_time()
        if self._is_too_late(intent, request):
            return Unclaimed.LATE
        if self.recheck.is_stale(intent, request):
            return Unclaimed.STALE  # it waited for its turn, or an event came
        refused = await self.recheck.refusal(intent, request)
        return refused or await self._claim(intent, request)

    async def _unclaimed(
        self, intent: Intent, request: Request[Any], why: Unclaimed
    ) -> None:
        """End an *intent* that nobody refused, and that is not sent all the same."""
        if why is Unclaimed.LATE:
            text = _("It waited too long before it could be sent. Nothing was sent.")
            await self.reject(intent, EXPIRED, text)
        elif why is Unclaimed.UNCHECKED:
            await self._give_up_checking(intent, request)
        elif why is Unclaimed.JOURNAL_AWAY:
            text = _("The journal could not be written, so nothing was sent.")
            await self.reject(intent, NOT_SENT, text, claimed_by=self.journal.boot)

    async def _claim(self, intent: Intent, request: Request[Any]) -> Claim | Unclaimed:
        """Commit that *intent* is being sent, as the last thing before it is."""
        resource = self.resources.of(intent)
        app = self.apps.get(intent.subject.app)
        signed = resource.signed(request, app, self.now())
        overall = request.deadline.overall
        give_up = self.monotonic() + overall
        send_by = self.now() + timedelta(seconds=overall)
        try:
            sending = await self.journal.claim(intent.id, send_by=send_by, seen=intent)
        except JournalUnavailable:
            over = self.journal.life.is_over  # then others have it in their hands
            return Unclaimed.TAKEN if over else Unclaimed.JOURNAL_AWAY
        if sending is None:  # cancelled, in other hands, or what it stops is over
            log.info("executor.not-queued", intent=intent.id)
            return Unclaimed.TAKEN
        self.completion.recents.invalidate(sending)  # and the thing it is about
        return Claim(sending, resource.numbered(signed, sending), give_up)

    async def resume(self, intent: Intent, request: Request[Any]) -> None:
        """Go on sending what a dead run left SENDING, if it may be repeated."""
        # it may have been sent already, whether that could be noted or not
        taken = replace(intent, doubt=True)
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
        await self._refuse(intent, request, refused, DENIED, text)

    async def _give_up_checking(self, intent: Intent, request: Request[Any]) -> None:
        """End an *intent* of which Slack does not say who may do it, on the record."""
        with reading_in(intent.asker.locale):
            sentence = _(
                "Rights could not be checked: Slack did not say who may do it."
            )
            advice = _("Nothing was sent; ask again in a minute.")
        unsaid = Verdict(allowed=False, rule="rights", reason=sentence)
        text = f"{sentence} {advice}"
        await self._refuse(intent, request, unsaid, UNCHECKED, text)

    async def _refuse(
        self, intent: Intent, request: Request[Any], why: Verdict, code: str, text: str
    ) -> None:
        """End an *intent* of which nothing was sent, and say on the record *why*."""
        record = Entry.by(
            intent.asker,
            self.now(),
            Decision.REFUSED,
            request.permit,
            rule=why.rule,
            why=why.reason,
        )
        audit = intent_entry(record, intent)
        changes = Changes(error_code=code, error_text=text)
        await self.completion.reject(intent, changes, audit=audit)

    def _throttle(self, intent: Intent) -> Pacing:
        return self.throttles.of(intent.action, intent.subject.region)

    def _is_too_late(self, intent: Intent, request: Request[Any]) -> bool:
        """Tell whether nobody waits for it any more; a stop is wanted for ever."""
        waited = self.now() - intent.created_at
        return waited > STILL_WANTED and not request.effect.lasts

    # ── sending ─────────────────────────────────────────────────────────────────

    async def _send(self, claim: Claim, ahead: Ahead | None = None) -> None:
        """Send the request, again if that is safe, and commit how it ended."""
        intent, request = claim.intent, claim.request
        quota = self.quotas.setdefault(intent.action, RetryQuota())
        tries, past = 0, Past(doubt=intent.doubt)
        while True:
            tries += 1
            since = self.now()
            try:
                reply = await self._try(claim, ahead)
            except CloudError as error:
                log.warning("cloud.failed", intent=intent.id, why=code_of(error))
                await self._observe_failure(intent, error)
                step = next_step(
                    type(request), error, tries, self.random, quota=quota, past=past
                )
                past = replace(past, doubt=past.doubt or leaves_doubt(error))
                if isinstance(step, Again) and await self._again(claim, step):
                    past = replace(past, corrected=past.corrected or step.clock)
                    if await self._is_wanted(claim):
                        continue
                    return
                end = given_up(intent, step, error)
                times = Times.of(since, self.now(), self.client.skew)
                await self._completed(intent, answers.failed(claim, error, end, times))
                return
            quota.succeeded()
            kept = self.resources.of(intent).yields(reply)
            times = Times.of(since, self.now(), self.client.skew)
            await self._completed(intent, answers.succeeded(claim, reply, kept, times))
            return

    async def _is_wanted(self, claim: Claim) -> bool:
        """Tell whether what is tried again has not been ended by events meanwhile."""
        if not claim.request.effect.ends:
            return True
        try:
            now = await self.journal.find.get(claim.intent.id)
        except JournalUnavailable:
            return True
        sending = State.SENDING, claim.intent.owner  # else another run sends it
        return now is None or (now.state, now.owner) == sending

    async def _try(self, claim: Claim, ahead: Ahead | None) -> Reply:
        """Send once. What breaks on our own side may have been done all the same.

        Raises:
            CloudError: it did not go well.
        """
        intent = claim.intent
        claim.ensure_in_time(self.monotonic)
        try:
            return await self.client.send(
                claim.request,
                region=intent.subject.region,
                language=intent.asker.locale,
                ahead=ahead,
                last=partial(claim.ensure_in_time, self.monotonic),
            )
        except CloudError:
            raise
        except Exception as error:
            log.exception("client.broke", intent=intent.id)
            broke = _("An internal error occurred while it was being sent.")
            raise NoAnswer(broke) from error

    async def _again(self, claim: Claim, step: Again) -> bool:
        """Wait for the next try; False if the deadline comes before it."""
        if step.clock:
            self.client.correct_clock()
        return await self._throttle(claim.intent).again(step.after, claim.give_up)

    async def _observe_failure(self, intent: Intent, error: CloudError) -> None:
        if class_of(error) is ErrorClass.TOO_FAST:
            await self._throttle(intent).too_fast()

    # ── how it ended ────────────────────────────────────────────────────────────

    async def _completed(self, intent: Intent, ended: Answered) -> None:
        completed = await self.completion.complete(
            intent, ended.state, ended.changes, *ended.evidence
        )
        if completed.subject.creates:
            await self.take_up(completed)
            await self.parts.count(completed)
