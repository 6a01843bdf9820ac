"""What this process counts and measures, for Prometheus.

A label has a closed set of values, which is said where the label is made; any other
value is counted as `other`. So no id, no person and nothing that was typed can become
one, and there are never more series than those sets allow.

Whatever stands on the way of a start is bumped through a child that was made once: less
than a microsecond. What can be asked for instead of being counted is asked for when
somebody reads the metrics (`Metrics.gauge`, `Metrics.counter`). Which there are, and
what to do about them, stands in docs/alarms.md.
"""

import platform
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from contextvars import ContextVar, Token
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import NamedTuple

import prometheus_client as prometheus
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
)
from prometheus_client.metrics_core import Metric

from bot import VERSION
from bot.runtime.families import (
    Collector,
    Family,
    Label,
    Number,
    Numbers,
    Source,
    Times,
    Values,
)

UNNAMED = "none"  # of what has no command, or not yet
CONTENT_TYPE = prometheus.CONTENT_TYPE_LATEST

# Upper ends in seconds. Slack gives an answer three of them; who waits for a slot waits
# ten at most, and Tencent is waited for as long as 20.
ACKS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0)
CALLS = (0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0)
LAGS = (0.001, 0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)

ROUTES = frozenset(
    {"/slack/events", "/tencent/callbacks/{app}", "/healthz", "/readyz", "/metrics"}
)
ACKED = "From a payload's arrival to the answer to it, which Slack waits 3 s for."
ANSWERED = "How long a command took to answer, whether within the ack or behind it."
CALLED = "Calls of Tencent Cloud, by how they ended."
WAITED = "How long calls of Tencent Cloud waited for their slot."
POSTED = "Calls of Slack's Web API."
TAKEN = "Calls of Slack's Web API, by how they ended."
CAME = "Requests to the HTTP port."
SETTLED = "Intents that ended, by the state in which they did."
LATE = "By how much the event loop was late, once a second."


class Sets(NamedTuple):
    """What the values of labels are taken from: names of commands, actions, states."""

    commands: Mapping[str, Iterable[str]] = {}  # of each, its subcommands
    actions: Iterable[str] = ()  # of Tencent's
    methods: Iterable[str] = ()  # of Slack's
    outcomes: Iterable[str] = ()  # classes of how a call of Tencent's ended
    kinds: Iterable[str] = ()  # of payloads
    states: Iterable[str] = ()  # of intents


@dataclass(slots=True)
class Asked:
    """Which command and subcommand an ask turns out to be."""

    command: str = UNNAMED
    subcommand: str = UNNAMED


_ASKED: ContextVar[Asked | None] = ContextVar("asked", default=None)


def name(command: str, subcommand: str) -> None:
    """Say which *command* and *subcommand* it is that is being answered."""
    if asked := _ASKED.get():
        asked.command, asked.subcommand = command, subcommand


class _Measured:
    """Measures a block, by the command that it turns out to be while it runs.

    *kind* stands before the command in the labels, if there is one. What is measured
    began *waited* seconds before the block.
    """

    __slots__ = ("_asked", "_family", "_kind", "_since", "_timer", "_token", "_waited")

    def __init__(
        self,
        family: Family[Times],
        timer: Callable[[], float],
        kind: Values = (),
        waited: float = 0.0,
    ) -> None:
        self._family, self._timer = family, timer
        self._kind, self._waited = kind, waited

    def __enter__(self) -> None:
        inner = not self._kind and _ASKED.get()  # of the payload that is answered
        self._asked = inner or Asked()
        self._token: Token[Asked | None] = _ASKED.set(self._asked)
        self._since = self._timer() - self._waited

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        asked, seconds = self._asked, self._timer() - self._since
        _ASKED.reset(self._token)
        self._family.of(*self._kind, asked.command, asked.subcommand).observe(seconds)


@dataclass(frozen=True, slots=True)
class Taken:
    """The metrics as they were at one moment."""

    families: Sequence[Metric]

    def collect(self) -> Sequence[Metric]:
        """Return them, as a registry does."""
        return self.families

    def exposition(self) -> bytes:
        """Return them as Prometheus reads them; in a thread, as it takes a while."""
        return prometheus.generate_latest(self)


