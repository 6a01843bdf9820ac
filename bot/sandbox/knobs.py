"""Lines of the terminal that play with the cloud and the bot: `:cloud`, `:bot`."""

import asyncio
from collections.abc import Awaitable, Callable

from bot.sandbox.cloud import LoopbackCloud, phones
from bot.sandbox.cloud.checks import ACTIONS
from bot.sandbox.cloud.habits import HABITS
from bot.sandbox.cloud.people import HAPPENS
from bot.sandbox.cloud.pushes import HOW
from bot.sandbox.cloud.server import FAILURE_MODES

SHORT = {
    "start": "StartPublishCdnStream",
    "update": "UpdatePublishCdnStream",
    "stop": "StopPublishCdnStream",
    "car": "CreateSession",
    "car-stop": "DestroySession",
    "apply": "ApplyConcurrent",
    "capacity": "DescribeConcurrentCount",
    "publish": "StartPublishStreamWithURL",
    "unpublish": "StopPublishStream",
    "gs": "DescribeCloudPhoneMultipleStreamSessionSlaves",
    "remove": "RemoveUser",
    "remove-text": "RemoveUserByStrRoomId",
    "dismiss": "DismissRoom",
    "dismiss-text": "DismissRoomByStrRoomId",
    "unusual": "DescribeUnusualEvent",
    "calls": "DescribeRoomInfo",
    "people": "DescribeUserInfo",
    "reports": "DescribeUserEvent",
    "quality": "DescribeCallDetailInfo",
    "pushes": "DescribeLiveStreamPushInfoList",
    "push-hour": "DescribeStreamPushInfoList",
    "push-state": "DescribeLiveStreamState",
    "any": "*",
}
EVERY, PATIENCE = 0.05, 100  # seconds; and how often it is waited so long for a look


class CloudKnobs:
    """`:cloud` shows what runs in the loopback Tencent, and makes it fail."""

    def __init__(self, cloud: LoopbackCloud) -> None:
        self._cloud = cloud

    async def __call__(self, line: str) -> str:
        """Take what was typed after `:cloud` and return what is printed."""
        match line.split():
            case []:
                return self._running()
            case ["fail", what, how, *times] if what in SHORT and _is_count(times):
                return self._fail(what, how, int(times[0]) if times else 1)
            case [("recover" | "fail" | "end" | "pause") as what, task]:
                return self._tell(what, task)
            case ["events", *habits] if HABITS.keys() >= set(habits):
                return self._events(frozenset(habits))
            case ["well"]:
                self._cloud.state.failures.clear()
                return "The cloud is well again."
            case words:
                done = self._cloud.renders.turn(words) or self._happens(words)
                done = done or self._pushed(words) or await self._looked(words)
                return done or _usage()

    def _running(self) -> str:
        relays = self._cloud.state.running
        lines = [f"{one.task_id}  {one.room}  {one.agent}" for one in relays]
        rooms = self._cloud.people.rooms
        lines += [f"room {room}  {', '.join(users)}" for room, users in rooms.items()]
        lines += [
            "  ".join(filter(None, ("session", one["user"], one["state"], one["to"])))
            for one in self._cloud.renders.rows()
        ]
        return "\n".join(lines) or "Nothing runs in the cloud."

    def _happens(self, words: list[str]) -> str:
        """Let something happen in a room, or be told; "" if *words* say nothing."""
        match words:
            case ["room", room, what, user, *kind] if what in HAPPENS:
                numeric = room.isdigit() and kind != ["text"]
                named = int(room) if numeric else room
                return self._cloud.people.happens(what, user, named)
            case ["gs", session, what, *count] if _is_phones(what, count):
                number = int(count[0]) if count else 1
                return self._cloud.state.phones.happen(session, what, number)
            case ["robots", ("told" | "untold") as how]:
                self._cloud.people.robots = how == "told"
                return f"Who comes into a room as a relay's robot is {how}."
        return ""

    async def _looked(self, words: list[str]) -> str:
        """Wait until the CDN was asked so often more; "" if *words* do not say that."""
        if words[0] != "looks" or not _is_count(words[1:]):
            return ""
        times = int(words[1]) if words[1:] else 1
        until = self._cloud.pushes.looks + times
        for _try in range(times * PATIENCE):
            if self._cloud.pushes.looks >= until:
                return f"The CDN was asked what it gets: {times}."
            await asyncio.sleep(EVERY)
        return "Nobody asks the CDN what it gets."

    def _pushed(self, words: list[str]) -> str:
        """Let the CDN get something else of a relay; "" if *words* say nothing."""
        match words:
            case ["push", task, how, *target] if how in HOW and _is_count(target):
                number = int(target[0]) - 1 if target else None
                for relay in self._cloud.state.running:
                    if task in {relay.task_id, relay.room}:
                        self._cloud.pushes.happens(relay, how, number)
                        return f"The CDN's picture of {task}: {how}."
                return "Nothing like that runs in the cloud."
        return ""

    def _tell(self, what: str, task: str) -> str:
        """Let the relay whose TaskId or room is *task* go through something."""
        relays = [
            relay
            for relay in self._cloud.state.running
            if task in {relay.task_id, relay.room}
        ]
        if not relays:
            return "Nothing like that runs in the cloud."
        if what == "end":
            self._cloud.state.end_relay(relays[0])
        self._cloud.tell(relays[0], what)
        return f"Its targets will tell of it: {what}."

    def _events(self, habits: frozenset[str]) -> str:
        if self._cloud.callbacks is None:
            return "This cloud calls nobody back."
        self._cloud.callbacks.habits = habits
        odd = ", ".join(sorted(habits)) or "as its page describes"
        return f"The cloud's events are from now on: {odd}."

    def _fail(self, what: str, how: str, times: int) -> str:
        self._cloud.state.fail_next(SHORT[what], how, times)
        return f"The next {what} ({times} in all) will fail: {how}."


