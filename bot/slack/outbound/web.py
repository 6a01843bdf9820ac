"""What goes out to Slack: the Web API, and answers to a command's own address.

One session for both, never retried by the library: a post that was retried after it
arrived would stand there twice.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import aiohttp
from pydantic import SecretStr
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.inbound.payloads import answer_url_is_slacks

SECONDS = 5
NO_SUCH_TOKEN = {
    "account_inactive",
    "invalid_auth",
    "not_authed",
    "token_expired",
    "token_revoked",
}
TOO_MANY = 429
OK = 200
READS = {"users.info", "usergroups.users.list", "conversations.info"}  # take no JSON


@dataclass(frozen=True, slots=True)
class Sent:
    """How a call ended. *error* is Slack's word, `timeout` or `unreachable`.

    *retry_after* is in seconds, when Slack gave one.
    """

    ok: bool
    error: str = ""
    retry_after: float = 0.0
    data: Mapping[str, Any] | None = None


class Web:
    """Slack's Web API at *api_url* with the bot's *token*."""

    def __init__(self, token: SecretStr, api_url: str) -> None:
        self.api_url = api_url
        self._token = token
        self._session: aiohttp.ClientSession | None = None
        self._client: AsyncWebClient | None = None

    async def __aenter__(self) -> Self:
        timeout = aiohttp.ClientTimeout(total=SECONDS)
        self._session = aiohttp.ClientSession(timeout=timeout, trust_env=False)
        self._client = AsyncWebClient(
            token=self._token.get_secret_value(),
            base_url=self.api_url,
            timeout=SECONDS,
            session=self._session,
            trust_env_in_session=False,
            retry_handlers=[],
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
        """Call *method* with *arguments*; never raises for what Slack says."""
        said = {name: value for name, value in arguments.items() if value is not None}
        read = method in READS
        verb = "GET" if read else "POST"
        said_as = {"params": said} if read else {"json": said}
        try:
            response = await self.client.api_call(method, http_verb=verb, **said_as)
        except SlackApiError as error:
            return _refused(error)
        except TimeoutError:
            return Sent(ok=False, error="timeout")
        except (SlackClientError, aiohttp.ClientError, OSError):
            return Sent(ok=False, error="unreachable")
        return Sent(ok=True, data=dict(response.data))  # type: ignore[arg-type]  # JSON

    async def post(self, channel: str, body: Mapping[str, Any], **more: Any) -> Sent:
        """Post a message; nothing in it is unfurled, nobody is mentioned by name."""
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
        """Put a text file into *channel*, as the library does it: in three calls."""
        try:
            await self.client.files_upload_v2(
                channel=channel, filename=name, title=name, content=text
            )
        except SlackApiError as error:
            return _refused(error)
        except (SlackClientError, aiohttp.ClientError, OSError):
            return Sent(ok=False, error="unreachable")
        return Sent(ok=True)

    async def answer(self, url: SecretStr, body: Mapping[str, Any]) -> Sent:
        """Post *body* to the address that came with a command or a click."""
        address = url.get_secret_value()
        if self._session is None or not answer_url_is_slacks(address, self.api_url):
            return Sent(ok=False, error="not_slack")
        try:
            async with self._session.post(
                address,
                data=json.dumps(body).encode(),
                headers={"Content-Type": "application/json"},
                allow_redirects=False,
            ) as response:
                if response.status == OK:
                    return _taken(await response.text())
                return Sent(
                    ok=False,
                    error=f"http_{response.status}",
                    retry_after=_seconds(response.headers.get("Retry-After")),
                )
        except TimeoutError:
            return Sent(ok=False, error="timeout")
        except (aiohttp.ClientError, OSError):
            return Sent(ok=False, error="unreachable")


def _taken(text: str) -> Sent:
    """Read what an answer's address says with a 200: `ok`, or why not after all."""
    try:
        said = json.loads(text)
    except ValueError:
        return Sent(ok=True)
    refused = isinstance(said, dict) and said.get("ok") is False
    return Sent(ok=not refused, error=str(said.get("error")) if refused else "")


def _refused(error: SlackApiError) -> Sent:
    response = error.response
    wait = _seconds(response.headers.get("Retry-After"))
    if response.status_code == TOO_MANY:
        return Sent(ok=False, error="ratelimited", retry_after=max(wait, 1.0))
    data = response.data if isinstance(response.data, dict) else {}
    said = data.get("error") or f"http_{response.status_code}"
    return Sent(ok=False, error=str(said), retry_after=wait)


def _seconds(header: Any) -> float:
    text = str(header or "")
    return float(text) if text.isascii() and text.isdigit() else 0.0
