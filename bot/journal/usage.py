"""What counts against one thing more, asked in the transaction that accepts it.

How many things are active, and how many somebody has started lately, is counted when
it changes, and not when it is asked for: one more costs the same however many there
are. Starts are counted by quarters of an hour.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, bindparam, delete, or_, select, union

from bot.errors import ELSEWHERE
from bot.ids import IntentId
from bot.journal.model import Intent, NewIntent
from bot.journal.questions import not_by
from bot.journal.rows import millis
from bot.journal.schema import EMPTY, IS_THING, intents, tallies, targets
from bot.journal.statement import Connection, Statement, literals
from bot.states import ACTIVE, State

DAY = 24 * 60 * 60 * 1000  # milliseconds
QUARTER = 15 * 60 * 1000  # of an hour


@dataclass(frozen=True, slots=True)
class Usage:
    """What counts against a new intent: things of its kind in the same workspace.

    *live* are running or may be, *lately* were started by the same person, *by* whom
    in *team*.
    *alike* are active and do the same, push to the same target, or are an unknown start
    of the same room: perhaps this very one, asked for once more. What goes by an ID
    that people choose is like whatever goes by the same, in whichever workspace.
    """

    live: int
    lately: int
    alike: tuple[Intent, ...] = ()
    by: str = ""
    team: str = ""

    def names(self, things: Iterable[Intent]) -> tuple[str, ...]:
        """Return what whoever asked knows *things* by: their handles, in one's own."""
        own = (it.handle if it.asker.team == self.team else ELSEWHERE for it in things)
        return tuple(dict.fromkeys(own))


_active = literals(sorted(ACTIVE))
COUNTED = select(tallies.c.name, tallies.c.number).where(
    tallies.c.team == bindparam("team"),
    or_(
        tallies.c.name == bindparam("live"),
        tallies.c.name.between(bindparam("first"), bindparam("last")),
    ),
)
DROP_EXPIRED = Statement(
    delete(tallies).where(tallies.c.expires_at <= bindparam("now"))
)
_ADD = Statement(
    lambda insert: (
        insert(tallies)
        .values(
            team=bindparam("team"),
            name=bindparam("name"),
            number=bindparam("more"),
            expires_at=bindparam("expires_at"),
        )
        .on_conflict_do_update(
            index_elements=["team", "name"],
            set_={"number": tallies.c.number + bindparam("more")},
        )
    )
)
_AIM = Statement(
    lambda insert: insert(targets).on_conflict_do_nothing(), ("digest", "intent")
)
_REST = Statement(
    delete(targets).where(
        targets.c.digest == bindparam("digest"),
        targets.c.intent == bindparam("intent"),
    )
)
_thing = (
    intents.c.creates,
    IS_THING,
    not_by(intents.c.kind) == bindparam("kind"),
    not_by(intents.c.state).in_(_active),
)
SAME = select(intents.c.id).where(
    intents.c.ref == bindparam("ref"), intents.c.ref != EMPTY, *_thing
)
_in_room = select(intents.c.id).where(
    intents.c.team == bindparam("team"),
    intents.c.room == bindparam("room"),
    intents.c.room != EMPTY,
    intents.c.state.in_(_active),
    IS_THING,
    intents.c.sdk_app_id == bindparam("sdk_app_id"),
    or_(
        intents.c.state == State.UNKNOWN.value,
        and_(
            intents.c.state == State.SENDING.value,
            intents.c.owner != bindparam("alone"),  # which is dead
        ),
        and_(
            intents.c.duplicates == bindparam("duplicates"),
            intents.c.duplicates != EMPTY,
        ),
    ),
)


def like(count: int) -> Select[Any]:
    """Return the question for what is active and like a thing of *count* targets.

    Like it is what pushes to one of them, too; with the same room, what does the same.
    """
    digests: list[Any] = [bindparam(f"digest_{number}") for number in range(count)]
    aimed = [select(targets.c.intent).where(targets.c.digest == one) for one in digests]
    return select(intents.c.id).where(
        intents.c.id.in_(union(_in_room, *aimed)),
        not_by(intents.c.team) == bindparam("team"),
        *_thing,
    )


