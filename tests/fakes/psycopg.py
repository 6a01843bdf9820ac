"""PostgreSQL's driver, which counts how often it waits for the server."""

from contextlib import contextmanager
from unittest import mock

import psycopg


class Trips:
    """How many round trips there were."""

    def __init__(self):
        self.count = 0

    def take(self):
        """Return how many there were since the last time."""
        taken, self.count = self.count, 0
        return taken


@contextmanager
def counted():
    """Count the round trips of every connection meanwhile."""
    trips, sync = Trips(), psycopg.Pipeline.sync

    def counting(pipeline):
        trips.count += 1
        return sync(pipeline)

    with mock.patch.object(psycopg.Pipeline, "sync", counting):
        yield trips


@contextmanager
def heard():
    """Let every connection that is made meanwhile tell; give the list of listeners.

    Each is told of the connection, the statement (also of a cursor's), its values.
    """
    listeners, execute = [], psycopg.Cursor.execute

    def telling(cursor, query, params=None, **more):
        text = query.decode() if isinstance(query, bytes) else str(query)
        text = text.partition("NO SCROLL CURSOR FOR ")[2] or text
        for listener in listeners:
            listener(cursor.connection, text, params or {})
        return execute(cursor, query, params, **more)

    with mock.patch.object(psycopg.Cursor, "execute", telling):
        yield listeners
