"""Installed for an organisation: in which workspaces, and what is kept of them."""

import asyncio
from contextlib import suppress

import pytest

from bot.dialogue.ask import Person
from bot.runtime.tasks import Tasks
from bot.settings import Policy, Rule
from bot.slack.directory import SlackDirectory
from bot.slack.people import GROUPS_FRESH
from tests.bot.operations.accidents import CountingClock
from tests.bot.slack.test_directory import INSTALLED, Memory
from tests.fakes.slack import FakeSlack, refused

AUTH = {"enterprise_id": "E1", "is_enterprise_install": True, "user_id": "UBOT"}
RULE = Rule(name="r", actions=("*",), groups=("S1",))
GRANTED = {"type": "team_access_granted", "team_ids": ["T3"]}


def listed(*teams):
    return {"ok": True, "teams": [{"id": one, "name": one.lower()} for one in teams]}


class Scene:
    """A directory of an organisation, and what it kept from life to life."""

    def __init__(self, *teams):
        self.clock, self.tasks = CountingClock(), Tasks()
        self.memory = Memory(self.clock)
        self.web = FakeSlack(
            data={
                "auth.test": {"ok": True, **AUTH},
                "auth.teams.list": listed(*teams),
                "usergroups.users.list": lambda call: {
                    "users": [f"U{call['team_id']}"]
                },
            }
        )

    def born(self, **more):
        return SlackDirectory(
            self.web,
            self.tasks,
            groups_in=Policy(rules=(RULE,)).groups_in,
            memory=self.memory,
            timer=self.clock.monotonic,
            sleep=self.clock.sleep,
            **more,
        )

    async def identified(self, **more):
        made = self.born(**more)
        await made.recall("token")
        await made.identify("token")
        return made


@pytest.fixture
def scene():
    return Scene("T2", "T1")


async def test_it_is_in_several_workspaces_by_one_token(scene):
    made = await scene.identified()

    assert (made.teams, made.org_wide, made.enterprise) == ({"T1", "T2"}, True, "E1")
    assert made.called == ("E1 (t1, t2)", "")
    authorized = made.authorized
    assert (authorized.enterprise_id, authorized.team_id) == ("E1", None)


@pytest.mark.parametrize(
    ("first", "team"), [((), "T1"), (("T2",), "T2"), (("T9", "T2"), "T2")]
)
async def test_what_is_nobodys_is_shown_in_the_first_that_is_named(scene, first, team):
    assert (await scene.identified(workspaces=first)).team == team


async def test_while_the_app_is_in_none_there_is_no_workspace():
    assert (await Scene().identified()).team == ""


async def test_slack_is_waited_for_until_it_names_them(scene):
    scene.web.answers["auth.teams.list"] = [refused("ratelimited", retry_after=9.0)]

    made = await scene.identified()

    assert made.teams == {"T1", "T2"}


@pytest.mark.parametrize(
    ("before", "moved"), [("T1", None), ("T2", None), ("T9", "T9")]
)
async def test_one_workspace_that_becomes_several_has_moved_only_if_it_left(
    scene, before, moved
):
    scene.web.data["auth.test"] = {**INSTALLED, "team_id": before}
    await scene.identified()
    scene.web.data["auth.test"] = {"ok": True, **AUTH}

    assert (await scene.identified()).moved_from == moved


@pytest.mark.parametrize("bots", [1, 2])
@pytest.mark.parametrize("how", ["event", "restart"])
async def test_what_it_was_taken_out_of_is_told_once_by_its_name(scene, how, bots):
    left = []

    async def tell(gone):
        left.append(gone)

    for made in [await scene.identified() for _bot in range(bots)]:
        made.left = tell
        scene.web.data["auth.teams.list"] = listed("T1")
        if how == "event":
            made.take(GRANTED)
        else:
            await made.identify("token")
        await scene.tasks.drain(5)

    assert left == [{"T2": "t2"}]


@pytest.mark.parametrize(
    ("now", "left"),
    [
        ({**INSTALLED, "team_id": "T1"}, [{"T2": "t2"}]),
        ({"ok": True, **AUTH, "enterprise_id": "E2"}, []),
    ],
)
async def test_what_it_is_in_by_another_install_is_not_left(scene, now, left):
    told = []

    async def tell(gone):
        told.append(gone)

    await scene.identified()
    scene.web.data["auth.test"] = now
    made = scene.born()
    made.left = tell
    await made.recall("token")
    await made.identify("token")
    await scene.tasks.drain(5)

    assert told == left


@pytest.mark.parametrize("before", ["several", "one"])
async def test_groups_are_those_of_what_it_is_installed_in_now(scene, before):
    """It was in several workspaces and is in one, or the other way round."""
    scene.web.data["usergroups.users.list"] = lambda call: {
        "users": [f"U{call.get('team_id', 'ONE')}"]
    }
    scene.web.data["users.info"] = lambda call: {"user": {"id": call["user"]}}
    one, several = {**INSTALLED, "team_id": "T1"}, {"ok": True, **AUTH}
    was, now = (several, one) if before == "several" else (one, several)
    scene.web.data["auth.test"] = was
    await scene.identified(groups=["S1"])
    scene.web.data["auth.test"] = now

    made = await scene.identified(groups=["S1"])

    user = "UT1" if now is several else "UONE"
    assert made.groups(["S1"], team="T1") == {"S1": frozenset({user})}
    who = Person(team="T1", user=user, home="T1")
    assert await made.ensure_fresh(who, ["S1"])


async def test_what_slack_named_last_holds_until_it_answers(scene):
    await scene.identified()

    again = scene.born()
    await again.recall("token")

    assert (again.teams, again.known) == ({"T1", "T2"}, False)
    assert again.groups(["S1"], team="T2") == {"S1": frozenset({"UT2"})}
    assert again.groups(["S1"], team="T9") is None


@pytest.mark.parametrize("known", [False, True])
async def test_an_event_lets_slack_be_asked_and_decides_nothing(scene, known):
    made = await scene.identified()
    if known:
        scene.web.data["auth.teams.list"] = listed("T1", "T2", "T3")

    made.take(GRANTED)
    await scene.tasks.drain(5)

    assert made.teams == ({"T1", "T2", "T3"} if known else {"T1", "T2"})
    now = made.groups(["S1"], team="T3")
    assert now == ({"S1": frozenset({"UT3"})} if known else None)


async def test_of_one_workspace_nothing_is_asked_for_such_an_event(scene):
    scene.web.data["auth.test"] = INSTALLED
    made = await scene.identified()

    made.take(GRANTED)
    await scene.tasks.drain(5)

    assert "auth.teams.list" not in scene.web.ways


@pytest.mark.parametrize("away", [False, True])
async def test_workspaces_are_asked_for_again_and_the_last_answer_is_kept(scene, away):
    made = await scene.identified()
    scene.web.data["auth.teams.list"] = listed("T1")
    if away:
        scene.web.refusing["auth.teams.list"] = "fatal_error"
    renewing = asyncio.ensure_future(made.renew())
    scene.clock.after(4, renewing.cancel)

    with suppress(asyncio.CancelledError):
        await renewing

    assert GROUPS_FRESH in scene.clock.naps
    assert made.teams == ({"T1", "T2"} if away else {"T1"})
