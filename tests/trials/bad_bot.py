"""What two bad designs of this bot have in common; the checker has to catch both.

They take the same submissions, call the same cloud and tell the same Slack. Only when
something is written down, and when it is told, is done as one should not.
"""

import asyncio
import json
import os
import sqlite3
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs

import aiohttp
from aiohttp import web
from pydantic import SecretStr

from bot.ids import agent_for, intent_id
from bot.resources.relay.plan import drafted
from bot.settings import Settings, load
from bot.tencent import usersig
from bot.tencent.client import Account, Client
from bot.tencent.tc3 import Credential

Work = Callable[["Submission"], Awaitable[None]]


def now() -> datetime:
    return datetime.now(UTC)


class Submission:
    """One start that somebody asked for."""

    def __init__(self, form: dict[str, list[str]]) -> None:
        self.key = form["trigger_id"][0]
        self.channel = form["channel_id"][0]
        words = form["text"][0].split()
        self.room = words[1]
        self.url = next(word for word in words if word.startswith("url="))[4:]


class Relays:
    """A file of what is running, in the shape that the checker reads."""

    def __init__(self, path: Path) -> None:
        self.file = sqlite3.connect(path, check_same_thread=False)
        self.file.execute(
            "CREATE TABLE IF NOT EXISTS intents"
            " (key TEXT, room TEXT, state TEXT, ref TEXT, about TEXT)"
        )
        self.file.commit()

    def knows(self, key: str) -> bool:
        found = self.file.execute("SELECT 1 FROM intents WHERE key = ?", (key,))
        return found.fetchone() is not None

    def save(self, submission: Submission, task_id: str) -> None:
        row = (submission.key, submission.room, "started", task_id)
        self.file.execute("INSERT INTO intents VALUES (?, ?, ?, ?, NULL)", row)
        self.file.commit()


class BadBot:
    """Serves `/slack/events`; what it does with a submission is the design's."""

    def __init__(self, settings: Settings, client: Client) -> None:
        self.settings = settings
        self.client = client
        database = settings.database_url.get_secret_value()
        self.relays = Relays(Path(database.removeprefix("sqlite:///")))
        self._tasks: set[asyncio.Task[None]] = set()

    async def call(self, submission: Submission) -> str:
        """Start the relay; return its TaskId."""
        (app,) = self.settings.all_apps
        agent = agent_for(intent_id(now(), os.urandom(10)))
        plan = {"room": submission.room, "type": "text", "url": submission.url}
        draft = drafted(plan, [app], agent)
        request = draft.request.signed(
            lambda user: usersig.mint(
                user, sdk_app_id=app.sdk_app_id, key=app.usersig_key, at=now()
            )
        )
        return (await self.client.send(request, region=app.region)).task_id

    async def post(self, submission: Submission, task_id: str) -> None:
        """Tell Slack."""
        token = self.settings.slack_bot_token or SecretStr("")
        headers = {"Authorization": f"Bearer {token.get_secret_value()}"}
        text = f"{submission.room} · started {task_id}"
        block = {"type": "section", "text": {"type": "plain_text", "text": text}}
        body = {"channel": submission.channel, "text": text, "blocks": [block]}
        url = f"{self.settings.slack_api_url}chat.postMessage"
        async with (
            aiohttp.ClientSession(headers=headers) as session,
            session.post(url, json=body) as answer,
        ):
            await answer.read()

    async def serve(self, design: Work) -> None:
        """Answer for ever."""

        async def events(request: web.Request) -> web.Response:
            form = parse_qs((await request.read()).decode())
            task = asyncio.create_task(design(Submission(form)))
            self._tasks.add(task)
            return web.Response()

        async def ready(_request: web.Request) -> web.Response:
            return web.json_response({})

        app = web.Application()
        app.router.add_post("/slack/events", events)
        app.router.add_get("/readyz", ready)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", self.settings.port).start()
        await asyncio.Event().wait()


async def run(design: Callable[[BadBot], Work]) -> None:
    """Run a bad bot of *design*."""
    settings = load()
    account = settings.account("trtc")
    secret_id, secret_key = account.secret_id, account.secret_key
    if secret_id is None or secret_key is None:
        raise SystemExit(json.dumps("no key"))
    credential = Credential(secret_id.get_secret_value(), secret_key)
    accounts = {"trtc": Account(account.endpoint, credential)}
    async with Client(accounts, now=now) as client:
        bot = BadBot(settings, client)
        await bot.serve(design(bot))
