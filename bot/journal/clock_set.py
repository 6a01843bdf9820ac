"""What waits in the outbox when the wall clock is set: it moves with the clock."""

from datetime import datetime, timedelta

from sqlalchemy import BigInteger, bindparam, case, or_

from bot.journal.rows import PENDING, millis
from bot.journal.schema import outbox
from bot.journal.statement import Params, Statement, updated


def step(now: datetime, by: timedelta) -> tuple[Statement, Params]:
    """Return what moves all that waits with a clock that was set *by*, and shows *now*.

    What was written at a time that has yet to come was written before the clock
    was set back, by a process that saw no more of it: that goes at once. What was
    written since it was set ahead has its time by the new clock, and keeps it.
    """
    steps = round(by / timedelta(milliseconds=1))
    set_ = {
        "now": millis(now),
        "ahead": max(steps, 0),
        "back": min(steps, 0),
        "steps": steps,
    }
    # as at each start: what was written by a clock that was ahead goes at once
    return (_STEP if steps else _START), set_


_waits = outbox.c.state == PENDING
_now, _ahead, _back = (
    bindparam(name, type_=BigInteger) for name in ("now", "ahead", "back")
)
_STEP = updated(
    outbox,
    (),
    _waits,
    outbox.c.not_before > _now - _ahead,
    or_(outbox.c.created_at <= _now - _ahead, outbox.c.created_at > _now + _back),
    not_before=case(
        (outbox.c.created_at > _now - _back, _now),
        else_=outbox.c.not_before + bindparam("steps"),
    ),
)
_START = updated(
    outbox,
    (),
    _waits,
    outbox.c.not_before > _now,
    outbox.c.created_at > _now,
    not_before=_now,
)
