"""What is asked for when somebody reads the metrics, and whom.

What the journal knows is read off the event loop, and waited for no longer than a
moment: a journal that is away leaves its numbers out, and `journal_up` is nought.
"""

import asyncio
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from prometheus_client import CollectorRegistry

from bot.errors import JournalUnavailable
from bot.journal.journal import Journal
from bot.journal.maintenance import Backlog
from bot.operations.hearing import Hearing
from bot.operations.readiness import Readiness, Told, no_beat
from bot.operations.reception import NOBODY, Refusal
from bot.resources.kinds import Registry
from bot.runtime import logs
from bot.runtime.families import Numbers, Values
from bot.runtime.metrics import Metrics, Sets
from bot.runtime.tasks import Tasks
from bot.settings import App
from bot.slack.inbound.kinds import PayloadKind
from bot.slack.outbound.methods import METHODS, OUTCOMES
from bot.states import State
from bot.tencent import client as cloud

PATIENCE = 2.0  # seconds for the journal; Prometheus waits for 10
UNKNOWN_LATE = timedelta(minutes=5)  # when a start that stayed unknown alarms


class Turned(Protocol):
    """Who counts what was turned away: `bot.slack.inbound.admission.Admission`."""

    @property
    def turned_away(self) -> Mapping[str, int]:
        """How many were, by why."""

    @property
    def waiting(self) -> int:
        """How many wait for a place."""


def no_reruns() -> int:
    """Return that nothing is run again: one writer loses no race."""
    return 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Others:
    """Numbers of parts that only a journal for several processes has.

    *heartbeat* is the age of the last one in seconds, *reruns* how often a transaction
    was run again. *shared*: other processes may have left something.
    """

    heartbeat: Callable[[], float | None] = no_beat
    reruns: Callable[[], int] = no_reruns
    shared: bool = False


def metrics_of(
    subcommands: Mapping[str, Iterable[str]],
    resources: Registry,
    timer: Callable[[], float],
) -> Metrics:
    """Return the metrics of a bot whose commands have these *subcommands*.

    They have a registry of their own. *timer* is monotonic, in seconds.
    """
    sets = Sets(
        commands=subcommands,
        actions=(*resources.requests, *resources.looks),
        methods=METHODS,
        outcomes=(*cloud.OUTCOMES, *OUTCOMES),
        kinds=(one.value for one in PayloadKind),
        states=(one.value for one in State),
    )
    return Metrics(CollectorRegistry(), sets, timer)


