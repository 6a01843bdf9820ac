"""A relay that is to be stopped when a copy of it is live waits for that in a row."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Add the table; no relay has a copy yet."""
    op.create_table(
        "copies",
        sa.Column("copy", sa.String(26), primary_key=True),
        sa.Column("original", sa.String(26), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
    op.create_index("copies_by_state", "copies", ["state", "at"])
