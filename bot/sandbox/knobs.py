"""Lines of the terminal that play with the cloud and the bot: `:cloud`, `:bot`."""

from collections.abc import Awaitable, Callable

from bot.sandbox.cloud import LoopbackCloud
from bot.sandbox.cloud.checks import ACTIONS
from bot.sandbox.cloud.habits import HABITS
from bot.sandbox.cloud.server import FAILURE_MODES

SHORT = {
    "start": "StartPublishCdnStream",
    "update": "UpdatePublishCdnStream",
    "stop": "StopPublishCdnStream",
    "car": "CreateSession",
    "gs": "DescribeCloudPhoneMultipleStreamSessionSlaves",
    "any": "*",
}


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
            case _:
                return _usage()

    def _running(self) -> str:
        relays = self._cloud.state.running
        lines = [f"{one.task_id}  {one.room}  {one.agent}" for one in relays]
        lines += [f"session  {user}" for user in self._cloud.state.renders]
        return "\n".join(lines) or "Nothing runs in the cloud."

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


def _usage() -> str:
    codes = sorted({code for action in ACTIONS.values() for code in action["errors"]})
    return (
        ":cloud shows what runs. :cloud fail {what} HOW [TIMES] makes calls fail;\n"
        "HOW is one of {days}, or an error code such as {code}.\n"
        ":cloud well ends it.\n"
        ":cloud recover|fail|end|pause ROOM lets a relay go through that, and tell.\n"
        ":cloud events [HABIT...] makes its events odd: {habits}."
    ).format(
        what="|".join(SHORT),
        days=", ".join(FAILURE_MODES),
        code=codes[0],
        habits=", ".join(HABITS),
    )
