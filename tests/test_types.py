"""All that the bot sends, held against the types that Slack's own libraries have.

Everything is played once, written down as TypeScript, call by call and view by view,
and given to the compiler with the types of `@slack/web-api` and `@slack/types`. So a
misspelt argument, or a block that no client knows, is found by Slack's own words.
"""

import asyncio
import copy
import json
import re
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio

from bot.app import build
from bot.lifecycle import begin, greet
from bot.pace import Pace
from bot.sandbox.cloud import LoopbackCloud
from bot.sandbox.run import free_port
from bot.sandbox.slack.client.payloads import Control
from bot.sandbox.slack.loopback import LoopbackSlack
from bot.sandbox.slack.model import seed
from bot.sandbox.slack.model.objects import Call, Message, View
from bot.settings import load
from bot.slack.outbound.methods import READS
from commands import COMMANDS
from tests.bot.conftest import Clock
from tests.node import installed, ran

PROJECT = Path(__file__).parent / "data/types"
START = "/relay start 295066 url=rtmp://push.example.com/live/1"
BAD_DAYS = ("reset", "html", "InternalError", "AuthFailure.SignatureExpire")

RULES = f"""
ops_channel = "{seed.OPS.id}"
[[policy.rules]]
name = "on-call"
actions = ["relay.*", "car.*", "gs.*", "patchbay.*"]
groups = ["{seed.ON_CALL}"]
[exits]
push = ["push.example.com"]
"""

# Which type the arguments of a method have.
ARGUMENTS = {
    "apps.connections.open": "AppsConnectionsOpenArguments",
    "auth.test": "AuthTestArguments",
    "chat.postEphemeral": "ChatPostEphemeralArguments",
    "chat.postMessage": "ChatPostMessageArguments",
    "chat.update": "ChatUpdateArguments",
    "files.completeUploadExternal": "FilesCompleteUploadExternalArguments",
    "files.getUploadURLExternal": "FilesGetUploadURLExternalArguments",
    "usergroups.users.list": "UsergroupsUsersListArguments",
    "users.info": "UsersInfoArguments",
    "views.open": "ViewsOpenArguments",
    "views.publish": "ViewsPublishArguments",
    "views.update": "ViewsUpdateArguments",
}
AS_TEXT = READS | {"files.completeUploadExternal", "files.getUploadURLExternal"}
FLAGS = {"include_locale"}

pytestmark = pytest.mark.asyncio(loop_scope="module")


# ── what the bot sends ───────────────────────────────────────────────────────────


