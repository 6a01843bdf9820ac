"""A product that nobody has heard of, in this file alone, played from end to end.

It is started, changed and stopped by signed requests at the bot's own HTTP server, sent
to a cloud on loopback, told to a Slack in memory, and killed on the way.
"""

import asyncio
import hmac
import json
from contextlib import AsyncExitStack
from datetime import timedelta
from urllib.parse import urlencode

import aiohttp
import pytest
from aiohttp import web

from bot.access.permits import Permit
from bot.dialogue.outcome import Button, line
from bot.ids import Kind
from bot.journal.lifecycle import Ended
from bot.lifecycle import begin, take_up
from bot.operations.orders import Order
from bot.operations.service import Service
from bot.resources.base import Resource, Timer, Yield
from bot.resources.kinds import Registry
from bot.resources.registry import RESOURCES
from bot.routing.command import Command
from bot.states import CREATES, ENDS, RUNNING, State
from bot.tencent.models.base import Api, Deadline, Level, Repeat, Reply, Request
from tests.fakes.journal import claimed
from tests.world import TEAM, live_again

SIGNING = "a secret of nobody"
PUMPS = Api(name="gs", version="2030-01-01", regional=False, page="https://x.test")


class PumpReply(Reply):
    pump_id: str = ""


class _PumpRequest(Request[PumpReply]):
    service, reply, rate = PUMPS, PumpReply, 50
    level, repeat = Level.CHANGE, Repeat.NEVER
    deadline = Deadline(attempt=2, connect=1, read=2, overall=3)
    page = "https://x.test/api"


class StartPump(_PumpRequest):
    action, permit, level, effect = "StartPump", "pump.start", Level.BILLED, CREATES
    name: str


class UpdatePump(_PumpRequest):
    action, permit = "UpdatePump", "pump.update"
    pump_id: str
    speed: int


class StopPump(_PumpRequest):
    action, permit, effect, repeat = "StopPump", "pump.stop", ENDS, Repeat.SAFE
    pump_id: str


class Pump(Resource):
    kind = Kind("X")
    product = "gs"
    command = "pump"
    requests = (StartPump, UpdatePump, StopPump)
    timers = (
        Timer(
            name="unsettled",
            action="StartPump",
            states=(State.UNKNOWN,),
            since="settled_at",
            after=timedelta(minutes=1),
        ),
    )

    def yields(self, reply):
        return Yield(ref=reply.pump_id)

    def body(self, intent):
        yield line(f"pump {intent.subject.ref or '-'}")

    def unknown(self, intent):
        yield line("look at the pump")

    def end_button(self, intent):
        stop = Button("Stop", "pump", f"stop {intent.handle} --yes", confirm="Stop?")
        return stop if intent.state in RUNNING else None

    def ending(self, thing):
        wire = StopPump.of({"PumpId": thing.subject.ref}).to_wire()
        return Ended(request=json.dumps(wire).encode())


command = Command("pump", summary="Pumps", bare="stop")


async def order(ask, service: Service, request, **more):
    return await service.submit(
        ask, Order(id=service.new_id(), request=request, **more)
    )


def sends(name, request, **more):
    """Make a function the subcommand that sends *request*."""
    permit = Permit.of(request)
    return command.subcommand(name, permit=permit, does=request, **more)


@sends("start", StartPump, usage="<name>", examples=("start a",))
async def start(ask, service: Service):
    """Start a pump."""
    return await order(ask, service, StartPump.of({"Name": ask.one("a name").text}))


@sends("update", UpdatePump, usage="<X1> speed=…", keys=("speed",), examples=("…",))
async def update(ask, service: Service):
    """Change the speed of a pump."""
    pump = await service.thing(ask.who, ask.one("a pump").text)
    ref = pump.subject.ref
    request = UpdatePump.of({"PumpId": ref, "Speed": int(ask.value("speed"))})
    return await order(
        ask, service, request, handle=pump.handle, about=pump.id, ref=ref
    )


@sends("stop", StopPump, usage="<X1>", flags=("yes",), examples=("stop X1",))
async def stop(ask, service: Service):
    """Stop a pump."""
    pump = await service.thing(ask.who, ask.one("a pump").text)
    ref = pump.subject.ref
    request = StopPump.of({"PumpId": ref})
    return await order(
        ask, service, request, handle=pump.handle, about=pump.id, ref=ref
    )


