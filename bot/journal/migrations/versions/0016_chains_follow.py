"""A chain of the trail begins after the head of the one that was closed, if any."""

from alembic import op

revision = "0016"
down_revision = "0015"

COUNT = "(SELECT count FROM audit_heads WHERE chain = NEW.chain)"
HEAD = "(SELECT head FROM audit_heads WHERE chain = NEW.chain)"
CLOSED = "(SELECT hash FROM audit_unkeyed ORDER BY number DESC LIMIT 1)"
LAST = f"(COALESCE({COUNT}, 0), COALESCE({HEAD}, {CLOSED}, '{'0' * 64}'))"
REFUSED = "the audit trail is append-only"
UNGUARDED = "DROP TRIGGER audit_in_order"
SQLITE = (
    "CREATE TRIGGER audit_in_order BEFORE INSERT ON audit "
    f"WHEN NOT ((NEW.number - 1, NEW.previous) = {LAST}) "
    f"BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
)
POSTGRESQL = (
    "CREATE OR REPLACE FUNCTION audit_in_order() RETURNS trigger LANGUAGE plpgsql "
    "SET search_path FROM CURRENT AS $$ BEGIN "
    f"IF (NEW.number - 1, NEW.previous) IS DISTINCT FROM {LAST} "
    f"THEN RAISE EXCEPTION '{REFUSED}' USING ERRCODE = 'serialization_failure'; "
    "END IF; RETURN NEW; END $$"
)


def upgrade() -> None:
    """Exchange the guard of the trail; no record is written, those there are stay."""
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(UNGUARDED)
        connection.exec_driver_sql(SQLITE)
    else:
        connection.exec_driver_sql(POSTGRESQL)
