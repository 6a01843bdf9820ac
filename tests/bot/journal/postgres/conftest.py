"""A table of its own on a PostgreSQL, and what writes to it."""

import pytest
from sqlalchemy import Column, Integer, LargeBinary, MetaData, String, Table, select
from sqlalchemy.schema import CreateTable

from bot.journal.postgres.driver import DIALECT, Connection
from bot.journal.statement import Statement, inserted

THINGS = Table(
    "things",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("name", String(4), nullable=False),
    Column("body", LargeBinary),
)
PUT = inserted(THINGS)
ALL = Statement(select(THINGS.c.name).order_by(THINGS.c.id))


def row(number, name="a"):
    return {"id": number, "name": name, "body": None}


@pytest.fixture
def url(postgres, postgres_url):
    postgres.run(str(CreateTable(THINGS).compile(dialect=DIALECT)), postgres_url)
    return postgres_url


@pytest.fixture
def kept(postgres, url):
    """Return the numbers that are in the table."""
    numbers = "SELECT id FROM things ORDER BY id"
    return lambda: [number for (number,) in postgres.run(numbers, url)]


@pytest.fixture
def connection(url):
    one = Connection(url)
    yield one
    one.close()
