"""Durations and moments as people type them."""

from datetime import UTC, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.grammar.times import belongs, coming, duration_of, goes_on, gone_by

NOW = datetime(2026, 11, 22, 11, 20, tzinfo=UTC)  # a Sunday; 19:20 in Shanghai
SHANGHAI = timezone(timedelta(hours=8))


def utc(text):
    """Return the moment of *text* in 2026, `11-22 12:00`, in UTC."""
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("2h", 120),
        ("90m", 90),
        ("1h30m", 90),
        ("1 h 30 min", 90),
        ("1.5h", 90),
        ("2H", 120),
        ("2 hours", 120),
        ("1d", 1440),
        ("30s", 0.5),
        ("2小时", 120),
        ("1小时30分钟", 90),
    ],
)
def test_a_duration_is_read(text, minutes):
    assert duration_of(text) == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    "text", ["", "0h", "90", "h", "2hx", "-2h", "2h later", "9999999h", "two hours"]
)
def test_what_is_no_duration_is_none(text):
    assert duration_of(text) is None


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("20:00", "11-22 12:00"),
        ("19:20", "11-23 11:20"),
        ("18:00", "11-23 10:00"),
        ("8pm", "11-22 12:00"),
        ("8:30 pm", "11-22 12:30"),
        ("12am", "11-22 16:00"),
        ("12pm", "11-23 04:00"),
        ("today 18:00", "11-22 10:00"),
        ("tomorrow 18:00", "11-23 10:00"),
        ("明天 18:00", "11-23 10:00"),
        ("2026-11-23 18:00", "11-23 10:00"),
        ("2026-11-23T18:00:30", "11-23 10:00:30"),
        ("2026/11/23, 18:00", "11-23 10:00"),
        ("2026-11-23T18:00Z", "11-23 18:00"),
        ("18:00 UTC", "11-22 18:00"),
        ("18:00 gmt", "11-22 18:00"),
        ("18:00 UTC+8", "11-23 10:00"),
        ("23:00 GMT-03:30", "11-23 02:30"),
        ("18:00-05:00", "11-22 23:00"),
        ("18:00+0530", "11-22 12:30"),
    ],
)
def test_a_moment_to_come_is_read_in_the_zone_of_its_reader(text, moment):
    assert coming(text, NOW, SHANGHAI) == utc(moment)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "18",
        "2026-11-23 18",
        "25:00",
        "18:60",
        "13pm",
        "0am",
        "2026-13-01 10:00",
        "2026-02-30 10:00",
        "9999-12-31 23:59",
        "tomorrow",
        "2026-11-23",
        "soon",
        "2h",
    ],
)
def test_what_names_no_moment_to_come_is_none(text):
    assert coming(text, NOW, SHANGHAI) is None


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("24h", "11-21 11:20"),
        ("yesterday", "11-20 16:00"),
        ("today", "11-21 16:00"),
        ("昨天", "11-20 16:00"),
        ("2026-11-20", "11-19 16:00"),
        ("18:00", "11-22 10:00"),
        ("20:00", "11-21 12:00"),
        ("yesterday 10:00", "11-21 02:00"),
        ("2026-11-20T10:00Z", "11-20 10:00"),
    ],
)
def test_a_moment_that_is_over_is_read_in_the_zone_of_its_reader(text, moment):
    assert gone_by(text, NOW, SHANGHAI) == utc(moment)


@pytest.mark.parametrize("text", ["", "24", "last week", "2026-00-01", "24h ago"])
def test_what_names_no_moment_that_is_over_is_none(text):
    assert gone_by(text, NOW, SHANGHAI) is None


def test_a_clock_after_the_clocks_changed_is_that_of_its_day():
    madrid, before = ZoneInfo("Europe/Madrid"), datetime(2026, 10, 24, 12, tzinfo=UTC)

    tomorrow = coming("2026-10-25 18:00", before, madrid)

    assert tomorrow == datetime(2026, 10, 25, 17, tzinfo=UTC)


CHANGING = ["Europe/Madrid", "America/Havana", "Australia/Lord_Howe", "Asia/Shanghai"]


