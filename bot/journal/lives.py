"""Which runs of the bot are alive: each has a row, which it renews while it is.

Where several runs have the journal open, one that has not renewed its row for a minute
is declared dead by the others: they throw the row away, and what it had in its hands
is taken up. It may live on all the same, held up or cut off. So a run claims nothing
unless it has renewed its row lately, and the row is there; and one that was declared
dead takes a new life. A file has one run at a time: whoever opens it throws away the
rows of all others, and need not renew its own.
"""

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import (
    ColumnElement,
    String,
    and_,
    bindparam,
    delete,
    insert,
    or_,
    select,
    update,
)

from bot.errors import JournalUnavailable
from bot.journal.schema import intents, lives
from bot.journal.statement import Connection, Statement, Writer, database_now

DEAD_AFTER = timedelta(seconds=60)  # without a sign of life
_DEAD_AFTER_MILLIS = DEAD_AFTER // timedelta(milliseconds=1)
FRESH = 30.0  # seconds for which a sign of life lets a run claim
SAME_CLOCK = timedelta(seconds=1)  # by which two clocks may differ

log = structlog.get_logger(__name__)

_mine = lives.c.boot == bindparam("boot")
_ALL = select(lives.c.boot)
_BORN = Statement(
    insert(lives)
    .values(boot=bindparam("boot"), seen_at=database_now())
    .returning(lives.c.seen_at)
)
_RENEW = Statement(
    update(lives).where(_mine).values(seen_at=database_now()).returning(lives.c.seen_at)
)
_LEAVE = Statement(delete(lives).where(_mine))
_ONLY = Statement(delete(lives).where(~_mine))
_BURY = Statement(
    delete(lives)
    .where(~_mine, lives.c.seen_at < database_now() - bindparam("after"))
    .returning(lives.c.boot)
)
_OTHERS = Statement(
    select(lives.c.boot).where(
        ~_mine, lives.c.seen_at >= database_now() - bindparam("after")
    )
)

# The run that has an intent in its hands is dead: it has no row, or is another than
# that of the file (*alone*), the only one that can be alive. By NOT IN, since that is
# asked anew of a row that was changed while its lock was waited for.
IS_ORPHAN = and_(
    intents.c.owner != bindparam("boot"),
    or_(intents.c.owner.not_in(_ALL), intents.c.owner != bindparam("alone")),
)


def is_alive(name: str) -> ColumnElement[bool]:
    """Tell whether the run that is the parameter *name* has not been declared dead."""
    return bindparam(name, type_=String()).in_(_ALL)


def any_alive(connection: Connection) -> bool:
    """Tell whether any run gives signs of life."""
    asked = {"boot": "", "after": _DEAD_AFTER_MILLIS}
    return connection.execute(_OTHERS, asked).first() is not None


