"""A relay and its copy, as the bot and the cloud have them: for tests of copies."""

from bot.dialogue.outcome import plain
from tests.bot.operations.tencent import CONNECTING, RUNNING, started

A, B = "rtmp://push.example.com/live/a-key", "rtmp://b.example.com/live/b-key"
START = f"/relay start 7 url={A} --go"
COPY = f"/relay copy R1 room=8 url={B}"


def starts(world):
    return [one for one in world.cloud.state.calls if one[1].startswith("Start")]


def stops(world):
    return [one for one in world.cloud.state.calls if one[1].startswith("Stop")]


async def sentences(world):
    """Return what the cards of R1 and R2 say under their headlines."""
    both = [await world.handle("R1"), await world.handle("R2")]
    return [plain(tuple(world.resources.of(one).sentence(one))) for one in both]


async def both(world, tencent, then="then=stop"):
    """Start R1, which goes live, and a copy; return them as the cloud has them."""
    first = await started(world, START)
    await tencent.tells(first, CONNECTING, RUNNING)
    await tencent.later(minutes=1)
    second = await started(world, f"{COPY} {then} --go")
    return first, second


async def link(world, handle):
    (one,) = (await world.handle(handle)).standing.links
    return one
