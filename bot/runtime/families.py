"""Metrics whose labels have closed sets of values, as Prometheus collects them.

Counting is the event loop's own, so a number needs no lock: a bump is a look-up and an
addition. What is asked for instead of being counted is a `Source`.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Generic, NamedTuple, Protocol, TypeVar

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
)
from prometheus_client.metrics_core import Metric

PREFIX = "patchbay_"
OTHER = "other"

Values = tuple[str, ...]
Numbers = Mapping[Values, float]  # by the values of its labels


class Label(NamedTuple):
    """A label, and all values that it can have beside `other`."""

    name: str
    values: frozenset[str]

    def closed(self, value: str) -> str:
        """Return *value* if it is one of the label's."""
        return value if value in self.values else OTHER


class Number:
    """A number that only grows. It is the event loop's own: no lock is needed."""

    __slots__ = ("number",)

    def __init__(self) -> None:
        self.number = 0

    def inc(self) -> None:
        """Count one more."""
        self.number += 1


class Times:
    """How often what took how many seconds; *ends* are the upper ends of its steps."""

    __slots__ = ("counts", "ends", "total")

    def __init__(self, ends: Sequence[float]) -> None:
        self.ends = ends
        self.counts = [0] * (len(ends) + 1)
        self.total = 0.0

    def observe(self, seconds: float) -> None:
        """Count one that took *seconds*."""
        self.counts[bisect_left(self.ends, seconds)] += 1
        self.total += seconds

    def buckets(self) -> list[tuple[str, float]]:
        """Return how many took at most so long, for each end, as Prometheus has it."""
        ends = [*map(str, self.ends), "+Inf"]
        return list(zip(ends, accumulate(self.counts), strict=True))


Child = TypeVar("Child", Number, Times)


class Family(Generic[Child]):
    """One metric; its children are made once, and only for values of closed sets."""

    def __init__(
        self, name: str, text: str, labels: tuple[Label, ...], make: Callable[[], Child]
    ) -> None:
        self._name, self._text, self._labels = PREFIX + name, text, labels
        self._make: Callable[[], Child] = make
        self._children: dict[Values, Child] = {}

    def of(self, *values: str) -> Child:
        """Return the child for *values*, of which each is closed first."""
        child = self._children.get(values)
        if child is None:  # a raw value is not kept: there may be any number of them
            closed = closed_of(self._labels, values)
            child = self._children.setdefault(closed, self._make())
        return child

    def described(self) -> tuple[str, tuple[str, ...], str]:
        """Return its name, its labels, and what it says."""
        ending = "_total" if isinstance(self._make(), Number) else ""
        names = tuple(label.name for label in self._labels)
        return self._name + ending, names, self._text

    def collected(self) -> Metric:
        """Return what was counted so far."""
        names = [label.name for label in self._labels]
        counted = CounterMetricFamily(self._name, self._text, labels=names)
        timed = HistogramMetricFamily(self._name, self._text, labels=names)
        for values, child in list(self._children.items()):
            if isinstance(child, Times):
                timed.add_metric(values, child.buckets(), child.total)
            else:
                counted.add_metric(values, child.number)
        return timed if isinstance(self._make(), Times) else counted


def closed_of(labels: Iterable[Label], values: Iterable[str]) -> Values:
    """Return *values*, each as its label has it."""
    pairs = zip(labels, values, strict=True)
    return tuple(label.closed(value) for label, value in pairs)


@dataclass(frozen=True, slots=True)
class Source:
    """A metric that is asked for when the metrics are read; *tell* must not wait."""

    family: type[GaugeMetricFamily | CounterMetricFamily]
    name: str
    text: str
    labels: tuple[Label, ...]
    tell: Callable[[], Numbers]

    def described(self) -> tuple[str, tuple[str, ...], str]:
        """Return its name, its labels, and what it says."""
        ending = "_total" if self.family is CounterMetricFamily else ""
        names = tuple(label.name for label in self.labels)
        return PREFIX + self.name + ending, names, self.text

    def collected(self) -> Metric:
        """Return what it tells now, by closed values."""
        names = [label.name for label in self.labels]
        made = self.family(PREFIX + self.name, self.text, labels=names)
        numbers: Counter[Values] = Counter()
        for values, number in self.tell().items():
            numbers[closed_of(self.labels, values)] += number  # type: ignore[assignment]  # a Counter may hold floats
        for values, number in numbers.items():
            made.add_metric(values, number)
        return made


class Collected(Protocol):
    """What is one metric: counted, or asked for."""

    def described(self) -> tuple[str, tuple[str, ...], str]:
        """Return its name, its labels, and what it says."""

    def collected(self) -> Metric:
        """Return what it has now."""


@dataclass(eq=False)
class Collector:
    """Collects *all*; a registry calls it."""

    all: list[Collected] = field(default_factory=list)

    def collect(self) -> Iterator[Metric]:
        """Yield each metric as it is now."""
        for one in self.all:
            yield one.collected()
