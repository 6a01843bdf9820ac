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
