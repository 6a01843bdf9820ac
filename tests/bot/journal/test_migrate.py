"""The migrations lead to the tables that the program knows."""

import json
import re
import subprocess
import sys
from datetime import timedelta

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from bot.dialogue.outcome import Audience
from bot.errors import JournalUnavailable
from bot.journal.migrate import MIGRATIONS, make_engine, newest, revisions, upgrade
from bot.journal.model import CARD_NOTICE, Notification, OpenForm, Settlement
from bot.journal.rows import moment
from bot.journal.schema import metadata
from bot.states import State
from tests.bot.journal.revisions import (
    DRAWN,
    INTENT,
    home,
    inserted,
    put_own,
    row,
    unbound,
)
from tests.fakes.journal import opened

pytestmark = pytest.mark.sqlite

OPENS = """
import sys
from contextlib import suppress
from bot.journal.migrate import make_engine, upgrade

with suppress(Exception):  # of tables that are there without a revision
    upgrade(make_engine("{url}"))
print("alembic" in sys.modules)
"""
FIRST_VERSION = (inserted("intents", INTENT), inserted("outbox", DRAWN))


@pytest.mark.filterwarnings("ignore:.*expression-based index")
def test_the_migrations_make_the_tables_of_the_schema(tmp_path):
    engine = make_engine(f"sqlite:///{tmp_path}/p.db")

    upgrade(engine)

    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def indexes_of(engine):
    query = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql > ''"
    with engine.connect() as connection:
        rows = connection.exec_driver_sql(query).all()
    return {name: plain(sql) for name, sql in rows}


def plain(sql):
    """Return *sql* without what is written in more than one way."""
    text = re.sub(r'"|intents\.| |\n', "", sql)
    return text.replace("=1AND", "AND").replace("!=", "<>")


def test_the_migrations_make_the_indexes_of_the_schema(tmp_path):
    """Those of expressions, too, which the comparison above leaves out."""
    migrated = make_engine(f"sqlite:///{tmp_path}/migrated.db")
    upgrade(migrated)
    made = make_engine(f"sqlite:///{tmp_path}/made.db")
    metadata.create_all(made)

    assert indexes_of(migrated) == indexes_of(made)
    for engine in (migrated, made):
        engine.dispose()


def test_an_upgrade_twice_changes_nothing(tmp_path):
    engine = make_engine(f"sqlite:///{tmp_path}/p.db")

    upgrade(engine)
    upgrade(engine)

    with engine.connect() as connection:
        version = connection.exec_driver_sql("SELECT version_num FROM alembic_version")
        assert len(version.all()) == 1
    engine.dispose()


def test_the_newest_revision_by_name_is_alembics_head(tmp_path):
    engine = make_engine(f"sqlite:///{tmp_path}/p.db")
    script = ScriptDirectory(MIGRATIONS)

    upgrade(engine)

    with engine.connect() as connection:
        assert revisions(connection) == [newest()] == script.get_heads()
    engine.dispose()


