"""Calls of Slack's Web API, and answers to a `response_url`.

One session for both. The library retries nothing: a message that was posted before its
answer got lost would be posted twice.
"""

import json
import logging
import ssl
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import aiohttp
import structlog
from pydantic import SecretStr
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.ids import ChannelId, MessageTs
from bot.runtime.tracing import note, step
from bot.runtime.wall import moment_of
from bot.slack.inbound.payloads import answer_url_is_slacks
from bot.slack.outbound.methods import OUTCOMES, READS, RESPONSE

SECONDS = 5
NO_SUCH_TOKEN = {
    "account_inactive",
    "invalid_auth",
    "not_authed",
    "token_expired",
    "token_revoked",
}
NO_WAY = "none"  # a message had nowhere to go
UNSHOWABLE = {
    "invalid_attachments",
    "invalid_blocks",
    "invalid_blocks_format",
    "msg_too_long",
    "msg_blocks_too_long",
    "no_text",
}
# The only words after which the same may be tried again; every other one is final for
# the way that was tried. https://docs.slack.dev/apis/web-api/#errors
TOO_FAST = {"ratelimited", "rate_limited", "http_429"}
AWAY = {
    "fatal_error",
    "internal_error",
    "request_timeout",
    "service_unavailable",
    "timeout",
    "unreachable",
}
UNREADABLE = "unreadable_answer"
TOO_MANY = 429
OK = 200
SERVER_ERROR = 500
MOST_WARNINGS = 200  # that are told apart in the log
Counted = Callable[[str, str, float], None]

log = structlog.get_logger(__name__)

# Unless its own level is above DEBUG, the library writes each call out, in vain.
_libraries_log = logging.getLogger("slack_sdk.web")
_libraries_log.setLevel(logging.WARNING)


def _uncounted(_method: str, _outcome: str, _seconds: float) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Sent:
    """How a call ended.

    *error* is Slack's word, `timeout`, `unreachable` or `http_` and a status, *detail*
    what Slack found wrong. *retry_after* is in seconds, when Slack gave one. *headers*
    are those of its answer: few calls ask what they say.
    """

    ok: bool
    error: str = ""
    retry_after: float = 0.0
    data: Mapping[str, Any] | None = None
    detail: str = ""
    headers: Mapping[str, Any] = field(  # in which a date differs each time
        default_factory=dict, compare=False, repr=False
    )

    @property
    def scopes(self) -> frozenset[str] | None:
        """Those of the token, if Slack named them."""
        scopes = self._header("x-oauth-scopes")
        if scopes is None:
            return None
        return frozenset(filter(None, (one.strip() for one in str(scopes).split(","))))

    @property
    def at(self) -> float | None:
        """The Unix time by Slack's clock, if it can be read."""
        moment = moment_of(str(self._header("date")))
        return moment.timestamp() if moment else None

    @property
    def away(self) -> bool:
        """Slack could not be reached or failed: the message may have arrived."""
        return self.error in AWAY or self.error.startswith("http_5")

    @property
    def too_fast(self) -> bool:
        """Slack took nothing, and will after `retry_after`."""
        return self.error in TOO_FAST

    @property
    def transient(self) -> bool:
        """The same may be tried again."""
        return self.away or self.too_fast

    @property
    def unauthorised(self) -> bool:
        """Slack does not know the token: no call that needs it can work."""
        return self.error in NO_SUCH_TOKEN

    @property
    def refused(self) -> bool:
        """Slack will never take the message this way; another may be open."""
        return not (self.ok or self.transient or self.unauthorised)

    @property
    def unshowable(self) -> bool:
        """Slack takes the way, but not the blocks."""
        return self.error in UNSHOWABLE

    @property
    def outcome(self) -> str:
        """How it ended, by one of `OUTCOMES`: the first that it is, or the last."""
        *ends, rejected = OUTCOMES
        return next((name for name in ends if getattr(self, name)), rejected)

    @property
    def channel(self) -> ChannelId | None:
        """Where the message was posted, if Slack says so."""
        channel = (self.data or {}).get("channel")
        return ChannelId(str(channel)) if channel else None

    @property
    def ts(self) -> MessageTs | None:
        """The message that was posted or updated, if Slack says so."""
        ts = (self.data or {}).get("ts")
        return MessageTs(str(ts)) if ts else None

    def _header(self, name: str) -> Any:
        return {key.casefold(): text for key, text in self.headers.items()}.get(name)


