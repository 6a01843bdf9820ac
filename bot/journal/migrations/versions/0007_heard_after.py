"""After which fact a callback of an app was last taken in, or refused."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """What was heard before proves nothing: its place among the facts is not known."""
    with op.batch_alter_table("hearing") as table:
        table.alter_column("heard_at", existing_type=sa.BigInteger(), nullable=True)
        for name in ("heard_after", "refused_after"):
            table.add_column(
                sa.Column(name, sa.Integer(), nullable=False, server_default="-1")
            )
