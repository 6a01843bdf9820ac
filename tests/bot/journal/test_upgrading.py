"""Which releases open a database, and who brings it up to date."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from pydantic import SecretStr
from sqlalchemy import text
from structlog.testing import capture_logs

from bot.errors import JournalUnavailable
from bot.journal import store
from bot.journal.migrate import OLDEST_SERVED, make_engine, newest, revision
from bot.journal.rows import millis
from bot.journal.schema import intents
from bot.journal.trail import AuditFiles
from tests.bot.journal.revisions import WITHOUT_ALERTS, WITHOUT_COPIES, WITHOUT_TIMERS
from tests.bot.journal.test_audit import entry
from tests.fakes.journal import opened

NEWER = "9999"
MADE_NEWER = "UPDATE alembic_version SET version_num = '9999'"
SERVED = "SELECT value FROM known WHERE name = 'minimum_reader'"
NOT_THIS = "UPDATE known SET value = '9998' WHERE name = 'minimum_reader'"
SAYS_NOTHING = "DELETE FROM known WHERE name = 'minimum_reader'"
KEYS = {
    "seal_key": SecretStr("k" * 32),
    "audit": AuditFiles(key=SecretStr("a" * 32)),
}
WAS_BEFORE = (  # on PostgreSQL: as migration 0014 left them
    *WITHOUT_ALERTS,
    *WITHOUT_TIMERS,
    *WITHOUT_COPIES,
    "DROP INDEX one_open_change",
    *(
        f"ALTER TABLE intents DROP COLUMN {name}"
        for name in ("changes", "sequence", "course", "differences", "present")
    ),
    "ALTER TABLE intents DROP COLUMN present_request",
    "DROP TABLE rooms",
    "DROP TRIGGER audit_moves_head_0 ON audit",
    "DROP TRIGGER intents_count_handles_0 ON intents",
    "DROP TRIGGER intents_take_aim_0 ON intents",
    "DROP TRIGGER intents_written_0 ON intents",
    "ALTER TABLE lines DROP COLUMN came_at",
    "DROP INDEX failed_by_user",
    "DROP TABLE polls",
    "ALTER TABLE intents DROP COLUMN pushed",
    "DROP TABLE named_targets",
    "DROP TABLE presets",
    "ALTER TABLE intents DROP COLUMN preset",
    "DROP TABLE proposals",
    "ALTER TABLE intents DROP COLUMN batch, DROP COLUMN approval",
    "DROP TABLE handles",
    "DROP INDEX intents_by_handle",
    "CREATE INDEX intents_by_handle ON intents (handle, created_at)",
    "CREATE INDEX outbox_by_age ON outbox (state, created_at)",
    "UPDATE alembic_version SET version_num = '0014'",
    SAYS_NOTHING,
    "INSERT INTO counters VALUES ('R', 7)",
)


TRIGGERS = {  # on a file, and on a server
    "audit_moves_head": "audit_moves_head_0 ON audit",
    "intents_count_handles": "intents_count_handles_0 ON intents",
    "intents_take_aim": "intents_take_aim_0 ON intents",
    "intents_written": "intents_written_0 ON intents",
    "audit_no_update": "audit_never_0 ON audit",
}
UNGUARDED = "journal.unguarded"
COUNTED = [
    f"SELECT * FROM {table} ORDER BY 1, 2"  # noqa: S608 - our own
    for table in ("audit_heads", "handles", "targets")
]
BY_THEMSELVES = (
    "INSERT INTO audit_heads SELECT chain, number, hash FROM audit WHERE number = 1",
    "UPDATE audit_heads SET count = count, head = head",
    "INSERT INTO targets SELECT * FROM targets WHERE true ON CONFLICT DO NOTHING",
)


MOVED = "UPDATE intents SET state = 'sending', sent_at = 7 WHERE id = '{id}'"


class Database:
    """A database, whichever it is, on which statements are run past the journal."""

    def __init__(self, url, engine, more):
        self.url, self._engine, self._more = url, engine, more

    def run(self, *statements):
        with self._engine.begin() as connection:
            ran = [connection.execute(text(one)) for one in statements]
            return ran[-1].all() if ran[-1].returns_rows else []

    def revision(self):
        return revision(self._engine)

    def serves(self):
        ((value,),) = self.run(SERVED)
        return value

    async def opened(self, clock):
        return await opened(self.url, clock, **self._more)


@pytest.fixture
def file(tmp_path):
    (tmp_path / "var").mkdir(mode=0o700)
    url = f"sqlite:///{tmp_path}/var/patchbay.db"
    engine = make_engine(url)
    yield Database(url, engine, {})
    engine.dispose()


@pytest.fixture
def server(postgres_url, tmp_path, monkeypatch):
    from bot.journal.postgres import tables  # noqa: PLC0415 - it may not be installed

    monkeypatch.chdir(tmp_path)
    (tmp_path / "var").mkdir(mode=0o700)  # where the anchors are
    engine = tables.make_engine(postgres_url)
    yield Database(postgres_url, engine, KEYS)
    engine.dispose()


@pytest.fixture(params=["file", "server"])
def either(request):
    return request.getfixturevalue(request.param)


def another(of, number):
    """Return what makes a row as that *of* an intent, with another handle."""
    own = {"id": f"'{number:026}'", "key": f"'{number}'", "handle": f"'R{number}'"}
    own["agent"] = "''"
    names = [f'"{column.name}"' for column in intents.c]
    values = [own.get(column.name, f'"{column.name}"') for column in intents.c]
    return (
        f"INSERT INTO intents ({', '.join(names)}) "  # noqa: S608 - our own
        f"SELECT {', '.join(values)} FROM intents WHERE id = '{of}'"
    )


async def test_it_says_the_oldest_release_that_it_serves(either, clock):
    (await either.opened(clock)).close()

    assert either.serves() == OLDEST_SERVED <= newest()


async def test_a_newer_one_that_serves_this_release_opens_and_is_left_as_it_is(
    either, clock, new
):
    (await either.opened(clock)).close()
    either.run(MADE_NEWER)

    journal = await either.opened(clock)
    accepted, _ = await journal.accept(new())
    journal.close()

    assert accepted.handle == "R1"
    assert journal.former_revision == either.revision() == NEWER
    assert either.serves() == OLDEST_SERVED


@pytest.mark.parametrize(
    ("serves", "said"), [(NOT_THIS, "9998"), (SAYS_NOTHING, NEWER)]
)
async def test_a_newer_one_that_does_not_is_refused_and_left_as_it_is(
    either, clock, serves, said
):
    (await either.opened(clock)).close()
    either.run(MADE_NEWER, serves)

    with pytest.raises(JournalUnavailable) as refused:
        await either.opened(clock)

    assert str(refused.value) == (
        f"the journal is at migration {NEWER} and serves releases from {said} on; "
        f"this one has {newest()}: start a newer one"
    )
    assert either.revision() == NEWER


async def test_an_older_database_of_several_is_not_migrated_by_whoever_opens_it(
    server, clock
):
    (await server.opened(clock)).close()
    server.run(*WAS_BEFORE)

    with pytest.raises(JournalUnavailable) as refused:
        await server.opened(clock)

    assert str(refused.value) == (
        f"the database is at migration 0014 and this release needs {newest()}: "
        "run `python -m bot migrate` first"
    )
    assert server.revision() == "0014"


async def test_migrate_brings_it_up_to_date_once_however_many_want_it(
    server, clock, new
):
    journal = await server.opened(clock)
    await journal.audit.write(entry(1))
    journal.close()
    server.run(*WAS_BEFORE)

    with ThreadPoolExecutor(3) as jobs:
        before = list(jobs.map(store.migrated, [server.url] * 3))

    assert sorted(before) == ["0014", newest(), newest()]
    assert (server.revision(), server.serves()) == (newest(), OLDEST_SERVED)
    journal = await server.opened(clock)
    assert (await journal.accept(new(team="T")))[0].handle == "R8"
    assert (await journal.accept(new(team="T2")))[0].handle == "R1"
    journal.close()


@pytest.mark.parametrize("trigger", TRIGGERS)
async def test_a_trigger_that_somebody_dropped_is_there_again_when_it_opens(
    either, clock, new, trigger
):
    (await either.opened(clock)).close()
    name = trigger if either.url.startswith("sqlite") else TRIGGERS[trigger]
    either.run(f"DROP TRIGGER {name}")

    with capture_logs() as logs:
        journal = await either.opened(clock)
    before, _ = await journal.accept(new(), audit=entry(1))
    after, _ = await journal.accept(new(), audit=entry(2))
    report = await journal.trail.report(deep=True)
    journal.close()

    assert (before.handle, after.handle, report.findings) == ("R1", "R2", ())
    assert [one["trigger"] for one in logs if one["event"] == UNGUARDED] == [
        name.partition(" ")[0]
    ]


async def test_who_does_by_themselves_what_a_trigger_did_finds_it_done(
    either, clock, new
):
    journal = await either.opened(clock)
    of = {"digest": "d" * 64, "intent": new().id}
    await journal.accept(new(targets=(of["digest"],), id=of["intent"]), audit=entry(1))
    counted = [either.run(query) for query in COUNTED]

    either.run(*BY_THEMSELVES)  # as releases before 0027 do

    assert counted == [either.run(query) for query in COUNTED]
    assert (await journal.accept(new(), audit=entry(2)))[0].handle == "R2"
    assert (await journal.trail.report(deep=True)).findings == ()
    journal.close()


async def test_what_is_being_sent_has_its_fact_whoever_moved_it(either, clock, new):
    journal = await either.opened(clock)
    here, _ = await journal.accept(new())
    other, _ = await journal.accept(new())
    await journal.claim(here.id, send_by=clock())
    either.run(MOVED.format(id=other.id))

    kept = either.run("SELECT thing, kind, does, job, at, came_at FROM facts")

    assert {tuple(row) for row in kept} == {
        (here.id, "written", "create", here.id, millis(clock()), millis(clock())),
        (other.id, "written", "create", other.id, 7, 7),
    }
    assert len(await journal.find.facts_of(here.id)) == 1
    journal.close()


async def test_a_number_in_a_row_is_counted_whoever_wrote_the_row(either, clock, new):
    journal = await either.opened(clock)
    first, _ = await journal.accept(new())
    for number in (9, 3):
        either.run(another(first.id, number))

    assert (await journal.accept(new()))[0].handle == "R10"
    journal.close()


def test_migrate_makes_the_tables_of_an_empty_database(server):
    assert [store.migrated(server.url) for _time in range(2)] == ["", newest()]


def test_migrate_says_why_it_does_not_go():
    with pytest.raises(JournalUnavailable, match=r"^it is not migrated: Operational"):
        store.migrated("postgresql://nobody@127.0.0.1:1/none")
