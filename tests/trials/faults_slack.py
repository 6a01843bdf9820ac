"""F25, F26, F28 and F40: what can go wrong between the bot and Slack.

The start itself always goes well; what is tried is that its answer arrives, once.
"""

import asyncio
from datetime import timedelta
from functools import partial

from bot.sandbox.slack.model.changes import ChangeKind
from bot.sandbox.slack.server.webapi import Tokens
from tests.trials.faults_bench import LOOK, START, claim, on_bench
from tests.trials.faults_kinds import QUICK, SLOW, Told, Trial, Trouble

WAYS = ("chat.postMessage", "chat.update", "chat.postEphemeral", "response_url")
MANY = 500

# what Slack says, on which ways, how often, and whether it takes its five seconds
BAD = {
    "429": ({"status": 429, "retry_after": 7}, WAYS, 3),
    "500": ({"status": 500}, WAYS, 3),
    "timeouts": ({"hang": True}, WAYS, 1),
    "channel_not_found": ({"error": "channel_not_found"}, WAYS[:1], 1),
    "not_in_channel": ({"error": "not_in_channel"}, WAYS[:1], 1),
    "msg_too_long": ({"error": "msg_too_long"}, WAYS, 1),
    "invalid_blocks": ({"error": "invalid_blocks"}, WAYS, 1),
    "message_not_found": ({"error": "message_not_found"}, WAYS[1:2], 1),
    "an expired response_url": ({"status": 404}, WAYS[3:], 9),
    "token_revoked, then good again": ({"error": "token_revoked"}, WAYS[:3], 4),
}


def fail(bench, name):
    """Let Slack fail from now on as *name* says."""
    how, ways, times = BAD[name]
    for way in ways:
        if way == "response_url" and "error" in how:
            how = {"status": 400}  # an address has no other way to say no
        for _ in range(times):
            bench.slack.space.fail_next(way, **how)


async def ask_both(bench, *, times=1):
    """Start a relay and look a session up, and return how they ended."""
    line = START.format(room=1)
    direct = await bench.typed(line, times=times, settle=False)
    await bench.typed(LOOK, times=times)
    return direct


async def check_both(bench, words="S"):
    """Check the start and the look-up; return their words."""
    await bench.deliver()
    start, look = await bench.ended("R1"), await bench.ended("G1")
    start.check()
    look.check()
    claim(start.word in words, "the start is", start.word)
    claim(look.word == "S", "the look-up is", look.word)
    return Told(start.word, "answered")


@on_bench
async def try_bad(bench, name):
    """Start and look up while Slack is *name*."""
    fail(bench, name)
    await ask_both(bench)
    return await check_both(bench)


@on_bench
async def try_refused_card(bench):
    """Post the card by another way when the bot is not in the channel."""
    for _ in range(MANY):
        bench.slack.space.fail_next("chat.postMessage", error="not_in_channel")
    await ask_both(bench)
    told = await check_both(bench)
    ways = [call.method for call in bench.slack.space.calls]
    claim("response_url" in ways, ways)
    return told


@on_bench
async def try_outage(bench):
    """Ask, let Slack be away for half an hour, and see who tells."""
    for way in WAYS:
        for _ in range(MANY):
            bench.slack.space.fail_next(way, status=503)
    await ask_both(bench)
    asked = bench.clock()
    while bench.clock() - asked < timedelta(minutes=31):
        await bench.deliver_once()
    claim(bench.seen("R1") == (), "told through a Slack that is away")
    bench.slack.space.faults.clear()
    told = await check_both(bench)
    ways = [call.method for call in bench.slack.space.calls if call.answer.get("ok")]
    claim(set(ways) == {"chat.postMessage", "chat.postEphemeral"}, ways)
    return told


@on_bench
async def try_again(bench, times):
    """Deliver the same submission *times* at once."""
    direct = await ask_both(bench, times=times)
    claim(len(direct) == times - 1, direct)
    calls = len(bench.cloud.state.calls)
    claim(calls == 2, calls, "calls at the cloud")
    return await check_both(bench)


@on_bench
async def try_both_deliver(bench):
    """Deliver again while Slack is slow to answer, as the end of the bot does.

    The message stands there already when the second delivery begins.
    """
    await ask_both(bench)
    bench.clock.ahead += timedelta(seconds=5)
    again = []

    def posted(change):
        if change.what is ChangeKind.POSTED and not again:
            bench.clock.ahead += timedelta(seconds=2)
            again.append(asyncio.ensure_future(bench.delivery.deliver()))

    bench.slack.space.feed.listen(posted)
    await bench.delivery.deliver()
    await asyncio.gather(*again)
    return await check_both(bench)


@on_bench
async def try_revoked(bench):
    """Revoke the token under load: letters wait, and arrive when it is good again."""
    api, good = bench.slack.web_api, bench.slack.bot_token
    for number in range(2, 12):
        await bench.typed(START.format(room=number), settle=False)
    for _ in range(MANY):
        bench.slack.space.fail_next("response_url", status=403)
    api._tokens = Tokens(bench.slack.app_token, bench.slack.app_token)
    await bench.settled()
    for _ in range(5):
        await bench.deliver_once()
    claim(not bench.slack.space.messages, "posted with a revoked token")
    waiting = await bench.journal.outbox.waiting()
    claim(waiting == 10, waiting, "letters wait")
    api._tokens = Tokens(good, bench.slack.app_token)
    bench.slack.space.faults.clear()
    await bench.deliver()
    for number in range(1, 11):
        ended = await bench.ended(f"R{number}")
        ended.check()
        claim(ended.word == "S", ended)
    return Told("S ×10, queued")


def trials():
    """Return the trials of this file."""
    for name in BAD:
        yield Trial(
            id="F25",
            what=f"Slack: {name}",
            run=partial(try_bad, name),
            throttle=SLOW if name == "timeouts" else QUICK,
        )
    what = "Slack: never a member of the channel"
    yield Trial(id="F25", what=what, run=try_refused_card)
    yield Trial(id="F26", what="Slack away for 30 minutes", run=try_outage)
    for times in (2, 5):
        what = f"the same submission {times}× at once"
        yield Trial(id="F28", what=what, run=partial(try_again, times))
    yield Trial(id="F28", what="two replicas at once", later="needs replicas")
    what = "two deliveries at once, as at the end"
    yield Trial(id="F34", what=what, run=try_both_deliver)
    yield Trial(id="F40", what="the token is revoked under load", run=try_revoked)


def troubles():
    """Return what can meet something else."""
    for name in BAD:

        async def arm(bench, name=name):
            fail(bench, name)

        yield Trouble(id="F25", what=f"Slack: {name}", arm=arm)

    async def down(bench):
        for way in WAYS:
            for _ in range(6):
                bench.slack.space.fail_next(way, status=503)

    yield Trouble(id="F26", what="Slack away", arm=down)

    async def twice(bench):
        bench.times = 5

    yield Trouble(id="F28", what="the same submission 5×", arm=twice)
