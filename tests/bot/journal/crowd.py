"""A journal with a long past: many things that are over, and what was said of them."""

import sqlite3
from pathlib import Path

from sqlalchemy import make_url

# What tells one row from the next, by column: the rest is as in the row it is made of.
OWN = {
    "intents": {
        "id": "printf('00%024d', n)",
        "key": "'past-' || n",
        "agent": "'pb_past' || n",
        "ref": "printf('-past%08dz..', n)",
        "request_id": "printf('past-request-%08d', n)",
        "created_at": "created_at - n",
        "state": "'stopped'",
        "card_ts": "'past' || n",
        "handle": "'R' || (1000 + n)",
    },
    "facts": {
        "id": "NULL",
        "key": "'past-' || n",
        "thing": "printf('00%024d', n)",
        "ref": "printf('-past%08dz..', n)",
    },
    "outbox": {
        "id": "NULL",
        "intent": "printf('00%024d', n)",
        "state": "'sent'",
        "created_at": "created_at - n",
    },
    "targets": {"digest": "printf('%064x', n)", "intent": "printf('00%024d', n)"},
    "lines": {"intent": "printf('00%024d', n)", "ts": "'past' || n"},
    "timers": {"thing": "printf('00%024d', n)", "next_at": "4000000000000 + n"},
    "open_forms": {"id": "'past-' || n", "user": "'UPAST' || n"},
    "audit": {"number": "100000 + n"},
}
INTO = """
WITH RECURSIVE past(n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM past
WHERE n < {last}) INSERT INTO {table} ({names})
SELECT {values} FROM past, (SELECT * FROM {table} ORDER BY rowid LIMIT 1)
"""


def file_of(url):
    return Path(make_url(url).database)


def grow(url, first, last):
    """Add the things number *first* to *last* to the past, and what is theirs."""
    connection = sqlite3.connect(file_of(url), timeout=30)
    for table, own in OWN.items():
        columns = connection.execute(f"PRAGMA table_info({table})").fetchall()
        values = {f'"{one[1]}"': own.get(one[1], f'"{one[1]}"') for one in columns}
        statement = INTO.format(
            table=table,
            first=first,
            last=last,
            names=", ".join(values),
            values=", ".join(values.values()),
        )
        _past_triggers(connection, table, statement)
    connection.commit()
    connection.close()


def _past_triggers(connection, table, statement):
    """Execute *statement* as if *table* had no triggers: they let it grow by one."""
    of = "FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?"
    triggers = connection.execute(f"SELECT name, sql {of}", (table,)).fetchall()
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute(statement)
    for _, trigger in triggers:
        connection.execute(trigger)
