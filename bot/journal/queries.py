"""What can be asked of the journal."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from typing import Any, Unpack

from sqlalchemy import Integer, bindparam, func, select

from bot.ids import ChannelId, Handle, IntentId, Kind, MessageTs, SlackUserId, TeamId
from bot.journal import changing, facts, narrow
from bot.journal.evidence import Fact
from bot.journal.left import as_read
from bot.journal.model import Intent
from bot.journal.narrow import Narrow
from bot.journal.packing import unpacked
from bot.journal.questions import NEWEST, OLDEST, identified, in_states, not_by
from bot.journal.rows import PRESENT, intent_cell, intents_of
from bot.journal.schema import EMPTY, HAS_FAILED, IS_THING, intents, targets
from bot.journal.seal import Seal
from bot.journal.statement import Connection, Statement, Writer
from bot.journal.transaction import BY_ID, BY_KEY
from bot.states import LIVE, State

# Of what has an ID there are few, of what a team has many: not by that index.
_IN_TEAM = not_by(intents.c.team) == bindparam("team")
_BY_HANDLE = Statement(
    select(intents)
    .where(intents.c.handle == bindparam("handle"), _IN_TEAM)
    .where(IS_THING)
    .order_by(*NEWEST)
    .limit(1)
)
_BY_REF = Statement(
    select(intents)
    .where(intents.c.ref == bindparam("ref"), intents.c.ref != EMPTY)
    .where(IS_THING, _IN_TEAM)
    .order_by(*NEWEST)
    .limit(1)
)
_BY_CANDIDATE = Statement(
    select(intents)
    .where(IS_THING, _IN_TEAM)
    .where(intents.c.id.in_(facts.things_of(bindparam("ref"))))
    .order_by(*NEWEST)
    .limit(1)
)
_QUEUED_STOPS = Statement(
    select(intents)
    .where(
        intents.c.about == bindparam("thing"),
        intents.c.ends,
        intents.c.state == State.QUEUED.value,
    )
    .order_by(*OLDEST)
)
_BY_CARD = Statement(
    select(intents)
    .where(
        intents.c.card_channel == bindparam("channel"),
        intents.c.card_ts == bindparam("ts"),
        intents.c.card_ts != EMPTY,
        intents.c.team == bindparam("team"),
    )
    .limit(2)
)
_HISTORY = Statement(
    select(intents)
    .where(intents.c.handle == bindparam("handle"), intents.c.team == bindparam("team"))
    .order_by(intents.c.created_at.desc())
    .limit(bindparam("limit", type_=Integer()))
)
_UNSENT_STOPS = Statement(
    select(intents)
    .where(intents.c.ends, intents.c.state == State.QUEUED.value)
    .order_by(*OLDEST)
)
_FOREIGN_STOPS = Statement(
    select(intents)
    .where(
        intents.c.ends,
        intents.c.handle == EMPTY,
        intents.c.ref == bindparam("ref"),
        intents.c.ref != EMPTY,
        intents.c.team == bindparam("team"),
    )
    .order_by(*NEWEST)
    .limit(5)
)
_AIMED = Statement(
    select(intents)
    .where(
        intents.c.id.in_(
            select(targets.c.intent).where(targets.c.digest == bindparam("digest"))
        ),
        _IN_TEAM,
        IS_THING,
    )
    .order_by(*NEWEST)
    .limit(bindparam("limit", type_=Integer()))
)
_LAST_FAILED = Statement(
    select(intents)
    .where(
        intents.c.team == bindparam("team"),
        intents.c.user == bindparam("user"),
        HAS_FAILED,
        not_by(intents.c.state) != State.DONE.value,
    )
    .order_by(*NEWEST)
    .limit(bindparam("limit", type_=Integer()))
)
_JOINED = Statement(select(intents).where(intents.c.joins == bindparam("job")))
_everywhere = select(intents).where(intents.c.creates)
_UNHEARD = Statement(
    in_states(
        _everywhere.where(intents.c.sdk_app_id == bindparam("app")), (State.UNKNOWN,)
    )
)
_NAMELESS = Statement(
    in_states(
        _everywhere.where(intents.c.targets == "[]", intents.c.standing == ""), LIVE
    )
)
_ALIVE = tuple(sorted(LIVE))
_LAST = Statement(select(func.max(intents.c.id)))
_COUNTS = Statement(select(intents.c.state, func.count()).group_by(intents.c.state))
_SEALED = {
    column.name: Statement(
        select(column, intents.c.masked).where(intents.c.id == bindparam("of"))
    )
    for column in (intents.c.request, intents.c.reply_secret)
}
_PRESENT = Statement(
    select(intents.c.present, intents.c.present_request).where(
        intents.c.id == bindparam("of")
    )
)
EVERYTHING = 1_000_000
AT_ONCE = 16  # rows that are made things of before others get their turn
MOST_LISTED = 2000  # things that live, of which more than these are not looked through


class Queries:
    """The questions. None of them changes anything."""

    def __init__(
        self,
        writer: Writer,
        seal: Seal,
        alone: str | None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._writer = writer
        self._sleep = sleep
        self._seal = seal
        self._alone = alone  # what another run than the only one was sending is unknown

    async def get(self, intent: IntentId) -> Intent | None:
        """Return the intent of that id."""
        return await self._one(BY_ID, id=intent)

    async def by_key(self, key: str) -> Intent | None:
        """Return the intent that a submission became."""
        return await self._one(BY_KEY, key=key)

    async def by_handle(self, handle: Handle, team: TeamId) -> Intent | None:
        """Return the intent that made what *handle* names; of a look-up, the newest."""
        return await self._one(_BY_HANDLE, handle=handle, team=team)

    async def by_ref(self, ref: str, team: TeamId) -> Intent | None:
        """Return the intent that made the thing with that TaskId, user or session.

        Or the one under whose name Tencent has told of it.
        """
        own = await self._one(_BY_REF, ref=ref, team=team)
        return own or await self._one(_BY_CANDIDATE, ref=ref, team=team)

    async def by_card(
        self, channel: ChannelId, ts: MessageTs, team: TeamId
    ) -> Intent | None:
        """Return the intent whose card is that message; None if several share it."""
        rows = await self._all(_BY_CARD, channel=channel, ts=ts, team=team)
        return rows[0] if len(rows) == 1 else None

    async def matching(self, text: str, team: TeamId, limit: int = 5) -> list[Intent]:
        """Return the things that *text* identifies, newest first.

        Whole: a TaskId, session, render user, RequestId, room or Slack user. From 8
        characters on also the beginning or the end of an ID, in any case; of what too
        many IDs share only some are looked at. The RequestId of a stop finds what was
        stopped.
        """
        if not text:
            return []
        query, asked = identified(text, team, limit)
        return await self._all(query, **asked)

    async def aimed(self, digest: str, team: TeamId, limit: int = 5) -> list[Intent]:
        """Return what is active and pushes to that target, newest first."""
        return await self._all(_AIMED, digest=digest, team=team, limit=limit)

    async def history(
        self, handle: Handle, team: TeamId, limit: int = 5
    ) -> list[Intent]:
        """Return what was done to a thing, newest first."""
        return await self._all(_HISTORY, handle=handle, team=team, limit=limit)

    async def recent(  # noqa: PLR0913 - all that they are narrowed by
        self,
        team: TeamId,
        *,
        user: SlackUserId | None = None,
        states: Iterable[State] | None = None,
        kind: Kind | None = None,
        room: str | None = None,
        since: datetime | None = None,
        limit: int = 8,
    ) -> list[Intent]:
        """Return the things made lately, *since* a moment if given, newest first.

        What is empty narrows nothing.
        """
        by = narrow.narrowed({"user": user, "kind": kind, "room": room, "since": since})
        query = narrow.recent(tuple(by), _sorted(states))
        asked = {"team": team, "limit": limit, "alone": self._alone}
        return await self._all(query, **asked, **by)

    async def last_failed(
        self, team: TeamId, user: SlackUserId, limit: int
    ) -> list[Intent]:
        """Return what a person asked for and got an error code for, newest first."""
        return await self._all(_LAST_FAILED, team=team, user=user, limit=limit)

    async def live(
        self,
        team: TeamId,
        kind: Kind,
        limit: int = EVERYTHING,
        states: Iterable[State] = LIVE,
        **only: Unpack[Narrow],
    ) -> list[Intent]:
        """Return the things of *kind* that run, or may, newest first.

        Of these *only* some: those in *states*, of a person, a room and so on.
        """
        asked = {"team": team, "kind": kind, "limit": limit, "alone": self._alone}
        by = narrow.narrowed(only)
        query = narrow.live(tuple(by), tuple(sorted(states)))
        return await self._all(query, **asked, **by)

    async def undecided(
        self,
        team: TeamId,
        kind: Kind,
        limit: int = EVERYTHING,
        states: Iterable[State] | None = None,
        **only: Unpack[Narrow],
    ) -> list[Intent]:
        """Return those of what is `live` on which somebody has to decide."""
        asked = {"team": team, "kind": kind, "limit": limit}
        by = narrow.narrowed(only)
        query = narrow.undecided(tuple(by), _sorted(states))
        return await self._all(query, **asked, **by)

    async def listed(self, team: TeamId, kind: Kind, newest: int) -> list[Intent]:
        """Return the things that live, and the *newest* of all, newest first.

        In the reader's thread: to build so many takes long.
        """
        asked = {"team": team, "kind": kind}

        def work(connection: Connection) -> list[Intent]:
            live = connection.execute(
                narrow.live((), _ALIVE), {**asked, "limit": MOST_LISTED}
            )
            recent = connection.execute(
                narrow.recent(("kind",), None), asked | {"limit": newest}
            )
            rows = {row.id: row for row in (*live, *recent)}.values()
            return intents_of(sorted(rows, key=_by_age, reverse=True))

        as_left = await self._writer.read(work, long=True)
        return [as_read(one, self._alone) for one in as_left]

    async def unsent_stops(self) -> list[Intent]:
        """Return every stop that may be sent now, oldest first."""
        return await self._all(_UNSENT_STOPS)

    async def queued_stops(self, thing: IntentId) -> list[Intent]:
        """Return the stops of a thing that may be sent now, oldest first."""
        return await self._all(_QUEUED_STOPS, thing=thing)

    async def foreign_stops(self, ref: str, team: TeamId) -> list[Intent]:
        """Return the stops of a task that is nothing's in *team*, newest first."""
        return await self._all(_FOREIGN_STOPS, ref=ref, team=team)

    async def joined(self, job: IntentId) -> list[Intent]:
        """Return the stops that wait for the answer of *job*."""
        return await self._all(_JOINED, job=job)

    async def facts_of(self, thing: IntentId) -> list[Fact]:
        """Return all that is known of a thing, in the order in which it came."""
        return await self._writer.read(lambda c: facts.of(c, thing))

    async def unheard(self, sdk_app_id: int) -> list[Intent]:
        """Return the unknown starts of an app, oldest first."""
        return await self._all(_UNHEARD, app=sdk_app_id)

    async def nameless(self) -> list[Intent]:
        """Return what lives and was accepted by a release that named no targets."""
        return await self._writer.read(
            lambda c: intents_of(c.execute(_NAMELESS)), long=True
        )

    async def newest(self) -> IntentId | None:
        """Return the intent that was made last."""
        return await self._writer.read(lambda c: c.execute(_LAST).scalar())

    async def counts(self) -> dict[State, int]:
        """Return how many intents there are in each state; all are counted."""
        rows = await self._writer.read(lambda c: c.execute(_COUNTS).all(), long=True)
        return {State(state): count for state, count in rows}

    async def request_of(self, intent: IntentId) -> bytes:
        """Return the whole wire JSON of an intent, unsealed."""
        row = await self._sealed("request", intent)
        kept = self._seal.open(row.request, intent_cell("request", intent))
        return unpacked(kept, row.masked)

    async def present_of(self, thing: IntentId) -> bytes:
        """Return the wire JSON that would make *thing* as it is by now, unsealed.

        That is what made it, unless it was changed.
        """
        row = await self._writer.read(
            lambda c: c.execute(_PRESENT, {"of": thing}).one()
        )
        if row.present_request is None:
            return await self.request_of(thing)
        kept = self._seal.open(row.present_request, intent_cell(PRESENT, thing))
        return unpacked(kept, row.present)

    async def open_change(self, thing: IntentId) -> Intent | None:
        """Return the change of *thing* that is to be sent, or is being sent."""
        return await self._one(changing.OPEN_CHANGE, thing=thing)

    async def secret_of(self, intent: IntentId) -> bytes | None:
        """Return the secret part of the reply to an intent, unsealed, if any."""
        sealed = (await self._sealed("reply_secret", intent)).reply_secret
        cell = intent_cell("reply_secret", intent)
        return self._seal.open(sealed, cell) if sealed else None

    async def _sealed(self, column: str, intent: IntentId) -> Any:
        query, of = _SEALED[column], {"of": intent}
        return await self._writer.read(lambda c: c.execute(query, of).one())

    async def _all(self, query: Statement, **params: Any) -> list[Intent]:
        rows = await self._writer.read(lambda c: c.execute(query, params).all())
        things: list[Intent] = []
        for first in range(0, len(rows), AT_ONCE):
            if first:
                await self._sleep(0)
            few = intents_of(rows[first : first + AT_ONCE])
            things += (as_read(one, self._alone) for one in few)
        return things

    async def _one(self, query: Statement, **params: Any) -> Intent | None:
        rows = await self._all(query, **params)
        return rows[0] if rows else None


def _sorted(states: Iterable[State] | None) -> tuple[State, ...] | None:
    return None if states is None else tuple(sorted(states))


def _by_age(row: Any) -> tuple[int, str]:
    return row.created_at, row.id
