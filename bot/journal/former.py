"""What runs of the bot that are dead left: found in pages, and settled in groups.

What is to be sent, or sent again, is taken over first: from then on it is in the hands
of this run, and of no other. A run that died may have sent what it was sending: of a
start that is unknown, and where one run is all that there can be it is told so from the
first answer on (`rows.as_read`), whether it has been settled here or not. A group
is one transaction, and a statement is executed once for all of its rows, so whoever
commits meanwhile waits for a few milliseconds. What changed since it was read, or has
an ID by that, goes its own way, which takes longer: few of those are a transaction.
What is settled already stays as it is, so a crash at any point is followed by the same
again.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Integer, and_, bindparam, func, or_, select, tuple_, update

from bot.errors import JournalUnavailable
from bot.ids import IntentId
from bot.journal import endings, locks, stops, usage
from bot.journal import facts as known_facts
from bot.journal.audit import Cause, append_all, settled_entry
from bot.journal.evidence import Fact, FactKind, Standing
from bot.journal.left import LEFT, is_left, left_text
from bot.journal.lives import IS_ORPHAN, Life
from bot.journal.model import CARD_NOTICE, Changes, Intent
from bot.journal.orphans import COUNT, OPEN_STOPS, TAKE, TAKE_ONE, TAKE_STOPS, text
from bot.journal.outbox import PUT
from bot.journal.rows import intents_of, millis, notice_row, standing_columns
from bot.journal.schema import facts, intents
from bot.journal.statement import Params, Statement, Writer, among
from bot.journal.transaction import Transaction, Write
from bot.journal.unread import as_kept, as_standing
from bot.states import State

GROUP = 50  # rows of a page, and of a transaction: some 15 ms of the writer
FEW = 5  # of those that go their own way: some 10 ms

Learnt = tuple[Intent, Fact]


def _page(*which: Any) -> Statement:
    """Return the question for the next intents in a state, the oldest first."""
    order = (intents.c.created_at, intents.c.id)
    last = [
        bindparam(name, type_=column.type)
        for name, column in zip(("at", "after"), order, strict=True)
    ]
    after = tuple_(*order) > tuple_(*last)
    page = select(intents).where(
        intents.c.state == bindparam("state"),
        after,
        IS_ORPHAN,
        *which,
    )
    return Statement(page.order_by(*order).limit(bindparam("limit", type_=Integer())))


_LEFT = _page(intents.c.creates)
_TOLD_OF = _page(intents.c.callbacks, intents.c.sent_at.is_not(None))
_REVISIONS = select(intents.c.id, intents.c.rev).where(among(intents.c.id, "ids"))
_LEARNT = Statement(_REVISIONS.order_by(intents.c.id).with_for_update())
# Nobody settles what another run has in its hands, nor waits for who is doing it.
_SETTLED = Statement(
    _REVISIONS.where(
        or_(
            and_(intents.c.state == State.SENDING.value, IS_ORPHAN),
            and_(
                intents.c.state == State.QUEUED.value,
                intents.c.owner == bindparam("boot"),
            ),
        )
    ).with_for_update(skip_locked=True)
)
_KNOWN = Statement(select(facts).where(among(facts.c.thing, "ids")))
_STOPPED = Statement(
    select(intents.c.about).where(
        among(intents.c.about, "ids"),
        intents.c.ends,
        intents.c.state.in_([text(one) for one in ("queued", "waiting", "sending")]),
    )
)
_STAND = Statement(
    update(intents)
    .where(intents.c.id == bindparam("of"))
    .values(
        rev=bindparam("to_rev"),
        state=bindparam("to_state"),
        ref=bindparam("to_ref"),
        standing=bindparam("to_standing"),
        undecided=bindparam("to_undecided"),
        error_code=bindparam("to_error_code"),
        error_text=bindparam("to_error_text"),
        settled_by=bindparam("to_settled_by"),
        reason=bindparam("to_reason"),
        settled_at=func.coalesce(
            bindparam("to_settled_at", type_=intents.c.settled_at.type),
            intents.c.settled_at,
        ),
    )
)


@dataclass(slots=True)
class _Group:
    """The rows that a group writes, and what has to go its own way."""

    facts: list[dict[str, Any]] = field(default_factory=list)
    standings: list[dict[str, Any]] = field(default_factory=list)
    notices: list[dict[str, Any]] = field(default_factory=list)
    records: list[Any] = field(default_factory=list)
    changed: list[tuple[Intent, Intent]] = field(default_factory=list)  # before, after


class Former:
    """What dead runs left in the journal; *life* is that of this run.

    *held* is what was taken over and nobody works on yet: it is no dead run's any
    more, so nothing else would find it.
    """

    def __init__(self, writer: Writer, write: Write, life: Life) -> None:
        self._writer = writer
        self._write = write
        self._life = life
        self.held: dict[IntentId, Intent] = {}

    async def count(self) -> int:
        """Count what is unfinished and in the hands of a dead run.

        Raises:
            JournalUnavailable: the database did not answer.
        """
        counted: int = await self._writer.read(
            lambda c: c.execute(COUNT, self._life.about).scalar(), long=True
        )
        return counted

    async def stops(self) -> list[Intent]:
        """Take over and return every stop that was to be sent, or was being sent.

        The oldest first. Where nobody else can have them they are returned even if that
        cannot be written: what was being sent is sent again all the same.

        Raises:
            JournalUnavailable: nothing was taken over.
        """
        try:
            return self._hold(await self._taken(TAKE_STOPS))
        except JournalUnavailable:
            if self._life.shared:
                raise
            return _by_age(await self._read(OPEN_STOPS))

    async def taken(self, state: State, limit: int = GROUP) -> list[Intent]:
        """Take over and return the next that are QUEUED, or SENDING and no starts.

        The oldest first. Starts that are being sent nobody takes over.

        Raises:
            JournalUnavailable: nothing was taken over.
        """
        taken = await self._taken(TAKE, state=state.value, limit=limit)
        return self._hold(taken)

    async def take(self, queued: IntentId) -> None:
        """Take over what is QUEUED, if it was left.

        Raises:
            JournalUnavailable: it was not.
        """
        await self._taken(TAKE_ONE, of=queued)

    async def unsettled(
        self, state: State, after: Intent | None = None, limit: int = GROUP
    ) -> list[Intent]:
        """Return as they were left starts in *state*, *after* the last of a page."""
        return await self._read(_LEFT, state, after, limit)

    async def told_of(
        self, state: State, after: Intent | None = None, limit: int = GROUP
    ) -> list[Intent]:
        """Return what was sent, is in *state*, and is told of by callbacks."""
        return await self._read(_TOLD_OF, state, after, limit)

    async def settle(self, group: Sequence[tuple[Intent, FactKind, Changes]]) -> None:
        """Settle things: each as it was read, how it ended, and why.

        What is QUEUED has been taken over; what was being sent is a dead run's.

        Raises:
            JournalUnavailable: some of them were not settled.
        """

        def work(tx: Transaction) -> list[Learnt]:
            ended = (
                (thing, endings.fact_of(tx, thing, kind, changes))
                for thing, kind, changes in group
            )
            own = tx.by_itself(Cause.RECOVERY)
            return _learn(own, list(ended), _SETTLED, self._life)

        await self._alone(await self._write(work, long=True), Cause.RECOVERY)

    async def learn(self, group: Sequence[tuple[Intent, Fact]]) -> None:
        """Add a fact to what is known of each thing, as it was read.

        Raises:
            JournalUnavailable: some of them were not added.
        """
        await self._alone(
            await self._write(
                lambda tx: _learn(tx, group, _LEARNT, self._life), long=True
            )
        )

    async def _alone(
        self, learnt: Sequence[Learnt], cause: Cause | None = None
    ) -> None:
        """Learn what goes its own way, few at a time: others commit between."""

        def work(tx: Transaction, few: Sequence[Learnt]) -> None:
            if cause:
                locks.heads_of(tx.connection, [thing.id for thing, _fact in few])
            for thing, fact in few:
                _alone(replace(tx, cause=cause), thing, fact)

        for number in range(0, len(learnt), FEW):
            await self._write(
                partial(work, few=learnt[number : number + FEW]), long=True
            )

    async def _read(
        self,
        query: Statement,
        state: State | None = None,
        after: Intent | None = None,
        limit: int = GROUP,
    ) -> list[Intent]:
        """Ask in the reader's thread: commands are answered meanwhile."""
        last = (millis(after.created_at), after.id) if after else (-1, "")
        params: dict[str, Any] = {**self._life.about}
        if state:
            params |= {"state": state.value, "at": last[0], "after": last[1]}
            params |= {"limit": limit}
        return await self._writer.read(
            lambda c: intents_of(c.execute(query, params)), long=True
        )

    def _hold(self, taken: list[Intent]) -> list[Intent]:
        self.held |= {one.id: one for one in taken}
        return taken

    async def _taken(self, statement: Statement, **params: Any) -> list[Intent]:
        asked = {**params, **self._life.about}
        taken: list[Intent] = await self._write(
            lambda tx: intents_of(tx.connection.execute(statement, asked)), long=True
        )
        return _by_age(taken)