@dataclass(kw_only=True)
class Gauges:
    """Asks the parts of a running bot for their numbers; *now* is the wall clock."""

    metrics: Metrics
    journal: Journal
    readiness: Readiness
    hearing: Hearing
    admission: Turned
    apps: Sequence[App]
    tasks: Tasks
    now: Callable[[], datetime]
    others: Others = field(default_factory=Others)
    _told: Told | None = None
    _backlog: Backlog | None = None
    _orphans: int | None = None
    _heard: Mapping[str, datetime | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._add_backlog()
        self._add_parts()
        self._add_callbacks()

    async def exposition(self) -> bytes:
        """Ask for all numbers, and return them as Prometheus reads them."""
        self._told = await self.readiness()
        self._backlog = self._orphans = None
        with suppress(JournalUnavailable, TimeoutError):
            async with asyncio.timeout(PATIENCE):
                late = self.now() - UNKNOWN_LATE
                self._backlog = await self.journal.maintenance.backlog(late)
                self._heard = await self._last_heard()
                if self.others.shared:
                    self._orphans = await self.journal.former.count()
        return await asyncio.to_thread(self.metrics.taken().exposition)

    async def _last_heard(self) -> Mapping[str, datetime | None]:
        return {
            app.name: await self.hearing.last_heard(app.sdk_app_id)
            for app in self.apps
            if app.callback_key
        }

    def _add_backlog(self) -> None:
        gauge = self.metrics.gauge
        for name, text, tell in (
            ("intents_queued", "Intents that wait to be sent.", _queued),
            ("intents_unknown", "Intents of unknown effect.", _unknown),
            ("intents_unknown_late", "Unknown for over 5 minutes.", _late),
            ("letters_waiting", "Notices that wait to be delivered.", _notices),
        ):
            gauge(name, text, lambda tell=tell: self._of_backlog(tell))  # type: ignore[misc]  # its default
        text = "How long the oldest notice has waited."
        gauge("oldest_letter_seconds", text, lambda: self._of_backlog(self._oldest))

    def _of_backlog(self, tell: Callable[[Backlog], float]) -> Numbers:
        return {} if self._backlog is None else {(): tell(self._backlog)}

    def _oldest(self, backlog: Backlog) -> float:
        if backlog.oldest is None:
            return 0.0
        return max((self.now() - backlog.oldest).total_seconds(), 0.0)

    def _add_parts(self) -> None:
        gauge, counter = self.metrics.gauge, self.metrics.counter
        parts = self.metrics.label("part", PARTS)
        gauge("up", "Whether each part that is needed is there.", self._up, parts)
        gauge("ready", "Whether /readyz says so.", self._ready)
        skew = self.readiness.client
        text = "How far this clock is ahead of Tencent's."
        gauge("clock_skew_seconds", text, lambda: _if_any(skew.skew))
        text = "Age of this process's last heartbeat in the journal."
        gauge("heartbeat_age_seconds", text, lambda: _if_any(self.others.heartbeat()))
        text = "Unfinished intents of processes that are gone."
        gauge("orphans", text, lambda: _if_any(self._orphans))
        gauge("tasks", "Work under way.", lambda: {(): len(self.tasks)})
        gauge("waiting", "Payloads without a place.", self._waiting)
        why = self.metrics.label("cause", ("full", "late"))
        text = "Payloads that were turned away, for lack of places or of time."
        counter("turned_away", text, self._turned, why)
        text = "Transactions that were run again."
        counter("reruns", text, lambda: {(): self.others.reruns()})

        level = self.metrics.label("level", logs.LEVELS)
        text = "Lines of the log, also those that were held back."
        counter("log_lines", text, lambda: _by_name(logs.counted()), level)

    def _up(self) -> Numbers:
        parts = self._told
        return {} if parts is None else _by_name({**parts.own, **parts.shared})

    def _ready(self) -> Numbers:
        return {} if self._told is None else {(): self._told.ready}

    def _waiting(self) -> Numbers:
        return {(): self.admission.waiting}

    def _turned(self) -> Numbers:
        return _by_name(self.admission.turned_away)

    def _add_callbacks(self) -> None:
        gauge, counter = self.metrics.gauge, self.metrics.counter
        app = self.metrics.label("app", (one.name for one in self.apps))
        text = "How long ago a callback of the app was last taken in; +Inf if never."
        gauge("callback_age_seconds", text, self._callback_age, app)
        why = self.metrics.label("why", (one.name.lower() for one in Refusal))
        text = "Callbacks that were refused."
        counter("callbacks_refused", text, self._callbacks_refused, app, why)

    def _callback_age(self) -> Numbers:
        """Return the age of the last of each app: one that never came is older."""
        now = self.now()
        return {
            (name,): (now - at).total_seconds() if at else math.inf
            for name, at in self._heard.items()
        }

    def _callbacks_refused(self) -> Numbers:
        """Return how many were; nought is told, too, or the first would be no news."""
        refused = self.hearing.reception.refused
        names = {NOBODY: (), **{one.name: () for one in self.apps}, **refused}
        return {
            (app, why.name.lower()): refused[app][why] if app in refused else 0
            for app in names
            for why in Refusal
        }


PARTS = ("installed", "hears", "beats", "file", "clock", "journal", "slack")


def _queued(backlog: Backlog) -> float:
    return backlog.queued


def _unknown(backlog: Backlog) -> float:
    return backlog.unknown


def _late(backlog: Backlog) -> float:
    return backlog.late


def _notices(backlog: Backlog) -> float:
    return backlog.notices


def _if_any(number: float | None) -> Numbers:
    return {} if number is None else {(): float(number)}


def _by_name(numbers: Mapping[str, float]) -> dict[Values, float]:
    return {(name,): float(number) for name, number in numbers.items()}
