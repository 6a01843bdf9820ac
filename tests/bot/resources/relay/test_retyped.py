"""The line that asks for the same relay asks for the same relay."""

import json
import shlex
from itertools import product
from pathlib import Path

import pytest

from bot.resources.relay.plan import KEYS, SEVERAL
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
    for several in SEVERAL:
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


def example(path):
    """Return an example of the page, without the signatures that a bot makes."""
    fields = json.loads(path.read_text())["request"]
    for robot in (fields["AgentParams"], *fields.get("FeedBackRoomParams", ())):
        del robot["UserSig"]
    return StartPublishCdnStream.of(fields)


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("trtc-*.json")), ids=str)
def test_the_pages_examples_are_asked_for_by_keys_and_nothing_is_lost(path):
    masked = example(path).masked()

    line = start_line(masked, "main", "ap-singapore")

    again = prepared_from(read(line), TERMS, masked["AgentParams"]["UserId"])
    assert "json=" not in line
    assert again.request.masked() == masked


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("trtc-*.json")), ids=str)
def test_what_no_key_says_is_asked_for_as_json(path):
    masked = example(path).masked()
    masked["AudioParams"]["AudioEncode"]["Codec"] = 7  # as if the API took more

    line = start_line(masked, "main", "ap-singapore")

    request = json.loads(line.partition(" json=")[2])
    robot = masked["AgentParams"].pop("UserId")
    assert robot not in request["AgentParams"].values()
    assert request == masked


BESIDES = (
    {"channels": "mono", "audiorate": "32", "sampling": "44100", "codec": "he"},
    {"hear": "ana\nbob", "mute": "eve"},
    {"layout": "1+n", "users": "ana/screen\nbob@295067\neve"},
    {"layout": "pip"},
    {"layout": "float", "large": "ana"},
    {"logo": "https://a.example/l.png", "corner": "bottom-right", "logosize": "90x40"},
    {"background": "#00ff00", "feedback": "630777\n630778/speaker"},
    {"record": "template", "recordkey": "k1"},
    {"record": "vod", "format": "hls", "tracks": "audio", "vodapp": "1500000000"},
    {"sei": "layout"},
    {"sei": "text", "seidata": "hello", "seitype": "101", "seikey": "no"},
)


@pytest.mark.parametrize("said", BESIDES)
def test_what_a_relay_has_besides_is_said_by_keys_again(said):
    masked = prepared_from(ROOMS[0] | TARGETS[0] | said, TERMS, AGENT).request.masked()

    line = start_line(masked, "main", "ap-singapore")

    again = prepared_from(read(line), TERMS, AGENT)
    assert "json=" not in line
    assert again.request.masked() == masked


def test_an_ordinary_relay_is_a_readable_line():
    masked = prepared_from(ROOMS[0] | TARGETS[0], TERMS, AGENT).request.masked()

    assert start_line(masked, "main", "ap-singapore") == (
        "/relay start 295066 what=mix idle=30 quality=720p15 cdn=other layout=grid"
        " app=main region=ap-singapore url=rtmp://a.example/live/****"
    )
