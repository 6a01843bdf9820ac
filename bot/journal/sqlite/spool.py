"""Outcomes that could not be committed: a file that outlives a crash.

Only what was sent is in it. A line is synced to the disk before `put` returns, and is
crossed out once the journal has it; the next start commits the rest first.
"""

import errno
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol, cast

import structlog

from bot.ids import IntentId
from bot.journal.evidence import Does, Fact, FactKind
from bot.journal.model import Changes
from bot.states import State

APPENDS = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SpooledOutcome:
    """How an intent ended, which could not be committed to the journal.

    *facts* are what its answer says, with the times at which it was so; an entry of a
    release before 0.3 has none.
    """

    intent: IntentId
    state: State
    changes: Changes = field(default_factory=Changes)
    facts: tuple[Fact, ...] = ()


class Disk(Protocol):
    """What the spool needs of a disk; the module `os` has it. Raises `OSError`."""

    def open(self, path: str, flags: int, mode: int = ..., /) -> int:
        """Return a descriptor of the file or folder *path*."""

    def write(self, descriptor: int, data: bytes, /) -> int:
        """Write *data*; return how many bytes of it there was room for."""

    def fsync(self, descriptor: int, /) -> None:
        """Return once what was written, or made in a folder, outlives a power cut."""

    def close(self, descriptor: int, /) -> None:
        """Let go of *descriptor*."""


class Spool:
    """A file of outcomes on *disk*; None where there is no disk to keep it on."""

    def __init__(self, file: Path | None, disk: Disk = os) -> None:
        self._file = file
        self._disk = disk
        self._is_linked = False  # the folder on the disk is known to have the file
        self._may_be_there = file is not None  # it was not looked for in vain since

    def put(self, outcome: SpooledOutcome) -> bool:
        """Keep *outcome*, durably; False if that cannot be done either."""
        if self._file is None:
            return False
        self._may_be_there = True
        state, changes = outcome.state.value, {**outcome.changes}
        facts = [asdict(fact) for fact in outcome.facts]
        entry = {"intent": outcome.intent, "state": state}
        return self._append(self._file, {**entry, "changes": changes, "facts": facts})

    def taken(self, intent: IntentId) -> None:
        """Note that the journal has how *intent* ended."""
        if self._file is None or not self._may_be_there:
            return
        if self._file.exists():
            self._append(self._file, {"intent": intent, "taken": True})
            if self.left():
                return
            self._file.unlink()  # if it comes back, all in it is taken
            self._is_linked = False
        self._may_be_there = False

    def left(self) -> list[SpooledOutcome]:
        """Return what the journal does not have yet, oldest first."""
        if self._file is None or not self._file.exists():
            return []
        outcomes: dict[str, SpooledOutcome] = {}
        for line in filter(None, self._file.read_bytes().splitlines()):
            try:
                entry = json.loads(line)
                intent = IntentId(entry["intent"])
                outcomes.pop(intent, None)
                if not entry.get("taken"):
                    changes = _changes_of(entry["changes"])
                    state = State(entry["state"])
                    facts = tuple(map(_fact_of, entry.get("facts", ())))
                    outcomes[intent] = SpooledOutcome(intent, state, changes, facts)
            except (ValueError, KeyError, TypeError):
                # cut off by a crash; recovery shows its intent as UNKNOWN
                log.critical("spool.broken-line", length=len(line))
        return list(outcomes.values())

    def _append(self, file: Path, entry: Mapping[str, Any]) -> bool:
        # it may follow half a line, which a crash left
        line = b"\n" + json.dumps(entry).encode() + b"\n"
        try:
            self._synced(file, APPENDS, line)
            if not self._is_linked:  # or a power cut could take the file itself
                self._synced(file.parent, os.O_RDONLY)
                self._is_linked = True
        except OSError as error:
            log.critical("spool.unwritten", why=error.strerror)
            return False
        return True

    def _synced(self, path: Path, flags: int, data: bytes = b"") -> None:
        """Append *data* to *path*, and return once that is on the disk."""
        descriptor = self._disk.open(str(path), flags, 0o600)
        try:
            if data and self._disk.write(descriptor, data) < len(data):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            self._disk.fsync(descriptor)
        finally:
            self._disk.close(descriptor)


def _fact_of(entry: Mapping[str, Any]) -> Fact:
    kind, does = FactKind(entry["kind"]), Does(entry["does"])
    return Fact(**{**entry, "kind": kind, "does": does})


def _changes_of(entry: Mapping[str, Any]) -> Changes:
    """Read what an entry says was changed, as this release or an older one wrote it.

    Releases before 0.2 kept the marks as words of one text, under `notices`. What is
    not known by name is left out, and logged: it must not keep the bot from starting.
    """
    texts = dict(entry)
    if "notices" in texts:
        texts["marks"] = tuple(str(texts.pop("notices")).split())
    for name in texts.keys() - Changes.__annotations__.keys():
        log.critical("spool.unknown-change", name=name)
        del texts[name]
    return cast("Changes", texts)
