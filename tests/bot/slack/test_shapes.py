"""Every shape that Slack sends, through the real front door, in both modes.

Each is answered with 2xx, breaks nothing, and leads to what its people are due.
"""

import json
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio
import structlog

from bot.app import Ports, build
from bot.lifecycle import begin, greet
from bot.pace import Pace
from bot.sandbox.cloud import LoopbackCloud
from bot.sandbox.run import free_port
from bot.sandbox.slack.loopback import LoopbackSlack
from bot.sandbox.slack.model import seed
from bot.sandbox.slack.model.grants import ResponseUrl
from bot.sandbox.slack.model.objects import Channel, Kind, User
from bot.sandbox.slack.server.delivery import Envelope, EnvelopeType
from bot.settings import load
from commands import COMMANDS

SHAPES = json.loads((Path(__file__).parents[2] / "data/slack/shapes.json").read_text())
REFUSED = "You may not do that here."
START = "/relay start 295066 url=rtmp://push.example.com/live/a --go"
LOOKS = {"auth.test", "users.info"}  # what tells nobody anything

pytestmark = pytest.mark.asyncio(loop_scope="module")


class Door:
    """A running bot on a Grid, to which payloads are brought."""

    def __init__(self, slack, bot):
        self.slack, self.bot, self.space = slack, bot, slack.space

    async def bring(self, shape):
        """Bring *shape*; return its ack, and the calls that the bot made of it."""
        before = len(self.space.calls)
        envelope = Envelope(EnvelopeType(shape["way"]), self._addressed(shape))
        ack = await self.slack.client.carrier.carry(envelope)
        await self.bot.tasks.drain(10)
        return ack, [c for c in self.space.calls[before:] if c.method not in LOOKS]

    def _addressed(self, shape):
        payload = shape["payload"]
        user = payload.get("user_id") or (payload.get("user") or {}).get("id", "")
        key = self.space.grants.response_url(ResponseUrl(channel="C0OPS", user=user))
        url = f"{self.space.origin}/response/{key}"
        return json.loads(json.dumps(payload).replace("RESPONSE_URL", url))


def people(space):
    """Add those whom the shapes name, beside whom a Grid has."""
    seed.on_grid(space)
    for user in ("W0ANA", "U0APP"):
        space.users[user] = User(id=user, name=user, real_name=user, team=space.team)
    every = frozenset(space.users)
    for name in ("C0OPS", "C0PARTNERS", "G0OLD"):
        kind = Kind.PRIVATE if name[0] == "G" else Kind.PUBLIC
        made = Channel(id=name, name=name.casefold(), members=every, kind=kind)
        space.channels[name] = made
    for user in (seed.ANA.id, seed.SAM.id):
        space.direct_with(user)


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["socket", "http"])
async def door(request, tmp_path_factory):
    path, port = tmp_path_factory.mktemp("shapes"), free_port()
    by_http = request.param == "http"
    url = f"http://127.0.0.1:{port}/slack/events" if by_http else ""
    async with AsyncExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        cloud = LoopbackCloud()
        await cloud.start()
        stack.push_async_callback(cloud.close)
        slack = LoopbackSlack(bot_url=url, paced=False)
        people(slack.space)
        await stack.enter_async_context(slack)
        for name, value in {
            **slack.environment(),
            **cloud.environment,
            "BOT_DATABASE_URL": f"sqlite:///{path}/patchbay.db",
            "BOT_ALLOW_ALL": "true",
            "BOT_PORT": str(port),
        }.items():
            patch.setenv(name, value)
        settings = load().model_copy(update={"pace": Pace(reads=1e9, changes=1e9)})
        bot = await build(settings, Ports(), COMMANDS, stack)
        stack.push_async_callback(bot.server.close)
        if bot.sockets:
            stack.push_async_callback(bot.sockets.close)
        await begin(bot)
        await greet(bot)
        made = Door(slack, bot)
        ana = slack.space.users[seed.ANA.id]
        await slack.client.command(ana, slack.space.channels["C0OPS"], START)
        await bot.tasks.drain(10)
        yield made


@pytest.mark.parametrize("name", SHAPES)
async def test_a_shape_is_acknowledged_and_its_people_get_their_due(door, name, caplog):
    who = SHAPES[name]["who"]

    with structlog.testing.capture_logs() as logs:
        ack, calls = await door.bring(SHAPES[name])

    told = json.dumps([ack.body, [call.args for call in calls]], ensure_ascii=False)
    alarms = [one["name"] for one in logs if one["log_level"] == "critical"]
    assert ack.failed == ""
    assert [one for one in logs if one.get("exc_info")] == []
    assert [one for one in logs if one["log_level"] == "error"] == []
    assert [one.message for one in caplog.records if one.levelno >= 30] == []
    assert bool(alarms) is (who == "alarm")
    assert (REFUSED in told) is (who == "stranger")
    match who:
        case "own":
            assert "R1" in told or "edited message" in told or "SlowDown" in told
        case "stranger":
            assert "R1" not in told
        case "home":
            assert [call.method for call in calls] == ["views.publish"]
            assert "R1" in told
        case "form":
            assert "response_action" in ack.body
        case "options":
            assert [one["value"] for one in ack.body["options"]] == ["R1"]
        case "nobody" | "program" | "alarm":
            assert (ack.body, calls) == ({}, [])


async def test_what_is_delivered_three_times_is_answered_once(door):
    shape = json.loads(json.dumps(SHAPES["a mention"]))
    shape["payload"]["event"]["ts"] = "1706785999.000001"

    answered = [len((await door.bring(shape))[1]) for _time in range(3)]

    assert answered == [1, 0, 0]
