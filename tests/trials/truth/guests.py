"""People in rooms, as they are, and the signed events that Tencent tells of them.

What they do is entered into the record; whether the bot hears of it is another matter.
https://trtc.io/document/39558
"""

KINDS = {
    "makes": 101,
    "dismisses": 102,
    "joins": 103,
    "watches": 103,
    "leaves": 104,
    "camera on": 201,
    "camera off": 202,
    "sound on": 203,
    "sound off": 204,
    "screen on": 205,
    "screen off": 206,
}
ROLES = {"joins": 20, "watches": 21}
OF_STAYS = {"joins", "watches", "leaves"}


class Guests:
    """The people of the rooms on a *stage*; rooms have text as their IDs."""

    def __init__(self, stage):
        self.cloud, self.clock, self.note = stage.cloud, stage.clock, stage.note
        self.stays = {}

    async def happens(self, room, *what):
        """Let things happen in *room*: each is who, and one of KINDS."""
        for user, does in what:
            await self._happens(room, user, does)

    async def _happens(self, room, user, does):
        if does in ROLES:
            self.stays[room, user] = len(self.stays) + 1
        self.note("guest", room=room, user=user, does=does)
        info = {
            "RoomId": room,
            "EventMsTs": round(self.clock.unix * 1000),
            "UserId": user,
        }
        if does in OF_STAYS:
            info |= {"UniqueId": self.stays[room, user], "TerminalType": 3}
            info |= {"Role": ROLES.get(does, 20), "Reason": 1}
        kind = KINDS[does]
        event = {"EventGroupId": kind // 100, "EventType": kind, "EventInfo": info}
        await self.cloud.tells_of_room(event, does)
