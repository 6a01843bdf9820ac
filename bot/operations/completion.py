"""Commits how things ended, whatever the journal has to say to that.

An ending is one transaction: the intent, the relay that a stop was about, the letters
that tell of both, and the audit record. While the journal is away an ending lies in
the spool, which outlives a crash.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from itertools import chain, repeat
from typing import Any

import structlog

from bot.cards.alarms import not_stopped
from bot.errors import JournalUnavailable
from bot.journal.audit import Entry
from bot.journal.journal import Journal, Letters, Mark
from bot.journal.model import Intent, Letter, State
from bot.journal.recents import Recents
from bot.journal.sqlite.spool import Ending
from bot.journal.states import Reaction
from bot.operations.notices import (
    alarm_letter,
    card_letter,
    contradiction,
    settled_letters,
    stopped_letters,
)

PAUSES = (1.0, 2.0, 5.0, 15.0)  # seconds between tries to write

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """Where a executor leaves what it brought back."""

    journal: Journal
    recents: Recents
    ring: Callable[[], None]  # wakes the outbox
    tell_at_once: Callable[[Letter], Awaitable[None]]  # past the journal
    sleep: Callable[[float], Awaitable[None]]

    async def close(
        self,
        intent: Intent,
        state: State,
        changes: Mapping[str, Any],
        audit: Entry | None = None,
    ) -> None:
        """Commit how *intent* ended together with what is to be posted."""
        closed, take = await self._written(intent, state, changes, audit)
        self.recents.invalidate(closed)  # and what a stop has moved along
        self.ring()
        if take is Reaction.ALARM:
            ref = changes.get("ref", "")
            log.critical("answer.contradicts", intent=intent.id, ref=ref)
        log.info("intent.settled", intent=intent.id, state=closed.state.value)

    async def recall(self, ending: Ending) -> None:
        """Write into the journal what a former life could only spool."""
        intent = await self.journal.get(ending.intent)
        if intent is None:
            log.critical("spool.unknown-intent", **_facts(ending))
            self.journal.spool.taken(ending.intent)
        else:
            await self.close(intent, ending.state, ending.changes)

    async def _written(
        self,
        intent: Intent,
        state: State,
        changes: Mapping[str, Any],
        audit: Entry | None,
    ) -> tuple[Intent, Reaction]:
        """Commit the end of *intent*, however long the journal is away.

        Until then the spool knows, and the log; a TaskId is no secret. After some
        tries Slack is told too, without waiting any longer.
        """
        ending = Ending(intent.id, state, _without_secrets(changes))
        kept = False
        for tried, pause in enumerate(chain(PAUSES, repeat(PAUSES[-1]))):
            try:
                settled = await self._settle(intent, state, changes, audit)
            except JournalUnavailable as error:
                kept = kept or self.journal.spool.put(ending)
                why = str(error)
                log.critical(
                    "outcome.unwritten", why=why, spooled=kept, **_facts(ending)
                )
                if tried == len(PAUSES) - 1:
                    await self.tell_at_once(_as_it_ended(intent, ending))
                await self.sleep(pause)
            else:
                self.journal.spool.taken(intent.id)
                return settled
        raise AssertionError  # the pauses never end

    async def _settle(
        self,
        intent: Intent,
        state: State,
        changes: Mapping[str, Any],
        audit: Entry | None,
    ) -> tuple[Intent, Reaction]:
        over = state is State.DONE
        return await self.journal.settle(
            intent.id,
            state,
            letters=_ending_letters(over=over),
            alarm=contradiction,
            marks=Mark(State.STOPPED if over else State.STARTED, settled_letters),
            audit=audit,
            **changes,
        )


def _ending_letters(*, over: bool) -> Letters:
    def letters(intent: Intent) -> Iterable[Letter]:
        if intent.about is None:
            return settled_letters(intent)
        told = stopped_letters(intent)
        if over or intent.sent_at is None:
            return told
        return (*told, alarm_letter(intent, not_stopped))

    return letters


def _as_it_ended(intent: Intent, ending: Ending) -> Letter:
    """Return the card of *intent* as it will be once the journal can be written."""
    known = {field.name for field in fields(Intent)} & ending.changes.keys()
    said = {name: ending.changes[name] for name in known}
    return card_letter(replace(intent, state=ending.state, **said))


def _without_secrets(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what must not lie on a disk unsealed: it can be had again."""
    return {name: one for name, one in changes.items() if name != "reply_secret"}


def _facts(ending: Ending) -> dict[str, Any]:
    return {
        "intent": ending.intent,
        "state": ending.state.value,
        "ref": ending.changes.get("ref", ""),
    }
