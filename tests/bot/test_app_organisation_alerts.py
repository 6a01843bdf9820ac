"""The whole bot of an organisation: alerts in a channel that two workspaces share."""

from contextlib import AsyncExitStack

import pytest

from bot.sandbox.slack.client.payloads import Payloads
from bot.sandbox.slack.loopback import LoopbackSlack
from bot.sandbox.slack.model import seed
from tests.bot.conftest import ORG_RULES
from tests.bot.test_app_organisation import CHIEFS, NEWS, ROOM, SPORT, START, channel

TEAMS = {NEWS: seed.NEWS, SPORT: seed.SPORT}
ALERTS = f'alerts = {{ channel = "{seed.BOTH.id}" }}'
RULES = f"""{ORG_RULES}{ALERTS}
[[workspaces]]
team = "{NEWS}"
{ALERTS}
"""


@pytest.fixture
async def alerted(start, clock):
    """A relay of each workspace has failed, and eve is on call in both."""
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(LoopbackSlack(**clock.of_slack()))
        org = seed.org_wide(slack.space)
        bot = await start(stack, slack=slack, rules=RULES, called_back=True)
        on_call = (seed.SPORT, seed.SPORT_ON_CALL, seed.KIM, seed.EVE)
        await bot.hands.change_group_of(org, *on_call)
        for team, chief in CHIEFS.items():
            at_home = channel(bot, seed.NEWS_OPS if team == NEWS else seed.SPORT_OPS)
            await bot.typed(START.format(room=ROOM[team]), chief, at_home)
        for relay in bot.cloud.state.running:
            bot.cloud.tell(relay, "fail")
        await bot.cloud.callbacks.idle()
        await bot.settled()
        yield bot


def alert_of(bot, team):
    name = TEAMS[team].name
    there = bot.space.messages.values()
    (alert,) = [one for one in there if one.text.endswith(f" · {name}")]
    return alert


async def reacts(bot, who, message):
    """Let *who* put eyes on *message*: of whose people they are it says nothing."""
    payloads = Payloads(bot.space)
    event = {
        "type": "reaction_added",
        "user": who.id,
        "reaction": "eyes",
        "item": {"type": "message", "channel": message.channel, "ts": message.ts},
        "event_ts": bot.space.ts(),
    }
    await bot.hands._event(payloads._event(event, shared=False))
    await bot.settled()


@pytest.mark.parametrize("team", TEAMS)
@pytest.mark.parametrize("looks_at", TEAMS)
async def test_eyes_take_an_alert_of_any_workspace_in_which_they_may(
    alerted, team, looks_at
):
    alerted.space.org.looking[seed.EVE.id] = TEAMS[looks_at]

    await reacts(alerted, seed.EVE, alert_of(alerted, team))

    taken = {
        one: "Taken by" in str(alerted.space.latest(alert_of(alerted, one)).blocks)
        for one in TEAMS
    }
    assert taken == {NEWS: team == NEWS, SPORT: team == SPORT}


@pytest.mark.parametrize("team", TEAMS)
async def test_eyes_of_people_of_the_other_workspace_take_nothing(alerted, team):
    stranger = CHIEFS[SPORT if team == NEWS else NEWS]

    await reacts(alerted, stranger, alert_of(alerted, team))

    assert "Taken by" not in str(
        [one.blocks for one in alerted.space.messages.values()]
    )
    assert alerted.whispered(stranger.id)[-1].text == "🟠 You may not do that here."