class Tour:
    """Does what people do, all of it once; the feed of *slack* has what came of it."""

    def __init__(self, slack, cloud, parts, clock):
        self.space, self.hands = slack.space, slack.client
        self._clock = clock
        self._cloud, self._parts = cloud, parts
        self._pressed = set()
        self.offered = []

    async def take(self):
        for line in self._lines():
            await self._typed(line)
        for how in BAD_DAYS:
            for line in (
                f"{START.replace('295066', how)} --go",
                "/relay stop R1 --yes",
            ):
                self._cloud.state.fail_next("*", how)
                await self._typed(line)
        await self._typed(f"{START} --go", who=seed.GUS)
        await self._choose()
        await self.hands.open_home(seed.ANA)
        await self.hands.say(seed.ANA, self._ops, "@patchbay relay list")
        said = await self.hands.say(seed.ANA, self._ops, "FailedOperation.SlowDown?")
        await self.hands.shortcut(seed.ANA, "lookup_ids", said)
        await self._settled()
        await self._press_everything()
        await self._settled()

    def _lines(self):
        for room in COMMANDS.values():
            yield f"/{room.name}"
            yield f"/patchbay help {room.name}"
            for verb in room.subcommands.values():
                yield f"/{room.name} {verb.name}"
                yield from (f"/{room.name} {one}" for one in verb.examples)
        yield START
        yield f"{START} --dry-run"
        yield f"{START.replace('rtmp', 'http')} --go"

    @property
    def _ops(self):
        return self.space.channels[seed.OPS.id]

    async def _typed(self, line, who=seed.ANA):
        await self.hands.command(who, self._ops, line)
        await self._parts.tasks.drain(10)

    async def _settled(self):
        await self._parts.tasks.drain(10)
        while await self._parts.journal.outbox.waiting():
            if not await self.space.feed.stirred(0.05):
                self._clock.ahead += 1  # a channel takes a message a second
                self._parts.delivery.wake()
        await self.space.feed.quiet()

    async def _choose(self):
        """Choose in a form what redraws it, send it in wrong, and search in another."""
        await self._typed("/relay start 7")
        form = self.space.top(seed.ANA.id)
        block = next(one for one in form.blocks if one["block_id"] == "what")
        element = block["element"]
        control = Control("what", element["action_id"], element)
        chosen = {"type": element["type"], "selected_option": element["options"][1]}
        await self.hands.act(seed.ANA, form, control, chosen)
        await self.hands.submit(seed.ANA, form)
        self.space.close(seed.ANA.id, whole=True)
        await self._typed("/relay stop")
        form = self.space.top(seed.ANA.id)
        block = next(one for one in form.blocks if one["type"] == "input")
        control = Control(
            block["block_id"], block["element"]["action_id"], block["element"]
        )
        self.offered = await self.hands.options(seed.ANA, form, control, "")
        self.space.close(seed.ANA.id, whole=True)

    async def _press_everything(self):
        """Press one button of each wording, on messages and in views."""
        surfaces = [*self.space.messages.values(), *self.space.whispers.values()]
        for surface in [*surfaces, *self.space.homes.values()]:
            for block in surface.blocks:
                await self._press(surface, block)
                await self._parts.tasks.drain(10)
                if view := self.space.top(seed.ANA.id):
                    await self.hands.submit(seed.ANA, view)
                    self.space.close(seed.ANA.id, whole=True)

    async def _press(self, surface, block):
        elements = [*block.get("elements", ()), block.get("accessory", {})]
        for element in elements:
            label = re.sub(r"\d+", "", str(element.get("text")))
            if element.get("type") != "button" or label in self._pressed:
                continue
            self._pressed.add(label)
            control = Control(block["block_id"], element["action_id"], element)
            await self.hands.act(seed.ANA, surface, control)


async def loopbacks(stack, clock, port):
    """Start a cloud, which calls back to *port*, and a Slack; both go by *clock*."""
    cloud = LoopbackCloud(clock=clock.time)
    await cloud.start()
    stack.push_async_callback(cloud.close)
    cloud.call_back(f"http://127.0.0.1:{port}/tencent/callbacks/default", (0.1,))
    slack = LoopbackSlack(paced=False, **clock.of_slack())
    await stack.enter_async_context(slack)
    slack.space.feed.settle = 0.1
    return cloud, slack


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def tour(tmp_path_factory):
    """Play everything once."""
    async with AsyncExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        clock = Clock()
        port = free_port()
        cloud, slack = await loopbacks(stack, clock, port)
        folder = tmp_path_factory.mktemp("tour")
        (folder / "bot.toml").write_text(RULES)
        for name, value in {
            **slack.environment(),
            **cloud.environment,
            "BOT_DATABASE_URL": f"sqlite:///{folder}/patchbay.db",
            "BOT_CONFIG": f"{folder}/bot.toml",
            "BOT_PORT": str(port),
        }.items():
            patch.setenv(name, value)
        settings = load().model_copy(update={"pace": Pace(reads=1e9, changes=1e9)})
        parts = await build(settings, clock.ports(), COMMANDS, stack)
        delivering = asyncio.create_task(parts.delivery.run())
        stack.callback(delivering.cancel)
        stack.push_async_callback(parts.server.close)
        stack.push_async_callback(parts.sockets.close)
        await begin(parts)
        await greet(parts)
        tour = Tour(slack, cloud, parts, clock)
        await tour.take()
        yield tour


# ── as TypeScript ────────────────────────────────────────────────────────────────

