"""Tells the operators of workspaces that an org-wide app was taken out of.

Slack says nothing of the people there any more, so nobody there can stop what runs, and
what is told of it does not reach them. Money is spent until somebody else stops it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import structlog

from bot.cards.alarms import LEFT, MOST_LEFT
from bot.dialogue.outcome import Audience
from bot.errors import JournalUnavailable
from bot.ids import TeamId
from bot.journal.journal import Journal
from bot.journal.model import Intent, Notice
from bot.resources.kinds import Registry

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """Says what of *journal* runs on in workspaces that the bot is no more in."""

    journal: Journal
    resources: Registry
    wake: Callable[[], None]  # says that something may be delivered
    now: Callable[[], datetime]

    async def tell(self, left: Mapping[str, str]) -> None:
        """Tell of the workspaces *left*, their names by their IDs."""
        for team, name in left.items():
            try:
                await self._tell(TeamId(team), name)
            except JournalUnavailable as error:
                log.critical("workspace.left-untold", team=team, why=str(error))
        self.wake()

    async def _tell(self, team: TeamId, name: str) -> None:
        things = await self._running(team)
        log.critical("workspace.left", team=team, running=len(things))
        shown = [
            {"handle": one.handle, "room": one.subject.room, "ref": one.subject.ref}
            for one in things[:MOST_LEFT]
        ]
        facts = {"workspace": name, "n": len(things), "things": shown}
        notice = Notice(name=LEFT, audience=Audience.OPS, facts=facts)
        await self.journal.outbox.put(notice, self.now())

    async def _running(self, team: TeamId) -> list[Intent]:
        """Return what runs in *team*, or may."""
        kinds = [one.kind for one in self.resources.resources if one.can_be_ended]
        find = self.journal.find
        return [thing for kind in kinds for thing in await find.live(team, kind)]
