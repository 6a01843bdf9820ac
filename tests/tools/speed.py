"""What signing, models and starting cost, as ratios: `make bench-quick`.

Each figure of ours is measured beside its yardstick, in turns, and in time of the
processor, so that a busy machine slows neither alone. The yardsticks: bare hashing of
the same bytes, the vendor's own SDK, and a process that imports Bolt and its web server
and no more. A figure says nothing of another machine, a ratio does.
"""

import asyncio
import hashlib
import hmac
import json
import logging
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from pydantic import SecretStr
from tencentcloud.common.abstract_client import AbstractClient
from tencentcloud.common.credential import Credential as TheirCredential
from tencentcloud.common.http.request import RequestInternal
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.trtc.v20190722 import models as official
from tencentcloud.trtc.v20190722.trtc_client import TrtcClient

from bot.tencent import tc3, wire
from bot.tencent.client import Account, Client
from bot.tencent.models.trtc.requests import StartPublishCdnStream

EXAMPLE = Path(__file__).parents[1] / "examples" / "trtc-6-mix-av-sei.json"
HOST = "trtc.intl.tencentcloudapi.com"
ROUNDS, CALLS = 15, 400
STARTS = 5

IN_FLIGHT = 8  # calls of a client

GOALS = {
    "signature": 1.3,
    "request build": 0.3,
    "models": 0.4,
    "client, time": 1 / 3,
    "client, CPU": 0.3,
    "start-up": 1.7,
}

# structlog imports it where it is; no image has it, a tool of the developers' does.
WITHOUT_RICH = "import sys; sys.modules['rich'] = None\n"
BARE = "import slack_bolt.async_app, aiohttp.web"
OURS = """
import bot.__main__
from bot.runtime.memory import kept_for_good
with kept_for_good():
    import bot.app, bot.lifecycle, commands
"""

# It reads whole requests and answers each, as cheaply as Python can.
FAR_END = """
import asyncio
BODY = b'{"Response": {"TaskId": "' + b"-m97" + 68 * b"a" + b'", "RequestId": "r-1"}}'
ANSWER = b"HTTP/1.1 200 OK\\r\\nContent-Length: %d\\r\\n\\r\\n" % len(BODY) + BODY
class Far(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport, self.got = transport, b""
    def data_received(self, data):
        self.got += data
        head, found, body = self.got.partition(b"\\r\\n\\r\\n")
        if found:
            size = int(head.lower().partition(b"content-length:")[2].split(None, 1)[0])
            if len(body) >= size:
                self.got = b""
                self.transport.write(ANSWER)
async def main():
    server = await asyncio.get_running_loop().create_server(Far, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"""

Work = Callable[[], object]


def main() -> int:
    """Print a line for each ratio; return how many goals are missed."""
    logging.disable()  # the SDK writes each request down
    measured = {
        "signature": ("hashing", *in_turns(*signing())),
        "request build": ("the SDK", *in_turns(*building())),
        "models": ("the SDK", *in_turns(*modelling())),
        **{name: ("the SDK", *pair) for name, pair in calling().items()},
        "start-up": ("Bolt", *in_turns(*starting(), rounds=STARTS, calls=1)),
    }
    for name, (beside, ours, theirs) in measured.items():
        ratio = ours / theirs
        sys.stdout.write(
            f"{name:14} {1e6 * ours:10.1f} µs   {beside:8} {1e6 * theirs:10.1f} µs"
            f"   {ratio:5.2f}   goal {GOALS[name]}\n"
        )
    return sum(ours > GOALS[name] * its for name, (_, ours, its) in measured.items())


def in_turns(
    ours: Work, theirs: Work, *, rounds: int = ROUNDS, calls: int = CALLS
) -> tuple[float, float]:
    """Return the seconds that a call of each takes, the medians of many rounds."""
    times: dict[Work, list[float]] = {ours: [], theirs: []}
    for turn in range(rounds):
        for work in (ours, theirs) if turn % 2 else (theirs, ours):
            start = _processor_time()
            for _ in range(calls):
                work()
            times[work].append((_processor_time() - start) / calls)
    return median(times[ours]), median(times[theirs])


def _processor_time() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def signing() -> tuple[Work, Work]:
    """Return the signature, and the hashes that any would take."""
    payload = wire.dump(_request())
    credential = _credential()
    at = datetime.now(UTC)
    canonical, key = b"POST\n/\n\n" + bytes(150), bytes(32)

    def ours() -> object:
        return tc3.authorization(
            payload, host=HOST, service="trtc", at=at, credential=credential
        )

    def bare() -> object:
        hashlib.sha256(payload).hexdigest()
        to_sign = hashlib.sha256(canonical).hexdigest().encode()
        return hmac.digest(key, to_sign, "sha256").hex()

    return ours, bare


