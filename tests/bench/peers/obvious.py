"""B: the obvious bot: Bolt as it comes, the official client in threads, `respond()`.

`each` as an argument makes it one that builds a client for each command.
"""

import asyncio
import json
import os
import sys
from urllib.parse import urlsplit

from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from tencentcloud.common.credential import Credential
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.trtc.v20190722 import models
from tencentcloud.trtc.v20190722.trtc_client import TrtcClient

from tests.bench.peers.request import answer, fields, words


def client():
    """Return a client of the official SDK; as it comes, it loads its own CAs."""
    return TrtcClient(*profile())


def profile():
    """Return what the SDK makes a client of."""
    endpoint = urlsplit(os.environ["BOT_TRTC_ENDPOINT"])
    http = HttpProfile(
        protocol=endpoint.scheme,
        endpoint=endpoint.netloc,
        certification=os.environ.get("BENCH_CAS"),
    )
    credential = Credential("bench", os.environ["TENCENTCLOUD_SECRET_KEY"])
    return credential, "ap-singapore", ClientProfile(httpProfile=http)


def started(client, room, url):
    """Start a relay; return its TaskId."""
    request = models.StartPublishCdnStreamRequest()
    request.from_json_string(json.dumps(fields(room, url)))
    return client.StartPublishCdnStream(request).TaskId


def made(*, each):
    """Return the app."""
    app = AsyncApp(
        signing_secret=os.environ["SLACK_SIGNING_SECRET"],
        client=AsyncWebClient(
            token=os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"]
        ),
    )
    shared = client()

    @app.command("/relay")
    async def start(ack, command, respond):
        await ack()
        room, url = words(command["text"])
        used = client() if each else shared
        task = await asyncio.to_thread(started, used, room, url)
        await respond(**answer(room, task))

    return app


if __name__ == "__main__":
    app = made(each="each" in sys.argv)
    app.start(int(os.environ["BOT_PORT"]), "/slack/events", host="127.0.0.1")
