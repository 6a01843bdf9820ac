"""Python's SQLite driver, which says what it is asked to do before it does that.

What writes with it can be kept at work, so that more is waiting for it.
"""

import asyncio
import sqlite3
import threading
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from unittest import mock


class _Connection(sqlite3.Connection):
    tell = None

    def execute(self, statement, parameters=()):
        self.tell(self, statement, parameters)
        return super().execute(statement, parameters)

    def executemany(self, statement, parameters):
        parameters = list(parameters)
        self.tell(self, statement, parameters[0])
        return super().executemany(statement, parameters)


class Driver:
    """What tells; each of `listeners` is told of the connection, statement, values."""

    def __init__(self):
        self.listeners = []

    def tell(self, connection, statement, parameters):
        for listener in self.listeners:
            listener(connection, statement, parameters)

    def commits(self):
        """Return a list that grows with every commit."""
        seen = []

        def listen(_connection, statement, _parameters):
            if statement == "COMMIT":
                seen.append(statement)

        self.listeners.append(listen)
        return seen


@contextmanager
def heard():
    """Let every connection that is made meanwhile tell; give the `Driver`."""
    driver = Driver()
    kind = type("Connection", (_Connection,), {"tell": staticmethod(driver.tell)})
    telling = partial(sqlite3.connect, factory=kind)
    with mock.patch("sqlite3.connect", telling):
        yield driver


@contextmanager
def stepped():
    """Give a list that grows with every ten steps of SQLite's machine.

    Those of every connection that is made meanwhile; what they ask themselves to be
    called for they are called for all the same.
    """
    taken = []

    class Counted(sqlite3.Connection):
        def __init__(self, *args, **more):
            super().__init__(*args, **more)
            self.set_progress_handler(None, 0)

        def set_progress_handler(self, handler, _steps):
            def count():
                taken.append(1)
                return handler() if handler else 0

            super().set_progress_handler(count, 10)

    with mock.patch("sqlite3.connect", partial(sqlite3.connect, factory=Counted)):
        yield taken


@asynccontextmanager
async def held(writer):
    """Keep the thread of *writer* at work meanwhile: what is written waits for it."""
    began, go_on = threading.Event(), threading.Event()

    def hold(_connection):
        began.set()
        go_on.wait()

    holding = asyncio.ensure_future(writer.write(hold, long=True))
    await asyncio.to_thread(began.wait)
    yield
    go_on.set()
    await holding


async def queued(writes):
    """Let *writes* begin, in their order; return what is to be awaited."""
    waiting = [asyncio.ensure_future(write) for write in writes]
    for _turn in range(2):  # they queue at the end of the first
        await asyncio.sleep(0)
    return waiting
