"""What is to be done about things at a time, as whoever looks after that sees it.

Several may look at a row at once, and any of them may die over it. So what is done
about it is noted by compare-and-set of its revision, and whoever comes too late finds
another one: nothing is given twice, whatever clocks do.
"""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import bindparam, delete, select

from bot.errors import IllegalMove
from bot.ids import IntentId
from bot.journal.audit import Entry
from bot.journal.left import as_read
from bot.journal.model import CARD_NOTICE, Asker, Changes, Intent, Notice
from bot.journal.rows import intent_of, millis
from bot.journal.schema import intents
from bot.journal.schema_saved import timers
from bot.journal.statement import Connection, Statement, Writer, updated
from bot.journal.timer_rows import (
    AS_SET,
    DROPPED,
    HELD,
    INSERT,
    MOVED,
    SET,
    STOP,
    UNTIMED,
    StopTimer,
    news,
    of_thing,
    set_columns,
    timer_of,
)
from bot.journal.transaction import Transaction, Write
from bot.states import OVER

PLACING = "placing"  # the stop is being placed: it is too late to put it off
OFF = "off"  # nothing is to be stopped any more; a message may have to be taken back
MOST = 50  # that are looked at in one round

_own = (column.label(f"timer_{column.name}") for column in timers.c)
_about = (one for one in intents.c if one.name not in {"request", "reply_secret"})
_DUE = Statement(
    select(*_own, *_about)
    .join_from(timers, intents, timers.c.thing == intents.c.id)
    .where(timers.c.next_at <= bindparam("now"))
    .order_by(timers.c.next_at)
    .limit(MOST)
)
_as_seen = (*of_thing, timers.c.rev == bindparam("seen"))
_NOTE = ("marks", "next_at", "note", "note_channel", "note_at")
_STEP = updated(timers, _NOTE, *_as_seen, rev=timers.c.rev + 1)
_AGAIN = updated(timers, AS_SET, *of_thing, rev=timers.c.rev + 1)
_CLOSE = Statement(delete(timers).where(*_as_seen))
_FORGET = Statement(delete(timers).where(*of_thing))
_LATER = updated(timers, ("next_at",), *of_thing)
_GONE = Changes(stop_at=None, stop_after=None)


