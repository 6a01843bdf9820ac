"""What a second person is asked: kept until somebody has decided, or its time is over.

What would be sent is sealed beside it. One decision counts, the first: it is a
compare-and-set, in the same transaction as what follows from it and its record. The
message that asks is a line in the outbox, so it shows the newest of what became of it.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from typing import Any

from sqlalchemy import bindparam, delete, select

from bot.dialogue.ask import Person
from bot.dialogue.outcome import Audience
from bot.errors import Decided
from bot.ids import ChannelId, FormId, IntentId, SlackUserId, TeamId
from bot.journal import locks, outbox
from bot.journal.audit import Decision, Entry
from bot.journal.model import PROPOSAL, Asker, Notice
from bot.journal.open_forms import use
from bot.journal.questions import not_by
from bot.journal.rows import TO, millis, moment
from bot.journal.schema import lines
from bot.journal.schema_saved import proposals
from bot.journal.seal import Cell, Seal
from bot.journal.statement import Statement, Writer, inserted, updated
from bot.journal.transaction import Transaction, Write

MOST_AT_ONCE = 100
LATEST = datetime.max.replace(tzinfo=UTC)


class Asking(StrEnum):
    """Where a proposal stands."""

    ASKED = "asked"
    APPROVED = "approved"
    DENIED = "denied"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What *asker* wants done, and a second person has to approve.

    *key* is that of the ask, *digest* that of all it would send. *action* is what rules
    call it, *rule* the name of the one that wants a second person. *shown* is what
    people read of it, and has no secret; it is asked in the channel *asked_in*. *by*
    decided so, for a *reason*.
    """

    id: IntentId
    key: str
    digest: str
    action: str
    asker: Asker
    rule: str
    shown: Mapping[str, Any]
    asked_in: ChannelId
    state: Asking = Asking.ASKED
    by: Person | None = None
    reason: str = ""
    created_at: datetime
    expires_at: datetime
    decided_at: datetime | None = None

    def entry(
        self, who: Asker, at: datetime, decision: Decision, what: str, why: str = ""
    ) -> Entry:
        """Return the record that *who* did *what* about it."""
        record = Entry.by(who, at, decision, what, rule=self.rule, why=why)
        app = str(self.shown.get("app", ""))
        return record.about(app, self.id, "", self.digest)

    def decided(
        self, to: Asking, by: Person | None, reason: str, at: datetime
    ) -> "Proposal":
        """Return it as it is once *by* decided so."""
        return replace(self, state=to, by=by, reason=reason, decided_at=at)


_of_it = proposals.c.id == bindparam("of")
_PUT = inserted(proposals)
_GET = Statement(select(proposals).where(proposals.c.id == bindparam("id")))
_BY_KEY = Statement(select(proposals).where(proposals.c.key == bindparam("key")))
_DECIDE = updated(
    proposals,
    ("state", "by", "by_home", "by_enterprise", "reason", "decided_at", "shown"),
    _of_it,
    proposals.c.state == Asking.ASKED.value,
    returning=True,
)
_DUE = Statement(
    select(proposals)
    .where(
        proposals.c.state == bindparam("state"),
        proposals.c.expires_at <= bindparam("before"),
    )
    .order_by(proposals.c.expires_at)
    .limit(MOST_AT_ONCE)
)
_OPEN = Statement(
    select(proposals)
    .where(
        proposals.c.state == Asking.ASKED.value,
        proposals.c.expires_at > bindparam("now"),
        not_by(proposals.c.team) == bindparam("team"),
    )
    .order_by(proposals.c.expires_at)
    .limit(MOST_AT_ONCE)
)
_DROP = [
    Statement(delete(column.table).where(column == bindparam("of")))
    for column in (lines.c.intent, proposals.c.id)
]


