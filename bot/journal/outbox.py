"""Notices waiting to be delivered.

They are written by the same transaction as the change they report, and drawn when
they are delivered. Of several cards of one intent only the newest is delivered: an
older one never overwrites it. Every other notice is delivered.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    and_,
    bindparam,
    exists,
    insert,
    or_,
    select,
    update,
)

from bot.ids import ChannelId, IntentId, MessageTs
from bot.journal.model import CARD, Intent, Notice, Notification
from bot.journal.rows import (
    DROPPED,
    FAILED,
    PENDING,
    SENT,
    intent_of,
    millis,
    moment,
    notice_row,
    notification_of,
    url_if_it_opens,
)
from bot.journal.schema import intents, outbox
from bot.journal.seal import Seal
from bot.journal.sqlite.writer import Writer

_PUT = insert(outbox)
_newer = outbox.alias("newer")


def put(
    connection: Connection, notices: Iterable[Notice], intent: Intent, at: int
) -> None:
    """Put *notices* about *intent* into the outbox, in the caller's transaction."""
    for notice in notices:
        connection.execute(_PUT, notice_row(notice, at, intent=intent))


class Outbox:
    """The outbox, as whoever delivers it sees it."""

    def __init__(self, writer: Writer, seal: Seal) -> None:
        self._writer = writer
        self._seal = seal

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
                row.id: (intent_of(row), url_if_it_opens(row.answer_url, self._seal))
                for row in connection.execute(_ABOUT, {"ids": list(ids)})
            }
            nothing = (None, None)
            return [
                notification_of(row, *about.get(row.intent, nothing)) for row in rows
            ]

        return await self._writer.read(work)

    async def next_due(self) -> datetime | None:
        """Return when the next notice may go, or None if none waits."""
        at = await self._writer.read(lambda c: c.execute(_NEXT).scalar())
        return moment(at)

    async def sent(
        self,
        notification: Notification,
        card: tuple[ChannelId, MessageTs] | None = None,
    ) -> None:
        """Note that *notification* arrived; *card* is where, if it was a card."""

        def work(connection: Connection) -> None:
            _settle(connection, notification.id, SENT)
            if notification.name != CARD or notification.intent is None:
                return
            older = and_(
                outbox.c.intent == notification.intent.id,
                outbox.c.notice == CARD,
                outbox.c.state == PENDING,
                outbox.c.rev < notification.rev,
            )
            connection.execute(update(outbox).where(older).values(state=DROPPED))
            if card:
                _keep_card(connection, notification.intent.id, card)

        await self._writer.write(work)

    async def postpone(self, notification: Notification, until: datetime) -> None:
        """Try *notification* again at *until*."""
        values = {"not_before": millis(until), "tries": outbox.c.tries + 1}
        statement = update(outbox).where(outbox.c.id == notification.id)
        await self._writer.write(lambda c: c.execute(statement.values(values)))

    async def expedite(self, now: datetime) -> None:
        """Let everything that was postponed go at once."""
        postponed = update(outbox).where(
            outbox.c.state == PENDING,
            outbox.c.tries > 0,
            outbox.c.not_before > millis(now),
        )
        statement = postponed.values(not_before=millis(now))
        await self._writer.write(lambda connection: connection.execute(statement))

    async def gave_up(self, notification: Notification) -> None:
        """Deliver *notification* no more."""
        await self._writer.write(lambda c: _settle(c, notification.id, FAILED))

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
    .where(outbox.c.state == PENDING)
    .where(~_superseded())
    .order_by(outbox.c.not_before)
    .limit(1)
)


def _settle(connection: Connection, number: int, state: str) -> None:
    statement = update(outbox).where(outbox.c.id == number)
    connection.execute(statement.values(state=state))


def _keep_card(
    connection: Connection, intent: IntentId, card: tuple[ChannelId, MessageTs]
) -> None:
    channel, ts = card
    statement = update(intents).where(intents.c.id == intent)
    connection.execute(statement.values(card_channel=channel, card_ts=ts))