class Metrics:
    """The metrics of one bot, in a *registry* of its own; *sets* close their labels.

    *timer* is monotonic, in seconds.
    """

    def __init__(
        self,
        registry: prometheus.CollectorRegistry,
        sets: Sets = Sets(),  # noqa: B008 - it is a tuple of empty ones
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self.registry = registry
        self.labels: dict[str, Label] = {}
        self._timer = timer
        self._collector = Collector()
        registry.register(self._collector)
        prometheus.ProcessCollector(registry=registry)
        subcommands = {one for each in sets.commands.values() for one in each}
        command = self.label("command", {*sets.commands, UNNAMED})
        named = (command, self.label("subcommand", {*subcommands, UNNAMED}))
        kind = self.label("kind", sets.kinds)
        timed = self._timed
        self._acks = timed("ack_seconds", ACKED, ACKS, kind, *named)
        self._answers = timed("command_seconds", ANSWERED, ACKS, *named)
        self.lag = timed("loop_lag_seconds", LATE, LAGS).of()  # observes seconds
        self._calls(sets)
        self._build()

    def _calls(self, sets: Sets) -> None:
        """Make what is counted of calls, in and out, and of what they did."""
        action = self.label("action", sets.actions)
        outcome = self.label("outcome", sets.outcomes)
        method = self.label("method", sets.methods)
        state = self.label("state", sets.states)
        route = self.label("route", ROUTES)
        status = self.label("status", {f"{n}xx" for n in range(1, 6)})
        timed, counted = self._timed, self._counted
        self._cloud = timed("cloud_seconds", CALLED, CALLS, action, outcome)
        self._slots = timed("slot_wait_seconds", WAITED, CALLS, action)
        self._slack = timed("slack_seconds", POSTED, CALLS, method)
        self._slack_ends = counted("slack_calls", TAKEN, method, outcome)
        self._requests = counted("http_requests", CAME, route, status)
        self._settled = counted("intents", SETTLED, action, state)
        # nought is told of what alarms at once, or the first would be no news
        for one in ROUTES:
            self._requests.of(one, "5xx")
        for one in sorted(method.values):
            self._slack_ends.of(one, "unauthorised")
        for one in sorted(action.values):  # or the first would be none
            self._settled.of(one, "started")
            self._cloud.of(one, "rejected")

    # ── what is counted where it happens ────────────────────────────────────────

    def acking(self, kind: str, waited: float = 0.0) -> AbstractContextManager[None]:
        """Measure how long the sender of a payload of *kind* waits for its answer.

        It has *waited* for so many seconds by now.
        """
        return _Measured(self._acks, self._timer, (kind,), waited)

    def answering(self) -> AbstractContextManager[None]:
        """Measure how long an answer takes, by the command that it turns out to be."""
        return _Measured(self._answers, self._timer)

    def called(self, action: str, outcome: str, seconds: float) -> None:
        """Count a call of Tencent's *action* that ended as *outcome*."""
        self._cloud.of(action, outcome).observe(seconds)

    def posted(self, method: str, outcome: str, seconds: float) -> None:
        """Count a call of Slack's *method* that ended as *outcome*."""
        self._slack.of(method).observe(seconds)
        self._slack_ends.of(method, outcome).inc()

    def waited(self, action: str, seconds: float) -> None:
        """Count a call of *action* that waited for its slot."""
        self._slots.of(action).observe(seconds)

    def answered(self, route: str, status: int) -> None:
        """Count a request that came to *route* and was answered with *status*."""
        self._requests.of(route, f"{status // 100}xx").inc()

    def settled(self, action: str, state: str) -> None:
        """Count an intent to do *action* that ended in *state*."""
        self._settled.of(action, state).inc()

    # ── what is asked for when it is read ───────────────────────────────────────

    def gauge(
        self, name: str, text: str, tell: Callable[[], Numbers], *labels: Label
    ) -> None:
        """Ask *tell* for a number that goes up and down; without one there is none."""
        self._ask(Source(GaugeMetricFamily, name, text, labels, tell))

    def counter(
        self, name: str, text: str, tell: Callable[[], Numbers], *labels: Label
    ) -> None:
        """Ask *tell* for a number that only grows."""
        self._ask(Source(CounterMetricFamily, name, text, labels, tell))

    def label(self, name: str, values: Iterable[str]) -> Label:
        """Return the label *name*, closed to *values*."""
        label = self.labels[name] = Label(name, frozenset(values))
        return label

    def described(self) -> list[tuple[str, tuple[str, ...], str]]:
        """Return the name of each, its labels, and what it says."""
        return [one.described() for one in self._collector.all]

    def taken(self) -> "Taken":
        """Return all of it as it is now: to be called where it is counted."""
        return Taken(list(self.registry.collect()))

    def _ask(self, source: Source) -> None:
        self._collector.all.append(source)

    def _timed(
        self, name: str, text: str, ends: tuple[float, ...], *labels: Label
    ) -> Family[Times]:
        made = Family(name, text, labels, partial(Times, ends))
        self._collector.all.append(made)
        return made

    def _counted(self, name: str, text: str, *labels: Label) -> Family[Number]:
        made = Family(name, text, labels, Number)
        self._collector.all.append(made)
        return made

    def _build(self) -> None:
        version = self.label("version", {VERSION})
        python = self.label("python", {platform.python_version()})
        build: Numbers = {(VERSION, platform.python_version()): 1.0}
        self.gauge("build_info", "Which release runs.", lambda: build, version, python)
