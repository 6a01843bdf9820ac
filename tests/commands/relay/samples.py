"""What several tests of `/relay` type, and how they look at what came of it."""

from bot.dialogue.outcome import Buttons

URL = "rtmp://push.example.com/live/the-secret-key"
START = f"/relay start 295066 url={URL} --go"

PASTED = {
    "RoomId": "295066",
    "RoomIdType": 0,
    "WithTranscoding": 1,
    "AudioParams": {"AudioEncode": {"SampleRate": 48000, "Channel": 1, "BitRate": 64}},
    "PublishCdnParams": [{"PublishCdnUrl": URL, "IsTencentCdn": 1}],
}


def calls(world, action="StartPublishCdnStream"):
    return sum(name == action for _at, name in world.cloud.state.calls)


def words(outcome):
    """Return all text of an outcome, as one string."""
    return f"{outcome.plain} {outcome!r}"


def buttons(outcome):
    rows = (part.buttons for part in outcome.parts if isinstance(part, Buttons))
    return [*outcome.buttons, *(button for row in rows for button in row)]
