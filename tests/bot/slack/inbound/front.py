"""A front door between fakes, and payloads as Slack sends them."""

import asyncio
import json

from slack_bolt.async_app import AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult

from bot.dialogue.form import Form, Option, TextField
from bot.dialogue.outcome import Outcome
from bot.i18n import reader_locale
from bot.runtime.tasks import Tasks
from bot.slack.inbound.listeners import Listeners
from bot.slack.outbound.pictures import Pictures
from tests.fakes.clock import FakeClock
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

    first_words = {"relay", "lookup"}

    def __init__(self):
        self.asks = []
        self.holds = OUTCOME
        self.gate = None
        self.offers = None  # what a select waits for, or that it breaks
        self.read_in = []  # the language of each answer
        self.alerts = {}  # the thing and workspace of each alert, by its place
        self.came = asyncio.Semaphore(0)  # released by every ask

    def new_incident(self):
        return "1a2b3c4d"

    async def _give(self, ask):
        self.asks.append(ask)
        self.came.release()
        if self.gate:
            await self.gate.wait()
        self.read_in.append(reader_locale())
        if isinstance(self.holds, Exception):
            raise self.holds
        return self.holds

    def ends(self, command, text):
        return text.partition(" ")[0] == "stop"

    def ends_by_form(self, command, name):
        return name == "stop"

    async def alert_at(self, channel, ts):
        return self.alerts.get((channel, ts))

    async def answer(self, ask):
        return await self._give(ask)

    async def submit(self, ask):
        return await self._give(ask)

    async def redraw(self, ask):
        return await self._give(ask)

    async def reopened(self, ask, form):
        self.asks.append(("reopened", ask.who.user))
        return form if self.holds is OUTCOME else self.holds

    async def options(self, command, source, query, who, form):
        self.asks.append((command, source, query, who.user, form))
        if self.offers is RuntimeError:
            raise RuntimeError("no list")
        if self.offers:
            await self.offers()
        return (Option("R1 · 7", "R1"),)

    async def home(self, who):
        return Outcome(headline=(f"home of {who.user}",))

    async def alarm(self, name, sentence):
        self.asks.append((name, sentence))


class Replies:
    """Remembers what it was to tell."""

    def __init__(self):
        self.web = FakeSlack()
        self.told, self.form = [], None
        self.pictures = Pictures(self.web, FakeClock().sleep)

    async def reply(self, ask, answer):
        self.told.append((ask.key, answer))

    async def redraw(self, ask, draw):
        drawn = await draw(ask)
        if isinstance(drawn, Form):
            self.told.append((ask.submission.changed, drawn.subcommand))
        else:
            self.told.append((ask.key, drawn))

    async def follow(self, ask, answer):
        await self.reply(ask, answer)

    async def give_back(self, ask, view, faults):
        self.told.append((view["id"], faults))

    async def publish(self, user, view):
        self.told.append((user, view["type"]))

    def unopened(self, ask):
        return self.form or Outcome(headline=("too old",))


class Homes:
    """Shows the tab at once, and remembers who had it before them."""

    def __init__(self, front):
        self.front, self.looking = front, []

    def seen(self, who):
        self.looking.append(who.user)

    def opened(self, who):
        listeners = self.front.listeners
        self.front.tasks.spawn(listeners.show_home(who), name="home")


class Directory:
    """Knows nobody, but in which workspace it is, unless it is not *installed*."""

    authorized = AuthorizeResult(enterprise_id=None, team_id="T1", bot_user_id="UBOT")
    timer = staticmethod(lambda: 0.0)

    def __init__(self, *, installed=True):
        self.looked_up = []
        self.installed = installed
        self.identified = asyncio.Event()
        self.said = {}  # what may be read of a channel
        self.taken = []  # events about people and groups
        self.locales = {}  # of whom Slack has said it
        self.learns = {}  # of whom it says it while they wait

    async def placed(self, who):
        return who

    async def introduced(self, who, *, wait=True):
        self.locales.update(self.learns if wait else {})
        return who

    def drawn_for(self, who):
        return ""

    async def parent(self, who, channel, parent):
        return self.said.get((channel, parent), "")

    def locale(self, user):
        return "en-US"

    def known_locale(self, user):
        return self.locales.get(user, "")

    def take(self, event):
        self.taken.append(event["type"])

    def look_up_later(self, who):
        self.looked_up.append(who.user)


class Front:
    """A listeners with fakes on both sides."""

    def __init__(self, *, installed=True, **more):
        self.router, self.replies = Router(), Replies()
        self.directory, self.tasks = Directory(installed=installed), Tasks()
        self.homes = Homes(self)
        parts = (self.router, self.replies, self.directory, self.tasks)
        self.listeners = Listeners(*parts, homes=self.homes, **more)

    async def send(self, payload):
        request = AsyncBoltRequest(mode="socket_mode", body=payload)
        response = await self.listeners.dispatch(request, payload)
        body = response.body
        return response.status, json.loads(body) if body.startswith("{") else body

    async def settled(self):
        await self.tasks.drain(5)
        return self.replies.told


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


def event(**said):
    return {"type": "event_callback", "team_id": "T1", "event_id": "E1", "event": said}


VIEW = {
    "type": "modal",
    "id": "V1",
    "hash": "h",
    "callback_id": "form:relay:start",
    "private_metadata": "d1",
    "blocks": [{"type": "input", "block_id": "room"}, {"type": "divider"}],
    "state": {"values": {"room": {"field:command": {"value": "7"}}}},
}
SUBMIT = {"type": "view_submission", **USER, "view": VIEW}
