"""The seven example requests of the API page are made by filling in fields.

What is a placeholder there is not compared: the robot's UserId and every UserSig, which
the bot makes, and the SdkAppId, which is that of the app.
https://www.tencentcloud.com/document/product/647/48247
"""

import json
from pathlib import Path

import pytest

from bot.tencent.models.trtc.requests import StartPublishCdnStream
from tests.commands.relay.filling import opened

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("trtc-*.json"))

URL = "rtmp://3891.livepush.myqcloud.com/live/trtc_publishcdn_test1"
LOGO = (
    "https://xkt-course-1304449343.cos.ap-beijing.myqcloud.com/test/mark/"
    "37f9eb62-ca72-430e-bfca-e700b59b20e0.png"
)
BOTH = "Trtc_User_0\nTrtc_User_1"
ONE = {"room": "295066", "url": URL, "codec": "lc"}
PICTURE = {"layout": "side", "users": BOTH, "background": "#ff0000", "logo": LOGO}
MIX = {**ONE, **PICTURE}
FILLED = {
    "trtc-1-mix-av": MIX,
    "trtc-2-mix-audio": {**ONE, "what": "audio", "hear": BOTH},
    "trtc-3-relay-av": {**ONE, "what": "one", "user": "Trtc_User_0"},
    "trtc-4-relay-audio": {
        **ONE,
        "what": "one",
        "user": "Trtc_User_0",
        "stream": "audio",
    },
    "trtc-5-mix-av-feedback": {
        "room": "295066",
        "codec": "lc",
        **PICTURE,
        "to": "room",
        "feedback": "630777/trtc_partner_test_2",
    },
    "trtc-6-mix-av-sei": {**MIX, "sei": "layout", "seidata": "layout_sei_test"},
    "trtc-7-cross-room": {
        **MIX,
        "users": "Trtc_User_0\nTrtc_User_1@295067",
        "hear": "Trtc_User_0\nTrtc_User_1@295067",
    },
}


def compared(fields):
    """Return *fields* without what is a placeholder in the examples."""
    masked = StartPublishCdnStream.of(fields).masked()
    masked["AgentParams"] = {"MaxIdleTime": masked["AgentParams"]["MaxIdleTime"]}
    for room in masked.get("FeedBackRoomParams", ()):
        room.pop("UserSig", None)
    return {name: value for name, value in masked.items() if name != "SdkAppId"}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
async def test_an_example_of_the_page_is_filled_in_and_leaves_as_it_stands(world, path):
    form = await opened(world)
    await form.press("more")
    await form.fill(**FILLED[path.stem])

    answer = await form.send()

    intent = await world.handle("R1")
    example = json.loads(path.read_text())["request"]
    assert answer is None
    assert compared(intent.masked) == compared(example)
    assert len(world.cloud.state.running) == 1


def test_there_are_seven():
    assert {path.stem for path in EXAMPLES} == set(FILLED)
    assert len(FILLED) == 7