class Proposals:
    """The proposals, as the service sees them."""

    def __init__(
        self, writer: Writer, write: Write, seal: Seal, now: Callable[[], datetime]
    ) -> None:
        self._writer = writer
        self._write = write
        self._seal = seal
        self._now = now

    async def ask(
        self, new: Proposal, orders: bytes, *, audit: Entry, form: FormId | None
    ) -> Proposal:
        """Commit *new*, which would send *orders*; its message, too, and its record.

        The same key again returns the first one. *form* is used up by it.

        Raises:
            JournalUnavailable: nothing was committed, and nobody is asked.
            KeyReused: the form was sent in before.
        """
        row = _row(new) | {"orders": self._seal.close(orders, _cell(new.id))}

        def work(tx: Transaction) -> Proposal:
            locks.head_for(tx.connection, audit)
            if first := tx.connection.execute(_BY_KEY, {"key": new.key}).first():
                return _read(first)
            if form:
                use(tx.connection, form, new.key)
            tx.connection.execute(_PUT, row)
            tx.record(audit)
            tell(tx, new)
            return new

        return await self._write(work, begins=True, keyed=True)

    async def get(self, of: str, team: TeamId) -> Proposal | None:
        """Return the proposal *of* that id, in its own workspace only."""
        row = await self._writer.read(lambda c: c.execute(_GET, {"id": of}).first())
        return _read(row) if row and row.team == team else None

    async def open(self, team: TeamId) -> list[Proposal]:
        """Return what nobody in *team* has decided on yet; soonest over, first."""
        asked = {"team": team, "now": millis(self._now())}
        return await self._writer.read(
            lambda c: [_read(row) for row in c.execute(_OPEN, asked)]
        )

    async def orders(self, of: IntentId) -> bytes:
        """Return what the proposal *of* that id would send."""
        row = await self._writer.read(lambda c: c.execute(_GET, {"id": of}).one())
        return self._seal.open(row.orders, _cell(of))

    async def decide(self, decided: Proposal, audit: Entry) -> Proposal:
        """Commit that a proposal was *decided* so, if nobody was before.

        Raises:
            Decided: somebody was, or its time is over.
            JournalUnavailable: it was not committed.
        """

        def work(tx: Transaction) -> Proposal:
            locks.head_for(tx.connection, audit)
            decide(tx, decided, audit)
            return decided

        return await self._write(work)

    async def expire(self) -> int:
        """End what nobody has decided on in its time; return how many there were.

        Several that do this at once end each of them once.

        Raises:
            JournalUnavailable: some of them were not ended.
        """
        now = self._now()
        asked = {"state": Asking.ASKED.value, "before": millis(now)}
        rows = await self._writer.read(lambda c: c.execute(_DUE, asked).all())
        for row in rows:
            over = _read(row).decided(Asking.EXPIRED, None, "", now)
            record = over.entry(over.asker, now, Decision.SETTLED, "approval.expired")
            await self._write(partial(_expire, over=over, audit=record))
        return len(rows)

    async def prune(self, before: datetime) -> None:
        """Delete those that were decided, and are older than *before*."""

        def work(tx: Transaction) -> None:
            for state in Asking:
                asked = {"state": state.value, "before": millis(before)}
                old = [{"of": row.id} for row in tx.connection.execute(_DUE, asked)]
                for statement in _DROP if old else ():
                    tx.connection.execute_many(statement, old)

        await self._write(work)


def decide(tx: Transaction, decided: Proposal, audit: Entry) -> None:
    """Let *decided* be what became of it, in the caller's transaction; *audit* says so.

    Raises:
        Decided: somebody was first, or its time is over.
    """
    if not _decided(tx, decided):
        raise Decided(decided.id)
    tx.record(audit)
    tell(tx, decided)


def lapse(tx: Transaction) -> None:
    """End all that nobody has decided on, in a journal that was put back.

    Somebody has, perhaps, after it was copied: then it was sent.
    """
    now = tx.now()
    asked = {"state": Asking.ASKED.value, "before": millis(LATEST)}
    while rows := tx.connection.execute(_DUE, asked).all():
        for row in rows:
            over = _read(row).decided(Asking.EXPIRED, None, "", now)
            record = over.entry(over.asker, now, Decision.SETTLED, "approval.expired")
            _expire(tx, over, record)


