"""Lines of a log that are of one kind: so many at once, and then one a second.

Whoever can make the bot write a line can make it write a million, onto the disk that
the journal needs. Of a kind (one logger, one event) the first lines are kept, and after
them one a second, which says how many there were of it that were not written.
"""

import logging
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

AT_ONCE = 20  # lines of a kind
ALARMS_AT_ONCE = 200  # CRITICAL ones: each says something of its own
PER_SECOND = 1.0
MOST_KINDS = 1000  # that are remembered; there are some hundred
LONGEST = 100  # characters of what a kind is known by

Kind = tuple[str, str]


@dataclass
class _Bucket:
    tokens: float
    at: float
    held_back: int = 0


class Repeats:
    """Says which lines are written. *monotonic* is a clock in seconds."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._buckets: OrderedDict[Kind, _Bucket] = OrderedDict()

    def pass_on(self, record: logging.LogRecord) -> int | None:
        """Return how many of the kind of *record* were held back since the last one.

        None: it is held back itself.
        """
        most = ALARMS_AT_ONCE if record.levelno >= logging.CRITICAL else AT_ONCE
        bucket = self._bucket(kind_of(record), most)
        now = self._monotonic()
        earned = (now - bucket.at) * PER_SECOND
        bucket.tokens, bucket.at = min(bucket.tokens + earned, most), now
        if bucket.tokens < 1:
            bucket.held_back += 1
            return None
        bucket.tokens -= 1
        held_back, bucket.held_back = bucket.held_back, 0
        return held_back

    def left(self) -> list[tuple[Kind, int]]:
        """Return the kinds of which some were held back, with their number; once."""
        left = [(k, b.held_back) for k, b in self._buckets.items() if b.held_back]
        for kind, _count in left:
            self._buckets[kind].held_back = 0
        return left

    def _bucket(self, kind: Kind, most: int) -> _Bucket:
        if kind not in self._buckets:
            self._buckets[kind] = _Bucket(float(most), self._monotonic())
        self._buckets.move_to_end(kind)
        if len(self._buckets) > MOST_KINDS:
            self._buckets.popitem(last=False)
        return self._buckets[kind]


def kind_of(record: logging.LogRecord) -> Kind:
    """Return the logger and the event of *record*; of a library, its unfilled text.

    asyncio puts what differs on the lines below the first.
    """
    event = record.msg.get("event") if isinstance(record.msg, dict) else record.msg
    first, _newline, _rest = str(event).partition("\n")
    return record.name, first[:LONGEST]
