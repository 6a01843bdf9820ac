"""Values as they would be read, made without reading: they were just written.

What a row says follows from what was written into it, to the last column.
"""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from bot.ids import ChannelId, Handle, IntentId, MessageTs
from bot.journal.evidence import Standing, standing_of
from bot.journal.model import Intent, NewIntent, Settlement
from bot.journal.rows import millis
from bot.states import State


def as_kept(at: datetime) -> datetime:
    """Return *at* as it reads once it was kept: to the millisecond."""
    return datetime.fromtimestamp(millis(at) / 1000, UTC)


def accepted_of(
    new: NewIntent, handle: Handle, state: State, joins: IntentId | None, owner: str
) -> Intent:
    """Return *new* as it reads once `row_of` it is in the journal, for *owner*."""
    return Intent(
        id=new.id,
        key=new.key,
        digest=new.digest,
        action=new.action,
        handle=handle,
        state=state,
        rev=1,
        asker=new.asker,
        subject=new.subject,
        settlement=Settlement(),
        masked=new.masked,
        note=new.note,
        card=None,
        owner=owner,
        marks=(),
        created_at=as_kept(new.at),
        sent_at=None,
        send_by=None,
        standing=standing_of("", state),
        joins=joins,
        differences=new.change.differences if new.change else (),
        present=new.change.masked if new.change else {},
        approval=new.approval,
        stop_at=as_kept(new.timing.at) if new.timing and new.timing.at else None,
        stop_after=new.timing.after if new.timing else None,
    )


def as_standing(
    before: Intent,
    standing: Standing,
    card: tuple[ChannelId, MessageTs] | None,
    **end: Any,
) -> Intent:
    """Return *before* as it reads once it stands so, one revision later.

    *card* is where its card stands by then, *end* what else is changed of its
    settlement.
    """
    subject = before.subject
    if standing.ref != subject.ref:
        subject = replace(subject, ref=standing.ref)
    settlement = replace(
        before.settlement,
        error_code=standing.code,
        error_text=standing.text,
        settled_by=standing.by if standing.reason else "",
        reason=standing.reason,
        **end,
    )
    return replace(
        before,
        state=standing.state,
        rev=before.rev + 1,
        subject=subject,
        settlement=settlement,
        card=card,
        standing=standing,
    )
