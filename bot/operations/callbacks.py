"""Receives the signed relay events that Tencent sends.

They complete what a crash or a time-out left unknown. An event may come twice, late,
before the answer it belongs to, or about a relay of somebody else's; none of that does
harm, since the journal decides what is news.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import structlog

from bot.errors import NotFound
from bot.i18n import _
from bot.journal.journal import Journal
from bot.journal.recents import Recents
from bot.settings import App
from bot.states import Reaction
from bot.tencent import events

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Callbacks:
    """Receives events for those of *apps* (by name) that have a callback key."""

    apps: Mapping[str, App]
    journal: Journal
    recents: Recents
    wake: Callable[[], None]  # says that something may be delivered

    async def receive(self, app: str, raw: bytes, sign: str) -> None:
        """Take in the body *raw*, signed *sign*; when it returns, it is committed.

        Raises:
            NotFound: there is no such app, or it takes no callbacks.
            NotAllowed: the signature is not made with its key.
            InvalidRequest: it is genuine, and not what Tencent documents.
            JournalUnavailable: it was not committed; Tencent should try again.
        """
        settings = self.apps.get(app)
        if settings is None or settings.callback_key is None:
            raise NotFound(_("No app of that name takes callbacks."))
        event = events.read(raw, sign, settings.callback_key)
        if event is None:
            return
        intent, reaction = await self.journal.apply_event(event, settings.sdk_app_id)
        facts = {"app": app, "task_id": event.task_id, "status": event.status_name}
        if intent is None:
            log.info("callback.not-ours", **facts)
            return
        self.recents.invalidate(intent)
        self.wake()
        facts |= {"intent": intent.id, "state": intent.state.value}
        if reaction is Reaction.ALARM:
            log.critical("callback.contradicts", **facts)
        else:
            log.info("callback.received", news=bool(reaction), **facts)
