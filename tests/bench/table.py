"""Goals, what was measured, and the table of both."""

import math
from dataclasses import dataclass, field
from statistics import median


@dataclass(frozen=True)
class Goal:
    """A *figure* that is to be at most *limit*, or *at_least* that."""

    figure: str
    limit: float | None = None  # none: it is shown, and no more
    unit: str = "×"
    at_least: bool = False

    @property
    def text(self):
        if self.limit is None:
            return ""
        return f"{'≥' if self.at_least else '≤'} {_number(self.limit)}{self.unit}"


@dataclass(frozen=True)
class Result:
    """What was measured of *goal*; *seen* are the absolute figures behind it."""

    goal: Goal
    measured: float
    seen: str = ""

    @property
    def kept(self):
        """Whether the goal was reached; nothing measured is a miss."""
        if self.goal.limit is None:
            return True
        if math.isnan(self.measured):
            return False
        if self.goal.at_least:
            return self.measured >= self.goal.limit
        return self.measured <= self.goal.limit

    @property
    def text(self):
        return f"{_number(self.measured)}{self.goal.unit}"


@dataclass
class Section:
    """What one part of the comparison found: results, and *lines* beside them."""

    title: str
    results: list[Result] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def add(self, goal, measured, seen=""):
        self.results.append(Result(goal, measured, seen))


def ratio(ours, theirs):
    """Return the median of what *ours* is to *theirs*, round by round."""
    pairs = zip(ours, theirs, strict=True)
    return median(one / other if other else math.nan for one, other in pairs)


def markdown(sections):
    """Return the goals of *sections* as one table."""
    lines = ["| figure | goal | measured | | seen |", "|---|---|---|---|---|"]
    for section in sections:
        for one in section.results:
            word = "kept" if one.kept else "**missed**"
            word = word if one.goal.text else ""
            cells = (one.goal.figure, one.goal.text, one.text, word, one.seen)
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def grid(head, rows):
    """Return a table of texts, the first row of which is *head*."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _number(value):
    if math.isnan(value):
        return "–"
    if math.isinf(value):
        return "∞"
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"
