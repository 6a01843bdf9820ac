"""What waits unread: a plain command, signed, that is no stop; and nothing else."""

import asyncio
import json
from contextlib import AsyncExitStack
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.http.server import Server
from bot.slack.inbound import http
from bot.slack.inbound.admission import GIVEN_UP, WAITED, Admission, Lane
from bot.slack.inbound.early import overloaded
from bot.slack.inbound.guard import Admitted, admit
from bot.slack.inbound.raw import RawCommand, plain_command
from commands import COMMANDS
from tests.bot.http.visitors import until, visit
from tests.bot.slack.inbound.front import COMMAND, Front
from tests.fakes.clock import FakeClock
from tests.trials.rawhttp import FORM, request, slack_headers

SECRET = "s" * 32
NOW = 1_700_000_000
STOP = {**COMMAND, "text": "stop R1"}


def raw(fields=COMMAND, *, at=NOW, secret=SECRET, kind=FORM, **more):
    """Return a whole request, signed at the Unix time *at*."""
    body = urlencode(fields).encode() if isinstance(fields, dict) else fields
    head = {"Content-Type": kind, **slack_headers(body, secret, at), **more}
    return request(http.PATH, body, head)


# ── what is plain ───────────────────────────────────────────────────────────────


def test_a_command_as_slack_sends_it_is_plain():
    body = urlencode(COMMAND).encode()
    found = plain_command(raw(Accept="*/*", Connection="keep-alive"), http.PATH)

    assert isinstance(found, RawCommand)
    assert (found.body, found.command, found.text) == (body, "/relay", "list")
    assert found.headers["content-type"] == FORM


@pytest.mark.parametrize(
    "data",
    [
        b"",
        raw()[:-1],
        raw() + b"x",
        raw() + raw(),
        raw().replace(b"POST", b"PUT"),
        raw().replace(b"/slack/events", b"/tencent/callbacks/1"),
        raw().replace(b"HTTP/1.1", b"HTTP/1.0"),
        raw().replace(b"\r\n", b"\n"),
        raw().replace(b"Host: bot", b"Host : bot"),
        raw().replace(b"Host: bot", b" Host: bot"),
        raw().replace(b"Host: bot", b"Host: bot\r\nContent-Type: " + FORM.encode()),
        raw().replace(b"X-Slack-Signature", b"X-Slack-Signatures"),
        raw(Connection="close"),
        raw(**{"Transfer-Encoding": "chunked"}),
        raw(**{"Content-Encoding": "gzip"}),
        raw(Expect="100-continue"),
        raw(Upgrade="h2c"),
        raw(kind="application/json"),
        raw({"payload": "{}", **COMMAND}),
        raw({"ssl_check": "1", **COMMAND}),
        raw({"text": "stop R1"}),
        raw(urlencode(COMMAND).encode() + b"&text=stop"),
        raw(urlencode(COMMAND).encode() + b"&te%78t=stop"),
        raw(b"command=%2Frelay&text=%ff"),
        raw(b"command=/relay&text=\xff"),
    ],
)
def test_what_is_not_so_plain_goes_on_as_it_came(data):
    assert plain_command(data, http.PATH) is None


@given(st.dictionaries(st.text(max_size=5), st.text(), max_size=4), st.text())
def test_what_is_read_of_a_plain_command_is_what_the_guard_reads(more, text):
    body = urlencode({**more, "command": "/relay", "text": text}).encode()
    found = plain_command(raw(body), http.PATH)
    head = {name: [value] for name, value in (found.headers if found else {}).items()}
    verdict = admit(head, body, secret=SECRET, now=NOW)

    if found and isinstance(verdict, Admitted):
        read = verdict.body.get("command"), verdict.body.get("text", "")
        assert (found.command, found.text) == read


@given(st.lists(st.tuples(st.sampled_from("ct&=%+5f"), st.text(max_size=3))))
def test_any_body_is_read_as_the_guard_reads_it_or_not_at_all(parts):
    body = "".join(sign + text for sign, text in parts).encode() + b"&command=x"
    found = plain_command(raw(body), http.PATH)
    if found:
        head = {name: [value] for name, value in found.headers.items()}
        verdict = admit(head, body, secret=SECRET, now=NOW)
        assert isinstance(verdict, Admitted)
        assert verdict.body["command"] == found.command


# ── over a real connection ──────────────────────────────────────────────────────


class Desk:
    """A server whose time is a test's, with as many places as the bot has."""

    def __init__(self):
        self.clock = FakeClock()
        wall = lambda: self.clock().timestamp()  # noqa: E731 - a port
        self.front = Front()
        self.admission = Admission(wall, self.clock.monotonic, lease=None)
        self.front.router.ends = lambda name, text: COMMANDS[name].ends(text)
        parts = (self.front.listeners, SecretStr(SECRET), wall, self.admission)
        self.raw = http.raw_commands(*parts)
        self.server = Server(
            routes=http.routes(*parts), ready=_ready, fronts=[self.raw]
        )
        self.connections = self.server.connections
        self.taken = []

    async def start(self):
        self.port = await self.server.start("127.0.0.1", 0)

    def fill(self):
        """Take every place of the commands."""
        while not self.admission.full:
            one = self.admission.asked(lambda _has_place: None, None)
            self.admission.wait(one, Lane.REST)
            self.taken.append(one)

    def give_back(self):
        self.admission.over(self.taken.pop(), Lane.REST)

    def behind(self):
        """Have all places taken, and somebody who waits for one in vain."""
        self.fill()
        one = self.admission.asked(lambda _has_place: None, self.now)
        self.admission.wait(one, Lane.REST)
        self.clock.push(seconds=WAITED + 0.1)

    @property
    def now(self):
        return int(self.clock().timestamp())

    @property
    def typed(self):
        return [ask.text for ask in self.front.router.asks]


