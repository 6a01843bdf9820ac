"""How a command ends that is told to, or that nobody reads any more.

The first process of a container has no default for a signal: one that it does not
handle is nothing to it. So SIGTERM is handled from the first moment on.
https://man7.org/linux/man-pages/man7/pid_namespaces.7.html
"""

import os
import select
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

STOPPED = "Stopped."
OUTPUT = 1  # as every process has it
OF_SIGNALS = 128  # and the signal's number: as a shell calls what a signal ends


def carried_out(work: Callable[[], int]) -> int:
    """Run *work*, a command; return its exit code.

    Ctrl-C, SIGTERM and a reader who has gone end it in order: what it has begun is
    undone.
    """
    with _told_to_end() as terminated:
        try:
            return _printed(work)
        except KeyboardInterrupt:
            sys.stderr.write(f"{STOPPED}\n")
        except BrokenPipeError:
            if not _is_unread():
                raise
            return _end_by(signal.SIGPIPE)
    if terminated:
        return _end_by(signal.SIGTERM)
    return OF_SIGNALS + signal.SIGINT


def _printed(work: Callable[[], int]) -> int:
    """Run *work*, and see that what it printed is read."""
    try:
        return work()
    finally:
        sys.stdout.flush()


@contextmanager
def _told_to_end() -> Iterator[list[int]]:
    """Let SIGTERM do meanwhile what Ctrl-C does; yield the list of those that came.

    Signals come to the main thread alone; a command in another is not told.
    """
    came: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield came
        return

    def heard(number: int, frame: FrameType | None) -> None:
        came.append(number)
        as_interrupt = signal.getsignal(signal.SIGINT)
        if not callable(as_interrupt):  # it is ignored: the shell has it in background
            as_interrupt = signal.default_int_handler
        as_interrupt(number, frame)

    before = signal.signal(signal.SIGTERM, heard)
    try:
        yield came
    finally:
        signal.signal(signal.SIGTERM, before)


def _end_by(number: int) -> int:
    """End as *number* ends whoever does not handle it; return the code if it does not.

    It does not end the first process of a container.
    """
    signal.signal(number, signal.SIG_DFL)
    signal.raise_signal(number)
    return OF_SIGNALS + number


def _is_unread() -> bool:
    """Tell whether nobody reads any more what is printed; then nothing more is."""
    output = select.poll()
    output.register(OUTPUT, 0)  # errors are told whatever is asked for
    if not output.poll(0):
        return False
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, OUTPUT)
    os.close(nowhere)
    return True
