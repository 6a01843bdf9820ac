"""The whole bot of an organisation: a form of somebody of whom it knows nothing yet."""

from contextlib import AsyncExitStack

import pytest

from bot.sandbox.slack.client.payloads import Control
from bot.sandbox.slack.loopback import LoopbackSlack
from bot.sandbox.slack.model import seed
from tests.bot.conftest import ORG_RULES
from tests.bot.test_app_organisation import NEWS, SPORT, channel

TEAMS = {NEWS: (seed.NEWS, seed.NEWS_OPS), SPORT: (seed.SPORT, seed.SPORT_OPS)}


@pytest.mark.parametrize("guests", ["false", "true"])
@pytest.mark.parametrize("looks_at", TEAMS)
async def test_a_choice_is_made_where_the_form_was_opened(
    start, clock, looks_at, guests
):
    """Slack names one of eve's workspaces there, the news, wherever she is."""
    rules = ORG_RULES.replace("[exits]", f"[policy]\nguests = {guests}\n[exits]")
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(LoopbackSlack(**clock.of_slack()))
        org = seed.org_wide(slack.space)
        bot = await start(stack, slack=slack, rules=rules)
        on_call = (seed.SPORT, seed.SPORT_ON_CALL, seed.KIM, seed.EVE)
        await bot.hands.change_group_of(org, *on_call)
        org.looking[seed.EVE.id], ops = TEAMS[looks_at]
        bot.space.refuse("users.info", "fatal_error")  # while it is opened
        await bot.typed("/relay start 77", seed.EVE, channel(bot, ops))
        bot.space.refuse("users.info", "")

        form = bot.space.top(seed.EVE.id)
        block = next(one for one in form.blocks if one["block_id"] == "what")
        element = block["element"]
        one_user = next(o for o in element["options"] if o["value"] == "one")
        chosen = {"type": element["type"], "selected_option": one_user}
        control = Control("what", element["action_id"], element)
        await bot.hands.act(seed.EVE, form, control, chosen)
        await bot.settled()

        redrawn = [one["block_id"] for one in bot.space.view(form.id).blocks]
        assert "user" in redrawn
        assert bot.space.messages == {}
