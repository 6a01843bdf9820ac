"""From revision 0011 to 0015: each workspace gets handles of its own."""

import pytest

from bot.ids import Kind
from bot.journal.migrate import make_engine, upgrade
from tests.bot.journal.revisions import INTENT, home, inserted, row
from tests.fakes.journal import opened

AUDITED = {
    "chain": "T2",
    "number": 1,
    "at": 1,
    "team": "T2",
    "previous": "0" * 64,
    "hash": "1" * 64,
    **dict.fromkeys(
        ("user", "home", "channel", "action", "decision", "rule", "why", "app"), ""
    ),
    **dict.fromkeys(("intent", "handle", "digest"), ""),
}
NOW_GONE = ("target_digest", "tries")
WAS = {name: value for name, value in INTENT.items() if name not in NOW_GONE}
WAS |= {"duplicates": "", "reply": "{}"}

pytestmark = pytest.mark.sqlite


@pytest.fixture
async def journal(url, tmp_path, clock):
    """Open a journal in which T1 was given R7, and T2 wrote a record, before 0015."""
    home(tmp_path / "var")
    engine = make_engine(url)
    upgrade(engine, "0011")
    with engine.begin() as connection:
        for statement in (
            inserted("intents", row(WAS, team="T1")),
            inserted("counters", {"kind": "R", "last": 9}),
            inserted("counters", {"kind": "S", "last": 2}),
            inserted("audit", AUDITED),
        ):
            connection.exec_driver_sql(statement)
    engine.dispose()
    journal = await opened(url, clock)
    yield journal
    journal.close()


async def given(journal, new, team, kind):
    return (await journal.accept(new(team=team, kind=Kind(kind))))[0].handle


async def test_a_workspace_that_was_seen_goes_on_behind_all_numbers(journal, new):
    assert await given(journal, new, "T1", "R") == "R10"
    assert await given(journal, new, "T1", "S") == "S3"
    assert await given(journal, new, "T2", "R") == "R10"


async def test_one_that_was_not_seen_begins_with_the_first(journal, new):
    assert await given(journal, new, "T3", "R") == "R1"
    assert await given(journal, new, "T1", "G") == "G1"


async def test_what_was_given_before_is_found_by_its_handle(journal):
    assert (await journal.find.by_handle("R7", "T1")).id == INTENT["id"]
    assert await journal.find.by_handle("R7", "T2") is None
