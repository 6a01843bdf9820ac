"""Questions that are put together: of each part an index gives the answer in order.

A question about several states, or about a text that may be any of several IDs, is no
walk through the journal: it is one walk along an index for each, and these are merged.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    func,
    literal_column,
    select,
    union,
    union_all,
)

from bot.ids import TeamId
from bot.journal import facts
from bot.journal.schema import EMPTY, HAS_ARRIVED, IS_THING, an_end, intents
from bot.journal.statement import Params, Statement, ending, unindexed
from bot.states import OPEN, State

SHORTEST_PART = 8  # characters of an ID that are enough to find it by; see `an_end`
MOST_ALIKE = 100  # IDs that share a beginning, among which the newest are looked for
MOST_ENDS = 500  # IDs with the same last 8 characters, among which longer ends are
LAST_OF_ALL = "\U0010ffff"  # nothing that is typed comes after it

NEWEST = (intents.c.created_at.desc(), intents.c.id.desc())
OLDEST = (intents.c.created_at, intents.c.id)

_stops = intents.alias("stops")
_IDS = (intents.c.ref, intents.c.request_id)
_text, _team = bindparam("text", type_=String), bindparam("team", type_=String)
_limit = bindparam("limit", type_=Integer)


def not_by(column: ColumnElement[str]) -> ColumnElement[str]:
    """Return *column* so that SQLite uses no index of it: another has fewer rows."""
    return unindexed(column)


def in_states(
    query: Select[Any],
    states: Iterable[State],
    *,
    by: Iterable[str] = (),
    newest: bool = False,
) -> CompoundSelect[Any]:
    """Return *query* of intents in any of *states*, the oldest or the *newest* first.

    Each state is read along an index, and no more of it than is needed: along one of
    the columns that they share, *by* which they are asked for. What is on its way is
    in none of these; of it there are few, wherever it belongs.
    """
    parts = [_in_state(query, one, tuple(by)) for one in sorted(states)]
    at, number = (literal_column(one, String) for one in ("created_at", "id"))
    order = (at.desc(), number.desc()) if newest else (at, number)
    return union_all(*parts).order_by(*order)


def _in_state(query: Select[Any], state: State, by: Iterable[str]) -> Select[Any]:
    stays = state not in OPEN
    shared = (
        (intents.c[one] if stays else not_by(intents.c[one])) == bindparam(one)
        for one in by
    )
    so = query.where(intents.c.state == state.value, *shared)
    return so.where(HAS_ARRIVED) if stays else so


def identified(text: str, team: TeamId, limit: int) -> tuple[Statement, Params]:
    """Return the question for the newest things that *text* identifies."""
    asked = {"text": text, "user": text.lstrip("@"), "team": team, "limit": limit}
    if len(text) < SHORTEST_PART:
        return _WHOLE, asked
    return _IN_PART, asked | {"dashed": f"-{text}", "end": len(text)}


def _newest(*which: ColumnElement[bool]) -> Select[Any]:
    newest = select(intents.c.id).where(*which, IS_THING).order_by(*NEWEST)
    return select(newest.limit(_limit).subquery().c.id)


def _beginning(column: ColumnElement[str], text: ColumnElement[str]) -> Select[Any]:
    """Return the question for some IDs that begin with *text*, in any case."""
    first, last = func.lower(text), func.lower(text.concat(LAST_OF_ALL))
    so = and_(func.lower(column) >= first, func.lower(column) < last)
    here = intents.c.team == _team, IS_THING, column != EMPTY
    few = select(intents.c.id).where(so, *here)
    return select(few.limit(MOST_ALIKE).subquery().c.id)


def _ending(column: ColumnElement[str]) -> Select[Any]:
    """Return the question for some IDs that end with the text, in any case."""
    alike = select(intents.c.id, column.label("whole")).where(
        an_end(column) == an_end(_text),
        intents.c.team == _team,
        IS_THING,
        column != EMPTY,
    )
    few = alike.limit(MOST_ENDS).subquery().c
    end = ending(func.lower(few.whole), bindparam("end", type_=Integer))
    return select(few.id).where(end == func.lower(_text))


def _of_any(parts: Iterable[Select[Any]]) -> Statement:
    here = and_(not_by(intents.c.team) == _team, IS_THING)
    things = select(intents).where(intents.c.id.in_(union(*parts)), here)
    return Statement(things.order_by(*NEWEST).limit(_limit))


_whole = (
    select(_stops.c.about).where(
        _stops.c.request_id == _text,
        _stops.c.request_id != EMPTY,
        _stops.c.about.is_not(None),
    ),
    facts.things_of(_text),
    *(
        select(intents.c.id).where(column == _text, column != EMPTY)
        for column in (intents.c.request_id, intents.c.agent)
    ),
    _newest(
        intents.c.ref == _text,
        intents.c.ref != EMPTY,
        not_by(intents.c.team) == _team,
    ),
    _newest(intents.c.room == _text, intents.c.team == _team),
    _newest(intents.c.user == bindparam("user"), intents.c.team == _team),
)
_in_part = (
    part
    for column in _IDS
    for part in (
        _beginning(column, _text),
        _beginning(column, bindparam("dashed", type_=String)),
        _ending(column),
    )
)
_WHOLE = _of_any(_whole)
_IN_PART = _of_any((*_whole, *_in_part))
