"""Outages as whoever looks after them sees them: due ones, who takes them, mutes.

Several runs may look at an outage at once. What is done about it is noted by
compare-and-set, with its thing locked, and told by the same transaction: so whoever
comes too late finds another row, and nobody is called twice.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, select

from bot.ids import ChannelId, IntentId, MessageTs, SlackUserId, TeamId
from bot.journal import alert_rows, outages
from bot.journal.audit import Entry
from bot.journal.left import as_read
from bot.journal.lines import came_at
from bot.journal.model import Intent, Notice
from bot.journal.outages import AlertCause, How, Mute, Outage, Told
from bot.journal.rows import PENDING, intent_of, millis
from bot.journal.schema import intents, lines, outbox
from bot.journal.schema_alerts import mutes, subscriptions
from bot.journal.schema_alerts import outages as table
from bot.journal.statement import Connection, Statement, Writer, upserted
from bot.journal.transaction import Transaction, Write
from bot.states import RUNNING

MOST = 100  # that are looked at in one round
LINE = "alert:"  # with which the lines of alerts begin

_own = (column.label(f"outage_{column.name}") for column in table.c)
_about = (one for one in intents.c if one.name not in {"request", "reply_secret"})
_DUE = Statement(
    select(*_own, *_about)
    .join_from(table, intents, table.c.about == intents.c.id)
    .where(table.c.look_at <= bindparam("now"))
    .order_by(table.c.look_at)
    .limit(MOST)
)
_OF_THING = Statement(alert_rows.of_thing)
_AT = Statement(
    select(lines.c.intent, lines.c.line).where(
        lines.c.channel == bindparam("channel"), lines.c.ts == bindparam("ts")
    )
)
_THING = Statement(
    select(intents.c.id, intents.c.about, intents.c.team).where(
        intents.c.id == bindparam("of")
    )
)
_WAITS = Statement(
    select(outbox.c.id)
    .where(outbox.c.intent == bindparam("of"), outbox.c.line == bindparam("line"))
    .where(outbox.c.state == PENDING)
    .limit(1)
)
_UNMUTE = Statement(delete(mutes).where(mutes.c.thing == bindparam("thing")))
_MUTE = upserted(mutes, "by", "until")
_SUBSCRIBE = upserted(subscriptions, "apps", "causes", "by", "at")
_UNSUBSCRIBE = Statement(
    delete(subscriptions).where(
        subscriptions.c.team == bindparam("team"),
        subscriptions.c.channel == bindparam("channel"),
    )
)
_SUBSCRIBED = Statement(
    select(subscriptions)
    .where(subscriptions.c.team == bindparam("team"))
    .order_by(subscriptions.c.channel)
    .limit(100)
)

Attention = tuple[list[Outage], Mute]  # what is open of a thing, and who muted that


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """That a *channel* is told of alerts: of *apps* and *causes*, or of all."""

    channel: ChannelId
    apps: tuple[str, ...] = ()
    causes: tuple[str, ...] = ()
    by: SlackUserId


class Alerts:
    """The outages of things, and who is told of them.

    Every method raises JournalUnavailable: nothing was read, or nothing was kept.
    """

    def __init__(self, writer: Writer, write: Write, alone: str | None) -> None:
        self._writer = writer
        self._write = write
        self._alone = alone

    async def due(self, now: datetime) -> list[tuple[Outage, Intent]]:
        """Return what is to be looked at *now*, with what its alarm is about."""
        asked = {"now": millis(now)}

        def work(connection: Connection) -> list[tuple[Outage, Intent]]:
            return [
                (
                    alert_rows.outage_of(row, "outage_"),
                    as_read(intent_of(row), self._alone),
                )
                for row in connection.execute(_DUE, asked)
            ]

        return await self._writer.read(work)

    async def look(
        self,
        seen: Outage,
        how: How,
        *,
        since: int = 0,
        again_after: timedelta | None = None,
    ) -> Told:
        """Note that the thing of *seen* is *how*; return what was told of that.

        *since* is when it became so, in milliseconds. If nobody has taken it
        *again_after* the last call came, the group is called again. Nothing is told if
        *seen* is not as it was: then another run has looked.
        """

        def work(tx: Transaction) -> Told:
            about = _held(tx, seen)
            calls = again_after if how is How.ILL else None
            mute = alert_rows.mute_of(tx.connection, seen.thing)
            after, tells = outages.looked_at(
                seen,
                how,
                millis(tx.now()),
                since=since,
                again_at=_again_at(tx, seen, calls) if calls else None,
                mute=mute,
            )
            return (
                tells if _moved(tx, about, (seen, after), tells, mute) else Told.NOTHING
            )

        return await self._write(work)

    async def trouble(self, thing: IntentId, notice: Notice) -> bool:
        """Raise *notice*, which has a cause, about *thing* if that still runs.

        False if it does not, or somebody was told already.
        """

        def work(tx: Transaction) -> bool:
            tx.first(thing)
            now = tx.get(thing)
            cause = AlertCause(notice.cause)
            before = alert_rows.newest(tx.connection, thing, cause)
            tells = before is not None and before.is_open and not before.well_at
            if tells or now.state not in RUNNING:
                return False
            tx.raise_notices(now, (notice,))
            return True

        return await self._write(work)

    # ── who has it ──────────────────────────────────────────────────────────────

    async def take(
        self, thing: IntentId, by: SlackUserId, *, audit: Entry | None = None
    ) -> list[Outage]:
        """Let *by* have what is open of *thing*; return it, as it is then.

        What somebody has taken before stays theirs.
        """

        def work(tx: Transaction) -> list[Outage]:
            tx.first(thing, audit)
            at, taken, mute = millis(tx.now()), [], _mute_of(tx, thing)
            for before in _open(tx, thing):
                after, tells = outages.taken(before, by, at)
                if tells is not Told.NOTHING:
                    about = tx.get(before.about)
                    _moved(tx, about, (before, after), tells, mute)
                taken.append(after)
            if audit and taken:
                tx.record(audit)
            return taken

        return list(await self._write(work))

    async def mute(
        self,
        thing: IntentId,
        mute: Mute | None,
        *,
        audit: Entry | None = None,
    ) -> list[Outage]:
        """Call nobody about *thing* as *mute* says, or again; return what is open."""

        def work(tx: Transaction) -> list[Outage]:
            tx.first(thing, audit)
            tx.get(thing)
            if mute:
                row = {"thing": thing, "by": mute.by, "until": mute.until}
                tx.connection.execute(_MUTE, row)
            else:
                tx.connection.execute(_UNMUTE, {"thing": thing})
            now, there = _mute_of(tx, thing), _open(tx, thing)
            for one in there:
                after = outages.again_at(one, millis(tx.now()))
                _moved(tx, tx.get(one.about), (one, after), Told.EDIT, now)
            if audit:
                tx.record(audit)
            return there

        return list(await self._write(work))

    async def of(self, thing: IntentId) -> Attention:
        """Return what is open of *thing*, and until when nobody is called about it."""
        return await self._writer.read(lambda c: _open_of(c, thing))

    async def of_each(self, things: Iterable[IntentId]) -> dict[IntentId, Attention]:
        """Return that of each of *things*, by its ID, in one read."""
        asked = tuple(things)
        return await self._writer.read(
            lambda c: {thing: _open_of(c, thing) for thing in asked}
        )

    async def at(
        self, channel: ChannelId, ts: MessageTs
    ) -> tuple[IntentId, TeamId] | None:
        """Return what the alert at a place is about, and of which workspace it is.

        None if none stands there.
        """
        place = {"channel": channel, "ts": ts}

        def work(connection: Connection) -> tuple[IntentId, TeamId] | None:
            rows = connection.execute(_AT, place)
            alerts = [one for one in rows if one.line.startswith(LINE)]
            if not alerts:
                return None
            of = {"of": alerts[0].intent}
            about = connection.execute(_THING, of).first()
            if about is None:
                return None
            return IntentId(about.about or about.id), TeamId(about.team)

        return await self._writer.read(work)

    # ── which channels are told ─────────────────────────────────────────────────

    async def subscribe(
        self, team: TeamId, wanted: Subscription, *, audit: Entry
    ) -> None:
        """Tell the channel of *wanted* of alerts, as that says, and no other way."""

        def work(tx: Transaction) -> None:
            tx.first(IntentId(""), audit)
            row: dict[str, Any] = {
                "team": team,
                "channel": wanted.channel,
                "by": wanted.by,
            }
            row |= {"apps": " ".join(wanted.apps), "causes": " ".join(wanted.causes)}
            row |= {"at": millis(tx.now())}
            tx.connection.execute(_SUBSCRIBE, row)
            tx.record(audit)

        await self._write(work)

    async def unsubscribe(
        self, team: TeamId, channel: ChannelId, *, audit: Entry
    ) -> bool:
        """Tell *channel* of no alert any more; False if it was told of none."""

        def work(tx: Transaction) -> bool:
            tx.first(IntentId(""), audit)
            where = {"team": team, "channel": channel}
            if tx.connection.execute(_UNSUBSCRIBE, where).rowcount != 1:
                return False
            tx.record(audit)
            return True

        return await self._write(work)

    async def subscriptions(self, team: TeamId) -> Sequence[Subscription]:
        """Return which channels of *team* are told, and of what."""
        asked = {"team": team}
        rows = await self._writer.read(lambda c: c.execute(_SUBSCRIBED, asked).all())
        return [
            Subscription(
                channel=ChannelId(row.channel),
                apps=tuple(row.apps.split()),
                causes=tuple(row.causes.split()),
                by=SlackUserId(row.by),
            )
            for row in rows
        ]


def _held(tx: Transaction, seen: Outage) -> Intent:
    """Return what the alarm of *seen* is about; its thing is this transaction's."""
    tx.first(seen.about)
    if seen.thing != seen.about:
        tx.get(seen.thing)
    return tx.get(seen.about)


