"""F25, F26, F28 and F40: what can go wrong between the bot and Slack.

The start itself always goes well; what is tried is that its answer arrives, once.
"""

import asyncio
from datetime import timedelta

from bot.sandbox.slack.model.changes import ChangeKind
from tests.trials.faults_bench import LOOK, START, check_both, claim, on_bench
from tests.trials.faults_kinds import fault, trouble

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


async def fail(name, bench):
    """Let Slack fail from now on as *name* says."""
    how, ways, times = BAD[name]
    for way in ways:
        if way == "response_url" and "error" in how:
            how = {"status": 400}  # an address has no other way to say no
        for _ in range(times):
            bench.slack.space.fail_next(way, **how)


async def ask_both(bench, *, times=1):
    line = START.format(room=1)
    direct = await bench.typed(line, times=times, settle=False)
    await bench.typed(LOOK, times=times)
    return direct


@on_bench
async def try_bad(name, bench):
    """Start and look up while Slack is *name*."""
    await fail(name, bench)
    await ask_both(bench)
    await check_both(bench)


for name in BAD:
    fault("F25", f"Slack: {name}", name, slow=name == "timeouts")(try_bad)
    trouble("F25", f"Slack: {name}", name)(fail)


@fault("F25", "Slack: never a member of the channel")
@on_bench
async def try_refused_card(bench):
    for _ in range(MANY):
        bench.slack.space.fail_next("chat.postMessage", error="not_in_channel")
    await ask_both(bench)
    await check_both(bench)
    ways = [call.method for call in bench.slack.space.calls]
    claim("response_url" in ways, ways)


@fault("F26", "Slack away for 30 minutes")
@on_bench
async def try_outage(bench):
    for way in WAYS:
        for _ in range(MANY):
            bench.slack.space.fail_next(way, status=503)
    await ask_both(bench)
    asked = bench.clock()
    while bench.clock() - asked < timedelta(minutes=31):
        await bench.deliver_once()
    claim(bench.seen("R1") == (), "told through a Slack that is away")
    bench.slack.space.faults.clear()
    await check_both(bench)
    taken = {call.method for call in bench.slack.space.calls if call.answer.get("ok")}
    claim(taken & {*WAYS} == {"chat.postMessage", "chat.postEphemeral"}, taken)


@fault("F28", "the same submission 2× at once", 2)
@fault("F28", "the same submission 5× at once", 5)
@on_bench
async def try_again(times, bench):
    direct = await ask_both(bench, times=times)
    claim(len(direct) == times - 1, direct)
    calls = len(bench.cloud.state.calls)
    claim(calls == 2, calls, "calls at the cloud")
    await check_both(bench)


@fault("F34", "two deliveries at once, as at the end")
@on_bench
async def try_both_deliver(bench):
    """Deliver again while Slack is slow to answer, as the end of the bot does.

    The message stands there already when the second delivery begins.
    """
    await ask_both(bench)
    bench.clock.push(seconds=5)
    again = []

    def posted(change):
        if change.what is ChangeKind.POSTED and not again:
            bench.clock.push(seconds=2)
            again.append(asyncio.ensure_future(bench.delivery.deliver()))

    bench.slack.space.feed.listen(posted)
    await bench.delivery.deliver()
    await asyncio.gather(*again)
    await check_both(bench)


@fault("F40", "the token is revoked under load")
@on_bench
async def try_revoked(bench):
    for number in range(2, 12):
        await bench.typed(START.format(room=number), settle=False)
    for _ in range(MANY):
        bench.slack.space.fail_next("response_url", status=403)
        for way in WAYS[:3]:
            bench.slack.space.fail_next(way, error="token_revoked")
    await bench.settled()
    for _ in range(5):
        await bench.deliver_once()
    claim(not bench.slack.space.messages, "posted with a revoked token")
    waiting = await bench.journal.outbox.waiting()
    claim(waiting == 10, waiting, "notices wait")
    bench.slack.space.faults.clear()
    await bench.deliver()
    for number in range(1, 11):
        ended = await bench.ended(f"R{number}")
        ended.check()
        claim(ended.word == "S", ended)


@trouble("F26", "Slack away")
async def down(bench):
    for way in WAYS:
        for _ in range(6):
            bench.slack.space.fail_next(way, status=503)


@trouble("F28", "the same submission 5×")
async def twice(bench):
    bench.times = 5
