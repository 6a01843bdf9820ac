"""Who may spend money follows what Slack's admins do, over sockets and over HTTP."""

import json
import re
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest

from bot.sandbox.slack.loopback import LoopbackSlack
from bot.sandbox.slack.model import seed
from commands import COMMANDS
from tests.bot.conftest import ACCEPTED, REQUESTED, START

RULES = f"""
[exits]
push = [".example.com"]

[[policy.rules]]
name = "on-call"
actions = ["relay.*"]
groups = ["{seed.ON_CALL}"]
"""
REFUSED = "🟠 You may not do that here."
OTHER = START.replace("295066", "7").replace("/live/", "/other/")
LIST, INFO = "usergroups.users.list", "users.info"


@pytest.fixture(params=[False, True], ids=["sockets", "http"])
async def bot(request, start, clock, unused_tcp_port):
    """A bot by whose rules only the on-call group starts relays; ana is in it."""
    url = f"http://127.0.0.1:{unused_tcp_port}/slack/events" if request.param else ""
    async with AsyncExitStack() as stack:
        slack = LoopbackSlack(bot_url=url, **clock.of_slack())
        await stack.enter_async_context(slack)
        yield await start(stack, slack=slack, port=unused_tcp_port, rules=RULES)


def answers(bot, who):
    return [one.text for one in bot.whispered(who.id)]


async def test_the_group_changes_hands_between_two_commands(bot):
    await bot.typed(START, who=seed.ANA)
    await bot.typed(OTHER, who=seed.BOB)

    await bot.hands.change_group(seed.ON_CALL, seed.BOB)
    await bot.settled()
    await bot.typed(OTHER, who=seed.ANA)
    await bot.typed(OTHER, who=seed.BOB)

    assert answers(bot, seed.ANA) == [REQUESTED, REFUSED]
    assert answers(bot, seed.BOB) == ["🟠 你在这里没有该权限。", "🟡 R2 已请求…"]
    assert len(bot.cloud.state.running) == 2


async def test_of_a_group_that_is_switched_off_nobody_starts_anything(bot):
    await bot.hands.disable_group(seed.ON_CALL)
    await bot.settled()

    await bot.typed(START)

    assert answers(bot, seed.ANA) == [REFUSED]
    assert bot.cloud.state.calls == []


@pytest.mark.parametrize("what", ["deleted", "guest", "bot"])
async def test_who_is_no_member_any_more_starts_nothing_and_others_stop_theirs(
    bot, what
):
    await bot.hands.change_group(seed.ON_CALL, seed.ANA, seed.BOB)
    await bot.typed(START, who=seed.ANA)
    await bot.hands.change_user(replace(seed.ANA, **{what: True}))
    await bot.settled()

    await bot.typed(OTHER, who=seed.ANA)
    started = len(bot.cloud.state.running)
    await bot.typed("/relay stop R1 --yes", who=seed.BOB)

    assert answers(bot, seed.ANA) == [REQUESTED, REFUSED]
    assert (started, bot.cloud.state.running) == (1, [])


async def test_where_slack_fails_a_start_is_not_sent_and_a_stop_is(bot):
    await bot.typed(START)
    assert bot.seen() == [ACCEPTED]
    bot.space.refuse(LIST, "missing_scope")
    await bot.hands.change_group(seed.ON_CALL, seed.ANA)
    await bot.settled()

    await bot.typed(OTHER)
    await bot.typed("/relay stop R1 --yes")

    assert (
        "🔴 R2 · not started: rights could not be checked; nothing was sent · room 7"
    ) in bot.seen()
    assert bot.cloud.state.running == []
    assert len([one for one in bot.cloud.state.calls if "Start" in str(one)]) == 1


ENDS = [
    f"/{command.name} {one.name}"
    for command in COMMANDS.values()
    for one in command.subcommands.values()
    if one.ends
]


@pytest.mark.parametrize("line", ENDS)
async def test_who_is_refused_a_stop_first_of_all_reads_one_language(bot, line):
    await bot.typed(f"{line} R77", who=seed.BOB)

    (told,) = bot.whispered(seed.BOB.id)
    read = json.dumps(told.blocks, ensure_ascii=False)
    assert "你在这里没有该权限" in read
    assert re.findall(r"[A-Z][a-z]+ [a-z]+ [a-z]+", read) == []
