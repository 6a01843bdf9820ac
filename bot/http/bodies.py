"""How much memory the bodies of requests may take that are under way.

A body may have 2 MiB, and everybody may send one in every connection before a
signature can be looked at. So those that are large share what there is; a small one, as
every command and nearly every click is, always goes.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from aiohttp import web

from bot.http.connections import MOST
from bot.slack.inbound.guard import LARGEST

SMALL = 64 * 1024  # bytes
SHARED = 64 * 1024 * 1024 - MOST * SMALL  # bytes; with a small one in every connection


class Bodies:
    """The large bodies that are under way."""

    def __init__(self) -> None:
        self._taken = 0  # bytes

    @contextmanager
    def room(self, request: web.BaseRequest) -> Iterator[bool]:
        """Keep room for the body of *request*; yield whether there is any.

        It is kept for as many bytes as the head says, or for the most that are read.
        """
        length = request.content_length
        size = LARGEST if length is None else min(length, LARGEST)
        needed = size if size > SMALL else 0
        has_room = self._taken + needed <= SHARED
        self._taken += needed if has_room else 0
        try:
            yield has_room
        finally:
            self._taken -= needed if has_room else 0
