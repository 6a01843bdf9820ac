"""The way of a start that nothing comes between: claimed, and answered.

Whoever sends a thing holds it as it was committed last, and knows what is known of it:
nothing, and then that it was written. So nothing is read back. What was assumed is
verified by the statement that writes: if anything came between, no row is as it says,
and the long way is gone, which reads all there is. The one writer holds the row; where
there are several, it is locked before.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from sqlalchemy import bindparam, exists, or_, select, update

from bot.journal import endings, facts, stops, usage
from bot.journal.evidence import Fact, Standing, standing_of
from bot.journal.model import Changes, Intent, Notice
from bot.journal.rows import (
    as_kept,
    as_standing,
    changed,
    millis,
    standing_columns,
)
from bot.journal.schema import EMPTY, intents
from bot.journal.schema import facts as facts_table
from bot.journal.statement import Statement, among
from bot.journal.transaction import Transaction
from bot.states import State

_others, _stops = intents.alias("others"), intents.alias("stops")
_as_it_was = (
    intents.c.id == bindparam("of"),
    intents.c.rev == bindparam("seen"),
    intents.c.state == bindparam("was"),
)
_known = facts_table.c.thing == bindparam("of")
_nothing_else_is_known = ~exists(
    select(facts_table.c.id).where(_known, ~among(facts_table.c.key, "known"))
)
_no_other_has_its_id = ~exists(
    select(_others.c.id).where(
        _others.c.sdk_app_id == bindparam("app"),
        _others.c.ref == bindparam("ref"),
        _others.c.ref != EMPTY,
        _others.c.creates,
        _others.c.id != bindparam("of"),
    )
)
_is_to_be_stopped = exists(
    select(_stops.c.id).where(
        _stops.c.ends,
        or_(
            _stops.c.about == bindparam("of"),
            (_stops.c.sdk_app_id == bindparam("app"))
            & (_stops.c.ref == bindparam("ref"))
            & (_stops.c.ref != EMPTY),
        ),
    )
)


@cache
def _standing(*columns: str) -> Statement:
    """Return what gives *columns* of a thing values, if all is as it was.

    It returns whether a stop of the thing, or of its ID, is there.
    """
    so = (*_as_it_was, _nothing_else_is_known, _no_other_has_its_id)
    change = update(intents).where(*so).values(rev=intents.c.rev + 1)
    return Statement(change.returning(_is_to_be_stopped.label("stop")), columns)


def claimed(tx: Transaction, seen: Intent, changes: Changes) -> Intent | None:
    """Commit that the thing *seen* is being sent; None if it is not as it was."""
    now = as_kept(tx.now())
    own = {"owner": changes["owner"], "send_by": as_kept(changes["send_by"])}
    fresh = standing_of("", State.SENDING)
    sending = replace(seen, state=State.SENDING, standing=fresh, sent_at=now, **own)
    written = endings.written(sending)
    standing = tx.lifecycles[seen.subject.kind].fold(sending, (written,))
    if standing.ref != seen.subject.ref:
        return None
    columns = changed(seen.id, changes, tx.seal) | {"sent_at": millis(now)}
    if _written(tx, seen, standing, columns, ()) is None:
        return None
    facts.put_all(tx.connection, seen.id, (written,))
    return as_standing(sending, standing)


def answered(
    tx: Transaction,
    seen: Intent,
    evidence: Sequence[Fact],
    changes: Changes,
    notices: Iterable[Notice],
) -> Intent | None:
    """Commit that the thing *seen* was answered; None if it is not as it was sent.

    *evidence* is what the answer says, *changes* what else is kept of it.
    """
    written = endings.written(seen)
    came = facts.in_order(evidence)
    lifecycle = tx.lifecycles[seen.subject.kind]
    standing = lifecycle.fold(seen, (written, *map(facts.as_kept, came)))
    columns = changed(seen.id, changes, tx.seal)
    ended = {name: changes[name] for name in _KEPT if name in changes}
    if standing.state is not State.SENDING:
        now = as_kept(tx.now())
        columns["settled_at"], ended["settled_at"] = millis(now), now
    stop = _written(tx, seen, standing, columns, (written.key,))
    if stop is None:
        return None
    facts.put_all(tx.connection, seen.id, came)
    after = as_standing(seen, standing, **ended)
    usage.changed(tx.connection, seen, after)
    tx.tell(seen, after, notices)
    return stops.follow(tx, seen, after) if stop else after
