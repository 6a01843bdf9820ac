"""*Edit and retry* opens the form as it was filled in, without what was secret."""

import shlex

import pytest

from bot.dialogue.outcome import Button
from bot.exit_table import ANY_EXIT
from bot.ids import Handle
from bot.resources.relay.plan import KEYS
from bot.resources.relay.request import prepared_from
from bot.resources.relay.resource import RELAY, START
from bot.resources.relay.retry import LONGEST, button
from bot.settings import App, Terms
from bot.states import State
from tests.bot.resources.intents import an_intent

APP = App(name="main", sdk_app_id=1400188366, usersig_key="k" * 8)
TERMS = Terms(apps=(APP,), exits=ANY_EXIT)
URL = "rtmp://push.example.com/live/the-secret-key"
BOTH = f"{URL} rtmp://b.example.com/live/k"


def failed(plan, **more):
    prepared = prepared_from(plan, TERMS, "pb_01J00000000000000000000000")
    masked = {**prepared.request.masked(), **more}
    return an_intent(
        kind=RELAY,
        action=START,
        state=State.NOT_STARTED,
        handle=Handle("R1"),
        room=plan["room"],
        app="main",
        region="ap-singapore",
        masked=masked,
    )


@pytest.mark.parametrize(
    "plan",
    [
        {"room": "7"},
        {"room": "room one", "idle": "60"},
        {"room": "7", "type": "text", "what": "audio"},
        {"room": "7", "what": "one", "user": "ana", "stream": "screen"},
        {"room": "7", "quality": "540p15", "bitrate": "700"},
    ],
)
def test_it_says_all_that_was_filled_in_but_the_targets(plan):
    offered = button(failed({**plan, "url": BOTH, "cdn": "other tencent"}))

    start, room, *words = shlex.split(offered.text)
    pairs = dict(word.split("=", 1) for word in words)
    assert (start, room, offered.label) == ("start", plan["room"], "Edit and retry")
    assert pairs.keys() <= set(KEYS) - {"json", "url"}
    again = {"room": room, **pairs, "url": BOTH}
    first = prepared_from(
        {**plan, "url": again["url"], "cdn": pairs["cdn"]}, TERMS, "p"
    )
    assert prepared_from(again, TERMS, "p").request == first.request


def test_what_no_field_says_is_pasted_without_its_targets():
    offered = button(failed({"room": "7", "url": URL}, FeedBackRoomParams=[{}]))

    assert offered.text.startswith("start app=main region=ap-singapore json={")
    assert "PublishCdnUrl" not in offered.text
    assert "****" not in offered.text


def test_what_is_too_long_for_a_button_is_the_room_alone():
    rooms = [{"RoomId": "r" * 60}] * 40

    offered = button(failed({"room": "7", "url": URL}, FeedBackRoomParams=rooms))

    assert offered == Button("Edit and retry", "relay", "start 7 app=main")
    assert len(offered.text) <= LONGEST
