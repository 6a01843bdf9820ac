"""Whatever is asked of a whole bot that is behind: what was refused was not done."""

import json
from contextlib import AsyncExitStack
from dataclasses import dataclass
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.slack.inbound import http
from bot.slack.inbound.admission import WAITED, Lane
from bot.states import State
from tests.bot.http.visitors import Visitor
from tests.trials.rawhttp import FORM, request, slack_headers
from tests.world import TEAM, make_world

SECRET = "signs-what-slack-sends"
BUSY = 40  # who want a place, whatever becomes of them
START = "start {} url=rtmp://push.example.com/live/k{} --go"
STOPS = [
    "stop {} --yes",
    "{} stop -y",
    "KILL {} --yes",
    "*stop* {} -y",
    "停止 {} --yes",
]
PRESS = {"type": "button", "action_id": "do:relay:1", "block_id": "b"}
REFUSED, TRY_AGAIN = "Too many requests at", 503


@dataclass(frozen=True)
class Said:
    """What somebody does, and how many seconds ago."""

    way: str
    stops: bool
    spelling: str
    age: int


SAID = st.builds(
    Said,
    way=st.sampled_from(["typed", "clicked", "mentioned"]),
    stops=st.booleans(),
    spelling=st.sampled_from(STOPS),
    age=st.sampled_from([4, 5, 30, 250]),
)


class Bench:
    """A whole bot over HTTP, on which relays run; the next one is stopped by name."""

    def __init__(self, world, port):
        self.world, self.port = world, port
        self.relays, self.numbers = 0, 1000

    async def run(self, relays):
        for _ in range(relays):
            await self.world.typed(f"/relay {START.format(*[self.number()] * 2)}")
            self.relays += 1

    def number(self):
        self.numbers += 1
        return self.numbers

    def fall_behind(self):
        """Let so many want a place that some have waited for it."""
        admission = self.world.bot.admission
        for _ in range(BUSY):
            one = admission.asked(lambda _has_place: None, self.now)
            admission.wait(one, Lane.REST)
        self.world.clock.push(seconds=WAITED + 0.1)

    @property
    def now(self):
        return int(self.world.clock().timestamp())

    async def say(self, said, text):
        """Have Slack deliver *text* that way; return the status and the answer."""
        number = self.number()
        fields = getattr(self, said.way)(text, number)
        form = said.way != "mentioned"
        body = (urlencode(fields) if form else json.dumps(fields)).encode()
        signature = slack_headers(body, SECRET, self.now - said.age)
        head = {"Content-Type": FORM if form else "application/json", **signature}
        visitor = await Visitor.from_("127.0.0.1", self.port)
        visitor.say(request(http.PATH, body, head))
        status, answer = await visitor.answered()
        await visitor.close()
        return status, answer.decode()

    def typed(self, text, number):
        return {
            "team_id": TEAM,
            "channel_id": "C0OPS",
            "user_id": "U0ANA",
            "command": "/relay",
            "text": text,
            "trigger_id": f"t{number}.1",
        }

    def clicked(self, text, number):
        payload = {
            "type": "block_actions",
            "team": {"id": TEAM},
            "user": {"id": "U0ANA", "team_id": TEAM},
            "channel": {"id": "C0OPS"},
            "container": {"message_ts": "1.5"},
            "trigger_id": f"t{number}.1",
            "actions": [{**PRESS, "action_ts": f"{number}", "value": f"- {text}"}],
        }
        return {"payload": json.dumps(payload)}

    def mentioned(self, text, number):
        event = {"type": "app_mention", "user": "U0ANA", "channel": "C0OPS"}
        event |= {"text": f"<@UBOT> relay {text}", "ts": f"{number}.1", "team": TEAM}
        return {"type": "event_callback", "team_id": TEAM, "event": event}


@pytest.fixture
async def behind(tmp_path_factory):
    """Make a bot on which so many relays run, and which is behind."""
    async with AsyncExitStack() as outer:

        async def make(relays):
            stack = await outer.enter_async_context(AsyncExitStack())
            folder = tmp_path_factory.mktemp("overload")
            world = await make_world(stack, folder / "p.db", signing=SECRET)
            stack.push_async_callback(world.bot.server.close)
            bench = Bench(world, await world.bot.server.start("127.0.0.1", 0))
            await bench.run(relays)
            return bench

        yield make


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(asked=st.lists(SAID, min_size=1, max_size=6))
@pytest.mark.short
async def test_what_was_refused_was_not_done_and_every_stop_and_click_was(
    behind, asked
):
    bench = await behind(sum(one.stops for one in asked))
    world, stopped, done = bench.world, [], []
    before = await world.journal.find.by_handle("R100", TEAM)
    for one in asked:
        bench.fall_behind()
        if one.stops:
            stopped.append(f"R{len(stopped) + 1}")
            status, answer = await bench.say(one, one.spelling.format(stopped[-1]))
            assert (status, REFUSED in answer) == (200, False)
        else:
            room = bench.number()
            status, answer = await bench.say(one, START.format(room, room))
            refused = status == TRY_AGAIN or REFUSED in answer
            assert refused == (one.way != "clicked")
            done += [] if refused else [str(room)]
    await world.settled()

    running = {relay.room for relay in world.cloud.state.relays.values()}
    made = [await world.handle(f"R{n + 1}") for n in range(bench.relays + len(asked))]
    kept = [relay for relay in made if relay is not None]
    assert before is None
    assert {room for room in running if int(room) > 1000 + bench.relays} == set(done)
    assert len(kept) == bench.relays + len(done)
    for handle in stopped:
        assert (await world.handle(handle)).state is State.STOPPED
