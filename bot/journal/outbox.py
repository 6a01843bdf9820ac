"""Notices waiting to be delivered.

They are written by the same transaction as the change they report, and drawn when
they are delivered. Of several cards of one intent only the newest is delivered: an
older one never overwrites it; so it is with the notices of one line. Every other
notice is delivered. What arrived, or is overtaken, is deleted at once; what was given
up stays for a while, to be looked at.

Due times are of the wall clock, since they outlive the process. When that clock is set,
they are set with it (`step`), so nothing waits longer or shorter for it.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Connection,
    and_,
    bindparam,
    case,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from bot.ids import ChannelId, IntentId, MessageTs
from bot.journal.model import CARD, Intent, Notice, Notification
from bot.journal.rows import (
    FAILED,
    PENDING,
    as_read,
    intent_of,
    intents_of,
    millis,
    moment,
    notice_row,
    notification_of,
    url_if_it_opens,
)
from bot.journal.schema import intents, lines, outbox
from bot.journal.seal import Seal
from bot.journal.sqlite.writer import Writer

Place = tuple[ChannelId, MessageTs]

_PUT = insert(outbox)
_newer = outbox.alias("newer")


def put(
    connection: Connection, notices: Iterable[Notice], intent: Intent, at: int
) -> None:
    """Put *notices* about *intent* into the outbox, in the caller's transaction."""
    for notice in notices:
        row = notice_row(notice, at, intent=intent)
        if notice.line:
            row["not_before"] = _taking_over(connection, row)
        connection.execute(_PUT, row)
        if notice.line:  # only now: an older one may be under way, under its number
            connection.execute(_DROP_LINE, {"of_intent": intent.id, "of": notice.line})


def _taking_over(connection: Connection, row: Mapping[str, Any]) -> int:
    """Return when *row* may go in place of what waits of its line."""
    before = connection.execute(_FIRST_OF_LINE, row).scalar()
    due: int = row["not_before"]
    return due if before is None else min(before, due)


