"""What rings is kept: outages, mutes, and which channels are told."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """Add three tables, and an index that finds whose message one is."""
    op.create_table(
        "outages",
        sa.Column("thing", sa.String(26), primary_key=True),
        sa.Column("cause", sa.String(16), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("about", sa.String(26), nullable=False),
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("facts", sa.Text, nullable=False),
        sa.Column("began_at", sa.BigInteger, nullable=False),
        sa.Column("begins", sa.String(64), nullable=False),
        sa.Column("flapping", sa.Boolean, nullable=False),
        sa.Column("well_at", sa.BigInteger, nullable=False),
        sa.Column("ended_at", sa.BigInteger, nullable=False),
        sa.Column("rings", sa.Integer, nullable=False),
        sa.Column("rung_at", sa.BigInteger, nullable=False),
        sa.Column("taken_by", sa.String(32), nullable=False),
        sa.Column("taken_at", sa.BigInteger, nullable=False),
        sa.Column("look_at", sa.BigInteger, nullable=False),
        sa.Column("rev", sa.Integer, nullable=False),
    )
    op.create_index("outages_by_next", "outages", ["look_at"])
    op.create_table(
        "mutes",
        sa.Column("thing", sa.String(26), primary_key=True),
        sa.Column("by", sa.String(32), nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "subscriptions",
        sa.Column("team", sa.String(32), primary_key=True),
        sa.Column("channel", sa.String(32), primary_key=True),
        sa.Column("apps", sa.Text, nullable=False),
        sa.Column("causes", sa.Text, nullable=False),
        sa.Column("by", sa.String(32), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
    op.create_index("lines_by_place", "lines", ["channel", "ts"])
