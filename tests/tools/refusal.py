"""What it costs to turn a command away while the bot is behind: `make bench-quick`.

Commands that Slack has given up come over real connections from another process, and
the time of the processor that this one takes for each is told beside that of an asyncio
server which answers as much and looks at nothing. The goal is in microseconds, since
what a refusal takes is what an overload leaves.
"""

import asyncio
import subprocess
import sys
import time
from contextlib import AsyncExitStack
from statistics import median
from typing import Any

from pydantic import SecretStr

from bot.http.server import Server
from bot.slack.inbound import http
from bot.slack.inbound.admission import FORMS, GIVEN_UP, REST, Admission, Lane
from bot.slack.inbound.listeners import Listeners
from tests.bot.slack.inbound.front import Front
from tests.trials.load_rig import Typed
from tests.trials.rawhttp import FORM, request, slack_headers

GOAL = 60e-6  # seconds
ROUNDS, COMMANDS, CONNECTIONS = 5, 4000, 50
SECRET = "signs-what-is-turned-away"

SENDER = """
import socket, sys
port, most, count, length = map(int, sys.argv[1:])
refusal, data = sys.stdin.buffer.read(length), sys.stdin.buffer.read()
lines = [socket.create_connection(("127.0.0.1", port)) for _ in range(most)]
for _ in range(count // most):
    for line in lines:
        line.sendall(data)
    for line in lines:
        answer = b""
        while len(answer) < length:
            answer += line.recv(65536) or sys.exit("it ended")
        if answer != refusal:
            sys.exit(answer.decode())
"""


async def main(rounds: int = ROUNDS, commands: int = COMMANDS) -> int:
    """Print the figure; return 0 if it is no more than the goal."""
    ours, bare = [], []
    async with AsyncExitStack() as stack:
        port, data, refusal = await behind(stack)
        echo = await answering(stack, refusal)
        for _ in range(rounds):
            bare.append(await cost(echo, data, refusal, commands))
            ours.append(await cost(port, data, refusal, commands))
    each, floor = median(ours), median(bare)
    sys.stdout.write(
        f"{'refusal':14} {1e6 * each:10.1f} µs   {'asyncio':8} {1e6 * floor:10.1f} µs"
        f"   {each / floor:5.2f}   goal {1e6 * GOAL:.0f} µs\n"
    )
    return int(each > GOAL)


async def behind(stack: AsyncExitStack) -> tuple[int, bytes, bytes]:
    """Serve what is behind; return its port, what it turns away, and how."""
    admission = Admission(time.time, time.monotonic)
    listeners: Listeners = Front().listeners
    parts: Any = (listeners, SecretStr(SECRET), time.time, admission)
    front = http.raw_commands(*parts)
    server = Server(routes=http.routes(*parts), ready=_ready, fronts=[front])
    stack.push_async_callback(server.close)
    busy = [asyncio.create_task(_busy(admission)) for _ in range(REST + FORMS)]
    for task in busy:
        stack.callback(task.cancel)
    port = await server.start("127.0.0.1", 0)
    while not admission.behind():  # noqa: ASYNC110 - time alone makes it so
        await asyncio.sleep(0.05)
    async with admission.place(Lane.FIRST, time.time()):
        pass  # the least offset of a minute is that of this one
    body = Typed(1, "/relay", "start 7 url=rtmp://push.example.com/a/b --go").body("u")
    head = slack_headers(body, SECRET, time.time() - 20 * GIVEN_UP)
    return port, request(http.PATH, body, {"Content-Type": FORM, **head}), front.refusal


async def _ready() -> dict[str, bool]:
    return {}


async def _busy(admission: Admission) -> None:
    while True:
        async with admission.place(Lane.REST) as has_place:
            await asyncio.sleep(0.9 if has_place else 0)


async def answering(stack: AsyncExitStack, answer: bytes) -> int:
    """Serve *answer* to whatever comes; return the port."""

    class Bare(asyncio.Protocol):
        def connection_made(self, transport: Any) -> None:
            self.transport = transport

        def data_received(self, _data: bytes) -> None:
            self.transport.write(answer)

    server = await asyncio.get_running_loop().create_server(Bare, "127.0.0.1", 0)
    stack.callback(server.close)
    return int(server.sockets[0].getsockname()[1])


async def cost(port: int, data: bytes, refusal: bytes, commands: int) -> float:
    """Return the seconds of this process for each command that is sent to *port*.

    Raises:
        RuntimeError: what was answered is not *refusal*.
    """
    sizes = map(str, (port, CONNECTIONS, commands, len(refusal)))
    sender = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", SENDER, *sizes), stdin=subprocess.PIPE
    )
    start = time.process_time()
    await sender.communicate(refusal + data)
    taken = (time.process_time() - start) / commands
    if sender.returncode:
        raise RuntimeError("it was not turned away")
    return taken


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
