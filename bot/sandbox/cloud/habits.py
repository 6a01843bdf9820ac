"""What the events of the real cloud may look like, beside what its page describes.

Each habit changes an event just before it is sent and signed. None of them is certain:
they are what a page that contradicts itself leaves open, and what other events do.
"""

from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any
from urllib.parse import urlsplit

Event = dict[str, Any]

NAMES = ("IDLE", "CONNECTING", "RUNNING", "RECOVERING", "FAILURE", "DISCONNECTING")
TIMES = ("EventMsTs", "EventTsMs")
MILLISECONDS = 1000
OF_RELAYS = 4  # EventGroupId
DOUBLED = "doubled"  # every event is sent once more after it was taken


def _status_as_text(event: Event) -> None:
    payload = event["EventInfo"]["Payload"]
    payload["Status"] = str(payload["Status"])


def _status_as_name(event: Event) -> None:
    payload = event["EventInfo"]["Payload"]
    if payload["Status"] < len(NAMES):
        payload["Status"] = NAMES[payload["Status"]]


def _seconds(event: Event) -> None:
    info = event["EventInfo"]
    millis = [info.pop(name) for name in TIMES if name in info]
    info["EventTs"] = millis[0] // MILLISECONDS


def _timeless(event: Event) -> None:
    _only_sent(event)
    event.pop("CallbackTs", None)


def _only_sent(event: Event) -> None:
    for name in TIMES:
        event["EventInfo"].pop(name, None)


def _normalised(event: Event) -> None:
    """Spell the address out: the port named, the host shouted, no signature."""
    payload = event["EventInfo"]["Payload"]
    parts = urlsplit(payload["Url"])
    host = (parts.hostname or "").upper()
    payload["Url"] = f"{parts.scheme}://{host}:{parts.port or 1935}{parts.path}"


def _without_url(event: Event) -> None:
    del event["EventInfo"]["Payload"]["Url"]


def _numbers(event: Event) -> None:
    info = event["EventInfo"]
    info["RoomId"] = int(info["RoomId"]) if info["RoomId"].isdigit() else info["RoomId"]


HABITS: Mapping[str, Callable[[Event], None]] = {
    "status-as-text": _status_as_text,
    "status-as-name": _status_as_name,
    "seconds": _seconds,
    "only-sent": _only_sent,
    "timeless": _timeless,
    "normalised": _normalised,
    "without-url": _without_url,
    "numbers": _numbers,
    DOUBLED: lambda _event: None,
}


def as_sent(event: Event, habits: frozenset[str]) -> Event:
    """Return *event* as a cloud with *habits* sends it; they are of relay events."""
    changed = deepcopy(event)
    if event["EventGroupId"] != OF_RELAYS:
        return changed
    for name, change in HABITS.items():
        if name in habits:
            change(changed)
    return changed
