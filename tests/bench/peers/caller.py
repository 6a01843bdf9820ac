"""A client of Tencent's API and nothing else: `… caller <which> <in flight> <seconds>`.

Each call reads JSON into a model, sends it and reads the reply, as a start does. What
came of it is printed: the calls, the seconds, and those of the processor.
"""

import asyncio
import json
import os
import sys
import threading
import time
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import aiohttp

from tests.bench.peers.request import fields

ROOM, URL = "295066", "rtmp://push.example.com/live/s1"
ACTION, VERSION = "StartPublishCdnStream", "2019-07-22"
ENDPOINT = os.environ["BOT_TRTC_ENDPOINT"]
SECRET = os.environ["TENCENTCLOUD_SECRET_KEY"]


def sync(many, seconds):
    """The official client, shared by as many threads; return the calls made."""
    from tests.bench.peers.obvious import client, started  # noqa: PLC0415 - see main

    shared, counts, end = client(), [], time.monotonic() + seconds

    def work():
        count = 0
        while time.monotonic() < end:
            started(shared, ROOM, URL)
            count += 1
        counts.append(count)

    threads = [threading.Thread(target=work) for _ in range(many)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts)


def asynchronous(opening):
    """Return what makes calls in tasks, with the client that *opening* opens."""

    def calls(many, seconds):
        return asyncio.run(_calls(opening, many, seconds))

    return calls


async def _calls(opening, many, seconds):
    end = time.monotonic() + seconds
    text = json.dumps(fields(ROOM, URL))

    async def work(call):
        count = 0
        while time.monotonic() < end:
            await call(text)
            count += 1
        return count

    async with opening() as call:
        return sum(await asyncio.gather(*(work(call) for _ in range(many))))


@asynccontextmanager
async def official():
    """Open the official asynchronous client, which takes `httpx`."""
    from tencentcloud.trtc.v20190722 import models  # noqa: PLC0415 - see main
    from tencentcloud.trtc.v20190722.trtc_client_async import (  # noqa: PLC0415
        TrtcClient,
    )

    from tests.bench.peers.obvious import profile  # noqa: PLC0415 - see main

    client = TrtcClient(*profile())

    async def call(text):
        request = models.StartPublishCdnStreamRequest()
        request.from_json_string(text)
        return (await client.StartPublishCdnStream(request)).TaskId

    async with client:
        yield call


@asynccontextmanager
async def lean():
    """Open the client of the lean prototype."""
    from tests.bench.peers.models import Start  # noqa: PLC0415 - see main
    from tests.bench.peers.signer import Signer  # noqa: PLC0415 - see main

    signer = Signer("bench", SECRET, ENDPOINT.partition("://")[2])
    async with aiohttp.ClientSession() as session:

        async def call(text):
            body = Start.model_validate_json(text).wire()
            headers = signer.headers(body, ACTION, VERSION)
            async with session.post(ENDPOINT, data=body, headers=headers) as came:
                return (await came.json())["Response"]["TaskId"]

        yield call


@asynccontextmanager
async def ours():
    """Open the bot's client."""
    from pydantic import SecretStr  # noqa: PLC0415 - see main

    from bot.tencent.client import Account, Client  # noqa: PLC0415 - see main
    from bot.tencent.models.trtc.requests import (  # noqa: PLC0415 - see main
        StartPublishCdnStream,
    )
    from bot.tencent.tc3 import Credential  # noqa: PLC0415 - see main

    account = Account(ENDPOINT, Credential("bench", SecretStr(SECRET)))
    async with Client({"trtc": account}, now=lambda: datetime.now(UTC)) as client:

        async def call(text):
            request = StartPublishCdnStream.of_json(text)
            return (await client.send(request, region="ap-singapore")).task_id

        yield call


KINDS = {
    "sync": sync,
    "async": asynchronous(official),
    "lean": asynchronous(lean),
    "ours": asynchronous(ours),
}


def main(kind, many, seconds):
    """Print the figures of one client; each imports its own, and no other's."""
    KINDS[kind](1, float(seconds) / 4)
    began, cpu = time.monotonic(), time.process_time()
    calls = KINDS[kind](int(many), float(seconds))
    took = time.monotonic() - began, time.process_time() - cpu
    json.dump([calls, *took], sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