async def _ready():
    return {}


@pytest.fixture
async def stack():
    async with AsyncExitStack() as made:
        yield made


@pytest.fixture
async def desk(stack):
    made = Desk()
    stack.push_async_callback(made.server.close)
    await made.start()
    return made


async def waiting(desk, count=1):
    await until(lambda: desk.admission.waiting == count)


async def test_a_command_waits_unread_and_is_answered_when_it_has_a_place(stack, desk):
    desk.fill()
    visitor = await visit(stack, desk, say=raw(at=desk.now))
    await waiting(desk)
    before = desk.typed
    desk.give_back()
    status, body = await visitor.answered()

    assert (before, desk.typed) == ([], ["list"])
    assert (status, b"told" in body) == (200, True)
    await until(lambda: not desk.admission.full)  # the place was given back


async def test_what_slack_has_given_up_has_constant_bytes_and_goes_nowhere(stack, desk):
    desk.behind()
    visitor = await visit(stack, desk, say=raw(at=desk.now - GIVEN_UP - 1))
    first = await visitor.answered()
    visitor.say(raw(at=desk.now - 2 * GIVEN_UP))
    second = await visitor.answered()

    assert first == second == (200, json.dumps(overloaded()).encode())
    assert desk.typed == []


async def test_a_stop_is_carried_out_however_old_and_whatever_waits(stack, desk):
    desk.behind()
    visitor = await visit(stack, desk, say=raw(STOP, at=desk.now - 200))

    assert (await visitor.answered())[0] == 200
    assert desk.typed == ["stop R1"]


@pytest.mark.parametrize("at", [-400, -200, -5, 0, 200, 400])
async def test_without_a_signature_nothing_waits_or_has_an_age(stack, desk, at):
    desk.behind()
    before = desk.admission._offsets.age(desk.now)
    stranger = await visit(stack, desk, say=raw(at=desk.now + at, secret="x" * 32))
    heard = await stranger.heard()
    after = desk.admission._offsets.age(desk.now)

    assert heard.startswith(b"HTTP/1.1 401 ")
    assert (desk.admission.waiting, desk.typed, before) == (1, [], after)


async def test_who_goes_away_waits_no_longer(stack, desk):
    desk.fill()
    visitor = await visit(stack, desk, say=raw(at=desk.now))
    await waiting(desk)
    visitor.writer.transport.abort()
    await waiting(desk, 0)

    assert len(desk.connections) == 0
    desk.give_back()
    assert desk.typed == []


async def test_two_requests_at_once_are_both_answered(stack, desk):
    desk.fill()
    visitor = await visit(stack, desk, say=raw(at=desk.now))
    await waiting(desk)
    visitor.say(raw({**COMMAND, "text": "recent"}, at=desk.now))
    await waiting(desk)  # the first of them, read now
    while desk.taken:
        desk.give_back()
    answers = [await visitor.answered(), await visitor.answered()]

    assert [status for status, _body in answers] == [200, 200]
    assert desk.typed == ["list", "recent"]


async def test_whoever_waits_unread_does_not_give_way(stack, desk):
    desk.fill()
    visitors = [await visit(stack, desk, say=raw(at=desk.now)) for _ in range(40)]
    await waiting(desk, 40)
    held = desk.connections.make_room()
    while desk.taken:
        desk.give_back()
    answers = [await visitor.answered() for visitor in visitors]

    assert held is None
    assert {status for status, _body in answers} == {200}
    assert len(desk.typed) == 40


async def test_an_event_that_is_turned_away_comes_back_and_is_carried_out(stack, desk):
    event = {"type": "app_mention", "user": "UANA", "channel": "C1", "ts": "1.5"}
    event["text"] = "<@UBOT> relay start 7"
    body = json.dumps({"type": "event_callback", "team_id": "T1", "event": event})
    desk.behind()
    old = raw(body.encode(), at=desk.now - GIVEN_UP - 1, kind="application/json")
    refused = await (await visit(stack, desk, say=old)).heard()
    before = desk.typed
    while desk.taken:
        desk.give_back()
    desk.admission.look()
    again = raw(body.encode(), at=desk.now, kind="application/json")
    status, _body = await (await visit(stack, desk, say=again)).answered()
    await desk.front.settled()

    assert (refused.startswith(b"HTTP/1.1 503 "), before) == (True, [])
    assert (status, desk.typed) == (200, ["start 7"])


async def test_a_click_is_carried_out_however_old_it_is(stack, desk):
    press = {
        "type": "block_actions",
        "user": {"id": "UANA", "team_id": "T1"},
        "team": {"id": "T1"},
        "channel": {"id": "C1"},
        "container": {"message_ts": "1.5"},
        "actions": [{"action_id": "do:relay:1", "value": "- stop R1"}],
    }
    desk.behind()
    said = raw({"payload": json.dumps(press)}, at=desk.now - 200)
    status, _body = await (await visit(stack, desk, say=said)).answered()
    await desk.front.settled()

    assert (status, desk.typed) == (200, ["stop R1"])


async def test_at_the_close_what_waits_unread_is_answered(desk):
    desk.fill()
    reader, writer = await asyncio.open_connection("127.0.0.1", desk.port)
    writer.write(raw(at=int(desk.clock().timestamp())))
    await until(lambda: desk.admission.waiting == 1)
    await desk.server.close()

    said = await reader.read()
    writer.close()
    assert b"Too many requests at" in said
    assert desk.admission.waiting == 0
