"""What the handler of a request and its connection say to each other.

Whoever answers requests counts connections; who can tell a genuine request from a
forged one are the handlers of Slack's and Tencent's routes. This is all they share.
"""

from typing import Protocol

from aiohttp import web


class Caller(Protocol):
    """The connection on which a request came."""

    def reading(self) -> None:
        """Take note that the rest of a body is waited for."""

    def whole(self) -> None:
        """Take note that the body has come as well, and is being answered."""

    def vouched(self) -> None:
        """Take note that a request with a valid signature came on it."""

    @property
    def has_place(self) -> bool:
        """Whether its request waited for its place, and has it."""

    @property
    def waited(self) -> float:
        """For how many seconds its request waited for its place, unread."""


CALLER: web.RequestKey[Caller] = web.RequestKey("caller")  # where a request has it


def vouch(request: web.Request) -> None:
    """Say that *request* is genuine, as soon as that is known."""
    caller: Caller | None = request.get(CALLER)
    if caller is not None:
        caller.vouched()


def has_place(request: web.Request) -> bool:
    """Tell whether *request* has a place already, for which it waited unread."""
    caller: Caller | None = request.get(CALLER)
    return caller is not None and caller.has_place


def waited(request: web.Request) -> float:
    """Return for how many seconds *request* waited for its place before it was read."""
    caller: Caller | None = request.get(CALLER)
    return caller.waited if caller is not None else 0.0
