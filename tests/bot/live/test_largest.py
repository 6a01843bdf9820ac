"""The largest that is drawn reaches the limits, and Slack's rules take it."""

import json

import pytest

from bot.live import largest
from bot.sandbox.slack.blockkit.validation import letters, message_faults, view_faults
from bot.slack.render import blocks, limits

MESSAGES = dict(largest.messages())
VIEWS = dict(largest.views())
LONGEST_JUDGED = 100_000  # characters that blocks.validate takes


@pytest.mark.parametrize("name", MESSAGES)
def test_a_message_keeps_the_rules_of_slack(name):
    assert message_faults(MESSAGES[name]["blocks"]) == []
    assert len(json.dumps(MESSAGES[name], ensure_ascii=False)) < LONGEST_JUDGED


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_keeps_the_rules_of_slack(name):
    assert view_faults(VIEWS[name]) == []
    assert len(json.dumps(VIEWS[name], ensure_ascii=False)) < LONGEST_JUDGED


def test_the_limits_are_reached():
    most_blocks = max(len(one["blocks"]) for one in MESSAGES.values())
    most_text = max(letters(one["blocks"]) for one in MESSAGES.values())
    text_of_views = max(letters(one["blocks"]) for one in VIEWS.values())

    assert most_blocks == limits.MESSAGE_BLOCKS
    assert most_text > 0.9 * limits.MESSAGE_TEXT
    assert text_of_views > 0.9 * limits.VIEW_TEXT


def test_a_full_text_is_as_long_as_a_message_may_be():
    full = letters(blocks.message(largest.full_text())["blocks"])

    assert 0.9 * limits.MESSAGE_TEXT < full <= limits.MESSAGE_TEXT


def test_what_is_not_fitted_keeps_its_length():
    (block,) = largest.unfitted("x" * 5000)

    assert block["elements"][0]["text"] == "x" * 5000


@pytest.mark.parametrize("kind", ["section", "actions", "context", "rich_text"])
def test_every_kind_of_block_is_among_them(kind):
    kinds = {one["type"] for body in MESSAGES.values() for one in body["blocks"]}

    assert kind in kinds
