"""Open forms are found by whose they are: everybody has only so many."""

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Keep every form that is open."""
    op.create_index("open_forms_by_owner", "open_forms", ["team", "user", "expires_at"])