class Web:
    """Slack's Web API at *api_url*, called with a *token*; *traces* see the answers.

    *trust* says whose certificates are good, instead of the system's CAs. With it
    nothing but the host of *api_url* is answered. *tables_refused*: the workspace of
    the token has refused a table, so no other is tried there. *timer* is in seconds;
    `counted` is told of each call: the method, how it ended, and after how long.
    """

    def __init__(
        self,
        token: SecretStr,
        api_url: str,
        trust: ssl.SSLContext | None = None,
        traces: Iterable[aiohttp.TraceConfig] = (),
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self.api_url = api_url
        self.tables_refused = False
        self._trust = trust
        self._traces = tuple(traces)
        self._token = token
        self._session: aiohttp.ClientSession | None = None
        self._client: AsyncWebClient | None = None
        self._warned: set[tuple[str, str]] = set()
        self._timer = timer
        self.counted: Counted = _uncounted

    async def __aenter__(self) -> Self:
        timeout = aiohttp.ClientTimeout(total=SECONDS)
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(ssl=self._trust or True),
            timeout=timeout,
            trust_env=False,
            trace_configs=list(self._traces),
        )
        self._client = AsyncWebClient(
            token=self._token.get_secret_value(),
            base_url=self.api_url,
            timeout=SECONDS,
            session=self._session,
            ssl=self._trust,
            trust_env_in_session=False,
            retry_handlers=[],
            logger=_libraries_log,
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._session:
            await self._session.close()

    @property
    def client(self) -> AsyncWebClient:
        """The library's client, for Bolt and Socket Mode."""
        if self._client is None:
            raise RuntimeError("not open")
        return self._client

    async def call(self, method: str, **arguments: Any) -> Sent:
        """Call *method* with those *arguments* that are not None; never raises."""
        params = {name: value for name, value in arguments.items() if value is not None}
        read = method in READS
        verb = "GET" if read else "POST"
        payload = {"params": params} if read else {"json": params}
        calling = self.client.api_call(method, http_verb=verb, **payload)
        return await self._told(method, self._answered(method, calling))

    def use(self, token: SecretStr) -> None:
        """Call with *token* from here on."""
        self._token = token
        self.client.token = token.get_secret_value()

    async def identity(self, token: SecretStr) -> Sent:
        """Ask whose *token* is, which is not in use yet; never raises."""
        method, named = "auth.test", {"token": token.get_secret_value()}
        calling = self.client.api_call(method, params=named)
        return await self._told(method, self._answered(method, calling))

    async def open_socket(self, token: SecretStr) -> Sent:
        """Ask for the address of a socket with the app-level *token*; never raises."""
        method, secret = "apps.connections.open", token.get_secret_value()
        calling = self.client.apps_connections_open(app_token=secret)
        return await self._told(method, self._answered(method, calling))

    async def _told(self, method: str, ending: Awaitable[Sent]) -> Sent:
        """Return how a call of *method* ends, and tell who counts them."""
        since = self._timer()
        with step("slack", method=method):
            sent = await ending
            note(outcome=sent.outcome)
        self.counted(method, sent.outcome, self._timer() - since)
        return sent

    async def _answered(self, method: str, call: Awaitable[AsyncSlackResponse]) -> Sent:
        try:
            response = await call
        except SlackApiError as error:
            return _refused(error)
        except TimeoutError:
            return Sent(ok=False, error="timeout")
        except (SlackClientError, aiohttp.ClientError, OSError):
            return Sent(ok=False, error="unreachable")
        data: dict[str, Any] = dict(response.data)  # type: ignore[arg-type]  # JSON
        self._log_warnings(method, data)
        return Sent(ok=True, data=data, headers=response.headers)

    def _log_warnings(self, method: str, data: Mapping[str, Any]) -> None:
        """Log what Slack warns of, once for each method."""
        for word in _warnings(data):
            pair = (method, word)
            if pair not in self._warned and len(self._warned) < MOST_WARNINGS:
                self._warned.add(pair)
                log.warning("slack.warns", method=method, warning=word)

    async def post(self, channel: str, body: Mapping[str, Any], **more: Any) -> Sent:
        """Post a message. Links are not unfurled, `@name` is not made a mention."""
        return await self.call(
            "chat.postMessage",
            channel=channel,
            unfurl_links=False,
            unfurl_media=False,
            link_names=False,
            **body,
            **more,
        )

    async def upload(self, channel: str, name: str, text: str) -> Sent:
        """Upload a text file into *channel*; the library makes three calls of it.

        It may raise anything where an answer lacks what it expects.
        """
        try:
            await self.client.files_upload_v2(
                channel=channel, filename=name, title=name, content=text
            )
        except SlackApiError as error:
            return _refused(error)
        except (SlackClientError, aiohttp.ClientError, OSError):
            return Sent(ok=False, error="unreachable")
        except Exception:
            log.exception("upload.broke")
            return Sent(ok=False, error=UNREADABLE)
        return Sent(ok=True)

    async def keep(self, name: str, content: bytes) -> Sent:
        """Upload a picture that is shared nowhere; `data` has its ID as `file`.

        https://docs.slack.dev/reference/methods/files.completeUploadExternal
        """
        try:
            response = await self.client.files_upload_v2(
                filename=name, title=name, file=content, highlight_type="png"
            )
            kept = str(response["files"][0]["id"])
        except SlackApiError as error:
            return _refused(error)
        except (SlackClientError, aiohttp.ClientError, OSError):
            return Sent(ok=False, error="unreachable")
        except Exception:
            log.exception("upload.broke")
            return Sent(ok=False, error=UNREADABLE)
        return Sent(ok=True, data={"file": kept})

    def _is_slacks(self, url: str) -> bool:
        there = urlsplit(url).netloc == urlsplit(self.api_url).netloc
        return answer_url_is_slacks(url, self.api_url) and (there or not self._trust)

    async def answer(self, url: SecretStr, body: Mapping[str, Any]) -> Sent:
        """Post *body* to *url*, the `response_url` of a command or a click."""
        return await self._told(RESPONSE, self._posted(url, body))

    async def _posted(self, url: SecretStr, body: Mapping[str, Any]) -> Sent:
        address = url.get_secret_value()
        if self._session is None or not self._is_slacks(address):
            return Sent(ok=False, error="not_slack")
        try:
            async with self._session.post(
                address,
                data=json.dumps(body).encode(),
                headers={"Content-Type": "application/json"},
                allow_redirects=False,
            ) as response:
                return _answered(
                    response.status,
                    await response.text(errors="replace"),
                    _seconds(response.headers.get("Retry-After")),
                )
        except TimeoutError:
            return Sent(ok=False, error="timeout")
        except (aiohttp.ClientError, OSError):
            return Sent(ok=False, error="unreachable")


def _warnings(data: Mapping[str, Any]) -> Iterable[str]:
    metadata = data.get("response_metadata")
    listed = metadata.get("warnings") if isinstance(metadata, dict) else None
    joined = str(data.get("warning") or "").split(",")
    return filter(None, map(str, [*joined, *(listed or ())]))


def _answered(status: int, text: str, wait: float) -> Sent:
    """Read an answer: plain `ok`, or JSON that may say no under any status."""
    if status >= SERVER_ERROR or status == TOO_MANY:
        return Sent(ok=False, error=f"http_{status}", retry_after=wait)
    try:
        data = json.loads(text)
    except ValueError:
        data = None
    if isinstance(data, dict) and data.get("ok") is False:
        word = str(data.get("error") or f"http_{status}")
        return Sent(ok=False, error=word, retry_after=wait)
    taken = status == OK
    return Sent(ok=taken, error="" if taken else f"http_{status}")


def _refused(error: SlackApiError) -> Sent:
    response: AsyncSlackResponse | aiohttp.ClientResponse = error.response
    wait = _seconds(response.headers.get("Retry-After"))
    if isinstance(response, aiohttp.ClientResponse):  # it could not be read at all
        return Sent(ok=False, error=f"http_{response.status}", retry_after=wait)
    if response.status_code == TOO_MANY:
        return Sent(ok=False, error="ratelimited", retry_after=max(wait, 1.0))
    data = response.data if isinstance(response.data, dict) else {}
    word = str(data.get("error") or f"http_{response.status_code}")
    metadata = data.get("response_metadata")
    messages = metadata.get("messages") if isinstance(metadata, dict) else None
    detail = " ".join(map(str, messages or ()))
    return Sent(ok=False, error=word, retry_after=wait, detail=detail)


def _seconds(header: Any) -> float:
    text = str(header or "")
    return float(text) if text.isascii() and text.isdigit() else 0.0
