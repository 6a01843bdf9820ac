"""What somebody has to decide on has a column: it is asked for, not looked for."""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

LIVE = ("sending", "started", "expiring", "stopping", "unknown")
UNDECIDED = {"unknown", "may run", "push failed", "idle", "out of reach"}
OF_STATES = {"unknown"}  # of what was never folded, the state is all


def upgrade() -> None:
    """Keep every row; what does not run is not read."""
    column = sa.Column(
        "undecided", sa.Boolean, nullable=False, server_default=sa.false()
    )
    op.add_column("intents", column)
    _mark()
    op.create_index(
        "things_undecided",
        "intents",
        ["team", "kind", "created_at", "id"],
        sqlite_where=sa.text("undecided = 1"),
        postgresql_where=sa.text("undecided"),
    )


def _mark() -> None:
    connection = op.get_bind()
    names = ("id", "state", "standing", "undecided", "creates", "about")
    intents = sa.table("intents", *map(sa.column, names))
    live = sa.select(intents.c.id, intents.c.state, intents.c.standing).where(
        intents.c.state.in_(LIVE), intents.c.creates, intents.c.about.is_(None)
    )
    undecided = [{"of": row.id} for row in connection.execute(live) if _undecided(row)]
    mark = intents.update().where(intents.c.id == sa.bindparam("of"))
    if undecided:
        connection.execute(mark.values(undecided=sa.true()), undecided)


def _undecided(row: Any) -> bool:
    if not row.standing:
        return row.state in OF_STATES
    return json.loads(row.standing)["headline"] in UNDECIDED