class Life:
    """This run's life, as others know it: *boot* names it.

    *shared*: other runs may have the journal open as well. *now* is the wall clock and
    *monotonic* gives seconds; *random_bytes* name a new life. From `leave` on it
    *is_over*.
    """

    def __init__(
        self,
        writer: Writer,
        boot: str,
        *,
        shared: bool,
        now: Callable[[], datetime],
        monotonic: Callable[[], float],
        random_bytes: Callable[[int], bytes],
    ) -> None:
        self._writer = writer
        self.boot = boot
        self.shared = shared
        self._now = now
        self._monotonic = monotonic
        self._random_bytes = random_bytes
        self._seen_at: float | None = None  # by the monotonic clock
        self._behind = timedelta()  # by which the database's clock is ahead of ours
        self._beat_at: tuple[datetime, float] | None = None  # that time, and monotonic
        self.is_over = False

    @property
    def alone(self) -> str | None:
        """The only run that can be alive; None where there may be others."""
        return None if self.shared else self.boot

    @property
    def about(self) -> dict[str, str | None]:
        """What `IS_ORPHAN` is asked with."""
        return {"boot": self.boot, "alone": self.alone}

    def now(self) -> datetime:
        """Return the time by the one clock that all runs go by.

        That is the database's, as of the last sign of life, where ours is another. If
        ours was set since then, seconds are counted from there: nothing is due, or
        over, because a machine's clock jumped.
        """
        shown, counted = self._times()
        return shown if abs(shown - counted) <= SAME_CLOCK else counted

    async def ensure_time(self) -> None:
        """Ask the database for the time if our clock was set since the last beat.

        It may have been wrong, or the machine was asleep: then no second was counted.

        Raises:
            JournalUnavailable: it does not say.
        """
        shown, counted = self._times()
        if abs(shown - counted) > SAME_CLOCK:
            await self.beat()

    def _times(self) -> tuple[datetime, datetime]:
        """Return the time by our clock, and by seconds since the last beat, if any."""
        shown = self._now() + self._behind
        if self._beat_at is None:
            return shown, shown
        at, since = self._beat_at
        return shown, at + timedelta(seconds=self._monotonic() - since)

    def age(self) -> float:
        """Return for how many seconds no sign of life was given that arrived.

        0 where nobody waits for one.
        """
        if not self.shared:
            return 0.0
        return math.inf if self._seen_at is None else self._monotonic() - self._seen_at

    async def ensure(self) -> None:
        """Give a sign of life, unless one was given lately.

        Raises:
            JournalUnavailable: it did not arrive, or this run has left: nothing may be
                claimed.
        """
        if self.is_over:
            raise JournalUnavailable("this run is over")
        if self._seen_at is None or self.age() >= FRESH:
            await self._renew()

    async def beat(self) -> None:
        """Give a sign of life, and go by the database's clock if ours is another.

        Raises:
            JournalUnavailable: it did not arrive.
        """
        if self.is_over:
            return
        began = self._monotonic()
        seen_at = await self._renew()
        now, until = self._now(), self._monotonic()
        behind = seen_at + timedelta(seconds=(until - began) / 2) - now
        self._behind = behind if abs(behind) > SAME_CLOCK else timedelta()
        self._beat_at = now + self._behind, until

    async def bury(self) -> None:
        """Declare dead who has given no sign of life for long.

        Raises:
            JournalUnavailable: nobody was.
        """
        asked = {"boot": self.boot, "after": _DEAD_AFTER_MILLIS}
        dead = await self._writer.write(lambda c: c.execute(_BURY, asked).scalars())
        for boot in dead:
            log.warning("life.ended", boot=boot)

    async def others(self) -> int:
        """Return how many other runs give signs of life.

        Raises:
            JournalUnavailable: that is not known.
        """
        asked = {"boot": self.boot, "after": _DEAD_AFTER_MILLIS}
        alive = await self._writer.read(lambda c: c.execute(_OTHERS, asked).all())
        return len(alive) if self.shared else 0

    async def leave(self) -> None:
        """Let others take up at once what this run has not finished.

        Raises:
            JournalUnavailable: they take it up when they miss its signs of life.
        """
        if self.shared:
            self.is_over = True
            await self._writer.write(lambda c: c.execute(_LEAVE, {"boot": self.boot}))

    async def _renew(self) -> datetime:
        """Give a sign of life; a run that was declared dead takes a new life.

        Returns the time by the database's clock.
        """
        began = self._monotonic()
        boot, at = await self._writer.write(self._renewed, lasting=False)
        if boot != self.boot:
            log.critical("life.lost", boot=self.boot, silent=round(self.age(), 1))
        self.boot, self._seen_at = boot, began
        return datetime.fromtimestamp(at / 1000, UTC)

    def _renewed(self, connection: Connection) -> tuple[str, int]:
        """Renew the row of this run, or make one; return its name and the time."""
        mine = {"boot": self.boot}
        if not self.shared:
            connection.execute(_ONLY, mine)
        if row := connection.execute(_RENEW, mine).first():
            return self.boot, int(row.seen_at)
        if self._seen_at is not None:
            mine = {"boot": self._random_bytes(8).hex()}
        return mine["boot"], int(connection.execute(_BORN, mine).scalar())