def _by_age(left: Sequence[Intent]) -> list[Intent]:
    return sorted(left, key=lambda one: (one.created_at, one.id))


def reached(tx: Transaction, thing: Intent, life: Life) -> Intent:
    """Settle *thing* if a dead run left it; return it as it is then.

    A person who settles by hand what reads as unknown does not wait for its turn.
    """
    if not is_left(thing, life.alone):
        return thing
    changes = left_changes(thing)
    fact = endings.fact_of(tx, thing, FactKind.NO_ANSWER, changes)
    tx = tx.by_itself(Cause.RECOVERY)
    for own in _learn(tx, [(thing, fact)], _SETTLED, life):
        _alone(tx, *own)
    return tx.get(thing.id)


def left_changes(intent: Intent) -> Changes:
    """Return what is kept of *intent*, over which a run died."""
    return Changes(error_code=LEFT, error_text=left_text(intent.asker.locale))


def _learn(
    tx: Transaction, learnt: Sequence[Learnt], which: Statement, life: Life
) -> list[Learnt]:
    """Do for all of *learnt* what `Transaction.learn` does for one, and what follows.

    But only for those that *which* returns. Returns what is to go that way itself: a
    thing that has an ID by it, is linked to another, or has changed since it was read.
    """
    ids = {"ids": [thing.id for thing, _fact in learnt]}
    if tx.cause:
        locks.heads_of(tx.connection, ids["ids"])
    asked = {**ids, **life.about}
    revisions = {row.id: row.rev for row in tx.connection.execute(which, asked)}
    learnt = [(thing, fact) for thing, fact in learnt if thing.id in revisions]
    facts_of = _known(tx, ids)
    at = tx.now()
    group, alone = _Group(), []
    for thing, fact in learnt:
        evidence = facts_of[thing.id]
        if fact.key not in {one.key for one in evidence}:
            evidence = [*evidence, fact]
        standing = tx.lifecycles[thing.subject.kind].fold(thing, evidence)
        gained = standing.ref != thing.subject.ref
        if gained or standing.links or revisions[thing.id] != thing.rev:
            alone.append((thing, fact))
            continue
        if evidence[-1] is fact:
            group.facts.append(known_facts.row_of(thing.id, fact))
        _stand(tx, group, thing, standing, at)
    _written(tx, group)
    _follow(tx, group, ids)
    return alone


