"""Commits how intents ended, whatever the journal has to say to that.

An ending is one transaction: the intent, the thing that it was about, the notices of
both, and the audit record. While the journal is away the outcome lies in the spool,
which outlives a crash.
"""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace
from itertools import chain, repeat
from typing import Any, TypeVar

import structlog

from bot.dialogue.outcome import Audience
from bot.errors import JournalUnavailable
from bot.journal.audit import Entry
from bot.journal.evidence import Fact
from bot.journal.journal import Journal
from bot.journal.model import (
    ANSWER,
    CARD_NOTICE,
    NOT_ENDED,
    RESULT,
    Changes,
    Intent,
    Notice,
    Notification,
)
from bot.journal.outages import AlertCause
from bot.journal.recents import Recents
from bot.journal.sqlite.spool import SpooledOutcome
from bot.resources.kinds import Registry
from bot.runtime.places import Places, Turn, inside
from bot.states import State
from bot.tencent.models.base import Level

PAUSES = (1.0, 2.0, 5.0, 15.0)  # seconds between tries to write
AT_ONCE = 8  # ends that are written at once; those of stops are not counted

T = TypeVar("T")
log = structlog.get_logger(__name__)


def _uncounted(_action: str, _state: str) -> None:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """Where the executor leaves outcomes."""

    journal: Journal
    resources: Registry
    recents: Recents
    wake: Callable[[], None]  # says that something may be delivered
    send_at_once: Callable[[Notification], Awaitable[None]]  # past the journal
    sleep: Callable[[float], Awaitable[None]]
    counted: Callable[[str, str], None] = _uncounted  # of an action, the state
    places: Places[Turn] = field(default_factory=lambda: Places(AT_ONCE))

    async def complete(
        self, intent: Intent, state: State, changes: Changes, *evidence: Fact
    ) -> Intent:
        """Commit how the sent *intent* ended, and the facts *known* by that."""

        async def write() -> Intent:
            return await self.journal.complete(
                intent.id,
                state,
                notices=self._notices(intent, state, sent=True),
                evidence=evidence,
                seen=intent,
                **changes,
            )

        outcome = SpooledOutcome(intent.id, state, _without_secrets(changes), evidence)
        return self._settled(await self._written(intent, outcome, write))

    async def reject(
        self,
        intent: Intent,
        changes: Changes,
        *,
        audit: Entry | None = None,
        claimed_by: str = "",
    ) -> None:
        """Commit that *intent* was not sent; nothing if somebody else has sent it.

        *claimed_by* is this process if it may have committed SENDING before it failed.
        """
        state = State.NOT_STARTED

        async def write() -> Intent | None:
            return await self.journal.reject(
                intent.id,
                notices=self._notices(intent, state, sent=False),
                claimed_by=claimed_by,
                audit=audit,
                **changes,
            )

        outcome = SpooledOutcome(intent.id, state, _without_secrets(changes))
        rejected = await self._written(intent, outcome, write)
        if rejected is None:
            log.info("intent.not-queued", intent=intent.id)
        else:
            self._settled(rejected)

    async def recall(self, outcome: SpooledOutcome) -> None:
        """Write into the journal what an earlier run could only spool."""
        intent = await self.journal.find.get(outcome.intent)
        if intent is None:
            log.critical("spool.unknown-intent", **_facts(outcome))
            self.journal.spool.taken(outcome.intent)
        elif intent.state is State.QUEUED:
            await self.journal.former.take(intent.id)
            await self.reject(intent, outcome.changes)
        else:
            await self.complete(intent, outcome.state, outcome.changes, *outcome.facts)

    def _settled(self, intent: Intent) -> Intent:
        self.recents.invalidate(intent)  # and the thing that it was about
        self.wake()
        self.counted(intent.action, intent.state.value)
        log.info("intent.settled", intent=intent.id, state=intent.state.value)
        return intent

    def _notices(self, intent: Intent, state: State, *, sent: bool) -> Iterable[Notice]:
        """Yield the notices of *intent* having ended in *state*."""
        request = self.resources.request_of(intent)
        if intent.subject.about and (request.is_part or request.level is Level.READ):
            return  # the card of what it is a part of tells
        if intent.subject.about or intent.subject.ends:
            yield Notice(name=RESULT, audience=Audience.ASKER)
            if request.effect.ends and sent and state is not State.DONE:
                ops, cause = Audience.OPS, AlertCause.STOP
                yield Notice(name=NOT_ENDED, audience=ops, cause=cause)
        elif request.level is Level.READ:
            yield Notice(name=ANSWER, audience=Audience.ASKER)
        else:
            yield CARD_NOTICE

    async def _written(
        self,
        intent: Intent,
        outcome: SpooledOutcome,
        write: Callable[[], Awaitable[T]],
    ) -> T:
        """Commit the end of *intent*, however long the journal is away.

        Until then it stands in the spool and in the log; a TaskId is no secret. After
        some tries its notices are sent too, without waiting any longer.
        """
        kept = False
        for tried, pause in enumerate(chain(PAUSES, repeat(PAUSES[-1]))):
            try:
                written = await self._in_turn(intent, write)
            except JournalUnavailable as error:
                kept = kept or self.journal.spool.put(outcome)
                facts = {**_facts(outcome), "why": str(error)}
                log.critical("outcome.unwritten", spooled=kept, **facts)
                if tried == len(PAUSES) - 1:
                    await self._send_at_once(intent, outcome)
                await self.sleep(pause)
            else:
                self.journal.spool.taken(intent.id)
                return written
        raise AssertionError  # the pauses never end

    async def _in_turn(self, intent: Intent, write: Callable[[], Awaitable[T]]) -> T:
        """Write once, in a place that nothing but the writing itself is waited in."""
        if intent.subject.ends:
            return await write()
        async with inside(self.places):
            return await write()

    async def _send_at_once(self, intent: Intent, outcome: SpooledOutcome) -> None:
        """Tell how *intent* ended, in the words that the journal would have kept.

        Of what was not sent nothing, where another run may take it up, and send it.
        """
        sent = intent.state is not State.QUEUED
        if self.journal.life.shared and not sent:
            return
        ended = _as_it_ended(intent, outcome, self.resources)
        for notice in self._notices(intent, outcome.state, sent=sent):
            notification = Notification(
                id=0,
                rev=intent.rev,
                name=notice.name,
                audience=notice.audience,
                facts=notice.facts,
                intent=ended,
            )
            await self.send_at_once(notification)


def _as_it_ended(
    intent: Intent, outcome: SpooledOutcome, resources: Registry
) -> Intent:
    """Return *intent* as it will be once the journal can be written."""
    end = {**intent.snapshot(), "state": outcome.state.value, "standing": ""}
    end |= {name: text for name, text in outcome.changes.items() if name in end}
    ended = intent.as_of(end)
    if intent.subject.creates and outcome.facts:
        standing = resources.of(intent).fold(intent, outcome.facts)
        ended = replace(ended, state=standing.state, standing=standing)
    reply = outcome.changes.get("reply", ended.settlement.reply)
    return replace(ended, settlement=replace(ended.settlement, reply=reply))


def _without_secrets(changes: Changes) -> Changes:
    """Leave out what must not lie on a disk unsealed: it can be had again."""
    kept = changes.copy()
    kept.pop("reply_secret", None)
    return kept


def _facts(outcome: SpooledOutcome) -> dict[str, Any]:
    return {
        "intent": outcome.intent,
        "state": outcome.state.value,
        "ref": outcome.changes.get("ref", ""),
    }
