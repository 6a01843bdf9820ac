"""One chain of audit records for each workspace, keyed; the one before is closed."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

COUNT = "(SELECT count FROM audit_heads WHERE chain = NEW.chain)"
HEAD = "(SELECT head FROM audit_heads WHERE chain = NEW.chain)"
LAST = f"(COALESCE({COUNT}, 0), COALESCE({HEAD}, '{'0' * 64}'))"
WRITTEN = (
    "EXISTS (SELECT 1 FROM audit WHERE chain = NEW.chain AND number = NEW.count"
    " AND hash = NEW.head)"
)
GROWN = "NEW.chain = OLD.chain AND NEW.count = OLD.count + 1"
# Before what, and unless what, the statement is refused. BEFORE INSERT fires for
# INSERT OR REPLACE too, before anything is replaced.
TRIGGERS = {
    "audit_in_order": ("INSERT ON audit", f"(NEW.number - 1, NEW.previous) = {LAST}"),
    "audit_no_update": ("UPDATE ON audit", "FALSE"),
    "audit_no_delete": ("DELETE ON audit", "FALSE"),
    "audit_heads_begin": (
        "INSERT ON audit_heads",
        f"NEW.count = 1 AND {COUNT} IS NULL AND {WRITTEN}",
    ),
    "audit_heads_grow": ("UPDATE ON audit_heads", f"{GROWN} AND {WRITTEN}"),
    "audit_heads_no_delete": ("DELETE ON audit_heads", "FALSE"),
    "audit_unkeyed_closed": ("INSERT ON audit_unkeyed", "FALSE"),
    "audit_unkeyed_no_update": ("UPDATE ON audit_unkeyed", "FALSE"),
    "audit_unkeyed_no_delete": ("DELETE ON audit_unkeyed", "FALSE"),
}


def upgrade() -> None:
    """Close the chain that there is, as it is, and begin those with a key.

    The first record with a key names its head and count: it is written by the
    journal, which has the key, when it is opened.
    """
    op.drop_index("audit_by_handle", "audit")
    op.drop_index("audit_by_user", "audit")
    op.rename_table("audit", "audit_unkeyed")
    for name in ("handle", "user"):
        columns = ["team", name, "number"]
        op.create_index(f"audit_unkeyed_by_{name}", "audit_unkeyed", columns)
    op.create_table(
        "audit",
        sa.Column("chain", sa.String(32), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("team", sa.String(32), nullable=False),
        sa.Column("user", sa.String(32), nullable=False),
        sa.Column("home", sa.String(32), nullable=False),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("decision", sa.String(8), nullable=False),
        sa.Column("rule", sa.String(128), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("app", sa.String(32), nullable=False),
        sa.Column("intent", sa.String(26), nullable=False),
        sa.Column("handle", sa.String(8), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("chain", "number", name="audit_chains_pkey"),
    )
    for name in ("handle", "user"):
        op.create_index(f"audit_by_{name}", "audit", ["team", name, "number"])
    op.create_table(
        "audit_heads",
        sa.Column("chain", sa.String(32), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("chain"),
    )
    if op.get_bind().dialect.name == "sqlite":
        _triggers()


def _triggers() -> None:
    for verb in ("update", "delete"):
        op.execute(f"DROP TRIGGER audit_no_{verb}")
    for name, (event, unless) in TRIGGERS.items():
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {event} WHEN NOT ({unless}) "
            "BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END"
        )
