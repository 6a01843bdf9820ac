"""One JSON line a record, nothing secret in it."""

import io
import json
import logging

import pytest
import structlog

from bot.runtime.logs import set_up
from bot.runtime.redact import Redactor


@pytest.fixture
def stream():
    written = io.StringIO()
    set_up(Redactor(["hush-hush"]), stream=written)
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
