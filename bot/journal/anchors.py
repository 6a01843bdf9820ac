"""The anchors file: how long each chain of the audit trail was, and when.

It lies beside the journal, or where `BOT_AUDIT_ANCHORS` says, best on another disk.
Each line is JSON and is signed with the line before it, so that none can be changed,
removed or slipped in; that the end was not cut off is known from the trail, which
names a line of it every hour. A journal that was cut short, emptied or put back from
a copy does not have what its anchors say.
"""

import fcntl
import json
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple, cast

from bot.errors import JournalUnavailable
from bot.journal.audit_key import AuditKey, canonical
from bot.private import sync_folder

NOTHING_BEFORE = "0" * 64
LONGEST_TAIL = 1 << 16  # bytes in which a whole line is to be found


@dataclass(frozen=True, slots=True)
class Head:
    """How long a chain is, and the hash of its newest record."""

    chain: str
    count: int
    head: str


class Occasion(StrEnum):
    """Why a line was written."""

    START = "start"
    GROWN = "grown"  # records came since the line before
    HOURLY = "hourly"
    STOP = "stop"
    SETTLED = "settled"  # a person said that it is to go on from here


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """One line: at *at* (UTC milliseconds) *chain* had *count* records.

    *head* is the hash of the newest of them. *line* counts from 1; *previous* is the
    *mac* of the line before.
    """

    line: int
    at: int
    occasion: Occasion
    chain: str
    count: int
    head: str
    previous: str
    mac: str


_TYPES = {"line": int, "at": int, "count": int}
_NAMES = {field.name for field in fields(Anchor)}


class AnchorsBroken(NamedTuple):
    """What is wrong with the file: *line* (0: all of it) does not fit, or why not."""

    line: int
    why: str = ""


class Anchors:
    """The anchors file at *path*, signed with *key*; several processes may write.

    Without a *path* nothing is written: the heads are told elsewhere alone. *is_named*
    says whether the journal names the newest line: of a file that all who write to the
    journal share.
    """

    def __init__(
        self, path: Path | None, key: AuditKey, *, is_named: bool = True
    ) -> None:
        self.path = path
        self.is_named = is_named and path is not None
        self._key = key

    @property
    def name(self) -> str:
        """What the file is called; empty without one."""
        return self.path.name if self.path else ""

    def append(self, heads: Iterable[Head], at: int, occasion: Occasion) -> Anchor:
        """Write a line for each of *heads*, at least one, durably; return the last.

        Raises:
            JournalUnavailable: nothing was written that counts.
        """
        if self.path is None:
            return list(self._lines(None, heads, at, occasion))[-1]
        try:
            with self._opened(os.O_RDWR | os.O_CREAT) as descriptor:
                fcntl.flock(descriptor, fcntl.LOCK_EX)
                last, end = _tail(descriptor, self.path)
                lines = list(self._lines(last, heads, at, occasion))
                os.ftruncate(descriptor, end)  # what a power cut left of a line
                text = "".join(f"{canonical(asdict(line))}\n" for line in lines)
                _write(descriptor, text.encode(), end)
            if last is None:
                sync_folder(self.path.parent)
        except OSError as error:
            raise JournalUnavailable(f"{self.path}: {error.strerror}") from None
        return lines[-1]

    def read(self) -> tuple[list[Anchor], AnchorsBroken | None]:
        """Return the lines up to the first that does not fit, and which that is."""
        if self.path is None:
            return [], None
        try:
            with (
                self._opened(os.O_RDONLY) as descriptor,
                os.fdopen(os.dup(descriptor), "rb") as file,
            ):
                text = file.read()
        except FileNotFoundError:
            return [], None
        except OSError as error:
            return [], AnchorsBroken(0, str(error.strerror))
        lines: list[Anchor] = []
        *whole, _torn = text.split(b"\n")  # by a power cut: that line never counted
        for number, one in enumerate(whole, 1):
            anchor = _anchor(one)
            if anchor is None or not self._fits(anchor, one, lines[-1:]):
                return lines, AnchorsBroken(number)
            lines.append(anchor)
        return lines, None

    def set_aside(self, at: int) -> None:
        """Give the file another name, which says *at*, so that a new one begins."""
        if self.path is None:
            return
        aside = self.path.with_name(f"{self.path.name}.{at}")
        try:
            if os.path.lexists(self.path):
                self.path.rename(aside)
                sync_folder(self.path.parent)
        except OSError as error:
            raise JournalUnavailable(f"{self.path}: {error.strerror}") from None

    def _fits(self, anchor: Anchor, text: bytes, before: list[Anchor]) -> bool:
        number, previous = (
            (before[0].line + 1, before[0].mac) if before else (1, NOTHING_BEFORE)
        )
        covered = asdict(anchor)
        if (anchor.line, anchor.previous) != (number, previous):
            return False
        if canonical(covered).encode() != text:
            return False
        mac = covered.pop("mac")
        return self._key.signed(covered, mac)

    def _lines(
        self, last: Anchor | None, heads: Iterable[Head], at: int, occasion: Occasion
    ) -> Iterator[Anchor]:
        number, previous = (last.line, last.mac) if last else (0, NOTHING_BEFORE)
        for head in heads:
            number += 1
            covered = {
                "line": number,
                "at": at,
                "occasion": occasion,
                **asdict(head),
                "previous": previous,
            }
            previous = self._key.sign(covered)
            yield Anchor(**covered, mac=previous)

    @contextmanager
    def _opened(self, flags: int) -> Iterator[int]:
        """Open the file, never through a link."""
        flags |= os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
        descriptor = os.open(cast("Path", self.path), flags, 0o600)
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise OSError(0, "no plain file")
            yield descriptor
        finally:
            os.close(descriptor)


def _tail(descriptor: int, path: Path) -> tuple[Anchor | None, int]:
    """Return the last whole line of a file, and where it ends."""
    size = os.fstat(descriptor).st_size
    begin = max(0, size - LONGEST_TAIL)
    tail = os.pread(descriptor, size - begin, begin)
    end = tail.rfind(b"\n") + 1
    if end == 0 and begin == 0:
        return None, 0
    last = _anchor(tail[tail.rfind(b"\n", 0, end - 1) + 1 : end - 1])
    if last is None:
        raise JournalUnavailable(f"{path}: its last line is none of mine")
    return last, begin + end


def _write(descriptor: int, data: bytes, at: int) -> None:
    """Write all of *data* durably; on a full disk, nothing of it."""
    done = 0
    try:
        while done < len(data):
            done += os.pwrite(descriptor, data[done:], at + done)
        os.fsync(descriptor)
    except OSError:
        os.ftruncate(descriptor, at)
        raise


def _anchor(text: bytes) -> Anchor | None:
    """Read a line; None if it is none."""
    try:
        values: Any = json.loads(text)
        occasion = Occasion(values["occasion"])
    except (ValueError, TypeError, KeyError):
        return None
    if values.keys() != _NAMES:
        return None
    if any(type(value) is not _TYPES.get(name, str) for name, value in values.items()):
        return None
    return Anchor(**{**values, "occasion": occasion})
