"""What is on record, as somebody is told it: never more than their sight of it.

Whoever was not let in by a permit has no sight, and is told nothing.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Unpack

from bot.cards.handover import NOBODY, Attended, attended_by
from bot.dialogue.ask import Person
from bot.grammar.tokens import message_of
from bot.ids import ChannelId, Handle, IntentId, Kind, MessageTs
from bot.journal.audit import Entry
from bot.journal.journal import Journal
from bot.journal.model import Intent
from bot.journal.narrow import Narrow
from bot.journal.queries import EVERYTHING
from bot.journal.recents import OFFERED, Recents
from bot.operations.pushes import Pushes
from bot.operations.rights import Sight
from bot.operations.rooms import Rooms
from bot.resources.room.presence import HeardRoom
from bot.states import LIVE, State
from bot.tencent.room_events import LONGEST_ROOM

MOST_RECORDS = 15
MOST_ATTENDED = 100  # things whose alerts are asked for at once


@dataclass(frozen=True, slots=True, kw_only=True)
class OnRecord:
    """The questions of the `Service`, asked of *journal*, answered by *sight*."""

    journal: Journal
    recents: Recents
    rooms: Rooms
    pushes: Pushes
    sight: Sight | None = None

    @property
    def keeps_back(self) -> bool:
        """Whether it was looked for what others are told, and the asker is not."""
        return self.sight is not None and self.sight.used and self.sight.partial

    async def thing(self, who: Person, text: str) -> Intent | None:
        """Return the intent that made what *text* names: a handle or a whole ID.

        The ID of what was done about a thing, as of a stop, names the thing.
        """
        named = await self.recents.named(text, who.team)
        if named and named.subject.about:
            named = await self.recents.named(named.subject.about, who.team)
        return self._nameable(named)

    async def find(self, who: Person, text: str) -> list[Intent]:
        """Return what goes by *text*."""
        if message := message_of(text):
            posted = await self.journal.outbox.cards_at(message)
            return [one for one in posted if self._nameable(one)]
        if named := await self.thing(who, text):
            return [named]
        matching = self.journal.find.matching
        return await self._told(lambda most: matching(text, who.team, most), 5)

    async def aimed(self, who: Person, digest: str) -> list[Intent]:
        """Return what runs, or may, and pushes to the address of that *digest*."""
        aimed = self.journal.find.aimed
        return await self._told(lambda most: aimed(digest, who.team, most), 5)

    async def posted(
        self, who: Person, channel: ChannelId, message: MessageTs
    ) -> Intent | None:
        """Return the thing whose card that message is; None if several share it.

        What is said below such a message names none of them.
        """
        by_card = self.journal.find.by_card
        return self._nameable(await by_card(channel, message, who.team))

    async def foreign_stops(self, who: Person, task: str) -> list[Intent]:
        """Return the stops of a TaskId that is no relay's here, newest first."""
        stops = await self.journal.find.foreign_stops(task, who.team)
        return [one for one in stops if self._sees(one)]

    async def offered(self, who: Person, kind: Kind, query: str) -> list[Intent]:
        """Return the things that a select offers for *query*, the asker's own first."""
        offered = await self.recents.offered(
            kind, who.team, who.user, query, EVERYTHING
        )
        return list(islice(filter(self._sees, offered), OFFERED))

    async def live(
        self,
        who: Person,
        kind: Kind,
        limit: int = 20,
        states: Iterable[State] = LIVE,
        **only: Unpack[Narrow],
    ) -> list[Intent]:
        """Return *limit* things of *kind* that run, or may, newest first.

        Of these *only* some: in *states*, of a person, a room and so on. On those that
        are left out nobody has to decide: of what is undecided there are *limit* as
        well, and it is mostly old.
        """
        find = self.journal.find
        newest = await self._told(
            lambda most: find.live(who.team, kind, most, states, **only), limit
        )
        if len(newest) < limit:
            return newest
        undecided = await self._told(
            lambda most: find.undecided(who.team, kind, most, states, **only), limit
        )
        things = {one.id: one for one in (*newest, *undecided)}.values()
        return sorted(things, key=lambda one: (one.created_at, one.id), reverse=True)

    async def recent(
        self,
        who: Person,
        *,
        kind: Kind | None = None,
        states: Iterable[State] | None = None,
        limit: int = 8,
        **only: Unpack[Narrow],
    ) -> list[Intent]:
        """Return *limit* of the things made lately, newest first, or *only* some.

        Of an app or a preset those are told that are among the newest few thousand: no
        index leads there.
        """
        app, preset = only.get("app", ""), only.get("preset", "")
        recent = partial(
            self.journal.find.recent,
            kind=kind,
            user=only.get("user"),
            states=states,
            room=only.get("room"),
            since=only.get("since"),
        )
        return await self._told(
            lambda most: recent(who.team, limit=most),
            limit,
            lambda thing: (
                app in {"", thing.subject.app} and preset in {"", thing.subject.preset}
            ),
        )

    async def last_failed(self, who: Person) -> Intent | None:
        """Return what the asker asked for last that ended in an error code, if any."""
        failed = partial(self.journal.find.last_failed, who.team, who.user)
        return next(iter(await self._told(failed, 1)), None)

    @property
    def rooms_since(self) -> datetime:
        """Since when this bot hears what happens in rooms."""
        return self.rooms.since

    async def attended(self, things: Iterable[Intent]) -> Mapping[IntentId, Attended]:
        """Return who has the alerts of *things*, and who has muted them."""
        asked = [thing.id for thing in islice(things, MOST_ATTENDED)]
        each = await self.journal.alerts.of_each(asked)
        there = {thing: attended_by(*one) for thing, one in each.items()}
        return {thing: has for thing, has in there.items() if has != NOBODY}

    async def room(self, who: Person, called: str) -> list[HeardRoom]:
        """Return what was heard of the rooms that are written *called*.

        Those of the apps that the asker may read; where only what was asked for here is
        told, of those of which a relay is.
        """
        if self.sight is None or not called or len(called) > LONGEST_ROOM:
            return []
        apps = {app.sdk_app_id for app in self.sight.apps()}
        if self.sight.is_of_the_place:
            things = await self.recent(who, room=called)
            apps &= {one.subject.sdk_app_id for one in things}
        return await self.rooms.called(called, apps)

    async def history(self, who: Person, handle: Handle) -> list[Intent]:
        """Return what was done to a thing that is told of, newest first."""
        if await self.thing(who, handle) is None:
            return []
        return await self.journal.find.history(handle, who.team)

    async def audit(
        self, who: Person, *, handle: Handle | None = None, user: str = ""
    ) -> list[Entry]:
        """Return the newest audit records, of one thing or one person if given."""
        if self.sight is None:
            return []
        lately = partial(self.journal.audit.lately, handle=handle, user=user)
        sees = self.sight.sees_record
        return await self.sight.first(
            lambda most: lately(who.team, limit=most), sees, MOST_RECORDS
        )

    def _sees(self, thing: Intent) -> bool:
        return self.sight is not None and self.sight.sees(thing)

    def _nameable(self, thing: Intent | None) -> Intent | None:
        """Return *thing*, if whoever names it is told of it."""
        if thing and self.sight and self.sight.may_name(thing):
            return thing
        return None

    async def _told(
        self,
        find: Callable[[int], Awaitable[list[Intent]]],
        limit: int,
        wanted: Callable[[Intent], bool] = lambda _thing: True,
    ) -> list[Intent]:
        """Return the first *limit* things that are *wanted*, and told of."""
        if self.sight is None:
            return []
        sees = self.sight.sees
        return await self.sight.first(
            find, lambda thing: wanted(thing) and sees(thing), limit
        )
