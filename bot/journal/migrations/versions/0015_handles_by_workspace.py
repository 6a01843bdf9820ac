"""Each workspace has handles of its own; the counters of before stay, for nobody."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

# Every workspace that anything was written down for: the audit trail is never pruned.
TEAMS = (
    "SELECT team FROM intents UNION SELECT team FROM audit "
    "UNION SELECT team FROM audit_unkeyed"
)


def upgrade() -> None:
    """Let each workspace go on behind the highest number that any was given."""
    op.create_table(
        "handles",
        sa.Column("team", sa.String(32), primary_key=True),
        sa.Column("kind", sa.String(1), primary_key=True),
        sa.Column("last", sa.Integer, nullable=False),
    )
    op.execute(
        "INSERT INTO handles (team, kind, last) "
        f"SELECT teams.team, counters.kind, counters.last FROM ({TEAMS}) AS teams "
        "CROSS JOIN counters WHERE teams.team <> ''"
    )
    op.drop_index("intents_by_handle", "intents")
    columns = ["handle", "team", "created_at"]
    op.create_index("intents_by_handle", "intents", columns)
