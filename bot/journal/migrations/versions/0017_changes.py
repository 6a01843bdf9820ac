"""A thing can be changed: the number of each change, and what it makes of the thing."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Add columns and an index; no row is written, and nothing was changed so far."""
    changes: sa.Column[bool] = sa.Column(
        "changes", sa.Boolean, nullable=False, server_default=sa.false()
    )
    op.add_column("intents", changes)
    sequence = sa.Column("sequence", sa.BigInteger, nullable=False, server_default="0")
    op.add_column("intents", sequence)
    for name, default in (("course", "[]"), ("differences", "[]"), ("present", "")):
        text = sa.Column(name, sa.Text, nullable=False, server_default=default)
        op.add_column("intents", text)
    op.add_column("intents", sa.Column("present_request", sa.LargeBinary))
    is_open = sa.text("changes AND state IN ('queued', 'sending')")
    op.create_index(
        "one_open_change",
        "intents",
        ["about"],
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
