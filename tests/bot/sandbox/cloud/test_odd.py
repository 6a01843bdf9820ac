"""What the cloud may do beside what its pages say, and that the bot copes with it."""

import json
from contextlib import AsyncExitStack

import pytest
from aiohttp import web
from pydantic import SecretStr

from bot.sandbox.cloud.callbacks import FAILURE, Callbacks
from bot.sandbox.cloud.habits import HABITS
from bot.sandbox.cloud.state import Relay
from bot.states import State
from bot.tencent import events
from bot.tencent.models.trtc.output import target_digest
from tests.world import make_world

START = "/relay start 295066 url=rtmp://push.example.com/live/k --go"
URL = "rtmp://push.example.com/live/k?txTime=1"
FOREIGN = "rtmp://elsewhere.example/live/x"
KEY = "k" * 16
AT = 1_760_000_000.1
ODD = [(), *((name,) for name in HABITS), ("normalised", "seconds", "doubled")]


class Receiver:
    """Takes callbacks as the bot reads them; *refusals* are answered with 500."""

    def __init__(self):
        self.events = []
        self.bodies = []
        self.refusals = 0

    async def take(self, request):
        raw = await request.read()
        self.bodies.append(json.loads(raw))
        if self.refusals:
            self.refusals -= 1
            return web.Response(status=500)
        self.events.append(events.read(raw, request.headers["Sign"], SecretStr(KEY)))
        return web.json_response({"code": 0})


@pytest.fixture
def receiver():
    return Receiver()


@pytest.fixture
async def calls(receiver):
    app = web.Application()
    app.router.add_post("/", receiver.take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    made = Callbacks(url, KEY, lambda: AT, pauses=(0.0, 0.0))
    yield made
    await made.close()
    await runner.cleanup()


def relay(*urls):
    return Relay(
        task_id="-m97l2ZU7.",
        agent="pb_robot",
        room="295066",
        app=1400000001,
        urls=list(urls or (URL,)),
        region="ap-singapore",
        started_at=AT,
    )


async def told(calls, receiver, *steps):
    """Return the statuses that are read once the relay went through *steps*."""
    one = relay()
    for what in steps:
        calls.tell(one, what)
        await calls.idle()
    return [int(event.status) for event in receiver.events]


@pytest.mark.parametrize("habits", ODD, ids="+".join)
async def test_every_event_is_read_whatever_habit_the_cloud_has(
    calls, receiver, habits
):
    calls.habits = frozenset(habits)

    statuses = await told(calls, receiver, "start", "recover", "stop")

    kept = {event.key: event for event in receiver.events}.values()
    assert {(event.task_id, event.agent) for event in kept} == {
        ("-m97l2ZU7.", "pb_robot")
    }
    nameless = "without-url" in habits
    assert {event.target for event in kept} == {"" if nameless else target_digest(URL)}
    assert [one for one in dict.fromkeys(statuses) if one >= 0] == [1, 2, 3, 5, 0]
    assert len(statuses) == 6 * (2 if "doubled" in habits else 1)


async def test_a_target_that_fails_says_why_goes_idle_and_is_not_told_of_at_the_stop(
    calls, receiver
):
    statuses = await told(calls, receiver, "start", "fail", "stop")

    failed = receiver.events[3]
    assert statuses == [1, 2, 3, 4, 0]
    assert (failed.error_code, failed.error) == ("-3", FAILURE["ErrorMsg"])


async def test_a_status_that_no_page_has_is_read(calls, receiver):
    assert await told(calls, receiver, "pause") == [6]


async def test_what_is_no_target_of_a_relay_can_be_told_of_too(calls, receiver):
    calls.stray(relay(), FOREIGN)
    await calls.idle()

    assert {event.target for event in receiver.events} == {target_digest(FOREIGN)}
    assert calls.went == {}


@pytest.mark.parametrize(("refusals", "taken", "lost"), [(2, 2, 0), (3, 1, 1)])
async def test_what_is_not_taken_is_sent_again_as_long_as_the_pauses_last(
    calls, receiver, refusals, taken, lost
):
    receiver.refusals = refusals

    await told(calls, receiver, "start")

    assert (len(calls.accepted), len(calls.lost)) == (taken, lost)
    assert len(receiver.bodies) == refusals + taken


async def test_an_event_may_come_late(calls, receiver):
    calls.late = 0.01
    calls.tell(relay(), "start")

    before = list(receiver.bodies)
    await calls.idle()

    assert (before, len(receiver.bodies)) == ([], 2)


async def test_a_cloud_repeats_at_once_and_then_every_ten_seconds_for_a_minute():
    pauses = Callbacks("", KEY, lambda: AT).pauses

    assert (list(pauses), sum(pauses)) == ([0.0, *[10.0] * 6], 60.0)


@pytest.mark.parametrize(
    ("how", "state"),
    [
        ("bom", State.STARTED),
        ("gzip", State.STARTED),
        ("deflate", State.STARTED),
        ("doubled", State.STARTED),
        ("truncated", State.STARTED),
        ("status-201", State.UNKNOWN),
        ("status-500", State.UNKNOWN),
        ("error-beside", State.UNKNOWN),
    ],
)
async def test_what_the_cloud_did_is_never_told_as_not_done(tmp_path, how, state):
    async with AsyncExitStack() as stack:
        world = await make_world(stack, tmp_path / "p.db")
        world.cloud.state.fail_next("StartPublishCdnStream", how)

        await world.typed(START)

        intent = await world.handle("R1")
        (running,) = world.cloud.state.running
        assert intent.state is state
        if state is State.STARTED:
            assert intent.subject.ref == running.task_id