@pytest.mark.parametrize(
    ("statement", "loaded"),
    [
        ("SELECT 1", False),
        ("DELETE FROM alembic_version", True),
        ("DROP TABLE alembic_version", True),
        ("INSERT INTO alembic_version VALUES ('0001')", True),
    ],
)
def test_alembic_is_loaded_only_where_the_tables_are_not_the_newest(
    tmp_path, statement, loaded
):
    url = f"sqlite:///{tmp_path}/p.db"
    engine = make_engine(url)
    upgrade(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()

    code = OPENS.format(url=url)
    done = subprocess.run(  # noqa: S603 - our own
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    )

    assert done.stdout.split() == [str(loaded)]


async def test_a_journal_of_the_first_revision_is_opened_with_all_that_is_in_it(
    url, tmp_path, clock
):
    home(tmp_path / "var")
    engine = make_engine(url)
    upgrade(engine, "0001")
    with engine.begin() as connection:
        for statement in FIRST_VERSION:
            connection.exec_driver_sql(statement)
    engine.dispose()

    journal = await opened(url, clock)

    relay = await journal.find.by_handle("R7", "T")
    assert (relay.state, relay.subject.ref) == (State.STARTED, "-m9.")
    assert (relay.subject.callbacks, relay.subject.creates) == (False, True)
    assert (relay.settlement, relay.marks) == (Settlement(), ())
    assert (await journal.outbox.due(clock()))[0].body == {"text": "R7"}
    assert await journal.audit.all() == []
    journal.close()


async def test_an_upgrade_that_fails_half_way_leaves_everything_as_it_was(
    url, tmp_path, clock
):
    home(tmp_path / "var")
    engine = make_engine(url)
    upgrade(engine, "0001")
    with engine.begin() as connection:
        for statement in (*FIRST_VERSION, "CREATE TABLE audit (in_the_way TEXT)"):
            connection.exec_driver_sql(statement)

    with pytest.raises(JournalUnavailable, match="audit already exists"):
        await opened(url, clock)

    with engine.begin() as connection:
        columns = connection.exec_driver_sql("PRAGMA table_info(intents)").all()
        connection.exec_driver_sql("DROP TABLE audit")
    engine.dispose()
    journal = await opened(url, clock)
    assert "reason" not in {column[1] for column in columns}
    assert (await journal.find.by_handle("R7", "T")).settlement.reason == ""
    journal.close()


# ── from 0002 to 0003 ────────────────────────────────────────────────────────────

STOP = row(
    INTENT,
    id="01KJMMA2G0STOP000000000000",
    key="slash:T:2",
    action="StopPublishCdnStream",
    made=0,
    state="done",
    about=INTENT["id"],
    agent="",
)
SECOND = {"callbacks": 1, "settled_by": "UBOB", "reason": "r", "notices": "a b"}
INTENTS = [
    row(INTENT, target_digest="t" * 64, tries=3, **SECOND),
    STOP,
    row(INTENT, id="01S", key="s", action="CreateSession", handle="S1", kind="S"),
    row(INTENT, id="01G", key="g", action="DescribeSlaves", handle="G1", kind="G"),
]
LETTERS = [  # of two cards the first is superseded by the second
    row(DRAWN, rev=1, body='{"text": "superseded"}', state="pending"),
    row(DRAWN, rev=2, body='{"text": "dropped"}', state="dropped"),
    row(DRAWN, rev=2, body='{"text": "sent"}', state="sent", tries=2),
    row(DRAWN, rev=3, body='{"text": "card"}', thread="1.2"),
    row(DRAWN, rev=1, body='{"text": "answer"}', audience="asker"),
    row(DRAWN, rev=2, body='{"text": "alarm"}', audience="ops", not_before=2),
    row(DRAWN, intent="gone", body='{"text": "of nothing"}', audience="asker"),
]
KEY = b"k" * 32


@pytest.fixture
def upgraded(url, tmp_path, clock):
    """Open a journal in which revision 0002 left intents, letters and a form."""
    home(tmp_path / "var")
    put_own(tmp_path / "var/patchbay.key", KEY)
    engine = make_engine(url)
    upgrade(engine, "0002")
    form = {
        "id": "f" * 32,
        "team": "T",
        "user": "UANA",
        "channel": "C",
        "thread": "1.2",
        "direct": 0,
        "room": "relay",
        "verb": "start",
        "values": unbound(KEY, json.dumps({"url": "u"}).encode()),
        "expires_at": 1000 * round(clock().timestamp()),
        "used_by": "k",
    }
    names = ", ".join(f'"{name}"' for name in form)
    marks = ", ".join("?" * len(form))
    with engine.begin() as connection:
        for table, rows in (("intents", INTENTS), ("outbox", LETTERS)):
            for one in rows:
                connection.exec_driver_sql(inserted(table, one))
        connection.exec_driver_sql(
            f"INSERT INTO drafts ({names}) VALUES ({marks})",  # noqa: S608 - our own
            tuple(form.values()),
        )
    engine.dispose()

    async def open_it():
        return await opened(url, clock)

    return open_it


async def rows_of(journal, query):
    rows = await journal._writer.read(lambda c: c.run(query).all())
    return [tuple(one) for one in rows]


async def test_it_is_kept_which_intent_made_a_thing_and_what_it_duplicates(upgraded):
    journal = await upgraded()

    query = "SELECT handle, action, creates, duplicates FROM intents ORDER BY key"
    assert await rows_of(journal, query) == [
        ("G1", "DescribeSlaves", 0, ""),
        ("S1", "CreateSession", 1, ""),
        ("R7", "StartPublishCdnStream", 1, "t" * 64),
        ("R7", "StopPublishCdnStream", 0, ""),
    ]
    relay = await journal.find.get(INTENT["id"])
    assert (relay.subject.creates, relay.subject.duplicates) == (True, "t" * 64)
    assert (relay.subject.callbacks, relay.marks) == (True, ("a", "b"))
    assert relay.settlement == Settlement(settled_by="UBOB", reason="r")
    assert (await journal.find.get(STOP["id"])).subject.about == relay.id
    journal.close()


async def test_every_letter_is_kept_as_it_was_drawn(upgraded):
    journal = await upgraded()

    columns = "id, intent, app, rev, audience, notice, facts, body, state, tries"
    query = f"SELECT {columns}, not_before, created_at FROM outbox ORDER BY id"  # noqa: S608 - our own
    names = {"channel": "card", "asker": "drawn", "ops": "drawn"}
    assert await rows_of(journal, query) == [
        (
            number,
            one["intent"],
            "",
            one["rev"],
            one["audience"],
            names[one["audience"]],
            "{}",
            one["body"],
            one["state"],
            one["tries"],
            one["not_before"],
            one["created_at"],
        )
        for number, one in enumerate(LETTERS, 1)
    ]
    journal.close()


async def test_what_waited_is_delivered_as_it_is_but_for_what_was_superseded(
    upgraded, clock
):
    journal = await upgraded()
    relay = await journal.find.get(INTENT["id"])

    card, answer, of_nothing, alarm = await journal.outbox.due(clock())

    assert card == Notification(
        id=4,
        rev=3,
        name="card",
        audience=Audience.CHANNEL,
        facts={},
        intent=relay,
        body={"text": "card"},
        created_at=moment(1),
    )
    assert answer == Notification(
        id=5,
        rev=1,
        name="drawn",
        audience=Audience.ASKER,
        facts={},
        intent=relay,
        body={"text": "answer"},
        created_at=moment(1),
    )
    assert (of_nothing.id, of_nothing.intent) == (7, None)
    assert (of_nothing.body, alarm.body) == ({"text": "of nothing"}, {"text": "alarm"})
    assert alarm.audience is Audience.OPS
    journal.close()


async def test_a_new_card_supersedes_an_old_one_that_was_drawn(upgraded, clock):
    journal = await upgraded()
    await journal.update(INTENT["id"], notices=(CARD_NOTICE,))

    due = await journal.outbox.due(clock() + timedelta(days=1))

    assert [(one.id, one.body) for one in due if one.name == "card"] == [(8, None)]
    journal.close()


async def test_an_open_form_stays_open_under_its_command(upgraded, clock):
    journal = await upgraded()

    form = await journal.open_forms.get("f" * 32, team="T", user="UANA")

    assert form == OpenForm(
        id="f" * 32,
        team="T",
        user="UANA",
        channel="C",
        thread="1.2",
        direct=False,
        command="relay",
        subcommand="start",
        values={"url": "u"},
        answer_url=None,
        expires_at=clock(),
        used_by="k",
    )
    journal.close()
