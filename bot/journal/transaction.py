"""What the journal does inside one transaction of the writer, which may run it twice.

A fact, what it makes of its thing, what follows for the stops of that thing, and the
notices of all are committed together.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from typing import Any, Protocol

import structlog
from sqlalchemy import bindparam, false, select

from bot.errors import IllegalMove, TaskTaken
from bot.ids import Handle, IntentId, Kind, TeamId, handle
from bot.journal import (
    accepting,
    alert_rows,
    changing,
    facts,
    links,
    locks,
    outbox,
    timer_rows,
    together,
    usage,
)
from bot.journal.accepting import Before
from bot.journal.anchors import Head
from bot.journal.audit import Cause, Entry, append, settled_entry
from bot.journal.audit_key import AuditKey
from bot.journal.evidence import (
    Fact,
    FactKind,
    Headline,
    Standing,
    fact_key,
)
from bot.journal.lifecycle import Lifecycle
from bot.journal.links import Told
from bot.journal.lives import is_alive
from bot.journal.model import CARD_NOTICE, Changes, Intent, NewIntent, Notice
from bot.journal.numbers import next_number
from bot.journal.rows import (
    ACCEPTED,
    CHANGING,
    changed,
    intent_of,
    millis,
    row_of,
    standing_columns,
)
from bot.journal.schema import EMPTY, intents
from bot.journal.seal import Seal
from bot.journal.statement import Connection, Statement, T, inserted, literals, updated
from bot.journal.unread import accepted_of
from bot.states import State, sources

_ACCEPT = inserted(intents, *ACCEPTED)
_ACCEPT_CHANGE = inserted(intents, *ACCEPTED, *CHANGING)
BY_ID = Statement(select(intents).where(intents.c.id == bindparam("id")))
BY_KEY = Statement(select(intents).where(intents.c.key == bindparam("key")))
HELD = Statement(
    select(intents).where(intents.c.id == bindparam("id")).with_for_update()
)
HELD_BY_AGENT = Statement(
    select(intents)
    .where(
        intents.c.agent == bindparam("agent"),
        intents.c.agent != EMPTY,
        intents.c.about.is_(None),
    )
    .with_for_update()
)
_OWNER = Statement(
    select(intents)
    .where(
        intents.c.sdk_app_id == bindparam("sdk_app_id"),
        intents.c.ref == bindparam("ref"),
        intents.c.ref != EMPTY,
        intents.c.creates,
        intents.c.id != bindparam("other_than"),
    )
    .with_for_update()
)


@cache
def _changing(*columns: str) -> Statement:
    of = intents.c.id == bindparam("of")
    return updated(intents, columns, of, returning=True, rev=intents.c.rev + 1)


@cache
def _moving(to: State, *columns: str, mine: bool = False) -> Statement:
    legal = literals(state.value for state in sorted(sources(to)))
    so = [
        intents.c.id == bindparam("of"),
        intents.c.state.in_(legal) if legal else false(),
    ]
    if mine:
        so += [intents.c.owner == bindparam("boot"), is_alive("boot")]
    return updated(intents, columns, *so, returning=True, rev=intents.c.rev + 1)


log = structlog.get_logger(__name__)


class Write(Protocol):
    """Runs pieces of work, each in a transaction of its own."""

    async def __call__(self, work: Callable[["Transaction"], T], **how: bool) -> T:
        """Return the result of *work* once that is durable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """One transaction on *connection*, whose moves are dated by *now*.

    *lifecycles* fold the facts of each kind of thing. *allotted* is told of every
    number that is given to a thing. *boot* is the run that has in its hands what is
    queued here. *cause* is what settles things by itself here:
    each change of a state is on the record then. *heads* are where the chains of the
    trail end, as far as that was read or written here, and *numbers* the next ones.
    """

    connection: Connection
    seal: Seal
    now: Callable[[], datetime]
    lifecycles: Mapping[Kind, Lifecycle]
    allotted: Callable[[TeamId, Kind, int], None]
    audit_key: AuditKey
    boot: str
    cause: Cause | None = None
    heads: dict[str, Head] = field(default_factory=dict)
    numbers: dict[tuple[TeamId, Kind], int] = field(default_factory=dict)

    def by_itself(self, cause: Cause) -> "Transaction":
        """Return it as one in which *cause* settles things, and no person does."""
        return replace(self, cause=cause)

    def first(self, intent: IntentId, entry: Entry | None = None) -> None:
        """Have what goes before *intent*, of which *entry* will be on the record.

        It comes first in a transaction that will read or write *intent*.
        """
        locks.head_for(self.connection, entry)
        if self.cause:
            locks.heads_of(self.connection, (intent,))
        locks.thing_of(self.connection, intent)

    def get(self, intent: IntentId) -> Intent:
        """Return an intent that exists, and have it until the transaction ends."""
        return intent_of(self.connection.execute(HELD, {"id": intent}).one())

    def before(self, new: NewIntent, alone: str | None, *, counts: bool) -> Before:
        """Return what there is before *new* is accepted; *alone* is the only run."""
        there = accepting.before(self.connection, new, alone, counts=counts)
        self.heads[there.head.chain] = there.head
        self.numbers[new.asker.team, new.subject.kind] = there.number
        return there

    def by_agent(self, agent: str) -> Intent | None:
        """Return the intent that travelled as the robot *agent*."""
        row = self.connection.execute(HELD_BY_AGENT, {"agent": agent}).first()
        return intent_of(row) if row else None

    def insert(
        self, new: NewIntent, state: State, joins: IntentId | None = None
    ) -> Intent:
        """Insert *new*; what names no thing that there is gets the next handle.

        A stop of what is not on record in its workspace names nothing.

        Raises:
            Overtaken: what *new* changes is not as it was when that was formed.
        """
        if new.change:
            changing.ensure_timely(self.connection, new)
        named = new.handle or (Handle("") if new.subject.ends else self.allot(new))
        row = row_of(new, named, self.seal)
        columns = {**row, "state": state.value, "joins": joins, "owner": self.boot}
        self.connection.execute(_ACCEPT_CHANGE if new.change else _ACCEPT, columns)
        accepted = accepted_of(new, named, state, joins, self.boot)
        if accepted.subject.creates:
            usage.began(self.connection, accepted)
        if new.timing:
            timer_rows.begin(self.connection, accepted, millis(new.at))
        of = new.copies
        if of and (original := self._there(of.id)):
            both = links.made(accepted, original, of, millis(self.now()))
            return self.link(accepted, both)
        return accepted

    def owner(self, sdk_app_id: int, ref: str, other_than: str = "") -> Intent | None:
        """Return the thing of an app that has the ID *ref*."""
        asked = {"sdk_app_id": sdk_app_id, "ref": ref, "other_than": other_than}
        row = self.connection.execute(_OWNER, asked).first()
        return intent_of(row) if row else None

    # ── what is sent ────────────────────────────────────────────────────────────

    def move(self, intent: IntentId, to: State, changes: Changes) -> Intent:
        """Move *intent* along an edge to *to*, compare-and-set.

        Raises:
            IllegalMove: it is in no state from which an edge leads there.
        """
        moved = self.moved(intent, to, changes)
        if moved is None:
            log.critical("journal.illegal-move", intent=intent, to=to.value)
            raise IllegalMove(f"{intent} cannot become {to.value}")
        return moved

    def moved(
        self, intent: IntentId, to: State, changes: Changes, *, mine: bool = False
    ) -> Intent | None:
        """Move *intent* as `move` does; None if no edge leads there.

        Or, if it has to be *mine*, if another run has it, or this one is dead.
        """
        before = self.get(intent) if self.cause else None
        at = millis(self.now())
        columns = changed(intent, changes, self.seal) | {"state": to.value}
        columns["sent_at" if to is State.SENDING else "settled_at"] = at
        statement = _moving(to, *sorted(columns), mine=mine)
        asked = {**columns, "of": intent, "boot": self.boot}
        row = self.connection.execute(statement, asked).first()
        if row is None:
            return None
        if row.batch and to is not State.SENDING:
            together.tell(self.connection, row.batch, at)
        return self._settled(before, intent_of(row))

    def update(self, intent: IntentId, changes: Changes) -> Intent:
        """Change columns of *intent* other than its state."""
        return self._changed(intent, changed(intent, changes, self.seal))

    def _changed(self, intent: IntentId, columns: Mapping[str, Any]) -> Intent:
        statement, of = _changing(*sorted(columns)), {"of": intent}
        return intent_of(self.connection.execute(statement, {**columns, **of}).one())

    # ── what is known ───────────────────────────────────────────────────────────

    def learn(
        self,
        thing: Intent,
        fact: Fact,
        *,
        also: Sequence[Fact] = (),
        changes: Changes | None = None,
        notices: Iterable[Notice] | None = (),
    ) -> tuple[Intent, Intent]:
        """Add *fact* to what is known of *thing*; return it before and after.

        *thing* is as this transaction sees it. *also* are facts that came with it:
        what they make of the thing is one change.

        What it makes of the thing is told: its card, and what its lifecycle has to
        say; with None as *notices* nothing is. A fact that is known already changes
        nothing.

        Raises:
            TaskTaken: a person gave it an ID that is another's.
        """
        if not facts.put(self.connection, thing.id, (*also, fact)):
            return thing, thing
        return thing, self.refold(thing, changes, notices)

    def refold(
        self,
        before: Intent,
        changes: Changes | None = None,
        notices: Iterable[Notice] | None = None,
    ) -> Intent:
        """Fold anew all that is known of a thing, and tell that as `learn` does."""
        after = self._stand(before, self._folded(before), changes or Changes())
        if after.rev != before.rev and notices is not None:
            self.tell(before, after, notices)
        if after.standing.links:
            followed = links.follow(before, after, millis(self.now()))
            after = self.link(after, followed)
        return after

    def link(self, thing: Intent, each: Iterable[Told]) -> Intent:
        """Let *each* learn what it is told of another; return *thing* as it is then."""
        at = millis(self.now())
        for one in each:
            learner = thing if one.thing == thing.id else self._there(one.thing)
            if learner is None:  # it was thrown away long ago
                continue
            links.keep(self.connection, one, at)
            fact = links.fact_of(learner, one.link, at)
            _before, after = self.learn(learner, fact, notices=one.lines)
            thing = after if after.id == thing.id else thing
        return thing

    def _there(self, intent: IntentId) -> Intent | None:
        row = self.connection.execute(HELD, {"id": intent}).first()
        return intent_of(row) if row else None

    def _folded(self, thing: Intent) -> Standing:
        """Fold all that is known of *thing*; an ID is one thing's only."""
        evidence = facts.of(self.connection, thing.id)
        standing = self.lifecycles[thing.subject.kind].fold(thing, evidence)
        if not standing.ref or not thing.subject.sdk_app_id:
            return standing
        owner = self.owner(thing.subject.sdk_app_id, standing.ref, thing.id)
        if owner is None:
            return standing
        if owner.standing.vouched or not standing.vouched:
            if not standing.vouched:
                own = owner.asker.team == thing.asker.team
                raise TaskTaken(owner.handle if own else "")
            log.critical("journal.id-of-two", thing=thing.id, other=owner.id)
            others = (*standing.candidates, standing.ref)
            return replace(
                standing,
                state=State.UNKNOWN,
                headline=Headline.UNKNOWN,
                ref="",
                candidates=others,
            )
        at = millis(self.now())
        detached = Fact(
            kind=FactKind.DETACHED,
            key=fact_key(owner.id, "detached", standing.ref, thing.id),
            ref=standing.ref,
            job=thing.id,
            at=at,
            came_at=at,
        )
        self.learn(owner, detached)
        return standing

    def _stand(self, before: Intent, standing: Standing, changes: Changes) -> Intent:
        """Write what may be said of a thing, if that is news."""
        columns = changed(before.id, changes, self.seal)
        if standing != before.standing or standing.state is not before.state:
            columns |= standing_columns(standing)
        if standing.version != before.standing.version:
            columns |= changing.present_columns(
                self.connection, self.seal, before, standing.version
            )
        if standing.state is not before.state and standing.state is not State.SENDING:
            columns["settled_at"] = millis(self.now())
        columns |= timer_rows.begun(before, standing.state, self.now())
        if not columns:
            return before
        after = self._settled(before, self._changed(before.id, columns))
        usage.changed(self.connection, before, after)
        timer_rows.follow(self.connection, before, after)
        return after

    def record(self, entry: Entry) -> None:
        """Write *entry* into the audit trail."""
        append(self.connection, self.audit_key, entry, self.heads)

    def _settled(self, before: Intent | None, after: Intent) -> Intent:
        """Put on the record what no person did; return *after*."""
        if self.cause and before and before.state is not after.state:
            self.record(settled_entry(self.now(), before, after, self.cause))
        return after

    # ── what follows ────────────────────────────────────────────────────────────

    def tell(self, before: Intent, after: Intent, notices: Iterable[Notice]) -> None:
        """Tell what became of a thing: by its card, once, and by what else there is."""
        news = self.lifecycles[after.subject.kind].news(before, after)
        others = (one for one in notices if one != CARD_NOTICE)
        settled = after.settlement.settled_at
        of = settled if settled != before.settlement.settled_at else None
        self.raise_notices(after, (CARD_NOTICE, *news, *others), of)
        if alert_rows.is_over(after) and not alert_rows.is_over(before):
            at = millis(self.now())
            for one, past in alert_rows.over(self.connection, after, at, self.get):
                self.raise_notices(one, past)

    def raise_notices(
        self, intent: Intent, notices: Iterable[Notice], of: datetime | None = None
    ) -> None:
        """Put *notices* about *intent* into the outbox, *of* now or of that time."""
        if intent.batch:
            notices = together.without_results(notices)
        at = millis(of or self.now())
        rung = alert_rows.rung(self.connection, intent, notices, at)
        outbox.put(self.connection, rung, intent, at)

    def allot(self, new: NewIntent) -> Handle:
        """Take the next number for *new*: of its kind, in its workspace.

        A number once given there is never given again.
        """
        team, kind = new.asker.team, new.subject.kind
        if (number := self.numbers.pop((team, kind), None)) is None:
            number = next_number(self.connection, team, kind)
        self.allotted(team, kind, number)
        return handle(kind, number)
