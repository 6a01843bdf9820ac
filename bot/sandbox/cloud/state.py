"""What runs in the loopback cloud, and what it has been told to do wrong.

The ledger is the cloud's own truth: every start and stop that took effect, in order,
and on disk if a file is given, so that a check after a crash need not ask the bot.
"""

import base64
import json
import os
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.sandbox.cloud.phones import Phones

RATE_WINDOW = 1.0  # seconds
_OF_A_CHANGE = {"SdkAppId", "TaskId", "SequenceNumber"}


@dataclass
class Relay:
    """A relay task as the cloud sees it."""

    task_id: str
    agent: str
    room: str
    app: int
    urls: list[str]
    region: str
    started_at: float
    stopped_at: float | None = None
    start: dict[str, Any] = field(default_factory=dict)  # the fields that it goes by
    number: int = 0  # of the last change that was taken


@dataclass
class CloudState:
    """Everything the loopback cloud remembers."""

    clock: Callable[[], float]
    random_bytes: Callable[[int], bytes]
    ledger_file: Path | None = None
    relays: dict[str, Relay] = field(default_factory=dict)
    renders: dict[str, dict[str, Any]] = field(default_factory=dict)
    failures: dict[str, deque[str]] = field(default_factory=lambda: defaultdict(deque))
    calls: list[tuple[float, str]] = field(default_factory=list)
    idle_units: int = 5
    phones: Phones = field(default_factory=Phones)

    def fail_next(self, action: str, how: str, times: int = 1) -> None:
        """Make the next *times* calls of *action* (or `*`) fail as *how* says.

        *how* is an error code, `timeout`, `reset`, `empty`, `html`, `garbage`,
        `truncated`, `late` (it happens, the answer is lost), `500`; or an answer that
        is whole and odd: `status-201`, `status-500`, `bom`, `gzip`, `deflate`,
        `doubled` (two RequestIds) or `error-beside`.
        """
        self.failures[action].extend([how] * times)

    def next_failure(self, action: str) -> str:
        """Take the failure that is due for *action*, or nothing."""
        for name in (action, "*"):
            if self.failures[name]:
                return self.failures[name].popleft()
        return ""

    def over_the_rate(self, action: str, limit: float) -> bool:
        """Count a call of *action*; tell whether it is over *limit* a second."""
        now = self.clock()
        recent = [
            at for at, name in self.calls if name == action and now - at < RATE_WINDOW
        ]
        self.calls.append((now, action))
        return len(recent) >= limit

    def start_relay(self, fields: dict[str, Any], region: str) -> Relay:
        """Start a task; every call starts another, as the real one does."""
        packed = base64.b64encode(self.random_bytes(54), altchars=b"+-").decode()
        relay = Relay(
            task_id=f"-m9{packed}.",
            agent=fields["AgentParams"]["UserId"],
            room=fields["RoomId"],
            app=fields["SdkAppId"],
            urls=[one["PublishCdnUrl"] for one in fields.get("PublishCdnParams", [])],
            region=region,
            started_at=self.clock(),
            start=fields,
        )
        self.relays[relay.task_id] = relay
        self._enter("start", relay)
        return relay

    def update_relay(self, relay: Relay, fields: dict[str, Any]) -> None:
        """Change a task that runs: what *fields* leave out stays as it was."""
        relay.number = fields["SequenceNumber"]
        kept = {k: v for k, v in fields.items() if k not in _OF_A_CHANGE}
        for name, value in kept.items():
            was = relay.start.get(name)
            if isinstance(value, dict) and isinstance(was, dict):
                value = {**was, **value}  # noqa: PLW2901 - as it becomes
            relay.start = {**relay.start, name: value}
        targets = relay.start.get("PublishCdnParams", [])
        relay.urls = [one["PublishCdnUrl"] for one in targets]
        self._enter("update", relay)

    def stop_relay(self, task_id: str, app: int) -> Relay | None:
        """Stop a task that runs, or return None."""
        relay = self.relays.get(task_id)
        if relay is None or relay.app != app or relay.stopped_at is not None:
            return None
        relay.stopped_at = self.clock()
        self._enter("stop", relay)
        return relay

    @property
    def running(self) -> list[Relay]:
        """The tasks that run, oldest first."""
        return [one for one in self.relays.values() if one.stopped_at is None]

    def end_relay(self, relay: Relay) -> None:
        """Let a task end by itself, as it does when everybody has left the room."""
        relay.stopped_at = self.clock()
        self._enter("end", relay)

    def _enter(self, what: str, relay: Relay) -> None:
        if self.ledger_file is None:
            return
        entry = {
            "what": what,
            "at": self.clock(),
            "agent": relay.agent,
            "room": relay.room,
            "task_id": relay.task_id,
        }
        with self.ledger_file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")
            file.flush()
            os.fsync(file.fileno())
