"""The only way to Tencent Cloud: one request out, one reply or one error back.

The error depends on the moment of the failure. Until a connection stood, nothing can
have left (`NotSent`). From then on the request may have arrived, however the
connection ended (`NoAnswer`). The client never sends twice: not after a redirect, not
on a stale connection, not by itself.

Page: https://www.tencentcloud.com/document/product/267/37447
"""

import asyncio
import math
import re
import ssl
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Self, TypeVar, cast

import aiohttp
from aiohttp.abc import AbstractResolver
from aiohttp.http_exceptions import HttpProcessingError

from bot.errors import CloudError, NotSent, Refused, SettingsError
from bot.i18n import DEFAULT_LOCALE, _
from bot.products import ENDPOINTS, TRIAL_ENDPOINTS, is_endpoint
from bot.runtime.redact import Redactor
from bot.runtime.tracing import note, step
from bot.runtime.wall import moment_of
from bot.tencent import tc3, wire
from bot.tencent.call import Call, Came, Saw
from bot.tencent.connection import Ahead, Connection, Opener, never_left
from bot.tencent.models.base import Repeat, Reply, Request
from bot.tencent.retry import ErrorClass, class_of

DONE, BROKE = "ok", "broke"  # how a call ended, beside the classes of errors
OUTCOMES = (DONE, BROKE, *(one.name.lower() for one in ErrorClass))

_NONE_AHEAD: AbstractContextManager[None] = nullcontext()
_REGION = re.compile(r"[a-z0-9-]{0,32}")

Counted = Callable[[str, str, float], None]
R = TypeVar("R", bound=Reply)


def _uncounted(_action: str, _outcome: str, _seconds: float) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Account:
    """A product's endpoint, and the key pair that signs for it.

    *trial*: a CA of a trial is trusted, so the endpoint is on loopback.

    Raises:
        SettingsError: `is_endpoint` refuses the endpoint.
    """

    endpoint: str
    credential: tc3.Credential
    trial: bool = False

    def __post_init__(self) -> None:
        if not is_endpoint(self.endpoint, trial=self.trial):
            where = TRIAL_ENDPOINTS if self.trial else ENDPOINTS
            raise SettingsError(f"an endpoint is {where}")

    @property
    def host(self) -> str:
        """The `Host` header: a port stands in it unless it is the scheme's own."""
        scheme, _slashes, host = self.endpoint.rstrip("/").partition("://")
        return host.removesuffix(":443" if scheme == "https" else ":80")


