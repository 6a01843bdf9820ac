"""The tables of an empty database, and what the trail's refuse."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from bot.errors import JournalUnavailable
from bot.journal.audit import INSTALLATION
from bot.journal.migrate import newest, upgrade
from bot.journal.postgres.tables import brought_up, make_engine
from tests.bot.journal.revisions import inserted, unkeyed
from tests.bot.journal.test_audit import entry
from tests.fakes.clock import FakeClock
from tests.fakes.journal import opened

PATH = (
    "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = {path}', "
    "current_database()); END $$"
)


def begun(url):
    with brought_up(url) as before:
        return before


@pytest.fixture
def run(postgres, postgres_url):
    return lambda text: postgres.run(text, postgres_url)


def test_of_three_that_begin_at_once_one_makes_the_tables(postgres_url, run):
    with ThreadPoolExecutor(3) as pool:
        before = sorted(pool.map(begun, [postgres_url] * 3))

    assert before == ["", newest(), newest()]
    assert run("SELECT version_num FROM alembic_version") == [(newest(),)]


async def test_three_bots_start_at_once_on_an_empty_database(postgres_url):
    clock = FakeClock()
    with ThreadPoolExecutor(3) as pool:
        opening = [
            pool.submit(asyncio.run, opened(postgres_url, clock)) for _ in range(3)
        ]
    journals = [one.result() for one in opening]

    boots = {one.boot for one in journals}
    for one in journals:
        one.close()

    assert len(boots) == 3


def test_a_database_of_a_later_release_is_refused_and_left_alone(postgres_url, run):
    begun(postgres_url)
    run("UPDATE alembic_version SET version_num = '9999'")
    run("UPDATE known SET value = '9999' WHERE name = 'minimum_reader'")

    with pytest.raises(JournalUnavailable):
        begun(postgres_url)

    assert run("SELECT version_num FROM alembic_version") == [("9999",)]


def test_a_text_is_of_any_length_and_in_the_order_of_its_bytes(postgres_url, run):
    begun(postgres_url)

    rows = run(
        "SELECT DISTINCT data_type, character_maximum_length, collation_name"
        " FROM information_schema.columns WHERE table_name = 'intents'"
        " AND data_type IN ('character varying', 'text', 'integer')"
    )

    assert rows == [("character varying", None, "C")]


@pytest.mark.parametrize("schema", ["patchbay", "Patchbay", "patch-bay"])
async def test_the_tables_may_be_in_any_schema(postgres_url, run, new, schema):
    run(f'CREATE SCHEMA "{schema}"')
    run(PATH.format(path=f'"{schema}"'))
    handles = []
    for _life in range(2):
        journal = await opened(postgres_url, FakeClock())
        handles.append((await journal.accept(new()))[0].handle)
        journal.close()

    assert handles == ["R1", "R2"]


async def test_the_tables_may_be_found_behind_another_schema(postgres_url, run, new):
    (await opened(postgres_url, FakeClock())).close()
    run("CREATE SCHEMA other")
    run(PATH.format(path="other, public"))

    journal = await opened(postgres_url, FakeClock())
    accepted, _ = await journal.accept(new())
    journal.close()

    assert accepted.handle == "R1"


@pytest.mark.parametrize(
    "harm",
    [
        "ALTER TABLE intents DISABLE TRIGGER USER",
        "ALTER TABLE audit DISABLE TRIGGER ALL",
        "DROP FUNCTION intents_count_handles() CASCADE",
        "DROP FUNCTION audit_moves_head() CASCADE; DROP FUNCTION audit_never() CASCADE",
    ],
)
async def test_triggers_that_were_switched_off_or_lost_work_again(
    postgres_url, run, new, harm
):
    (await opened(postgres_url, FakeClock())).close()
    run(harm)

    journal = await opened(postgres_url, FakeClock())
    made = [(await journal.accept(new(), audit=entry(n)))[0] for n in range(2)]
    report = await journal.trail.report(deep=True)
    journal.close()

    assert ([one.handle for one in made], report.findings) == (["R1", "R2"], ())
    with pytest.raises(psycopg.Error, match="append-only"):
        run("DELETE FROM audit")


REFUSED = {
    "delete": "DELETE FROM audit",
    "update": "UPDATE audit SET why = 'x'",
    "truncate": "TRUNCATE audit",
    "head deleted": "DELETE FROM audit_heads",
    "heads emptied": "TRUNCATE audit_heads",
    "head moved by two": "UPDATE audit_heads SET count = count + 2",
    "head moved back": "UPDATE audit_heads SET count = count - 1",
    "head without a record": "UPDATE audit_heads SET count = count + 1",
    "head renamed": "UPDATE audit_heads SET chain = 'TNEW'",
    "another head": "INSERT INTO audit_heads VALUES ('TNEW', 1, 'x')",
    "a record out of order": (
        'INSERT INTO audit SELECT chain, 9, at, team, "user", home, channel, action,'
        " decision, rule, why, app, intent, handle, digest, previous, hash"
        " FROM audit WHERE number = 1"
    ),
    "an unkeyed record": (
        'INSERT INTO audit_unkeyed SELECT number, at, team, "user", home, channel,'
        " action, decision, rule, why, app, intent, handle, digest, previous, hash"
        " FROM audit WHERE number = 1"
    ),
}


@pytest.fixture
async def trail(postgres_url):
    journal = await opened(postgres_url, FakeClock())
    for number in range(3):
        await journal.audit.write(entry(number))
    journal.close()


@pytest.mark.usefixtures("trail")
@pytest.mark.parametrize("change", REFUSED)
def test_the_database_itself_refuses_changes_of_the_trail(run, change):
    with pytest.raises(psycopg.Error, match="append-only"):
        run(REFUSED[change])


@pytest.fixture
async def moved(postgres_url, run):
    """Open a database into which the trail without a key was moved."""
    begun(postgres_url)
    rows = "; ".join(inserted("audit_unkeyed", one) for one in unkeyed())
    run(f"SET session_replication_role = replica; {rows}")
    journal = await opened(postgres_url, FakeClock())
    yield journal
    journal.close()


async def test_a_chain_begins_after_the_head_of_the_trail_without_a_key(
    moved, run, new
):
    closed_at = list(unkeyed())[-1]["hash"]
    await moved.accept(new(), audit=entry(1))  # in T
    await moved.audit.write(entry(1, team="T1"))

    chains = {one: await moved.audit.all(one) for one in (INSTALLATION, "T", "T1")}
    report = await moved.trail.report(deep=True)

    assert [one.previous for (one,) in chains.values()] == [closed_at] * 3
    assert (report.findings, report.unkeyed) == ((), 4)
    with pytest.raises(psycopg.Error, match="append-only"):
        run(
            "INSERT INTO audit SELECT 'T9', 1, at, team, \"user\", home, channel,"
            " action, decision, rule, why, app, intent, handle, digest,"
            " repeat('0', 64), hash FROM audit WHERE chain = 'T1'"
        )


GUARD = "SELECT pg_get_functiondef('audit_in_order'::regproc)"


def test_an_older_guard_of_the_trail_is_exchanged_for_the_one_of_now(postgres_url, run):
    begun(postgres_url)
    now = run(GUARD)
    ((older,),) = now
    start = older.index(", (SELECT hash FROM audit_unkeyed")
    end = older.index(", '000", start)
    run(older[:start] + older[end:])
    run("UPDATE alembic_version SET version_num = '0015'")
    assert run(GUARD) != now

    upgrade(make_engine(postgres_url), "0016")

    assert run(GUARD) == now


async def test_whose_user_may_not_make_the_triggers_again_is_told_who_may(
    postgres_url, run
):
    (await opened(postgres_url, FakeClock())).close()
    run("DROP ROLE IF EXISTS hand; CREATE ROLE hand LOGIN")
    run("GRANT ALL ON ALL TABLES IN SCHEMA public TO hand")
    theirs = postgres_url.replace("patchbay@", "hand@")
    whole = begun(theirs)
    run("DROP TRIGGER intents_written_0 ON intents")

    with pytest.raises(JournalUnavailable, match="who owns the tables: intents_writt"):
        begun(theirs)

    assert (begun(postgres_url), begun(theirs), whole) == (newest(),) * 3
