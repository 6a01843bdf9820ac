"""The table `[alerts]` of `bot.toml`: where an alert rings, and whom it calls.

An app may have such a table of its own, and so may a workspace; what it leaves out is
that of all.
"""

import re
from collections.abc import Iterable
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr
from pydantic_core import PydanticCustomError

from bot.config import kinds

ANY = "*"
_NAMED = re.compile(r"([A-Za-z0-9-]+\.)+[A-Za-z][A-Za-z0-9-]*")  # no address
_LOOPBACK = re.compile(r"localhost|127(\.[0-9]{1,3}){3}|::1")
PAGER = "a pager is an https address with the name of a host, or one on loopback"


def _pager(url: SecretStr) -> SecretStr:
    """Refuse what is no address of a pager; the value is never told."""
    try:
        parts = urlsplit(url.get_secret_value())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise PydanticCustomError("pager", PAGER) from None
    here = parts.scheme in {"http", "https"} and _LOOPBACK.fullmatch(host)
    named = _NAMED.fullmatch(host) and not host.endswith(".localhost")
    outside = parts.scheme == "https" and named and port in {None, 443}
    if parts.username or not (here or outside):
        raise PydanticCustomError("pager", PAGER)
    return url


class AppAlerts(BaseModel):
    """What an app, or a workspace, has of its own; None is what all have."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    channel: kinds.OneChannelOrNone = ""
    group: kinds.OneGroupOrNone = ""
    escalate_minutes: int | None = Field(None, ge=0, le=1440)
    still: bool | None = None


class Alerts(BaseModel):
    """Where alerts ring: *channel*, or else `ops_channel`; *group* is called there.

    It is called again after *escalate_minutes*, until somebody takes it; 0: never.
    With *still* a picture that may be still or black rings, too. *pager_url* is told of
    what rings as well.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    channel: kinds.OneChannelOrNone = ""
    group: kinds.OneGroupOrNone = ""
    escalate_minutes: int = Field(10, ge=0, le=1440)
    still: bool = False
    pager_url: Annotated[SecretStr, AfterValidator(_pager)] | None = None

    def on(self, own: AppAlerts | None) -> "Alerts":
        """Return what holds for an app or a workspace that has *own*."""
        if own is None:
            return self
        changes = {
            name: value
            for name, value in own.model_dump().items()
            if value not in {"", None}
        }
        return self.model_copy(update=changes)

    def faults(self, hosts: Iterable[str], file: str) -> Iterable[str]:
        """Yield that the pager is none of *hosts*, which may be told, if it is none."""
        if self.pager_url is None:
            return
        host = urlsplit(self.pager_url.get_secret_value()).hostname or ""
        listed = any(
            one in {ANY, host} or (one.startswith(".") and host.endswith(one))
            for one in hosts
        )
        if not (listed or _LOOPBACK.fullmatch(host)):
            what = "its host is not in the row pager of [exits]"
            yield f"{file}, [alerts]: pager_url: {what}"


NO_ALERTS = Alerts()
