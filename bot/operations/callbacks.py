"""Takes in what Tencent tells by itself: the signed relay events.

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
from bot.journal.states import Reaction
from bot.operations.notices import contradiction, settled_letters
from bot.settings import App
from bot.tencent import events as callbacks

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Callbacks:
    """Hears events for those of *apps* (by name) that have a callback key."""

    apps: Mapping[str, App]
    journal: Journal
    recents: Recents
    ring: Callable[[], None]  # wakes the outbox

    async def hear(self, app: str, raw: bytes, sign: str) -> None:
        """Take in the body *raw*, signed *sign*; when it returns, it is committed.

        Raises:
            NotFound: there is no such app, or it takes no callbacks.
            NotAllowed: the signature is not made with its key.
            InvalidRequest: it is genuine, and not what Tencent documents.
            JournalUnavailable: it was not committed; Tencent should try again.
        """
        known = self.apps.get(app)
        if known is None or known.callback_key is None:
            raise NotFound(_("No app of that name takes callbacks."))
        event = callbacks.read(raw, sign, known.callback_key)
        if event is None:
            return
        intent, take = await self.journal.hear(
            event, known.sdk_app_id, letters=settled_letters, alarm=contradiction
        )
        facts = {"app": app, "task_id": event.task_id, "status": event.status.name}
        if intent is None:
            log.info("callback.not-ours", **facts)
            return
        self.recents.invalidate(intent)
        self.ring()
        told = {**facts, "intent": intent.id, "state": intent.state.value}
        if take is Reaction.ALARM:
            log.critical("callback.contradicts", **told)
        else:
            log.info("callback.heard", news=bool(take), **told)