HEAD = """\
import type { HomeView, KnownBlock, ModalView, PlainTextOption } from "@slack/types";
import type * as api from "@slack/web-api";
type Response = {
  text: string;
  blocks?: KnownBlock[];
  response_type?: "in_channel" | "ephemeral";
  replace_original?: boolean;
  delete_original?: boolean;
};
"""


def typed(tour):
    """Return what was sent as pairs: the name of its type, and the thing itself."""
    for change in tour.space.feed.changes:
        match change.subject:
            case Call(method, args):
                yield type_of(method), arguments(method, args)
            case View(body=body):
                yield "HomeView" if body["type"] == "home" else "ModalView", body
            case Message(user=user, blocks=blocks) if user == tour.space.bot.id:
                yield "KnownBlock[]", list(blocks)
    yield "PlainTextOption[]", tour.offered


def type_of(method):
    return "Response" if method == "response_url" else f"api.{ARGUMENTS[method]}"


def arguments(method, args):
    """Return *args* as they were meant, where they went as text."""
    if method not in AS_TEXT:
        return args
    meant = {}
    for name, value in args.items():
        if name in FLAGS:
            meant[name] = value == "1"
        else:
            meant[name] = json.loads(value) if name in {"files", "length"} else value
    return meant


def written(pairs):
    """Return the lines of a module that declares each of *pairs* once."""
    bodies = dict.fromkeys(
        f"{kind} = {json.dumps(thing, sort_keys=True)};" for kind, thing in pairs
    )
    return [f"export const it{n}: {body}" for n, body in enumerate(bodies)]


def without(thing, name):
    return {key: value for key, value in thing.items() if key != name}


def broken(pairs):
    """Yield what was sent with one fault each, and what the fault is."""
    first = {}
    for kind, thing in pairs:
        if thing:
            first.setdefault(kind, thing)
    post, update, opened, home, modal, blocks, options = (
        copy.deepcopy(first[kind])
        for kind in (
            "api.ChatPostMessageArguments",
            "api.ChatUpdateArguments",
            "api.ViewsOpenArguments",
            "HomeView",
            "ModalView",
            "KnownBlock[]",
            "PlainTextOption[]",
        )
    )
    yield "api.ChatPostMessageArguments", without(post, "channel")
    yield "api.ChatPostMessageArguments", {**post, "unfurl_link": False}
    yield "api.ChatUpdateArguments", without(update, "ts")
    yield "api.ViewsOpenArguments", without(opened, "view")
    yield "HomeView", {**home, "type": "house"}
    yield "ModalView", {**modal, "title": "Start relay"}
    yield "ModalView", {**modal, "submit": {"type": "mrkdwn", "text": "Start"}}
    yield "KnownBlock[]", [{**blocks[0], "type": "sectoin"}]
    yield "KnownBlock[]", [{"type": "section", "text": {"type": "mrkdwn", "txt": ""}}]
    yield "PlainTextOption[]", [without(options[0], "text")]


# ── the judge ────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """Return a folder with the compiler and the types in it."""
    return installed(PROJECT, tmp_path_factory.mktemp("types"))


@pytest.mark.short
async def test_slacks_own_types_have_nothing_against_what_the_bot_sends(project, tour):
    pairs = list(typed(tour))
    sent, faulty = written(pairs), written(broken(pairs))
    for name, lines in (("sent", sent), ("broken", faulty)):
        text = HEAD + "\n".join(lines) + "\n"
        (project / f"{name}.ts").write_text(text, encoding="utf-8")

    compiler = project / "node_modules/.bin/tsc"
    said = ran(str(compiler), "--project", ".", "--pretty", "false", cwd=project)

    start = HEAD.count("\n") + 1
    found = {"sent": [], "broken": []}
    for name, line, told in re.findall(
        r"^(\w+)\.ts\((\d+),.*?: (.*)", said.stdout, re.MULTILINE
    ):
        found[name].append((int(line) - start, told))
    assert [(told, sent[line][:500]) for line, told in found["sent"]] == []
    assert {line for line, _ in found["broken"]} == set(range(len(faulty))), said
    assert len(sent) > 100
    kinds = {kind for kind, _thing in pairs}
    assert {f"api.{name}" for name in ARGUMENTS.values()} <= kinds
