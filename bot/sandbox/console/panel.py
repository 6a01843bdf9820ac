"""The panel beside the page: what runs in the cloud, and everything that can be turned.

A knob is a function that takes what a page sends and returns a sentence. Whoever adds
one to `Panel.knobs` can offer it in the menu of every relay or push target as well, by
a function in `relay_menu` or `target_menu`; the page draws what they return, below
what `relays` offers.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from bot.sandbox.aliases import Json
from bot.sandbox.cloud import LoopbackCloud
from bot.sandbox.cloud.checks import ACTIONS
from bot.sandbox.cloud.server import FAILURE_MODES
from bot.sandbox.cloud.state import Relay
from bot.sandbox.console.cloudlog import CloudLog, MovableClock
from bot.sandbox.console.guard import Refused
from bot.sandbox.console.menu import Entry, Knob, menu
from bot.sandbox.console.phones import PhoneKnobs
from bot.sandbox.console.quality import Quality
from bot.sandbox.console.relays import Relays
from bot.sandbox.console.rooms import Rooms
from bot.sandbox.console.sessions import Sessions
from bot.sandbox.slack.model.workspace import Workspace

LOCALES = ("en-US", "zh-CN", "de-DE", "es-ES", "fr-FR", "ja-JP", "pt-BR")
_MOST_TIMES = 100
_ROWS = 100  # relays that are shown, the newest first
_FARTHEST = 86_400  # seconds that the cloud's clock may be off

_MODES = {
    "timeout": "no answer at all",
    "reset": "not done, the connection breaks",
    "late": "done, but the answer is lost",
    "truncated": "done, but the answer is cut off",
    "empty": "an empty answer",
    "html": "a gateway's HTML page",
    "garbage": "an answer that is no JSON",
    "500": "HTTP 500",
    "status-201": "done, with HTTP 201",
    "status-500": "done, with HTTP 500",
    "bom": "done, behind a byte order mark",
    "gzip": "done, packed with gzip",
    "deflate": "done, packed with deflate",
    "doubled": "done, with two RequestIds",
    "error-beside": "done, with an error beside it",
}


class Process(Protocol):
    """The bot's process."""

    @property
    def pid(self) -> int | None:
        """Its number while it runs, else None."""

    async def kill(self) -> None:
        """End it as a crash would."""


