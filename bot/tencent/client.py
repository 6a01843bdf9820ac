"""The only way to Tencent Cloud: one request out, one reply or one error back.

The error depends on the moment of the failure. Until a connection stood, nothing can
have left (`NotSent`). From then on the request may have arrived, however the
connection ended (`NoAnswer`). The client never sends twice: not after a redirect, not
on a stale connection, not by itself.

Page: https://www.tencentcloud.com/document/product/267/37447
"""

import math
import re
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, Self, TypeVar, cast

import aiohttp
from aiohttp.abc import AbstractResolver
from aiohttp.http_exceptions import HttpProcessingError

from bot.errors import CloudError, NoAnswer, NotSent, Refused, SettingsError
from bot.i18n import DEFAULT_LOCALE, _
from bot.products import ENDPOINTS, TRIAL_ENDPOINTS, is_endpoint
from bot.runtime.redact import Redactor
from bot.tencent import tc3, wire
from bot.tencent.models.base import Repeat, Reply, Request
from bot.tencent.unpack import unpack

LARGEST = 1024 * 1024  # bytes that we read of an answer; real ones have some hundred

R = TypeVar("R", bound=Reply)


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
    *trust* says whose certificates are good, instead of the system's CAs.

    `skew` is the offset of our clock in seconds by the last answer: positive when ours
    is ahead of Tencent's, None until an answer came.
    """

    def __init__(
        self,
        accounts: Mapping[str, Account],
        *,
        now: Callable[[], datetime],
        language: str = DEFAULT_LOCALE,
        resolver: AbstractResolver | None = None,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self.skew: float | None = None
        self._accounts = dict(accounts)
        self._now = now
        self._language = language
        self._resolver = resolver
        self._trust = trust
        self._correction = timedelta()
        self._sessions: dict[bool, aiohttp.ClientSession] = {}  # by: always fresh?

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
        """Open the pools: one keeps connections, one makes a fresh one each time."""
        self._sessions = {fresh: self._session(fresh=fresh) for fresh in (False, True)}

    async def close(self) -> None:
        """Close every connection. Sending is over then."""
        sessions, self._sessions = self._sessions, {}
        for session in sessions.values():
            await session.close()

    def correct_clock(self) -> None:
        """Sign from now on by Tencent's clock, as of its last answer."""
        self._correction = timedelta(seconds=-(self.skew or 0.0))

    async def send(self, request: Request[R], *, region: str, language: str = "") -> R:
        """Send *request* once and return the reply.

        Takes `request.deadline.attempt` seconds at most. A request that must not
        reach Tencent twice (`Repeat.NEVER`) gets a connection of its own: a kept one
        may be dead already, which looks the same as a lost answer.

        Raises:
            NotSent: it certainly did not leave.
            Refused: Tencent answered with an error code; and, if the request must not
                reach it twice, with no TaskId beside it.
            NoAnswer: it may have left, and no answer came that can be trusted.
        """
        if not re.fullmatch(r"[a-z0-9-]{0,32}", region):
            sentence = _("“{region}” is no region; nothing was sent.")
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
        try:
            answer = await self._exchange(request, account.endpoint, payload, headers)
            reply = wire.load(*answer, cast("type[R]", request.reply))
        except CloudError as error:
            raise _as_told(error, request) from None
        return wire.as_told(reply, request.secrets())

    def _account(self, request: Request[Any]) -> Account:
        service = request.service.name
        if not self._sessions:
            raise NotSent(_("The bot is shutting down; nothing was sent."))
        if service not in self._accounts:
            raise NotSent(
                _("There is no key for {service}; nothing was sent.").format(
                    service=service
                ),
                lasting=True,
            )
        return self._accounts[service]

    async def _exchange(
        self,
        request: Request[Any],
        endpoint: str,
        payload: bytes,
        headers: Mapping[str, str],
    ) -> tuple[int, bytes, str]:
        session = self._sessions[request.repeat is Repeat.NEVER]
        came = _Came()
        try:
            async with session.post(
                endpoint,
                data=payload,
                headers=headers,
                allow_redirects=False,
                timeout=_timeout(request),
            ) as response:
                self._compare_clocks(response.headers.get("Date", ""))
                await came.read(response)
                kind = response.headers.get("Content-Type", "")
                return response.status, came.whole(), kind
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise _never_left(error) from None  # the cause would quote the headers
        except (aiohttp.ClientError, HttpProcessingError, OSError) as error:
            raise came.cut_off(_how_it_ended(error)) from None

    def _session(self, *, fresh: bool) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                force_close=fresh, resolver=self._resolver, ssl=self._trust or True
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,  # identity was asked for; `unpack` has a bound
            trust_env=False,
        )

    def _compare_clocks(self, date: str) -> None:
        try:
            moment = parsedate_to_datetime(date)
        except (ValueError, TypeError, LookupError, ArithmeticError):
            return  # no date, or none that can be read: the last skew stands
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
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


@dataclass(slots=True)
class _Came:
    """What came of an answer so far; it is kept when the connection breaks."""

    status: int = 0
    encoding: str = ""
    body: bytearray = field(default_factory=bytearray)

    async def read(self, response: aiohttp.ClientResponse) -> None:
        """Take in *response* to its end, or as much of it as is read at all."""
        self.status = response.status
        self.encoding = response.headers.get("Content-Encoding", "")
        async for piece in response.content.iter_any():
            self.body += piece
            if len(self.body) > LARGEST:
                raise self.cut_off(_("It does not end."))

    def whole(self) -> bytes:
        """Return the body, unpacked.

        Raises:
            NoAnswer: what was packed is broken, or too long.
        """
        plain, is_all = unpack(bytes(self.body), self.encoding, LARGEST)
        if is_all:
            return plain
        raise wire.cut_off(_("It cannot be unpacked to its end."), plain, self.status)

    def cut_off(self, why: str) -> NoAnswer:
        """Return the error for an answer that ended here, and *why*."""
        plain, _is_all = unpack(bytes(self.body), self.encoding, LARGEST)
        return wire.cut_off(why, plain, self.status)


def _never_left(error: Exception) -> NotSent:
    lasting = isinstance(error, aiohttp.ClientConnectorCertificateError)
    return NotSent(
        _("Nothing was sent: {why}").format(why=_why_not(error)), lasting=lasting
    )


def _why_not(error: Exception) -> str:
    match error:
        case aiohttp.ClientConnectorDNSError():
            return _("Tencent's host name was not found.")
        case aiohttp.ClientConnectorCertificateError():
            return _("the certificate is not Tencent's, or is over.")
        case aiohttp.ClientConnectorSSLError():
            return _("no TLS connection could be agreed on.")
        case aiohttp.ConnectionTimeoutError():
            return _("no connection stood in time.")
        case _:
            return _("no connection could be made.")


def _how_it_ended(error: Exception) -> str:
    match error:
        case TimeoutError():
            return _("It did not come, or not to its end, in time.")
        case aiohttp.ClientResponseError() | HttpProcessingError():
            return _("It is not HTTP as it should be.")
        case _:
            return _("The connection ended before it did.")
