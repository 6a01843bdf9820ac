"""What is held is found on PostgreSQL whatever that believes of the outbox."""

import re

import psycopg
import pytest

from bot.journal.model import CARD_NOTICE
from tests.bot.journal.conftest import new_intent
from tests.fakes.journal import opened
from tests.fakes.psycopg import heard

WAITING, HELD = 200, 4
LOOPS = re.compile(r"actual .*loops=(\d+)")


@pytest.fixture
async def claims(postgres_url, clock):
    """Let letters wait; return the statement that holds some, and its values."""
    said = []
    with heard() as listeners:
        journal = await opened(postgres_url, clock)
        for number in range(WAITING):
            await journal.accept(new_intent(clock(), number), notices=(CARD_NOTICE,))
        due = await journal.outbox.due(clock(), WAITING)
        listeners.append(lambda _connection, *asked: said.append(asked))
        await journal.outbox.hold(due[:HELD])
    yield next(asked for asked in said if "SKIP LOCKED" in asked[0])
    journal.close()


async def test_to_hold_some_not_all_that_wait_are_asked_about_what_belongs_to_them(
    claims, postgres_url
):
    with psycopg.connect(postgres_url) as connection:
        cursor = psycopg.ClientCursor(connection)
        cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF) {claims[0]}", claims[1])
        plan = [line for (line,) in cursor.fetchall()]
        connection.rollback()

    loops = [int(found[1]) for found in map(LOOPS.search, plan) if found]
    assert 0 < max(loops) <= 2 * HELD
