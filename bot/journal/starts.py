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

from sqlalchemy import and_, bindparam, exists, or_, select, update

from bot.journal import endings, facts, locks, stops, timer_rows, usage
from bot.journal.evidence import Fact, Standing, standing_of
from bot.journal.lives import is_alive
from bot.journal.model import Changes, Intent, Notice
from bot.journal.namesakes import shared
from bot.journal.rows import (
    card_of,
    changed,
    millis,
    standing_columns,
)
from bot.journal.schema import EMPTY, intents
from bot.journal.schema import facts as facts_table
from bot.journal.statement import Statement
from bot.journal.transaction import Transaction
from bot.journal.unread import as_kept, as_standing
from bot.states import State

_others, _stops = intents.alias("others"), intents.alias("stops")
_as_it_was = (
    intents.c.id == bindparam("of"),
    intents.c.rev == bindparam("seen"),
    intents.c.state == bindparam("was"),
    intents.c.owner == bindparam("held_by"),
)
_nothing_else_is_known = ~exists(
    select(facts_table.c.id).where(
        facts_table.c.thing == bindparam("of"),
        facts_table.c.key != bindparam("known"),
    )
)
_no_other_has_its_id = ~exists(
    select(_others.c.id).where(
        _others.c.sdk_app_id == bindparam("app"),
        _others.c.sdk_app_id != 0,
        _others.c.ref == bindparam("its_ref"),
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
            and_(
                _stops.c.sdk_app_id == bindparam("app"),
                _stops.c.ref == bindparam("its_ref"),
                _stops.c.ref != EMPTY,
            ),
        ),
    )
)
_REQUESTED, _UNFOLDED = (
    standing_of("", state) for state in (State.QUEUED, State.SENDING)
)
_KEPT = frozenset({"request_id", "reply", "reply_secret"})  # of an answer


@cache
def _standing(*columns: str, claims: bool) -> Statement:
    """Return what gives *columns* of a thing values, if all is as it was.

    Only a run that is alive *claims* it. It returns whether a stop of the thing, or of
    its ID, is there, and its card.
    """
    so = [*_as_it_was, _nothing_else_is_known, _no_other_has_its_id]
    if claims:
        so.append(is_alive("held_by"))
    change = update(intents).where(*so).values(rev=intents.c.rev + 1)
    also = (intents.c.card_channel, intents.c.card_ts)
    return Statement(change.returning(_is_to_be_stopped.label("stop"), *also), columns)


def claimed(tx: Transaction, seen: Intent, changes: Changes) -> Intent | None:
    """Commit that the thing *seen* is being sent; None if it is not as it was."""
    if seen.state is not State.QUEUED or seen.standing != _REQUESTED:
        return None
    if seen.owner != tx.boot:
        return None
    now, send_by = as_kept(tx.now()), as_kept(changes["send_by"])
    sending = replace(
        seen,
        state=State.SENDING,
        standing=_UNFOLDED,
        send_by=send_by,
        sent_at=now,
    )
    written = endings.written(sending)
    standing = tx.lifecycles[seen.subject.kind].fold(sending, (written,))
    if standing.state is not State.SENDING or standing.ref != seen.subject.ref:
        return None
    columns = changed(seen.id, changes, tx.seal) | {"sent_at": millis(now)}
    row = _row(tx, seen, standing, columns, "")
    if row is None:  # else its row has written the fact
        return None
    return as_standing(sending, standing, card_of(row))  # posted meanwhile


def answered(
    tx: Transaction,
    seen: Intent,
    evidence: Sequence[Fact],
    changes: Changes,
    notices: Iterable[Notice],
) -> Intent | None:
    """Commit what the thing *seen* was answered; None if it is not as it was sent.

    *evidence* is what the answer says, *changes* what else is kept of it.
    """
    kept = endings.beside_evidence(changes)
    if seen.state is not State.SENDING or kept.keys() - _KEPT:
        return None
    if shared(seen.subject):  # what goes by its ID, too, is to be read
        return None
    written, now = endings.written(seen), as_kept(tx.now())
    came = (*evidence[1:], evidence[0])
    every = (written, *map(facts.as_kept, came))
    standing = tx.lifecycles[seen.subject.kind].fold(seen, every)
    if standing.state is State.SENDING:
        return None
    columns = changed(seen.id, kept, tx.seal) | {"settled_at": millis(now)}
    columns |= timer_rows.begun(seen, standing.state, now)
    row = _row(tx, seen, standing, columns, written.key)
    if row is None:
        return None
    facts.keep(tx.connection, seen.id, came)
    end = {"reply": kept.get("reply", seen.settlement.reply), "settled_at": now}
    end["request_id"] = kept.get("request_id", seen.settlement.request_id)
    after = as_standing(seen, standing, card_of(row), **end)  # posted meanwhile
    after = timer_rows.as_begun(after, columns)
    usage.changed(tx.connection, seen, after)
    timer_rows.follow(tx.connection, seen, after)
    tx.tell(seen, after, notices)
    return stops.follow(tx, seen, after) if row.stop else after


def _row(
    tx: Transaction,
    seen: Intent,
    standing: Standing,
    columns: Mapping[str, Any],
    fact: str,
) -> Any:
    """Write that *seen* stands so, and *columns*; None if it is not as it was.

    Of it the *fact* of that key is known, or none. Returns what `_standing`
    does.
    """
    values = {**columns, **standing_columns(standing)}
    guard = {"of": seen.id, "seen": seen.rev, "was": seen.state.value, "known": fact}
    guard |= {"app": seen.subject.sdk_app_id, "its_ref": standing.ref}
    guard |= {"held_by": seen.owner}
    statement = _standing(*sorted(values), claims=seen.state is State.QUEUED)
    locks.things(tx.connection, (seen.id,))  # what is asked of others is of then
    return tx.connection.execute(statement, {**values, **guard}).first()
