"""A handle is one workspace's: that of another never answers for it."""

import re

import pytest

from bot.errors import TaskTaken
from bot.ids import Kind
from bot.journal.evidence import FactKind
from bot.journal.sqlite.driver import DIALECT
from bot.states import State
from tests.bot.journal.conftest import fact, moved
from tests.bot.journal.test_audit import entry
from tests.bot.journal.tour import Tour
from tests.tools.statements import there

BY_HANDLE = re.compile(r"\bhandle = :")
IN_TEAM = re.compile(
    r"\bteam(, '')?\)? = :|\bchain = :"
)  # also where no index is to go by it
WRITES = re.compile(r"INSERT|UPDATE")


@pytest.mark.sqlite
async def test_every_statement_that_asks_by_a_handle_asks_within_a_workspace(
    journal, new, clock
):
    """The tour calls all there is, so what is made when it is needed is here too."""
    await Tour(journal, new, clock).go()
    texts = {one.compiled(DIALECT).text for one in there()}
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


@pytest.fixture
async def relays(journal, new):
    """Return R1 of T1 and R1 of T2, on one app; it is not known how they started."""
    made = []
    for team in ("T1", "T2"):
        made.append((await journal.accept(new(**RELAY, team=team)))[0])
        await moved(journal, made[-1].id, State.SENDING, State.UNKNOWN)
    return made


RELAY = {"kind": Kind("R"), "sdk_app_id": 14}
REF = "-m9.."


@pytest.mark.parametrize("known", [True, False], ids=["known", "known later"])
async def test_a_stop_by_the_id_of_another_workspaces_thing_is_of_no_handle(
    journal, relays, new, clock, known
):
    """T1's R1 is stopped from T2, which has a R1 too."""
    thing, own = relays
    answer = fact(FactKind.ANSWERED, clock(), ref=REF)
    if known:
        await journal.learn(thing.id, answer)
    asked = {**RELAY, "team": "T2", "ref": REF, "ends": True}
    stop, _ = await journal.accept(new(**asked))
    if not known:
        await journal.learn(thing.id, answer)

    stop = await journal.find.get(stop.id)

    find = journal.find
    assert (thing.handle, own.handle) == ("R1", "R1")
    assert (stop.handle, stop.subject.about) == ("", thing.id)
    assert [one.id for one in await find.history("R1", "T2")] == [own.id]
    assert [one.id for one in await find.foreign_stops(REF, "T2")] == [stop.id]


async def test_whose_an_id_is_in_another_workspace_is_not_told(journal, relays, clock):
    thing, other = relays
    await journal.learn(thing.id, fact(FactKind.ANSWERED, clock(), ref=REF))
    word = fact(FactKind.ATTACHED, clock(), ref=REF, by="UEVE")

    with pytest.raises(TaskTaken) as taken:
        await journal.learn(other.id, word)

    assert taken.value.handle == ""