def tell(tx: Transaction, proposal: Proposal) -> None:
    """Have the message drawn anew that asks, and tell whoever asked what it became."""
    at = millis(tx.now())
    where = proposal.asker
    if proposal.asked_in != where.channel:
        where = replace(where, channel=proposal.asked_in, direct=False, thread=None)
    card = _notice(proposal, where, Audience.CHANNEL, line=PROPOSAL)
    answer = _notice(proposal, proposal.asker, Audience.ASKER)
    theirs = proposal.state in {Asking.ASKED, Asking.WITHDRAWN}  # they know of it
    outbox.put(tx.connection, (card,) if theirs else (card, answer), proposal.id, at)


def _notice(
    proposal: Proposal, to: Asker, audience: Audience, line: str = ""
) -> Notice:
    decided = proposal.decided_at
    facts = {
        TO: asdict(to),
        "proposal": proposal.id,
        "state": proposal.state.value,
        "action": proposal.action,
        "asked_by": proposal.asker.user,
        "rule": proposal.rule,
        "by": proposal.by.user if proposal.by else "",
        "reason": proposal.reason,
        "asked_at": millis(proposal.created_at),
        "expires_at": millis(proposal.expires_at),
        "decided_at": millis(decided) if decided else 0,
        "told": not line,
        **proposal.shown,
    }
    return Notice(name=PROPOSAL, audience=audience, facts=facts, line=line)


def _expire(tx: Transaction, over: Proposal, audit: Entry) -> None:
    locks.head_for(tx.connection, audit)
    if _decided(tx, over):
        tx.record(audit)
        tell(tx, over)


def _decided(tx: Transaction, decided: Proposal) -> bool:
    """Set what was decided; False if it was before, or a person comes too late."""
    by, at = decided.by, decided.decided_at or tx.now()
    if by and at > decided.expires_at:
        return False
    changes = {
        "of": decided.id,
        "state": decided.state.value,
        "by": by.user if by else "",
        "by_home": by.home if by else "",
        "by_enterprise": by.enterprise if by else "",
        "reason": decided.reason,
        "decided_at": millis(at),
        "shown": _text(decided.shown),
    }
    return tx.connection.execute(_DECIDE, changes).first() is not None


def _cell(of: IntentId) -> Cell:
    return Cell("proposals", "orders", of)


def _text(shown: Mapping[str, Any]) -> str:
    return json.dumps(shown, ensure_ascii=False)


_OWN = ("id", "key", "digest", "action", "rule", "asked_in", "reason")


def _row(new: Proposal) -> dict[str, Any]:
    return {
        **{name: getattr(new, name) for name in _OWN},
        **asdict(new.asker),
        "shown": _text(new.shown),
        "state": new.state.value,
        "by": "",
        "by_home": "",
        "by_enterprise": "",
        "created_at": millis(new.created_at),
        "expires_at": millis(new.expires_at),
        "decided_at": None,
    }


def _read(row: Any) -> Proposal:
    asker = Asker(**{name: getattr(row, name) for name in Asker.__dataclass_fields__})
    by = Person(
        team=TeamId(row.team),
        user=SlackUserId(row.by),
        home=TeamId(row.by_home),
        enterprise=row.by_enterprise,
    )
    return Proposal(
        **{name: getattr(row, name) for name in _OWN},
        asker=asker,
        shown=json.loads(row.shown),
        state=Asking(row.state),
        by=by if row.by else None,
        created_at=datetime.fromtimestamp(row.created_at / 1000, UTC),
        expires_at=datetime.fromtimestamp(row.expires_at / 1000, UTC),
        decided_at=moment(row.decided_at),
    )