class Timers:
    """The timers of things; a thing has one at most."""

    def __init__(self, writer: Writer, write: Write, alone: str | None) -> None:
        self._writer = writer
        self._write = write
        self._alone = alone

    async def due(self, now: datetime) -> list[tuple[StopTimer, Intent]]:
        """Return the timers that are to be looked at *now*, with their things."""
        asked = {"now": millis(now)}

        def work(connection: Connection) -> list[tuple[StopTimer, Intent]]:
            return [
                (timer_of(row, "timer_"), as_read(intent_of(row), self._alone))
                for row in connection.execute(_DUE, asked)
            ]

        return await self._writer.read(work)

    async def set(
        self,
        thing: IntentId,
        at: datetime,
        asker: Asker,
        *,
        audit: Entry,
    ) -> Intent:
        """Let *thing* be stopped *at* a moment in the name of *asker*.

        It takes the place of an earlier timer, and is told in the thread. The same
        moment again changes nothing.

        Raises:
            IllegalMove: it is over, or is being stopped because its timer was due.
        """

        def work(tx: Transaction) -> Intent:
            tx.first(thing, audit)
            before, timer = _held(tx, thing)
            if before.state in OVER or (timer and PLACING in timer.marks):
                raise IllegalMove(f"{thing} needs no timer any more")
            due = millis(at)
            if before.stop_at and millis(before.stop_at) == due:
                return before
            row = set_columns(asker, millis(tx.now()), due)
            if timer:
                tx.connection.execute(_AGAIN, {**row, "of": thing})
            else:
                new = {"thing": thing, "kind": STOP, "rev": 1}
                tx.connection.execute(INSERT, {**row, **new})
            changes = Changes(stop_at=at, stop_after=before.stop_after)
            after = tx.update(thing, changes)
            was, replaced = before.stop_at, timer if before.stop_at else None
            what = MOVED if was else SET
            _told(tx, after, audit, news(what, asker.user, at, was, replaced))
            return after

        return await self._write(work)

    async def drop(
        self,
        thing: IntentId,
        asker: Asker,
        *,
        audit: Entry,
    ) -> bool:
        """Let *thing* run on without a timer, as *asker* wants; False if it has none.

        Raises:
            IllegalMove: it is being stopped because its timer was due.
        """

        def work(tx: Transaction) -> bool:
            tx.first(thing, audit)
            before, timer = _held(tx, thing)
            if timer is None or OFF in timer.marks:
                return False
            if PLACING in timer.marks:
                raise IllegalMove(f"{thing} is being stopped")
            row = set_columns(asker, millis(tx.now()), None)
            row |= {"next_at": 0, "marks": OFF}
            tx.connection.execute(_AGAIN, {**row, "of": thing})
            dropped = news(DROPPED, asker.user, None, before.stop_at, timer)
            quiet = Changes(marks=(*before.marks, UNTIMED), **_GONE)
            _told(tx, tx.update(thing, quiet), audit, dropped)
            return True

        return await self._write(work)

    async def step(
        self,
        seen: StopTimer,
        next_at: datetime | int,
        *,
        mark: str = "",
        notice: Notice | None = None,
        note: tuple[str, str, datetime | None] | None = None,
    ) -> StopTimer | None:
        """Note what was done about *seen*, and look at it again at *next_at*.

        *mark* is kept, *notice* is told with it, *note* is the message that Slack posts
        by itself, in which channel and when. Returns it as it is then; None if it was
        not as it was seen.
        """
        name, channel, at = note or (seen.note, seen.note_channel, seen.note_at)
        marks = (*seen.marks, mark) if mark else seen.marks
        row = {
            "of": seen.thing,
            "seen": seen.rev,
            "marks": " ".join(marks),
            "next_at": next_at if isinstance(next_at, int) else millis(next_at),
            "note": name,
            "note_channel": channel,
            "note_at": millis(at) if at else None,
        }

        now = replace(
            seen,
            rev=seen.rev + 1,
            marks=marks,
            note=name,
            note_channel=channel,
            note_at=at,
        )

        def work(tx: Transaction) -> StopTimer | None:
            if notice:
                tx.first(seen.thing)
            if tx.connection.execute(_STEP, row).rowcount != 1:
                return None
            if notice:
                tx.raise_notices(tx.get(seen.thing), (notice,))
            return now

        return await self._write(work)

    async def close(self, seen: StopTimer, notice: Notice | None = None) -> bool:
        """Forget *seen*: there is nothing more to do; False if it is not as it was.

        Its thing carries it no more; *notice* is told with that.
        """
        of = {"of": seen.thing, "seen": seen.rev}

        def work(tx: Transaction) -> bool:
            tx.first(seen.thing)
            before = tx.get(seen.thing)
            if tx.connection.execute(_CLOSE, of).rowcount != 1:
                return False
            after = tx.update(seen.thing, _GONE) if before.stop_at else before
            card = None if after is before else CARD_NOTICE
            tx.raise_notices(after, filter(None, (card, notice)))
            return True

        return await self._write(work)


def lapse(tx: Transaction) -> int:
    """Drop what is due by now, and tell that; return how many there were.

    In a journal that was put back it may have been put off since, or dropped: nothing
    that runs is stopped by what nobody may want any more.
    """
    now, lapsed = millis(tx.now()), 0
    while rows := list(tx.connection.execute(_DUE, {"now": now})):
        for timer in (timer_of(row, "timer_") for row in rows):
            due, of = timer.due_at, {"of": timer.thing}
            if due is None or millis(due) > now:  # it is looked at as ever
                tx.connection.execute(_LATER, {**of, "next_at": now + 1})
                continue
            lapsed += 1
            tx.connection.execute(_FORGET, of)
            thing = tx.update(timer.thing, _GONE)
            notice = news(DROPPED, "", None, due, timer)  # nobody has dropped it
            tx.raise_notices(
                thing, () if thing.state in OVER else (CARD_NOTICE, notice)
            )
    return lapsed


def _held(tx: Transaction, thing: IntentId) -> tuple[Intent, StopTimer | None]:
    """Return *thing* and its timer, which are this transaction's until it ends."""
    before = tx.get(thing)
    row = tx.connection.execute(HELD, {"of": thing}).first()
    return before, timer_of(row) if row else None


def _told(tx: Transaction, after: Intent, audit: Entry, notice: Notice) -> None:
    """Put on the record what changed, and tell it."""
    tx.record(audit)
    tx.raise_notices(after, (CARD_NOTICE, notice))
