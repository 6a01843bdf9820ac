"""The menu of a target on the panel lets its push fall, go black, or vanish."""

import pytest

from bot.sandbox.cloud import LoopbackCloud
from bot.sandbox.console.guard import Refused
from bot.sandbox.console.quality import Quality

URL = "rtmp://push.example.com/live/one"


@pytest.fixture
def cloud():
    return LoopbackCloud()


@pytest.fixture
def quality(cloud):
    return Quality(cloud)


@pytest.fixture
def relay(cloud):
    fields = {"AgentParams": {"UserId": "robot"}, "SdkAppId": 7, "RoomId": "295066"}
    sent = [{"PublishCdnUrl": URL}]
    return cloud.state.start_relay({**fields, "PublishCdnParams": sent}, "")


async def test_each_entry_does_what_it_says_and_is_not_offered_again(
    cloud, quality, relay
):
    for entry in quality.target_menu(relay, 0):
        await quality.knobs[entry["knob"]](entry["sends"])

        assert cloud.pushes.how(URL) == entry["sends"]["how"]
        assert entry not in quality.target_menu(relay, 0)


async def test_of_what_was_stopped_nothing_is_offered(cloud, quality, relay):
    cloud.state.end_relay(relay)

    assert quality.target_menu(relay, 0) == []
    with pytest.raises(Refused, match="no such relay"):
        await quality.knobs["push"]({"task": relay.task_id, "how": "black"})


@pytest.mark.parametrize(
    "odd", [{"task": "-"}, {"how": "odd"}, {"target": 1}, {"target": "0"}]
)
async def test_what_is_not_offered_is_refused(quality, relay, odd):
    sends = {"task": relay.task_id, "how": "black", "target": 0}

    with pytest.raises(Refused):
        await quality.knobs["push"]({**sends, **odd})
