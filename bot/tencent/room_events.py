"""What Tencent tells of a room: who enters and leaves, and who sends what.

They are signed like the events of relays. These groups say no room type: a room's ID
that comes as a number is a number, one that comes as text is text, and two rooms that
are written alike are two. A user who leaves stops sending without a further event.

Page: https://trtc.io/document/39558
"""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from bot.tencent.lenient import (
    MILLISECOND,
    Object,
    as_moment,
    as_object,
    as_text,
    as_whole,
    own_time,
)

LONGEST_ROOM = 64  # characters that the journal's column holds; Tencent allows as many
LONGEST_USER = 64  # characters; Tencent allows 32
LONGEST_UNIQUE = 20  # digits of what tells two stays of a user apart


class RoomEventKind(IntEnum):
    """What happened, by its EventType; the first digit is its EventGroupId."""

    CREATED = 101
    DISMISSED = 102
    ENTERED = 103
    LEFT = 104
    ROLE = 105
    CAMERA_ON = 201
    CAMERA_OFF = 202
    SOUND_ON = 203
    SOUND_OFF = 204
    SCREEN_ON = 205
    SCREEN_OFF = 206


MEDIA_EVENTS = frozenset(one for one in RoomEventKind if one // 100 == 2)  # noqa: PLR2004 - their EventGroupId


class Role(IntEnum):
    """As whom a user is in a room; the audience may not send."""

    UNTOLD = 0
    ANCHOR = 20
    AUDIENCE = 21


class Terminal(IntEnum):
    """What a user is in a room with."""

    UNTOLD = 0
    WINDOWS = 1
    ANDROID = 2
    IOS = 3
    LINUX = 4
    OTHER = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomEvent:
    """At *at*, to the millisecond, *kind* happened in a room, to *user* if to anybody.

    *numeric*: the room's ID is a number. *reason* is why somebody entered (1 as usual,
    2 another network, 3 again after a time-out, 4 from another room) or left (1 as
    usual, 2 time-out, 3 removed, 4 the other room ended, 5 killed), 0 if it does not
    say. *unique* tells the stays of one user apart, if it came.
    """

    kind: RoomEventKind
    room: str
    numeric: bool
    at: datetime
    user: str = ""
    role: Role = Role.UNTOLD
    terminal: Terminal = Terminal.UNTOLD
    reason: int = 0
    unique: str = ""


_OF_ROOM = {RoomEventKind.CREATED, RoomEventKind.DISMISSED}
_KINDS = {int(one): one for one in RoomEventKind}
_ROLES = {int(one): one for one in Role}
_TERMINALS = {int(one): one for one in Terminal}


def of(kind: int, body: Object) -> RoomEvent | None:
    """Return the event *body*, whose EventType is *kind*; None if it is of no room.

    And if it does not say of which room, or of whom, or when: it tells nothing then.
    """
    what, info = _KINDS.get(kind), as_object(body.get("EventInfo"))
    room, user = as_text(info.get("RoomId")), as_text(info.get("UserId"))
    at = own_time(info) or as_moment(body.get("CallbackTs"), MILLISECOND)
    if what is None or at is None:
        return None
    if not room or len(room) > LONGEST_ROOM or len(user) > LONGEST_USER:
        return None
    if not user and what not in _OF_ROOM:
        return None
    return RoomEvent(
        kind=what,
        room=room,
        numeric=not isinstance(info.get("RoomId"), str),
        at=at,
        user=user,
        role=_ROLES.get(as_whole(info.get("Role")) or 0, Role.UNTOLD),
        terminal=_TERMINALS.get(
            as_whole(info.get("TerminalType")) or 0, Terminal.UNTOLD
        ),
        reason=as_whole(info.get("Reason")) or 0,
        unique=as_text(info.get("UniqueId"))[:LONGEST_UNIQUE],
    )
