"""Stops: one call ends a thing, however many ask for it.

A stop is *placed* when it is accepted. Of a thing that was not sent yet it is the end
at once. Of one whose ID is not known it is a wish, which waits. If a stop of the same
ID is under way, it joins that. Only what is left is a call of its own.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

import structlog
from sqlalchemy import and_, bindparam, or_, select

from bot.dialogue.outcome import Audience
from bot.ids import IntentId
from bot.journal import alert_rows, namesakes
from bot.journal.evidence import Does, Fact, FactKind, fact_key
from bot.journal.model import RESULT, Changes, Intent, NewIntent, Notice
from bot.journal.rows import intent_cell, intent_of, intents_of, millis
from bot.journal.schema import EMPTY, intents
from bot.journal.statement import Statement, literals, updated
from bot.journal.together import tell
from bot.journal.transaction import Transaction
from bot.states import OPEN, OVER, State

log = structlog.get_logger(__name__)

CANCELLED = "patchbay.Cancelled"
TOLD = (Notice(name=RESULT, audience=Audience.ASKER),)


class How(StrEnum):
    """How a stop ended, where it is not that Tencent carried it out."""

    CANCELLED = "cancelled"  # what it was to stop was never sent
    NOT_STARTED = "not started"  # nor did that ever run
    ENDED = "ended"  # that ended by itself meanwhile
    GONE = "gone"  # Tencent knows no such task
    OVER = "over"  # that is over, but not by this
    PERHAPS = "perhaps"  # that is over, and this may have ended it
    OTHER_ID = "other id"  # it was of another ID that came under the same name
    NO_SUCH_TASK = "no such task"  # of an ID that only a person vouches for
    CONTESTED = "contested"  # it was carried out, and what was heard outweighs that


# That is over all the same.
FOUND_OVER = frozenset({How.OVER, How.PERHAPS})
# What is said of a stop instead, if what was heard outweighs it.
_CONTESTED = {"": How.CONTESTED, How.GONE: How.NO_SUCH_TASK}
# What a stop says of the thing that turns out to be the one it was about.
_ENDED = {
    (State.DONE, ""): FactKind.ANSWERED,
    (State.DONE, How.GONE): FactKind.GONE,
    (State.DONE, How.NO_SUCH_TASK): FactKind.GONE,
    (State.UNKNOWN, ""): FactKind.NO_ANSWER,
}

_open = (
    intents.c.ends,
    intents.c.joins.is_(None),
    intents.c.state.in_(literals(sorted(OPEN))),
)
_of_that_id = (
    intents.c.sdk_app_id == bindparam("sdk_app_id"),
    intents.c.kind == bindparam("kind"),
    intents.c.ref == bindparam("ref"),
    intents.c.ref != EMPTY,
)
_SAME = Statement(select(intents).where(*_open, *_of_that_id).with_for_update())
_OF = Statement(
    select(intents)
    .where(*_open, intents.c.about == bindparam("thing"))
    .order_by(intents.c.created_at, intents.c.id)
    .with_for_update()
)
_OF_OR_OF_ITS_ID = Statement(
    select(intents)
    .where(
        intents.c.ends,
        or_(
            and_(intents.c.about.is_(None), *_of_that_id),
            and_(*_open, intents.c.about == bindparam("thing")),
        ),
    )
    .order_by(intents.c.created_at, intents.c.id)
    .with_for_update()
)
_JOINED = Statement(
    select(intents)
    .where(intents.c.joins == bindparam("job"), intents.c.state == State.WAITING.value)
    .order_by(intents.c.created_at, intents.c.id)
    .with_for_update()
)
_EARLIER = Statement(
    select(intents.c.id)
    .where(
        intents.c.ends,
        intents.c.sdk_app_id == bindparam("sdk_app_id"),
        intents.c.ref == bindparam("ref"),
        intents.c.ref != EMPTY,
        intents.c.id != bindparam("other_than"),
        intents.c.state.in_(literals((State.UNKNOWN, State.DONE))),
    )
    .limit(1)
)
_EXCUSE = updated(
    intents,
    ("reason",),
    intents.c.ends,
    intents.c.about == bindparam("thing"),
    intents.c.ref == bindparam("its_ref"),
    intents.c.state == bindparam("ended"),
    returning=True,
)
_CONTEST = updated(
    intents,
    ("reason",),
    intents.c.ends,
    intents.c.about == bindparam("thing"),
    or_(intents.c.id == bindparam("job"), intents.c.joins == bindparam("job")),
)
_SETTLE_CONTEST = updated(
    intents,
    ("reason",),
    intents.c.ends,
    intents.c.about == bindparam("thing"),
    intents.c.reason == How.CONTESTED.value,
    returning=True,
)
_of_stop = intents.c.id == bindparam("of")
_JOIN = updated(intents, ("joins", "ref"), _of_stop)
_CALL = updated(intents, ("request", "settled_at", "owner"), _of_stop)
_TAKE_OVER = updated(intents, ("about", "handle"), _of_stop)


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a new stop begins, and the stop that it joins."""

    state: State = State.QUEUED
    joins: IntentId | None = None


