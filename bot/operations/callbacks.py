"""Receives the signed relay events that Tencent sends.

They complete what a crash or a time-out left unknown. An event may come twice, late,
before the answer it belongs to, or about a relay of somebody else's; none of that does
harm, since the journal decides what is news.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import structlog
from pydantic import SecretStr

from bot.errors import NotFound
from bot.i18n import _
from bot.journal.journal import Journal
from bot.journal.recents import Recents
from bot.operations.reception import NOBODY, Reception, Refusal, addressed
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
    reception: Reception
    wake: Callable[[], None]  # says that something may be delivered

    async def receive(self, app: str, raw: bytes, sign: str) -> None:
        """Take in the body *raw*, signed *sign*; when it returns, it is committed.

        *app* is what the address says: an app's name, or its SdkAppId. *sign* is empty
        if the callback was not signed.

        Raises:
            NotFound: there is no such app, or it takes no callbacks.
            NotAllowed: the signature is not made with its key.
            InvalidRequest: it is genuine, and not what Tencent documents.
            JournalUnavailable: it was not committed; Tencent should try again.
        """
        settings = addressed(self.apps.values(), app)
        if settings is None:
            self.reception.refuse(NOBODY, Refusal.NO_APP)
            raise NotFound(_("No app of that name takes callbacks."))
        if settings.callback_key is None:
            self.reception.refuse(settings.name, Refusal.NO_KEY)
            raise NotFound(_("No app of that name takes callbacks."))
        with self.reception.receiving(settings, sign):
            await self._take_in(settings, settings.callback_key, raw, sign)

    async def _take_in(
        self, settings: App, key: SecretStr, raw: bytes, sign: str
    ) -> None:
        event = events.read(raw, sign, key)
        if event is None:
            return
        intent, reaction = await self.journal.apply_event(event, settings.sdk_app_id)
        facts = {
            "app": settings.name,
            "task_id": event.task_id,
            "status": event.status_name,
        }
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