class Outbox:
    """The outbox, as whoever delivers it sees it."""

    def __init__(self, writer: Writer, seal: Seal, boot: str) -> None:
        self._writer = writer
        self._seal = seal
        self._boot = boot  # what another run was sending is unknown

    async def put(self, notice: Notice, at: datetime, *, app: str = "") -> None:
        """Put in *notice*, which is about *app*, or about nothing."""
        row = notice_row(notice, millis(at), intent=None, app=app)
        await self._writer.write(lambda connection: connection.execute(_PUT, row))

    async def due(self, now: datetime, limit: int = 50) -> list[Notification]:
        """Return what may be delivered now, oldest first, with what it is about."""
        params = {"now": millis(now), "limit": limit}

        def work(connection: Connection) -> list[Notification]:
            rows = connection.execute(_DUE, params).all()
            ids = {row.intent for row in rows if row.intent}
            about = {
                row.id: (
                    as_read(intent_of(row), self._boot),
                    url_if_it_opens(row, self._seal),
                )
                for row in connection.execute(_ABOUT, {"ids": list(ids)})
            }
            stand = _lines_of(connection, {row.intent for row in rows if row.line})
            notifications = []
            for row in rows:
                intent, url = about.get(row.intent, (None, None))
                stands = stand.get((row.intent, row.line))
                notifications.append(notification_of(row, intent, url, stands))
            return notifications

        return await self._writer.read(work)

    async def next_due(self, after: datetime | None = None) -> datetime | None:
        """Return when the next notice may go, or None if none waits.

        Of those that may go by *after* already nothing is said, if it is given.
        """
        params = {"after": millis(after) if after else -1}
        at = await self._writer.read(lambda c: c.execute(_NEXT, params).scalar())
        return moment(at)

    async def cards_at(self, place: Place) -> list[Intent]:
        """Return the intents whose cards stand in the message at *place*, in order."""
        channel, ts = place
        params = {"channel": channel, "ts": ts}
        rows = await self._writer.read(lambda c: c.execute(_CARDS_AT, params).all())
        return [as_read(one, self._boot) for one in intents_of(rows)]

    async def sent(
        self, notification: Notification, place: Place | None = None
    ) -> None:
        """Note that *notification* arrived; *place* is where, if it is to be kept."""

        def work(connection: Connection) -> None:
            _forget(connection, notification)
            intent = notification.intent
            if intent is None:
                return
            if notification.line and place:
                _keep_line(connection, intent.id, notification.line, place)
            if notification.name != CARD:
                return
            overtaken = {"of": intent.id, "by_rev": notification.rev}
            connection.execute(_DROP_OLDER, {**overtaken, "by": notification.id})
            if place:
                _keep_card(connection, intent.id, place)

        await self._writer.write(work)

    async def postpone(
        self, notification: Notification, until: datetime, *, tried: bool = True
    ) -> None:
        """Try *notification* again at *until*; it counts as a try if it was one."""
        values = {
            "not_before": millis(until),
            "tries": outbox.c.tries + (1 if tried else 0),
        }
        statement = update(outbox).where(outbox.c.id == notification.id)
        await self._writer.write(lambda c: c.execute(statement.values(values)))

    async def line_up(self, turns: Iterable[tuple[Notification, datetime]]) -> None:
        """Let each notification of *turns* go at its time, in one commit."""
        rows = [{"of": one.id, "turn": millis(at)} for one, at in turns]
        await self._writer.write(lambda c: c.execute(_LINE_UP, rows))

    async def expedite(self, now: datetime) -> None:
        """Let everything that was postponed go at once."""
        postponed = update(outbox).where(
            outbox.c.state == PENDING,
            outbox.c.tries > 0,
            outbox.c.not_before > millis(now),
        )
        statement = postponed.values(not_before=millis(now))
        await self._writer.write(lambda connection: connection.execute(statement))

    async def step(self, now: datetime, by: timedelta) -> None:
        """Move what waits with the wall clock, which was set by *by* and shows *now*.

        What was written at a time that has yet to come was written before the clock
        was set back, by a process that saw no more of it: that goes at once. What was
        written since it was set ahead has its time by the new clock, and keeps it.
        """
        steps = round(by / timedelta(milliseconds=1))
        moved = case(
            (outbox.c.created_at > millis(now) - min(steps, 0), millis(now)),
            else_=outbox.c.not_before + steps,
        )
        waiting = update(outbox).where(
            outbox.c.state == PENDING,
            outbox.c.not_before > millis(now) - max(steps, 0),
            or_(
                outbox.c.created_at <= millis(now) - max(steps, 0),
                outbox.c.created_at > millis(now) + min(steps, 0),
            ),
        )
        if steps == 0:  # as at each start: all else keeps its time
            waiting = waiting.where(outbox.c.created_at > millis(now))
        statement = waiting.values(not_before=moved)
        await self._writer.write(lambda connection: connection.execute(statement))

    async def gave_up(self, notification: Notification) -> None:
        """Deliver *notification* no more."""
        gave_up = {"of": notification.id}
        await self._writer.write(lambda c: c.execute(_GIVE_UP, gave_up))

    async def drop(self, notification: Notification) -> None:
        """Deliver *notification* no more: what it would say is so no longer."""
        await self._writer.write(lambda c: _forget(c, notification))

    async def waiting(self) -> int:
        """Return how many notices wait to be delivered."""
        query = select(outbox.c.id).where(outbox.c.state == PENDING)
        query = query.where(~_superseded())
        return len(await self._writer.read(lambda c: c.execute(query).all()))


