"""Which known words one may have been meant to be."""

from collections.abc import Iterable
from itertools import takewhile
from operator import eq

SHORT = 5  # a shorter word may be off by one letter only


def nearest(word: str, candidates: Iterable[str]) -> tuple[str, ...]:
    """Return those of *candidates* nearest to *word*, if any is near enough.

    Off by one letter, or two in words of five and more; at least one has to be right.
    """
    near: dict[str, int] = {}
    letters = set(word)
    for one in dict.fromkeys(candidates):
        shorter, longer = sorted((len(word), len(one)))
        most = min(1 if shorter < SHORT else 2, shorter - 1)
        # Each letter that the other lacks takes a step: most are too far at a glance.
        if longer - shorter > most or len(letters.difference(one)) > most:
            continue
        if (steps := distance(word, one)) <= most:
            near[one] = steps
    best = min(near.values(), default=0)
    return tuple(one for one, steps in near.items() if steps == best)


def distance(one: str, other: str) -> int:
    """Return the Damerau-Levenshtein distance (neighbours may swap)."""
    one, other = _apart(one, other)
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        now = [i]
        for j, b in enumerate(other, 1):
            cost = min(row[j] + 1, now[j - 1] + 1, row[j - 1] + (a != b))
            if i > 1 < j and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            now.append(cost)
        before, row = row, now
    return row[-1]


def _apart(one: str, other: str) -> tuple[str, str]:
    """Return both without what they begin and end with alike: it takes no step."""
    start = _alike(one, other)
    one, other = one[start:], other[start:]
    end = _alike(one[::-1], other[::-1])
    return one[: len(one) - end], other[: len(other) - end]


def _alike(one: str, other: str) -> int:
    """Return with how many letters both begin."""
    return len([*takewhile(bool, map(eq, one, other))])
