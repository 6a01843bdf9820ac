"""Durations and moments as people type them: `1h30m`, `18:00`, `yesterday`.

    duration = part { part }                    part = number unit
    unit     = "d" | "h" | "m" | "s"            and their words, in English and Chinese
    moment   = [ day ] clock [ zone ] | day     day before clock: "2026-11-23 18:00"
    day      = "today" | "tomorrow" | "yesterday" | yyyy-mm-dd
    clock    = hh:mm [ ":" ss ] [ am | pm ] | hh ( am | pm )
    zone     = "Z" | [ "UTC" | "GMT" ] ( "+" | "-" ) hh [ ":" ] mm
             | ( "UTC" | "GMT" ) [ ( "+" | "-" ) h [ h ] ]

A moment without a zone is of the reader's own. A clock without a day is the next such
time where something is to come, and the last one where something is over; in the night
in which the clocks go back an hour comes twice. What cannot be read is None: whoever
asks has the field and the sentence for it.
"""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import NamedTuple

YEARS = range(2000, 3000)

_SECONDS = {
    "d": 86_400,
    "day": 86_400,
    "days": 86_400,
    "天": 86_400,
    "h": 3600,
    "hr": 3600,
    "hrs": 3600,
    "hour": 3600,
    "hours": 3600,
    "小时": 3600,
    "m": 60,
    "min": 60,
    "mins": 60,
    "minute": 60,
    "minutes": 60,
    "分": 60,
    "分钟": 60,
    "s": 1,
    "sec": 1,
    "secs": 1,
    "second": 1,
    "seconds": 1,
    "秒": 1,
}
_DAYS = {
    "yesterday": -1,
    "昨天": -1,
    "today": 0,
    "今天": 0,
    "tomorrow": 1,
    "明天": 1,
}
_UNITS = "|".join(sorted(_SECONDS, key=len, reverse=True))
_PART = re.compile(
    rf"(\d{{1,6}}(?:\.\d{{1,3}})?)\s*({_UNITS})(?![^\W\d_])\s*", re.ASCII
)
_MOMENT = re.compile(
    rf"(?:(?P<word>{'|'.join(_DAYS)})"
    r"|(?P<year>\d{4})[-/](?P<month>\d{1,2})[-/](?P<day>\d{1,2}))?"
    r"(?:(?<=\S)[\s,_t-]+(?=\d))?"
    r"(?:(?P<hour>\d{1,2})(?::(?P<minute>\d{2})(?::(?P<second>\d{2}))?)?"
    r"\s*(?P<half>am|pm)?\s*(?P<zone>z|(?:utc|gmt)(?:[+-]\d{1,2}(?::?\d{2})?)?"
    r"|[+-]\d{2}:?\d{2})?)?",
    re.ASCII,
)
_OFFSET = re.compile(r"([+-])(\d{1,2}?):?(\d{2})?", re.ASCII)
_WIDEST = timedelta(hours=14)  # that a zone is from UTC
# What people call zones, of which some are two: none is read, nor is it a word alone.
_CALLED = re.compile("[pmce][sd]t|ces?t|bst|ist|jst|kst|hkt|sgt|msk|aest|wib")
_NOON = 12
_ANY_DAY = datetime(2026, 1, 1, tzinfo=UTC)  # for whether a moment can be read at all


def duration_of(text: str) -> timedelta | None:
    """Return how long *text* says, above zero; None if it says no duration."""
    rest, seconds = text.strip().casefold(), 0.0
    while rest:
        part = _PART.match(rest)
        if part is None:
            return None
        seconds += float(part[1]) * _SECONDS[part[2]]
        rest = rest[part.end() :]
    return timedelta(seconds=seconds) if seconds else None


def coming(text: str, now: datetime, zone: tzinfo) -> datetime | None:
    """Return the moment that *text* names, in UTC; of a bare clock, the next such time.

    It may lie in the past, if a day was named. None if *text* names no moment: a day
    alone is none.
    """
    named = _read(text, now, zone)
    if named is None or named.clock is None:
        return None
    times = named.times(now, (0, 1))
    return next((at for at in times if at > now), times[-1])


