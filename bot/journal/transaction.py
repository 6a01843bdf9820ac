"""What the journal does inside one transaction of the writer.

Every function runs in the writer's thread. A change of an intent, what follows from
it for the thing it is about, and the notices of both are committed together.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import Connection, bindparam, case, insert, select, update

from bot.errors import IllegalMove
from bot.ids import Handle, IntentId, Kind, handle
from bot.journal import outbox
from bot.journal.model import CARD_NOTICE, Changes, Intent, Notice
from bot.journal.rows import changed, intent_of, millis
from bot.journal.schema import counters, intents
from bot.journal.seal import Seal
from bot.states import Effect, State, sources

# Written out once: building them costs more than running them.
BY_ID = select(intents).where(intents.c.id == bindparam("id"))
BY_KEY = select(intents).where(intents.c.key == bindparam("key"))
BY_AGENT = select(intents).where(
    intents.c.agent == bindparam("agent"), intents.c.about.is_(None)
)
_LAST = select(counters.c.last).where(counters.c.kind == bindparam("of"))
_COUNT = (
    update(counters)
    .where(counters.c.kind == bindparam("of"))
    .values(last=counters.c.last + 1)
)

# States that an intent passes through; in all others it may stay.
UNDER_WAY = frozenset({State.QUEUED, State.SENDING, State.STOPPING, State.EXPIRING})

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Transaction:
    """One transaction on *connection*, whose moves are dated by *now*."""

    connection: Connection
    seal: Seal
    now: Callable[[], datetime]

    def get(self, intent: IntentId) -> Intent:
        """Return an intent that exists, as this transaction sees it."""
        return intent_of(self.connection.execute(BY_ID, {"id": intent}).one())

    def by_key(self, key: str) -> Intent | None:
        """Return the intent that the submission *key* became."""
        row = self.connection.execute(BY_KEY, {"key": key}).first()
        return intent_of(row) if row else None

    def by_agent(self, agent: str) -> Intent | None:
        """Return the intent that travelled as the robot *agent*."""
        row = self.connection.execute(BY_AGENT, {"agent": agent}).first()
        return intent_of(row) if row else None

    def move(
        self,
        intent: IntentId,
        to: State,
        changes: Changes,
        *,
        of: frozenset[State] | None = None,
    ) -> Intent:
        """Move *intent* to *to*, from one of *of* or wherever an edge leads there.

        Raises:
            IllegalMove: it is in none of these states.
        """
        legal = sources(to) if of is None else sources(to) & of
        at = millis(self.now())
        columns = {**changed(changes, self.seal), "state": to.value}
        if to is State.SENDING:
            columns["sent_at"] = at
        if to not in UNDER_WAY:
            # a stop that failed leaves the thing as it was, since when it was
            held = (intents.c.state == State.STOPPING.value) & (to is State.STARTED)
            columns["settled_at"] = case((held, intents.c.settled_at), else_=at)
        statement = (
            update(intents)
            .where(
                intents.c.id == intent,
                intents.c.state.in_([state.value for state in legal]),
            )
            .values(**columns, rev=intents.c.rev + 1)
        )
        if self.connection.execute(statement).rowcount != 1:
            log.critical("journal.illegal-move", intent=intent, to=to.value)
            raise IllegalMove(f"{intent} cannot become {to.value}")
        return self.get(intent)

    def update(self, intent: IntentId, changes: Changes) -> Intent:
        """Change columns of *intent* other than its state."""
        statement = update(intents).where(intents.c.id == intent)
        columns = changed(changes, self.seal)
        self.connection.execute(statement.values(**columns, rev=intents.c.rev + 1))
        return self.get(intent)

    def affect(self, intent: Intent, effect: Effect) -> None:
        """Move the thing that *intent* is about as *effect* says, with its card."""
        to, of = effect.after(intent.state)
        if to is None or intent.subject.about is None:
            return
        thing = self.get(intent.subject.about)
        if thing.state in of:
            self.raise_notices(self.move(thing.id, to, {}, of=of), (CARD_NOTICE,))

    def raise_notices(self, intent: Intent, notices: Iterable[Notice]) -> None:
        """Put *notices* about *intent* into the outbox."""
        outbox.put(self.connection, notices, intent, millis(self.now()))

    def allot(self, kind: Kind) -> Handle:
        """Take the next number of *kind*; a number once given is never given again."""
        of = {"of": kind}
        if self.connection.execute(_COUNT, of).rowcount == 0:
            self.connection.execute(insert(counters).values(kind=kind, last=1))
        return handle(kind, self.connection.execute(_LAST, of).scalar_one())