@dataclass(kw_only=True)
class Panel:
    """All that can be seen and turned.

    *start* starts the bot and waits until it is there; *connections* counts its
    connections to Slack. Each function of the menus returns an entry, or None where
    it has nothing to offer; a target is told by its place among those of its relay,
    since its address is a secret.
    """

    cloud: LoopbackCloud
    bot: Process
    start: Callable[[], Awaitable[None]]
    connections: Callable[[], int]
    space: Workspace
    log: CloudLog = field(default_factory=CloudLog)
    clock: MovableClock = field(default_factory=MovableClock)
    knobs: dict[str, Knob] = field(default_factory=dict)
    relay_menu: list[Callable[[Relay], Entry | None]] = field(default_factory=list)
    target_menu: list[Callable[[Relay, int], Entry | None]] = field(
        default_factory=list
    )
    _relays: Relays = field(init=False)
    _rooms: Rooms = field(init=False)
    _phones: PhoneKnobs = field(init=False)
    _sessions: Sessions = field(init=False)
    _quality: Quality = field(init=False)

    def __post_init__(self) -> None:
        self._relays, self._rooms = Relays(self.cloud), Rooms(self.cloud)
        self._phones, self._sessions = PhoneKnobs(self.cloud), Sessions(self.cloud)
        self._quality = Quality(self.cloud)
        knobs: dict[str, Knob] = {
            "fail": self._fail,
            "well": self._well,
            "clock": self._clock,
            "kill": self._kill,
            "start": self._start,
            "locale": self._locale,
        }
        own = self._relays.knobs | self._rooms.knobs
        own |= self._phones.knobs | self._sessions.knobs | self._quality.knobs
        self.knobs = knobs | own | self.knobs

    async def turn(self, name: str, body: Any) -> str:
        """Turn a knob and return what came of it.

        Raises:
            Refused: there is none of that name, or it does not go that far.
        """
        if name not in self.knobs:
            raise Refused("There is no such knob.", 404)
        if not isinstance(body, dict):
            raise Refused("A knob takes a JSON object.")
        return await self.knobs[name](body)

    # ── what is shown ────────────────────────────────────────────────────────────

    def snapshot(self) -> Json:
        """Return the panel as it stands."""
        state = self.cloud.state
        waiting = [
            {"action": action, "how": how}
            for action, queue in state.failures.items()
            for how in queue
        ]
        return {
            "bot": {"pid": self.bot.pid, "connections": self.connections()},
            "relays": [
                self._relay(one) for one in [*state.relays.values()][: -_ROWS - 1 : -1]
            ],
            "callbacks": self._relays.callbacks(),
            "phones": self._phones.rows(),
            "sessions": self._sessions.rows(),
            "units": self._sessions.units(),
            "waiting": waiting,
            "ahead": self.clock.ahead,
            "calls": self.log.calls,
        }

    def choices(self) -> Json:
        """Return what the knobs can be turned to; it never changes."""
        return {
            "actions": {name: spec["errors"] for name, spec in ACTIONS.items()},
            "modes": [[name, _MODES.get(name, name)] for name in FAILURE_MODES],
            "locales": LOCALES,
        }

    def _relay(self, relay: Relay) -> Json:
        row = self._relays.row(relay)
        for number, target in enumerate(row["targets"]):
            added = menu(offer(relay, number) for offer in self.target_menu)
            own = self._quality.target_menu(relay, number) if target["runs"] else []
            target["menu"] = self._relays.target_menu(relay, number) + added + own
        added = menu(offer(relay) for offer in self.relay_menu)
        own = self._relays.relay_menu(relay) + self._rooms.relay_menu(relay)
        return {**row, "menu": own + added}

    # ── the knobs ────────────────────────────────────────────────────────────────

    async def _fail(self, body: Json) -> str:
        action, how = str(body.get("action", "")), str(body.get("how", ""))
        times = body.get("times", 1)
        if action != "*" and action not in ACTIONS:
            raise Refused("action: there is no such API.")
        if how not in FAILURE_MODES and how not in _codes(action):
            raise Refused("how: neither a fault nor an error code of this API.")
        if not isinstance(times, int) or not 1 <= times <= _MOST_TIMES:
            raise Refused(f"times: a number from 1 to {_MOST_TIMES}.")
        self.cloud.state.fail_next(action, how, times)
        return f"The next {'call' if action == '*' else action} fails: {how}."

    async def _well(self, _body: Json) -> str:
        self.cloud.state.failures.clear()
        return "No faults are set."

    async def _clock(self, body: Json) -> str:
        ahead = body.get("ahead")
        if not isinstance(ahead, int) or abs(ahead) > _FARTHEST:
            raise Refused(f"ahead: seconds, from -{_FARTHEST} to {_FARTHEST}.")
        self.clock.ahead = float(ahead)
        if not ahead:
            return "The cloud's clock is in sync."
        return f"The cloud's clock is {abs(ahead)} s {'fast' if ahead > 0 else 'slow'}."

    async def _kill(self, _body: Json) -> str:
        await self.bot.kill()
        return "The bot was killed (-9)."

    async def _start(self, _body: Json) -> str:
        await self.start()
        if self.bot.pid is None:
            raise Refused("The bot did not start.", 409)
        return "The bot runs."

    async def _locale(self, body: Json) -> str:
        who = self.space.users.get(str(body.get("user", "")))
        locale = body.get("locale")
        if who is None or who.bot:
            raise Refused("user: there is no such person.", 404)
        if locale not in LOCALES:
            raise Refused("locale: it is none of those offered.")
        self.space.users[who.id] = replace(who, locale=locale)
        return f"{who.name} reads {locale} now."


def _codes(action: str) -> set[str]:
    specs = ACTIONS.values() if action == "*" else [ACTIONS[action]]
    return {code for spec in specs for code in spec["errors"]}
