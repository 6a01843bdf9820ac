"""Histories that are drawn by chance: what people do, what breaks, what comes of it.

One seed gives one history. Every step is a coroutine method of `History` whose name
stands in `STEPS` with its weight; what it cannot do at that moment it leaves.
"""

import asyncio
from datetime import timedelta

from tests.trials.truth.cloud import (
    CONNECTING,
    DISCONNECTING,
    FAILED,
    IDLE,
    PLANS,
    RECOVERING,
    RUNNING,
    START,
    STOP,
    UPDATE,
    Fault,
)
from tests.trials.truth.people import People
from tests.trials.truth.stage import PEOPLE, READER
from tests.trials.truth.steps import STEPS as OF_A_DAY
from tests.trials.truth.steps import DaySteps

PAUSES = (0.0, 0.0, 0.3, 0.3, 1.0, 3.0, 10.0, 30.0, 65.0, 130.0)  # seconds
FEWEST, MOST = 6, 16  # steps
HEALED = 420.0  # seconds at the end, in which nothing is broken
MOST_AHEAD = 200.0  # seconds; Slack and Tencent refuse at 300

CODES = (
    "AuthFailure.SecretIdNotFound",
    "FailedOperation.CRUnsupportMethod",
    "InternalError",
    "InvalidParameter.SdkAppId",
    "OperationDenied",
    "RequestLimitExceeded",
    "UnauthorizedOperation",
    "FailedOperation.SomethingNew",
)
SLACK_ERRORS = (
    "away",
    "lost",
    "channel_not_found",
    "is_archived",
    "not_in_channel",
    "restricted_action",
    "fatal_error",
    "invalid_blocks",
    "a_word_of_tomorrow",
    2.0,
    6.0,
)
EDGES = ("received", "answered", "shown", "acked", "asked", "sent", "taken")

STEPS = {
    "start": 10,
    "start_twice": 2,
    "start_to_two": 2,
    "start_by_form": 2,
    "dry_run": 1,
    "stop": 5,
    "stop_together": 2,
    "stop_by_id": 2,
    "stop_foreign": 1,
    "stop_by_reader": 1,
    "change": 4,
    "change_together": 1,
    "change_fault": 2,
    "press_stop": 6,
    "press_other": 2,
    "attach": 2,
    "attach_wrong": 1,
    "close": 2,
    "look": 6,
    "target": 7,
    "room_empties": 2,
    "plan": 2,
    "contradict": 3,
    "start_fault": 4,
    "stop_fault": 4,
    "tencent_away": 1,
    "callbacks": 3,
    "cut": 2,
    "slack_fault": 3,
    "slack_away": 1,
    "journal_away": 1,
    "kill": 2,
    "fuse": 3,
    "mine": 3,
    "copy": 1,
    "restore": 1,
    "clock": 1,
    "days": 0.3,
} | OF_A_DAY