def asked_about(new: NewIntent, alone: str | None) -> dict[str, Any]:
    """Return what `COUNTED`, `SAME` and `like` are asked with, about *new*."""
    subject, by, at = new.subject, _starts(new), millis(new.at)
    digests = {f"digest_{number}": one for number, one in enumerate(subject.targets)}
    return {
        **digests,
        "team": new.asker.team,
        "live": _live(new),
        "first": by + _quarter(at - DAY),
        "last": by + _quarter(at),
        "kind": subject.kind,
        "sdk_app_id": subject.sdk_app_id,
        "room": subject.room,
        "duplicates": subject.duplicates,
        "ref": subject.ref,
        "alone": alone,
    }


def counted(
    new: NewIntent, numbers: Mapping[str, int], alike: Iterable[Intent]
) -> Usage:
    """Return what counts against *new*: the *numbers* of `COUNTED`, and its like."""
    live = numbers.get(_live(new), 0)
    lately = sum(numbers.values()) - live
    by = {"by": new.asker.user, "team": new.asker.team}
    return Usage(live=live, lately=lately, alike=tuple(alike), **by)


def began(connection: Connection, thing: Intent) -> None:
    """Count *thing*, which was just accepted; its targets its row has aimed at."""
    by, at = _starts(thing), millis(thing.created_at)
    one: dict[str, Any] = {"team": thing.asker.team, "more": 1, "expires_at": None}
    expires_at = at // QUARTER * QUARTER + QUARTER + DAY
    added = [{**one, "name": by + _quarter(at), "expires_at": expires_at}]
    if thing.state in ACTIVE:
        added.append({**one, "name": _live(thing)})
    connection.execute_many(_ADD, added)


def changed(connection: Connection, before: Intent, after: Intent) -> None:
    """Count *after*, which is what became of the thing *before*."""
    if (before.state in ACTIVE) == (after.state in ACTIVE):
        if after.state in ACTIVE and before.aims != after.aims:
            _aim_anew(connection, before, after)
        return
    more = 1 if after.state in ACTIVE else -1
    counted = {"team": after.asker.team, "name": _live(after), "more": more}
    connection.execute(_ADD, {**counted, "expires_at": None})
    if more > 0:
        _aim(connection, after)
    else:
        every = dict.fromkeys((*before.aims, *after.aims))
        _for_each(connection, _REST, after.id, tuple(every))


def renamed(connection: Connection, thing: Intent, digests: Sequence[str]) -> None:
    """Know the targets of *thing* by *digests* from here on."""
    _for_each(connection, _REST, thing.id, thing.subject.targets)
    if thing.state in ACTIVE:
        _for_each(connection, _AIM, thing.id, digests)


def _aim(connection: Connection, thing: Intent) -> None:
    _for_each(connection, _AIM, thing.id, thing.aims)


def _aim_anew(connection: Connection, before: Intent, after: Intent) -> None:
    """Know *after* by what it leads to, or may, and not by what it does no more."""
    gone = tuple(one for one in before.aims if one not in after.aims)
    come = tuple(one for one in after.aims if one not in before.aims)
    _for_each(connection, _REST, after.id, gone)
    _for_each(connection, _AIM, after.id, come)


def _for_each(
    connection: Connection,
    statement: Statement,
    thing: IntentId,
    digests: Sequence[str],
) -> None:
    if digests:
        rows = [{"digest": digest, "intent": thing} for digest in digests]
        connection.execute_many(statement, rows)


def _live(thing: Intent | NewIntent) -> str:
    return f"live:{thing.subject.kind}"


def _starts(thing: Intent | NewIntent) -> str:
    return f"{thing.subject.kind}:{thing.asker.user}:"


def _quarter(at: int) -> str:
    return f"{at // QUARTER:010}"
