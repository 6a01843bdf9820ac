"""Who delivers a notice, where several have the database open: whoever holds it.

What makes or changes one message is held by one at a time: what is about the same
intent and goes to the same audience, and the cards that stand in one message. A hold
ends with the notice, and after a time by the database's clock: then its holder is
gone, and another delivers. It may have been delivered already, so it may come twice.

To hold some the oldest of those that belong together is locked. Nobody waits for a
lock: what somebody else is about to take is theirs.
"""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    String,
    and_,
    bindparam,
    cast,
    func,
    or_,
    select,
    update,
)

from bot.journal.model import CARD
from bot.journal.rows import PENDING
from bot.journal.schema import EMPTY, intents, outbox
from bot.journal.statement import Statement, among, database_now, updated

HELD_SECONDS = 60  # twelve calls of Slack's that take as long as they may

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


def _belongs(other: Any, one: Any) -> ColumnElement[bool]:
    """Match the rows *other* that make or change the same message as *one*."""
    mine, theirs = intents.alias(), intents.alias()
    in_one_message = (
        select(theirs.c.id)
        .join_from(
            mine,
            theirs,
            and_(
                theirs.c.card_channel == mine.c.card_channel,
                theirs.c.card_ts == mine.c.card_ts,
                theirs.c.card_ts != EMPTY,
            ),
        )
        .where(mine.c.id == one.c.intent)
        .correlate(one)
    )
    both_cards = and_(one.c.notice == CARD, other.c.notice == CARD)
    return and_(
        other.c.state == PENDING,
        or_(
            other.c.id == one.c.id,
            and_(other.c.intent == one.c.intent, other.c.audience == one.c.audience),
            and_(both_cards, other.c.intent.in_(in_one_message)),
        ),
    )


def _hold() -> Statement:
    one, head, other = outbox.alias("one"), outbox.alias("head"), outbox.alias("other")
    belongs = _belongs(other, one)
    oldest = select(func.min(other.c.id)).where(belongs).correlate(one)
    taken = select(other.c.id).where(belongs, ~is_free(other)).correlate(one)
    free = (
        select(one.c.id.label("id"), head.c.id.label("head"))
        .join_from(one, head, head.c.id == oldest.scalar_subquery())
        .where(among(cast(one.c.id, String), "ids"), one.c.state == PENDING)
        .where(is_free(head), ~taken.exists())
        .with_for_update(of=head, skip_locked=True)
        .cte("free")
    )
    both = select(free.c.id).union(select(free.c.head))
    until = database_now() + HELD_SECONDS * 1000
    return Statement(
        update(outbox)
        .where(outbox.c.id.in_(both))
        .values(held_by=_holder, held_until=until)
        .returning(outbox.c.id)
    )


HOLD = _hold()
RELEASE = updated(
    outbox, (), outbox.c.state == PENDING, outbox.c.held_by == _holder, held_until=0
)
