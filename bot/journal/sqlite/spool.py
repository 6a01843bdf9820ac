"""Outcomes that could not be committed: a file that outlives a crash.

Only what was sent is in it. A line is synced to the disk before `put` returns, and is
crossed out once the journal has it; the next start commits the rest first.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, cast

import structlog

from bot.ids import IntentId
from bot.journal.evidence import Does, Fact, FactKind
from bot.journal.model import Changes
from bot.states import State

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


class Spool:
    """A file of outcomes; None where there is no disk to keep it on."""

    def __init__(self, file: Path | None) -> None:
        self._file = file

    def put(self, outcome: SpooledOutcome) -> bool:
        """Keep *outcome*, durably; False if that cannot be done either."""
        if self._file is None:
            return False
        state, changes = outcome.state.value, {**outcome.changes}
        facts = [asdict(fact) for fact in outcome.facts]
        return self._append(
            {
                "intent": outcome.intent,
                "state": state,
                "changes": changes,
                "facts": facts,
            }
        )

    def taken(self, intent: IntentId) -> None:
        """Note that the journal has how *intent* ended."""
        if self._file and self._file.exists():
            self._append({"intent": intent, "taken": True})
            if not self.left():
                self._file.unlink()

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

    def _append(self, entry: Mapping[str, Any]) -> bool:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        try:
            descriptor = os.open(str(self._file), flags, 0o600)
            try:
                # it may follow half a line, which a crash left
                os.write(descriptor, b"\n" + json.dumps(entry).encode() + b"\n")
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except OSError as error:
            log.critical("spool.unwritten", why=error.strerror)
            return False
        return True


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
