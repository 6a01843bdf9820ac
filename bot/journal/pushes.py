"""What a CDN gets of things: asked by one of all runs in turn, and kept with the thing.

A turn is taken by compare-and-set of when the next is due. What is kept is what the
resource writes; it is no evidence, and power that fails may take the last of it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select

from bot.ids import IntentId
from bot.journal.model import Changes, Intent, Notice
from bot.journal.questions import in_states
from bot.journal.rows import intents_of, millis, moment
from bot.journal.schema import intents, polls
from bot.journal.statement import Statement, Writer, updated, upserted
from bot.journal.transaction import Transaction, Write
from bot.states import LIVE

MOST = 5000  # things that run and push, the newest

_NONE = "[]"  # digests of targets

_TAKE = upserted(polls, "next_at", where=polls.c.next_at <= bindparam("now"))
_of = polls.c.name == bindparam("of")
_ANSWERED = updated(polls, ("answered_at", "code"), _of)
_REFUSED = updated(polls, ("code",), _of)
_SHOW = Statement(select(polls).where(_of))
_pushing = select(intents).where(intents.c.creates, intents.c.targets != _NONE)
_RUNNING = Statement(in_states(_pushing, LIVE, newest=True).limit(MOST))
_KEEP = updated(intents, ("pushed",), intents.c.id == bindparam("of"))


@dataclass(frozen=True, slots=True)
class Poll:
    """How it went: when it was last *answered*, and the error *code* since, if any."""

    answered: datetime | None
    code: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of *thing* from now on, and what is told with it.

    *drawn*: its card says so from now on.
    """

    thing: IntentId
    pushed: str
    notices: tuple[Notice, ...] = ()

    @property
    def drawn(self) -> bool:
        """Whether anything of it is told."""
        return bool(self.notices)


class PushRows:
    """Turns, and what is kept with things.

    Every method raises JournalUnavailable: nothing can be read, or was kept.
    """

    def __init__(self, writer: Writer, write: Write) -> None:
        self._writer = writer
        self._write = write

    async def take(self, name: str, now: datetime, next_at: datetime) -> bool:
        """Tell whether it is this run's turn *now*; then the next is at *next_at*."""
        asked = {"name": name, "now": millis(now), "next_at": millis(next_at)}
        taken: int = await self._writer.write(
            lambda c: c.execute(_TAKE, asked).rowcount, lasting=False
        )
        return taken == 1

    async def note(self, name: str, at: datetime, code: str = "") -> None:
        """Note that it was answered *at* a moment, or refused with *code*."""
        asked: dict[str, Any] = {"of": name, "code": code}
        if not code:
            asked["answered_at"] = millis(at)
        statement = _REFUSED if code else _ANSWERED
        await self._writer.write(lambda c: c.execute(statement, asked), lasting=False)

    async def poll(self, name: str) -> Poll | None:
        """Return how it went last; None if it was never anybody's turn."""
        row = await self._writer.read(lambda c: c.execute(_SHOW, {"of": name}).first())
        return Poll(moment(row.answered_at), row.code) if row else None

    async def running(self) -> list[Intent]:
        """Return what runs, or may, and pushes somewhere; of every workspace."""
        return await self._writer.read(
            lambda c: intents_of(c.execute(_RUNNING)), long=True
        )

    async def keep(self, each: Iterable[Kept]) -> list[Intent]:
        """Keep what is known of *each*, by now; return those that are drawn anew."""
        kept = sorted(each, key=lambda one: one.thing)
        await self._keep([one for one in kept if not one.drawn])
        return [await self._tell(one) for one in kept if one.drawn]

    async def _keep(self, quiet: Sequence[Kept]) -> None:
        rows = [{"of": one.thing, "pushed": one.pushed} for one in quiet]
        if rows:
            await self._writer.write(
                lambda c: c.execute_many(_KEEP, rows).rowcount, lasting=False
            )

    async def _tell(self, one: Kept) -> Intent:
        def work(tx: Transaction) -> Intent:
            tx.first(one.thing)
            after = tx.update(one.thing, Changes(pushed=one.pushed))
            tx.raise_notices(after, one.notices)
            return after

        return await self._write(work)
