"""Installed for an organisation, an alert calls the people of its own workspace."""

from contextlib import AsyncExitStack

import pytest
from pydantic import SecretStr

from bot.config.alerts import Alerts, AppAlerts
from bot.journal.outages import AlertCause
from bot.settings import Policy, Rule, Workspace
from tests.bot.operations.tencent import KEY, Tencent, started
from tests.bot.operations.test_alerts import WAYS, told
from tests.bot.operations.test_paging import delivered, pager
from tests.fakes.slack import org_wide
from tests.world import TEAM, make_world

__all__ = ("pager",)

ORG, NEXT = "E0ORG", "T0NEXT"
ALL = Alerts(channel="CALERTS", group="SONCALL", still=True)
OWN = AppAlerts(channel="COWN", group="SOWN", escalate_minutes=3)
RULES = (Rule(name="all", actions=("*",), users=("U0ANA",)),)
TEAMS = {TEAM: "News", NEXT: "Sport"}


@pytest.fixture
async def make(tmp_path):
    """Return what makes a bot of two workspaces, the second of which is *there*."""
    async with AsyncExitStack() as stack:

        async def made(*there, alerts=ALL, teams=TEAMS, **of_policy):
            settings = {
                "alerts": alerts,
                "workspaces": there,
                "ops_channel": "COPS" if not there else "",
            }
            world = await make_world(
                stack,
                tmp_path / "p.db",
                policy=Policy(rules=RULES, **of_policy),
                key=KEY,
                greeted=False,
                settings=settings,
            )
            world.slack.data |= org_wide(ORG, teams)
            await world.directory.identify("")
            return world, Tencent(world)

        yield made


def posts(world, channel):
    return [body for way, body in world.slack.sent if way == f"post {channel}"]


def groups(bodies):
    """Return which groups *bodies* call, each as often as they do."""
    text = str(bodies)
    return [one for one in ("SONCALL", "SOWN") for _ in range(text.count(f"'{one}'"))]


@pytest.mark.parametrize("cause", AlertCause)
async def test_what_rings_in_a_workspace_calls_its_own_group_in_its_own_channel(
    make, cause
):
    world, tencent = await make(Workspace(team=TEAM, ops_channel="COPS", alerts=OWN))
    await WAYS[cause](world, tencent)
    await told(world)
    await tencent.later(minutes=4)  # and again after its own time
    await told(world)

    assert groups(posts(world, "COWN")) == ["SOWN", "SOWN"]
    assert posts(world, "CALERTS") == []


@pytest.mark.parametrize("cause", AlertCause)
async def test_without_one_it_rings_where_all_do_and_says_of_which_it_is(make, cause):
    world, tencent = await make(Workspace(team=NEXT, ops_channel="COPS", alerts=OWN))
    await WAYS[cause](world, tencent)
    await told(world)

    (post,) = posts(world, "CALERTS")
    assert groups(post) == ["SONCALL"]
    assert " · News" in post["text"]
    assert posts(world, "COWN") == []


async def test_before_slack_has_named_a_workspace_it_is_its_id(make):
    world, tencent = await make(teams={TEAM: "", NEXT: ""})
    await WAYS[AlertCause.FAILED](world, tencent)
    await told(world)

    assert posts(world, "CALERTS")[0]["text"].endswith(f" · {TEAM}")


async def test_a_channel_that_operators_have_to_themselves_names_no_workspace(make):
    world, tencent = await make(
        Workspace(team=TEAM, ops_channel="COPS"),
        alerts=ALL.model_copy(update={"channel": ""}),
    )
    await WAYS[AlertCause.FAILED](world, tencent)
    await told(world)

    assert "News" not in str(posts(world, "COPS"))
    assert len(posts(world, "COPS")) == 1


async def test_alarms_that_go_as_one_message_say_of_which_workspace_each_is(make):
    world, tencent = await make(nag_after_hours=1)
    for room in ("7", "8"):
        await started(
            world, f"/relay start {room} url=rtmp://a.example.com/b/{room} --go"
        )
    await told(world)
    await tencent.later(hours=3)
    await told(world)

    (post,) = [one for one in posts(world, "COPS") if "2 alarms" in str(one)]
    assert str(post["blocks"]).count(" · News") == 2


async def test_a_pager_is_told_of_which_workspace_it_is(make, pager):
    url, got, _status = pager
    world, tencent = await make(
        alerts=ALL.model_copy(update={"pager_url": SecretStr(url)})
    )
    await WAYS[AlertCause.FAILED](world, tencent)
    await delivered(world)

    (event,) = got
    assert event["payload"]["custom_details"]["workspace"] == TEAM
    assert event["payload"]["summary"].endswith(" · News")
