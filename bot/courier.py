"""Carries a committed intent to Tencent and brings its outcome back.

An intent is taken only after it is durable. SENDING is committed last, just before
the first byte may leave; from then on it never goes back to QUEUED, and a start is
never sent twice, whatever was or was not heard.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot import policy
from bot.ask import Person, Place
from bot.endings import Endings
from bot.errors import (
    Busy,
    CloudError,
    JournalUnavailable,
    NoAnswer,
    NotSent,
    Refused,
)
from bot.journal.audit import REFUSED, Entry
from bot.journal.journal import Journal, Mark
from bot.journal.record import Intent, State
from bot.letters import (
    settled_letters,
)
from bot.policy import Gate, Wish
from bot.settings import App
from bot.tasks import Tasks
from bot.tencent import usersig
from bot.tencent.classes import (
    Again,
    ErrorClass,
    RetryQuota,
    Verdict,
    class_of,
    leaves_doubt,
    next_step,
)
from bot.tencent.client import Client
from bot.tencent.models import REQUESTS
from bot.tencent.models.base import Level, Reply, Request
from bot.tencent.models.car import RenderSessionCreated
from bot.tencent.models.gs import CoStreamSlaves
from bot.tencent.models.trtc import RelayStarted, StartPublishCdnStream
from bot.tencent.pacer import Pacer
from bot.words import _, reading_in

log = structlog.get_logger(__name__)

# Seconds that work may wait for its turn before it is told "busy, nothing sent".
PATIENCE = {Level.READ: 3.0, Level.CHANGE: 30.0, Level.BILLED: 10.0}

NOT_SENT, NO_ANSWER = "patchbay.NotSent", "patchbay.NoAnswer"
STILL_WANTED = timedelta(seconds=120)  # for somebody who waits in Slack
BUSY, DENIED, EXPIRED = "patchbay.Busy", "patchbay.Denied", "patchbay.Expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Courier:
    """Takes intents to Tencent. *boot* names this life of the process."""

    journal: Journal
    client: Client
    pacers: Mapping[str, Pacer]  # by action
    apps: Mapping[str, App]
    gate: Gate
    endings: Endings
    tasks: Tasks
    boot: str
    now: Callable[[], datetime]
    random: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]
    quotas: dict[str, RetryQuota] = field(default_factory=dict)

    def take(self, intent: Intent) -> None:
        """Carry *intent* in a task of its own, which shutting down waits for."""
        self.tasks.spawn(self.carry(intent), name=f"carry {intent.id}")

    async def carry(self, intent: Intent) -> None:
        """Send the queued *intent*, once, and commit how it ended."""
        request = await self._request(intent)
        try:
            wait = self.pacers[intent.action].wait(PATIENCE[request.level])
        except Busy as busy:
            await self.refuse(intent, BUSY, str(busy))
            return
        await self.sleep(wait)
        if refused := await self._refusal(intent, request):
            await self._deny(intent, request, refused)
            return
        if self._is_too_late(intent):
            text = _("It waited too long before it could be sent. Nothing was sent.")
            await self.refuse(intent, EXPIRED, text)
            return
        signed = self._signed(intent, request)
        send_by = self.now() + timedelta(seconds=request.deadline.overall)
        try:
            sending = await self.journal.move(
                intent.id,
                State.SENDING,
                marks=Mark(State.STOPPING, settled_letters),
                owner=self.boot,
                send_by=send_by,
            )
        except JournalUnavailable:
            text = _("My journal could not be written, so nothing was sent.")
            await self.refuse(intent, NOT_SENT, text)
            return
        await self.endings.forget_about(sending)
        await self._send(sending, signed)

    async def resume(self, intent: Intent) -> None:
        """Go on sending what a former life left SENDING and may be sent again."""
        request = await self._request(intent)
        taken = await self.journal.note(intent.id, owner=self.boot)
        await self._send(taken, request)

    async def refuse(self, intent: Intent, code: str, text: str) -> None:
        """End a queued *intent* of which nothing was sent."""
        changes = {"error_code": code, "error_text": text}
        await self.endings.close(intent, State.NOT_STARTED, changes)

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
        await self.endings.close(intent, State.NOT_STARTED, changes, entry)

    async def doubt(self, intent: Intent) -> None:
        """Tell that it is not known what became of an *intent* left SENDING."""
        text = _("I was stopped while the request was on its way.")
        changes = {"error_code": NO_ANSWER, "error_text": text}
        await self.endings.close(intent, State.UNKNOWN, changes)

    def _is_too_late(self, intent: Intent) -> bool:
        """Tell whether nobody waits for it any more; a stop is wanted for ever."""
        waited = self.now() - intent.created_at
        return waited > STILL_WANTED and intent.about is None

    # ── sending ─────────────────────────────────────────────────────────────────

    async def _send(self, intent: Intent, request: Request[Any]) -> None:
        quota = self.quotas.setdefault(intent.action, RetryQuota())
        tries, doubt = 0, False
        while True:
            tries += 1
            try:
                self._check_time(intent)
                reply = await self.client.send(
                    request, region=intent.region, language=intent.locale
                )
            except CloudError as error:
                log.warning("cloud.failed", intent=intent.id, why=_told(error)[0])
                self._mind(intent, error)
                step = next_step(
                    type(request), error, tries, self.random, quota=quota, doubt=doubt
                )
                doubt = doubt or leaves_doubt(error)
                if isinstance(step, Again) and await self._again(intent, step):
                    continue
                verdict = step.otherwise if isinstance(step, Again) else step.verdict
                await self._failed(intent, error, verdict)
                return
            quota.succeeded()
            await self._succeeded(intent, reply)
            return

    def _check_time(self, intent: Intent) -> None:
        """Refuse to send what was to be gone by now, as after a process was stopped.

        Raises:
            NotSent: it is too late.
        """
        if intent.send_by and self.now() > intent.send_by:
            late = _("I was held up for too long before I could send it.")
            raise NotSent(late, lasting=True)

    async def _again(self, intent: Intent, step: Again) -> bool:
        """Wait for the next try; False if the deadline comes before it."""
        if step.clock:
            self.client.correct_clock()
        wait = step.after + self.pacers[intent.action].wait(float("inf"))
        if intent.send_by and self.now() + timedelta(seconds=wait) >= intent.send_by:
            return False
        await self.sleep(wait)
        return True

    def _mind(self, intent: Intent, error: CloudError) -> None:
        if class_of(error) is ErrorClass.TOO_FAST:
            self.pacers[intent.action].slow_down()

    # ── how it ended ────────────────────────────────────────────────────────────

    async def _succeeded(self, intent: Intent, reply: Reply) -> None:
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
        await self.endings.close(intent, state, changes)

    async def _failed(
        self, intent: Intent, error: CloudError, verdict: Verdict
    ) -> None:
        code, text = _told(error)
        changes: dict[str, Any] = {"request_id": error.request_id}
        if verdict is Verdict.STARTED and isinstance(error, NoAnswer):
            changes["ref"] = error.salvaged
        else:
            changes |= {"error_code": code, "error_text": text}
        await self.endings.close(intent, _state(intent, verdict), changes)

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

    async def _refusal(
        self, intent: Intent, request: Request[Any]
    ) -> policy.Verdict | None:
        """Ask policy once more: a right may have gone while the intent waited.

        Whoever asks for the first time is known by now: a guest gets no further.
        """
        who = Person(team=intent.team, user=intent.user, home=intent.home)
        await self.gate.directory.get_to_know(who)
        where = Place(channel=intent.channel, direct=intent.direct)
        wish = Wish.of(request, self.apps.get(intent.app))
        with reading_in(intent.locale):
            verdict = self.gate.verdict(who, where, wish, finally_=True)
        return None if verdict.allowed else verdict


def _state(intent: Intent, verdict: Verdict) -> State:
    if verdict is Verdict.GONE:  # there is nothing left to stop; a read found nothing
        reads = REQUESTS[intent.action].level is Level.READ
        return State.NOT_STARTED if reads else State.DONE
    return {
        Verdict.NOT_STARTED: State.NOT_STARTED,
        Verdict.UNKNOWN: State.UNKNOWN,
        Verdict.STARTED: State.STARTED,
    }[verdict]


def _told(error: CloudError) -> tuple[str, str]:
    match error:
        case Refused(code=code, message=message):
            return code, message
        case NotSent():
            return NOT_SENT, str(error)
        case _:
            return NO_ANSWER, str(error)
