"""From revision 0026 to 0027: what was heard since a start was sent stays so."""

import pytest

from bot.journal.evidence import FactKind, fact_key
from bot.journal.migrate import make_engine, upgrade
from bot.states import State
from tests.bot.journal.conftest import APP
from tests.bot.journal.revisions import INTENT, home, inserted, row
from tests.fakes.journal import opened

GONE_BY_THEN = {"target_digest", "tries"}
START = {name: value for name, value in INTENT.items() if name not in GONE_BY_THEN}
START |= {"duplicates": "", "reply": "{}", "creates": 1, "sent_at": 2000}
START |= {"state": "unknown", "sdk_app_id": APP}
WRITTEN = {"thing": START["id"], "kind": "written", "does": "create", "id": 7}
WRITTEN |= {"key": fact_key(START["id"], FactKind.WRITTEN), "at": 2000, "came_at": 2000}

pytestmark = pytest.mark.sqlite


@pytest.fixture
async def after(url, tmp_path, clock):
    """Open a journal in which 0026 heard, and refused, after facts of such numbers."""
    journals = []

    async def open_it(heard, refused):
        home(tmp_path / "var")
        engine = make_engine(url)
        upgrade(engine, "0026")
        told = {"sdk_app_id": APP, "heard_at": 1}
        told |= {"heard_after": heard, "refused_after": refused}
        with engine.begin() as connection:
            for statement in (
                inserted("intents", row(START)),
                inserted("facts", WRITTEN),
                inserted("hearing", told),
            ):
                connection.exec_driver_sql(statement)
        engine.dispose()
        journals.append(await opened(url, clock))
        return journals[-1]

    yield open_it
    for journal in journals:
        journal.close()


@pytest.mark.parametrize("heard", [-1, 6, 7, 9])
@pytest.mark.parametrize("refused", [-1, 6, 7, 9])
async def test_whether_callbacks_came_after_it_was_sent_is_known_as_before(
    after, heard, refused
):
    journal = await after(heard, refused)
    start = await journal.find.get(START["id"])

    assert start.state is State.UNKNOWN
    assert await journal.heard.since_sent(start) == (heard >= 7, refused >= 7)


async def test_what_comes_after_it_was_brought_up_comes_later(after, clock):
    journal = await after(3, 6)
    start = await journal.find.get(START["id"])

    await journal.heard.note(APP, clock())
    heard = await journal.heard.since_sent(start)
    await journal.heard.note_refused(APP)

    assert [heard, await journal.heard.since_sent(start)] == [
        (True, False),
        (True, True),
    ]


async def test_that_it_was_written_is_known_once(after):
    journal = await after(-1, -1)

    (written,) = await journal.find.facts_of(START["id"])

    assert (written.key, written.at) == (WRITTEN["key"], 2000)
