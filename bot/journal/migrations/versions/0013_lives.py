"""Which runs are alive. What names none of them as its owner was left by a dead one."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Add the table; the run that opens the journal is the first in it."""
    op.create_table(
        "lives",
        sa.Column("boot", sa.String(64), primary_key=True),
        sa.Column("seen_at", sa.BigInteger, nullable=False),
    )
