"""How an intent ended, and what that says of the thing that it made or is about."""

from collections.abc import Iterable, Sequence

from bot.errors import IllegalMove
from bot.ids import IntentId
from bot.journal import changing, namesakes, stops
from bot.journal.evidence import Does, Fact, FactKind, fact_key
from bot.journal.model import NOT_ENDED, Changes, Intent, Notice, Subject
from bot.journal.rows import millis
from bot.journal.transaction import Transaction
from bot.states import OVER, State

KINDS = {
    State.STARTED: FactKind.ANSWERED,
    State.DONE: FactKind.ANSWERED,
    State.NOT_STARTED: FactKind.REFUSED,
    State.UNKNOWN: FactKind.NO_ANSWER,
}


def fact_of(tx: Transaction, intent: Intent, kind: FactKind, changes: Changes) -> Fact:
    """Return what it says of a thing that *intent* ended so, as of now."""
    at, subject = millis(tx.now()), intent.subject
    return Fact(
        kind=kind,
        does=Does.of(creates=subject.creates, ends=subject.ends),
        key=fact_key(intent.id, kind),
        job=intent.id,
        by=intent.asker.user,
        ref=changes.get("ref", "") or subject.ref,
        target=aim_of(subject),
        code=changes.get("error_code", ""),
        text=changes.get("error_text", ""),
        since=millis(intent.sent_at) if intent.sent_at else None,
        at=at,
        came_at=at,
    )


def aim_of(subject: Subject) -> str:
    """Return the digest of where what acts on a thing, and goes with it, leads."""
    acts = not (subject.creates or subject.ends or subject.changes)
    return next(iter(subject.targets), "") if acts else ""


def written(sent: Intent) -> Fact:
    """Return the fact that the request of *sent* was written, as its row says.

    Of a thing that row has written it itself: see `schema.WRITES`.
    """
    at, subject = millis(sent.sent_at or sent.created_at), sent.subject
    key = fact_key(sent.id, FactKind.WRITTEN)
    return Fact(
        kind=FactKind.WRITTEN,
        does=Does.of(creates=subject.creates, ends=subject.ends),
        key=f"{sent.id} written" if subject.creates else key,
        job=sent.id,
        by=sent.asker.user,
        ref=subject.ref,
        since=at,
        at=at,
        came_at=at,
    )


def claimed(tx: Transaction, intent: IntentId, changes: Changes) -> Intent | None:
    """Move *intent* to SENDING, if it is this run's to send; number it if it changes.

    Its thing is locked.
    """
    moved = tx.moved(intent, State.SENDING, changes, mine=True)
    return numbered(tx, moved) if moved else None


def numbered(tx: Transaction, sent: Intent) -> Intent:
    """Return what is being *sent*; a change with its number, if it had none."""
    about = sent.subject.about
    if not sent.subject.changes or sent.sequence or about is None:
        return sent
    return changing.numbered(tx.connection, sent, tx.get(about))


def beside_evidence(changes: Changes) -> Changes:
    """Return what an answer changes of a thing beside what the evidence says."""
    answered = changes.copy()
    answered.pop("ref", None)
    answered.pop("error_code", None)
    answered.pop("error_text", None)
    return answered


def reject(
    tx: Transaction,
    intent: IntentId,
    claimed_by: str,
    changes: Changes,
    notices: Iterable[Notice],
) -> Intent | None:
    """End what was never sent: QUEUED in this run's hands, or SENDING by *claimed_by*.

    What another run has in its hands is that one's to send, or to end.
    """
    current = tx.get(intent)
    queued = current.state is State.QUEUED and current.owner == tx.boot
    mine = claimed_by and current.owner == claimed_by
    if not (queued or (current.state is State.SENDING and mine)):
        return None
    fact = fact_of(tx, current, FactKind.UNSENT, changes)
    return end(tx, current, State.NOT_STARTED, (fact,), changes, notices)


def sent(tx: Transaction, intent: IntentId) -> Intent:
    """Return *intent*, whose request was sent, or may have been.

    Raises:
        IllegalMove: it was never sent.
    """
    tx.first(intent)
    current = tx.get(intent)
    if current.state in {State.QUEUED, State.WAITING}:
        raise IllegalMove(f"{intent} was never sent")
    return current


