"""What is done to rooms of the loopback cloud: people thrown out, rooms closed.

Whoever is thrown out leaves, with the event of that. A relay whose robot is thrown
out, or whose room is closed, ends and tells so: at once, where the real one waits for
as long as its room may stand empty. https://www.tencentcloud.com/document/product/647/34268
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.sandbox.cloud.checks import CloudFault
from bot.sandbox.cloud.people import People, Room, room_of
from bot.sandbox.cloud.state import CloudState, Relay

REMOVE, DISMISS = "RemoveUser", "DismissRoom"
BY_TEXT = "ByStrRoomId"
ACTIONS = {one + by for one in (REMOVE, DISMISS) for by in ("", BY_TEXT)}


@dataclass
class RoomActions:
    """Acts on rooms of *people* and relays of *state*; *tell* tells of one."""

    people: People
    state: CloudState
    tell: Callable[[Relay, str], None]

    def do(self, fields: dict[str, Any]) -> dict[str, Any]:
        """Throw the users out that *fields* name, or else all of them.

        Raises:
            CloudFault: there is no such room; of the other type is another one.
        """
        room: Room = fields["RoomId"]
        relays = [one for one in self.state.running if room_of(one) == room]
        there = self.people.rooms.get(room, {})
        if not there and not relays:
            raise CloudFault("FailedOperation.RoomNotExist", "The room does not exist.")
        users = fields.get("UserIds")
        for user in [one for one in there if users is None or one in users]:
            self.people.happens("is-removed", user, room)
        for relay in relays:
            if users is None or relay.agent in users:
                self.state.end_relay(relay)
                self.tell(relay, "end")
        return {}
