"""Files that are for their owner only: opened without following a link, and checked.

What is checked is the open file, so nobody can exchange it in between. Whoever can
write to the folder could put another file in its place; so the folder is checked, too.
"""

import os
import stat
from collections.abc import Mapping
from pathlib import Path

OF_OTHERS = stat.S_IRWXG | stat.S_IRWXO
WRITTEN_BY_OTHERS = stat.S_IWGRP | stat.S_IWOTH
ROOT = 0
_REFUSALS: Mapping[type[OSError], str] = {
    FileExistsError: "{path} is there already, and is not overwritten",
    FileNotFoundError: "{path} is not there",
    NotADirectoryError: "{path} cannot be there: what it is said to be in is no folder",
    PermissionError: "the user that this runs as has no right to {path}",
}
LINK = "{path} is a symbolic link; put the file itself there"


def fault_of(path: Path, status: os.stat_result, me: int) -> str:
    """Return why the file of *status* is not for the user *me* alone; empty if it is.

    The sentence names *path*, and the command that mends it.
    """
    if stat.S_ISLNK(status.st_mode):
        return LINK.format(path=path)
    if not stat.S_ISREG(status.st_mode):
        return f"{path} is not a file"
    if status.st_uid != me:
        return f"{path} belongs to user {status.st_uid}; chown {me} {path}"
    if status.st_mode & OF_OTHERS:
        return f"{path} can be reached by others; chmod 600 {path}"
    return ""


def fault_of_folder(path: Path, status: os.stat_result, me: int) -> str:
    """Return why others than *me* could exchange files in the folder of *status*."""
    if status.st_uid not in {me, ROOT}:
        return f"{path} belongs to user {status.st_uid}; chown {me} {path}"
    if status.st_mode & WRITTEN_BY_OTHERS:
        return f"others can write to the folder {path}; chmod go-w {path}"
    return ""


def check_folder(path: Path) -> None:
    """Check that nobody else can exchange files in the folder *path*.

    Raises:
        PermissionError: somebody can; its text says what to do.
    """
    if fault := fault_of_folder(path, path.stat(), os.geteuid()):
        raise PermissionError(fault)


def check_file(path: Path) -> None:
    """Check that *path* is for its owner only, if it is there.

    Raises:
        PermissionError: it is not; its text says what to do.
    """
    try:
        status = path.lstat()
    except FileNotFoundError:
        return
    if fault := fault_of(path, status, os.geteuid()):
        raise PermissionError(fault)


def open_own(path: Path, flags: int) -> int:
    """Open *path*, made if *flags* say so, for its owner only; return the descriptor.

    Raises:
        PermissionError: it is a link, or others can reach it; its text says what to do.
        OSError: it cannot be opened.
    """
    check_file(path)
    descriptor = os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK, 0o600)
    if fault := fault_of(path, os.fstat(descriptor), os.geteuid()):
        os.close(descriptor)
        raise PermissionError(fault)
    return descriptor


def close_to_others(path: Path) -> None:
    """Take from others what a release before 0.3 gave them of an empty file.

    Raises:
        PermissionError: it is a link, or somebody else's.
    """
    if not os.path.lexists(path):
        return
    if path.is_symlink():
        raise PermissionError(LINK.format(path=path))
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        os.fchmod(descriptor, 0o600)
    finally:
        os.close(descriptor)


def replace_own(path: Path, content: bytes) -> None:
    """Write *content* to *path*, whole and durably, or leave what is there.

    Raises:
        OSError: it was not written.
    """
    begun = path.with_name(f"{path.name}.new")
    begun.unlink(missing_ok=True)  # of an interrupted start, or put there by others
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    with os.fdopen(os.open(begun, flags, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    begun.replace(path)
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Let the names in the folder *path* outlive a power cut."""
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def why_refused(error: OSError) -> str:
    """Return in a sentence what *error* says of a file, by the name that it gives.

    What is raised here is one already.
    """
    if error.errno is None:
        return str(error)
    for kind, sentence in _REFUSALS.items():
        if isinstance(error, kind):
            return sentence.format(path=error.filename)
    return f"{error.filename}: {error.strerror}"
