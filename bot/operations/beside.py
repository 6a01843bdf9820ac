"""Requests that go with another: what is reserved before it, what is counted after it.

Each is an intent of its own, about the thing that the other one makes: it is sent once,
and its answer is a fact about that thing. What goes before is accepted in the same
transaction as what it is for, which waits for its end.
"""

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.errors import JournalError
from bot.i18n import AS_ASKED, _, reading_in
from bot.ids import IntentId, intent_id
from bot.journal.audit import Decision, Entry
from bot.journal.entering import Also
from bot.journal.journal import Journal
from bot.journal.model import Asker, Changes, Intent, NewIntent
from bot.journal.transaction import Transaction
from bot.operations.completion import Completion
from bot.operations.orders import Order, ask_for, new_intent
from bot.resources.kinds import Registry
from bot.states import OPEN, State
from bot.tencent.models.base import Request

MAY_BE_RESERVED = "patchbay.MayBeReserved"
PAUSE = 0.2  # seconds between looks at what another run sends
WAITED_FOR = timedelta(seconds=120)  # which is as long as anybody waits for a start
BEFORE, AFTER = "before", "after"

log = structlog.get_logger(__name__)


def with_its_parts(
    order: Order, new: NewIntent, resources: Registry, also: Also | None
) -> Also | None:
    """Return what is committed with *new*, which *order* becomes, beside it itself."""
    if order.before is None:
        return also
    part, record = _part(BEFORE, new.id, new.asker, new.at, order.before, resources)

    def commit(tx: Transaction, accepted: Sequence[Intent]) -> None:
        if also:
            also(tx, accepted)
        handle = accepted[0].handle
        tx.insert(replace(part, handle=handle), State.QUEUED)
        tx.record(replace(record, handle=handle))

    return commit


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Sees to what goes with an intent that is sent.

    *send* sends what nobody here is sending, and waits for its end; *submit* does that
    in the background.
    """

    journal: Journal
    resources: Registry
    completion: Completion
    now: Callable[[], datetime]
    sleep: Callable[[float], Awaitable[None]]
    send: Callable[[Intent, Request[Any]], Awaitable[None]]
    submit: Callable[[Intent, Request[Any]], None]

    async def ready(self, intent: Intent) -> bool:
        """Have what goes before *intent* sent, and wait for its end.

        Returns:
            False if that failed, or may have: then *intent* has ended, unsent.

        Raises:
            JournalUnavailable: it is not known whether anything goes before it.
        """
        find = self.journal.find
        part = await find.by_key(_key(BEFORE, intent.id))
        if part is None:
            return True
        if part.state is State.QUEUED and part.owner == self.journal.boot:
            kind = self.resources.request_of(part)
            await self.send(part, kind.of_json(await find.request_of(part.id)))
        while (part := await find.get(part.id) or part).state in OPEN:
            if self.now() - intent.created_at > WAITED_FOR:
                return True  # too late by now, which is told
            await self.sleep(PAUSE)
        if part.state is State.DONE:
            return True
        await self._give_up(intent, part)
        return False

    async def _give_up(self, intent: Intent, part: Intent) -> None:
        """End *intent*, of which nothing was sent, as *part* of it ended."""
        end = part.settlement
        code, text = end.error_code, end.error_text
        if part.state is State.UNKNOWN:
            with reading_in(intent.asker.locale):
                unsaid = _("{action} was not answered, so nothing was sent after it.")
            code, text = MAY_BE_RESERVED, unsaid.format(action=part.action)
        changes = Changes(error_code=code, error_text=text, request_id=end.request_id)
        await self.completion.reject(intent, changes)
        if ended := await self.journal.find.get(intent.id):
            await self.count(ended)

    async def count(self, ended: Intent) -> None:
        """Ask, in the background, what helps whoever reads how *ended* ended."""
        if ended.state is not State.NOT_STARTED or not ended.subject.creates:
            return
        find, resource = self.journal.find, self.resources.of(ended)
        try:
            part = await find.by_key(_key(BEFORE, ended.id))
            request = resource.asks_after(ended, part)
            if request is None or await find.by_key(_key(AFTER, ended.id)):
                return
            new, record = _part(
                AFTER, ended.id, ended.asker, self.now(), request, self.resources
            )
            new = replace(new, handle=ended.handle)
            record = replace(record, handle=ended.handle)
            accepted, fresh = await self.journal.accept(new, audit=record)
        except JournalError as error:  # it only helps
            log.warning("beside.uncounted", intent=ended.id, why=str(error))
            return
        if fresh:
            self.submit(accepted, request)


def _part(
    what: str,
    of: IntentId,
    asker: Asker,
    at: datetime,
    request: Request[Any],
    resources: Registry,
) -> tuple[NewIntent, Entry]:
    """Return what goes with the intent *of*, in the name of *asker*, and its record."""
    key, resource = _key(what, of), resources.sending(request)
    ask = ask_for(asker, resource, key)
    own = intent_id(at, hashlib.sha256(key.encode()).digest()[:10])
    order = Order(id=own, request=request, about=of)
    new = replace(new_intent(ask, order, resource, at, AS_ASKED), asker=asker)
    did, rule = Decision.DID, "a part of it"
    record = Entry.by(asker, at, did, order.wish.action, rule=rule)
    return new, record.about("", new.id, "", new.digest)


def _key(what: str, of: IntentId) -> str:
    return f"{what}:{of}"