class PumpCloud:
    """Runs pumps; *failures* are the actions whose next answer is lost or refused."""

    app_id, usersig_key, secret_id, secret_key = 1400000001, "k" * 64, "id", "key"

    def __init__(self):
        self.running, self.calls, self.failures = {}, [], {}
        self.arrived, self.go = asyncio.Event(), asyncio.Event()
        self.go.set()

    async def serve(self, stack):
        app = web.Application()
        app.router.add_post("/", self._answer)
        runner = web.AppRunner(app)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        self.endpoints = dict.fromkeys(("trtc", "car", "gs"), url)

    async def _answer(self, request):
        action, wire = request.headers["X-TC-Action"], await request.json()
        self.calls.append(action)
        self.arrived.set()
        await self.go.wait()
        failure = self.failures.pop(action, "")
        if failure == "refused":
            error = {"Code": "InvalidParameter", "Message": "no"}
            return web.json_response({"Response": {"Error": error, "RequestId": "q"}})
        reply = getattr(self, action)(**wire)
        if failure == "lost":
            request.transport.abort()
        return web.json_response({"Response": {**reply, "RequestId": "q"}})

    def StartPump(self, Name):  # noqa: N802, N803 - as they are on the wire
        self.running[f"pump-{Name}"] = 1
        return {"PumpId": f"pump-{Name}"}

    def UpdatePump(self, PumpId, Speed):  # noqa: N802, N803 - as above
        self.running[PumpId] = Speed
        return {}

    def StopPump(self, PumpId):  # noqa: N802, N803 - as above
        self.running.pop(PumpId, None)
        return {}


class Life:
    """One life of the bot, with its front door open."""

    def __init__(self, world, port):
        self.world, self.url = world, f"http://127.0.0.1:{port}/slack/events"

    async def typed(self, text):
        """Post *text* as Slack posts a slash command; return what is acknowledged."""
        self.world.asked += 1
        body = urlencode(
            {
                "command": "/pump",
                "text": text,
                "team_id": TEAM,
                "user_id": "U0ANA",
                "channel_id": "C0OPS",
                "trigger_id": f"{self.world.clock().timestamp()}.{self.world.asked}",
                "response_url": "https://hooks.slack.com/commands/1",
            }
        ).encode()
        at = str(int(self.world.clock().timestamp()))
        signed = hmac.new(SIGNING.encode(), b"v0:%s:" % at.encode() + body, "sha256")
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Slack-Request-Timestamp": at,
            "X-Slack-Signature": f"v0={signed.hexdigest()}",
        }
        async with (
            aiohttp.ClientSession() as session,
            session.post(self.url, data=body, headers=headers) as answer,
        ):
            assert answer.status == 200
        await self.world.settled()

    async def delivered(self):
        """Deliver all that waits; return the texts, sorted."""
        before = len(self.world.slack.sent)
        while await self.world.journal.outbox.waiting():
            self.world.clock.push(seconds=2)
            await self.world.bot.delivery.deliver()
        return sorted(body["text"] for _way, body in self.world.slack.sent[before:])


@pytest.fixture
async def cloud():
    async with AsyncExitStack() as stack:
        cloud = PumpCloud()
        await cloud.serve(stack)
        yield cloud


@pytest.fixture
async def live(cloud, tmp_path):
    """Begin a life of the bot; what ends the one before is a crash."""
    async with AsyncExitStack() as outer:
        lives = []

        async def begun(clock=None):
            for stack in lives:
                await stack.aclose()
            stack = await outer.enter_async_context(AsyncExitStack())
            lives.append(stack)
            world = await live_again(
                stack,
                tmp_path / "pumps.db",
                cloud,
                clock=clock,
                signing=SIGNING,
                commands={"pump": command},
                resources=Registry((*RESOURCES.resources, Pump())),
            )
            stack.push_async_callback(world.bot.server.close)
            port, _ready = await begin(world.bot), await take_up(world.bot)
            await world.settled()
            return Life(world, port)

        yield begun


async def test_it_is_started_changed_and_stopped(live, cloud):
    bot = await live()

    await bot.typed("start a")
    started = await bot.delivered()
    await bot.typed("update X1 speed=7")
    running, changed = dict(cloud.running), await bot.delivered()
    await bot.typed("stop X1 --yes")

    assert started == ["🔵 X1 · accepted"]
    assert running == {"pump-a": 7}
    assert changed == ["🟢 X1: UpdatePump is done."]
    assert cloud.running == {}
    # the answer, the card, and the line in its thread
    assert await bot.delivered() == ["⚪ X1 is stopped.", *["⚪ X1 · stopped"] * 2]