def placed(tx: Transaction, new: NewIntent) -> Placed:
    """Return where the stop *new* begins."""
    subject = new.subject
    thing = tx.get(subject.about) if subject.about else None
    if not subject.ref and thing and thing.state is not State.QUEUED:
        return Placed(State.WAITING)
    same = _same(tx, subject.sdk_app_id, subject.kind, subject.ref)
    return Placed(State.WAITING, same.id) if same else Placed()


def of_its_thing(tx: Transaction, new: NewIntent) -> NewIntent:
    """Return the stop *new* as one of the thing that has its ID, if one has by now.

    The handle of another workspace's thing means nothing where the stop was asked for.
    """
    subject = new.subject
    if subject.about or not subject.ref:
        return new
    running = namesakes.sharing(tx, subject)
    owner = running[0] if running else tx.owner(subject.sdk_app_id, subject.ref)
    if owner is None or (owner.state in OVER and namesakes.shared(subject)):
        return new
    about = replace(subject, about=owner.id)
    if owner.asker.team != new.asker.team:
        return replace(new, subject=about)
    return replace(new, handle=owner.handle, subject=about)


def asked(tx: Transaction, stop: Intent) -> None:
    """Note on the thing that its end was asked for; end it if it was never sent."""
    subject = stop.subject
    if _is_doubted(tx, stop):
        tx.update(stop.id, Changes(doubt=True))
    if subject.about is None:
        return
    thing = tx.get(subject.about)
    if thing.state is State.QUEUED:
        tx.learn(thing, _cancelled(tx, thing, stop))
        settle(tx, tx.get(stop.id), State.DONE, Changes(reason=How.CANCELLED))
        return
    before, after = tx.learn(thing, _asked(tx, stop))
    follow(tx, before, after)
    wish = tx.get(stop.id)  # its ID came since the asker read it
    if wish.state is State.WAITING and not wish.subject.ref and after.subject.ref:
        _release(tx, wish, after)


def follow(tx: Transaction, before: Intent, after: Intent) -> Intent:
    """Let the stops of a thing go on as it did: it has an ID, or is over.

    Returns the thing as it is then.
    """
    if after.state is State.NOT_STARTED:
        _end(tx, after, How.NOT_STARTED)
    elif after.state in {State.STOPPED, State.ENDED} and before.state != after.state:
        _end(tx, after, How.ENDED)
        _excuse(tx, after)
    elif after.subject.ref and after.subject.ref != before.subject.ref:
        return _has_id(tx, after)
    return after


def settle(
    tx: Transaction,
    stop: Intent,
    to: State,
    changes: Changes,
    notices: Iterable[Notice] = TOLD,
) -> Intent:
    """End a *stop*, and all that joined it, with the same answer."""
    settled = tx.move(stop.id, to, changes)
    tx.raise_notices(settled, notices)
    for one in joined(tx, stop.id):
        tx.raise_notices(tx.move(one.id, to, changes), TOLD)
    return settled


def contest(tx: Transaction, stop: Intent, thing: Intent) -> None:
    """Note on *stop*, which was carried out, that *thing* runs by all that is known.

    Of what was told seconds before a stop nobody can say whether it was meanwhile.
    """
    how = _CONTESTED.get(stop.settlement.reason)
    ours = stop.subject.ref == thing.subject.ref
    if stop.state is State.DONE and how and ours and thing.state not in OVER:
        of = {"thing": thing.id, "job": stop.id}
        tx.connection.execute(_CONTEST, {**of, "reason": how.value})


def joined(tx: Transaction, job: IntentId) -> list[Intent]:
    """Return the stops that wait for the answer of *job*."""
    return intents_of(tx.connection.execute(_JOINED, {"job": job}))


def open_of(tx: Transaction, thing: IntentId) -> list[Intent]:
    """Return the stops of *thing* that are under way, or wait."""
    return intents_of(tx.connection.execute(_OF, {"thing": thing}))


def _end(tx: Transaction, thing: Intent, how: How) -> None:
    """End the stops of *thing*, which there is nothing more to do about."""
    for stop in open_of(tx, thing.id):
        if stop.subject.ref in {"", thing.subject.ref}:
            settle(tx, stop, State.DONE, Changes(reason=how))


