"""How fast one API action may be called: slots in time, handed out one by one.

This is GCRA. Each slot comes one interval after the last, so that no second, wherever
it begins, has more than the rate in it. A slot is handed out at once, with the wait
until it comes; a call that would wait too long is refused before anything queues.

Tencent counts per action, region and sub-account:
https://www.tencentcloud.com/document/product/1278/109059
"""

import math
from collections.abc import Callable

from bot.errors import Busy
from bot.i18n import _
from bot.runtime.slots import Pace

PENALTY = 10.0  # seconds at half the rate after Tencent said "too fast"
RECOVERY = 1.0  # calls a second that come back with each second after that
SLOWEST = 1.0  # calls a second, however often Tencent says it
ECHO = 1.0  # seconds in which more of the same complaint is the same complaint
PATIENT_PENALTY = 3.0  # seconds after the last complaint, where it never adds up
PATIENT_RECOVERY = 3.0  # calls a second that come back with each second after that


class Pacer:
    """Slots for one action, *rate* a second. *monotonic* is a clock in seconds.

    A *patient* one is for what ends things. All of it has to go, however long it takes,
    and until it went money is spent: so a complaint slows it to half its rate for some
    seconds, and a second complaint to no less.
    """

    def __init__(
        self, rate: float, *, monotonic: Callable[[], float], patient: bool = False
    ) -> None:
        self.monotonic = monotonic
        self.patient = patient
        self._rate = rate
        self._penalty = PATIENT_PENALTY if patient else PENALTY
        self._recovery = PATIENT_RECOVERY if patient else RECOVERY
        self._next = -math.inf  # the moment of the next slot
        self._slowed_at = -math.inf
        self._slowed_to = rate

    def wait(self, budget: float) -> float:
        """Take the next slot and return the seconds until it comes.

        Raises:
            Busy: that is more than *budget* seconds. No slot was taken.
        """
        now = self.monotonic()
        slot = max(now, self._next)
        if slot - now > budget:
            raise busy(slot - now)
        self._next = slot + 1 / self._rate_at(slot)
        return slot - now

    @property
    def pace(self) -> Pace:
        """Its pace, for those who share it."""
        return Pace(
            rate=self._rate,
            penalty=self._penalty,
            recovery=self._recovery,
            patient=self.patient,
        )

    @property
    def interval(self) -> float:
        """Seconds between two calls, at the rate of this moment."""
        return 1 / self._rate_at(self.monotonic())

    def slow_down(self) -> None:
        """Halve the rate: Tencent said that it was too fast.

        It stays for 10 s and then comes back by 1 a second each second; patient, for
        3 s after the last complaint, and by 3 a second. Slots that were taken already
        stay as they are.
        """
        now = self.monotonic()
        if now - self._slowed_at < ECHO and not self.patient:
            return
        before = self._rate if self.patient else self._rate_at(now)
        self._slowed_to = max(before / 2, min(SLOWEST, self._rate))
        self._slowed_at = now

    def _rate_at(self, moment: float) -> float:
        recovered = max(moment - self._slowed_at - self._penalty, 0) * self._recovery
        return min(self._slowed_to + recovered, self._rate)


def busy(wait: float) -> Busy:
    """Return what is raised when the next slot comes in *wait* seconds only."""
    return Busy(
        _(
            "Too many calls are waiting: the next one could go in {seconds} s."
            " Nothing was sent; try again later."
        ).format(seconds=math.ceil(wait)),
        wait=wait,
    )
