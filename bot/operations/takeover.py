"""Copies that take the place of what they were made of: the original is stopped.

Whoever started the copy asked for it. The journal says when it is due: the copy is live
by an event of Tencent. Then it is carried out at once, and by whoever looks next where
that failed: the row of the copy stays until the stop is placed, which happens once.
"""

from collections.abc import Callable
from dataclasses import dataclass

import structlog

from bot.errors import JournalUnavailable
from bot.journal.audit import Entry
from bot.journal.copies import open_link
from bot.journal.evidence import Role, Wish
from bot.journal.journal import Journal
from bot.journal.links import OPEN, Line
from bot.journal.model import Intent
from bot.journal.recents import Recents
from bot.operations.behalf import Behalf
from bot.operations.executor import Executor

WHY = "its copy {handle} is live"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Takeover:
    """Stops originals through *behalf*; *wake* says that something may be delivered."""

    journal: Journal
    recents: Recents
    behalf: Behalf
    executor: Executor
    wake: Callable[[], None]

    async def go_on(self, changed: Intent) -> None:
        """Do what was waiting for the news that *changed* a thing just now.

        The stops of it that waited for its ID are sent. If it is a copy that is live
        now, its original is stopped in the background: whoever brought the news does
        not wait for that.

        Raises:
            JournalUnavailable: it is to be done again.
        """
        await self.executor.take_up(changed)
        link = open_link(changed)
        if link and link.wish is Wish.DUE:
            work = self._at_once()
            self.executor.tasks.spawn(work, name=f"take over {changed.id}")

    async def go_on_left(self) -> None:
        """Do all that could go on by now, and that nobody here is doing.

        Raises:
            JournalUnavailable: some of it is to be done again.
        """
        await self.executor.take_up_left()
        await self.run_due()

    async def _at_once(self) -> None:
        try:
            await self.run_due()
        except JournalUnavailable as error:  # it is looked for again, and found
            log.warning("copy.waits", why=str(error))

    async def run_due(self) -> None:
        """Carry out all that is due.

        Raises:
            JournalUnavailable: some of it is to be done again.
        """
        for due in await self.journal.copies.due():
            copy = await self.journal.find.get(due.copy)
            original = await self.journal.find.get(due.original)
            if copy and original:
                await self._take_over(copy, original)
            else:  # one was thrown away
                await self.journal.copies.forget(due.copy)

    async def keep(self, original: Intent, record: Entry) -> bool:
        """Let *original* go on when copies of it are live, which *record* says.

        False if it does anyway.

        Raises:
            JournalUnavailable: it was not written.
        """
        kept = False
        for link in original.standing.links:
            if link.role is Role.COPY and link.wish in OPEN:
                settle = self.journal.copies.settle
                why = {"line": Line.KEPT, "by": record.user}
                settled = await settle(link.intent, Wish.KEPT, **why, audit=record)
                kept = kept or settled is not None
        if kept:
            self.recents.invalidate(original)
            self.wake()
        return kept

    async def _take_over(self, copy: Intent, original: Intent) -> None:
        async def still() -> bool:
            now = await self.journal.find.get(copy.id)
            link = open_link(now) if now else None
            return link is not None and link.wish is Wish.DUE

        if not await still():
            return
        placed = await self.behalf.stop(
            original,
            copy.asker,
            key=f"copy:{copy.id}",
            why=WHY.format(handle=copy.handle),
            still=still,
        )
        if placed or await still():
            wish = Wish.PLACED if placed else Wish.REFUSED
            settled = await self.journal.copies.settle(copy.id, wish)
            for one in filter(
                None, (settled, await self.journal.find.get(original.id))
            ):
                self.recents.invalidate(one)
            log.info("copy.takes-over", handle=copy.handle, wish=wish.value)
            self.wake()
