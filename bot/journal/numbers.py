"""The numbers of handles: the next of each kind in each workspace, none given twice.

Whoever writes for a workspace alone takes the number after the last, and the row of the
thing that has it is what counts it: see `schema.COUNTS_HANDLE`.
"""

from collections.abc import Mapping

from sqlalchemy import and_, bindparam, func, or_, select

from bot.ids import Kind, TeamId
from bot.journal.schema import ANY_TEAM, handles
from bot.journal.statement import Connection, Statement

_floor = select(handles.c.last).where(
    handles.c.team == ANY_TEAM, handles.c.kind == ANY_TEAM
)
_COUNT = Statement(
    lambda insert: (
        insert(handles)
        .values(
            team=bindparam("of_team"),
            kind=bindparam("of"),
            last=func.coalesce(_floor.scalar_subquery(), 0) + 1,
        )
        .on_conflict_do_update(
            index_elements=["team", "kind"], set_={"last": handles.c.last + 1}
        )
        .returning(handles.c.last)
    )
)

# What is counted of a kind, and what any begins behind in a workspace without a count.
LAST = select(handles.c.kind, handles.c.last).where(
    or_(
        and_(handles.c.team == bindparam("team"), handles.c.kind == bindparam("kind")),
        and_(handles.c.team == ANY_TEAM, handles.c.kind == ANY_TEAM),
    )
)


def following(counted: Mapping[str, int], kind: Kind) -> int:
    """Return the number after what `LAST` says, which is *counted* by kind."""
    return counted.get(kind, counted.get(ANY_TEAM, 0)) + 1


def next_number(connection: Connection, team: TeamId, kind: Kind) -> int:
    """Take the next number of *kind* in the workspace *team*, from 1."""
    of = {"of_team": team, "of": kind}
    return int(connection.execute(_COUNT, of).scalar())
