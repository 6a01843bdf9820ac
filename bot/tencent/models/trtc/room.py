"""TRTC: rooms, the users in them, and the robot that a relay sends in.

Page: https://www.tencentcloud.com/document/product/647/48247
"""

from collections.abc import Iterator
from typing import Annotated, NamedTuple

from bot.i18n import _
from bot.tencent.models.base import Part, Secret
from bot.tencent.models.exits import NO_EXIT, Exit, Leads, Row, Wire
from bot.tencent.models.faults import Broken
from bot.tencent.models.values import Between, Like, Name, OneOf, Positive, Switch

AS_NUMBER, AS_TEXT = 0, 1  # RoomIdType: how the room was created
CAMERA, SCREEN = 0, 1  # StreamType

LARGEST_ROOM = 2**32 - 1

SdkAppId = Annotated[Positive, NO_EXIT]  # one of those configured, which rules name
RoomIdType = Annotated[int, OneOf(AS_NUMBER, AS_TEXT)]

# Text also for a number room; what TRTC allows in the name of a text room.
RoomId = Annotated[
    str,
    Like(
        r"[A-Za-z0-9 !#$%&()+\-:;<=.>?@\[\]^_{}|~,]{1,64}",
        lambda: _(
            "The {what} takes 1 to 64 letters, digits, spaces and"
            " !#$%&()+-:;<=.>?@[]^_{{}}|~,"
        ),
    ),
]

# The user ID of a robot of ours, which a UserSig is made for.
RobotId = Annotated[
    str,
    Like(
        r"[A-Za-z0-9_-]{1,32}",
        lambda: _("The {what} takes 1 to 32 letters, digits, “_” and “-”."),
    ),
]

IdleSeconds = Annotated[int, Between(5, 86_400), NO_EXIT]

ROOM = Leads(Row.ROOMS)


class Room(NamedTuple):
    """A room: its ID, and whether that is a number or a text."""

    id: str
    type: int

    def __str__(self) -> str:
        numeric = self.type == AS_NUMBER
        kind = _("{id} (number)") if numeric else _("{id} (text)")
        return kind.format(id=self.id)


def misnamed(room_id: str, room_id_type: int | None) -> Broken:
    """Return the fault of a number room whose ID is none.

    The reverse is legal: a text room may be called 295066.
    """
    if room_id_type != AS_NUMBER:
        return ()
    number = room_id.isdigit() and not room_id.startswith("0")
    if number and int(room_id) <= LARGEST_ROOM:
        return ()
    sentence = _(
        "The ID of a number room is 1 to 4294967295, in digits. If the room was"
        " created with a text ID, choose “Text”."
    )
    return (("RoomId", sentence),)


class AgentParams(Part):
    """The robot that joins the room and carries the streams out."""

    user_id: Annotated[RobotId, NO_EXIT]
    user_sig: Secret | None = None  # minted just before sending
    max_idle_time: IdleSeconds | None = (
        None  # 30: the relay ends so long after all left
    )


class MixUserInfo(Part):
    """A user, in the main room if no other is named."""

    user_id: Annotated[Name, ROOM]
    room_id: Annotated[RoomId, ROOM] | None = None
    room_id_type: Annotated[RoomIdType, ROOM] | None = None

    def room(self, main: Room) -> Room:
        """Return the room that the user is in, which is *main* if none is named."""
        named = main.type if self.room_id_type is None else self.room_id_type
        return Room(self.room_id or main.id, named)

    @classmethod
    def exits(cls, fields: Wire, whole: Wire, /) -> Iterator[Exit]:
        """Yield the room that the media come from, if it is not the main one.

        In a change, which does not name that, it is any that is named.
        """
        named = fields.get("RoomIdType")
        main = Room(whole.get("RoomId", ""), whole.get("RoomIdType", AS_NUMBER))
        room = Room(
            fields.get("RoomId") or main.id, main.type if named is None else named
        )
        if room != main:
            path = "RoomId" if fields.get("RoomId") else "RoomIdType"
            place = _("{room}, where {user} is").format(
                room=room, user=fields["UserId"]
            )
            yield Exit(Row.ROOMS, path, (room.id,), place)

    def is_in(self, main: Room) -> bool:
        """Tell whether `room` is *main*."""
        named = self.room_id_type
        of_type = named is None or named == main.type
        return of_type and (not self.room_id or self.room_id == main.id)

    def _rules(self) -> Broken:
        if self.room_id is None:
            return ()
        return misnamed(self.room_id, self.room_id_type)


# Where in a request each user is named, and the user.
Users = list[tuple[str, MixUserInfo]]


class UserMediaStream(Part):
    """One of the two pictures that a user sends."""

    user_info: MixUserInfo | None = None
    stream_type: Switch | None = None  # CAMERA (default), SCREEN

    def users(self, at: str) -> Users:
        """Return the user, if one is named; this is *at* that path in the request."""
        return [(f"{at}.UserInfo", self.user_info)] if self.user_info else []


class SingleSubscribeParams(Part):
    """The one stream that passes through, not transcoded."""

    user_media_stream: UserMediaStream

    def users(self, at: str) -> Users:
        """Return the user whose stream it is; this is *at* that path."""
        return self.user_media_stream.users(f"{at}.UserMediaStream")
