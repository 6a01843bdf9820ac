"""A journal is moved into a server's database whole, whatever breaks it off."""

from contextlib import closing

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from bot.errors import JournalUnavailable
from bot.ids import Kind
from bot.journal.anchors import Anchors, Occasion
from bot.journal.audit_key import AuditKey
from bot.journal.known import keep
from bot.journal.marks import BACKUP
from bot.journal.migrate import SERVES
from bot.journal.moving import move, opened_with
from bot.journal.seal import Seal, ring_of
from bot.journal.sqlite.driver import Connection
from bot.journal.sqlite.files import claim
from bot.journal.sqlite.writer import sqlite_file
from bot.journal.statement import Statement
from bot.journal.trail import AuditFiles, Signed
from bot.journal.transfer import BEGIN_ANEW, MOVING, Opens, Transfer, tables
from tests.bot.journal.makers import form_at
from tests.bot.journal.test_audit import entry
from tests.bot.journal.test_named_targets import target as a_target
from tests.bot.journal.test_presets import preset as a_preset
from tests.bot.journal.tour import Tour
from tests.fakes.journal import opened

NOTHING = AuditFiles()
TRAIL = ("audit", "audit_heads", "audit_unkeyed")
MOVED = (
    "{file} was moved to postgresql://{where}: let BOT_DATABASE_URL name that. What "
    "has happened since is not in this file; to go on with it all the same, delete "
    "{file}.moved"
)

pytestmark = pytest.mark.sqlite


@pytest.fixture
async def filled(reopen, new, clock, url):
    """Return the URL of a journal in which there is something of everything."""
    journal = await reopen()
    await Tour(journal, new, clock).go()
    for team in ("T1", "T2"):
        for number in range(7):
            await journal.audit.write(entry(number, team=team))
            await journal.accept(new(team=team, kind=Kind("R"), request=b'{"k": 1}'))
    await journal.open_forms.keep(form_at(clock, id="left"))
    url_of_target = SecretStr("rtmp://push.example.com/live/k")
    await journal.saved.targets.add(a_target(7), url_of_target, entry(1))
    await journal.saved.presets.keep(a_preset(7), entry(2))
    await journal.trail.anchor(clock(), Occasion.HOURLY)
    journal.close()
    return url


@pytest.fixture
def server(postgres_url):
    pytest.importorskip("psycopg")
    return postgres_url


def rows_of(connection, table):
    names = [one.name for one in table.primary_key]
    with connection.reading():
        rows = connection.execute(Statement(select(table))).all()
    return sorted(
        (tuple(row) for row in rows),
        key=lambda row: [str(one) for one, _name in zip(row, names, strict=False)],
    )


def everything(connection):
    own = {MOVING, SERVES, "files", "audit-anchor"}
    return {
        table.name: [
            row
            for row in rows_of(connection, table)
            if table.name != "known" or row[0] not in own
        ]
        for table in tables()
    }


def on_server(url):
    from bot.journal.postgres.driver import Connection as Server  # noqa: PLC0415 - it may not be installed

    return closing(Server(url))


def settings_of(done):
    """Return what has to be set, as the journal takes it."""
    seal, audit = (one.file.read_text() for one in done.keys)
    return {
        "seal_key": SecretStr(seal),
        "audit": AuditFiles(key=SecretStr(audit)),
    }


@pytest.mark.short
async def test_every_row_is_there_and_the_file_is_as_it_was(filled, server):
    file = sqlite_file(filled)
    with closing(Connection(file, reads=True)) as here:
        before = everything(here)

    done = move(filled, server, None, NOTHING)

    with closing(Connection(file, reads=True)) as here, on_server(server) as there:
        assert everything(there) == everything(here) == before
    assert all(before[name] for name in ("intents", "facts", "audit", "open_forms"))
    assert done.moved.rows == sum(map(len, before.values()))
    assert done.moved.records == len(before["audit"])
    assert done.moved.sealed > 20
    assert done.moved.unopened == 0


async def test_with_the_keys_that_went_along_the_journal_goes_on(
    filled, server, clock, new
):
    done = move(filled, server, None, NOTHING)

    assert {one.file.stat().st_mode & 0o777 for one in done.keys} == {0o600}
    journal = await opened(server, clock, **settings_of(done))
    again, _ = await journal.accept(new(team="T1"), audit=entry(9, team="T1"))
    assert again.handle == "R8"
    first = await journal.find.by_handle("R1", "T2")
    assert await journal.find.request_of(first.id) == b'{"k": 1}'
    assert (await journal.trail.report(deep=True)).findings == ()
    journal.close()


async def test_the_file_does_not_open_any_more_and_says_where_it_is(
    filled, server, clock
):
    file = sqlite_file(filled)
    move(filled, server, None, NOTHING)

    with pytest.raises(JournalUnavailable) as refused:
        await opened(filled, clock)
    with pytest.raises(JournalUnavailable) as again:
        move(filled, server, None, NOTHING)

    said = MOVED.format(file=file, where=server.rpartition("@")[2])
    assert (str(refused.value), str(again.value)) == (said, said)


class Cut:
    """A connection that is lost at the *number*-th piece, before or after it."""

    def __init__(self, connection, number, *, after):
        self._connection, self._left, self._after = connection, number, after

    def __getattr__(self, name):
        return getattr(self._connection, name)

    def execute_many(self, statement, params):
        self._left -= 1
        if self._left < 0 and not self._after:
            raise OSError("lost")
        self._connection.execute_many(statement, params)
        if self._left < 0:
            raise OSError("lost")


