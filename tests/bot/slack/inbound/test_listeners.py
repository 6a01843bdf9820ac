"""What Slack sends is acked in time, whatever the router does."""

import asyncio
import json

import pytest
from slack_bolt.async_app import AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult

from bot.dialogue.form import Form, Option, TextField
from bot.dialogue.outcome import Audience, Outcome
from bot.errors import InvalidRequest
from bot.runtime.tasks import Tasks
from bot.slack.inbound.listeners import Listeners
from tests.fakes.slack import FakeSlack

OUTCOME = Outcome(headline=("told",))
FORM = Form(
    command="relay",
    subcommand="start",
    title="Start",
    submit="Go",
    fields=(TextField(name="room", label="Command"),),
    form_id="d1",
)
COMMAND = {
    "command": "/relay",
    "text": "list",
    "team_id": "T1",
    "user_id": "UANA",
    "channel_id": "C1",
    "trigger_id": "t1",
    "response_url": "https://hooks.slack.com/x",
}
USER = {"user": {"id": "UANA", "team_id": "T1"}, "team": {"id": "T1"}}


class Router:
    """Answers with what it holds, and remembers every ask."""

    commands = {"relay": None, "lookup": None}

    def __init__(self):
        self.asks = []
        self.holds = OUTCOME
        self.gate = None
        self.came = asyncio.Semaphore(0)  # released by every ask

    def new_incident(self):
        return "1a2b3c4d"

    async def _give(self, ask):
        self.asks.append(ask)
        self.came.release()
        if self.gate:
            await self.gate.wait()
        if isinstance(self.holds, Exception):
            raise self.holds
        return self.holds

    async def answer(self, ask):
        return await self._give(ask)

    async def submit(self, ask):
        return await self._give(ask)

    async def redraw(self, ask):
        return await self._give(ask)

    async def options(self, command, source, query, who):
        self.asks.append((command, source, query, who.user))
        return (Option("R1 · 7", "R1"),)

    async def home(self, who):
        return Outcome(headline=(f"home of {who.user}",))

    async def alarm(self, name, sentence):
        self.asks.append((name, sentence))


class Replies:
    """Remembers what it was to tell."""

    def __init__(self):
        self.web = FakeSlack()
        self.told = []

    async def reply(self, ask, answer):
        self.told.append((ask.key, answer))

    async def redraw(self, ask, view):
        self.told.append((ask.submission.changed, view["callback_id"]))

    async def publish(self, user, view):
        self.told.append((user, view["type"]))

    async def reopen(self, ask):
        self.told.append(("reopened", ask.text))


class Directory:
    """Knows nobody, but in which workspace it is, unless it is not *installed*."""

    authorized = AuthorizeResult(enterprise_id=None, team_id="T1", bot_user_id="UBOT")
    timer = staticmethod(lambda: 0.0)

    def __init__(self, *, installed=True):
        self.looked_up = []
        self.installed = installed
        self.identified = asyncio.Event()
        self.said = {}  # what may be read of a channel

    async def placed(self, who):
        return who

    async def parent(self, channel, parent):
        return self.said.get((channel, parent), "")

    def locale(self, user):
        return "en-US"

    def look_up_later(self, who):
        self.looked_up.append(who.user)


class Front:
    """A listeners with fakes on both sides."""

    def __init__(self, *, installed=True, **more):
        self.router, self.replies = Router(), Replies()
        self.directory, self.tasks = Directory(installed=installed), Tasks()
        self.listeners = Listeners(
            self.router, self.replies, self.directory, self.tasks, **more
        )

    async def send(self, payload):
        request = AsyncBoltRequest(mode="socket_mode", body=payload)
        response = await self.listeners.dispatch(request, payload)
        body = response.body
        return response.status, json.loads(body) if body.startswith("{") else body

    async def settled(self):
        await self.tasks.drain(5)
        return self.replies.told


@pytest.fixture
def front():
    return Front()


async def test_a_command_is_answered_in_its_ack(front):
    status, body = await front.send(COMMAND)

    assert status == 200
    assert (body["text"], body["response_type"]) == ("told", "ephemeral")
    assert [ask.text for ask in front.router.asks] == ["list"]
    assert front.directory.looked_up == ["UANA"]


