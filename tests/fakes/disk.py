"""A disk whose power can be cut: what was not synced is gone then."""

import errno
import os
import sqlite3
from contextlib import closing
from pathlib import Path


class PowerCutDisk:
    """Stands for the module `os` as `bot.journal.sqlite.spool` uses it.

    Files lie on the real disk; which of their bytes, and which names in a folder, would
    outlive a power cut is kept here. *room* is how many bytes can still be written;
    *fails* are the numbers (from 1) of the syncs that fail.
    """

    def __init__(self, room=10**9, fails=()):
        self.room, self.fails = room, fails
        self.syncs = 0
        self._paths = {}  # by descriptor
        self._durable = {}  # bytes of each file that are synced
        self._linked = set()  # files whose folder was synced since they were made

    def open(self, path, flags, mode=0o777):
        descriptor = os.open(path, flags, mode)
        self._paths[descriptor] = Path(path)
        return descriptor

    def write(self, descriptor, data):
        if not self.room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written = os.write(descriptor, data[: self.room])
        self.room -= written
        return written

    def fsync(self, descriptor):
        self.syncs += 1
        if self.syncs in self.fails:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        path = self._paths[descriptor]
        if path.is_dir():
            self._linked |= set(path.iterdir())
        else:
            self._durable[path] = path.read_bytes()

    def close(self, descriptor):
        os.close(descriptor)
        del self._paths[descriptor]

    def cut(self, folder):
        """Cut the power, and start again: *folder* is as the disk had it."""
        for path in folder.iterdir():
            if path in self._linked:
                path.write_bytes(self._durable.get(path, b""))
            else:
                path.unlink()


PAGE = 4096


def damage(file, of="audit_unkeyed_by_user"):
    """Write nonsense over the first page *of* an index; return the whole then."""
    with closing(sqlite3.connect(file)) as database:
        query = "SELECT rootpage FROM sqlite_master WHERE name = ?"
        ((root,),) = database.execute(query, (of,))
    pages = bytearray(file.read_bytes())
    pages[(root - 1) * PAGE : root * PAGE] = b"\xff" * PAGE
    file.write_bytes(pages)
    return pages
