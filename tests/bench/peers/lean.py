"""Lean, with a row: what Bolt and aiohttp can do, and one durable row for each start.

No polling for the ack, a task of its own, one session for Tencent and Slack, models in
one pass, a key kept for the day. The row is on the disk before the result is posted.
It has no policy, no audit, no retry, no limits: it is a bound, not a bot.
"""

import asyncio
import os
import ssl
from datetime import UTC, datetime

import aiohttp
from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult

from tests.bench.peers.models import Start
from tests.bench.peers.request import answer, fields, words
from tests.bench.peers.rows import Rows
from tests.bench.peers.signer import Signer

TEXT = "INSERT INTO starts VALUES (?, ?, ?, ?)"


class Lean:
    """The bot; *session* goes to Tencent and to Slack."""

    def __init__(self, session, rows):
        self.session, self.rows = session, rows
        self.endpoint = os.environ["BOT_TRTC_ENDPOINT"]
        host = self.endpoint.partition("://")[2]
        self.signer = Signer("bench", os.environ["TENCENTCLOUD_SECRET_KEY"], host)
        self.tasks = set()
        self.app = AsyncApp(
            signing_secret=os.environ["SLACK_SIGNING_SECRET"],
            authorize=authorize,
            process_before_response=True,
        )
        self.app.command("/relay")(self.start)

    async def start(self, ack, command):
        await ack("Starting …")
        task = asyncio.create_task(self.carry(command))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def carry(self, command):
        room, url = words(command["text"])
        body = Start.model_validate(fields(room, url)).wire()
        headers = self.signer.headers(body, "StartPublishCdnStream", "2019-07-22")
        async with self.session.post(self.endpoint, data=body, headers=headers) as came:
            task = (await came.json())["Response"]["TaskId"]
        now = datetime.now(UTC).isoformat()
        await self.rows.keep((command["trigger_id"], room, task, body.decode() + now))
        url = command["response_url"]
        async with self.session.post(url, json=answer(room, task)) as posted:
            await posted.read()


async def authorize(**_given):
    return AuthorizeResult(
        enterprise_id=None,
        team_id="T0BENCH",
        bot_user_id="U0PATCHBAY",
        bot_token=os.environ["SLACK_BOT_TOKEN"],
    )


async def main():
    cas = os.environ.get("BENCH_CAS")
    trust = ssl.create_default_context(cafile=cas) if cas else True
    rows = Rows(os.path.join(os.environ["BENCH_FOLDER"], "lean.db"))  # noqa: PTH118
    connector = aiohttp.TCPConnector(ssl=trust)
    async with aiohttp.ClientSession(connector=connector) as session:
        lean = Lean(session, rows)
        runner = web.AppRunner(lean.app.web_app("/slack/events"), access_log=None)
        await runner.setup()
        port = int(os.environ["BOT_PORT"])
        await web.TCPSite(runner, "127.0.0.1", port, backlog=1024).start()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
