"""Things that belong together: a copy, and the relay that it is a copy of.

What one of them is told of the other is a fact like any: how that stands, by its
headline, and what is to be done once the copy is live. It is learnt in the transaction
in which the other changes, so neither is ever told of as what it is not. *copies* has a
row for each wish that is open, so that what has become due is found by whoever looks.

Whether the time has come is decided here: the copy is live by an event of Tencent, or
one of the two is over, or nobody will ever tell. What is due is carried out by
`bot.operations.takeover`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import bindparam, delete

from bot.dialogue.outcome import Audience
from bot.ids import IntentId
from bot.journal.evidence import (
    Fact,
    FactKind,
    Headline,
    Link,
    Role,
    Wish,
    fact_key,
)
from bot.journal.model import NEWS, CopyOf, Intent, Notice
from bot.journal.schema_saved import copies
from bot.journal.statement import Connection, Statement, inserted, updated
from bot.states import OVER, State

OPEN = frozenset({Wish.WAITING, Wish.LOOK, Wish.DUE})

_KEEP = inserted(copies, "copy", "original", "state", "at")
_BECOME = updated(copies, ("state", "at"), copies.c.copy == bindparam("of"))
_SETTLED = Statement(delete(copies).where(copies.c.copy == bindparam("of")))
_LINK = TypeAdapter(Link)


class Line:
    """What the thread of one of two things is told about the other, by its name."""

    COPIED = "copied"  # there is a copy of it
    TAKES_OVER = "takes over"  # its copy is live, so it is stopped
    COPY_OVER = "copy over"  # its copy is over, so it is not
    UNSURE = "unsure"  # it is not known whether its copy started
    LOOK = "look"  # its copy was accepted, and nobody will tell whether it is live
    ALONE = "alone"  # what it is a copy of, or its copy, is over
    KEPT = "kept"  # somebody said that it goes on


class Told(NamedTuple):
    """What *thing* learns of another, and the lines in the thread of its card.

    With None as *lines* nobody is told, by its card neither.
    """

    thing: IntentId
    link: Link
    lines: tuple[Notice, ...] | None = ()


# ── what follows from what ───────────────────────────────────────────────────────


def made(copy: Intent, original: Intent, of: CopyOf, at: int) -> list[Told]:
    """Return who learns that *copy* is one *of* the *original*; *at* is now."""
    by, over = copy.asker.user, original.state in OVER
    wish = Wish.WAITING if of.stop and not over else Wish.NONE
    line = _line(Line.COPIED, _seen(copy, Role.COPY, wish, by), at)
    return [
        Told(copy.id, _seen(original, Role.ORIGINAL, wish, by), None),
        Told(original.id, _seen(copy, Role.COPY, wish, by), () if over else (line,)),
    ]


def follow(before: Intent, after: Intent, at: int) -> Iterator[Told]:
    """Yield who learns what now that *after* changed: it, and what it belongs to."""
    if after.standing.headline is before.standing.headline:
        return
    for link in after.standing.links:
        wish, own, others = _turn(after, link, at)
        if wish is not link.wish or own:
            yield Told(after.id, replace(link, wish=wish), own)
        role = Role.COPY if link.role is Role.ORIGINAL else Role.ORIGINAL
        yield Told(link.intent, _seen(after, role, wish, link.by), others)


def turned(
    copy: Intent, link: Link, wish: Wish, at: int, line: str = "", by: str = ""
) -> list[Told]:
    """Return who learns that the *wish* of *link*, which *copy* has, is another now.

    The original is told *line*, if given, and *by* whom it was so decided.
    """
    seen = _seen(copy, Role.COPY, wish, link.by)
    lines = (_line(line, seen, at, by=by),) if line else ()
    return [
        Told(copy.id, replace(link, wish=wish)),
        Told(link.intent, seen, lines),
    ]


Turn = tuple[Wish, tuple[Notice, ...], tuple[Notice, ...]]


def _turn(after: Intent, link: Link, at: int) -> Turn:  # noqa: PLR0911 - a case each
    """Return what becomes of the wish of *link*, and the lines about that.

    Those of its own thread first, then those of the other. A copy of which it is not
    known whether it started may be live yet: then the wish stays, and that is told. One
    that went live and is over before a stop was placed takes over nothing.
    """
    if link.role is Role.COPY:
        return _turn_of_original(after, link, at)
    wish, headline = link.wish, after.standing.headline
    seen = _seen(after, Role.COPY, wish, link.by)
    placed = wish is Wish.DUE and link.headline in {Headline.STOPPING, *_OVER}
    if wish in OPEN and not placed:
        if after.state in OVER:
            return Wish.DROPPED, (), (_line(Line.COPY_OVER, seen, at),)
        if wish is Wish.DUE:
            return wish, (), ()
        if headline is Headline.LIVE and wish is Wish.WAITING:
            return Wish.DUE, (), (_line(Line.TAKES_OVER, seen, at, by=link.by),)
        if after.state is State.UNKNOWN:
            return wish, (), (_line(Line.UNSURE, seen, at),)
        if headline is Headline.ACCEPTED and not after.subject.callbacks:
            return Wish.LOOK, (), (_line(Line.LOOK, seen, at),)
    return wish, (), ()


def _turn_of_original(after: Intent, link: Link, at: int) -> Turn:
    """Return what becomes of the wish to stop *after*, and the lines about that."""
    if after.state not in OVER:
        return link.wish, (), ()
    wish = Wish.DROPPED if link.wish in OPEN - {Wish.DUE} else link.wish
    seen = _seen(after, Role.ORIGINAL, wish, link.by)
    over = link.headline in _OVER
    return wish, (), () if over else (_line(Line.ALONE, seen, at),)


_OVER = frozenset(
    {Headline.STOPPED, Headline.ENDED, Headline.NOT_STARTED, Headline.CLOSED}
)


def _seen(thing: Intent, role: Role, wish: Wish, by: str) -> Link:
    """Return *thing* as the other of the two is told of it."""
    headline = thing.standing.headline
    return Link(role, thing.id, thing.handle, headline, wish, by)


def _line(what: str, other: Link, at: int, **facts: Any) -> Notice:
    """Return the line that tells *what* about the *other* of the two."""
    named = {"other": other.intent, "handle": other.handle, "by": other.by}
    named |= {"role": other.role.value, "headline": other.headline.value}
    line = {"what": what, "at": at, "wish": other.wish.value, **named, **facts}
    return Notice(name=NEWS, audience=Audience.THREAD, facts=line)


# ── as facts, and as rows ────────────────────────────────────────────────────────


def fact_of(thing: Intent, link: Link, at: int) -> Fact:
    """Return as a fact what *thing* learns of another by *link*."""
    numbers = (x.number for x in thing.standing.links if x.intent == link.intent)
    now = replace(link, number=next(numbers, 0) + 1)
    return Fact(
        kind=FactKind.LINKED,
        key=fact_key(thing.id, FactKind.LINKED, link.intent, now.number),
        job=link.intent,
        by=link.by,
        status=now.number,
        text=_LINK.dump_json(now, exclude_defaults=True).decode(),
        at=at,
        came_at=at,
    )


def links_of(facts: Sequence[Fact]) -> tuple[Link, ...]:
    """Return what *facts* say of the things that theirs belongs to, by their ids."""
    newest: dict[str, Link] = {}
    for fact in facts:
        if fact.kind is FactKind.LINKED and (link := _link_in(fact.text)):
            before = newest.get(link.intent, link)
            newest[link.intent] = max(before, link, key=lambda one: one.number)
    return tuple(newest[one] for one in sorted(newest))


def _link_in(text: str) -> Link | None:
    try:
        return _LINK.validate_json(text)
    except ValidationError:  # of a release that will say more
        return None


def keep(connection: Connection, one: Told, at: int) -> None:
    """Keep in its row which wish is open, if *one* is a copy's; settled, it goes."""
    copy, link = one.thing, one.link
    if link.role is not Role.ORIGINAL:
        return
    row = {"copy": copy, "original": link.intent, "state": link.wish.value, "at": at}
    if link.wish not in OPEN:
        settled(connection, copy)
    elif not connection.execute(_BECOME, {**row, "of": copy}).rowcount:
        connection.execute(_KEEP, row)


def settled(connection: Connection, copy: IntentId) -> None:
    """Let the row of *copy* go."""
    connection.execute(_SETTLED, {"of": copy})