def gone_by(text: str, now: datetime, zone: tzinfo) -> datetime | None:
    """Return the past moment since which *text* asks, in UTC.

    A duration is counted back from *now*, a day begins at its midnight, and a bare
    clock is the last such time. It may lie in the future, if a day was named. None if
    *text* is none of these.
    """
    back = duration_of(text)
    if back is not None:
        return now - back
    named = _read(text, now, zone)
    if named is None:
        return None
    times = named.times(now, (-1, 0))
    if named.day:
        return times[0]
    return next((at for at in reversed(times) if at <= now), times[0])


def goes_on(text: str, more: str) -> bool:
    """Tell whether *text* and *more* after a space say one time together.

    As a day and its clock do, a clock and its zone, or the parts of a duration.
    """
    whole = f"{text} {more}"
    return duration_of(whole) is not None or is_moment(whole)


def belongs(text: str, more: str) -> bool:
    """Tell whether *more* after a space was meant for the time *text*, if not read.

    As a zone that is called by its letters, or the clock of a day in another order.
    """
    if is_moment(more):
        return duration_of(text) is None and _read(text, _ANY_DAY, UTC) is None
    return is_moment(text) and _CALLED.fullmatch(more.casefold()) is not None


def is_moment(text: str) -> bool:
    """Tell whether *text* names a clock, with a day or without."""
    named = _read(text, _ANY_DAY, UTC)
    return named is not None and named.clock is not None


def names_zone(text: str) -> bool:
    """Tell whether the moment *text* says itself in which zone it is."""
    read = _MOMENT.fullmatch(text.strip().casefold())
    return bool(read and read["zone"])


class _Named(NamedTuple):
    """A day and a clock, as far as they are named, of a zone."""

    day: date | None
    clock: time | None
    zone: tzinfo

    def times(self, now: datetime, later: tuple[int, ...]) -> list[datetime]:
        """Return its moments in UTC, the first of them first.

        Without a day those of today and of so many days *later*. An hour that comes
        twice, as the clocks go back, has two; one that they leave out is read by the
        offset before.
        """
        days = [self.day] if self.day else [_day(now, self.zone, n) for n in later]
        each = (_moments(day, self.clock or time(), self.zone) for day in days)
        return sorted(at for moments in each for at in moments)


def _moments(day: date, clock: time, zone: tzinfo) -> set[datetime]:
    first, second = (
        datetime.combine(day, clock.replace(fold=fold), zone).astimezone(UTC)
        for fold in (0, 1)
    )
    is_left_out = second < first
    return {first} if is_left_out else {first, second}


def _read(text: str, now: datetime, zone: tzinfo) -> _Named | None:
    """Read the day, the clock and the zone that *text* names."""
    read = _MOMENT.fullmatch(text.strip().casefold())
    if read is None or not read[0]:
        return None
    try:
        where = _zone(read["zone"]) or zone
        day, clock = _date(read, now, where), _clock(read)
    except ValueError:  # a thirteenth month, a twenty-fifth hour
        return None
    is_bare_number = read["hour"] and not (read["minute"] or read["half"])
    return None if is_bare_number else _Named(day, clock, where)


def _date(read: re.Match[str], now: datetime, zone: tzinfo) -> date | None:
    if read["word"]:
        return _day(now, zone, _DAYS[read["word"]])
    if read["year"]:
        year = int(read["year"])
        if year not in YEARS:  # at the very ends there is no moment in every zone
            raise ValueError(year)
        return date(year, int(read["month"]), int(read["day"]))
    return None


def _clock(read: re.Match[str]) -> time | None:
    if not read["hour"]:
        return None
    hour = int(read["hour"])
    if half := read["half"]:
        if not 1 <= hour <= _NOON:
            raise ValueError(hour)
        hour = hour % _NOON + (_NOON if half == "pm" else 0)
    return time(hour, int(read["minute"] or 0), int(read["second"] or 0))


def _zone(text: str | None) -> tzinfo | None:
    if not text:
        return None
    offset = _OFFSET.fullmatch(text.lstrip("zutcgm"))
    if offset is None:
        return UTC
    east = timedelta(hours=int(offset[2]), minutes=int(offset[3] or 0))
    if east > _WIDEST:  # as in 18:00-20:00, which is a span
        raise ValueError(text)
    return timezone(-east if offset[1] == "-" else east)


def _day(now: datetime, zone: tzinfo, later: int) -> date:
    """Return the day that it is in *zone*, or so many days *later*."""
    return now.astimezone(zone).date() + timedelta(days=later)
