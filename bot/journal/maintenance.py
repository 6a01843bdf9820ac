"""What time alone makes due: notices to be raised, rows to be deleted."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import product
from types import MappingProxyType

from sqlalchemy import Text, bindparam, delete, func, literal, or_, select

from bot.ids import Kind
from bot.journal.left import as_read
from bot.journal.model import Intent
from bot.journal.questions import in_states
from bot.journal.rows import DROPPED, FAILED, PENDING, SENT, intents_of, millis, moment
from bot.journal.schema import facts, intents, lines, outbox
from bot.journal.schema_alerts import mutes, outages
from bot.journal.schema_saved import timers
from bot.journal.slots import PRUNE
from bot.journal.statement import Connection, Statement, Writer, among, literals
from bot.journal.usage import DROP_EXPIRED
from bot.states import OVER, State

GIVEN_UP_KEPT = timedelta(days=7)  # notices that nobody took
INTENTS_KEPT = timedelta(days=180)  # Tencent lets a TaskId be used for 30
LOOKED_AFTER = timedelta(days=7)  # past its time, what is kept for less than that
MOST_AT_ONCE = 100
PIECE = 100  # rows that are deleted at once: nobody who commits waits for more


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Intents to be noticed: in one of *states*, *since* a column's time, for long.

    *called_back*: only those whose events Tencent sends; *untimed*: without a timer.
    """

    mark: str
    states: tuple[State, ...]
    since: str  # "sent_at" or "settled_at"
    action: str
    called_back: bool = False
    untimed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """How much waits: intents to be sent, notices, and what stayed unknown.

    *late* are those of the unknown that were accepted long ago; *oldest* is since when
    the oldest notice waits.
    """

    queued: int
    unknown: int
    late: int
    notices: int
    oldest: datetime | None


class Maintenance:
    """The journal, as its upkeep sees it."""

    def __init__(self, writer: Writer, alone: str | None) -> None:
        self._writer = writer
        self._alone = alone  # what another run than the only one was sending is unknown

    @property
    def reruns(self) -> int:
        """How often a transaction lost a race and was run again."""
        return self._writer.reruns

    async def overdue(self, due: Due, before: datetime) -> list[Intent]:
        """Return what has been *due* since *before* and is not marked yet."""
        which = {"called_back": due.called_back, "untimed": due.untimed}
        oldest = _overdue(due.states, due.since, **which)
        asked = {"action": due.action, "before": millis(before)}
        asked["mark"] = f" {due.mark} "
        late = await self._writer.read(lambda c: intents_of(c.execute(oldest, asked)))
        return [as_read(one, self._alone) for one in late]

    async def oldest_unsent(self) -> datetime | None:
        """Return since when the oldest undelivered notice waits."""
        at = await self._writer.read(lambda c: c.execute(_OLDEST_UNSENT).scalar())
        return None if at is None else datetime.fromtimestamp(at / 1000, tz=UTC)

    async def backlog(self, late: datetime) -> Backlog:
        """Return how much waits; *late* is what was accepted before then.

        Each number is counted in an index, off the event loop.
        """

        def work(connection: Connection) -> Backlog:
            def count(state: State, before: datetime | None = None) -> int:
                asked = {"state": state.value, "before": _until(before)}
                return int(connection.execute(_IN_STATE, asked).scalar())

            notices, oldest = connection.execute(_UNSENT).one()
            return Backlog(
                queued=count(State.QUEUED),
                unknown=count(State.UNKNOWN),
                late=count(State.UNKNOWN, late),
                notices=notices,
                oldest=moment(oldest),
            )

        return await self._writer.read(work, long=True)

    async def prune(
        self, now: datetime, brief: Mapping[Kind, timedelta] = MappingProxyType({})
    ) -> int:
        """Delete rows that are past their time; return how many were deleted.

        Of the kinds that are *brief* that is so long. It goes in pieces, each a
        transaction of its own. The audit trail stays: it is append-only. Numbers of
        handles are not used again.
        """
        passed = {"now": millis(now)}
        await self._writer.write(lambda c: c.execute(DROP_EXPIRED, passed))
        gone = 0
        past = [_over(now, state) for state in sorted(OVER | {State.WAITING})]
        for (kind, kept), state in product(brief.items(), _ASKED):
            past.append(_over(now, state, kind, kept))
        for piece in (_delivered(now), *past, _unused_slots):
            while deleted := await self._writer.write(piece, long=True):
                gone += deleted
        return gone


