"""What limits are held against is counted as it changes; indexes leave out the empty.

One more start costs the same however many there are.
"""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

ACTIVE = ("queued", "sending", "unknown", "started", "expiring", "stopping")
QUARTER = 15 * 60 * 1000  # milliseconds
DAY = 24 * 60 * 60 * 1000

IS_THING = "about IS NULL AND ends = 0"
OF_THOSE_WITH_ONE = {
    "ref": ("ref", "created_at", "id"),
    "request_id": ("request_id",),
    "agent": ("agent",),
    "card_ts": ("card_channel", "card_ts"),
}
PARTS = {"start": "lower({name})", "end": "lower(substr({name}, -8))"}


def upgrade() -> None:
    """Keep every row; a large journal takes some seconds."""
    op.create_table(
        "tallies",
        sa.Column("team", sa.String(32), primary_key=True),
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("expires_at", sa.BigInteger),
    )
    op.create_table(
        "targets",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("intent", sa.String(26), primary_key=True),
    )
    _count()
    op.drop_index("intents_by_room", "intents")
    for name, columns in OF_THOSE_WITH_ONE.items():
        index = f"intents_by_{name.removesuffix('_ts')}"
        op.drop_index(index, "intents")
        _create(index, list(columns), f"{name} <> ''")
    for name in ("ref", "request_id"):
        for part, of in PARTS.items():
            index = f"things_by_{name}_{part}"
            op.drop_index(index, "intents")
            expression = sa.text(of.format(name=name))
            _create(index, ["team", expression], f"{IS_THING} AND {name} <> ''")


def _create(index: str, columns: list[Any], where: str) -> None:
    so = sa.text(where)
    op.create_index(index, "intents", columns, sqlite_where=so, postgresql_where=so)


def _count() -> None:
    """Count what is active, and what was started within a day of the newest."""
    connection = op.get_bind()
    states = ", ".join(f"'{state}'" for state in ACTIVE)
    active = f"creates AND {IS_THING} AND state IN ({states})"
    connection.exec_driver_sql(
        "INSERT INTO tallies (team, name, number) "
        f"SELECT team, 'live:' || kind, count(*) FROM intents WHERE {active} "
        "GROUP BY team, kind"
    )
    rows = connection.exec_driver_sql(
        "SELECT team, kind, user, created_at FROM intents "
        f"WHERE creates AND {IS_THING} AND created_at >= "
        f"(SELECT max(created_at) FROM intents) - {DAY + QUARTER}"
    )
    started: dict[tuple[str, str, int], int] = {}
    for team, kind, user, at in rows:
        name = f"{kind}:{user}:{at // QUARTER:010}"
        key = team, name, at // QUARTER * QUARTER + QUARTER + DAY
        started[key] = started.get(key, 0) + 1
    names = ("team", "name", "expires_at", "number")
    _insert(
        sa.table("tallies", *map(sa.column, names)),
        [dict(zip(names, (*key, n), strict=True)) for key, n in started.items()],
    )
    things = connection.exec_driver_sql(
        f"SELECT id, targets FROM intents WHERE {active} AND targets <> '[]'"
    ).all()
    targets = sa.table("targets", sa.column("digest"), sa.column("intent"))
    _insert(
        targets,
        [
            {"digest": digest, "intent": thing}
            for thing, listed in things
            for digest in sorted(set(json.loads(listed)))
        ],
    )


def _insert(table: sa.TableClause, rows: list[dict[str, object]]) -> None:
    if rows:
        op.get_bind().execute(table.insert(), rows)