@pytest.mark.parametrize(
    "answer", [FORM, None, Outcome(headline=("x",), audience=Audience.CHANNEL)]
)
async def test_what_does_not_fit_an_ack_is_told_behind_it(front, answer):
    front.router.holds = answer

    assert await front.send(COMMAND) == (200, "")
    assert await front.settled() == [("slash:T1:t1", answer)]


async def test_a_slow_router_is_acked_in_time_and_answered_later():
    front = Front(patience=0.01)
    front.router.gate = asyncio.Event()

    status, body = await front.send(COMMAND)
    front.router.gate.set()

    assert (status, body) == (200, "Still working on it; the answer follows here.")
    assert await front.settled() == [("slash:T1:t1", OUTCOME)]


async def test_a_prefix_is_taken_off():
    front = Front(prefix="tc-")

    await front.send({**COMMAND, "command": "/tc-relay"})

    assert front.router.asks[0].command == "relay"


async def test_whatever_breaks_is_told_as_an_incident_and_never_a_5xx(front):
    front.router.holds = RuntimeError("broken")

    status, body = await front.send(COMMAND)

    assert status == 200
    assert "nothing was sent" in body["text"]
    assert "Incident" in json.dumps(body)
    assert "broken" not in json.dumps(body)


def pressed(action_id, **more):
    return {
        "type": "block_actions",
        **USER,
        "channel": {"id": "C1"},
        "container": {"message_ts": "1.5"},
        "actions": [
            {"action_id": action_id, "type": "button", "block_id": "b", **more}
        ],
        "response_url": "https://hooks.slack.com/x",
    }


async def test_a_button_asks_what_it_says(front):
    assert await front.send(pressed("do:relay:1", value="- stop R1")) == (200, "")

    await front.settled()
    assert [(ask.command, ask.text) for ask in front.router.asks] == [
        ("relay", "stop R1")
    ]


async def test_a_press_that_means_nothing_to_us_is_acked(front):
    assert await front.send(pressed("somebody-elses")) == (200, "")
    assert await front.settled() == []


VIEW = {
    "type": "modal",
    "id": "V1",
    "hash": "h",
    "callback_id": "form:relay:start",
    "private_metadata": "d1",
    "blocks": [{"type": "input", "block_id": "room"}, {"type": "divider"}],
    "state": {"values": {"room": {"field:command": {"value": "7"}}}},
}


async def test_a_choice_in_a_form_draws_it_anew(front):
    front.router.holds = FORM
    payload = {**pressed("field:what"), "view": VIEW}

    assert await front.send(payload) == (200, "")
    assert await front.settled() == [("what", "form:relay:start")]


async def test_why_a_form_cannot_be_drawn_anew_is_told(front):
    front.router.holds = Outcome(headline=("It broke.",))
    payload = {**pressed("field:what"), "view": VIEW}

    assert await front.send(payload) == (200, "")
    ((_key, answer),) = await front.settled()
    assert answer == front.router.holds


SUBMIT = {"type": "view_submission", **USER, "view": VIEW}


async def test_a_fault_in_a_form_is_shown_at_its_field(front):
    front.router.holds = InvalidRequest({"room": "Say which.", "else": "Odd."})

    assert await front.send(SUBMIT) == (
        200,
        {"response_action": "errors", "errors": {"room": "Say which. else: Odd."}},
    )


@pytest.mark.parametrize(
    ("answer", "action"), [(None, "clear"), (FORM, "update"), (OUTCOME, "update")]
)
async def test_a_form_is_closed_or_gives_way_to_another_view(front, answer, action):
    front.router.holds = answer

    status, body = await front.send(SUBMIT)

    assert (status, body["response_action"]) == (200, action)