class Client:
    """Signs and sends. *accounts* are by product (`trtc`), *now* is the wall clock.

    *language* is the locale of Tencent's messages where `send` names no other.
    *resolver* turns host names into addresses; by default it is the system's.
    *trust* says whose certificates are good, instead of the system's CAs. *saw* is
    told of what comes back: action, HTTP status, headers, and the body as it came.

    `skew` is the offset of our clock in seconds by the last answer: positive when ours
    is ahead of Tencent's, None until an answer came. `counted` is told of each call:
    the action, how it ended, and after how many seconds.
    """

    def __init__(
        self,
        accounts: Mapping[str, Account],
        *,
        now: Callable[[], datetime],
        language: str = DEFAULT_LOCALE,
        resolver: AbstractResolver | None = None,
        trust: ssl.SSLContext | None = None,
        saw: Saw | None = None,
    ) -> None:
        self.skew: float | None = None
        self.counted: Counted = _uncounted
        self._accounts = dict(accounts)
        self._now = now
        self._language = language
        self._resolver = resolver
        self._trust = trust
        self._saw = saw
        self._correction = timedelta()
        self._session: aiohttp.ClientSession | None = None  # keeps connections
        self._opener: Opener | None = None  # makes one for each request

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def start(self) -> None:
        """Be ready to send."""
        self._opener = Opener(self._resolver, self._trust)
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                resolver=self._resolver, ssl=self._trust or True
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,  # identity was asked for; `unpack` has a bound
            trust_env=False,
        )

    async def close(self) -> None:
        """Close every connection. Sending is over then."""
        opener, self._opener = self._opener, None
        session, self._session = self._session, None
        if opener and session:
            opener.close()
            await session.close()

    def use(self, accounts: Mapping[str, Account]) -> None:
        """Sign with the keys of *accounts* from here on."""
        self._accounts = dict(accounts)

    def correct_clock(self) -> None:
        """Sign from now on by Tencent's clock, as of its last answer."""
        self._correction = timedelta(seconds=-(self.skew or 0.0))

    def prepared(self, request: Request[Any]) -> AbstractContextManager[Ahead | None]:
        """Begin to open the connection that *request* will take, for `send`.

        There is none ahead where it may take a kept one, or many are open already.
        What was not taken at the end of the block is closed.
        """
        account = self._accounts.get(request.service.name)
        ahead = None
        if account and self._opener and request.repeat is Repeat.NEVER:
            within = request.deadline.connect
            ahead = self._opener.ahead(account.endpoint, within=within)
        return ahead or _NONE_AHEAD

    async def send(
        self,
        request: Request[R],
        *,
        region: str,
        language: str = "",
        ahead: Ahead | None = None,
        last: Callable[[], None] | None = None,
    ) -> R:
        """Send *request* once and return the reply.

        Takes `request.deadline.attempt` seconds at most. A request that must not
        reach Tencent twice (`Repeat.NEVER`) gets a connection of its own, the one that
        was opened *ahead* if it is still good: a kept one may be dead already, which
        looks the same as a lost answer. *last* is called just before the first byte of
        such a one is written, and may raise `NotSent`.

        Raises:
            NotSent: it certainly did not leave.
            Refused: Tencent answered with an error code; and, if the request must not
                reach it twice, with no TaskId beside it.
            NoAnswer: it may have left, and no answer came that can be trusted.
        """
        time = asyncio.get_running_loop().time
        since, outcome, request_id = time(), BROKE, ""
        with step("call", action=request.action):
            try:
                reply = await self._sent(request, region, language, (ahead, last))
                outcome, request_id = DONE, reply.request_id
            except CloudError as error:
                outcome, request_id = class_of(error).name.lower(), error.request_id
                raise
            else:
                return reply
            finally:
                note(outcome=outcome, request_id=request_id)
                self.counted(request.action, outcome, time() - since)

    async def _sent(
        self,
        request: Request[R],
        region: str,
        language: str,
        alone: tuple[Ahead | None, Callable[[], None] | None],
    ) -> R:
        ahead, last = alone
        if not _REGION.fullmatch(region):
            sentence = _("“{region}” is not a region; nothing was sent.")
            raise NotSent(sentence.format(region=region), lasting=True)
        account = self._account(request)
        payload = wire.dump(request)
        headers = wire.headers(
            request,
            payload,
            host=account.host,
            region=region,
            at=self._now() + self._correction,
            credential=account.credential,
            language=language or self._language,
        )
        call = Call(request, account.endpoint, payload, headers, Came(), last)
        try:
            if request.repeat is Repeat.NEVER:
                answer = await self._alone(call, ahead)
            else:
                answer = await self._kept(call)
            reply = wire.load(*answer, cast("type[R]", request.reply))
        except CloudError as error:
            raise _as_told(error, request) from None
        finally:
            if self._saw and call.came.status:
                call.came.show(request.action, self._saw)
        return wire.as_told(reply, request.secrets())

    def _account(self, request: Request[Any]) -> Account:
        service = request.service.name
        if self._session is None:
            raise NotSent(_("The bot is shutting down; nothing was sent."))
        if service not in self._accounts:
            raise NotSent(
                _("There is no key for {service}; nothing was sent.").format(
                    service=service
                ),
                lasting=True,
            )
        return self._accounts[service]

    async def _kept(self, call: Call) -> tuple[int, bytes, str]:
        """Send over a connection that others use before and after it."""
        if self._session is None:
            raise NotSent(_("The bot is shutting down; nothing was sent."))
        came = call.came
        try:
            async with self._session.post(
                call.endpoint,
                data=call.payload,
                headers=call.headers,
                allow_redirects=False,
                timeout=_timeout(call.request),
            ) as response:
                self._compare_clocks(response.headers.get("Date", ""))
                return await came.read(
                    response.status, response.headers, response.content
                )
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise never_left(error) from None  # the cause would quote the headers
        except (aiohttp.ClientError, HttpProcessingError, OSError) as error:
            raise came.cut_off(_how_it_ended(error)) from None

    async def _alone(self, call: Call, ahead: Ahead | None) -> tuple[int, bytes, str]:
        """Send over a connection by which nothing else was or will be sent."""
        deadline, came, connection = call.request.deadline, call.came, None
        whole = call.whole()
        try:
            async with asyncio.timeout(deadline.attempt):
                connection = await self._virgin(call, ahead)
                if call.last:
                    call.last()
                came.expected = True
                connection.write(whole, read=deadline.read)
                message, body = await connection.answer()
                self._compare_clocks(message.headers.get("Date", ""))
                return await came.read(message.code, message.headers, body)
        except (aiohttp.ClientError, HttpProcessingError, OSError) as error:
            if not came.expected:
                raise never_left(error) from None
            raise came.cut_off(_how_it_ended(error)) from None
        finally:
            if connection:
                connection.close()

    async def _virgin(self, call: Call, ahead: Ahead | None) -> Connection:
        """Return the connection *ahead* if it is still good, else a new one.

        Raises:
            NotSent: there is none.
        """
        if self._opener is None:
            raise NotSent(_("The bot is shutting down; nothing was sent."))
        if ahead and (connection := await ahead.taken()):
            return connection
        within = call.request.deadline.connect
        connection = await self._opener.opened(call.endpoint, within=within)
        if not connection.is_sound:
            connection.close()
            raise never_left(ConnectionResetError())
        return connection

    def _compare_clocks(self, date: str) -> None:
        if moment := moment_of(date):  # else the last skew stands
            self.skew = (self._now() - moment).total_seconds()


def _as_told(error: CloudError, request: Request[Any]) -> CloudError:
    """Return *error* without the secrets of *request*, and as what it is to its asker.

    This is the one way in for what Tencent says in an error.
    """
    clean = wire.without_secrets(error, Redactor(request.secrets()))
    never = request.repeat is Repeat.NEVER
    if never and isinstance(clean, Refused) and clean.candidates:
        return wire.contradiction(clean)
    return clean


def _timeout(request: Request[Any]) -> aiohttp.ClientTimeout:
    deadline = request.deadline
    return aiohttp.ClientTimeout(
        total=deadline.attempt,
        connect=deadline.connect,
        sock_read=deadline.read,
        ceil_threshold=math.inf,  # to the point, not to the next full second
    )


def _how_it_ended(error: Exception) -> str:
    match error:
        case TimeoutError():
            return _("It did not come in time, or not whole.")
        case aiohttp.ClientResponseError() | HttpProcessingError():
            return _("It is not valid HTTP.")
        case _:
            return _("The connection ended too early.")
