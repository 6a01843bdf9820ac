"""How the stops of a batch stand: one message, changed as each of them ends.

A batch has no row. It goes by the id of the first of its stops, whose line the message
is, and what the message says is put into the outbox by the transaction that ends one.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import bindparam, select

from bot.dialogue.outcome import Audience
from bot.ids import IntentId
from bot.journal import outbox
from bot.journal.model import BATCH, RESULT, Intent, Notice
from bot.journal.rows import intents_of
from bot.journal.schema import intents
from bot.journal.statement import Connection, Statement

# Who counts those of a batch has its first one: two that end at once are both counted.
FIRST = Statement(
    select(intents.c.id).where(intents.c.id == bindparam("batch")).with_for_update()
)
OF = Statement(select(intents).where(intents.c.batch == bindparam("batch")))


def stops_of(connection: Connection, batch: IntentId) -> list[Intent]:
    """Return the stops of *batch*, in the order of their handles."""
    stops = intents_of(connection.execute(OF, {"batch": batch}))
    return sorted(stops, key=lambda one: (len(one.handle), one.handle, one.created_at))


def tell(connection: Connection, batch: IntentId, at: int) -> None:
    """Put into the outbox how the stops of *batch* stand, as of *at*, milliseconds."""
    connection.lock(FIRST, {"batch": batch})
    stops = stops_of(connection, batch)
    first = next((one for one in stops if one.id == batch), None)
    if first is None:  # it was pruned
        return
    notice = Notice(
        name=BATCH, audience=Audience.CHANNEL, facts=facts_of(first, stops), line=BATCH
    )
    outbox.put(connection, (notice,), first, at)


def facts_of(first: Intent, stops: list[Intent]) -> dict[str, Any]:
    """Return what the message of a batch says of its *stops*, as JSON.

    Those that wait for the answer of another one of it are that one.
    """
    ids = {one.id for one in stops}
    rows = [_row(one) for one in stops if one.joins not in ids]
    also = dict.fromkeys(one.asker.user for one in stops)
    also.pop(first.asker.user, None)
    return {"stops": rows, "note": first.note, "also": list(also)}


def _row(stop: Intent) -> dict[str, Any]:
    end = stop.settlement
    return {
        "handle": stop.handle,
        "room": stop.subject.room,
        "state": stop.state.value,
        "ref": stop.subject.ref,
        "reason": end.reason,
        "code": end.error_code,
    }


def without_results(notices: Iterable[Notice]) -> tuple[Notice, ...]:
    """Leave out of *notices* of a stop what the message of its batch says."""
    return tuple(one for one in notices if one.name != RESULT)
