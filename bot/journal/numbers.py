"""The numbers of handles: the next of each kind in each workspace, none given twice."""

from sqlalchemy import bindparam, func, select

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


def next_number(connection: Connection, team: TeamId, kind: Kind) -> int:
    """Take the next number of *kind* in the workspace *team*, from 1."""
    of = {"of_team": team, "of": kind}
    return int(connection.execute(_COUNT, of).scalar())