def _excuse(tx: Transaction, thing: Intent) -> None:
    """Note on the stops of *thing* that it is over: those in vain, or in doubt."""
    reasons = {State.NOT_STARTED: How.OVER, State.UNKNOWN: How.PERHAPS}
    of = {"thing": thing.id}
    rows = list(tx.connection.execute(_SETTLE_CONTEST, {**of, "reason": ""}))
    for state, how in reasons.items():
        so = {**of, "its_ref": thing.subject.ref, "ended": state}
        rows += tx.connection.execute(_EXCUSE, {**so, "reason": how})
    for batch in dict.fromkeys(row.batch for row in rows if row.batch):
        tell(tx.connection, batch, millis(tx.now()))


def _release(tx: Transaction, wish: Intent, thing: Intent) -> None:
    """Let *wish* become a call, or join the one there is: *thing* has an ID now."""
    ref = thing.subject.ref
    same = _same(tx, thing.subject.sdk_app_id, thing.subject.kind, ref)
    if same:
        tx.connection.execute(_JOIN, {"of": wish.id, "joins": same.id, "ref": ref})
        return
    request = tx.lifecycles[thing.subject.kind].ending(thing)
    if request is None:
        log.critical("stop.unsendable", intent=wish.id, thing=thing.id)
        return
    tx.move(wish.id, State.QUEUED, Changes(ref=ref))
    sealed = tx.seal.close(request.request, intent_cell("request", wish.id))
    called = {"of": wish.id, "request": sealed, "settled_at": None, "owner": tx.boot}
    tx.connection.execute(_CALL, called)


def _has_id(tx: Transaction, thing: Intent) -> Intent:
    """Let the stops of *thing*, and those of its ID, go on now that it has one.

    Returns the thing as it is by that.
    """
    subject = thing.subject
    names = {"sdk_app_id": subject.sdk_app_id, "kind": subject.kind}
    asked = {**names, "ref": subject.ref, "thing": thing.id}
    stops = intents_of(tx.connection.execute(_OF_OR_OF_ITS_ID, asked))
    thing = _adopt(tx, thing, [one for one in stops if one.subject.about is None])
    for wish in stops:
        own = wish.subject.about is not None and not wish.subject.ref
        if own and wish.state is State.WAITING:
            _release(tx, wish, thing)
    return thing


def _adopt(tx: Transaction, thing: Intent, foreign: Iterable[Intent]) -> Intent:
    """Take over what was done about its ID before it was known to be its."""
    for stop in foreign:
        own = stop.asker.team == thing.asker.team
        handle = thing.handle if own else stop.handle
        taken = {"of": stop.id, "about": thing.id, "handle": handle}
        tx.connection.execute(_TAKE_OVER, taken)
        alert_rows.adopt(tx.connection, stop.id, thing.id)
        if stop.state in OPEN:
            _before, thing = tx.learn(thing, _asked(tx, stop))
        elif kind := _ENDED.get((stop.state, stop.settlement.reason)):
            _before, thing = tx.learn(thing, _ended_as(stop, kind))
    return thing


def _is_doubted(tx: Transaction, stop: Intent) -> bool:
    """Tell whether an earlier stop of the same ID may have got through, or did.

    Then a refusal of this one does not mean that it goes on. Of an ID that people
    choose an earlier one may have been of another thing.
    """
    subject = stop.subject
    if namesakes.shared(subject):
        return False
    asked = {"sdk_app_id": subject.sdk_app_id, "ref": subject.ref}
    earlier = tx.connection.execute(_EARLIER, {**asked, "other_than": stop.id})
    return earlier.first() is not None


def _same(tx: Transaction, sdk_app_id: int, kind: str, ref: str) -> Intent | None:
    names = {"sdk_app_id": sdk_app_id, "kind": kind, "ref": ref}
    row = tx.connection.execute(_SAME, names).first()
    return intent_of(row) if row else None


def _asked(tx: Transaction, stop: Intent) -> Fact:
    at = millis(tx.now())
    return Fact(
        kind=FactKind.ASKED,
        does=Does.END,
        key=fact_key(stop.id, "asked"),
        job=stop.joins or stop.id,
        by=stop.asker.user,
        ref=stop.subject.ref,
        at=at,
        came_at=at,
    )


def _cancelled(tx: Transaction, thing: Intent, stop: Intent) -> Fact:
    at = millis(tx.now())
    return Fact(
        kind=FactKind.UNSENT,
        key=fact_key(thing.id, "unsent"),
        job=stop.id,
        by=stop.asker.user,
        code=CANCELLED,
        at=at,
        came_at=at,
    )


def _ended_as(stop: Intent, kind: FactKind) -> Fact:
    """Return that *stop*, of what was nobody's then, ended so."""
    sent = stop.sent_at or stop.created_at
    at = millis(stop.settlement.settled_at or sent)
    return Fact(
        kind=kind,
        does=Does.END,
        key=fact_key(stop.id, kind),
        job=stop.id,
        by=stop.asker.user,
        ref=stop.subject.ref,
        since=millis(sent),
        at=at,
        came_at=at,
    )
