"""What a trial has begun and not ended yet, on disk before anybody is told of it.

A file and a lock of its own: a bot that runs beside has its journal, and knows nothing
of these relays. Each line is synced before the next step.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from bot.errors import SettingsError
from bot.private import check_folder, open_own, sync_folder

NAME = "live-begun.jsonl"
LOCK = "live.lock"

Entry = dict[str, Any]


class Ledger:
    """The file in *folder*; the lock is held by whoever has `claimed` it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / NAME

    def begin(self, key: str, **facts: Any) -> None:
        """Note that what *key* names is begun, with the *facts* that end it."""
        self._write({"key": key, **facts})

    def end(self, key: str) -> None:
        """Note that it is over; with the last of all, the file goes."""
        self._write({"key": key, "over": True})
        if not self.left():
            self.path.unlink(missing_ok=True)

    def left(self) -> list[Entry]:
        """Return what is not over, the oldest first, with all that was noted of it."""
        begun: dict[str, Entry] = {}
        for entry in self._entries():
            key = str(entry.get("key", ""))
            if entry.get("over"):
                begun.pop(key, None)
            else:
                begun[key] = {**begun.get(key, {}), **entry}
        return list(begun.values())

    def _entries(self) -> Iterator[Entry]:
        try:
            lines = self.path.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return
        for line in lines:
            with suppress(ValueError):  # a line that a crash cut was told to nobody
                entry = json.loads(line)
                if isinstance(entry, dict):
                    yield entry

    def _write(self, entry: Entry) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        with os.fdopen(open_own(self.path, flags), "a", encoding="utf-8") as file:
            file.write(f"\n{json.dumps(entry)}\n")  # after a line that a crash cut
            file.flush()
            os.fsync(file.fileno())
        sync_folder(self.path.parent)


@contextmanager
def claimed(folder: Path) -> Iterator[Ledger]:
    """Hold the ledger in *folder*, which is made if need be.

    Raises:
        SettingsError: another trial holds it.
        PermissionError: others can reach it.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    check_folder(folder)
    with os.fdopen(open_own(folder / LOCK, os.O_RDWR | os.O_CREAT), "r+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SettingsError(
                f"{folder} is in use by another doctor --live"
            ) from None
        yield Ledger(folder)
