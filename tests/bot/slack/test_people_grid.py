"""User groups of several workspaces: of equal IDs, and each of one of them."""

import pytest

from tests.bot.slack.test_people import INFO, LIST, Scene
from tests.fakes.slack import group_updated, members_changed

KEYS = ("T1:S1", "T2:S1")


@pytest.fixture
async def grid():
    """A scene of two workspaces, each with a group S1 of one person."""
    made = Scene()
    made.web.data[LIST] = lambda call: {"users": [f"U{call['team_id']}"]}
    made.people.watch(KEYS)
    await made.people.look_up_groups()
    return made


async def test_a_group_is_asked_for_in_each_workspace(grid):
    asked = [call for way, call in grid.web.sent if way == LIST]

    assert asked == [{"usergroup": "S1", "team_id": team} for team in ("T1", "T2")]
    assert grid.people.groups(KEYS) == {
        "T1:S1": frozenset({"UT1"}),
        "T2:S1": frozenset({"UT2"}),
    }


@pytest.mark.parametrize("change", [members_changed, group_updated])
@pytest.mark.parametrize(
    ("team", "again"),
    [("T1", ["T1"]), ("T2", ["T2"]), ("T3", []), ("E1", ["T1", "T2"])],
)
async def test_an_event_is_about_the_group_of_its_workspace(grid, change, team, again):
    event = change("S1")
    event.get("subteam", event)["team_id"] = team
    grid.web.sent.clear()

    await grid.told(event)

    assert [call["team_id"] for way, call in grid.web.sent if way == LIST] == again


async def test_groups_of_a_workspace_that_is_gone_are_forgotten(grid):
    grid.people.watch(KEYS[:1])

    assert grid.people.groups(KEYS) is None
    assert grid.people.groups(KEYS[:1]) == {"T1:S1": frozenset({"UT1"})}


async def test_a_group_of_a_workspace_is_never_taken_for_a_person(grid):
    grid.people.watch(KEYS[:1])
    grid.web.sent.clear()

    await grid.people.ensure_fresh("UANA", KEYS)

    assert {call.get("user") for way, call in grid.web.sent if way == INFO} == {"UANA"}
