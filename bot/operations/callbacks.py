"""Receives the signed events that Tencent sends of relays and of rooms.

Those of relays complete what a crash or a time-out left unknown, and say how a relay
stands. An event may come twice, late, before the answer it belongs to, or about a relay
of somebody else's; none of that does harm, since the journal decides what is news.
Those of rooms are folded in memory, and are answered before anything is written.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog
from pydantic import SecretStr
from ulid import ULID

from bot.errors import InvalidRequest, JournalUnavailable, NotAllowed, NotFound
from bot.i18n import _
from bot.ids import ChannelId, IntentId, SlackUserId, TeamId, intent_of
from bot.journal.journal import Journal
from bot.journal.model import Asker, Intent, NewIntent, Subject
from bot.journal.recents import Recents
from bot.operations.hearing import Hearing
from bot.operations.reception import NOBODY, About, Reception, Refusal, addressed
from bot.operations.rooms import Rooms
from bot.resources.relay.resource import RELAY, START
from bot.settings import App
from bot.tencent import events
from bot.tencent.events import RelayEvent, RelayStatus
from bot.tencent.models.trtc.requests import StartPublishCdnStream
from bot.tencent.room_events import MEDIA_EVENTS, RoomEvent

# Tencent repeats a callback for a minute; an older one was kept by somebody else.
TIMELY = timedelta(minutes=10)
NO_KEY = SecretStr("none")  # so that an unknown app takes as long as a wrong signature
SKIPPED = 1000  # handles, when a relay turns up that a restored journal forgot

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Callbacks:
    """Receives events for those of *apps* (by name) that have a callback key.

    *take_up* sends the stops of a relay that waited for its TaskId. *team* is the
    workspace that a relay is shown in which this journal does not know, and
    *ops_channel* returns where, in that workspace.
    """

    apps: Mapping[str, App]
    journal: Journal
    recents: Recents
    reception: Reception
    hearing: Hearing
    rooms: Rooms
    take_up: Callable[[Intent], Awaitable[None]]
    wake: Callable[[], None]  # says that something may be delivered
    team: Callable[[], TeamId | None]
    ops_channel: Callable[[TeamId], str]
    now: Callable[[], datetime]

    async def receive(self, app: str, raw: bytes, sign: str) -> None:
        """Take in the body *raw*, signed *sign*.

        When it returns, what it says of a relay is committed, and what it says of a
        room is known here.

        Tencent sends none that is empty: who does asks whether somebody is here, and
        it says nothing about whether callbacks come through.

        Raises:
            NotFound: there is no such app, or it takes no callbacks.
            NotAllowed: the signature is not made with its key.
            InvalidRequest: it is genuine, and not what Tencent documents.
            JournalUnavailable: it was not committed; Tencent should try again.
        """
        if not raw:
            sentence = _("The signature of this callback is wrong.")
            raise NotAllowed(sentence, rule="callback signature")
        settings = addressed(self.apps.values(), app)
        if settings is None or settings.callback_key is None:
            if settings is None:
                self.reception.refuse(NOBODY, Refusal.NO_APP)
            else:
                self.reception.refuse(settings.name, Refusal.NO_KEY)
            with suppress(NotAllowed, InvalidRequest):
                events.read(raw, sign, NO_KEY)
            raise NotFound(_("No app of that name takes callbacks."))
        with self.reception.receiving(settings, sign):
            event = events.read(raw, sign, settings.callback_key)
            if isinstance(event, RoomEvent):
                self._happens(event, settings.sdk_app_id)
            elif event is not None:
                await self.hearing.keep(settings.sdk_app_id)
                await self._take(await self._told(event), settings)
                self.reception.hear(settings.sdk_app_id, About.RELAY)
        for intent in await self.hearing.weighed():
            self.recents.invalidate(intent)
            self.wake()

    def take_at_once(self, app: str, raw: bytes, sign: str) -> bool:
        """Take in the body *raw*, signed *sign*, if it says what happened in a room.

        Nothing has to be waited for then. Returns whether it was that: anything else
        is for `receive`, which counts it if it is refused.
        """
        settings = addressed(self.apps.values(), app)
        key = settings.callback_key if settings else None
        try:
            event = events.read(raw, sign, key or NO_KEY)
        except (NotAllowed, InvalidRequest):
            return False
        if settings is None or key is None or not isinstance(event, RoomEvent):
            return False
        self._happens(event, settings.sdk_app_id)
        return True

    def _happens(self, event: RoomEvent, sdk_app_id: int) -> None:
        """Take in what happened in a room.

        That such arrive proves nothing of those of relays, which have an address of
        their own.
        """
        self.rooms.take(event, sdk_app_id)
        about = About.MEDIA if event.kind in MEDIA_EVENTS else About.ROOM
        self.reception.hear(sdk_app_id, about)

    async def _told(self, event: RelayEvent) -> RelayEvent:
        """Return *event* without the secrets of the request that it is about.

        This is the one way in for what Tencent says in an event. Where that request
        cannot be read, nothing is repeated of what it says of an error.
        """
        number = intent_of(event.agent)
        if number is None or not (event.error or event.error_code):
            return events.without_secrets(event, ())
        try:
            intent = await self.journal.find.get(number)
            if (
                intent is None or not intent.masked
            ):  # it is not known how it was started
                return events.without_secrets(event, ())
            secrets = await self._secrets_of(intent)
        except (JournalUnavailable, InvalidRequest) as error:
            log.warning("callback.silenced", intent=number, why=str(error))
            event = replace(event, error="")
            secrets = frozenset()
        return events.without_secrets(event, secrets)

    async def _secrets_of(self, relay: Intent) -> frozenset[str]:
        """Return what may not come back of *relay*: as it was started, and changed."""
        find = self.journal.find
        wholes = [await find.request_of(relay.id)]
        wholes += [await find.present_of(one.job) for one in relay.course]
        each = (StartPublishCdnStream.of_json(one).secrets() for one in wholes)
        return frozenset().union(*each)

    async def _take(self, event: RelayEvent, app: App) -> None:
        intent, news = await self.journal.apply_event(event, app.sdk_app_id)
        facts = {"app": app.name, "task_id": event.task_id}
        facts["status"] = event.status_name
        if intent is None:
            intent = await self._adopted(event, app)
            news = intent is not None
        if intent is None:
            log.info("callback.not-ours", **facts)
            return
        self.recents.invalidate(intent)
        self.wake()
        await self.take_up(intent)
        state = intent.state.value
        log.info("callback.received", news=news, intent=intent.id, state=state, **facts)

    async def _adopted(self, event: RelayEvent, app: App) -> Intent | None:
        """Keep a relay of ours that the journal does not know; None if it is not ours.

        Its robot has a name of our making, so it was started before the journal was
        put back from a copy, or by another Patchbay. An event played again long after
        proves nothing of what runs now.
        """
        if event.sent_at and abs(self.now() - event.sent_at) > TIMELY:
            return None
        number, team = intent_of(event.agent), self.team()
        if number is None or not team or event.status == RelayStatus.IDLE:
            return None
        skip = SKIPPED if await self._was_restored(number) else 0
        adopted = await self.journal.adopt(
            _unmanaged(event, number, app, team, self.ops_channel(team)), event, skip
        )
        log.critical("callback.adopted", intent=adopted.id, handle=adopted.handle)
        return adopted

    async def _was_restored(self, number: IntentId) -> bool:
        """Tell whether *number*, which is not known, is newer than all that are."""
        newest = await self.journal.find.newest()
        return newest is None or number > newest


def _unmanaged(
    event: RelayEvent, number: IntentId, app: App, team: TeamId, ops_channel: str
) -> NewIntent:
    nobody = SlackUserId("")
    asker = Asker(team=team, user=nobody, home=team, channel=ChannelId(ops_channel))
    subject = Subject(
        kind=RELAY,
        creates=True,
        app=app.name,
        sdk_app_id=app.sdk_app_id,
        region=app.region,
        room=event.room,
        agent=event.agent,
        callbacks=True,
    )
    return NewIntent(
        id=number,
        key=f"adopted:{event.agent}",
        digest="",
        action=START,
        handle=None,
        asker=asker,
        subject=subject,
        request=json.dumps({}).encode(),
        at=ULID.from_str(number).datetime,
    )
