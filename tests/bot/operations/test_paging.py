"""A pager is told from the outbox: an outage begins, is taken, and is over."""

from contextlib import AsyncExitStack

import pytest
from aiohttp import web
from pydantic import SecretStr

from bot.config.alerts import Alerts
from tests.bot.operations.tencent import FAILED, KEY, RECOVERING, RUNNING, Tencent
from tests.bot.operations.tencent import started as start
from tests.world import make_world

SECRET = "a-stream-key-of-theirs"
START = f"/relay start 295066 url=rtmp://push.example.com/live/{SECRET} --go"


@pytest.fixture
async def pager():
    """A pager on loopback, which remembers what it is sent; it may be away."""
    got, status = [], [202]

    async def take(request):
        got.append(await request.json())
        return web.Response(status=status[0])

    app = web.Application()
    app.router.add_post("/x", take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}/x#key", got, status
    await runner.cleanup()


async def delivered(world):
    for _round in range(4):
        await world.bot.delivery.deliver()
        world.clock.push(seconds=2)


async def walk(world, status):
    """Let a relay fail while the pager is away, be taken, and be stopped."""
    tencent = Tencent(world)
    relay = await start(world, START)
    status[0] = 503
    await tencent.tells(relay, RUNNING, RECOVERING)
    await tencent.tells(relay, FAILED, error=(-101, f"closed {SECRET}"))
    await delivered(world)
    status[0] = 202
    await tencent.later(minutes=2)
    await delivered(world)
    await world.typed("/patchbay take R1")
    await delivered(world)
    await world.typed("/relay stop R1 --yes")
    await world.settled()
    await tencent.later(seconds=20)
    await delivered(world)


async def test_an_outage_has_one_key_from_its_beginning_to_its_end(tmp_path, pager):
    url, got, status = pager
    alerts = Alerts(channel="CALERTS", group="SONCALL", pager_url=SecretStr(url))
    more = {"key": KEY, "settings": {"alerts": alerts}}
    async with AsyncExitStack() as stack:
        await walk(await make_world(stack, tmp_path / "p.db", **more), status)

    events = [one["event_action"] for one in got]
    assert list(dict.fromkeys(events)) == ["trigger", "acknowledge", "resolve"]
    assert events.count("trigger") > 1  # it was away at first
    assert events[-2:] == ["acknowledge", "resolve"]
    assert len({one["dedup_key"] for one in got}) == 1
    assert SECRET not in str(got)
    assert "R1: a target failed" in got[0]["payload"]["summary"]