# In the night to 29 March nobody in Madrid sees 02:00.
@example("Europe/Madrid", "2026-03-28", 1321, time(2))
@example("Europe/Madrid", "2026-03-28", 1500, time(2))
@given(
    st.sampled_from(CHANGING),
    st.sampled_from(["2026-10-24", "2026-03-28"]),
    st.integers(0, 9 * 24 * 60),
    st.times(),
)
def test_a_bare_clock_is_the_next_or_the_last_minute_that_shows_it(
    name, day, later, clock
):
    zone, first = ZoneInfo(name), datetime.fromisoformat(f"{day}T00:00Z")
    now = first + timedelta(minutes=later)
    text = f"{clock:%H:%M}"

    def shown(step):  # minute by minute, as somebody does who looks at a clock
        minutes = (now + timedelta(minutes=step * n) for n in range(2 * 24 * 60))
        each = (at for at in minutes if f"{at.astimezone(zone):%H:%M}" == text)
        return next(at for at in each if step < 0 or at > now)

    days = (now.astimezone(zone).date() + timedelta(days=n) for n in (-1, 0, 1))
    if not any(left_out(day, clock, zone) for day in days):
        assert coming(text, now, zone) == shown(1)
        assert gone_by(text, now, zone) == shown(-1)


def left_out(day, clock, zone):
    """Tell whether the clocks of *zone* never show *clock* on *day*."""
    at = datetime.combine(day, clock.replace(second=0, microsecond=0), zone)
    return at.astimezone(UTC).astimezone(zone).time() != at.time()


def test_a_clock_that_is_left_out_is_read_by_the_offset_before():
    madrid, before = ZoneInfo("Europe/Madrid"), datetime(2026, 3, 29, 0, tzinfo=UTC)

    assert coming("02:30", before, madrid) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_a_day_begins_at_the_first_of_two_midnights():
    havana, noon = ZoneInfo("America/Havana"), datetime(2026, 11, 1, 17, tzinfo=UTC)

    assert gone_by("today", noon, havana) == datetime(2026, 11, 1, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "moment"),
    [
        ("10-24 12:00", "10-25 00:30"),  # the first of the two
        ("10-25 00:40", "10-25 01:30"),
        ("10-25 12:00", "10-25 01:30"),  # over: it is refused where it was typed
    ],
)
def test_an_hour_of_a_day_that_comes_twice_is_the_first_that_is_ahead(now, moment):
    madrid = ZoneInfo("Europe/Madrid")

    assert coming("2026-10-25 02:30", utc(now), madrid) == utc(moment)


@given(st.text(st.sampled_from("0123456789:-+ hmdsaptzTuc小时明天"), max_size=24))
def test_whatever_is_typed_is_a_moment_or_none(text):
    to_come, over = coming(text, NOW, SHANGHAI), gone_by(text, NOW, SHANGHAI)

    assert all(one is None or one.tzinfo is UTC for one in (to_come, over))


@given(
    st.integers(0, 365 * 24 * 60),
    st.integers(-12 * 60, 14 * 60),
)
def test_a_whole_minute_is_read_back_as_it_was_written(later, east):
    zone = timezone(timedelta(minutes=east))
    at = (NOW + timedelta(minutes=later)).astimezone(zone)

    assert coming(f"{at:%Y-%m-%d %H:%M}", NOW, zone) == at.astimezone(UTC)


@pytest.mark.parametrize(
    ("text", "more", "is_one"),
    [
        ("2026-11-24", "18:00", True),
        ("tomorrow", "10:00", True),
        ("18:00", "UTC", True),
        ("6", "pm", True),
        ("1h", "30m", True),
        ("2", "hours", True),
        ("2026-11-24 18:00", "+08:00", True),
        ("2026-11-24", "58", False),
        ("18:00", "7", False),
        ("1h", "30", False),
        ("2h", "18:00", False),
        ("soon", "18:00", False),
    ],
)
def test_a_time_goes_on_after_a_space(text, more, is_one):
    assert goes_on(text, more) is is_one


@pytest.mark.parametrize(
    ("text", "more", "was_meant"),
    [
        ("18:00", "PST", True),
        ("2026-11-24 18:00", "cst", True),
        ("24/11/2026", "18:00", True),
        ("tonight", "6pm", True),
        ("18:00", "lobby", False),
        ("18:00", "7", False),
        ("2h", "18:00", False),
        ("18:00", "19:00", False),
        ("2026-11-24", "PST", False),
    ],
)
def test_what_was_meant_for_a_time_is_no_word_alone(text, more, was_meant):
    assert belongs(text, more) is was_meant


@pytest.mark.parametrize("text", ["18:00-20:00", "18:00+15:00", "18:00 UTC+99"])
def test_what_is_no_zone_is_no_moment(text):
    assert coming(text, NOW, SHANGHAI) is None
