"""What every peer sends for a start: example 6 of the documentation."""

import json
from pathlib import Path

EXAMPLE = Path(__file__).parents[2] / "examples" / "trtc-6-mix-av-sei.json"
FIELDS = json.loads(EXAMPLE.read_text(encoding="utf-8"))["request"]
FIELDS["SdkAppId"] = 1400188366
(TARGET,) = FIELDS["PublishCdnParams"]


def words(text):
    """Return the room and the push address of `start <room> url=<address> …`."""
    _start, room, url, *_flags = text.split()
    return room, url.removeprefix("url=")


def fields(room, url):
    """Return the parameters of a start."""
    return {
        **FIELDS,
        "RoomId": room,
        "PublishCdnParams": [{**TARGET, "PublishCdnUrl": url}],
    }


def answer(room, task):
    """Return what whoever asked is told."""
    return {"text": f"The relay of room {room} was accepted: {task}"}
