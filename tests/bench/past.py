"""A journal with a long past, made once: what the bot wrote itself, many times over.

Each row is a copy of the bot's own with names, rooms, people and IDs of its own, so
that an index finds a few and not half of them.
"""

import os
import shutil
import sqlite3
import tempfile
from pathlib import Path

from bot.journal.migrate import newest
from tests.bench.load import Load, Slack
from tests.bench.process import subject
from tests.bot.journal.crowd import OWN

NAME = "patchbay.db"
WHERE = "BENCH_JOURNALS"  # the variable that says where they are kept
KEPT = Path(tempfile.gettempdir()) / "patchbay-bench-journals"
SEED = 4  # starts that the bot makes itself
OWNERS, SECOND = 50, 1000  # people, each with a page even of 1,000; milliseconds
LETTERS = 20  # a past thing in so many has its letters still: those of a week

TABLES = {
    **OWN,
    "intents": {
        **OWN["intents"],
        "user": f"printf('U%06d', n % {OWNERS})",
        "room": "2000000000 + n",
        "state": "CASE n % 97 WHEN 0 THEN 'not started' ELSE 'stopped' END",
        "created_at": f"created_at - {SECOND} * n",
    },
    "audit": {**OWN["audit"], "user": f"printf('U%06d', n % {OWNERS})"},
}
FEWER = {"outbox": LETTERS, "lines": LETTERS, "open_forms": 1000}

INTO = """
WITH RECURSIVE past(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM past WHERE n < {many})
INSERT INTO {table} ({names})
SELECT {values} FROM past, (SELECT * FROM {table} ORDER BY rowid LIMIT 1)
"""


def task_of(number):
    """Return the TaskId of the past thing *number*."""
    return f"-past{number:08}zabcdefghijklmnopqrstuvwxyz0123456789ABCDEFGH.."


def request_of(number):
    """Return the RequestId of the past thing *number*."""
    return f"past-{number:08}-request"


async def past(world, many):
    """Return a folder with a journal of *many* things that are over."""
    kept = Path(os.environ.get(WHERE, KEPT))
    folder, begun = kept / f"{newest()}-{many}", kept / f"{newest()}-begun"
    if not (folder / NAME).exists():
        if not begun.exists():
            await _begun(world, begun)
        made = kept / f"{folder.name}.made"
        for left in (made, folder):
            shutil.rmtree(left, ignore_errors=True)
        shutil.copytree(begun, made)
        grow(made / NAME, many)
        made.rename(folder)
    return folder


async def _begun(world, folder):
    """Let the bot begin a journal in *folder*."""
    made = folder.with_name(f"{folder.name}.made")
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir(parents=True, mode=0o700)
    async with subject("tests.bench.ours", world, home=made) as process:
        load = Load(Slack(world, process.port, kept=True), process)
        await load.some(SEED)
        await process.end()
    made.rename(folder)


def grow(file, many):
    """Add *many* things to the past of the journal *file*, and what is theirs."""
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA cache_size = -400000")
    beside = connection.execute(
        "SELECT type, name, sql FROM sqlite_master"
        " WHERE type IN ('trigger', 'index') AND sql IS NOT NULL"
    ).fetchall()
    for kind, name, _sql in beside:  # they would be kept up row by row
        connection.execute(f"DROP {kind} {name}")
    connection.execute("BEGIN")
    for table in TABLES:
        _copy(connection, table, max(many // FEWER.get(table, 1), 1))
    for _kind, _name, sql in beside:
        connection.execute(sql)
    connection.execute("COMMIT")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.close()


def _copy(connection, table, many):
    own = TABLES[table]
    if table == "intents":
        last = "zabcdefghijklmnopqrstuvwxyz0123456789ABCDEFGH.."
        own = {**own, "ref": f"printf('-past%08d{last}', n)"}
    columns = connection.execute(f"PRAGMA table_info({table})").fetchall()
    values = {f'"{one[1]}"': own.get(one[1], f'"{one[1]}"') for one in columns}
    names, made = ", ".join(values), ", ".join(values.values())
    connection.execute(INTO.format(many=many, table=table, names=names, values=made))
