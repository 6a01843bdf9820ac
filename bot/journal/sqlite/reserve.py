"""Room kept on the disk, so that outcomes can be committed when the disk is full.

A commit in WAL mode needs new pages even to change a row in place. So a file of one
MiB is kept: deleting it makes room for the outcomes of what is under way.
"""

import os
from pathlib import Path

RESERVE_BYTES = 1 << 20
WRITES = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW


class Reserve:
    """A file beside the journal; None for a database that is not a local file."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._exists = file is None

    def kept(self) -> bool:
        """Tell whether the room is kept; where it is not, take it if it fits."""
        if self._file and not self._exists:
            try:
                _fill(self._file)
            except OSError:
                return False
            self._exists = True
        return True

    def spend(self) -> bool:
        """Give the room back to a full disk; False if there is none to give."""
        if self._file is None or not self._file.exists():
            return False
        try:
            self._file.unlink()
        except OSError:  # some file systems need room for that, too
            return False
        self._exists = False
        return True


def _fill(file: Path) -> None:
    if file.exists() and file.stat().st_size == RESERVE_BYTES:
        return
    try:
        with os.fdopen(os.open(file, WRITES, 0o600), "wb") as opened:
            opened.write(bytes(RESERVE_BYTES))
            opened.flush()
            os.fsync(opened.fileno())
    except OSError:
        file.unlink(missing_ok=True)  # a part of the reserve only takes up room
        raise
