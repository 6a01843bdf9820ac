"""What is asked of an ID is found by that ID, and not by looking through an app."""

import re

import pytest

from bot.journal.evidence import FactKind
from bot.states import State
from tests.bot.journal.conftest import APP, WAYS, fact
from tests.bot.journal.test_stops_waiting import SETTLED, TASK
from tests.fakes.journal import claimed

pytestmark = pytest.mark.sqlite

FEW = re.compile(r"\b(ref|id|key|agent|joins|thing)=\?")
# Only what is about something is in it.
OF_ITS_STOPS = "USING INDEX intents_by_about (about=?"
OF_ALL = re.compile(r"\babout IS NULL")
RELAYS = 300


@pytest.fixture(params=[False, True], ids=["not analyzed", "analyzed"])
async def many(request, journal, new):
    """Accept some hundred relays of one app; SQLite knows how many, or does not."""
    for n in range(RELAYS):
        await journal.accept(
            new(sdk_app_id=APP, agent=f"pb_{n}", room="lobby", masked={})
        )
    if request.param:
        await journal._writer.write(lambda c: c.run("ANALYZE"))


@pytest.fixture
def statements(driver):
    """Return what grows with every SELECT from the intents: text and parameters."""
    seen = {}

    def note(_connection, statement, parameters):
        if statement.startswith("SELECT") and "FROM intents" in statement:
            seen[statement] = parameters

    driver.listeners.append(note)
    return seen


def plan(journal, statement, parameters):
    """Return what SQLite does for *statement*, line by line."""
    explain = f"EXPLAIN QUERY PLAN {statement}"
    rows = journal._writer._at_once.run(explain, parameters)
    return [row[-1] for row in rows]


@pytest.fixture
def asks_of_ids(journal, relay_of, new, asked, clock):
    """Do all that looks for what has an ID, or was done about it."""

    async def ask():
        foreign, _ = await journal.accept(new(ends=True, ref=TASK, sdk_app_id=APP))
        await claimed(journal, foreign.id)
        relay = await relay_of(*WAYS["unknown"], agent="pb_mine")
        await asked(relay)
        attached = fact(FactKind.ATTACHED, clock(), ref=TASK, by="UEVE")
        await journal.settle(relay.id, attached, audit=SETTLED)
        await journal.accept(new(ends=True, ref=TASK, sdk_app_id=APP))
        await journal.complete(foreign.id, State.UNKNOWN, notices=())
        await asked(await journal.find.get(relay.id))
        await journal.find.by_ref(TASK, "T")
        await journal.find.by_ref("-nobodys..", "T")

    return ask


@pytest.mark.usefixtures("many")
async def test_every_question_about_an_id_is_answered_by_an_index_of_few(
    journal, asks_of_ids, statements
):
    await asks_of_ids()

    plans = {one: plan(journal, one, values) for one, values in statements.items()}

    by_ref = [one for one in plans if "intents.ref = :" in one]
    assert len(by_ref) == 5  # the same, foreign ones, the owner, in doubt, by its ID
    assert [one for one in plans if "facts" in one]  # by an ID that an event named
    for statement, lines in plans.items():
        for line in lines:
            assert not line.startswith("SCAN intents"), (statement, lines)
            if line.startswith("SEARCH intents"):
                few = (
                    FEW.search(line)
                    or OF_ITS_STOPS in line
                    or ("(about=?" in line and not OF_ALL.search(statement))
                )
                assert few, (statement, lines)
