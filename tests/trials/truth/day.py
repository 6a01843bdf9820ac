"""What people do beside starts and stops: timers, copies, what a second person decides.

Each ask says what it may lead to: `after` or `until` is when a stop of its room is due,
`stops` is the room that is stopped once a copy of it is live, `second` that nothing may
be sent before somebody else has approved it.
"""

import re
from datetime import UTC, datetime

LONG = re.compile(r"(\d+)([hms])")
UNITS = {"h": 3600, "m": 60, "s": 1}
OFTEN = 5000  # kbit/s: so much, and a second person is asked


def seconds_of(text):
    """Return the seconds of a length as it is typed: 1h30m."""
    return sum(int(number) * UNITS[unit] for number, unit in LONG.findall(text))


class Day:
    """Asks of people; mixed into them."""

    async def start_for(self, user, length):
        """Start a relay that is to be stopped after *length*."""
        about = {"after": seconds_of(length)}
        return await self.start(user, more=f"for={length}", about=about)

    async def timer(self, user, room, length):
        """Let a relay be stopped after *length* from now, or "off": not at all."""
        if handle := self.handle(room):
            off = length == "off"
            due = {} if off else {"after": seconds_of(length)}
            about = self.note_of(user, does="timer", room=room, handle=handle, **due)
            how = "--off" if off else f"for={length}"
            await self.slack.command(user, f"/relay timer {handle} {how}", **about)

    async def until(self, user, room, minutes):
        """Let a relay be stopped at a clock so many *minutes* ahead."""
        if handle := self.handle(room):
            now = self.stage.clock.unix
            due = int(now // 60 + minutes) * 60
            clock = datetime.fromtimestamp(due, UTC).strftime("%H:%M")
            about = {"room": room, "handle": handle, "after": due - now, "clock": True}
            line = f"/relay timer {handle} until={clock}"
            meant = self.note_of(user, does="timer", **about)
            await self.slack.command(user, line, **meant)

    async def copy(self, user, room, *, then="stop"):
        """Start a copy of a relay, elsewhere; return its room, or "" without one."""
        handle = self.handle(room)
        if not handle:
            return ""
        new = self.new_room()
        url = self.url(new)
        line = f"/relay copy {handle} room={new} type=text url={url} then={then} --go"
        stops = {"stops": room} if then == "stop" else {}
        about = self.note_of(user, does="start", room=new, **stops)
        await self.slack.command(user, line, **about)
        return new

    async def keep(self, user, room):
        """Let a relay go on when its copy is live."""
        if handle := self.handle(room):
            about = self.note_of(user, does="keep", room=room, handle=handle)
            await self.slack.command(user, f"/relay keep {handle}", **about)

    # ── a second person ─────────────────────────────────────────────────────────

    async def propose(self, user):
        """Ask for a start that a second person has to approve; return its room."""
        about = {"second": True}
        return await self.start(user, more=f"bitrate={OFTEN + 1}", about=about)

    async def decide(self, user, word="Approve", reason="it is agreed"):
        """Decide on what was asked last, as *word* says, by its button and its form."""
        asked = [
            (shown, button)
            for shown, button in self.buttons(word)
            if shown is self._newest(shown)
        ]
        if not asked:
            return
        shown, button = asked[-1]
        seen, room = len(self.slack.views), self.room_of(shown)
        await self.press(user, shown, button)
        await self._until(lambda: len(self.slack.views) > seen)
        if len(self.slack.views) > seen:
            about = self.note_of(user, does=word.lower(), room=room)
            values = {"reason": reason}
            await self.slack.submit(user, self.slack.views[-1], values, **about)

    def _newest(self, shown):
        """Return the message that *shown* is, as it stands by now."""
        return [one for one in self.slack.shown if one.ts == shown.ts][-1]


def meant_by(button, unix, seconds):
    """Return what whoever presses *button* means by it, if it is about a timer."""
    value = button.get("value", "")
    if not re.search(r"\btimer \S+ ", value):
        return {}
    if found := re.search(r"until=(\S+Z)", value):
        at = datetime.strptime(found[1], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        return {"does": "timer", "at": at.timestamp() - unix + seconds}
    return {"does": "timer"} if "--off" in value else {}
