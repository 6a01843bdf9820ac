"""Tells a pager of an alert: beside Slack, where nothing passes Do Not Disturb.

What is sent has the shape of PagerDuty's Events API v2, which others take as well: the
event, one key from the beginning of an outage to its end, and a line about it. The
page: https://developer.pagerduty.com/docs/events-api-v2/overview/ What stands behind a
# in the address is the routing key: it goes into the body and into no address.
"""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urldefrag

import aiohttp
import structlog
from pydantic import SecretStr

from bot.slack.outbound.routes import Body
from bot.slack.outbound.web import Sent, Web

SECONDS = 5
AGAIN_AFTER = 30.0  # seconds, where it says only that it was too fast
MOST_SUMMARY = 1024  # characters

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Pager:
    """The pager at *url*, which is a secret; *trust* says whose certificates hold."""

    url: SecretStr
    trust: ssl.SSLContext | None = None

    async def tell(self, event: Mapping[str, Any]) -> Sent:
        """Send *event*; never raises. What was not taken may be sent again."""
        address, key = urldefrag(self.url.get_secret_value())
        body = {**({"routing_key": key} if key else {}), **event}
        timeout = aiohttp.ClientTimeout(total=SECONDS)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout, trust_env=False) as session,
                session.post(
                    address, json=body, ssl=self.trust or True, allow_redirects=False
                ) as response,
            ):
                return _answered(response.status, response.headers.get("Retry-After"))
        except TimeoutError:
            return Sent(ok=False, error="timeout")
        except (aiohttp.ClientError, OSError) as error:
            log.warning("pager.unreachable", why=type(error).__name__)
            return Sent(ok=False, error="unreachable")


def _answered(status: int, wait: str | None) -> Sent:
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return Sent(ok=True)
    error = f"http_{status}"
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        seconds = float(wait) if wait and wait.isascii() and wait.isdigit() else 0
        return Sent(ok=False, error=error, retry_after=seconds or AGAIN_AFTER)
    return Sent(ok=False, error=error)


@dataclass(frozen=True, slots=True)
class Page:
    """A way that is no message: *event* for a *pager*."""

    pager: Pager
    action: str
    key: str
    details: tuple[tuple[str, str], ...]
    severity: str

    @property
    def lane(self) -> str:
        """It is not paced: an outage has three."""
        return ""

    async def send(self, web: Web, body: Body) -> Sent:  # noqa: ARG002 - of every way
        """https://developer.pagerduty.com/docs/events-api-v2/trigger-events/."""
        details = dict(self.details)
        payload = {
            "summary": str(body.get("text", ""))[:MOST_SUMMARY],
            "source": "patchbay",
            "severity": self.severity,
            "component": details.get("handle", ""),
            "group": details.get("app", ""),
            "class": details.get("cause", ""),
            "custom_details": details,
        }
        event = {"event_action": self.action, "dedup_key": self.key}
        event["client"] = "Patchbay"
        return await self.pager.tell({**event, "payload": payload})
