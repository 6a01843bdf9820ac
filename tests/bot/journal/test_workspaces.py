"""A handle is one workspace's: that of another never answers for it."""

import gc
import re

import pytest

from bot.ids import Kind
from bot.journal.sqlite.driver import DIALECT
from bot.journal.statement import Statement
from tests.bot.journal.test_audit import entry
from tests.bot.journal.tour import Tour

BY_HANDLE = re.compile(r"\bhandle = :")
IN_TEAM = re.compile(r"\bteam = :|\bchain = :")
WRITES = re.compile(r"INSERT|UPDATE")


@pytest.mark.sqlite
async def test_every_statement_that_asks_by_a_handle_asks_within_a_workspace(
    journal, new, clock
):
    """The tour calls all there is, so what is made when it is needed is here too."""
    await Tour(journal, new, clock).go()
    texts = {
        one.compiled(DIALECT).text
        for one in gc.get_objects()
        if isinstance(one, Statement)
    }
    asked = {one for one in texts if BY_HANDLE.search(one) and not WRITES.match(one)}

    assert len(asked) >= 3  # the thing, its history, its records
    assert {one for one in asked if not IN_TEAM.search(one)} == set()


@pytest.fixture
async def two(journal, new):
    """Return R1 of T1 and R1 of T2, each with a record of its own."""
    made = {}
    for team in ("T1", "T2"):
        about = {"team": team, "user": f"U{team}", "room": f"room-{team}"}
        audit = entry(1, team=team, user=f"U{team}")
        made[team], _ = await journal.accept(new(kind=Kind("R"), **about), audit=audit)
    return made


@pytest.mark.parametrize(("team", "other"), [("T1", "T2"), ("T2", "T1")])
async def test_each_of_two_with_the_same_handle_is_its_own_workspaces(
    journal, two, team, other
):
    own = two[team]
    find = journal.find

    assert {one.handle for one in two.values()} == {"R1"}
    assert (await find.by_handle("R1", team)).id == own.id
    assert [one.id for one in await find.history("R1", team)] == [own.id]
    assert [one.id for one in await find.recent(team)] == [own.id]
    assert await find.matching(f"room-{other}", team) == []
    lately = await journal.audit.lately(team, handle="R1", user="")
    assert [(one.team, one.user) for one in lately] == [(team, f"U{team}")]
    assert await find.by_handle("R1", "T3") is None
