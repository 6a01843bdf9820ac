"""Values of an event that may come in another type than its page says."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EARLIEST, LATEST = datetime(2015, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
MILLISECOND, SECOND = timedelta(milliseconds=1), timedelta(seconds=1)
LONGEST_NUMBER = 18  # digits; the milliseconds since 1970 have 13

Object = Mapping[str, Any]


def as_object(claimed: object) -> Object:
    """Return *claimed* if it is an object, and else an empty one."""
    return claimed if isinstance(claimed, dict) else {}


def as_text(claimed: object) -> str:
    """Return text or a number as text that can be kept, and anything else as empty."""
    if isinstance(claimed, str):
        return claimed.encode("utf-8", "replace").decode().replace("\0", "")
    is_number = isinstance(claimed, int) and not isinstance(claimed, bool)
    return str(claimed) if is_number else ""


def as_whole(claimed: object) -> int | None:
    """Return a whole number, or one that came as text; None of anything else."""
    if isinstance(claimed, bool) or not isinstance(claimed, int | str):
        return None
    text = str(claimed)
    digits = text.strip().removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= LONGEST_NUMBER):
        return None
    return int(text)


def as_moment(claimed: object, unit: timedelta) -> datetime | None:
    """Return the moment *claimed* units after 1970, if it is one that can be.

    Seconds where milliseconds are meant, or the other way round, are of another age.
    """
    number = as_whole(claimed)
    try:
        moment = EPOCH + (number or 0) * unit
    except OverflowError:
        return None
    return moment if EARLIEST <= moment < LATEST else None


def own_time(info: Object) -> datetime | None:
    """Return when what *info* tells of happened: to the millisecond, if it says so.

    By a name of the page's, or the one of its example, or that of older events.
    """
    for name in ("EventMsTs", "EventTsMs"):  # in the page's table, in its example
        if moment := as_moment(info.get(name), MILLISECOND):
            return moment
    return as_moment(info.get("EventTs"), SECOND)
