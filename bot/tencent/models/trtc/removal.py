"""TRTC: people out of a room, and rooms closed.

There are two actions for each, by the type of the room's ID: a number goes to one, text
to the other, and neither takes what the other does. Whoever is removed may come back as
soon as their application lets them in.
"""

from typing import Annotated

from pydantic import Field

from bot.tencent.models.base import Deadline, Level, Repeat, Reply, Request
from bot.tencent.models.exits import NO_EXIT
from bot.tencent.models.trtc.requests import TRTC
from bot.tencent.models.trtc.room import LARGEST_ROOM, RoomId, SdkAppId
from bot.tencent.models.values import Between, Many, Name

MOST_REMOVED = 10  # people at once

NumberRoom = Annotated[int, Between(1, LARGEST_ROOM), NO_EXIT]
TextRoom = Annotated[RoomId, NO_EXIT]
UserIds = Annotated[Many[Annotated[Name, NO_EXIT]], Field(max_length=MOST_REMOVED)]
_IN_TIME = Deadline(attempt=10, connect=2, read=7, overall=20)


class RoomLeft(Reply):
    """Tencent accepted it; who is out is told by the room's callbacks alone."""


class _ForRooms(Request[RoomLeft]):
    """Sent once: a second one would throw out whoever came back meanwhile."""

    service = TRTC
    level = Level.BILLED  # it costs nothing; the rights to it are as fresh as for that
    repeat = Repeat.NEVER
    rate = 18
    deadline = _IN_TIME
    reply = RoomLeft

    sdk_app_id: SdkAppId


class RemoveUser(_ForRooms):
    """Throw users out of a room whose ID is a number."""

    action = "RemoveUser"
    permit = "room.remove"
    page = "https://www.tencentcloud.com/document/product/647/34268"

    room_id: NumberRoom
    user_ids: UserIds


class RemoveUserByStrRoomId(_ForRooms):
    """Throw users out of a room whose ID is text."""

    action = "RemoveUserByStrRoomId"
    permit = "room.remove"
    page = "https://www.tencentcloud.com/document/product/647/39630"

    room_id: TextRoom
    user_ids: UserIds


class DismissRoom(_ForRooms):
    """Throw everybody out of a room whose ID is a number, and close it."""

    action = "DismissRoom"
    permit = "room.dismiss"
    page = "https://www.tencentcloud.com/document/product/647/34269"

    room_id: NumberRoom


class DismissRoomByStrRoomId(_ForRooms):
    """Throw everybody out of a room whose ID is text, and close it."""

    action = "DismissRoomByStrRoomId"
    permit = "room.dismiss"
    page = "https://www.tencentcloud.com/document/product/647/39631"

    room_id: TextRoom


REMOVALS = (RemoveUser, RemoveUserByStrRoomId)
DISMISSALS = (DismissRoom, DismissRoomByStrRoomId)
