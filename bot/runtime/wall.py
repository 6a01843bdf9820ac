"""Wall clocks: ours, which may be set, and another's, as its answers tell.

That ours was set is noticed beside the monotonic one.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache

STEP = timedelta(seconds=1)  # by which it must differ to have been set


class WallClock:
    """Compares *now*, the wall clock, with *monotonic* seconds."""

    def __init__(
        self, now: Callable[[], datetime], monotonic: Callable[[], float]
    ) -> None:
        self._now = now
        self._monotonic = monotonic
        self._started: datetime | None = None  # the wall clock at monotonic 0

    def set_by(self) -> timedelta | None:
        """Return by how much it was set since `noted`; None if it was not.

        Before the first time that is not known, and nothing.
        """
        if self._started is None:
            return timedelta()
        by = self._at_zero() - self._started
        return by if abs(by) > STEP else None

    def noted(self) -> None:
        """Say that all that goes by it goes by what it shows now."""
        self._started = self._at_zero()

    def _at_zero(self) -> datetime:
        return self._now() - timedelta(seconds=self._monotonic())


@lru_cache(maxsize=16)  # all answers of a second have the same
def moment_of(date: str) -> datetime | None:
    """Return the moment of a `Date` header; None if it cannot be read.

    https://www.rfc-editor.org/rfc/rfc9110#field.date
    """
    try:
        moment = parsedate_to_datetime(date)
    except (ValueError, TypeError, LookupError, ArithmeticError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
