"""Answers that do not tell strangers what runs here."""

import asyncio
from typing import Any

from aiohttp import web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.http import StreamWriter
from multidict import CIMultiDict

from bot.http.connection import Connection
from bot.runtime.signed import CALLER


class Discreet(StreamWriter):
    """Writes answers without `Server`, which names the versions of what runs here."""

    async def write_headers(
        self, status_line: str, headers: "CIMultiDict[str]"
    ) -> None:
        """Write *headers*, but for that one."""
        headers.pop("Server", None)
        await super().write_headers(status_line, headers)


def make_discreet(server: web.Server) -> None:
    """Let the requests of *server* know their connection, and its answers be short.

    This is where every request passes, also one that could not be read.
    """
    make = server.request_factory

    def made(
        message: Any,
        payload: Any,
        protocol: Connection,
        _writer: AbstractStreamWriter,
        task: Any,
    ) -> web.BaseRequest:
        writer = Discreet(protocol, asyncio.get_running_loop())
        request = make(message, payload, protocol, writer, task)
        request[CALLER] = protocol
        protocol.begun()
        return request

    server.request_factory = made  # type: ignore[assignment]  # all are ours
