"""A stop in somebody's name: placed when it is due, as if they had asked for it then.

It is an ordinary stop, as durable as any, and its answer goes to whoever it is for.
Their rights are asked again first, by fresh facts; where Slack does not say in time,
by what it said last, since a stop saves money; so it is where the bot was taken out of
their workspace. If they may not stop it any more, nothing is placed, and that is told:
in the thread of the card, and to the operators.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import structlog

from bot.access.policy import Gate, Verdict, Wish
from bot.dialogue.outcome import Audience
from bot.errors import KeyReused
from bot.i18n import AS_ASKED, reading_in
from bot.ids import intent_id
from bot.journal.audit import Decision, Entry
from bot.journal.evidence import fact_key
from bot.journal.journal import Journal
from bot.journal.model import STOP_REFUSED, Asker, Intent, Notice
from bot.journal.recents import Recents
from bot.operations.executor import Executor
from bot.operations.orders import (
    Order,
    allowed_entry,
    ask_for,
    intent_entry,
    new_intent,
    person_of,
    place_of,
)
from bot.resources.kinds import Registry
from bot.settings import App
from bot.states import OVER, State
from bot.tencent.models.base import Request

log = structlog.get_logger(__name__)


async def _always() -> bool:
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Behalf:
    """Places stops of things on *apps*; *wake* says that something may be delivered."""

    journal: Journal
    recents: Recents
    resources: Registry
    gate: Gate
    executor: Executor
    apps: Mapping[str, App]
    wake: Callable[[], None]
    now: Callable[[], datetime]
    random_bytes: Callable[[int], bytes]

    async def stop(
        self,
        thing: Intent,
        asker: Asker,
        *,
        key: str,
        why: str,
        still: Callable[[], Awaitable[bool]] = _always,
    ) -> bool:
        """Stop *thing* in the name of *asker*; *why* goes on the record.

        Once for each *key*, whoever asks and however often; so it is repeated until it
        returns. *still* is asked last, once the rights are known: False places nothing.

        Returns:
            False if they may not stop it (any more): then the thread of the card and
            the operators are told, and the thing goes on as it did. Also if it is not
            wanted *still*. What is over already, or was never sent, needs no stop.

        Raises:
            JournalUnavailable: nothing was placed, or that is not known.
        """
        request = self.resources.of(thing).stop_of(thing)
        if request is None or await self.journal.find.by_key(key):
            return True
        verdict = await self._verdict(request, thing, asker)
        if not await still():
            return False
        if not verdict.allowed:
            await self._refused(request, thing, asker, verdict, key)
            return False
        now = await self.journal.find.get(thing.id)
        if now and now.state not in OVER | {State.NOT_STARTED}:
            await self._place(now, asker, key, why, verdict)
        return True

    async def _verdict(
        self, request: Request[Any], thing: Intent, asker: Asker
    ) -> Verdict:
        """Return what policy says to *asker*, by facts that are as fresh as can be."""
        who, where = person_of(asker), place_of(asker)
        wish = Wish.of(request, self.apps.get(thing.subject.app))
        await self.gate.ensure_fresh(who, where, wish)
        if not self.gate.directory.known:  # then it goes as it was accepted
            return Verdict(allowed=True, rule=wish.action)
        with reading_in(asker.locale):
            return self.gate.verdict_later(who, where, wish)

    async def _place(
        self, thing: Intent, asker: Asker, key: str, why: str, verdict: Verdict
    ) -> None:
        resource, subject = self.resources.of(thing), thing.subject
        request = resource.stop_of(thing)
        if request is None:
            return
        order = Order(
            id=intent_id(self.now(), self.random_bytes(10)),
            request=request,
            app=self.apps.get(subject.app),
            region=subject.region,
            handle=thing.handle,
            about=thing.id,
            room=subject.room,
            ref=subject.ref,
        )
        ask = ask_for(asker, resource, key)
        new = new_intent(ask, order, resource, self.now(), AS_ASKED)
        new = replace(new, asker=asker)
        record = replace(allowed_entry(new, order, verdict), why=why)
        try:
            placed, fresh = await self.journal.accept(new, audit=record)
        except KeyReused:  # its ID came meanwhile, and another has placed it
            return
        if not fresh:
            return
        log.info("behalf.stop", intent=placed.id, handle=thing.handle)
        self.recents.invalidate(placed)
        await self.executor.begin(placed, order)
        self.wake()

    async def _refused(
        self,
        request: Request[Any],
        thing: Intent,
        asker: Asker,
        verdict: Verdict,
        key: str,
    ) -> None:
        """Tell that *thing* is not stopped, and put it on the record.

        Told again after a crash it takes the place of what was told before.
        """
        facts = {"by": asker.user, "why": verdict.reason, "rule": verdict.rule}
        notices = [
            Notice(
                name=STOP_REFUSED,
                audience=audience,
                facts=facts,
                line=fact_key(key, audience.value),
            )
            for audience in (Audience.THREAD, Audience.OPS)
        ]
        record = Entry.by(
            asker,
            self.now(),
            Decision.REFUSED,
            request.permit,
            rule=verdict.rule,
            why=verdict.reason,
        )
        log.critical("behalf.refused", handle=thing.handle, rule=verdict.rule)
        await self.journal.audit.write(intent_entry(record, thing))
        await self.journal.update(thing.id, notices=notices)
        self.wake()