def building() -> tuple[Work, Work]:
    """Return a request made into bytes and headers, ours and the SDK's."""
    request, theirs = _request(), _their_request()
    credential = _credential()
    client = AbstractClient(TheirCredential("id", "key"), "ap-singapore")
    client._service, client._apiVersion = "trtc", "2019-07-22"

    def ours() -> object:
        payload = wire.dump(request)
        return wire.headers(
            request,
            payload,
            host=HOST,
            region="ap-singapore",
            at=datetime.now(UTC),
            credential=credential,
            language="en",
        )

    def sdk() -> object:
        sent = RequestInternal(HOST, "POST", "/", {})
        params = theirs._serialize()
        client._build_req_with_tc3_signature("StartPublishCdnStream", params, sent)
        return sent

    return ours, sdk


def modelling() -> tuple[Work, Work]:
    """Return JSON read into a request and written again, ours and the SDK's."""
    text = json.dumps(_fields())

    def ours() -> object:
        return wire.dump(StartPublishCdnStream.of_json(text))

    def sdk() -> object:
        request = official.StartPublishCdnStreamRequest()
        request.from_json_string(text)
        return json.dumps(request._serialize())

    return ours, sdk


def calling() -> dict[str, tuple[float, float]]:
    """Return the seconds that a call takes, and those of the processor.

    Each call reads JSON into a request, sends it to a server on loopback, and reads the
    reply; `IN_FLIGHT` at once, ours on a connection of its own each.
    """
    with far_end() as port:
        works = (partial(our_calls, port), partial(their_calls, port))
        times: dict[Work, list[tuple[float, float]]] = {work: [] for work in works}
        for turn in range(ROUNDS):
            for work in works if turn % 2 else reversed(works):
                begun, used = time.perf_counter(), time.process_time()
                work()
                took = time.perf_counter() - begun, time.process_time() - used
                times[work].append((took[0] / CALLS, took[1] / CALLS))
    ours, theirs = ([median(one) for one in zip(*times[w], strict=True)] for w in works)
    return {
        "client, time": (ours[0], theirs[0]),
        "client, CPU": (ours[1], theirs[1]),
    }


def our_calls(port: int) -> None:
    """Make `CALLS` calls as the bot does."""
    text, account = json.dumps(_fields()), f"http://127.0.0.1:{port}"

    async def in_a_row(client: Client) -> None:
        for _ in range(CALLS // IN_FLIGHT):
            request = StartPublishCdnStream.of_json(text)
            with client.prepared(request) as ahead:
                await client.send(request, region="ap-singapore", ahead=ahead)

    async def at_once() -> None:
        accounts = {"trtc": Account(account, _credential())}
        async with Client(accounts, now=partial(datetime.now, UTC)) as client:
            await asyncio.gather(*(in_a_row(client) for _ in range(IN_FLIGHT)))

    asyncio.run(at_once())


def their_calls(port: int) -> None:
    """Make `CALLS` calls as the SDK does, in threads that share a client."""
    text, profile = json.dumps(_fields()), ClientProfile()
    profile.httpProfile.scheme = "http"
    profile.httpProfile.endpoint = f"127.0.0.1:{port}"
    client = TrtcClient(TheirCredential("id", "key"), "ap-singapore", profile)

    def call(_number: int) -> object:
        request = official.StartPublishCdnStreamRequest()
        request.from_json_string(text)
        return client.StartPublishCdnStream(request).TaskId

    with ThreadPoolExecutor(IN_FLIGHT) as threads:
        list(threads.map(call, range(CALLS)))


@contextmanager
def far_end() -> Iterator[int]:
    """Run a server that answers at once, in a process of its own; give its port."""
    command = [sys.executable, "-c", FAR_END]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as server:  # noqa: S603 - our own
        try:
            yield int(server.stdout.readline())
        finally:
            server.kill()


def starting() -> tuple[Work, Work]:
    """Return a process that has imported the bot, and one that has imported Bolt.

    Both find byte-code, as in an image that was built to be started.
    """
    cache = TemporaryDirectory(prefix="bench-")
    settings = {**os.environ, "PYTHONPYCACHEPREFIX": cache.name}
    settings.pop("PYTHONDONTWRITEBYTECODE", None)

    def run(code: str) -> Work:
        def start() -> object:
            assert cache.name
            command = [sys.executable, "-c", code]
            return subprocess.run(command, env=settings, check=True)  # noqa: S603 - our own

        start()
        return start

    return run(WITHOUT_RICH + OURS), run(WITHOUT_RICH + BARE)


def _fields() -> dict[str, object]:
    return json.loads(EXAMPLE.read_text(encoding="utf-8"))["request"]


def _request() -> StartPublishCdnStream:
    return StartPublishCdnStream.of(_fields())


def _their_request() -> official.StartPublishCdnStreamRequest:
    request = official.StartPublishCdnStreamRequest()
    request.from_json_string(json.dumps(_fields()))
    return request


def _credential() -> tc3.Credential:
    return tc3.Credential("id", SecretStr("key"))


if __name__ == "__main__":
    sys.exit(main())