class History(DaySteps):
    """Plays on *stage*; its dice decide everything."""

    def __init__(self, stage):
        self.stage, self.dice = stage, stage.dice
        self.cloud, self.slack = stage.cloud, stage.slack
        self.people = People(stage)
        self.under_way = set()

    async def play(self):
        await self.stage.start()
        await asyncio.sleep(1)
        await self._settle()
        for step in self._steps():
            await getattr(self, step)()
            await asyncio.sleep(self.dice.choice(PAUSES))
            await self._alive()
        await self._heal()

    def _steps(self):
        """Yield the names of the steps: without a start there is nothing to see."""
        number = self.dice.randint(FEWEST, MOST)
        yield from ("start", *self.dice.choices([*STEPS], [*STEPS.values()], k=number))

    async def _settle(self):
        """Decide what stays as it is for a whole history."""
        if self.dice.random() < 0.3:
            await self.plan()
        if self.dice.random() < 0.15:
            self.cloud.cut = True
        if self.dice.random() < 0.2:
            await self.start_fault()

    async def _alive(self):
        """Begin another life if the last one is dead."""
        if not self.stage.alive:
            await self.stage.buried()
            await asyncio.sleep(self.dice.choice((0.5, 2, 20, 100)))
            await self.stage.start()

    async def _heal(self):
        """Let all be well again, and look at everything."""
        stage = self.stage
        stage.fuse = stage.mine = None
        self.cloud.away = self.cloud.cut = self.slack.away = False
        self.cloud.faults.clear()
        self.slack.faults.clear()
        self.cloud.callbacks |= {"loss": 0.0, "late": 0.0, "twice": 0.0}
        await asyncio.gather(*self.under_way)
        await self._alive()
        await asyncio.sleep(HEALED)
        for line in ("/relay list", "/relay recent"):
            await self.people.look(PEOPLE[1], line)
        for room in self.people.rooms[-3:]:
            await self._look_at(room)
        await asyncio.sleep(20)

    def _later(self, work):
        """Let *work* go on beside; at the end it is waited for."""
        task = asyncio.ensure_future(work)
        self.under_way.add(task)
        task.add_done_callback(self.under_way.discard)

    def _someone(self):
        return self.dice.choice(PEOPLE)

    def _room(self):
        rooms = self.people.rooms
        return self.dice.choice(rooms[-4:]) if rooms else ""

    def _task(self):
        ours = [one for one in self.cloud.running if one.urls]
        return self.dice.choice(ours) if ours else None

    # ── people ──────────────────────────────────────────────────────────────────

    async def start(self):
        self._later(self.people.start(self._someone()))

    async def start_twice(self):
        self._later(self.people.start(self._someone(), times=2))

    async def start_to_two(self):
        self._later(self.people.start(self._someone(), targets=2))

    async def start_by_form(self):
        await self.people.start_by_form(self._someone())

    async def dry_run(self):
        await self.people.dry_run(self._someone())

    async def stop(self):
        sure = self.dice.random() < 0.85
        self._later(self.people.stop(self._someone(), self._room(), sure=sure))

    async def change(self):
        kbps = self.dice.randrange(500, 1500)
        self._later(self.people.change(self._someone(), self._room(), kbps))

    async def change_together(self):
        room = self._room()
        for user in PEOPLE:
            self._later(self.people.change(user, room, self.dice.randrange(500, 1500)))

    async def change_fault(self):
        self.cloud.fail_next(UPDATE, self._fault())

    async def stop_together(self):
        room = self._room()
        for user in PEOPLE:
            self._later(self.people.stop(user, room))

    async def stop_by_id(self):
        if task := self._task():
            self._later(self.people.stop_by_id(self._someone(), task.id))

    async def stop_foreign(self):
        task = self.people.foreign()
        await asyncio.sleep(1)
        await self.people.stop_by_id(self._someone(), task.id)

    async def stop_by_reader(self):
        await self.people.stop(READER, self._room())

    async def press_stop(self):
        await self._press(self.people.buttons("Stop"))

    async def press_other(self):
        every = self.people.buttons("")
        await self._press([one for one in every if "Stop" not in _caption(one[1])])

    async def _press(self, offered):
        if offered:
            shown, button = self.dice.choice(offered[-30:])
            times = self.dice.choice((1, 1, 1, 2))
            self._later(self.people.press(self._someone(), shown, button, times))

    async def attach(self):
        if (room := self._room()) and (task := self.people.task(room)):
            await self.people.attach(self._someone(), room, task.id)

    async def attach_wrong(self):
        if (room := self._room()) and (task := self.people.task(room)):
            others = [one for one in self.cloud.tasks.values() if one is not task]
            wrong = f"{task.id[:20]}XX{task.id[22:]}"
            if others and self.dice.random() < 0.3:
                wrong = self.dice.choice(others).id
            await self.people.attach(self._someone(), room, wrong)

    async def close(self):
        if room := self._room():
            await self.people.close(self._someone(), room)

    async def look(self):
        if room := self._room():
            await self._look_at(room)

    async def _look_at(self, room):
        handle, task = self.people.handle(room), self.people.task(room)
        lines = ["/relay list", "/relay recent", "/lookup"]
        if handle:
            lines += [f"/lookup {handle}", f"/relay status {handle}"]
        if task:
            lines.append(f"/lookup {task.id}")
        await self.people.look(self._someone(), self.dice.choice(lines))

    # ── what becomes of relays ──────────────────────────────────────────────────

    async def target(self):
        """Let a target, or all of them, break, recover, fail or go idle."""
        if task := self._task():
            urls = task.urls if self.dice.random() < 0.6 else task.urls[:1]
            way = self.dice.choice(
                (
                    ((0, RECOVERING), (4, RECOVERING), (4, RUNNING)),
                    ((0, RECOVERING), (5, FAILED), (1, IDLE)),
                    ((0, FAILED), (0, IDLE)),
                    ((0, IDLE),),
                    ((0, RUNNING),),
                )
            )
            self.cloud.go(task, *way, urls=urls)

    async def room_empties(self):
        """Let a relay end by itself: with or without the word that says so."""
        if task := self._task():
            self.cloud.end(task, "end")
            if self.dice.random() < 0.8:
                self.cloud.go(task, (0, DISCONNECTING), (0.2, IDLE))
            else:
                self.cloud.go(task, (0, IDLE))

    async def plan(self):
        self.cloud.plan = self.dice.choice([*PLANS, "live", "live"])

    async def contradict(self):
        """Send what does not fit: an old event again, another address, another port."""
        told = [one for one in self.stage.record if one["kind"] == "taken"]
        if self.dice.random() < 0.4 and told:
            await self._again(self.dice.choice(told))
        elif task := self._task():
            url = task.urls[0]
            other = self.dice.choice(
                (
                    url.replace("/live/", ":1935/live/"),
                    url.replace("push.example.com", "PUSH.example.com"),
                    "rtmp://elsewhere.example.org/live/x",
                )
            )
            status = self.dice.choice((CONNECTING, RUNNING))
            await self.cloud.event(task, other, status)

    async def _again(self, old):
        task = self.cloud.tasks.get(old["task"])
        if task:
            await self.cloud.event(task, old["url"], old["status"], at=old["at"])

    # ── what breaks ─────────────────────────────────────────────────────────────

    async def start_fault(self):
        self.cloud.fail_next(START, self._fault())

    async def stop_fault(self):
        for _ in range(self.dice.randint(1, 4)):
            self.cloud.fail_next(STOP, self._fault())

    def _fault(self):
        how = self.dice.choice(
            ("before", "after", "after", "broken", "half", "late", "held", "500")
            + ("refused",) * 4
        )
        return Fault(how, self.dice.choice(CODES), self.dice.choice((1.0, 4.0, 11.3)))

    async def tencent_away(self):
        self.cloud.away = True
        self._later(self._back(self.cloud))

    async def slack_away(self):
        self.slack.away = True
        self._later(self._back(self.slack))

    async def _back(self, side):
        await asyncio.sleep(self.dice.choice((3, 20, 100)))
        side.away = False

    async def callbacks(self):
        self.cloud.callbacks |= {
            "loss": self.dice.choice((0.0, 0.0, 0.3, 1.0)),
            "late": self.dice.choice((0.0, 0.0, 3.0, 40.0)),
            "twice": self.dice.choice((0.0, 0.5)),
        }

    async def cut(self):
        self.cloud.cut = not self.cloud.cut

    async def slack_fault(self):
        for _ in range(self.dice.choice((1, 1, 2))):
            self.slack.faults.append(self.dice.choice(SLACK_ERRORS))

    async def journal_away(self):
        self._later(self._without_journal())

    async def _without_journal(self):
        if not self.stage.journal_away:
            with self.stage.without_journal():
                await asyncio.sleep(self.dice.choice((2, 10, 40)))

    # ── the bot ─────────────────────────────────────────────────────────────────

    async def kill(self):
        await self.stage.kill()

    async def fuse(self):
        self.stage.fuse = self.dice.randint(1, 250)

    async def mine(self):
        self.stage.mine = self.dice.choice(EDGES)

    async def copy(self):
        self.stage.copy()

    async def restore(self):
        if self.stage.copies:
            await self.stage.restore()

    async def clock(self):
        wanted = self.dice.choice((-MOST_AHEAD, 0.0, 100.0, MOST_AHEAD))
        self.stage.step(timedelta(seconds=wanted) - self.stage.clock.ahead)

    async def days(self):
        await asyncio.gather(*self.under_way)
        await self.stage.pass_days(self.dice.choice((0.1, 3, 25.5, 31)))


def _caption(button):
    return button["text"]["text"]


async def drawn(stage):
    """Play one history by the dice of *stage*."""
    await History(stage).play()
