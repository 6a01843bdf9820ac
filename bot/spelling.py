"""How it is spelt: one kind of each sign, and which known word may be meant.

Phones and clipboards change what is typed, so it is straightened before it is read.
"""

import re
import unicodedata
from collections.abc import Iterable
from itertools import takewhile
from operator import eq

SHORT = 5  # a shorter word may be off by one letter only

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_SPACES = dict.fromkeys([0xA0, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000], " ")
_HALF = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_QUOTES = {
    **dict.fromkeys(map(ord, "“”„‟«»「」"), '"'),
    **dict.fromkeys(map(ord, "\u2018\u2019\u201a\u201b"), "'"),
    ord("…"): "...",
}
_STRAIGHT: dict[int, int | str] = {**_SPACES, **_HALF, **_QUOTES}
_LONG_DASH = re.compile(r"(?<!\S)[—–](?=[A-Za-z][A-Za-z-]*(?:[=\s]|$))")  # noqa: RUF001 - dashes


def straightened(text: str) -> str:
    """Return *text*, which has no Slack markup, with one kind of each sign and digit.

    So a form takes what a line takes, whatever the keyboard made of it.
    """
    visible = _INVISIBLE.sub("", unicodedata.normalize("NFC", text))
    straight = unicodedata.normalize("NFC", visible.translate(_STRAIGHT))
    return _LONG_DASH.sub("--", straight).replace("–", "-")  # noqa: RUF001 - a dash


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
