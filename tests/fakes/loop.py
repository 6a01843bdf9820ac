"""An event loop whose time passes only while nobody has anything to do."""

import asyncio
import selectors
from datetime import UTC, datetime, timedelta

REAL_SECONDS = 0.02  # that threads and the kernel get before time passes


class _Selector(selectors.DefaultSelector):
    """Waits for a moment at most; the rest of the time just passes."""

    def __init__(self):
        super().__init__()
        self.passed = 0.0

    def select(self, timeout=None):
        if timeout is None:
            return super().select()
        ready = super().select(min(max(timeout, 0), REAL_SECONDS))
        if not ready and timeout > 0:
            self.passed += timeout
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """Seconds take no time here. `asyncio.Runner(loop_factory=VirtualLoop)` has one."""

    def __init__(self):
        self.selector = _Selector()
        super().__init__(self.selector)

    def time(self):
        return 1000.0 + self.selector.passed


class LoopClock:
    """The clock of the loop that runs, also for threads; a `FakeClock` to others."""

    is_held = False
    naps = ()

    def __init__(self):
        self._loop = asyncio.get_running_loop()
        self._start = datetime.now(UTC)  # a cloud on loopback has the real clock
        self._began = self._loop.time()

    def __call__(self):
        return self._start + timedelta(seconds=self.monotonic() - self._began)

    def monotonic(self):
        return self._loop.time()

    sleep = staticmethod(asyncio.sleep)
