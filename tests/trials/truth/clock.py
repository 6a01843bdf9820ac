"""An event loop whose time is nobody's: it jumps to whatever is due next.

A bot in it takes a day of waiting in milliseconds, and does the same in every run of a
seed: time goes on only when nothing is left to do, in the loop or in a thread.
"""

import asyncio
import contextvars
import fcntl
import queue
import selectors
import termios
import threading
import weakref
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from unittest import mock

BEGINNING = datetime(2026, 3, 1, 12, tzinfo=UTC)
LIFE = contextvars.ContextVar("LIFE", default=0)  # which life of the bot runs this
STUCK_SECONDS = 120.0
RESOLUTION = 1e-6
MOST_WAITS, WAIT_SECONDS = 100, 0.001
NONE_UNSENT = bytes(4)


class Work:
    """What is queued for threads and not done yet, by all queues of `counted`."""

    def __init__(self):
        self.left = 0
        self._changed = threading.Condition()

    def more(self, by):
        with self._changed:
            self.left += by
            self._changed.notify_all()

    def wait(self):
        """Wait until the threads have nothing to do."""
        if self.left <= 0:  # mostly; who queues more is the one that asks
            return
        with self._changed:
            if not self._changed.wait_for(lambda: self.left <= 0, STUCK_SECONDS):
                raise TimeoutError("a thread does not end")


WORK = Work()


class CountedQueue:
    """A `queue.SimpleQueue` that tells when what was taken from it is done.

    A thread is done with a thing when it comes for the next one. None ends a thread.
    """

    def __init__(self):
        self._queue = queue.Queue()
        self._taken = {}  # by thread

    def put(self, item, block=True, timeout=None):  # noqa: FBT002 - as the real one
        if item is not None:
            WORK.more(1)
        self._queue.put(item)

    def get(self, block=True, timeout=None):  # noqa: FBT002 - as the real one
        me = threading.get_ident()
        if held := self._taken.pop(me, 0):
            WORK.more(-held)
        item = self._queue.get(block, timeout)
        self._taken[me] = int(item is not None)
        return item

    def get_nowait(self):
        return self.get(block=False)

    def empty(self):
        return self._queue.empty()

    def qsize(self):
        return self._queue.qsize()


@contextmanager
def counted():
    """Let every queue to a thread that is made from now on be counted."""
    with mock.patch.object(queue, "SimpleQueue", CountedQueue):
        yield


class _Selector(selectors.DefaultSelector):
    """Waits for nothing but threads; when all is quiet, lets time jump."""

    loop = None

    def select(self, timeout=None):
        WORK.wait()
        self.loop.passed()
        events = super().select(0)
        if events or timeout == 0:
            return events
        if events := self._on_its_way():
            return events
        if timeout is None or timeout < 0:
            events = super().select(STUCK_SECONDS)
            if not events:
                raise TimeoutError("nothing is left to wait for")
            return events
        self.loop.now += timeout
        return []

    def _on_its_way(self):
        """Wait for what was sent on loopback and has not arrived; mostly all has."""
        for _ in range(MOST_WAITS):
            # the mapping of `get_map` looks each file up anew
            if not any(map(_has_unsent, self._fd_to_key.values())):
                break
            if events := super().select(WAIT_SECONDS):
                return events
        return super().select(0)


def _has_unsent(key):
    if key.events & selectors.EVENT_WRITE:
        return True
    try:
        unsent = fcntl.ioctl(key.fd, termios.TIOCOUTQ, NONE_UNSENT)
    except OSError:  # it listens
        return False
    return unsent != NONE_UNSENT


class VirtualLoop(asyncio.SelectorEventLoop):
    """See the module. `now` is in seconds; `steps` counts the rounds of the loop.

    `on_step` is called in each round, before anything new is taken in.
    """

    def __init__(self):
        selector = _Selector()
        super().__init__(selector)
        selector.loop = self
        self._clock_resolution = RESOLUTION
        self.now = 1000.0
        self.steps = 0
        self.on_step = None
        self.lives = weakref.WeakKeyDictionary()  # tasks, by the life that made them
        self.set_task_factory(self._task)

    def time(self):
        return self.now

    def passed(self):
        self.steps += 1
        if self.on_step:
            self.on_step()

    def of_life(self, number):
        """Return the tasks of the bot's life *number* that are not done."""
        tasks = list(self.lives.items())
        return [task for task, life in tasks if life == number and not task.done()]

    def _task(self, loop, coro, context=None):
        life = context[LIFE] if context and LIFE in context else LIFE.get()
        task = asyncio.Task(coro, loop=loop, context=context)
        self.lives[task] = life
        return task


class WallClock:
    """The true time, and the bot's own, which may be wrong by `ahead`."""

    def __init__(self, loop):
        self._loop = loop
        self.ahead = timedelta()

    @property
    def seconds(self):
        """The true time in seconds since the history began."""
        return self._loop.now - 1000.0

    @property
    def true(self):
        return BEGINNING + timedelta(seconds=self.seconds)

    @property
    def unix(self):
        return self.true.timestamp()

    def __call__(self):
        """Return what the bot takes for the time."""
        return self.true + self.ahead
