"""The organisation of whoever asked, and what Slack said last of the installation."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add; nothing that is there changes."""
    column: sa.Column[str] = sa.Column(
        "enterprise", sa.String(32), nullable=False, server_default=""
    )
    op.add_column("intents", column)
    op.create_table(
        "known",
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