def _superseded() -> Any:
    """A card that has been overtaken by a newer one."""
    overtaken = exists(
        select(_newer.c.id).where(
            _newer.c.intent == outbox.c.intent,
            _newer.c.notice == CARD,
            or_(
                _newer.c.rev > outbox.c.rev,
                and_(_newer.c.rev == outbox.c.rev, _newer.c.id > outbox.c.id),
            ),
        )
    )
    return and_(outbox.c.notice == CARD, overtaken)


_DUE = (
    select(outbox)
    .where(outbox.c.state == PENDING, outbox.c.not_before <= bindparam("now"))
    .where(~_superseded())
    .order_by(outbox.c.not_before, outbox.c.id)
    .limit(bindparam("limit"))
)
_ABOUT = select(intents).where(intents.c.id.in_(bindparam("ids", expanding=True)))
_NEXT = (
    select(outbox.c.not_before)
    .where(outbox.c.state == PENDING, outbox.c.not_before > bindparam("after"))
    .where(~_superseded())
    .order_by(outbox.c.not_before)
    .limit(1)
)
_CARDS_AT = (
    select(intents)
    .where(intents.c.card_channel == bindparam("channel"))
    .where(intents.c.card_ts == bindparam("ts"))
    .order_by(func.length(intents.c.handle), intents.c.handle)
)
_LINES = select(lines).where(lines.c.intent.in_(bindparam("ids", expanding=True)))
_FIRST_OF_LINE = select(func.min(outbox.c.not_before)).where(
    outbox.c.intent == bindparam("intent"),
    outbox.c.line == bindparam("line"),
    outbox.c.state == PENDING,
)
_of_line = and_(
    outbox.c.intent == bindparam("of_intent"),
    outbox.c.line == bindparam("of"),
    outbox.c.state == PENDING,
)
_NEWEST_OF_LINE = select(func.max(outbox.c.id)).where(_of_line).scalar_subquery()
_DROP_LINE = delete(outbox).where(_of_line, outbox.c.id < _NEWEST_OF_LINE)
_DROP_OLDER = delete(outbox).where(
    outbox.c.intent == bindparam("of"),
    outbox.c.notice == CARD,
    outbox.c.state == PENDING,
    or_(
        outbox.c.rev < bindparam("by_rev"),
        and_(outbox.c.rev == bindparam("by_rev"), outbox.c.id < bindparam("by")),
    ),
)
# A number is given again once its row is gone, so a row is known by more than that.
_FORGET = delete(outbox).where(
    outbox.c.id == bindparam("of"),
    outbox.c.notice == bindparam("its_notice"),
    outbox.c.created_at == bindparam("written_at"),
)
_LINE_UP = (
    update(outbox)
    .where(outbox.c.id == bindparam("of"), outbox.c.state == PENDING)
    .values(not_before=bindparam("turn"))
)
_GIVE_UP = update(outbox).where(outbox.c.id == bindparam("of")).values(state=FAILED)


def _lines_of(
    connection: Connection, ids: set[IntentId]
) -> dict[tuple[str, str], Place]:
    rows = connection.execute(_LINES, {"ids": list(ids)}).all() if ids else ()
    return {
        (row.intent, row.line): (ChannelId(row.channel), MessageTs(row.ts))
        for row in rows
    }


def _forget(connection: Connection, notification: Notification) -> None:
    at = notification.created_at
    row = {
        "of": notification.id,
        "its_notice": notification.name,
        "written_at": millis(at) if at else None,
    }
    connection.execute(_FORGET, row)


def _keep_card(connection: Connection, intent: IntentId, card: Place) -> None:
    channel, ts = card
    statement = update(intents).where(intents.c.id == intent)
    connection.execute(statement.values(card_channel=channel, card_ts=ts))


def _keep_line(
    connection: Connection, intent: IntentId, line: str, place: Place
) -> None:
    channel, ts = place
    of = and_(lines.c.intent == intent, lines.c.line == line)
    connection.execute(delete(lines).where(of))
    row = {"intent": intent, "line": line, "channel": channel, "ts": ts}
    connection.execute(insert(lines).values(row))