def overtaken(
    tx: Transaction,
    intent: Intent,
    to: State,
    evidence: Sequence[Fact],
    changes: Changes,
) -> Intent:
    """Let what *intent* is about learn how it ended here; another run is sending it.

    Raises:
        IllegalMove: it makes a thing. Such a one nobody takes over while it is sent.
    """
    if intent.subject.creates:
        raise IllegalMove(f"{intent.id} is being sent by another run")
    evidence = evidence or (fact_of(tx, intent, KINDS[to], changes),)
    if about := intent.subject.about:
        _learn_all(tx, tx.get(about), evidence, Changes(), ())
    _share(tx, intent, evidence)
    return tx.get(intent.id)


def end(
    tx: Transaction,
    intent: Intent,
    to: State,
    evidence: Sequence[Fact],
    changes: Changes,
    notices: Iterable[Notice],
) -> Intent:
    """Commit that *intent* ended *to*, and what is known of its thing by that.

    Without *evidence* that is what *to* says, now.
    """
    evidence = evidence or (fact_of(tx, intent, KINDS[to], changes),)
    if intent.subject.creates:
        return _learn_all(tx, intent, evidence, beside_evidence(changes), notices)
    if intent.state in {State.SENDING, State.QUEUED}:
        # else what became of its thing has ended it; the answer is a fact all the same
        if intent.subject.ends:
            audible = _of_what_runs(tx, intent, notices)
            stops.settle(tx, intent, to, _said(tx, intent, to, changes), audible)
        else:
            tx.raise_notices(tx.move(intent.id, to, changes), notices)
    settled = tx.get(intent.id)
    if about := settled.subject.about:
        thing = _learn_all(tx, tx.get(about), evidence, Changes(), ())
        if settled.subject.ends:
            stops.contest(tx, settled, thing)
    _share(tx, settled, evidence)
    return tx.get(intent.id)


def _said(tx: Transaction, stop: Intent, to: State, changes: Changes) -> Changes:
    """Return *changes* of a *stop* that ended *to*, with what that says of its thing.

    That a task is gone may say nothing of the thing; and one that is over already does
    not go on because a stop of it failed.
    """
    about, reasoned = stop.subject.about, changes.copy()
    thing = tx.get(about) if about else None
    ours = thing is not None and thing.subject.ref == stop.subject.ref
    gone = changes.get("reason") == stops.How.GONE
    if gone and not (thing and ours and thing.standing.vouched):
        reasoned["reason"] = stops.How.NO_SUCH_TASK
    elif to is State.DONE and thing and not ours:
        reasoned["reason"] = stops.How.OTHER_ID
    elif to is not State.DONE and thing and ours and thing.state in OVER:
        unknown = to is State.UNKNOWN
        reasoned["reason"] = stops.How.PERHAPS if unknown else stops.How.OVER
    return reasoned


def _of_what_runs(
    tx: Transaction, stop: Intent, notices: Iterable[Notice]
) -> Iterable[Notice]:
    """Return *notices* of a *stop*; nothing that is over goes on for want of it."""
    about = stop.subject.about
    if about is None:
        return notices
    thing = tx.get(about)
    over = thing.state in OVER and thing.subject.ref == stop.subject.ref
    return [one for one in notices if not (over and one.name == NOT_ENDED)]


def _learn_all(
    tx: Transaction,
    thing: Intent,
    evidence: Sequence[Fact],
    changes: Changes,
    notices: Iterable[Notice],
) -> Intent:
    first, *others = evidence
    learnt = tx.learn(thing, first, also=others, changes=changes, notices=notices)
    for changed in namesakes.followed(tx, *learnt):
        stops.follow(tx, *changed)
    return stops.follow(tx, *learnt)


def _share(tx: Transaction, stop: Intent, evidence: Sequence[Fact]) -> None:
    """Let all that go by the ID that *stop* was of learn how it went."""
    if stop.subject.ends:
        for changed in namesakes.ended(tx, stop, evidence):
            stops.follow(tx, *changed)
