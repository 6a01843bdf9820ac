"""Which cards that wait are overtaken: of one intent's only the newest is delivered.

Those that it has overtaken stay until it is, and tell since when the message lacks
something.
"""

from sqlalchemy import ColumnElement, ScalarSelect, and_, exists, func, or_, select

from bot.journal.model import CARD
from bot.journal.rows import PENDING
from bot.journal.schema import outbox

_newer = outbox.alias("newer")
_older = outbox.alias("older")


def is_overtaken() -> ColumnElement[bool]:
    """Match a card that has been overtaken by a newer one."""
    overtaken = exists(
        select(_newer.c.id).where(
            _newer.c.intent == outbox.c.intent,
            _newer.c.notice == CARD,
            or_(
                _newer.c.rev > outbox.c.rev,
                and_(_newer.c.rev == outbox.c.rev, _newer.c.id > outbox.c.id),
            ),
        )
    )
    return and_(outbox.c.notice == CARD, overtaken)


def oldest_card() -> ScalarSelect[int]:
    """Return when the first card of the same intent was written that still waits."""
    return (
        select(func.min(_older.c.created_at))
        .where(_older.c.intent == outbox.c.intent)
        .where(_older.c.notice == CARD, _older.c.state == PENDING)
        .correlate(outbox)
        .scalar_subquery()
    )
