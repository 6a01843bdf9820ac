"""Things that go by one ID, which people choose: one thing in the cloud at a time.

The newest that Tencent has vouched for is what is there; those before it were replaced,
and what is sent by the ID ends whatever is there. So what is learnt of one of them by
its ID is learnt of all, in the same transaction: in whichever workspace they are.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from sqlalchemy import bindparam, select

from bot.journal.evidence import Does, Fact, FactKind, fact_key
from bot.journal.model import Intent, Subject
from bot.journal.questions import NEWEST, not_by
from bot.journal.rows import intents_of, millis
from bot.journal.schema import EMPTY, IS_THING, intents
from bot.journal.statement import Statement, literals
from bot.journal.transaction import Transaction
from bot.states import LIVE, RUNNING

_SHARING = Statement(
    select(intents)
    .where(
        intents.c.ref == bindparam("ref"),
        intents.c.ref != EMPTY,
        intents.c.creates,
        IS_THING,
        not_by(intents.c.kind) == bindparam("kind"),
        not_by(intents.c.sdk_app_id) == 0,
        not_by(intents.c.state).in_(literals(sorted(LIVE))),
    )
    .order_by(*NEWEST)
    .with_for_update()
)
# What says how an end went; a second person's wish for it is one thing's own.
_ENDS = {FactKind.ANSWERED, FactKind.GONE, FactKind.NO_ANSWER}

Changed = tuple[Intent, Intent]


def shared(subject: Subject) -> bool:
    """Tell whether others may go by the ID of *subject*: no app has given it out."""
    return bool(subject.ref) and not subject.sdk_app_id


def sharing(tx: Transaction, subject: Subject) -> list[Intent]:
    """Return what runs, or may, under the ID of *subject*, newest first."""
    if not shared(subject):
        return []
    asked = {"ref": subject.ref, "kind": subject.kind}
    return intents_of(tx.connection.execute(_SHARING, asked))


def followed(tx: Transaction, before: Intent, after: Intent) -> Iterator[Changed]:
    """Let each be replaced that is older than what runs now that *after* does.

    Yields what changed by that, as it was and as it is.
    """
    began = before.state not in RUNNING and after.state in RUNNING
    if not (began and after.standing.vouched and after.subject.creates):
        return
    there = sorted(sharing(tx, after.subject), key=_age)
    vouched = [one for one in there if one.state in RUNNING and one.standing.vouched]
    newest = vouched[-1] if vouched else after
    for older in there:
        if _age(older) < _age(newest):
            yield tx.learn(older, _replaced(tx, older, newest))


def ended(tx: Transaction, stop: Intent, evidence: Iterable[Fact]) -> Iterator[Changed]:
    """Let every other thing of the ID of *stop*, which was answered, learn of that.

    What it says of one that is being made just then is for its fold to say.
    """
    ends = [one for one in evidence if one.does is Does.END and one.kind in _ENDS]
    for other in sharing(tx, stop.subject) if ends else ():
        if other.id != stop.subject.about:
            first, *more = (
                replace(one, key=fact_key(other.id, one.key)) for one in ends
            )
            yield tx.learn(other, first, also=more)


def _age(thing: Intent) -> tuple[datetime, int, str]:
    """Return what is larger for what was asked for later, also at one moment."""
    return thing.created_at, int(thing.handle[1:] or 0), thing.id


def _replaced(tx: Transaction, older: Intent, newer: Intent) -> Fact:
    at, own = millis(tx.now()), newer.asker.team == older.asker.team
    return Fact(
        kind=FactKind.REPLACED,
        key=fact_key(older.id, FactKind.REPLACED, newer.id),
        job=newer.id,
        by=newer.asker.user,
        ref=older.subject.ref,
        text=newer.handle if own else "",
        at=at,
        came_at=at,
    )
