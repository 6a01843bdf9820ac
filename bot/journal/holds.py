"""Who delivers a notice, where several have the database open: whoever holds it.

What makes or changes one message is held by one at a time: what is about the same
intent and goes to the same audience, and the cards that stand in one message. A hold
ends with the notice, and after a time by the database's clock: then its holder is
gone, and another delivers. It may have been delivered already, so it may come twice.

To hold some the oldest of those that belong together is locked. Nobody waits for a
lock: what somebody else is about to take is theirs.
"""

from typing import Any, cast

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    String,
    and_,
    bindparam,
    func,
    or_,
    select,
    update,
)
from sqlalchemy import cast as sql_cast

from bot.journal.model import CARD
from bot.journal.rows import PENDING
from bot.journal.schema import EMPTY, intents, outbox
from bot.journal.statement import (
    Statement,
    Texts,
    database_now,
    each_text,
    least,
    updated,
)

HELD_SECONDS = 60  # twelve calls of Slack's that take as long as they may
MILLISECONDS = 1000  # in a second

_holder = bindparam("holder", type_=String)


def is_free(row: Any = outbox) -> ColumnElement[bool]:
    """Match a *row* of the outbox that nobody but the parameter `holder` holds."""
    return or_(
        row.c.held_until == 0,
        row.c.held_by == _holder,
        row.c.held_until <= database_now(),
    )


def is_own() -> ColumnElement[bool]:
    """Match what nobody but the parameter `holder` has held last."""
    return or_(outbox.c.held_by == _holder, outbox.c.held_by == EMPTY)


def is_of(row: Any, name: str) -> ColumnElement[bool]:
    """Match a *row* of the outbox whose ID is in the list that is the parameter."""
    texts = each_text(bindparam(name, type_=Texts())).table_valued("value")
    return cast(
        ColumnElement[bool], row.c.id.in_(select(sql_cast(texts.c.value, BigInteger)))
    )


def _about_the_same(one: Any, what: Any, *columns: Any) -> Select[Any]:
    """Select what waits of the intent of *one*, for the same audience."""
    return (
        select(*columns)
        .where(what.c.state == PENDING, what.c.intent == one.c.intent)
        .where(what.c.audience == one.c.audience)
        .correlate(one)
    )


def _in_one_message(one: Any, what: Any, *columns: Any) -> Select[Any]:
    """Select the cards that wait and stand in the message of the card *one*."""
    mine, theirs = intents.alias(), intents.alias()
    same_place = and_(
        theirs.c.card_channel == mine.c.card_channel,
        theirs.c.card_ts == mine.c.card_ts,
        theirs.c.card_ts != EMPTY,
    )
    return (
        select(*columns)
        .select_from(
            mine.join(theirs, same_place).join(what, what.c.intent == theirs.c.id)
        )
        .where(mine.c.id == one.c.intent, one.c.notice == CARD)
        .where(what.c.state == PENDING, what.c.notice == CARD)
        .correlate(one)
    )


def _hold() -> Statement:
    """Return what holds those of the parameter `ids`, which are read before all else.

    PostgreSQL counts an outbox that is nearly empty as such for a minute: what is asked
    of each row is asked of those few, or a thousand that wait are each read for all.
    """
    named = select(outbox).where(is_of(outbox, "ids")).cte("named")
    one = named.prefix_with("MATERIALIZED")
    head, other = outbox.alias("head"), outbox.alias("other")
    oldest, taken = [], []
    for related in (_about_the_same, _in_one_message):
        first = related(one, other, func.min(other.c.id)).scalar_subquery()
        oldest.append(func.coalesce(first, one.c.id))
        taken.append(related(one, other, other.c.id).where(~is_free(other)).exists())
    free = (
        select(one.c.id.label("id"), head.c.id.label("head"))
        .join_from(one, head, head.c.id == least(one.c.id, *oldest))
        .where(one.c.state == PENDING)
        .where(is_free(one), is_free(head), *(~some for some in taken))
        .with_for_update(of=head, skip_locked=True)
        .cte("free")
    )
    both = select(free.c.id).union(select(free.c.head))
    return Statement(
        update(outbox)
        .where(outbox.c.id.in_(both))
        .values(
            held_by=_holder, held_until=database_now() + HELD_SECONDS * MILLISECONDS
        )
        .returning(outbox.c.id)
    )


HOLD = _hold()
RELEASE = updated(
    outbox, (), outbox.c.state == PENDING, outbox.c.held_by == _holder, held_until=0
)
RELEASE_ONE = updated(
    outbox, (), outbox.c.id == bindparam("of"), is_own(), held_until=0
)
