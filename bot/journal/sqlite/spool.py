"""How things ended while the database was away: a file that outlives a crash.

Only what was sent is in it. A line is synced to the disk before anybody goes on, and
taken back when the journal has it; at the next start the rest is settled first.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog

from bot.ids import IntentId
from bot.journal.model import State

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Ending:
    """How an intent ended, as far as the journal could not be told."""

    intent: IntentId
    state: State
    changes: Mapping[str, Any] = field(default_factory=dict)


class Spool:
    """A file of completion; None where there is no disk of ours to keep it on."""

    def __init__(self, file: Path | None) -> None:
        self._file = file

    def put(self, ending: Ending) -> bool:
        """Keep *ending*, durably; False if that cannot be done either."""
        if self._file is None:
            return False
        kept = {"intent": ending.intent, "state": ending.state.value}
        return self._append({**kept, "changes": dict(ending.changes)})

    def taken(self, intent: IntentId) -> None:
        """Note that the journal has how *intent* ended."""
        if self._file and self._file.exists():
            self._append({"intent": intent, "taken": True})
            if not self.left():
                self._file.unlink()

    def left(self) -> list[Ending]:
        """Return what the journal does not have yet, oldest first."""
        if self._file is None or not self._file.exists():
            return []
        found: dict[str, Ending] = {}
        for line in filter(None, self._file.read_bytes().splitlines()):
            try:
                said = json.loads(line)
                intent = IntentId(said["intent"])
                found.pop(intent, None)
                if not said.get("taken"):
                    found[intent] = Ending(
                        intent, State(said["state"]), said["changes"]
                    )
            except (ValueError, KeyError, TypeError):
                # the last line of a crash; what it tells of will be told as UNKNOWN
                log.critical("spool.broken-line", length=len(line))
        return list(found.values())

    def _append(self, said: Mapping[str, Any]) -> bool:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        try:
            descriptor = os.open(str(self._file), flags, 0o600)
            try:
                # it may follow half a line, which a crash left
                os.write(descriptor, b"\n" + json.dumps(said).encode() + b"\n")
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except OSError as error:
            log.critical("spool.unwritten", why=error.strerror)
            return False
        return True
