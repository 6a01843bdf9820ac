"""Carries a committed intent to Tencent and brings its outcome back.

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

from bot.access import policy
from bot.access.policy import Gate, Wish
from bot.dialogue.ask import Person, Place
from bot.errors import (
    Busy,
    CloudError,
    JournalUnavailable,
    NoAnswer,
    NotSent,
    Refused,
)
from bot.i18n import _, reading_in
from bot.journal.audit import REFUSED, Entry
from bot.journal.journal import Journal, Mark
from bot.journal.model import Intent, Notice, State
from bot.operations.completion import Completion
from bot.operations.notices import settled_letters
from bot.operations.throttle import Throttle
from bot.runtime.tasks import Tasks
from bot.settings import App
from bot.tencent import usersig
from bot.tencent.client import Client
from bot.tencent.models import REQUESTS
from bot.tencent.models.base import Level, Reply, Request
from bot.tencent.models.car import RenderSessionCreated
from bot.tencent.models.gs import CoStreamSlaves
from bot.tencent.models.trtc.requests import RelayStarted, StartPublishCdnStream
from bot.tencent.pacer import Pacer
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
PATIENCE = {Level.READ: 3.0, Level.CHANGE: 10.0, Level.BILLED: 10.0}

NOT_SENT, NO_ANSWER = "patchbay.NotSent", "patchbay.NoAnswer"
ONE_MORE_TRY = 60.0  # seconds that a stop gets, however long the bot was away
TOLD_WITHIN = timedelta(seconds=45)  # Tencent tries its callbacks for a minute
STILL_WANTED = timedelta(seconds=120)  # for somebody who waits in Slack
OUR_FAULT = ("AuthFailure", "UnauthorizedOperation")  # nobody in Slack can mend it
BUSY, DENIED, EXPIRED = "patchbay.Busy", "patchbay.Denied", "patchbay.Expired"


# What is being sent: its intent, the signed request, and by when (monotonic).
Claim = tuple[Intent, Request[Any], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Executor:
    """Takes intents to Tencent. *boot* names this life of the process."""

    journal: Journal
    client: Client
    pacers: Mapping[str, Pacer]  # by action
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
    throttles: dict[str, Throttle] = field(default_factory=dict)

    def reserve(self, request: Request[Any]) -> float:
        """Return the moment at which *request* may leave, for `take`.

        Raises:
            Busy: that is too far away. Nothing was reserved. A stop waits.
        """
        ends = Wish.of(request, None).ends
        budget = math.inf if ends else PATIENCE[request.level]
        return self._throttle(request.action).slot(budget)

    def take(self, intent: Intent, slot: float | None = None) -> None:
        """Carry *intent* in a task of its own, which shutting down waits for."""
        self.tasks.spawn(self.carry(intent, slot), name=f"carry {intent.id}")

    async def carry(self, intent: Intent, slot: float | None = None) -> None:
        """Send the queued *intent* (in its *slot*), once, and commit how it ended."""
        try:
            claimed = await self._in_its_turn(intent, slot)
        except Exception:
            log.exception("executor.broke", intent=intent.id)
            text = _("Something broke on my side before it was sent.")
            await self.refuse(intent, NOT_SENT, text)
            return
        if claimed:
            await self._send(*claimed)

    async def _in_its_turn(self, intent: Intent, slot: float | None) -> Claim | None:
        request = await self._request(intent)
        throttle = self._throttle(intent.action)
        try:
            slot = self.reserve(request) if slot is None else slot
        except Busy as busy:
            await self.refuse(intent, BUSY, str(busy))
            return None
        who = Person(team=intent.team, user=intent.user, home=intent.home)
        if not Wish.of(request, None).ends:  # a stop waits for nobody
            await self.gate.directory.ensure_known(who)
        async with throttle.turn(slot):
            return await self._claim(intent, who, request)

    async def _claim(
        self, intent: Intent, who: Person, request: Request[Any]
    ) -> Claim | None:
        """Commit that *intent* is being sent, as the last thing before it is.

        Returns None if it is not to be sent.
        """
        if refused := self._refusal(intent, who, request):
            await self._deny(intent, request, refused)
            return None
        if self._is_too_late(intent):
            text = _("It waited too long before it could be sent. Nothing was sent.")
            await self.refuse(intent, EXPIRED, text)
            return None
        signed = self._signed(intent, request)
        overall = request.deadline.overall
        give_up = self.monotonic() + overall
        try:
            sending = await self.journal.move(
                intent.id,
                State.SENDING,
                marks=Mark(State.STOPPING, settled_letters),
                owner=self.boot,
                send_by=self.now() + timedelta(seconds=overall),
            )
        except JournalUnavailable:
            text = _("My journal could not be written, so nothing was sent.")
            await self.refuse(intent, NOT_SENT, text)
            return None
        self.completion.recents.invalidate(sending)  # and what a stop has moved along
        return sending, signed, give_up

    async def resume(self, intent: Intent) -> None:
        """Go on sending what a former life left SENDING and may be sent again."""
        request = await self._request(intent)
        taken = await self.journal.note(intent.id, owner=self.boot)
        left = request.deadline.overall
        if taken.send_by and request.level is not Level.READ:
            left = max((taken.send_by - self.now()).total_seconds(), ONE_MORE_TRY)
        await self._send(taken, request, self.monotonic() + left)

    async def refuse(self, intent: Intent, code: str, text: str) -> None:
        """End a queued *intent* of which nothing was sent."""
        changes = {"error_code": code, "error_text": text}
        await self.completion.close(intent, State.NOT_STARTED, changes)

    async def _deny(
        self, intent: Intent, request: Request[Any], refused: policy.Verdict
    ) -> None:
        """End an *intent* whose asker may not do it any more, on the record."""
        with reading_in(intent.locale):
            sentence = _("{reason} (rule: {rule})")
        text = sentence.format(reason=refused.reason, rule=refused.rule)
        entry = Entry(
            at=self.now(),
            team=intent.team,
            user=intent.user,
            home=intent.home,
            channel=intent.channel,
            action=request.permit,
            decision=REFUSED,
            rule=refused.rule,
            why=refused.reason,
            app=intent.app,
            intent=intent.id,
            handle=intent.handle,
            digest=intent.digest,
        )
        changes = {"error_code": DENIED, "error_text": text}
        await self.completion.close(intent, State.NOT_STARTED, changes, entry)

    async def doubt(self, intent: Intent) -> None:
        """Tell that it is not known what became of an *intent* left SENDING."""
        text = _("I was stopped while the request was on its way.")
        changes = {"error_code": NO_ANSWER, "error_text": text}
        if intent.sent_at and self.now() - intent.sent_at > TOLD_WITHIN:
            changes["notices"] = Notice.MISSED.value
        await self.completion.close(intent, State.UNKNOWN, changes)

    def _is_too_late(self, intent: Intent) -> bool:
        """Tell whether nobody waits for it any more; a stop is wanted for ever."""
        waited = self.now() - intent.created_at
        return waited > STILL_WANTED and intent.about is None

    # ── sending ─────────────────────────────────────────────────────────────────

    async def _send(
        self, intent: Intent, request: Request[Any], give_up: float
    ) -> None:
        """Send *request*, again if that is safe, and commit how it ended."""
        quota = self.quotas.setdefault(intent.action, RetryQuota())
        tries, past = 0, Past()
        while True:
            tries += 1
            try:
                reply = await self._try(intent, request, give_up)
            except CloudError as error:
                log.warning("cloud.failed", intent=intent.id, why=_told(error)[0])
                self._mind(intent, error)
                step = next_step(
                    type(request),
                    error,
                    tries,
                    self.random,
                    quota=quota,
                    past=past,
                )
                past = replace(past, doubt=past.doubt or leaves_doubt(error))
                if isinstance(step, Again) and await self._again(intent, step, give_up):
                    past = replace(past, corrected=past.corrected or step.clock)
                    continue
                verdict = step.otherwise if isinstance(step, Again) else step.verdict
                await self._failed(intent, error, verdict)
                return
            quota.succeeded()
            await self._succeeded(intent, reply)
            return

    async def _try(
        self, intent: Intent, request: Request[Any], give_up: float
    ) -> Reply:
        """Send once. What breaks on our own side may have been done all the same.

        Raises:
            CloudError: it did not go well.
        """
        if self.monotonic() > give_up:  # as after the process was stopped for a while
            late = _("I was held up for too long before I could send it.")
            raise NotSent(late, lasting=True)
        try:
            return await self.client.send(
                request, region=intent.region, language=intent.locale
            )
        except CloudError:
            raise
        except Exception as error:
            log.exception("client.broke", intent=intent.id)
            broke = _("Something broke on my side while it was on its way.")
            raise NoAnswer(broke) from error

    async def _again(self, intent: Intent, step: Again, give_up: float) -> bool:
        """Wait for the next try; False if the deadline comes before it."""
        if step.clock:
            self.client.correct_clock()
        wait = step.after + self.pacers[intent.action].wait(math.inf)
        if self.monotonic() + wait >= give_up:
            return False
        await self.sleep(wait)
        return True

    def _mind(self, intent: Intent, error: CloudError) -> None:
        if class_of(error) is ErrorClass.TOO_FAST:
            self.pacers[intent.action].slow_down()
        ours = isinstance(error, Refused) and error.code.startswith(OUR_FAULT)
        if ours or (isinstance(error, NotSent) and error.lasting):
            log.critical("cloud.unusable", action=intent.action, why=_told(error))

    # ── how it ended ────────────────────────────────────────────────────────────

    async def _succeeded(self, intent: Intent, reply: Reply) -> None:
        task_id = reply.task_id if isinstance(reply, RelayStarted) else ""
        facts = {"request_id": reply.request_id, "task_id": task_id}
        log.info("cloud.answered", intent=intent.id, **facts)
        changes: dict[str, Any] = {"request_id": reply.request_id}
        state = State.DONE
        match reply:
            case RelayStarted():
                state, changes["ref"] = State.STARTED, reply.task_id
            case RenderSessionCreated():
                state = State.STARTED
                if reply.server_session:
                    secret = reply.server_session.get_secret_value()
                    changes["reply_secret"] = secret.encode()
            case CoStreamSlaves():
                changes["reply"] = reply.masked()
        await self.completion.close(intent, state, changes)

    async def _failed(
        self, intent: Intent, error: CloudError, verdict: Conclusion
    ) -> None:
        code, text = _told(error)
        changes: dict[str, Any] = {"request_id": error.request_id}
        if verdict is Conclusion.STARTED and isinstance(error, NoAnswer):
            changes["ref"] = error.salvaged
        else:
            changes |= {"error_code": code, "error_text": text}
        await self.completion.close(intent, _state(intent, verdict), changes)

    # ── what is sent ────────────────────────────────────────────────────────────

    async def _request(self, intent: Intent) -> Request[Any]:
        wire = await self.journal.request_of(intent.id)
        return REQUESTS[intent.action].of_json(wire)

    def _signed(self, intent: Intent, request: Request[Any]) -> Request[Any]:
        """Mint the UserSigs of a start, as late as can be; they live for a day."""
        if not isinstance(request, StartPublishCdnStream):
            return request
        app = self.apps[intent.app]
        return request.signed(
            lambda user: usersig.mint(
                user, sdk_app_id=app.sdk_app_id, key=app.usersig_key, at=self.now()
            )
        )

    def _refusal(
        self, intent: Intent, who: Person, request: Request[Any]
    ) -> policy.Verdict | None:
        """Ask policy once more: a right may have gone while the intent waited.

        Whoever asks for the first time is known by now: a guest gets no further. As
        long as Slack has not answered at all, a stop goes as it was accepted.
        """
        if not self.gate.directory.known:
            return None
        where = Place(channel=intent.channel, direct=intent.direct)
        wish = Wish.of(request, self.apps.get(intent.app))
        with reading_in(intent.locale):
            verdict = self.gate.verdict(who, where, wish, finally_=True)
        return None if verdict.allowed else verdict

    def _throttle(self, action: str) -> Throttle:
        if action not in self.throttles:
            self.throttles[action] = Throttle(self.pacers[action], self.sleep)
        return self.throttles[action]


def _state(intent: Intent, verdict: Conclusion) -> State:
    if (
        verdict is Conclusion.GONE
    ):  # there is nothing left to stop; a read found nothing
        reads = REQUESTS[intent.action].level is Level.READ
        return State.NOT_STARTED if reads else State.DONE
    return {
        Conclusion.NOT_STARTED: State.NOT_STARTED,
        Conclusion.UNKNOWN: State.UNKNOWN,
        Conclusion.STARTED: State.STARTED,
    }[verdict]


def _told(error: CloudError) -> tuple[str, str]:
    match error:
        case Refused(code=code, message=message):
            return code, message
        case NotSent():
            return NOT_SENT, str(error)
        case _:
            return NO_ANSWER, str(error)
