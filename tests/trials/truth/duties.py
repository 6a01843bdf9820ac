"""What people do about alerts: take and mute them, and let channels be told of them.

Each ask says what it may lead to: `take` and `eyes` end the calls about a room, `mute`
does for so many `seconds` (0: not any more), and `subscribe` names the causes.
"""

import re

ALARM = re.compile(r"\b(take|mute) \w+$")
HOUR = 3600
UNITS = {"m": 60, "h": HOUR}


def duty_by(button):
    """Return what whoever presses *button* means by it, if it is about an alert."""
    found = ALARM.search(button.get("value", ""))
    if not found:
        return {}
    return {"does": found[1]} | ({"seconds": HOUR} if found[1] == "mute" else {})


class Duties:
    """Asks of people; mixed into them."""

    def alerts(self):
        """Return each message that calls somebody, or did, as it was shown."""
        return [
            shown
            for shown in self.slack.shown
            for button in shown.buttons
            if button["text"]["text"] == "Take it"
        ]

    async def take(self, user, room):
        """Type that one takes what rings of *room*."""
        if handle := self.handle(room):
            about = self.note_of(user, does="take", room=room, handle=handle)
            await self.slack.command(user, f"/patchbay take {handle}", **about)

    async def eyes(self, user, shown):
        """React with eyes to the alert *shown*."""
        about = self.note_of(user, does="eyes", room=self.room_of(shown))
        await self.slack.react(user, shown, "eyes", **about)

    async def mute(self, user, room, length="1h"):
        """Type that nobody is called about *room* for *length*, or "off"."""
        if handle := self.handle(room):
            seconds = 0 if length == "off" else int(length[:-1]) * UNITS[length[-1]]
            about = {"room": room, "handle": handle, "seconds": seconds}
            line = f"/patchbay mute {handle} {length}"
            meant = self.note_of(user, does="mute", **about)
            await self.slack.command(user, line, **meant)

    async def subscribe(self, user, channel, *causes):
        """Type that *channel* is told of alerts, for *causes* or for all."""
        line = " ".join(("/patchbay subscribe", *causes))
        about = self.note_of(user, does="subscribe", causes=list(causes))
        await self.slack.command(user, line, channel=channel, **about)

    async def unsubscribe(self, user, channel):
        """Type that *channel* is told of no alert any more."""
        about = self.note_of(user, does="unsubscribe")
        line = "/patchbay unsubscribe"
        await self.slack.command(user, line, channel=channel, **about)
