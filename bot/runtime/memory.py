"""The memory of the process, in which the secrets are, stays its own.

Neither is it written to a core file, nor can another process of the same user read it
through `/proc` or a debugger (`PR_SET_DUMPABLE`, man 2 prctl). Root still can.

What was imported stays, so Python does not look through it for garbage.
"""

import ctypes
import gc
import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

SET_DUMPABLE = 4  # <linux/prctl.h>

log = structlog.get_logger(__name__)


def keep_memory_private() -> bool:
    """Write no core file, and on Linux be read by nobody; tell whether both is so.

    It holds for the threads of this process; a child that runs another program begins
    with what the system gives it, except for the size of its core file.
    """
    _soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, hard))
    if not sys.platform.startswith("linux"):
        return False
    refused = ctypes.CDLL(None, use_errno=True).prctl(SET_DUMPABLE, 0, 0, 0, 0)
    if refused:
        log.warning("memory.readable", errno=ctypes.get_errno())
    return not refused


@contextmanager
def kept_for_good() -> Iterator[None]:
    """Collect no garbage within the block, nor ever among what was made in it.

    For imports: what they make is nearly all there is, and each look through it holds
    the process up for 0.05 s.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
