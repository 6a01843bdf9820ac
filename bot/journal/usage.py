"""What counts against one thing more, asked in the transaction that accepts it."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

from sqlalchemy import and_, bindparam, func, or_, select

from bot.journal.model import Intent, NewIntent
from bot.journal.questions import in_states, not_by
from bot.journal.rows import intents_of, millis
from bot.journal.schema import IS_THING, intents
from bot.journal.statement import Connection, Statement, literals
from bot.states import ACTIVE, State

LATELY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Usage:
    """What counts against a new intent: things of its kind in the same workspace.

    *live* are running or may be, *lately* were started by the same person, *by* whom.
    *alike* are active and do the same, push to the same target, or are an unknown start
    of the same room: perhaps this very one, asked for once more. What goes by an ID
    that people choose is like whatever goes by the same, in whichever workspace.
    """

    live: int
    lately: int
    alike: tuple[Intent, ...] = ()
    by: str = ""


_active = literals(sorted(ACTIVE))
_things = select(func.count()).where(
    intents.c.team == bindparam("team"), intents.c.creates, IS_THING
)
_COUNTED = Statement(
    select(
        _things.where(intents.c.kind == bindparam("kind"), intents.c.state.in_(_active))
        .scalar_subquery()
        .label("live"),
        _things.where(
            not_by(intents.c.kind) == bindparam("kind"),
            intents.c.user == bindparam("user"),
            intents.c.created_at >= bindparam("since"),
        )
        .scalar_subquery()
        .label("lately"),
    )
)
_SAME = Statement(
    select(intents).where(
        intents.c.ref == bindparam("ref"),
        intents.c.creates,
        IS_THING,
        not_by(intents.c.kind) == bindparam("kind"),
        not_by(intents.c.state).in_(_active),
    )
)


@cache
def _alike(targets: int, *, room: bool, duplicates: bool) -> Statement:
    """Return the question for what would be the same, or push to the same targets."""
    same_room = and_(
        intents.c.sdk_app_id == bindparam("sdk_app_id"),
        intents.c.room == bindparam("room"),
    )
    unknown = and_(same_room, intents.c.state == State.UNKNOWN.value)
    ways = [unknown] if room else []
    if duplicates:
        ways.append(and_(same_room, intents.c.duplicates == bindparam("duplicates")))
    # a digest is hexadecimal, so it needs no escaping
    ways += [
        intents.c.targets.contains(bindparam(f"target_{number}"))
        for number in range(targets)
    ]
    here = select(intents).where(
        intents.c.creates,
        IS_THING,
        intents.c.team == bindparam("team"),
        intents.c.kind == bindparam("kind"),
        or_(*ways),
    )
    return Statement(in_states(here, ACTIVE))


def usage_of(connection: Connection, new: NewIntent) -> Usage:
    """Return what counts against *new*, inside the caller's transaction."""
    asked: dict[str, Any] = {
        "team": new.asker.team,
        "kind": new.subject.kind,
        "user": new.asker.user,
    }
    asked["since"] = millis(new.at - LATELY)
    counted = connection.execute(_COUNTED, asked).one()
    return Usage(
        live=counted.live,
        lately=counted.lately,
        alike=tuple(_all_alike(connection, new)),
        by=new.asker.user,
    )


def _all_alike(connection: Connection, new: NewIntent) -> list[Intent]:
    """Return what is active and would be the same as *new*, or push to its targets."""
    subject = new.subject
    asked: dict[str, Any] = {
        name: getattr(subject, name) for name in ("kind", "sdk_app_id", "room")
    }
    asked |= {"team": new.asker.team, "duplicates": subject.duplicates}
    asked |= {f"target_{number}": one for number, one in enumerate(subject.targets)}
    alike: list[Intent] = []
    if subject.room or subject.duplicates or subject.targets:
        ways = _alike(
            len(subject.targets),
            room=bool(subject.room),
            duplicates=bool(subject.duplicates),
        )
        alike += intents_of(connection.execute(ways, asked))
    if subject.ref:
        asked["ref"] = subject.ref
        alike += intents_of(connection.execute(_SAME, asked))
    each = {one.id: one for one in alike}.values()
    return sorted(each, key=lambda one: (one.created_at, one.id))
