"""One JSON line a record, nothing secret in it."""

import io
import json
import logging

import pytest
import structlog
from slack_bolt.logger.messages import (
    warning_client_prioritized_and_token_skipped,
    warning_token_skipped,
)

from bot.runtime.logs import counted, hide, set_up
from bot.runtime.redact import Redactor
from bot.runtime.repeats import AT_ONCE

NOW = [0.0]  # seconds


@pytest.fixture
def stream():
    written = io.StringIO()
    set_up(Redactor(["hush-hush"]), stream=written, monotonic=lambda: NOW[0])
    return written


def test_a_record_is_one_json_line(stream):
    structlog.get_logger("bot.service").warning("told\nin two lines", intent="01X")

    (line,) = stream.getvalue().splitlines()
    record = json.loads(line)
    del record["timestamp"]
    assert record == {
        "event": "told\nin two lines",
        "intent": "01X",
        "level": "warning",
        "logger": "bot.service",
    }


def test_what_bolt_says_of_its_own_token_at_each_start_is_left_out(stream):
    bolt = logging.getLogger("slack_bolt.AsyncApp")
    for text in (
        warning_client_prioritized_and_token_skipped(),
        warning_token_skipped(),
    ):
        bolt.warning(text)
    bolt.warning("something else")

    (line,) = stream.getvalue().splitlines()
    assert json.loads(line)["event"] == "something else"


def test_a_secret_that_comes_later_is_masked_from_then_on_and_so_are_the_others(stream):
    hide(["new-secret", "a key\nof-two-lines"])
    structlog.get_logger("bot.service").warning("hush-hush new-secret of-two-lines")

    assert json.loads(stream.getvalue())["event"] == "**** **** ****"


def test_lines_are_counted_by_their_level_also_those_that_are_held_back(stream):
    for _number in range(AT_ONCE + 5):
        structlog.get_logger("bot.service").error("broke")
    structlog.get_logger("bot.service").critical("worse")

    assert counted() == {"info": 0, "warning": 0, "error": AT_ONCE + 5, "critical": 1}


def test_a_library_logs_through_the_same_door_and_loses_its_secrets(stream):
    try:
        int("hush-hush")
    except ValueError:
        logging.getLogger("somebody").exception("failed with %s", "hush-hush")

    told = stream.getvalue()
    assert "hush-hush" not in told
    assert json.loads(told)["exception"].endswith("base 10: '****'")


def test_talkative_libraries_keep_their_payloads_to_themselves(stream):
    logging.getLogger("slack_bolt.App").info("body: everything")

    assert stream.getvalue() == ""


def held_back(stream):
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    return [(line["event"], line.get("held_back", 0)) for line in lines]


def test_of_a_kind_so_many_are_written_and_the_next_second_says_how_many_were_not(
    stream,
):
    log = structlog.get_logger("bot.http")
    for number in range(AT_ONCE + 7):
        log.info("request.turned", number=number)
    log.info("something.else")
    NOW[0] += 1.0
    log.info("request.turned")

    first = [("request.turned", 0)] * AT_ONCE
    assert held_back(stream) == [*first, ("something.else", 0), ("request.turned", 7)]


def test_tracebacks_of_a_library_that_differ_below_the_first_line_are_of_one_kind(
    stream,
):
    for number in range(AT_ONCE + 3):
        logging.getLogger("asyncio").error(f"no descriptors\nsocket: {number}")  # noqa: G004 - as asyncio does

    assert len(held_back(stream)) == AT_ONCE


def test_what_is_held_back_at_the_end_is_counted_there(stream):
    for _ in range(AT_ONCE + 2):
        logging.getLogger("asyncio").error("no descriptors")
    logging.getLogger().handlers[0].close()

    assert held_back(stream)[AT_ONCE:] == [("log.held-back no descriptors", 2)]
