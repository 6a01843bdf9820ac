"""Every question has its index: nothing is answered by looking through a workspace."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

IS_THING = sa.text("about IS NULL AND ends = 0")
THINGS = {
    "team": ("team",),
    "kind": ("team", "kind"),
    "standing": ("team", "kind", "state"),
    "user": ("team", "user"),
    "user_standing": ("team", "user", "state"),
    "room": ("team", "room"),
    "room_standing": ("team", "room", "state"),
}
PARTS = {"start": "lower({name})", "end": "lower(substr({name}, -8))"}


def upgrade() -> None:
    """Keep every row; a large journal takes some seconds."""
    for name in ("team", "state", "ref", "about", "joins"):
        op.drop_index(f"intents_by_{name}", "intents")
    for name in ("state", "ref"):
        op.create_index(f"intents_by_{name}", "intents", [name, "created_at", "id"])
    for name in ("about", "joins"):
        where = sa.text(f"{name} IS NOT NULL")
        _partial(f"intents_by_{name}", [name, "created_at", "id"], where)
    for name, columns in THINGS.items():
        _partial(f"things_by_{name}", [*columns, "created_at", "id"], IS_THING)
    for name in ("ref", "request_id"):
        for part, of in PARTS.items():
            expression = sa.text(of.format(name=name))
            _partial(f"things_by_{name}_{part}", ["team", expression], IS_THING)
    op.create_index("outbox_by_age", "outbox", ["state", "created_at"])
    op.create_index("audit_unkeyed_by_team", "audit_unkeyed", ["team", "number"])


def _partial(name: str, columns: list[Any], where: sa.TextClause) -> None:
    op.create_index(
        name, "intents", columns, sqlite_where=where, postgresql_where=where
    )
