"""Whose Home tab is shown anew when what it shows has changed.

Slack takes so many views in a minute, and a burst of changes would be as many for each
who looks. So nobody's tab is shown more often than every ten seconds for a change, and
others' changes are shown only to whoever opened it in the last ten minutes.
https://docs.slack.dev/reference/methods/views.publish
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from cachetools import TTLCache

from bot.dialogue.ask import Person
from bot.ids import SlackUserId
from bot.journal.model import Intent
from bot.resources.kinds import Registry
from bot.runtime.tasks import Tasks

LOOKS = 600.0  # seconds for which whoever opened it may be looking at it
OPENED = 24 * 3600.0  # seconds for which their own changes are shown to them
MOST_LOOKING, MOST_OPENED = 1000, 10_000  # people
EVERY = 10.0  # seconds between two showings to one person
SOON = 1.0  # seconds after a change: most starts are answered by then
APART = 0.6  # seconds between two showings of others' changes: a hundred a minute

Key = SlackUserId  # Slack has one tab for each person, in however many workspaces


class Homes:
    """Remembers who opened their Home tab, and lets *show* show it to them again.

    *monotonic* gives seconds, *sleep* waits for some. What was opened is shown in
    *tasks*. What is to be shown *later* is dropped when the bot ends: it is shown when
    it is opened again.
    """

    def __init__(
        self,
        show: Callable[[Person], Coroutine[Any, Any, None]],
        resources: Registry,
        tasks: Tasks,
        *,
        monotonic: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self.later = Tasks()
        self._tasks = tasks
        self._show = show
        self._kinds = {one.kind for one in resources.resources if one.can_be_ended}
        self._monotonic = monotonic
        self._sleep = sleep
        self._looking: TTLCache[Key, Person] = TTLCache(MOST_LOOKING, LOOKS, monotonic)
        self._opened: TTLCache[Key, Person] = TTLCache(MOST_OPENED, OPENED, monotonic)
        self._shown: TTLCache[Key, float] = TTLCache(MOST_OPENED, EVERY, monotonic)
        self._pending: dict[Key, bool] = {}  # whether it is for a change of their own
        self._one_by_one = asyncio.Lock()

    def seen(self, who: Person) -> None:
        """Remember that *who* has the tab before them: they opened it, or act in it.

        From then on it is of the workspace in which they did.
        """
        self._looking[who.user] = self._opened[who.user] = who

    def opened(self, who: Person) -> None:
        """Show *who* the tab that they opened."""
        self.seen(who)
        self._shown[who.user] = self._monotonic()
        self._tasks.spawn(self._show(who), name=f"home {who.user}")

    def changed(self, intent: Intent) -> None:
        """Show the tab anew, soon, to whom a change of *intent* concerns.

        That is whoever asked for it, and all who may be looking.
        """
        if intent.subject.kind not in self._kinds or not self._opened:
            return
        team, mine = intent.asker.team, intent.asker.user
        own = self._opened.get(mine)
        if own and own.team == team:
            self._soon(mine, own, own=True)
        for key, who in list(self._looking.items()):
            if who.team == team and key != mine:
                self._soon(key, who, own=False)

    def _soon(self, key: Key, who: Person, *, own: bool) -> None:
        """Let it be shown to *who*; an *own* change waits for no other's turn."""
        if key in self._pending and self._pending[key] >= own:
            return
        self._pending[key] = own
        work = self._later(key, who, max(SOON, self._too_early(key)), own=own)
        self.later.spawn(work, name=f"home again {who.user}")

    def _too_early(self, key: Key) -> float:
        """Return the seconds until it may be shown again, or less than none."""
        return self._shown.get(key, -EVERY) + EVERY - self._monotonic()

    async def _later(self, key: Key, who: Person, wait: float, *, own: bool) -> None:
        await self._sleep(wait)
        if own:
            await self._again(key, who)
            return
        async with self._one_by_one:
            if self._pending.get(key) is False:  # else their own came before it
                await self._again(key, who)
                await self._sleep(APART)

    async def _again(self, key: Key, who: Person) -> None:
        own = self._pending.pop(key)  # what changes from here on is shown after this
        if self._too_early(key) > 0:  # it was opened while its turn was waited for
            self._soon(key, who, own=own)
            return
        self._shown[key] = self._monotonic()
        await self._show(self._opened.get(key, who))