@pytest.mark.parametrize(
    ("failure", "told"),
    [
        ("refused", "🔴 X1: UpdatePump was not done."),
        ("lost", "⚠️ X1: it is not known whether UpdatePump was done."),
    ],
)
async def test_a_change_that_fails_is_told_as_what_it_is_and_is_not_sent_once_more(
    live, cloud, failure, told
):
    bot = await live()
    await bot.typed("start a")
    await bot.delivered()
    cloud.failures["UpdatePump"] = failure

    await bot.typed("update X1 speed=7")

    assert await bot.delivered() == [told]
    assert cloud.calls == ["StartPump", "UpdatePump"]
    assert (await bot.world.handle("X1")).state is State.STARTED


async def test_a_start_whose_answer_is_lost_is_unknown_and_an_alarm_in_time(
    live, cloud
):
    bot = await live()
    cloud.failures["StartPump"] = "lost"

    await bot.typed("start a")
    card = await bot.delivered()
    bot.world.clock.push(minutes=2)
    await bot.world.jobs.run_due()

    assert card == ["⚠️ X1 · unknown"]
    assert "look at the pump" in json.dumps(bot.world.slack.sent)
    assert await bot.delivered() == ["🟠 X1 · unknown"]
    assert "It may be running, and billed" in json.dumps(bot.world.slack.sent[-1])


async def test_a_stop_of_what_was_not_sent_yet_cancels_it(live, cloud):
    bot = await live()
    bot.world.clock.hold()
    await bot.typed("start a")
    await bot.typed("stop X1 --yes")
    bot.world.clock.release()
    await bot.world.settled()

    assert cloud.calls == []
    assert (await bot.world.handle("X1")).state is State.NOT_STARTED
    assert await bot.delivered() == [
        "⚪ X1 was cancelled before it was sent.",
        "🔴 X1 · not started",
    ]


async def test_a_stop_of_what_is_being_sent_goes_when_its_id_is_known(live, cloud):
    bot = await live()
    cloud.go.clear()
    await bot.world.router.answer(bot.world.ask("/pump start a"))
    await cloud.arrived.wait()
    stopping = await bot.world.router.answer(bot.world.ask("/pump stop X1 --yes"))
    cloud.go.set()
    await bot.world.settled()

    assert stopping.plain == "🟡 X1 will be stopped as soon as its TaskId is known."
    assert cloud.calls == ["StartPump", "StopPump"]
    assert cloud.running == {}
    assert (await bot.world.handle("X1")).state is State.STOPPED


async def test_what_was_accepted_before_a_crash_is_sent_after_it(live, cloud):
    bot = await live()
    bot.world.clock.hold()
    await bot.typed("start a")
    sent_before = list(cloud.calls)

    again = await live()

    assert sent_before == []
    assert cloud.calls == ["StartPump"]
    assert (await again.world.handle("X1")).state is State.STARTED
    assert await again.delivered() == ["🔵 X1 · accepted"]


@pytest.mark.parametrize(
    ("typed", "calls", "thing", "action"),
    [
        ("start a", [], State.UNKNOWN, State.UNKNOWN),
        ("update X1 speed=7", ["StartPump"], State.STARTED, State.UNKNOWN),
        ("stop X1 --yes", ["StartPump", "StopPump"], State.STOPPED, State.DONE),
    ],
)
async def test_a_crash_while_sending_repeats_only_what_may_be_repeated(
    live, cloud, typed, calls, thing, action
):
    bot = await live()
    if not typed.startswith("start"):
        await bot.typed("start a")
    bot.world.clock.hold()
    await bot.typed(typed)
    queued = (await bot.world.journal.find.history("X1", TEAM))[0]
    await claimed(bot.world.journal, queued.id)

    again = await live()

    assert cloud.calls == calls
    assert (await again.world.handle("X1")).state is thing
    assert (await again.world.journal.find.get(queued.id)).state is action


async def test_a_dry_run_shows_the_request_and_sends_nothing(live, cloud):
    bot = await live()

    await bot.typed("start a --dry-run")

    assert cloud.calls == []
    assert await bot.world.handle("X1") is None
