"""IDs pasted with their names, as a log, JSON or a card has them: `TaskId: -m97…`."""

import re
from collections.abc import Sequence

from bot.grammar.cut import Word

_NAME = r"(?:task|session|request|user|room|sdkapp)[_-]?id"
# What stands before the ID in the same word, or alone: `TaskId:`, `{"TaskId":`.
_FIRST = re.compile(rf"[{{\[(]*([\"']?){_NAME}\1:.*", re.IGNORECASE | re.DOTALL)
_MEMBER = re.compile(
    r"[{\[(,]*([\"']?)(?P<name>[A-Za-z][\w-]*)\1:"
    r"(?P<value>\"[^\"]*\"|'[^']*'|[^\s\"',{}\[\]()]*)[}\])]*(?:,|$)"
)
_MARKED = re.compile(r"([`*_])(.+)\1", re.DOTALL)
_KINDS = frozenset({"task", "session", "request", "user", "room"})
_QUOTED = re.compile(r"([\"']).*\1[}\])]*,?", re.DOTALL)
_ID = frozenset({"id:", "ID:", "Id:"})
_AROUND = re.compile(r"(?P<quote>[\"']?)(?P<inside>.*?)(?P=quote)[}\])]*,?", re.DOTALL)


def with_ids(words: Sequence[Word]) -> list[Word]:
    """Return *words* with each ID that stands after its name and a colon as a pair.

    So `TaskId: -m97…`, `Task ID: -m97…` and `{"TaskId": "-m97…"}` are `TaskId=-m97…`.
    """
    whole: list[Word] = []
    left = list(words)
    while left:
        word = left.pop(0)
        if _is_kind(word) and left and left[0].raw in _ID:
            word = Word(f"{word.text}Id:", f"{word.text}Id:")
            left.pop(0)
        members = _members(word)
        whole += members or [word]
        if members and not members[-1].text.partition("=")[2] and left:
            whole[-1] = _pair(members[-1].text[:-1], _value(_closed(left)))
    return whole


def _is_kind(word: Word) -> bool:
    return not word.quoted and word.text.casefold() in _KINDS


def _members(word: Word) -> list[Word]:
    """Return the pairs that *word* is as JSON or a log has them; none if it is not."""
    raw = _MARKED.sub(r"\2", word.raw)
    if word.quoted or not _FIRST.fullmatch(raw):
        return []
    pairs, at = [], 0
    while at < len(raw):
        match = _MEMBER.match(raw, at)
        if not match:
            return []
        pairs.append(_pair(match["name"], match["value"].strip("\"'")))
        at = match.end()
    return pairs


def _closed(left: list[Word]) -> Word:
    """Take the next word off *left*, up to where its quote is closed."""
    word = left.pop(0)
    while left and word.unclosed and not _QUOTED.fullmatch(word.raw):
        raw = f"{word.raw} {left.pop(0).raw}"
        word = Word(raw, raw)
    return word


def _value(word: Word) -> str:
    if word.quoted:
        return word.text
    match = _AROUND.fullmatch(word.raw)
    return match["inside"] if match else word.raw


def _pair(name: str, value: str) -> Word:
    quote = '"' if " " in value else ""
    return Word(f"{name}={quote}{value}{quote}", f"{name}={value}")
