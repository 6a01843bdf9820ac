"""What people save: push addresses under a name, and forms as presets."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Add two tables, and to each start the preset that it was made from."""
    op.create_table(
        "named_targets",
        sa.Column("id", sa.String(32), primary_key=True),
        *(sa.Column(name, sa.String(32), nullable=False) for name in ("team", "name")),
        sa.Column("shown", sa.Text, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("url", sa.LargeBinary, nullable=False),
        sa.Column("cdn", sa.String(8), nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("apps", "users")),
        sa.Column("changed_by", sa.String(32), nullable=False),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
    )
    _index("named_targets", "name", "team", "name", unique=True)
    _index("named_targets", "digest", "team", "digest")
    op.create_table(
        "presets",
        sa.Column("id", sa.String(32), primary_key=True),
        *(
            sa.Column(name, sa.String(32), nullable=False)
            for name in ("team", "owner", "name")
        ),
        sa.Column("plan", sa.LargeBinary, nullable=False),
        sa.Column("targets", sa.Text, nullable=False),
        sa.Column("changed_by", sa.String(32), nullable=False),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
        sa.Column("used_at", sa.BigInteger, nullable=False),
    )
    _index("presets", "name", "team", "owner", "name", unique=True)
    preset = sa.Column("preset", sa.String(32), nullable=False, server_default="")
    op.add_column("intents", preset)


def _index(table: str, by: str, *columns: str, unique: bool = False) -> None:
    op.create_index(f"{table}_by_{by}", table, list(columns), unique=unique)
