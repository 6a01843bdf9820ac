"""Whatever is asked of the journal, rows are locked in the one order of `locks`."""

import re
from contextlib import closing
from itertools import count

import pytest

from tests.bot.journal.conftest import new_intent
from tests.bot.journal.postgres.test_plans import OfAServer
from tests.fakes.clock import FakeClock
from tests.fakes.journal import opened
from tests.fakes.psycopg import heard

BEGINS = "BEGIN ISOLATION LEVEL READ COMMITTED"
LOCKS = re.compile(r"FROM (audit_heads|intents)\b.*FOR UPDATE(?! OF| SKIP)", re.DOTALL)
ORDER = re.compile(r"ORDER BY (.*?)\s+FOR UPDATE")
LISTS = "json_array_elements_text"  # rows of which the IDs are given


class Held:
    """The tables that each transaction locks rows of, and the statements that do."""

    def __init__(self):
        self.transactions, self.texts, self._now = [], set(), {}

    def note(self, connection, text, _params):
        if text == BEGINS:
            self._now[connection] = []
            self.transactions.append(self._now[connection])
        elif locks := LOCKS.search(text):
            self._now[connection].append(locks[1])
            self.texts.add(text)


@pytest.fixture
async def held(tables):
    """Call all that a shared journal has; return what was locked."""
    clock, numbers, held = FakeClock(), count(), Held()
    with heard() as driver, closing(await opened(tables.url(), clock)) as journal:
        driver.append(held.note)
        new = lambda **of: new_intent(clock(), next(numbers), **of)  # noqa: E731 - as `new`
        await OfAServer(journal, new, clock).go()
    return held


async def test_the_first_lock_is_a_chains_if_one_is_and_of_several_rows_all_go_by_name(
    held,
):
    both = [one for one in held.transactions if {*one} == {"audit_heads", "intents"}]
    several = {text for text in held.texts if LISTS in text}

    assert len(both) > 10
    assert {one[0] for one in both} == {"audit_heads"}
    assert {(ORDER.search(one) or [None, None])[1] for one in several} == {
        "audit_heads.chain",
        "intents.id",
    }
