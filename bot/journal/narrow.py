"""The newest things that share something, as a list is narrowed to them.

One index leads to them; what else they share is looked for along it.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any, TypedDict

from sqlalchemy import Integer, Select, bindparam, or_, select

from bot.ids import SlackUserId
from bot.journal.questions import NEWEST, in_states, not_by
from bot.journal.rows import millis
from bot.journal.schema import IS_THING, intents
from bot.journal.statement import Statement, literals
from bot.states import State

_limit = bindparam("limit", type_=Integer)


class Narrow(TypedDict, total=False):
    """What things that are asked for share; what is empty leaves none of them out.

    *since* is when the oldest of them was asked for.
    """

    user: SlackUserId | None
    room: str | None
    app: str
    preset: str
    since: datetime | None


def narrowed(only: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters of a question that is narrowed to *only* that."""
    named = {name: only[name] for name in sorted(only) if only[name]}
    if since := only.get("since"):
        named["since"] = millis(since)
    return named


@cache
def live(by: tuple[str, ...], states: tuple[State, ...]) -> Statement:
    """Return the question for the newest things of a kind in *states*, which live.

    It is narrowed *by* what they share; by a room the index of rooms leads there.
    """
    lead = "room" if "room" in by else "kind"
    query = select(intents).where(intents.c.creates, IS_THING)
    query, states = _or_left(query, states)
    query = _alike(query, (*by, "kind"), lead)
    newest = in_states(query, states, by=("team", lead), newest=True)
    return Statement(newest.limit(_limit))


@cache
def undecided(by: tuple[str, ...], states: tuple[State, ...] | None) -> Statement:
    """Return the question for the newest of `live` on which somebody has to decide."""
    query = select(intents).where(
        intents.c.undecided,
        intents.c.team == bindparam("team"),
        intents.c.kind == bindparam("kind"),
    )
    if states is not None:
        one_of = literals(one.value for one in states)
        query = query.where(not_by(intents.c.state).in_(one_of))
    query = _alike(query, by, "kind")
    return Statement(query.order_by(*NEWEST).limit(_limit))


@cache
def recent(by: tuple[str, ...], states: tuple[State, ...] | None) -> Statement:
    """Return the question for the newest things that share what they are asked *by*.

    One index leads there: that of the room, else of the person, else of the kind.
    """
    query = select(intents).where(IS_THING)
    lead = next((one for one in ("room", "user", "kind") if one in by), "")
    along = ("team", lead) if lead else ("team",)
    query = _alike(query, by, lead)
    if states is not None:
        query, states = _or_left(query, states)
        return Statement(in_states(query, states, by=along, newest=True).limit(_limit))
    query = query.where(*(intents.c[one] == bindparam(one) for one in along))
    return Statement(query.order_by(*NEWEST).limit(_limit))


def _alike(query: Select[Any], by: Iterable[str], lead: str) -> Select[Any]:
    """Return *query* of what is alike *by* those columns; along *lead* it is read."""
    if "since" in by:
        query = query.where(intents.c.created_at >= bindparam("since"))
    for name in dict.fromkeys(one for one in by if one not in {lead, "since"}):
        query = query.where(not_by(intents.c[name]) == bindparam(name))
    return query


def _or_left(
    query: Select[Any], states: tuple[State, ...]
) -> tuple[Select[Any], tuple[State, ...]]:
    """Return *query* and *states*, with what a dead run was sending.

    What another run than the only one was sending is unknown.
    """
    if State.UNKNOWN not in states or State.SENDING in states:
        return query, states
    left = intents.c.owner != bindparam("alone")
    query = query.where(or_(intents.c.state != State.SENDING.value, left))
    return query, (*states, State.SENDING)
