"""Of a kind so many lines are written at once, and one a second after that."""

import logging

import pytest

from bot.runtime.repeats import (
    ALARMS_AT_ONCE,
    AT_ONCE,
    LONGEST,
    MOST_KINDS,
    Repeats,
    kind_of,
)


@pytest.fixture
def now():
    return [0.0]


@pytest.fixture
def repeats(now):
    return Repeats(lambda: now[0])


def record(event="request.turned", level=logging.INFO, logger="bot.http"):
    return logging.LogRecord(logger, level, "", 0, event, None, None)


def written(repeats, count, one):
    told = (repeats.pass_on(one) for _ in range(count))
    return sum(held_back is not None for held_back in told)


@pytest.mark.parametrize(
    ("level", "most"),
    [
        (logging.INFO, AT_ONCE),
        (logging.ERROR, AT_ONCE),
        (logging.CRITICAL, ALARMS_AT_ONCE),
    ],
)
def test_a_flood_of_a_kind_ends_in_one_line_a_second(repeats, now, level, most):
    assert written(repeats, 1000, record(level=level)) == most

    now[0] += 60.0
    assert written(repeats, 1000, record(level=level)) == min(60, most)


def test_the_line_that_is_written_says_how_many_were_not_and_says_it_once(repeats, now):
    written(repeats, AT_ONCE + 5, record())
    now[0] += 2.0

    assert [repeats.pass_on(record()) for _ in range(3)] == [5, 0, None]
    assert repeats.left() == [(("bot.http", "request.turned"), 1)]
    assert repeats.left() == []


def test_another_event_and_another_logger_are_other_kinds(repeats):
    written(repeats, 100, record())

    assert repeats.pass_on(record("callback.received")) == 0
    assert repeats.pass_on(record(logger="bot.tencent")) == 0


def test_a_record_of_structlog_and_one_of_a_library_are_known_by_their_event():
    assert kind_of(record({"event": "told", "n": 1})) == ("bot.http", "told")
    assert kind_of(record("told %s\nand more")) == ("bot.http", "told %s")
    assert kind_of(record("x" * 1000)) == ("bot.http", "x" * LONGEST)


def test_only_so_many_kinds_are_remembered(repeats):
    for number in range(MOST_KINDS * 2):
        repeats.pass_on(record(f"event {number}"))

    assert len(repeats._buckets) == MOST_KINDS