@pytest.mark.parametrize(
    "view",
    [
        {**VIEW, "callback_id": ""},
        {**VIEW, "blocks": [{"type": "section", "block_id": "x"}]},
    ],
)
async def test_what_has_nothing_left_to_send_in_says_that_it_is_done(front, view):
    status, body = await front.send({**SUBMIT, "view": view})

    (section,) = body["view"]["blocks"][:1]
    assert (status, body["response_action"]) == (200, "update")
    assert "This form is done." in str(section)
    assert front.router.asks == []


async def test_a_form_that_takes_long_is_told_so_and_its_faults_come_later():
    front = Front(patience=0.01)
    front.router.gate = asyncio.Event()
    front.router.holds = InvalidRequest({"room": "Say which."})

    _status, body = await front.send(SUBMIT)
    front.router.gate.set()
    ((_key, told),) = await front.settled()

    assert "Still working" in json.dumps(body)
    assert told.headline == ("Say which.",)


async def test_a_select_is_answered_from_memory(front):
    payload = {
        "type": "block_suggestion",
        **USER,
        "action_id": "pick:relay:relays:relay",
        "block_id": "relay",
        "value": "R",
    }

    status, body = await front.send(payload)

    assert front.router.asks == [("relay", "relays", "R", "UANA")]
    assert (status, [one["value"] for one in body["options"]]) == (200, ["R1"])


async def test_a_shortcut_looks_up_what_a_message_says(front):
    payload = {
        "type": "message_action",
        **USER,
        "callback_id": "lookup_ids",
        "channel": {"id": "C1"},
        "message": {"ts": "1.5", "text": "R1 is down"},
        "trigger_id": "t9",
    }

    assert await front.send(payload) == (200, "")
    assert await front.settled() == [("shortcut:T1:t9", OUTCOME)]


def event(**said):
    return {"type": "event_callback", "team_id": "T1", "event_id": "E1", "event": said}


async def test_a_mention_and_a_direct_message_are_asks(front):
    said = {"user": "UANA", "channel": "C1", "ts": "1.5", "text": "<@UBOT> relay list"}
    await front.send(event(type="app_mention", **said))
    await front.send(event(type="message", channel_type="im", **{**said, "ts": "1.6"}))
    await front.settled()

    assert [(ask.command, ask.text) for ask in front.router.asks] == [
        ("relay", "list")
    ] * 2


@pytest.mark.parametrize("kind", ["app_mention", "message"])
async def test_an_edited_message_is_not_carried_out_and_says_so(front, kind):
    said = {"user": "UANA", "channel": "D1", "ts": "1.5", "text": "relay start 7 --go"}
    edited = {"user": "UANA", "ts": "1.9"}

    sent = event(type=kind, channel_type="im", edited=edited, **said)
    status, _ = await front.send({**sent, "event_id": "E2"})

    ((key, outcome),) = await front.settled()
    assert (status, key, front.router.asks) == (200, "event:T1:D1:1.5", [])
    assert outcome.plain.startswith("🟠 An edited message is not carried out.")


@pytest.mark.parametrize(
    "more", [{"bot_id": "B1"}, {"hidden": True}, {"user": None}, {"user": ""}]
)
async def test_what_a_program_writes_is_no_command(front, more):
    said = {"user": "UANA", "channel": "C1", "ts": "1", "text": "<@UBOT> relay list"}

    status, _ = await front.send(event(type="app_mention", **{**said, **more}))

    assert (status, await front.settled(), front.router.asks) == (200, [], [])


@pytest.mark.parametrize(
    "more",
    [
        {"subtype": "message_changed"},
        {"bot_id": "B1"},
        {"user": None},
        {"channel_type": "channel"},
    ],
)
async def test_messages_that_are_for_nobody_are_not_asks(front, more):
    said = {
        "user": "UANA",
        "channel": "C1",
        "ts": "1",
        "text": "x",
        "channel_type": "im",
    }

    status, _ = await front.send(event(type="message", **{**said, **more}))
    await front.settled()

    assert status == 200
    assert front.router.asks == []


async def test_an_opened_home_tab_is_published_and_the_other_tab_is_not(front):
    await front.send(event(type="app_home_opened", user="UANA", tab="home"))
    await front.send(event(type="app_home_opened", user="UANA", tab="messages"))

    assert await front.settled() == [("UANA", "home")]
