"""One call of Slack's Web API: JSON in, the answer as it came out.

The library copies the headers, the arguments and the answer several times, to be able
to retry and to log, which it is told not to do; a start posts one message, and paid
more for that than for the connection itself.
https://docs.slack.dev/apis/web-api/#methods_supporting_json
"""

import json
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any, NamedTuple, Self

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

JSON = "application/json;charset=utf-8"
OK = 200


class Reply(NamedTuple):
    """What Slack answered: *data* is its JSON, empty where that is no object."""

    status: int
    headers: Mapping[str, Any]
    data: Mapping[str, Any]

    @classmethod
    def of(cls, response: AsyncSlackResponse | aiohttp.ClientResponse) -> Self:
        """Return what the library has read as *response*, or could not read at all."""
        if isinstance(response, aiohttp.ClientResponse):
            return cls(response.status, response.headers, {})
        data = response.data if isinstance(response.data, dict) else {}
        return cls(response.status_code, response.headers, data)

    @property
    def ok(self) -> bool:
        """Whether Slack did what it was asked to do."""
        return self.status == OK and bool(self.data.get("ok"))

    @property
    def at(self) -> float | None:
        """The Unix time by Slack's clock, if it said so."""
        return _moment(str(self.headers.get("Date")))

    @property
    def scopes(self) -> frozenset[str] | None:
        """The scopes of the token, if Slack named them."""
        scopes = self.headers.get("X-OAuth-Scopes")
        if scopes is None:
            return None
        return frozenset(filter(None, (one.strip() for one in str(scopes).split(","))))


async def called(
    client: AsyncWebClient,
    session: aiohttp.ClientSession,
    method: str,
    params: Mapping[str, Any],
) -> Reply:
    """Call *method* with *params*, by the address and the token of *client*.

    Raises:
        TimeoutError, aiohttp.ClientError, OSError: there was no answer.
    """
    headers = {
        **client.headers,
        "Authorization": f"Bearer {client.token}",
        "Content-Type": JSON,
    }
    data = json.dumps(params).encode()
    address = f"{client.base_url}{method}"
    async with session.post(
        address, data=data, headers=headers, allow_redirects=False
    ) as response:
        return Reply(response.status, response.headers, _object(await response.read()))


@lru_cache(8)
def _moment(date: str) -> float | None:
    try:
        return parsedate_to_datetime(date).timestamp()
    except ValueError:  # there is none, or none that can be read
        return None


def _object(text: bytes) -> Mapping[str, Any]:
    """Return the JSON object that *text* is; an empty one if it is none."""
    try:
        read = json.loads(text)
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}
