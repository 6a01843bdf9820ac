"""Letters waiting to be delivered.

They are written by the same transaction as the change they tell of. Of several cards
of one intent only the newest is delivered: an older one never overwrites it.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Select,
    and_,
    bindparam,
    exists,
    insert,
    or_,
    select,
    update,
)

from bot.ids import ChannelId, IntentId, MessageTs
from bot.journal.model import Letter
from bot.journal.rows import (
    DROPPED,
    FAILED,
    PENDING,
    SENT,
    letter_of,
    letter_row,
    millis,
    moment,
)
from bot.journal.schema import intents, outbox
from bot.journal.seal import Seal
from bot.journal.sqlite.writer import Writer

_POST = insert(outbox)
_newer = outbox.alias("newer")


def put(connection: Connection, letter: Letter, at: int) -> None:
    """Put *letter* into the outbox, inside the caller's transaction."""
    connection.execute(_POST, letter_row(letter, at))


class Outbox:
    """The outbox, as whoever delivers it sees it."""

    def __init__(self, writer: Writer, seal: Seal) -> None:
        self._writer = writer
        self._seal = seal

    async def due(self, now: datetime, limit: int = 50) -> list[Letter]:
        """Return letters that may be delivered now, oldest first."""
        told = {"now": millis(now), "limit": limit}

        def work(connection: Connection) -> list[Letter]:
            rows = connection.execute(_DUE, told).all()
            return [letter_of(row, self._seal) for row in rows]

        return await self._writer.read(work)

    async def next_due(self) -> datetime | None:
        """Return when the next letter may go, or None if none waits."""
        at = await self._writer.read(lambda c: c.execute(_NEXT).scalar())
        return moment(at)

    async def sent(
        self, letter: Letter, channel: ChannelId | None, ts: MessageTs | None
    ) -> None:
        """Note that *letter* arrived; its card is the message *ts* in *channel*."""

        def work(connection: Connection) -> None:
            _settle(connection, letter.id, SENT)
            if letter.audience != "channel":
                return
            older = and_(
                outbox.c.intent == letter.intent,
                outbox.c.audience == "channel",
                outbox.c.state == PENDING,
                outbox.c.rev < letter.rev,
            )
            connection.execute(update(outbox).where(older).values(state=DROPPED))
            if ts:
                _keep_card(connection, letter.intent, channel or letter.channel, ts)

        await self._writer.write(work)

    async def postpone(self, letter: Letter, until: datetime) -> None:
        """Try *letter* again at *until*."""
        values = {"not_before": millis(until), "tries": outbox.c.tries + 1}
        statement = update(outbox).where(outbox.c.id == letter.id).values(values)
        await self._writer.write(lambda connection: connection.execute(statement))

    async def hurry(self, now: datetime) -> None:
        """Let every letter that was put off go at once."""
        put_off = update(outbox).where(
            outbox.c.state == PENDING,
            outbox.c.tries > 0,
            outbox.c.not_before > millis(now),
        )
        statement = put_off.values(not_before=millis(now))
        await self._writer.write(lambda connection: connection.execute(statement))

    async def gave_up(self, letter: Letter) -> None:
        """Deliver *letter* no more."""
        await self._writer.write(lambda c: _settle(c, letter.id, FAILED))

    async def waiting(self) -> int:
        """Return how many letters wait to be delivered."""
        query = select(outbox.c.id).where(outbox.c.state == PENDING)
        query = query.where(~_superseded())
        return len(await self._writer.read(lambda c: c.execute(query).all()))


def _letters() -> Select[Any]:
    return select(
        outbox,
        intents.c.card_channel,
        intents.c.card_ts,
        intents.c.answer_url,
        intents.c.created_at.label("asked_at"),
    ).join(intents, intents.c.id == outbox.c.intent)


def _superseded() -> Any:
    """A card that has been overtaken; an answer to the asker never is."""
    is_card = outbox.c.audience == "channel"
    overtaken = exists(
        select(_newer.c.id).where(
            _newer.c.intent == outbox.c.intent,
            _newer.c.audience == "channel",
            or_(
                _newer.c.rev > outbox.c.rev,
                and_(_newer.c.rev == outbox.c.rev, _newer.c.id > outbox.c.id),
            ),
        )
    )
    return and_(is_card, overtaken)


_DUE = (
    _letters()
    .where(outbox.c.state == PENDING, outbox.c.not_before <= bindparam("now"))
    .where(~_superseded())
    .order_by(outbox.c.not_before, outbox.c.id)
    .limit(bindparam("limit"))
)
_NEXT = (
    select(outbox.c.not_before)
    .where(outbox.c.state == PENDING)
    .where(~_superseded())
    .order_by(outbox.c.not_before)
    .limit(1)
)


def _settle(connection: Connection, letter: int, state: str) -> None:
    statement = update(outbox).where(outbox.c.id == letter)
    connection.execute(statement.values(state=state))


def _keep_card(
    connection: Connection, intent: IntentId, channel: ChannelId, ts: MessageTs
) -> None:
    statement = update(intents).where(intents.c.id == intent)
    connection.execute(statement.values(card_channel=channel, card_ts=ts))
