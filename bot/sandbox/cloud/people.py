"""The people of the loopback cloud's rooms, and the signed events that tell of them.

Who joins, switches a camera and leaves is told as Tencent does it: of a user who leaves
that alone, of one who vanishes nothing, and a room that is left empty is dismissed. https://trtc.io/document/39558
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from bot.sandbox.cloud.state import Relay

CREATED, DISMISSED, ENTERED, LEFT, ROLE = 101, 102, 103, 104, 105
ANCHOR, AUDIENCE = 20, 21
SWITCHES = {
    "camera": 201,
    "camera-off": 202,
    "sound": 203,
    "sound-off": 204,
    "screen": 205,
    "screen-off": 206,
}
JOINS = {"joins": ANCHOR, "watches": AUDIENCE}
LEAVES = {"leaves": 1, "times-out": 2, "is-removed": 3}
ROBOT_LEAVES = frozenset({"stop", "end"})
VANISHES = "vanishes"  # of which nothing is told
HAPPENS = (*JOINS, *SWITCHES, *LEAVES, VANISHES)
WITH_REASON = frozenset({ENTERED, LEFT})
IOS, NATIVE = 3, 3

Room = int | str  # its type is that of its ID, as in the events
Tell = Callable[[list[dict[str, Any]]], None]


def room_of(relay: Relay) -> Room:
    """Return the room of *relay*, of the type that it was asked for."""
    numeric = not relay.start.get("RoomIdType") and relay.room.isdecimal()
    return int(relay.room) if numeric else relay.room


@dataclass
class People:
    """Who is in which room, with what is on. *clock* is the cloud's; *tell* sends.

    `rooms` has for each room its users, with their stay and what they have on. With
    *robots* those of relays are told of as well, as they come and go.
    """

    clock: Callable[[], float]
    tell: Tell
    rooms: dict[Room, dict[str, tuple[int, set[str]]]] = field(default_factory=dict)
    robots: bool = False
    _number: "count[int]" = field(default_factory=lambda: count(1))

    def happens(self, what: str, user: str, room: Room) -> str:
        """Let *what*, one of `HAPPENS`, happen to *user* in *room*, and tell of it.

        Returns a sentence on what came of it.
        """
        there = self.rooms.get(room, {})
        if what in JOINS:
            self._joins(user, room, JOINS[what])
        elif user not in there:
            return f"{user} is not in room {room}."
        elif what in LEAVES:
            self._leaves(user, room, LEAVES[what])
        elif what == VANISHES:
            del there[user]
        else:
            self._switches(user, room, what)
        return f"Room {room}: {user} {what}."

    def robot_of(self, relay: Relay, what: str) -> None:
        """Let the robot of *relay*, which goes through *what*, come or go."""
        agent, room = relay.agent, room_of(relay)
        if self.robots and what == "start":
            self._joins(agent, room, ANCHOR)
        elif what in ROBOT_LEAVES and agent in self.rooms.get(room, {}):
            self._leaves(agent, room, LEAVES["leaves"])

    def _joins(self, user: str, room: Room, role: int) -> None:
        bodies = []
        if room not in self.rooms:
            self.rooms[room] = {}
            bodies.append(self._event(CREATED, user, room))
        stay = next(self._number)
        self.rooms[room][user] = (stay, set())
        self.tell([*bodies, self._event(ENTERED, user, room, role=role)])

    def _leaves(self, user: str, room: Room, reason: int) -> None:
        bodies = [self._event(LEFT, user, room, reason=reason)]
        del self.rooms[room][user]
        if not self.rooms[room]:
            del self.rooms[room]
            bodies.append(self._event(DISMISSED, user, room))
        self.tell(bodies)

    def _switches(self, user: str, room: Room, what: str) -> None:
        _stay, on = self.rooms[room][user]
        media = what.removesuffix("-off")
        (on.discard if what != media else on.add)(media)
        self.tell([self._event(SWITCHES[what], user, room)])

    def _event(
        self, kind: int, user: str, room: Room, *, role: int = ANCHOR, reason: int = 1
    ) -> dict[str, Any]:
        number, at = next(self._number), self.clock()
        stay, _on = self.rooms.get(room, {}).get(user, (0, set()))
        info = {
            "RoomId": room,
            "EventTs": int(at),
            "EventMsTs": round(at * 1000) + number % 1000,
            "UserId": user,
        }
        if kind in WITH_REASON:
            info |= {"UniqueId": stay, "Role": role, "Reason": reason}
            info |= {"TerminalType": IOS, "UserType": NATIVE}
        group = kind // 100
        return {
            "EventGroupId": group,
            "EventType": kind,
            "CallbackTs": 0,
            "EventInfo": info,
        }
