"""The line that asks for the same relay asks for the same relay."""

import json
import shlex
from itertools import product
from pathlib import Path

import pytest

from bot.resources.relay.plan import KEYS
from bot.resources.relay.request import prepared_from
from bot.resources.relay.retyped import start_line
from bot.settings import App, Terms
from bot.tencent.models.trtc.requests import StartPublishCdnStream

APP = App(name="main", sdk_app_id=1400188366, usersig_key="k" * 8)
TERMS = Terms(apps=(APP,))
AGENT = "pb_01J00000000000000000000000"
EXAMPLES = Path(__file__).parents[3] / "examples"

WHATS = (
    {"what": "mix"},
    {"what": "mix", "layout": "float"},
    {"what": "audio"},
    {"what": "one", "user": "ana"},
    {"what": "one", "user": "ana", "stream": "screen"},
    {"what": "one", "user": "ana", "stream": "audio"},
)
QUALITIES = (
    {},
    {"quality": "1080p30"},
    {"quality": "540p15", "bitrate": "700", "gop": "4"},
)
ROOMS = (
    {"room": "295066"},
    {"room": "295066", "type": "text"},
    {"room": "room one", "idle": "60"},
)
TARGETS = (
    {"url": "rtmp://a.example/live/****"},
    {"url": "rtmp://a.example/live/****", "cdn": "tencent"},
    {
        "url": "rtmp://a.example/live/**** rtmp://b.example/live/****",
        "cdn": "other tencent",
    },
)


def read(line):
    """Return the plan of *line*, as the grammar reads it."""
    _relay, _start, *words = shlex.split(line)
    pairs = [word.partition("=")[::2] for word in words]
    plan = {key: text for key, text in pairs if key in KEYS}
    for several in ("url", "cdn"):
        if texts := [text for key, text in pairs if key == several]:
            plan[several] = "\n".join(texts)
    if words and "=" not in words[0]:
        plan["room"] = words[0]
    return plan


@pytest.mark.parametrize(
    "said", [a | b | c | d for a, b, c, d in product(ROOMS, WHATS, QUALITIES, TARGETS)]
)
def test_what_was_said_by_keys_is_said_by_keys_again(said):
    masked = prepared_from(said, TERMS, AGENT).request.masked()

    line = start_line(masked, "main", "ap-singapore")

    again = prepared_from(read(line), TERMS, AGENT)
    assert "json=" not in line
    assert again.request.masked() == masked
    assert (again.app, again.region) == (APP, "ap-singapore")


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("trtc-*.json")), ids=str)
def test_the_pages_examples_are_asked_for_and_nothing_is_lost(path):
    fields = json.loads(path.read_text())["request"]
    masked = StartPublishCdnStream.of(fields).masked()

    line = start_line(masked, "main", "ap-singapore")

    request = json.loads(line.partition(" json=")[2])
    robot = masked["AgentParams"].pop("UserId")
    assert robot not in request["AgentParams"].values()
    assert request == masked


def test_an_ordinary_relay_is_a_readable_line():
    masked = prepared_from(ROOMS[0] | TARGETS[0], TERMS, AGENT).request.masked()

    assert start_line(masked, "main", "ap-singapore") == (
        "/relay start 295066 what=mix idle=30 quality=720p15 cdn=other layout=grid"
        " app=main region=ap-singapore url=rtmp://a.example/live/****"
    )
