"""What can be asked of the journal."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Select,
    and_,
    bindparam,
    func,
    or_,
    select,
)

from bot.ids import ChannelId, Handle, IntentId, Kind, MessageTs, SlackUserId, TeamId
from bot.journal import facts
from bot.journal.evidence import Fact
from bot.journal.model import Intent, NewIntent
from bot.journal.rows import as_read, intent_cell, intents_of, millis, unpacked
from bot.journal.schema import IS_THING, intents
from bot.journal.seal import Seal
from bot.journal.sqlite.writer import Writer
from bot.journal.statements import NEWEST, OLDEST, identified, in_states, not_by
from bot.journal.transaction import BY_ID, BY_KEY
from bot.states import ACTIVE, LIVE, State

# What every other answer asks, written out once: building costs as much as running.
# Of what has an ID there are few, of what a team has many: not by that index.
_IN_TEAM = not_by(intents.c.team) == bindparam("team")
_BY_HANDLE = (
    select(intents)
    .where(intents.c.handle == bindparam("handle"), _IN_TEAM)
    .where(IS_THING)
    .order_by(*NEWEST)
    .limit(1)
)
_BY_REF = (
    select(intents)
    .where(intents.c.ref == bindparam("ref"), IS_THING, _IN_TEAM)
    .order_by(*NEWEST)
    .limit(1)
)
_BY_CANDIDATE = (
    select(intents)
    .where(IS_THING, _IN_TEAM)
    .where(intents.c.id.in_(facts.things_of(bindparam("ref"))))
    .order_by(*NEWEST)
    .limit(1)
)
_QUEUED_STOPS = (
    select(intents)
    .where(
        intents.c.about == bindparam("thing"),
        intents.c.ends,
        intents.c.state == State.QUEUED.value,
    )
    .order_by(*OLDEST)
)
_LIVE = in_states(
    select(intents).where(
        intents.c.team == bindparam("team"),
        intents.c.kind == bindparam("kind"),
        intents.c.creates,
        IS_THING,
    ),
    LIVE,
    newest=True,
).limit(bindparam("limit"))
_LIVE_EVERYWHERE = select(intents).where(intents.c.creates)
EVERYTHING = 1_000_000
LATELY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Usage:
    """What counts against a new intent: things of its kind in the same workspace.

    *live* are running or may be, *lately* were started by the same person, *by* whom.
    *alike* are active and do the same, push to the same target, or are an unknown start
    of the same room: perhaps this very one, asked for once more. What goes by an ID
    that people choose is like whatever goes by the same, in whichever workspace.
    """

    live: int
    lately: int
    alike: tuple[Intent, ...] = ()
    by: str = ""


class Queries:
    """The questions. None of them changes anything."""

    def __init__(self, writer: Writer, seal: Seal, boot: str) -> None:
        self._writer = writer
        self._seal = seal
        self._boot = boot  # what another run was sending is unknown

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
        query = select(intents).where(
            intents.c.card_channel == channel,
            intents.c.card_ts == ts,
            intents.c.team == team,
        )
        rows = await self._all(query.limit(2))
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
        return await self._all(identified(text, team, limit))

    async def history(
        self, handle: Handle, team: TeamId, limit: int = 5
    ) -> list[Intent]:
        """Return what was done to a thing, newest first."""
        query = select(intents).where(
            intents.c.handle == handle, intents.c.team == team
        )
        return await self._all(query.order_by(intents.c.created_at.desc()).limit(limit))

    async def recent(
        self,
        team: TeamId,
        *,
        user: SlackUserId | None = None,
        states: Iterable[State] | None = None,
        kind: Kind | None = None,
        room: str | None = None,
        limit: int = 8,
    ) -> list[Intent]:
        """Return the things made lately, newest first."""
        query = select(intents).where(intents.c.team == team, IS_THING)
        if states is not None and State.UNKNOWN in states:
            states, query = {*states, State.SENDING}, self._unknown_in(query, states)
        # one index leads there: that of the room, else of the person, else of the kind
        by_user: ColumnElement[str] = intents.c.user
        by_kind: ColumnElement[str] = intents.c.kind
        if room is not None:
            query = query.where(intents.c.room == room)
            by_user, by_kind = not_by(by_user), not_by(by_kind)
        if user is not None:
            query = query.where(by_user == user)
            by_kind = not_by(intents.c.kind)
        if kind is not None:
            query = query.where(by_kind == kind)
        if states is None:
            return await self._all(query.order_by(*NEWEST).limit(limit))
        return await self._all(in_states(query, states, newest=True).limit(limit))

    async def live(
        self, team: TeamId, kind: Kind, limit: int = EVERYTHING
    ) -> list[Intent]:
        """Return the things of *kind* that run, or may, newest first."""
        return await self._all(_LIVE, team=team, kind=kind, limit=limit)

    async def unsent_stops(self) -> list[Intent]:
        """Return every stop that may be sent now, oldest first."""
        query = select(intents).where(
            intents.c.ends, intents.c.state == State.QUEUED.value
        )
        return await self._all(query.order_by(*OLDEST))

    async def queued_stops(self, thing: IntentId) -> list[Intent]:
        """Return the stops of a thing that may be sent now, oldest first."""
        return await self._all(_QUEUED_STOPS, thing=thing)

    async def foreign_stops(self, ref: str, team: TeamId) -> list[Intent]:
        """Return the stops of a task that is nothing's here, newest first."""
        query = select(intents).where(
            intents.c.ends,
            intents.c.about.is_(None),
            intents.c.ref == ref,
            intents.c.team == team,
        )
        return await self._all(query.order_by(*NEWEST).limit(5))

    async def joined(self, job: IntentId) -> list[Intent]:
        """Return the stops that wait for the answer of *job*."""
        return await self._all(select(intents).where(intents.c.joins == job))

    async def facts_of(self, thing: IntentId) -> list[Fact]:
        """Return all that is known of a thing, in the order in which it came."""
        return await self._writer.read(lambda c: facts.of(c, thing))

    async def unheard(self, sdk_app_id: int) -> list[Intent]:
        """Return the unknown starts of an app, oldest first."""
        query = _LIVE_EVERYWHERE.where(intents.c.sdk_app_id == sdk_app_id)
        return await self._all(in_states(query, (State.UNKNOWN,)))

    async def nameless(self) -> list[Intent]:
        """Return what lives and was accepted by a release that named no targets."""
        query = _LIVE_EVERYWHERE.where(
            intents.c.targets == "[]", intents.c.standing == ""
        )
        of_all = in_states(query, LIVE)  # all that lives is looked at
        return await self._writer.read(
            lambda c: intents_of(c.execute(of_all)), long=True
        )

    async def newest(self) -> IntentId | None:
        """Return the intent that was made last."""
        query = select(func.max(intents.c.id))
        return await self._writer.read(lambda c: c.execute(query).scalar())

    async def counts(self) -> dict[State, int]:
        """Return how many intents there are in each state; all are counted."""
        query = select(intents.c.state, func.count()).group_by(intents.c.state)
        rows = await self._writer.read(
            lambda connection: connection.execute(query).all(), long=True
        )
        return {State(state): count for state, count in rows}

    async def request_of(self, intent: IntentId) -> bytes:
        """Return the whole wire JSON of an intent, unsealed."""
        query = select(intents.c.request, intents.c.masked)
        query = query.where(intents.c.id == intent)
        row = await self._writer.read(lambda c: c.execute(query).one())
        kept = self._seal.open(row.request, intent_cell("request", intent))
        return unpacked(kept, row.masked)

    async def secret_of(self, intent: IntentId) -> bytes | None:
        """Return the secret part of the reply to an intent, unsealed, if any."""
        query = select(intents.c.reply_secret).where(intents.c.id == intent)
        sealed = await self._writer.read(lambda c: c.execute(query).scalar_one())
        cell = intent_cell("reply_secret", intent)
        return self._seal.open(sealed, cell) if sealed else None

    async def _all(
        self, query: Select[Any] | CompoundSelect[Any], **params: Any
    ) -> list[Intent]:
        def work(connection: Connection) -> list[Intent]:
            return intents_of(connection.execute(query, params))

        as_left = await self._writer.read(work)
        return [as_read(one, self._boot) for one in as_left]

    async def _one(self, query: Select[Any], **params: Any) -> Intent | None:
        rows = await self._writer.read(
            lambda connection: intents_of(connection.execute(query, params))
        )
        return as_read(rows[0], self._boot) if rows else None

    def _unknown_in(self, query: Select[Any], states: Iterable[State]) -> Select[Any]:
        """Let *query* find what another run was sending, as what is unknown."""
        if State.SENDING in states:
            return query
        left = or_(
            intents.c.state != State.SENDING.value, intents.c.owner != self._boot
        )
        return query.where(left)


