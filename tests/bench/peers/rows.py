"""A durable row: one thread writes, and takes what has queued into one commit."""

import asyncio
import queue
import sqlite3
import threading

TABLE = """
CREATE TABLE starts (id TEXT PRIMARY KEY, room TEXT, task TEXT, request TEXT);
CREATE INDEX starts_by_room ON starts (room);
"""


class Rows:
    """Rows in the file *path*, WAL, `synchronous=FULL`."""

    def __init__(self, path):
        self._loop = asyncio.get_running_loop()
        self._queue = queue.SimpleQueue()
        threading.Thread(target=self._write, args=(path,), daemon=True).start()

    def keep(self, row):
        """Return the future of *row*'s being on the disk."""
        future = self._loop.create_future()
        self._queue.put((row, future))
        return future

    def _write(self, path):
        connection = sqlite3.connect(path, isolation_level=None)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.executescript(TABLE)
        while True:
            group = [self._queue.get()]
            while not self._queue.empty():
                group.append(self._queue.get())
            rows, futures = zip(*group, strict=True)
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany("INSERT INTO starts VALUES (?, ?, ?, ?)", rows)
            connection.execute("COMMIT")
            self._loop.call_soon_threadsafe(_settle, futures)


def _settle(futures):
    for future in futures:
        future.set_result(None)
