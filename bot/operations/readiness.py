"""Whether this process can do its part, and whether what all share is there.

A balancer takes a process out that is not ready. So only what is this process's own
counts: were the journal or Slack away, every one would be taken out, and people would
see the balancer's error in the place of the bot's own, that nothing was sent. Both are
told all the same, and measured.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

from bot.journal.journal import Journal
from bot.slack.directory import SlackDirectory
from bot.tencent.client import Client

SKEW_REFUSED = 240.0  # seconds; Slack and Tencent refuse at 300
SOON = 1.0  # seconds in which a journal that is there answers; who asks waits
BEAT_LATE = 30.0  # seconds without a beat, after which a process claims nothing


class Lines(Protocol):
    """Slack's sockets: `bot.slack.inbound.sockets.Sockets`."""

    async def connected(self) -> bool:
        """Return whether at least one connection is up."""

    def deaf(self) -> bool:
        """Tell whether there is none, and not since Slack is away, or has enough."""


@dataclass(frozen=True, slots=True)
class Told:
    """What is there: of *own*, which make this process ready, and what is *shared*."""

    own: Mapping[str, bool]
    shared: Mapping[str, bool]

    @property
    def ready(self) -> bool:
        """Whether whatever comes should come to this process."""
        return all(self.own.values())

    @property
    def body(self) -> dict[str, Any]:
        """All of it, as JSON."""
        return {"ready": self.ready, **self.own, **self.shared}


def no_beat() -> float | None:
    """Return that the journal has one process alone, so that nothing has to beat."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """Says what is there. *heartbeat* is the age of the last one in seconds."""

    journal: Journal
    directory: SlackDirectory
    client: Client
    sockets: Lines | None
    heartbeat: Callable[[], float | None] = no_beat

    async def __call__(self) -> Told:
        """Return what is there now."""
        connected = await self.sockets.connected() if self.sockets else True
        return Told(
            own={
                "installed": self.directory.installed,
                "hears": not (self.sockets and self.sockets.deaf()),
                "beats": (self.heartbeat() or 0.0) < BEAT_LATE,
                "file": not self.journal.integrity.gone(),
                "clock": abs(self.client.skew or 0.0) < SKEW_REFUSED,
            },
            shared={
                "journal": await self._writable(),
                "slack": self.directory.identified.is_set() and connected,
            },
        )

    async def _writable(self) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(SOON):
                return await self.journal.writable()
        return False
