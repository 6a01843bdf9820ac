"""Two bad designs of this bot: `python -m tests.trials.bad_bot NAME`.

They take the same submissions, call the same cloud and tell the same Slack. Only when
something is written down, and when it is told, is done as one should not. The checker
has to catch both.
"""

import asyncio
import os
import sqlite3
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

import aiohttp
from aiohttp import web

from bot.ids import agent_for, intent_id
from bot.resources.registry import RESOURCES
from bot.resources.relay.request import prepared_from
from bot.settings import Terms, load
from tests.trials import stage

TABLE = "(key TEXT, room TEXT, state TEXT, ref TEXT, about TEXT)"
Form = dict[str, str]  # what Slack posts for a command
Design = Callable[["BadBot", Form], Awaitable[None]]


def now():
    return datetime.now(UTC)


@dataclass
class BadBot:
    """Serves `/slack/events`; what it does with a submission is the *design*'s."""

    design: Design
    client: Any
    relays: sqlite3.Connection
    app: Any

    async def call(self, form):
        """Start the relay that *form* asks for; return its TaskId."""
        _start, room, *words = form["text"].split()
        url = next(word for word in words if word.startswith("url="))[4:]
        agent = agent_for(intent_id(now(), os.urandom(10)))
        prepared = prepared_from(
            {"room": room, "type": "text", "url": url}, Terms(apps=(self.app,)), agent
        )
        relays = RESOURCES.sending(prepared.request)
        request = relays.signed(prepared.request, self.app, now())
        return (await self.client.send(request, region=self.app.region)).task_id

    def knows(self, form):
        """Tell whether the submission has a row."""
        query = "SELECT 1 FROM intents WHERE key = ?"
        return self.relays.execute(query, (form["trigger_id"],)).fetchone() is not None

    def save(self, form, task_id):
        """Write down that the relay runs."""
        row = (form["trigger_id"], form["text"].split()[1], "started", task_id)
        self.relays.execute("INSERT INTO intents VALUES (?, ?, ?, ?, NULL)", row)
        self.relays.commit()

    async def post(self, form, task_id):
        """Tell Slack."""
        headers = {"Authorization": f"Bearer {os.environ['SLACK_BOT_TOKEN']}"}
        room = form["text"].split()[1]
        text = f"R0 · accepted, callbacks are off · room {room}\n{task_id}"
        block = {"type": "section", "text": {"type": "plain_text", "text": text}}
        body = {"channel": form["channel_id"], "text": text, "blocks": [block]}
        url = f"{os.environ['SLACK_API_URL']}chat.postMessage"
        async with (
            aiohttp.ClientSession(headers=headers) as session,
            session.post(url, json=body) as answer,
        ):
            await answer.read()

    async def serve(self):
        """Answer for ever."""
        tasks = set()

        async def events(request):
            fields = parse_qs((await request.read()).decode())
            form = {name: values[0] for name, values in fields.items()}
            tasks.add(asyncio.create_task(self.design(self, form)))
            return web.Response()

        async def ready(_request):
            return web.json_response({})

        app = web.Application()
        app.router.add_post("/slack/events", events)
        app.router.add_get("/readyz", ready)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", int(os.environ["BOT_PORT"])).start()
        await asyncio.Event().wait()


async def call_then_post(bot, form):
    """Ack, call, and tell Slack; nothing is written down."""
    await bot.post(form, await bot.call(form))


async def call_then_save(bot, form):
    """Skip what has a row; but there is a row only after the call."""
    if bot.knows(form):
        return
    task_id = await bot.call(form)
    bot.save(form, task_id)
    await bot.post(form, task_id)


DESIGNS = {design.__name__: design for design in (call_then_post, call_then_save)}


async def main(design):
    """Run a bad bot of *design*."""
    (app,) = load().all_apps
    file = os.environ["BOT_DATABASE_URL"].removeprefix("sqlite:///")
    relays = sqlite3.connect(file)
    relays.execute(f"CREATE TABLE IF NOT EXISTS intents {TABLE}")
    endpoint = {"trtc": os.environ["BOT_TRTC_ENDPOINT"]}
    key = (os.environ[f"TENCENTCLOUD_SECRET_{part}"] for part in ("ID", "KEY"))
    async with stage.client(endpoint, *key, now) as client:
        await BadBot(DESIGNS[design], client, relays, app).serve()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
