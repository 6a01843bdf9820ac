"""Tencent as it tells of relays by itself: in signed events, at times of its own."""

import json

from bot.journal.rows import millis
from bot.sandbox.cloud.callbacks import Callbacks

KEY = "k" * 16
# What is said of a stop of which the last that is known is that the relay runs.
TAKEN = (
    "🟡 Tencent took the stop of R1, of which it said seconds before that it runs: its "
    "card says when the end is heard."
)
IDLE, CONNECTING, RUNNING, RECOVERING, FAILED, DISCONNECTING = range(6)


class Tencent:
    """Tells *world* of relays; the events' times go up unless they are given."""

    def __init__(self, world):
        self.world = world
        self.calls = Callbacks("", KEY, world.cloud.clock)
        self.at = millis(world.clock())

    def event(self, relay, status, *, url=0, target="", error=None, **changes):
        """Return an event that *relay* is in *status*; *changes* are its fields."""
        self.at = max(self.at + 1000, millis(self.world.clock()))
        payload = {"Url": target or relay.urls[url], "Status": status}
        if error:
            payload |= {"ErrorCode": error[0], "ErrorMsg": error[1]}
        info = {
            "RoomId": relay.room,
            "EventMsTs": self.at,
            "UserId": relay.agent,
            "TaskId": relay.task_id,
            "Payload": payload,
            **changes,
        }
        event = {"EventGroupId": 4, "EventType": 401, "CallbackTs": self.at + 5}
        return json.dumps({**event, "EventInfo": info}, indent="\t").encode()

    async def tells(self, relay, *statuses, **changes):
        """Tell that *relay* went through *statuses*."""
        for status in statuses:
            await self.sends(self.event(relay, status, **changes))

    def of_room(self, kind, user="alice", *, room=295066, **changes):
        """Return an event of that *kind* in a room; *changes* are its fields."""
        self.at = max(self.at + 1000, millis(self.world.clock()))
        info = {"RoomId": room, "EventMsTs": self.at, "UserId": user, **changes}
        body = {"EventGroupId": kind // 100, "EventType": int(kind)}
        body["CallbackTs"] = self.at + 5
        return json.dumps({**body, "EventInfo": info}, indent="\t").encode()

    async def happens(self, *events, **changes):
        """Tell what happened in a room, each as its kind and the user."""
        for kind, *user in events:
            await self.sends(self.of_room(kind, *user, **changes))

    async def sends(self, raw, app="live-main"):
        """Send the body *raw*, signed, and wait for what it sets going."""
        await self.world.callbacks.receive(app, raw, self.calls.sign(raw))
        await self.world.settled()

    async def later(self, **time):
        """Let time pass, for the bot and for Tencent's cloud alike."""
        self.world.clock.push(**time)
        self.world.cloud.clock = lambda: self.world.clock().timestamp()
        await self.world.jobs.run_due()
        await self.world.settled()


async def lost(world, line, how="late"):
    """Start a relay whose answer goes wrong; return it as the cloud knows it."""
    world.cloud.state.fail_next("StartPublishCdnStream", how)
    await world.typed(line)
    return next(reversed(world.cloud.state.relays.values()))


async def started(world, line):
    """Start a relay; return it as the cloud knows it."""
    await world.typed(line)
    return next(reversed(world.cloud.state.relays.values()))


async def texts(world, *audiences):
    """Return what waits to be delivered, to *audiences* if given, as text."""
    return [
        one.text
        for one in await world.notices()
        if not audiences or one.audience in audiences
    ]
