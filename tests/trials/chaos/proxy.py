"""What stands between one replica and PostgreSQL, and can be made to fail.

It forwards bytes, and knows of each COMMIT: who waits before it, and whose answer is
lost.
"""

import asyncio
from contextlib import suppress
from enum import Enum

from tests.trials.chaos.wire import Frames, Watch, rewritten

CHUNK = 65536


class Road(Enum):
    """How the way to PostgreSQL is: HALF_OPEN has its far end gone without a word."""

    FINE = "fine"
    CUT = "cut"
    STALLED = "stalled"
    HALF_OPEN = "half-open"


async def _nothing(_transaction):
    return None


def _done(_transaction):
    return False


class Proxy:
    """Listens on loopback for one replica; *target* is (host, port) of PostgreSQL.

    `on_commit` is awaited with the transaction whose COMMIT was sent, and not forwarded
    yet; `on_committed` is called with one that is committed, before the replica knows,
    and tells whether it never shall. `rewrite` takes each statement, and returns that
    which is run. `delay` are seconds that each direction takes.
    """

    def __init__(self, target):
        self.target = target
        self.road = Road.FINE
        self.on_commit, self.on_committed = _nothing, _done
        self.rewrite = None
        self.delay = 0.0
        self.port = 0
        self.commits = 0
        self._links = set()
        self._open = asyncio.Event()
        self._open.set()

    async def start(self):
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self):
        self._server.close()
        self.hang_up()
        tasks = [one.task for one in self._links]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def turn(self, road):
        """Let the way be *road* from now on."""
        self.road = road
        if road in {Road.CUT, Road.HALF_OPEN}:
            self._break(client=road is Road.CUT, server=True)
        if road is Road.STALLED:
            self._open.clear()
        else:
            self._open.set()

    def hang_up(self):
        """Break every connection; new ones are taken."""
        self._break(client=True, server=True)

    def _break(self, *, client, server):
        for link in tuple(self._links):
            link.end(client=client, server=server)

    async def passes(self):
        """Wait while nothing gets through."""
        await self._open.wait()
        if self.delay:
            await asyncio.sleep(self.delay)

    def _serve(self, reader, writer):
        if self.road is Road.CUT:
            writer.transport.abort()
            return
        link = _Link(self, reader, writer)
        self._links.add(link)
        link.task = asyncio.create_task(self._carry(link))

    async def _carry(self, link):
        with suppress(OSError):
            await link.run()
        self._links.discard(link)


class _Link:
    """One connection of the replica, and the one to PostgreSQL behind it."""

    def __init__(self, proxy, reader, writer):
        self.proxy = proxy
        self.task: asyncio.Task | None = None
        self._client = reader, writer
        self._server = None
        self._watch = Watch()
        self._gone = asyncio.Event()  # the far end is, and the near one is not told

    async def run(self):
        try:
            await self.proxy.passes()
            if self.proxy.road is Road.HALF_OPEN:
                await self._gone.wait()
            self._server = await asyncio.open_connection(*self.proxy.target)
            ways = asyncio.create_task(self._there()), asyncio.create_task(self._back())
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for way in ways:
                    way.cancel()
                await asyncio.gather(*ways, return_exceptions=True)
            if self.proxy.road is Road.HALF_OPEN:
                await self._gone.wait()
        finally:
            self.end(client=True, server=True)

    def end(self, *, client, server):
        if server and self._server:
            self._server[1].transport.abort()
        if client:
            self._client[1].transport.abort()
            self._gone.set()

    async def _there(self):
        """Carry what the replica says."""
        frames = Frames(greets=True)
        reader, writer = self._client[0], self._server[1]
        while data := await reader.read(CHUNK):
            await self.proxy.passes()
            for kind, body, raw in frames.feed(data):
                if kind == b"tls":
                    self._client[1].write(b"N")
                    continue
                await self._forward(kind, body, raw, writer)
            await writer.drain()

    async def _forward(self, kind, body, raw, writer):
        rewrite = self.proxy.rewrite
        if rewrite and kind in {b"Q", b"P"}:
            raw = rewritten(kind, body, rewrite)
        whole = self._watch.asked(kind, body)
        if whole:
            await self.proxy.on_commit(whole)
        writer.write(raw)

    async def _back(self):
        """Carry what PostgreSQL says."""
        frames = Frames(greets=False)
        reader, writer = self._server[0], self._client[1]
        while data := await reader.read(CHUNK):
            await self.proxy.passes()
            for kind, body, raw in frames.feed(data):
                whole = self._watch.answered(kind, body)
                if whole:
                    self.proxy.commits += 1
                    if self.proxy.on_committed(whole):
                        return
                writer.write(raw)
            await writer.drain()