def _again_at(tx: Transaction, one: Outage, after: timedelta) -> int:
    """Return when the group is called again about *one*: *after* its last call came.

    As long as that waits to be delivered nobody was called yet, and has not taken it.
    """
    of = {"of": one.about, "line": one.call_line}
    at = came_at(tx.connection, one.about, one.call_line)
    if at is None and tx.connection.execute(_WAITS, of).first():
        at = millis(tx.now())
    return max(one.rung_at, at or 0) + outages.length(after)


def _mute_of(tx: Transaction, thing: IntentId) -> Mute:
    return alert_rows.mute_of(tx.connection, thing)


def _open(tx: Transaction, thing: IntentId) -> list[Outage]:
    """Return what is open of *thing*, which is this transaction's until it ends.

    If that is over by now, which nobody has looked at yet, so is what rang.
    """
    now = tx.get(thing)
    if not alert_rows.is_over(now):
        return alert_rows.open_of(tx.connection, thing)
    for about, past in alert_rows.over(tx.connection, now, millis(tx.now()), tx.get):
        tx.raise_notices(about, past)
    return []


def _open_of(connection: Connection, thing: IntentId) -> Attention:
    """Return what is open of *thing*, and until when nobody is called about it."""
    rows = connection.execute(_OF_THING, {"thing": thing})
    there = [one for one in map(alert_rows.outage_of, rows) if one.is_open]
    return there, alert_rows.mute_of(connection, thing)


def _moved(
    tx: Transaction,
    about: Intent,
    step: tuple[Outage, Outage],
    tells: Told,
    mute: Mute,
) -> bool:
    """Write a *step* of an outage, and tell it; False if it is not as it was."""
    before, after = step
    if not alert_rows.move(tx.connection, before, after):
        return False
    notices = alert_rows.told_of(tx.connection, about, step, tells, mute)
    tx.raise_notices(about, notices)
    return True
