"""A start takes fewer statements: what always follows a row, the database does."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"

RECORD = (
    "EXISTS (SELECT 1 FROM audit WHERE chain = NEW.chain AND number = NEW.count "
    "AND hash = NEW.head)"
)
COUNT = "(SELECT count FROM audit_heads WHERE chain = NEW.chain)"
BEGINS = f"NEW.count = 1 AND {COUNT} IS NULL AND {RECORD}"
# Whoever still moves a head, or counts a number, by themselves finds it done.
STANDS = (
    "EXISTS (SELECT 1 FROM audit_heads WHERE chain = NEW.chain AND count = NEW.count "
    "AND head = NEW.head)"
)
GROWS = (
    f"NEW.chain = OLD.chain AND (NEW.count = OLD.count + 1 AND {RECORD} "
    "OR NEW.count = OLD.count AND NEW.head = OLD.head)"
)
MOVES_HEAD = (
    "UPDATE audit_heads SET count = NEW.number, head = NEW.hash "
    "WHERE chain = NEW.chain AND NEW.number > 1;"
    "INSERT INTO audit_heads (chain, count, head) "
    "SELECT NEW.chain, NEW.number, NEW.hash WHERE NEW.number = 1;"
)
WAS_GIVEN = "NEW.made AND NEW.handle <> ''"
COUNTS_HANDLE = (
    "INSERT INTO handles (team, kind, last) "
    "VALUES (NEW.team, NEW.kind, CAST(substr(NEW.handle, 2) AS INTEGER)) "
    "ON CONFLICT (team, kind) DO UPDATE SET last = excluded.last "
    "WHERE excluded.last > handles.last;"
)
IS_MADE = "NEW.creates AND NEW.targets <> '[]'"
AIMS = (
    "INSERT INTO targets (digest, intent) SELECT value, NEW.id FROM {each} AS aimed "
    "WHERE true ON CONFLICT DO NOTHING;"
)
IS_WRITTEN = "NEW.creates AND NEW.state = 'sending' AND OLD.state <> 'sending'"
WRITES = (
    "INSERT INTO facts (key, thing, kind, does, job, by, ref, since, at, came_at) "
    "VALUES (NEW.id || ' written', NEW.id, 'written', 'create', NEW.id, NEW.\"user\", "
    "NEW.ref, NEW.sent_at, NEW.sent_at, NEW.sent_at) ON CONFLICT DO NOTHING;"
)
REFUSED = "the audit trail is append-only"
SQLITE = {
    "audit_heads_begin": (
        "BEFORE INSERT ON audit_heads",
        (
            f"SELECT RAISE(IGNORE) WHERE {STANDS}; "
            f"SELECT RAISE(ABORT, '{REFUSED}') WHERE NOT ({BEGINS});"
        ),
    ),
    "audit_heads_grow": (
        f"BEFORE UPDATE ON audit_heads WHEN NOT ({GROWS})",
        f"SELECT RAISE(ABORT, '{REFUSED}');",
    ),
    "audit_moves_head": ("AFTER INSERT ON audit", MOVES_HEAD),
    "intents_count_handles": (
        f"AFTER INSERT ON intents WHEN {WAS_GIVEN}",
        COUNTS_HANDLE,
    ),
    "intents_take_aim": (
        f"AFTER INSERT ON intents WHEN {IS_MADE}",
        AIMS.format(each="json_each(NEW.targets)"),
    ),
    "intents_written": (
        f"AFTER UPDATE OF state ON intents WHEN {IS_WRITTEN}",
        WRITES,
    ),
}
FUNCTION = (
    "CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql "
    "SET search_path FROM CURRENT AS $$ BEGIN {body} END $$"
)
RAISED = f"RAISE EXCEPTION '{REFUSED}' USING ERRCODE = '{{code}}';"
NEVER = RAISED.format(code="insufficient_privilege")
NOT_NEXT = RAISED.format(code="serialization_failure")
POSTGRESQL = {
    "audit_heads_begin": (
        f"IF {STANDS} THEN RETURN NULL; END IF; "
        f"IF NOT ({BEGINS}) THEN {NOT_NEXT} END IF; RETURN NEW;"
    ),
    "audit_heads_grow": f"IF NOT ({GROWS}) THEN {NEVER} END IF; RETURN NEW;",
    "audit_moves_head": f"{MOVES_HEAD} RETURN NULL;",
    "intents_count_handles": f"{COUNTS_HANDLE} RETURN NULL;",
    "intents_take_aim": (
        AIMS.format(each="json_array_elements_text(NEW.targets::json)")
        + " RETURN NULL;"
    ),
    "intents_written": f"{WRITES} RETURN NULL;",
}
NEW = {
    "audit_moves_head": "AFTER INSERT ON audit FOR EACH ROW",
    "intents_count_handles": f"AFTER INSERT ON intents FOR EACH ROW WHEN ({WAS_GIVEN})",
    "intents_take_aim": f"AFTER INSERT ON intents FOR EACH ROW WHEN ({IS_MADE})",
    "intents_written": (
        f"AFTER UPDATE OF state ON intents FOR EACH ROW WHEN ({IS_WRITTEN})"
    ),
}


def upgrade() -> None:
    """Let triggers do what always follows; a message knows when it came."""
    op.add_column("lines", sa.Column("came_at", sa.BigInteger()))
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        for name, (event, does) in SQLITE.items():
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
            made = f"CREATE TRIGGER {name} {event} BEGIN {does} END"
            connection.exec_driver_sql(made)
        return
    for name, body in POSTGRESQL.items():
        connection.exec_driver_sql(FUNCTION.format(name=name, body=body))
    for name, event in NEW.items():
        made = f"CREATE TRIGGER {name}_0 {event} EXECUTE FUNCTION {name}()"
        connection.exec_driver_sql(made)
