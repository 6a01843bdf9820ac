"""What Tencent told by itself about relays: each event once, whatever its order."""

import hashlib

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite

from bot.journal.model import Intent
from bot.journal.rows import millis
from bot.journal.schema import events
from bot.tencent.events import RelayEvent, RelayStatus

LONGEST_ERROR = 500


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
        "status": event.status.value,
        "error": event.error[:LONGEST_ERROR],
        "at": millis(event.at),
        "sent_at": millis(event.sent_at),
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
    """Tell whether every push target of *intent* has been told to be idle.

    By the events' own times, since they arrive in any order. A relay that also goes
    back into a room is not known to be over: a room sends no such events.
    """
    targets = len(intent.masked.get("PublishCdnParams", ()))
    if not targets or intent.masked.get("FeedBackRoomParams"):
        return False
    told = select(events.c.target, events.c.status).where(
        events.c.intent == intent.id, events.c.task_id == intent.ref
    )
    newest: dict[str, int] = {}
    for row in connection.execute(told.order_by(events.c.at)):
        newest[row.target] = row.status
    idle = [one for one in newest.values() if one == RelayStatus.IDLE.value]
    return len(idle) >= targets