@pytest.fixture
def transfer(filled, server):
    """Return what moves, on a target that *wraps* the real one."""
    from bot.journal.postgres import filling  # noqa: PLC0415 - it may not be installed
    from bot.journal.postgres.tables import brought_up  # noqa: PLC0415 - as it

    file = sqlite_file(filled)
    with brought_up(server):
        pass
    with closing(Connection(file, reads=True)) as here, on_server(server) as there:
        opens = opened_with(file, here, None, NOTHING)[0]

        def make(wraps=lambda there: there, opens=opens):
            return Transfer(here, wraps(there), *opens, filling, 7)

        make.here, make.there, make.opens = here, there, opens
        yield make


@pytest.mark.parametrize("after", [False, True])
async def test_broken_off_at_every_piece_it_goes_on_and_no_row_comes_twice(
    transfer, clock, server, after
):
    lost = 0
    while True:
        cut = transfer(lambda there, after=after: Cut(there, 1, after=after))
        try:
            done = cut.run()
        except OSError:
            lost += 1
        else:
            break
        with pytest.raises(JournalUnavailable, match="is being moved into this"):
            await opened(
                server,
                clock,
                seal_key=SecretStr("k" * 32),
                audit=AuditFiles(key=SecretStr("a" * 32)),
            )

    assert lost > 10
    assert everything(transfer.there) == everything(transfer.here)
    assert done.rows == sum(map(len, everything(transfer.here).values()))


WENT_ON = {  # what a bot did to the file meanwhile: none of it is a new record
    "a row is another": "UPDATE facts SET came_at = came_at + 1",
    "a row is gone, and one is new": "UPDATE handles SET team = 'T9' WHERE team = 'T1'",
    "a row is new": "INSERT INTO handles (team, kind, last) VALUES ('A', 'R', 1)",
}


@pytest.mark.parametrize("what", WENT_ON)
async def test_a_file_that_was_gone_on_with_is_noticed_and_it_is_said_what_to_do(
    transfer, filled, what
):
    with pytest.raises(OSError, match="lost"):  # behind those tables
        transfer(lambda there: Cut(there, 25, after=True)).run()
    with closing(Connection(sqlite_file(filled))) as file:
        file.run(WENT_ON[what])

    for _again in range(2):
        with pytest.raises(JournalUnavailable) as refused:
            transfer().run()
        assert str(refused.value).endswith(BEGIN_ANEW)


def test_the_trail_stays_append_only_between_the_pieces_and_after(transfer):
    with pytest.raises(OSError, match="lost"):
        transfer(lambda there: Cut(there, 3, after=True)).run()
    _refuses_changes(transfer.there)
    transfer().run()
    _refuses_changes(transfer.there)


def _refuses_changes(there):
    for change in ("UPDATE audit SET why = 'x'", *(f"TRUNCATE {one}" for one in TRAIL)):
        with pytest.raises(Exception, match="append-only"), there.writing():
            there.run(change)


REFUSED = {
    "the file is open": "is in use by another Patchbay",
    "it is a backup": "this journal is the backup of",
    "it is older": "is at migration 0012, and this release has",
    "its keys are gone": "has no key ring of this release",
    "its trail is not whole": "does not fit",
    "something is spooled": "beside .* lies how something ended",
}


@pytest.mark.parametrize("why", REFUSED)
async def test_what_is_not_ready_is_refused_and_nothing_is_moved(filled, server, why):
    file = sqlite_file(filled)
    held = None
    with closing(Connection(file)) as here:
        if why == "it is a backup":
            keep(here, BACKUP, "1790000000000")
        elif why == "it is older":
            here.run("UPDATE alembic_version SET version_num = '0012'")
        elif why == "its trail is not whole":
            here.run("DROP TRIGGER audit_no_update")
            here.run("UPDATE audit SET why = 'x' WHERE number = 2")
    if why == "its keys are gone":
        file.with_suffix(".key").unlink()
    elif why == "something is spooled":
        spool = file.with_name("patchbay.db.spool")
        spool.touch(mode=0o600)
        spool.write_text('{"intent": "i", "state": "done", "changes": {}}\n')
    elif why == "the file is open":
        held = claim(file)

    with pytest.raises(JournalUnavailable, match=REFUSED[why]):
        move(filled, server, None, NOTHING)

    if held:
        held.close()
    with on_server(server) as there, there.reading():
        found = there.run("SELECT to_regclass('intents') IS NOT NULL").one()[0]
        assert not (found and there.run("SELECT count(*) FROM intents").one()[0])


async def test_a_database_in_which_something_is_is_refused(filled, server, clock, new):
    keys = {
        "seal_key": SecretStr("k" * 32),
        "audit": AuditFiles(key=SecretStr("a" * 32)),
    }
    journal = await opened(server, clock, **keys)
    await journal.accept(new())
    journal.close()

    with pytest.raises(JournalUnavailable, match="is not empty there: a journal is"):
        move(filled, server, None, NOTHING)


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("postgresql://a/b", "postgresql://a/c"),
        ("sqlite:///a.db", "sqlite:///b.db"),
        ("postgresql://a/b", "sqlite:///b.db"),
    ],
)
def test_there_is_one_way_only(source, target):
    with pytest.raises(JournalUnavailable, match="and no other way"):
        move(source, target, None, NOTHING)


def test_a_key_that_opens_nothing_there_is_noticed(transfer):
    here, there = transfer.opens
    other = Opens(there.signed, Seal(ring_of("other"), bytes))

    with pytest.raises(JournalUnavailable, match="does not open in the database"):
        transfer(opens=(here, other)).run()


def test_a_key_that_signs_nothing_there_is_noticed(transfer):
    here, there = transfer.opens
    key = AuditKey.from_secret(SecretStr("other"))
    other = Opens(Signed(key, Anchors(None, key)), there.seal)

    with pytest.raises(JournalUnavailable, match="does not fit"):
        transfer(opens=(here, other)).run()
