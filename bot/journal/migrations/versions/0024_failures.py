"""The last failure of a person is found without reading what they did before it."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Add an index of what has an error code, which is little."""
    op.create_index(
        "failed_by_user",
        "intents",
        ["team", "user", "created_at", "id"],
        sqlite_where=sa.text("error_code != ''"),
        postgresql_where=sa.text("error_code != ''"),
    )
