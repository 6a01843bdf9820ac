"""Signed events of relays, as Tencent sends them: in any order, more than once."""

import json
from collections.abc import Mapping

from sqlalchemy import bindparam

from bot.ids import IntentId
from bot.journal import facts, heard, locks, stops, usage
from bot.journal.audit import Cause
from bot.journal.evidence import Fact, FactKind
from bot.journal.model import Intent, NewIntent
from bot.journal.rows import millis
from bot.journal.schema import intents
from bot.journal.statement import updated
from bot.journal.transaction import Transaction
from bot.states import State
from bot.tencent.events import RelayEvent

_NAME = updated(intents, ("targets",), intents.c.id == bindparam("of"))


def apply(
    tx: Transaction, event: RelayEvent, sdk_app_id: int
) -> tuple[Intent | None, bool]:
    """Let the thing that travels as the event's robot learn of it.

    Returns None for a robot that is not known here, and whether it was news.
    """
    tx = tx.by_itself(Cause.CALLBACK)
    at = millis(tx.now())
    with heard.noted(tx.connection, sdk_app_id, at):
        locks.head_of_agent(tx.connection, event.agent)
        before = tx.by_agent(event.agent)
        if before is None or before.subject.sdk_app_id != sdk_app_id:
            return None, False
        was, now = tx.learn(before, _fact_of(event, at))
        return stops.follow(tx, was, now), now.rev != was.rev


def adopt(tx: Transaction, new: NewIntent, event: RelayEvent, skip: int) -> Intent:
    """Keep *new*, which runs under a name of ours, and leave out *skip* handles."""
    tx = tx.by_itself(Cause.CALLBACK)
    locks.workspace(tx.connection, new.asker.team)
    earlier = tx.by_agent(event.agent)
    if earlier:
        return earlier
    for _number in range(skip):
        tx.allot(new)
    kept = tx.insert(new, State.QUEUED)
    learnt = tx.learn(kept, _fact_of(event, millis(tx.now())))
    return stops.follow(tx, *learnt)


def name_targets(tx: Transaction, thing: IntentId, names: Mapping[str, str]) -> None:
    """Give the targets of *thing*, and its events about them, their present names."""
    kept = tx.get(thing)
    for old, name in names.items():
        facts.rename_target(tx.connection, thing, old, name)
    targets = json.dumps(list(names.values()))
    usage.renamed(tx.connection, kept, tuple(names.values()))
    tx.connection.execute(_NAME, {"of": thing, "targets": targets})
    tx.refold(tx.get(thing))


def _fact_of(event: RelayEvent, came_at: int) -> Fact:
    """Return *event*, which arrived at *came_at*, as a fact."""
    return Fact(
        kind=FactKind.EVENT,
        key=event.key,
        ref=event.task_id,
        target=event.target,
        status=event.status,
        code=event.error_code,
        text=event.error,
        at=millis(event.at) if event.at else came_at,
        came_at=came_at,
    )
