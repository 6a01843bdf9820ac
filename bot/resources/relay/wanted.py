"""Whose pictures a relay waits for: those that its request names, on the picture."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.dialogue.outcome import Button
from bot.i18n import _
from bot.journal.evidence import Headline
from bot.journal.model import Intent
from bot.resources.relay.bounds import at
from bot.states import LIVE, State

Wire = Mapping[str, Any]

LARGE = "VideoParams.LayoutParams.MaxVideoUser.UserMediaStream"
CELLS = "VideoParams.LayoutParams.MixLayoutList"
ONE = "SingleSubscribeParams.UserMediaStream"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A picture of *user*'s: the camera's, or the *screen*; *cell* 0 is all of it."""

    user: str
    screen: bool
    cell: int = 0

    @property
    def media(self) -> str:
        """What has to be sent for it, as `Participant` names it."""
        return "screen" if self.screen else "camera"


def room(intent: Intent) -> Iterator[Button]:
    """Yield the look at the room of *intent*: who is in it, and who sends what."""
    if intent.subject.room and intent.state in LIVE:
        yield Button(_("Room"), "lookup", f"{intent.id} --room")


def try_to_end(intent: Intent) -> Iterator[Button]:
    """Yield what may end *intent* where no stop reaches it: its robot is thrown out."""
    unnamed = intent.state is State.UNKNOWN and not intent.subject.ref
    gone = intent.standing.headline is Headline.OUT_OF_REACH
    if intent.subject.agent and intent.subject.room and (unnamed or gone):
        text = f"remove-user {intent.id} --robot"
        yield Button(_("Try: remove its robot"), "relay", text)


def has_picture(intent: Intent) -> bool:
    """Tell whether the relay *intent* sends a picture, as far as is known."""
    return any(
        intent.masked.get(one) for one in ("VideoParams", "SingleSubscribeParams")
    )


def has_images(intent: Intent) -> bool:
    """Tell whether its picture has an image in it that Tencent has to fetch."""
    video: Wire = intent.masked.get("VideoParams") or {}
    cells: list[Wire] = at(intent.masked, CELLS) or []
    behind = (one.get("BackgroundImageUrl") for one in (video, *cells))
    marks: list[Wire] = video.get("WaterMarkList") or []
    above = (at(one, "WaterMarkImage.WaterMarkUrl") for one in marks)
    return any((*behind, *above))


def is_numeric(intent: Intent) -> bool:
    """Tell whether the room that *intent* mixes is asked for as a number."""
    return not intent.masked.get("RoomIdType")


def wanted(intent: Intent) -> Iterator[Wanted]:
    """Yield the pictures that *intent* names, of users of its own room."""
    room = intent.subject.room
    streams = [(0, at(intent.masked, ONE)), (0, at(intent.masked, LARGE))]
    cells: list[Wire] = at(intent.masked, CELLS) or []
    streams += [(n, one.get("UserMediaStream")) for n, one in enumerate(cells, 1)]
    for cell, stream in streams:
        user = at(stream or {}, "UserInfo.UserId")
        elsewhere = at(stream or {}, "UserInfo.RoomId")
        if user and str(elsewhere or room) == room:
            yield Wanted(str(user), bool((stream or {}).get("StreamType")), cell)
