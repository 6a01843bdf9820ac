"""A bot and its Slack, and time that passes for both: for tests of timers."""

from datetime import timedelta

from bot.settings import Policy, Rule
from tests.fakes.schedule import Schedule

START = "/relay start 7 url=rtmp://push.example.com/live/k --go"
FOR = f"{START} for=2h"
RULED = Policy(rules=(Rule(name="on-call", actions=("relay.*",), groups=("S1",)),))
STOP = "StopPublishCdnStream"
MINUTES = timedelta(minutes=1)
WROTE, LISTED = "chat.scheduleMessage", "chat.scheduledMessages.list"
TOOK_BACK = "chat.deleteScheduledMessage"


class Scene:
    """A world, its schedule at Slack, and the time."""

    def __init__(self, world, schedule=None):
        self.world = world
        self.schedule = schedule or Schedule(world.slack, world.clock)

    async def round(self, **time):
        """Let *time* pass, and the bot look; deliver what there is to deliver."""
        self.world.clock.push(**time)
        cloud, clock = self.world.cloud, self.world.clock
        cloud.clock = lambda: clock().timestamp()
        self.schedule.pass_time()
        await self.world.jobs.run_due()
        await self.world.settled()
        await self.world.bot.delivery.deliver()
        await self.world.bot.delivery.deliver()

    async def until(self, before):
        """Let time pass until so long *before* it is due."""
        due = (await self.world.handle("R1")).stop_at
        left = due - before - self.world.clock()
        await self.round(seconds=left.total_seconds())

    @property
    def stops(self):
        return [at for at, name in self.world.cloud.state.calls if name == STOP]

    def said(self, *words):
        """Return the texts that were posted or updated with all of *words* in them."""
        every = [
            str(call.get("text", ""))
            for way, call in self.world.slack.sent
            if way != WROTE
        ]
        return [one for one in every if all(word in one for word in words)]

    def calls(self, method):
        return [call for way, call in self.world.slack.sent if way == method]
