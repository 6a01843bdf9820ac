"""Events of relays, received from Tencent: each is kept once, in whatever order."""

import hashlib

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite

from bot.dialogue.outcome import Audience
from bot.journal.model import CARD_NOTICE, CONTRADICTION, Changes, Intent, Notice
from bot.journal.rows import millis
from bot.journal.schema import events
from bot.journal.transaction import Transaction
from bot.states import RUNNING, Reaction, State, on_event
from bot.tencent.events import RelayEvent, RelayStatus

LONGEST_ERROR = 500


def apply(
    tx: Transaction, before: Intent, event: RelayEvent
) -> tuple[Intent, Reaction | None]:
    """Keep *event* of the intent *before* and move it; None if it came before."""
    if not keep(tx.connection, before, event, millis(tx.now())):
        return before, None
    intent = before
    reaction = on_event(intent.state, intent.subject.ref, event.task_id)
    if reaction is Reaction.ALARM and is_first(tx.connection, intent, event):
        tx.raise_notices(intent, (contradiction(event.task_id),))
    if reaction is Reaction.MOVE:
        changes = Changes(ref=event.task_id, error_code="", error_text="")
        intent = tx.move(intent.id, State.STARTED, changes)
    if intent.state in RUNNING and is_over(tx.connection, intent):
        intent = tx.move(intent.id, State.ENDED, {})
    if intent.rev != before.rev:
        tx.raise_notices(intent, (CARD_NOTICE,))
    return intent, reaction


def contradiction(task_id: str) -> Notice:
    """Return the alarm that Tencent reports *task_id*, another than is stored."""
    facts = {"task_id": task_id}
    return Notice(name=CONTRADICTION, audience=Audience.OPS, facts=facts)


def keep(connection: Connection, intent: Intent, event: RelayEvent, at: int) -> bool:
    """Keep *event* of *intent*, inside the caller's transaction; False if it was."""
    sqlite = connection.dialect.name == "sqlite"
    insert = insert_sqlite if sqlite else insert_postgresql
    url = event.url.get_secret_value()
    row = {
        "key": event.key,
        "intent": intent.id,
        "task_id": event.task_id,
        "target": hashlib.sha256(url.encode()).hexdigest(),
        "status": int(event.status),
        "error": event.error[:LONGEST_ERROR],
        "at": millis(event.at) if event.at else at,
        "sent_at": millis(event.sent_at) if event.sent_at else at,
        "came_at": at,
    }
    statement = insert(events).values(row).on_conflict_do_nothing()
    return connection.execute(statement).rowcount == 1


def is_first(connection: Connection, intent: Intent, event: RelayEvent) -> bool:
    """Tell whether *event*, just kept, is the first of its TaskId."""
    same = select(func.count()).where(
        events.c.intent == intent.id, events.c.task_id == event.task_id
    )
    return bool(connection.execute(same).scalar_one() == 1)


def is_over(connection: Connection, intent: Intent) -> bool:
    """Tell whether the newest event of every push target of *intent* is IDLE.

    By the events' own times, since they arrive in any order. A relay that also goes
    back into a room never counts as over: rooms send no such events.
    """
    targets = len(intent.masked.get("PublishCdnParams", ()))
    if not targets or intent.masked.get("FeedBackRoomParams"):
        return False
    query = select(events.c.target, events.c.status).where(
        events.c.intent == intent.id, events.c.task_id == intent.subject.ref
    )
    newest: dict[str, int] = {}
    for row in connection.execute(query.order_by(events.c.at)):
        newest[row.target] = row.status
    idle = [one for one in newest.values() if one == RelayStatus.IDLE.value]
    return len(idle) >= targets
