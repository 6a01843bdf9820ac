"""A clock that a test moves."""

import asyncio
from datetime import UTC, datetime, timedelta

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


class FakeClock:
    """Stands still until it is pushed, or until somebody sleeps by it.

    Call it for the wall clock's time in UTC; `monotonic` gives seconds. *naps* are
    the sleeps so far, in seconds.
    """

    def __init__(self, start: datetime = AT) -> None:
        self.start = start
        self.passed = 0.0  # seconds
        self.naps: list[float] = []

    def __call__(self) -> datetime:
        return self.at

    @property
    def at(self) -> datetime:
        """The wall clock's time."""
        return self.start + timedelta(seconds=self.passed)

    def monotonic(self) -> float:
        """Return the seconds since some moment before *start*."""
        return 1000.0 + self.passed

    def push(self, **by: float) -> None:
        """Let time pass: *by* are the arguments of a `timedelta`."""
        self.passed += timedelta(**by).total_seconds()

    async def sleep(self, seconds: float) -> None:
        """Let *seconds* pass at once, and others have their turn."""
        self.naps.append(seconds)
        self.passed += seconds
        await asyncio.sleep(0)
