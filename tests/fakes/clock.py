"""A clock that a test moves."""

import asyncio
import heapq
from datetime import UTC, datetime, timedelta

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


class FakeClock:
    """Stands still until it is pushed, or until somebody sleeps by it.

    Call it for the wall clock's time in UTC; `monotonic` gives seconds. *naps* are
    the sleeps so far, in seconds. *ahead* is a step of the wall clock alone. While it
    is held, whoever sleeps by it does not wake up.
    """

    def __init__(self, start: datetime = AT) -> None:
        self.start = start
        self.passed = 0.0  # seconds
        self.ahead = timedelta()
        self.naps: list[float] = []
        self._running = asyncio.Event()
        self._running.set()

    def __call__(self) -> datetime:
        return self.at

    @property
    def at(self) -> datetime:
        """The wall clock's time."""
        return self.start + timedelta(seconds=self.passed) + self.ahead

    @property
    def is_held(self) -> bool:
        """Whether nobody wakes up."""
        return not self._running.is_set()

    def monotonic(self) -> float:
        """Return the seconds since some moment before *start*."""
        return 1000.0 + self.passed

    def push(self, **by: float) -> None:
        """Let time pass: *by* are the arguments of a `timedelta`."""
        self.passed += timedelta(**by).total_seconds()

    def hold(self) -> None:
        """Let nobody wake up any more, until `release`."""
        self._running.clear()

    def release(self) -> None:
        """Let those who slept wake up."""
        self._running.set()

    async def sleep(self, seconds: float) -> None:
        """Let *seconds* pass at once, and others have their turn."""
        await self._running.wait()
        self.naps.append(seconds)
        self.passed += max(seconds, 0.0)
        await asyncio.sleep(0)


class VirtualTime:
    """Time that passes only while everybody sleeps, and then to the next who wakes.

    Call it for the seconds since it began. Unlike `FakeClock`, those who sleep at the
    same moment wake in the order of their times, however many they are.
    """

    TURNS = 50  # of the event loop, after which whoever can do something has done it

    def __init__(self) -> None:
        self.now = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._number = 0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        """Wake up when *seconds* have passed."""
        self._number += 1
        mine = asyncio.get_running_loop().create_future()
        wake_at = self.now + max(seconds, 0.0)
        heapq.heappush(self._sleepers, (wake_at, self._number, mine))
        await mine

    async def run(self, *work):
        """Return what each of *work* returns, once time has brought all to an end."""
        tasks = [asyncio.ensure_future(one) for one in work]
        while not all(task.done() for task in tasks):
            for _turn in range(self.TURNS):
                await asyncio.sleep(0)
            if self._sleepers:
                self.now, _number, sleeper = heapq.heappop(self._sleepers)
                if not sleeper.done():
                    sleeper.set_result(None)
        return [task.result() for task in tasks]
