"""Slots in the database, which all who share it take from: see `bot.runtime.slots`.

A slot is one statement, in a transaction of its own. The row is locked by it, and the
wait is computed by the database's clock: the clocks of those who share it do not come
into it. Tencent counts per action, region and sub-account, Slack per method or channel:
each has its row.
https://www.tencentcloud.com/document/product/1278/109059
https://docs.slack.dev/apis/web-api/rate-limits
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Double,
    Executable,
    bindparam,
    case,
    cast,
    delete,
    select,
    update,
)

from bot.journal.schema import slots
from bot.journal.statement import (
    Params,
    Statement,
    Writer,
    database_now,
    greatest,
    least,
)
from bot.runtime.slots import Pace, Slot

SLOWEST = 1.0  # a second, however often somebody went too fast
ECHO = 1000.0  # milliseconds in which more of the same complaint is the same complaint
SECOND = 1000.0  # milliseconds
MICROSECONDS = 1_000_000  # in a second
PIECE = 100  # rows that are deleted at once
FORGOTTEN = 3_600_000.0  # milliseconds after which a slot is as if none was ever taken


class SlotRows:
    """The slots of everybody who has the database of *writer* open."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    async def take(self, name: str, pace: Pace, budget: float) -> Slot:
        """Take the next slot of *name* if it comes within *budget* seconds.

        Its wait is below 0 if the row was locked for longer than until it came.
        """
        asked = {**_of(name, pace), "budget": budget * SECOND}
        row = await self._writer.write(
            lambda c: c.execute(TAKE, asked).one(), lasting=False
        )
        return Slot(row.wait / MICROSECONDS, bool(row.taken))

    async def give_back(self, name: str, pace: Pace) -> None:
        """Do not count the slot that was taken last."""
        await self._run(GIVE_BACK, {"of": name, "by": SECOND / pace.rate})

    async def close(self, name: str, pace: Pace, seconds: float) -> None:
        """Let the next slot of *name* come in *seconds* at the earliest."""
        more = (seconds + pace.leeway) * SECOND
        await self._run(CLOSE, {"of": name, "more": more})

    async def slow_down(self, name: str, pace: Pace) -> None:
        """Halve the rate of *name*, down to one a second; slots taken before stay.

        A patient pace is halved once, and anew from each time on.
        """
        half = {"to": max(pace.rate / 2, min(SLOWEST, pace.rate))}
        if pace.patient:
            await self._run(SLOW_ONCE, {"of": name, **half})
            return
        least = {"least": min(SLOWEST, pace.rate)}
        rate = {name: of for name, of in _of(name, pace).items() if name in _PACED}
        await self._run(SLOW_DOWN, {"of": name, **rate, **least})

    async def _run(self, statement: Statement, params: Params) -> None:
        await self._writer.write(lambda c: c.execute(statement, params), lasting=False)


_PACED = ("rate", "penalty", "recovery")


def _of(name: str, pace: Pace) -> dict[str, Any]:
    """Return what a slot of *name* is asked for with; times in milliseconds."""
    return {
        "name": name,
        "rate": pace.rate,
        "leeway": pace.leeway * SECOND,
        "penalty": pace.penalty * SECOND,
        "recovery": pace.recovery,
    }


def _number(name: str) -> ColumnElement[float]:
    return bindparam(name, type_=Double)


def _rate_at(at: ColumnElement[Any]) -> ColumnElement[float]:
    """Return how many slots a second there are *at* a time, as far as recovered."""
    since = greatest(at - slots.c.slowed_at - _number("penalty"), 0.0)
    slowed = slots.c.slowed_to + since / SECOND * _number("recovery")
    return least(slowed, _number("rate"))


def _taking(insert: Any) -> Executable:
    """Return the statement that asks for a slot, with the *insert* of a dialect."""
    first = insert(slots).values(
        name=bindparam("name"),
        asked_at=database_now(),
        slot_at=database_now(),
        next_at=database_now() + SECOND / _number("rate"),
        slowed_at=0.0,
        slowed_to=_number("rate"),
    )
    asked_at = first.excluded.asked_at  # one moment, wherever it stands below
    slot_at = greatest(slots.c.next_at - _number("leeway"), asked_at)
    following = greatest(slots.c.next_at, asked_at) + SECOND / _rate_at(slot_at)
    is_soon = slot_at - asked_at <= _number("budget")
    asked = first.on_conflict_do_update(
        index_elements=["name"],
        set_={
            "asked_at": asked_at,
            "slot_at": slot_at,
            "next_at": case((is_soon, following), else_=slots.c.next_at),
        },
    )
    waited_for = slots.c.slot_at - slots.c.asked_at
    taken: Executable = asked.returning(
        cast((slots.c.slot_at - database_now()) * SECOND, BigInteger).label("wait"),
        (waited_for <= _number("budget")).label("taken"),
    )
    return taken


TAKE = Statement(_taking)
_of_it = slots.c.name == bindparam("of")
_half = _rate_at(database_now()) * 0.5
SLOW_DOWN = Statement(
    update(slots)
    .where(_of_it, slots.c.slowed_at <= database_now() - ECHO)
    .values(slowed_to=greatest(_half, _number("least")), slowed_at=database_now())
)
SLOW_ONCE = Statement(
    update(slots)
    .where(_of_it)
    .values(slowed_to=_number("to"), slowed_at=database_now())
)
_idle = (
    select(slots.c.name)
    .where(
        slots.c.next_at < database_now() - FORGOTTEN,
        slots.c.slowed_at < database_now() - FORGOTTEN,
    )
    .limit(PIECE)
    .with_for_update(skip_locked=True)
)
# Each channel and person that was ever written to has a row.
PRUNE = Statement(delete(slots).where(slots.c.name.in_(_idle)))
GIVE_BACK = Statement(
    update(slots).where(_of_it).values(next_at=slots.c.next_at - _number("by"))
)
CLOSE = Statement(
    update(slots)
    .where(_of_it)
    .values(next_at=greatest(slots.c.next_at, database_now() + _number("more")))
)