def _known(tx: Transaction, ids: Params) -> dict[IntentId, list[Fact]]:
    of_each: dict[IntentId, list[Fact]] = defaultdict(list)
    rows = tx.connection.execute(_KNOWN, ids).all()
    for row in sorted(rows, key=lambda one: one.id):
        of_each[row.thing].append(known_facts.fact_of(row))
    return of_each


def _alone(tx: Transaction, thing: Intent, fact: Fact) -> None:
    """Learn *fact* of one *thing*, unless it has gone on since it was read."""
    now = tx.get(thing.id)
    if now.state is thing.state and now.owner == thing.owner:
        stops.follow(tx, *tx.learn(now, fact))


def _stand(
    tx: Transaction, group: _Group, before: Intent, standing: Standing, at: datetime
) -> None:
    """Let *before* stand so, if that is news: its row, its notices, its record."""
    moved = standing.state is not before.state
    if standing == before.standing and not moved:
        return
    settled = moved and standing.state is not State.SENDING
    ended_at = as_kept(at) if settled else before.settlement.settled_at
    after = as_standing(before, standing, before.card, settled_at=ended_at)
    row = {f"to_{name}": value for name, value in standing_columns(standing).items()}
    row |= {"of": before.id, "to_rev": after.rev}
    row["to_settled_at"] = millis(at) if settled else None
    group.standings.append(row)
    group.changed.append((before, after))
    news = tx.lifecycles[after.subject.kind].news(before, after)
    for notice in (CARD_NOTICE, *news):
        if notice.line:
            tx.raise_notices(after, (notice,))
        else:
            group.notices.append(notice_row(notice, millis(at), intent=after))
    if moved and tx.cause:
        group.records.append(settled_entry(at, before, after, tx.cause))


def _written(tx: Transaction, group: _Group) -> None:
    for statement, rows in (
        (known_facts.PUT, group.facts),
        (_STAND, group.standings),
        (PUT, group.notices),
    ):
        if rows:
            tx.connection.execute_many(statement, rows)
    for before, after in group.changed:
        usage.changed(tx.connection, before, after)
    append_all(tx.connection, tx.audit_key, group.records, tx.heads)


def _follow(tx: Transaction, group: _Group, ids: Params) -> None:
    """Let the stops go on of what has changed, if it has any."""
    stopped = set(tx.connection.execute(_STOPPED, ids).scalars())
    for before, after in group.changed:
        if after.id in stopped:
            stops.follow(tx, before, after)
