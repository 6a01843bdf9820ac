"""The migrations lead to the tables that the program knows."""

import os

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from bot.errors import JournalUnavailable
from bot.journal.journal import Journal
from bot.journal.migrate import upgrade
from bot.journal.model import State
from bot.journal.schema import metadata
from bot.journal.sqlite.writer import make_engine

# Rows as version 0001 wrote them.
INTENT = {
    "id": "01KJMMA2G0JTRF4ZBVAXBHWZP7",
    "key": "slash:T:1",
    "digest": "d",
    "action": "StartPublishCdnStream",
    "kind": "R",
    "handle": "R7",
    "made": 1,
    "state": "started",
    "rev": 3,
    "team": "T",
    "user": "UANA",
    "home": "T",
    "channel": "C",
    "direct": 0,
    "locale": "en",
    "app": "live",
    "sdk_app_id": 1400000001,
    "region": "ap-singapore",
    "room": "295066",
    "ref": "-m9.",
    "agent": "pb_01KJMMA2G0JTRF4ZBVAXBHWZP7",
    "masked": "{}",
    "reply": "{}",
    "note": "",
    "target_digest": "",
    "request": "",
    "request_id": "",
    "error_code": "",
    "error_text": "",
    "card_channel": "",
    "card_ts": "",
    "tries": 0,
    "owner": "",
    "created_at": 1,
}
LETTER = {
    "intent": INTENT["id"],
    "rev": 3,
    "channel": "C",
    "user": "UANA",
    "audience": "channel",
    "body": '{"text": "R7"}',
    "state": "pending",
    "tries": 0,
    "not_before": 1,
    "created_at": 1,
}


def inserted(table, row):
    names = ", ".join(f'"{name}"' for name in row)
    values = ", ".join(
        "'" + one + "'" if isinstance(one, str) else str(one) for one in row.values()
    )
    return f"INSERT INTO {table} ({names}) VALUES ({values})"  # noqa: S608 - our own


FIRST_VERSION = (inserted("intents", INTENT), inserted("outbox", LETTER))


def test_the_migrations_make_the_tables_of_the_schema(tmp_path):
    engine = make_engine(f"sqlite:///{tmp_path}/p.db")

    upgrade(engine)

    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_an_upgrade_twice_changes_nothing(tmp_path):
    engine = make_engine(f"sqlite:///{tmp_path}/p.db")

    upgrade(engine)
    upgrade(engine)

    with engine.connect() as connection:
        version = connection.exec_driver_sql("SELECT version_num FROM alembic_version")
        assert len(version.all()) == 1
    engine.dispose()


async def test_a_journal_of_the_first_version_is_opened_with_all_that_is_in_it(
    url, tmp_path, clock
):
    (tmp_path / "var").mkdir()
    engine = make_engine(url)
    upgrade(engine, "0001")
    with engine.begin() as connection:
        for statement in FIRST_VERSION:
            connection.exec_driver_sql(statement)
    engine.dispose()

    journal = await Journal.open(url, now=clock, random_bytes=os.urandom)

    relay = await journal.by_handle("R7")
    assert (relay.state, relay.ref, relay.callbacks) == (State.STARTED, "-m9.", False)
    assert (relay.settled_by, relay.reason, relay.notices) == ("", "", "")
    assert (await journal.outbox.due(clock()))[0].body == {"text": "R7"}
    assert await journal.audit.all() == []
    journal.close()


async def test_an_upgrade_that_fails_half_way_leaves_everything_as_it_was(
    url, tmp_path, clock
):
    (tmp_path / "var").mkdir()
    engine = make_engine(url)
    upgrade(engine, "0001")
    with engine.begin() as connection:
        for statement in (*FIRST_VERSION, "CREATE TABLE audit (in_the_way TEXT)"):
            connection.exec_driver_sql(statement)

    with pytest.raises(JournalUnavailable, match="audit already exists"):
        await Journal.open(url, now=clock, random_bytes=os.urandom)

    with engine.begin() as connection:
        columns = connection.exec_driver_sql("PRAGMA table_info(intents)").all()
        connection.exec_driver_sql("DROP TABLE audit")
    engine.dispose()
    journal = await Journal.open(url, now=clock, random_bytes=os.urandom)
    assert "reason" not in {column[1] for column in columns}
    assert (await journal.by_handle("R7")).reason == ""
    journal.close()


async def test_a_journal_of_a_later_version_is_refused_and_left_alone(
    url, tmp_path, clock
):
    (await Journal.open(url, now=clock, random_bytes=os.urandom)).close()
    engine = make_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()

    with pytest.raises(JournalUnavailable, match="9999"):
        await Journal.open(url, now=clock, random_bytes=os.urandom)
