"""The rooms of relays on the panel: who is in one, and what may happen there.

What a menu lets happen is told to the bot, unless the way there is cut.
"""

from collections.abc import Iterator

from bot.sandbox.aliases import Json
from bot.sandbox.cloud import LoopbackCloud
from bot.sandbox.cloud.people import HAPPENS, Room, room_of
from bot.sandbox.cloud.state import Relay
from bot.sandbox.console.guard import Refused
from bot.sandbox.console.menu import Entry, Knob, menu

MOST = 3  # people of whom a menu offers something
LONGEST = 32  # characters of a user's ID


class Rooms:
    """What may happen in the rooms of *cloud*, as entries of menus, and their knob."""

    def __init__(self, cloud: LoopbackCloud) -> None:
        self._cloud = cloud
        self.knobs: dict[str, Knob] = {"room": self._happens}

    def relay_menu(self, relay: Relay) -> list[Json]:
        """Return what may happen in the room of *relay*."""
        if not self._cloud.callbacks or relay.stopped_at is not None:
            return []
        return menu(self._entries(relay))

    def _entries(self, relay: Relay) -> Iterator[Entry]:
        room = room_of(relay)
        there = self._cloud.people.rooms.get(room, {})
        guest = f"guest-{len(there) + 1}"
        yield self._entry(room, guest, "joins", "Somebody joins the room")
        for user, (_stay, on) in list(there.items())[:MOST]:
            camera = "camera-off" if "camera" in on else "camera"
            switched = "off" if "camera" in on else "on"
            yield self._entry(room, user, camera, f"{user}: camera {switched}")
            yield self._entry(room, user, "leaves", f"{user} leaves")

    def _entry(self, room: Room, user: str, what: str, label: str) -> Entry:
        numeric = isinstance(room, int)
        sends = {"room": str(room), "numeric": numeric, "user": user, "what": what}
        return Entry(label, "room", sends)

    async def _happens(self, body: Json) -> str:
        named, user = str(body.get("room", "")), str(body.get("user", ""))
        what = str(body.get("what", ""))
        if what not in HAPPENS:
            raise Refused(f"what: one of {', '.join(HAPPENS)}.")
        if not named or not user or len(user) > LONGEST:
            raise Refused(f"room, user: some text; a user's ID has up to {LONGEST}.")
        numeric = body.get("numeric") is True and named.isdecimal()
        room = int(named) if numeric else named
        return self._cloud.people.happens(what, user, room)