_MARK = bindparam("mark", type_=Text())


@cache
def _overdue(
    states: tuple[State, ...], since: str, *, called_back: bool, untimed: bool
) -> Statement:
    marks = literal(" ").concat(intents.c.marks).concat(" ")
    query = select(intents).where(
        intents.c.action == bindparam("action"),
        intents.c[since] <= bindparam("before"),
        func.replace(marks, _MARK, "") == marks,  # it is not there
    )
    if called_back:
        query = query.where(intents.c.callbacks)
    if untimed:
        query = query.where(intents.c.stop_at.is_(None))
    return Statement(in_states(query, states).limit(MOST_AT_ONCE))


_oldest = func.min(outbox.c.created_at)
_OLDEST_UNSENT = Statement(select(_oldest).where(outbox.c.state == PENDING))
_UNSENT = Statement(select(func.count(), _oldest).where(outbox.c.state == PENDING))
_IN_STATE = Statement(
    select(func.count())
    .select_from(intents)
    .where(intents.c.state == bindparam("state"))
    .where(intents.c.created_at <= bindparam("before"))
)
_waits_no_more = (
    select(outbox.c.id)
    .where(
        outbox.c.state.in_(literals((SENT, DROPPED, FAILED))),
        or_(outbox.c.state != FAILED, outbox.c.created_at < bindparam("before")),
    )
    .limit(PIECE)
    .subquery()
)
_DELIVERED = Statement(delete(outbox).where(outbox.c.id.in_(_waits_no_more.select())))
# Of one state, the oldest first: so whatever the planner knows of *before*, it begins
# where they begin, and reads no more of them.
_PAST = Statement(
    select(intents.c.id)
    .where(
        intents.c.state == bindparam("state"),
        intents.c.created_at < bindparam("before"),
    )
    .order_by(intents.c.created_at, intents.c.id)
    .limit(PIECE)
    .with_for_update(skip_locked=True)
)
# Of one kind, of the last days: what is older was deleted then, or goes with the rest.
_BRIEF = Statement(
    select(intents.c.id)
    .where(
        intents.c.state == bindparam("state"),
        intents.c.created_at < bindparam("before"),
        intents.c.created_at >= bindparam("since"),
        intents.c.kind == bindparam("kind"),
    )
    .order_by(intents.c.created_at, intents.c.id)
    .limit(PIECE)
    .with_for_update(skip_locked=True)
)
_ASKED = (State.DONE, State.NOT_STARTED, State.UNKNOWN)  # how a look-up ends
_OF_PAST = [
    Statement(delete(column.table).where(among(column, "ids")))
    for column in (
        outbox.c.intent,
        lines.c.intent,
        facts.c.thing,
        timers.c.thing,
        outages.c.thing,
        mutes.c.thing,
        intents.c.id,
    )
]


def _until(before: datetime | None) -> int:
    """Return *before*, or a time that nothing is after, in milliseconds."""
    return millis(before) if before else 2**62


def _delivered(now: datetime) -> Callable[[Connection], int]:
    """Return what deletes the next notices that wait no more.

    Earlier releases kept those that arrived for a week.
    """
    old = {"before": millis(now - GIVEN_UP_KEPT)}
    return lambda connection: connection.execute(_DELIVERED, old).rowcount


def _unused_slots(connection: Connection) -> int:
    """Delete the next slots that nobody has asked for lately."""
    return connection.execute(PRUNE).rowcount


def _over(
    now: datetime,
    state: State,
    kind: Kind | None = None,
    kept: timedelta = INTENTS_KEPT,
) -> Callable[[Connection], int]:
    """Return what deletes the next intents that are over and old, and theirs.

    Over is whatever is in this *state*; old, if of that *kind*, what is *kept* no more.
    """
    before = now - kept
    old: dict[str, object] = {"state": state.value, "before": millis(before)}
    if kind:
        old |= {"kind": kind, "since": millis(before - LOOKED_AFTER)}

    def work(connection: Connection) -> int:
        which = _BRIEF if kind else _PAST
        ids = {"ids": connection.execute(which, old).scalars()}
        if not ids["ids"]:
            return 0
        return sum(connection.execute(one, ids).rowcount for one in _OF_PAST)

    return work
