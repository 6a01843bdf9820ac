"""No question of the journal is answered on PostgreSQL by looking through a table.

The same tour as on SQLite, with a past of many things, of which the planner has made
its statistics. A prepared statement has a plan without its values (`generic`), which is
taken unless those that are made with them (`custom`) cost less.
https://www.postgresql.org/docs/current/sql-prepare.html#SQL-PREPARE-NOTES
"""

import re

import psycopg
import pytest
import pytest_asyncio
from psycopg._queries import PostgresQuery
from psycopg.adapt import Transformer
from psycopg.types.numeric import Int8Dumper

from bot.journal.model import CARD_NOTICE
from bot.journal.schema import lines, metadata
from bot.journal.statement import inserted
from bot.states import State
from tests.bot.journal.conftest import moved, new_intent
from tests.bot.journal.makers import form_at
from tests.bot.journal.test_audit import entry
from tests.bot.journal.test_plans import LINE, WHOLE
from tests.bot.journal.tour import Tour
from tests.fakes.clock import FakeClock
from tests.fakes.journal import opened
from tests.fakes.psycopg import heard

PAST = 25_000  # of fewer than 30,000, statistics are made of each and not by chance
PLANNING = 10  # what PostgreSQL counts at most for making a plan anew
COST = re.compile(r"cost=[0-9.]+\.\.([0-9.]+)")
GROWING = re.compile(r"Seq Scan on (intents|facts|outbox|audit)\b")
ID = "'00' || lpad(n::text, 24, '0')"
REF = "'-past' || lpad(n::text, 8, '0') || 'z..'"
OWN = {  # what tells one row from the next, by column, as in `crowd`
    "intents": {
        "id": ID,
        "key": "'past-' || n",
        "agent": "'pb_past' || n",
        "ref": REF,
        "request_id": "'past-request-' || n",
        "created_at": "created_at - n",
        "state": "'stopped'",
        "card_ts": "'past' || n",
        "handle": "'R' || (1000 + n)",
    },
    "facts": {
        "id": "nextval('facts_id_seq')",
        "key": "'past-' || n",
        "thing": ID,
        "ref": REF,
    },
    "outbox": {
        "id": "nextval('outbox_id_seq')",
        "intent": ID,
        "state": "'sent'",
        "created_at": "created_at - n",
    },
    "audit": {"number": "100000 + n"},
}
INTO = """
INSERT INTO {table} ({names}) SELECT {values}
FROM generate_series(1, {last}) AS past(n),
(SELECT * FROM {table} ORDER BY ctid LIMIT 1) AS one
"""


BAD = [
    "SELECT id FROM intents WHERE note = 'x'",
    "UPDATE outbox SET tries = 0 WHERE line = 'x'",
    "DELETE FROM facts WHERE job = 'x'",
    "SELECT number FROM audit WHERE why = 'x'",
]


class OfAServer(Tour):
    """The tour without what a server has in its environment, and nobody changes."""

    async def ask(self, name, *args, **kwargs):
        if name == "rotation.add_key":
            return None
        return await super().ask(name, *args, **kwargs)


def grow(url):
    """Add the past, as if the tables had no triggers, and count what is there."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        for table, own in OWN.items():
            # the tour empties the outbox: what is found to be empty is looked through
            connection.execute(f"ALTER TABLE {table} SET (autovacuum_enabled = off)")
            names = [column.name for column in metadata.tables[table].c]
            values = [own.get(name, f'"{name}"') for name in names]
            quoted = ", ".join(f'"{name}"' for name in names)
            connection.execute(
                INTO.format(
                    table=table, names=quoted, values=", ".join(values), last=PAST
                )
            )
        connection.execute("ANALYZE")


@pytest.fixture(scope="module")
def database(postgres):
    """Return the URL of a database for all who ask: they change nothing."""
    url = postgres.database()
    yield url
    postgres.drop(url)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def tour(database):
    """Go through a journal with a past, once for all who ask; it is closed then."""
    clock = FakeClock()
    with heard() as listeners:
        journal = await opened(database, clock)
        first, _ = await journal.accept(
            new_intent(clock(), 10_000, room="old", user="UBOB"),
            notices=(CARD_NOTICE,),
        )
        await moved(journal, first.id, State.SENDING, State.STARTED, State.STOPPED)
        await journal.audit.write(entry(0))
        await journal.open_forms.keep(form_at(clock, id="past", user="UBOB"))
        await journal._writer.write(lambda c: c.execute(inserted(lines), LINE))
        grow(database)
        numbers = iter(range(10_000))
        made = lambda **of: new_intent(clock(), next(numbers), **of)  # noqa: E731 - as `new`
        tour = OfAServer(journal, made, clock)
        listeners.append(tour.note)
        await tour.go_everywhere()
        journal.close()
    return tour


def cost(plan):
    return float(COST.search(plan[0])[1])


@pytest.fixture
def planner(database, tour):
    with psycopg.connect(database, autocommit=True) as connection:
        connection.adapters.register_dumper(int, Int8Dumper)
        connection.execute("ANALYZE")
        yield Planner(connection)


class Planner:
    """PostgreSQL's planner; it says how it would execute what it is given."""

    def __init__(self, connection):
        self._connection = connection

    def chosen(self, statement, parameters):
        """Return the plan by which *statement* is executed once it is prepared."""
        generic = self.explained(statement, parameters, "generic")
        custom = self.explained(statement, parameters, "custom")
        return generic if cost(generic) < cost(custom) + PLANNING else custom

    def explained(self, statement, parameters, kind):
        """Return its plan, line by line."""
        query = PostgresQuery(Transformer(self._connection))
        query.convert(statement.encode(), parameters)
        types = [psycopg.adapters.types.get(oid) for oid in query.types]
        names = ", ".join(one.name if one else "unknown" for one in types)
        self._connection.execute(f"SET plan_cache_mode = force_{kind}_plan")
        self._connection.execute(
            f"PREPARE asked {f'({names})' if names else ''} AS {query.query.decode()}"
        )
        try:
            return self._plan(query, parameters)
        finally:
            self._connection.execute("DEALLOCATE asked")

    def _plan(self, query, parameters):
        cursor = psycopg.ClientCursor(self._connection)
        values = [parameters[name] for name in query._order or ()]
        if isinstance(parameters, tuple):  # as the lock of a name has it
            values = [*parameters]
        places = f"({', '.join(['%s'] * len(values))})" if values else ""
        cursor.execute(f"EXPLAIN EXECUTE asked{places}", values)
        return [line for (line,) in cursor.fetchall()]


async def test_every_public_method_is_asked_about(tour):
    assert tour.asked == tour.public() - {"rotation.add_key"}


async def test_no_statement_looks_through_a_table_that_grows(tour, planner):
    wrong = {
        (name, statement): plan
        for (name, statement), values in tour.seen.items()
        if name not in WHOLE
        and (plan := planner.chosen(statement, values))
        and any(map(GROWING.search, plan))
    }

    assert len(tour.seen) > 150
    assert wrong == {}
    assert [one for one in BAD if not _is_seen(planner, one)] == []


def _is_seen(planner, statement):
    return any(map(GROWING.search, planner.chosen(statement, {})))