def usage_of(connection: Connection, new: NewIntent, boot: str) -> Usage:
    """Return what counts against *new*, inside the caller's transaction."""
    active = intents.c.state.in_([state.value for state in ACTIVE])
    things = select(func.count()).where(
        intents.c.team == new.asker.team,
        intents.c.creates,
        IS_THING,
    )
    kind = new.subject.kind
    live = things.where(intents.c.kind == kind, active)
    lately = things.where(
        not_by(intents.c.kind) == kind,
        intents.c.user == new.asker.user,
        intents.c.created_at >= millis(new.at - LATELY),
    )
    return Usage(
        live=connection.execute(live).scalar_one(),
        lately=connection.execute(lately).scalar_one(),
        alike=tuple(as_read(one, boot) for one in _alike(connection, new, boot)),
        by=new.asker.user,
    )


def _alike(connection: Connection, new: NewIntent, boot: str) -> list[Intent]:
    """Return what is active and would be the same as *new*, or push to its targets."""
    subject = new.subject
    same_room = and_(
        intents.c.sdk_app_id == subject.sdk_app_id, intents.c.room == subject.room
    )
    left = and_(intents.c.state == State.SENDING.value, intents.c.owner != boot)
    unknown = and_(same_room, or_(intents.c.state == State.UNKNOWN.value, left))
    ways = [unknown] if subject.room else []
    if subject.duplicates:
        ways.append(and_(same_room, intents.c.duplicates == subject.duplicates))
    # a digest is hexadecimal, so it needs no escaping
    ways += [intents.c.targets.contains(one) for one in subject.targets]
    alike = []
    things = select(intents).where(intents.c.creates, IS_THING)
    if ways:
        here = things.where(
            intents.c.team == new.asker.team,
            intents.c.kind == subject.kind,
            or_(*ways),
        )
        alike += intents_of(connection.execute(in_states(here, ACTIVE)))
    if subject.ref:
        same = things.where(
            intents.c.ref == subject.ref, not_by(intents.c.kind) == subject.kind
        )
        active = not_by(intents.c.state).in_([state.value for state in ACTIVE])
        alike += intents_of(connection.execute(same.where(active)))
    each = {one.id: one for one in alike}.values()
    return sorted(each, key=lambda one: (one.created_at, one.id))
