"""Notices waiting to be delivered.

They are written by the same transaction as the change they report, and drawn when
they are delivered. Of several cards of one intent only the newest is delivered: an
older one never overwrites it; so it is with the notices of one line. Every other
notice is delivered. What arrived, or is overtaken, is deleted at once; what was given
up stays for a while, to be looked at.

Due times are of the wall clock, since they outlive the process. When that clock is set,
they are set with it (`step`), so nothing waits longer or shorter for it. Several that
share the outbox have as many clocks: there they stay as they are.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from pydantic import SecretStr
from sqlalchemy import (
    Integer,
    String,
    and_,
    bindparam,
    cast,
    delete,
    func,
    or_,
    select,
)

from bot.ids import IntentId
from bot.journal import clock_set
from bot.journal.holds import HOLD, RELEASE, RELEASE_ONE, is_free, is_of, is_own
from bot.journal.left import as_read
from bot.journal.lines import Place, keep, standing
from bot.journal.lives import Life
from bot.journal.model import CARD, CARD_NOTICE, Intent, Notice, Notification
from bot.journal.rows import (
    FAILED,
    NEW,
    PENDING,
    intent_of,
    intents_of,
    millis,
    moment,
    notice_row,
    notification_of,
    url_if_it_opens,
)
from bot.journal.schema import EMPTY, intents, outbox
from bot.journal.seal import Seal
from bot.journal.statement import (
    Connection,
    Rows,
    Statement,
    Writer,
    among,
    inserted,
    updated,
)
from bot.journal.superseding import is_overtaken, oldest_card

PUT = inserted(outbox, *NEW)


def put(
    connection: Connection, notices: Iterable[Notice], about: Intent | str, at: int
) -> None:
    """Put *notices* into the outbox, in the caller's transaction.

    They are *about* an intent, or about what has that id and is none.
    """
    rows: list[dict[str, Any]] = []
    intent, of = (None, about) if isinstance(about, str) else (about, about.id)
    for notice in notices:
        row = notice_row(notice, at, intent=intent, of=of)
        if not notice.line:
            rows.append(row)
            continue
        _put(connection, rows)  # of which one may wait in the same line
        before = connection.execute(_FIRST_OF_LINE, row).first()
        if before:  # it may go when that might, and by whoever delivers that
            row["not_before"] = min(before.not_before, row["not_before"])
        _put(connection, [row])
        line = {"of_intent": of, "of": notice.line}
        if before and before.held_by:
            held = {"held_by": before.held_by, "held_until": before.held_until}
            connection.execute(_HOLD_LINE, {**line, **held})
        connection.execute(_DROP_LINE, line)  # only now, or its number is given again
    _put(connection, rows)


def _put(connection: Connection, rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute_many(PUT, rows)
        rows.clear()


class Outbox:
    """The outbox, as whoever delivers it sees it."""

    def __init__(self, writer: Writer, seal: Seal, life: Life) -> None:
        self._writer = writer
        self._seal = seal
        self._alone = life.alone  # what another than the only run was sending: unknown
        self._life = life
        self.shared = life.shared  # others deliver from it as well

    @property
    def _me(self) -> Mapping[str, str]:
        return {"holder": self._life.boot if self.shared else ""}

    async def put(self, notice: Notice, at: datetime, *, app: str = "") -> None:
        """Put in *notice*, which is about *app*, or about nothing."""
        row = notice_row(notice, millis(at), intent=None, app=app)
        await self._writer.write(lambda connection: connection.execute(PUT, row))

    async def due(
        self, now: datetime, limit: int = 50, *, without: Iterable[int] = ()
    ) -> list[Notification]:
        """Return what may be delivered now, oldest first, with what it is about.

        *without* those of which that is known: they are under way.
        """
        under_way = list(map(str, without))
        asked = {"now": millis(now), "limit": limit, "under_way": under_way}
        asked |= self._me
        return await self._writer.read(
            lambda c: self._notifications(c, c.execute(_DUE, asked))
        )

    async def hold(self, due: Sequence[Notification]) -> tuple[Notification, ...]:
        """Return those of *due* that nobody else delivers from now on, for a minute.

        Only what is as it was read: of the rest something is known that was not. Who
        has the outbox alone holds it all.
        """
        if not self.shared:
            return tuple(due)
        asked = {"ids": [str(one.id) for one in due], **self._me}

        def work(connection: Connection) -> list[Notification]:
            held, rows = (connection.execute(one, asked) for one in (HOLD, _HELD))
            now = set(held.scalars())
            there = self._notifications(connection, rows)
            return [one for one in there if one.id in now]

        held = await self._writer.write(work, lasting=False)
        return tuple(one for one in due if one in held)

    async def release(self, only: Notification | None = None) -> None:
        """Let others deliver at once what this one holds, all or *only* one."""
        which = {"of": only.id, **self._me} if only else self._me
        what = RELEASE_ONE if only else RELEASE
        if self.shared:
            await self._writer.write(lambda c: c.execute(what, which))

    def _notifications(self, connection: Connection, rows: Rows) -> list[Notification]:
        about: dict[str | None, tuple[Intent | None, SecretStr | None]] = {
            None: (None, None)
        }
        stand = standing(
            connection, {row.notice_intent for row in rows if row.notice_line}
        )
        notifications = []
        for row in rows:
            if row.notice_intent not in about:
                about[row.notice_intent] = self._intent(row)
            intent, url = about[row.notice_intent]
            notifications.append(notification_of(row, intent, url, stand))
        return notifications

    def _intent(self, row: Any) -> tuple[Intent | None, SecretStr | None]:
        """Read the intent that a notice is about, and its answer URL."""
        if row.id is None:  # it has been pruned
            return None, None
        return as_read(intent_of(row), self._alone), url_if_it_opens(row, self._seal)

    async def next_due(self, after: datetime | None = None) -> datetime | None:
        """Return when the next notice may go, or None if none waits.

        Of those that may go by *after* already nothing is said, if it is given, and of
        those that another delivers never.
        """
        params = {"after": millis(after) if after else -1, **self._me}
        at = await self._writer.read(lambda c: c.execute(_NEXT, params).scalar())
        return moment(at)

    async def cards_at(self, place: Place) -> list[Intent]:
        """Return the intents whose cards stand in the message at *place*, in order."""
        channel, ts = place
        params = {"channel": channel, "ts": ts}
        rows = await self._writer.read(lambda c: c.execute(_CARDS_AT, params).all())
        return [as_read(one, self._alone) for one in intents_of(rows)]

    async def sent(
        self, notification: Notification, place: Place | None = None
    ) -> None:
        """Note that *notification* arrived; *place* is where, if it is to be kept."""
        await self.all_sent([(notification, place)])

    async def all_sent(
        self, arrived: Sequence[tuple[Notification, Place | None]]
    ) -> None:
        """Note that all of those that *arrived* did, and where, if it is to be kept.

        After a power cut they may come once more. A card that is gone another has
        delivered, after this one had held it for too long: that one's is kept, and is
        drawn anew, since this one may have put an older one over it.
        """

        def work(connection: Connection) -> None:
            at = millis(self._life.now())
            for notification, place in arrived:
                was_there = _forget(connection, notification)
                intent = notification.intent
                if place and notification.line:
                    keep(connection, notification.of, notification.line, place, at)
                if intent is None or place is None or notification.name != CARD:
                    continue
                if was_there or not self.shared:
                    _keep_card(connection, intent.id, place)
                else:
                    _put(connection, [_card_again(notification, intent)])

        await self._writer.write(work, lasting=False)

    async def postpone(
        self, notification: Notification, until: datetime, *, tried: bool = True
    ) -> None:
        """Try *notification* again at *until*; it counts as a try if it was one."""
        later = {"of": notification.id, "not_before": millis(until), "more": int(tried)}
        await self._writer.write(lambda c: c.execute(_POSTPONE, {**later, **self._me}))

    async def line_up(self, turns: Iterable[tuple[int, datetime]]) -> None:
        """Let each of *turns*, by the ID of a notification, go at its time."""
        rows = [{"of": one, "not_before": millis(at)} for one, at in turns]
        await self._writer.write(lambda c: c.execute_many(_LINE_UP, rows))

    async def expedite(self, now: datetime) -> None:
        """Let everything that was postponed go at once."""
        at = {"now": millis(now)}
        await self._writer.write(lambda connection: connection.execute(_EXPEDITE, at))

    async def step(self, now: datetime, by: timedelta) -> None:
        """Move what waits with the wall clock: it was set by *by* and shows *now*."""
        if not self.shared:
            statement, set_ = clock_set.step(now, by)
            await self._writer.write(lambda c: c.execute(statement, set_))

    async def gave_up(self, notification: Notification) -> None:
        """Deliver *notification* no more."""
        gave_up = {"of": notification.id, "state": FAILED}
        await self._writer.write(lambda c: c.execute(_GIVE_UP, gave_up))

    async def drop(self, notification: Notification) -> None:
        """Deliver *notification* no more: what it would say is so no longer."""
        await self._writer.write(lambda c: _forget(c, notification))

    async def waiting(self) -> int:
        """Return how many notices wait to be delivered, but for what another does."""
        asked = dict(self._me)
        return len(await self._writer.read(lambda c: c.execute(_WAITING, asked).all()))


_waits = outbox.c.state == PENDING
_own = (column.label(f"notice_{column.name}") for column in outbox.c)
_SEALED = {"request", "present_request", "reply_secret"}  # of which nothing is told
_about = [column for column in intents.c if column.name not in _SEALED]
_whole = (
    select(*_own, oldest_card().label("card_since"), *_about)
    .join_from(outbox, intents, outbox.c.intent == intents.c.id, isouter=True)
    .where(_waits, ~is_overtaken())
    .order_by(outbox.c.not_before, outbox.c.id)
)
_DUE = Statement(
    _whole.where(outbox.c.not_before <= bindparam("now"), is_free())
    .where(~among(cast(outbox.c.id, String), "under_way"))
    .limit(bindparam("limit", type_=Integer()))
)
_HELD = Statement(
    _whole.where(is_of(outbox, "ids"), outbox.c.held_by == bindparam("holder"))
)
_NEXT = Statement(
    select(outbox.c.not_before)
    .where(_waits, outbox.c.not_before > bindparam("after"), is_free())
    .where(~is_overtaken())
    .order_by(outbox.c.not_before)
    .limit(1)
)
_WAITING = Statement(select(outbox.c.id).where(_waits, is_free(), ~is_overtaken()))
_CARDS_AT = Statement(
    select(*_about)
    .where(intents.c.card_channel == bindparam("channel"))
    .where(intents.c.card_ts == bindparam("ts"), intents.c.card_ts != EMPTY)
    .order_by(func.length(intents.c.handle), intents.c.handle)
)
_FIRST_OF_LINE = Statement(
    select(outbox.c.not_before, outbox.c.held_by, outbox.c.held_until)
    .where(
        outbox.c.intent == bindparam("intent"),
        outbox.c.line == bindparam("line"),
        _waits,
    )
    .order_by(outbox.c.not_before)
    .limit(1)
    .with_for_update()  # or somebody takes it, and it is gone
)
_of_line = and_(
    outbox.c.intent == bindparam("of_intent"), outbox.c.line == bindparam("of"), _waits
)
_newest_of_line = select(func.max(outbox.c.id)).where(_of_line).scalar_subquery()
_HOLD_LINE = updated(outbox, ("held_by", "held_until"), outbox.c.id == _newest_of_line)
_DROP_LINE = Statement(delete(outbox).where(_of_line, outbox.c.id < _newest_of_line))
# A number is given again once its row is gone, so a row is known by more than that.
_itself = and_(
    outbox.c.id == bindparam("of"),
    outbox.c.notice == bindparam("its_notice"),
    outbox.c.created_at == bindparam("written_at"),
)
_overtaken = and_(
    outbox.c.intent == bindparam("of_intent"),
    outbox.c.notice == CARD,
    _waits,
    or_(
        outbox.c.rev < bindparam("by_rev"),
        and_(outbox.c.rev == bindparam("by_rev"), outbox.c.id < bindparam("of")),
    ),
)
_FORGET = Statement(delete(outbox).where(_itself))
_FORGET_CARD = Statement(delete(outbox).where(or_(_itself, _overtaken)))
_of_it = outbox.c.id == bindparam("of")
_LINE_UP = updated(outbox, ("not_before",), _of_it, _waits)
_GIVE_UP = updated(outbox, ("state",), _of_it)
_POSTPONE = updated(
    outbox,
    ("not_before",),
    _of_it,
    is_own(),
    tries=outbox.c.tries + bindparam("more"),
    held_until=0,
)
_EXPEDITE = updated(
    outbox,
    (),
    _waits,
    outbox.c.tries > 0,
    outbox.c.not_before > bindparam("now"),
    not_before=bindparam("now"),
)
_KEEP_CARD = updated(
    intents, ("card_channel", "card_ts"), intents.c.id == bindparam("of")
)


def _forget(connection: Connection, notification: Notification) -> int:
    """Delete *notification*, and if it is a card, those that it has overtaken.

    Returns how many there were.
    """
    at, intent = notification.created_at, notification.intent
    row = {
        "of": notification.id,
        "its_notice": notification.name,
        "written_at": millis(at) if at else None,
    }
    if intent is None or notification.name != CARD:
        return connection.execute(_FORGET, row).rowcount
    overtaken = {"of_intent": intent.id, "by_rev": notification.rev}
    return connection.execute(_FORGET_CARD, {**row, **overtaken}).rowcount


def _card_again(notification: Notification, intent: Intent) -> dict[str, Any]:
    at = notification.created_at or intent.created_at
    return notice_row(CARD_NOTICE, millis(at), intent=intent)


def _keep_card(connection: Connection, intent: IntentId, card: Place) -> None:
    channel, ts = card
    kept = {"of": intent, "card_channel": channel, "card_ts": ts}
    connection.execute(_KEEP_CARD, kept)
