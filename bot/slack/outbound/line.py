"""One connection of Socket Mode, from its address to its end.

Slack gives an app ten at most, and says `too_many_websockets` to whoever comes after
them; one that broke without a word may be counted for hours. It tells that a
connection ends some seconds ahead, and does not close what it was told to close.
https://docs.slack.dev/apis/events-api/using-socket-mode
https://github.com/slackapi/bolt-js/issues/2225
https://github.com/slackapi/python-slack-sdk/issues/1940
"""

import asyncio
import json
from collections.abc import AsyncIterator, Coroutine
from typing import Any

import aiohttp
import structlog
from pydantic import SecretStr
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.runtime.tasks import Tasks

PING_SECONDS = 10.0  # of silence; without a word for 5 more the connection is closed
OPEN_SECONDS = 5.0  # that an address, and a handshake, may take
HELLO_SECONDS = 5.0  # that Slack's first word may take
CLOSE_SECONDS = 1.0  # that Slack's goodbye is waited for: often there is none
ACK_SECONDS = 3.0  # after which Slack takes no acknowledgement
TOO_MANY = "too_many_websockets"
LOST = "lost"  # without a word
DISCONNECT = "disconnect"

log = structlog.get_logger(__name__)


class NoLine(Exception):
    """There is no connection now: *word* is Slack's, or `unreachable`.

    *wait* is for how many seconds Slack wants to hear nothing, if it said so.
    """

    def __init__(self, word: str, wait: float = 0.0) -> None:
        super().__init__(word)
        self.word = word
        self.wait = wait


class Line:
    """A connection that Slack has greeted; its *hello* says how many there are.

    *going* is set once Slack has said that it ends, or it has; *why* says which.
    """

    def __init__(
        self, socket: aiohttp.ClientWebSocketResponse, hello: dict[str, Any]
    ) -> None:
        self.connections = hello.get("num_connections")
        self.going = asyncio.Event()
        self.why = LOST
        self._socket = socket
        self._answering = Tasks()

    @property
    def closed(self) -> bool:
        """Nothing comes here any more."""
        return self._socket.closed

    async def envelopes(self) -> AsyncIterator[dict[str, Any]]:
        """Give what comes, until the connection has ended."""
        try:
            async for message in self._socket:
                word = _read(message)
                if word.get("type") == DISCONNECT:
                    self.why = str(word.get("reason"))
                    self.going.set()
                elif word:
                    yield word
        finally:
            self.going.set()

    async def send(self, message: dict[str, Any]) -> None:
        """Send *message*.

        Raises:
            ConnectionError: the connection has ended.
        """
        await self._socket.send_str(json.dumps(message))

    def answer(self, work: Coroutine[Any, Any, None]) -> None:
        """Do *work*, which acknowledges an envelope of this connection."""
        self._answering.spawn(work, name="envelope")

    async def close(self) -> None:
        """Close it at a moment at which no acknowledgement is due, as soon as may be.

        It takes `ACK_SECONDS` and `CLOSE_SECONDS` at most.
        """
        if not self.closed:
            await self._answering.settled(ACK_SECONDS)
        await self._socket.close()


class Opener:
    """Opens connections to the Slack of *web*, until it is closed.

    Slack's first word may take *patience* seconds. It is built while the loop runs.
    """

    def __init__(self, web: AsyncWebClient, patience: float = HELLO_SECONDS) -> None:
        self._web = web
        self._patience = patience
        timeout = aiohttp.ClientTimeout(total=OPEN_SECONDS)
        self._session = aiohttp.ClientSession(timeout=timeout, trust_env=False)

    async def open(self, token: SecretStr) -> Line:
        """Open a connection with the app-level *token*, and wait until Slack greets.

        Raises:
            NoLine: Slack refuses it, or cannot be reached.
        """
        return await _greeted(await self._connected(token), self._patience)

    async def close(self) -> None:
        """Let go of what was opened."""
        await self._session.close()

    async def _connected(self, token: SecretStr) -> aiohttp.ClientWebSocketResponse:
        web = self._web
        try:
            answer = await web.apps_connections_open(app_token=token.get_secret_value())
            return await self._session.ws_connect(
                str(answer["url"]),
                heartbeat=PING_SECONDS,
                timeout=aiohttp.ClientWSTimeout(ws_close=CLOSE_SECONDS),
                ssl=True if web.ssl is None else web.ssl,
                proxy=web.proxy,
            )
        except SlackApiError as error:
            raise _refused(error) from None
        except (SlackClientError, aiohttp.ClientError, OSError, ValueError):
            raise NoLine("unreachable") from None


async def _greeted(socket: aiohttp.ClientWebSocketResponse, patience: float) -> Line:
    """Read the first word; who is not greeted lets go."""
    try:
        hello = _read(await socket.receive(patience))
    except TimeoutError:
        hello = {}
    if hello.get("type") != "hello":
        await socket.close()
        raise NoLine(str(hello.get("reason") or "no_hello"))
    return Line(socket, hello)


def _refused(error: SlackApiError) -> NoLine:
    headers = {name.casefold(): value for name, value in error.response.headers.items()}
    wait = str(headers.get("retry-after", ""))
    return NoLine(
        str(error.response.get("error")), float(wait) if wait.isdecimal() else 0.0
    )


def _read(message: aiohttp.WSMessage) -> dict[str, Any]:
    """Read a message of Slack's; what is none is nothing."""
    if message.type is not aiohttp.WSMsgType.TEXT:
        return {}
    try:
        read = json.loads(message.data)
    except ValueError:
        read = None
    if not isinstance(read, dict):
        log.warning("sockets.unreadable")
        return {}
    return read