class BotKnobs:
    """`:bot` kills and starts the bot, as a crash and a supervisor would."""

    def __init__(
        self, kill: Callable[[], Awaitable[None]], start: Callable[[], Awaitable[None]]
    ) -> None:
        self._kill = kill
        self._start = start

    async def __call__(self, line: str) -> str:
        """Take what was typed after `:bot` and return what is printed."""
        match line.split():
            case ["kill"]:
                await self._kill()
                return "The bot was killed (-9)."
            case ["start"]:
                await self._start()
                return "The bot runs."
            case _:
                return ":bot kill ends it with -9; :bot start starts it again."


def _is_count(words: list[str]) -> bool:
    return not words or (len(words) == 1 and words[0].isdigit())


def _is_phones(what: str, count: list[str]) -> bool:
    """Tell whether *what* may happen to that many phones."""
    few = _is_count(count) and all(0 < int(one) <= phones.MOST for one in count)
    return what in phones.HAPPENS and few


def _usage() -> str:
    codes = sorted({code for action in ACTIONS.values() for code in action["errors"]})
    return (
        ":cloud shows what runs. :cloud fail {what} HOW [TIMES] makes calls fail;\n"
        "HOW is one of {days}, or an error code such as {code}.\n"
        ":cloud well ends it.\n"
        ":cloud recover|fail|end|pause ROOM lets a relay go through that, and tell.\n"
        ":cloud room ROOM {happens} USER [text] plays people of a room;\n"
        "with text, its ID is text, and else a number if it is one.\n"
        ":cloud gs SESSION {phones} [COUNT] plays the phones of a session;\n"
        ":cloud push ROOM {how} [TARGET] changes what the CDN gets of a relay;\n"
        ":cloud looks [TIMES] waits until it was asked about that.\n"
        ":cloud robots told|untold: whether events of rooms tell of relays' robots.\n"
        ":cloud car units N, :cloud car reserving on|off, :cloud car end USER:\n"
        "sessions of CAR.\n"
        ":cloud events [HABIT...] makes its events odd: {habits}."
    ).format(
        what="|".join(SHORT),
        days=", ".join(FAILURE_MODES),
        code=codes[0],
        happens="|".join(HAPPENS),
        phones="|".join(phones.HAPPENS),
        how="|".join(HOW),
        habits=", ".join(HABITS),
    )
