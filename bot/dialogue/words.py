"""A command after the grammar has read it: its subcommand, IDs, pairs and flags."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class TokenKind(StrEnum):
    """What a bare word looks like; the first pattern that matches wins."""

    HANDLE = "handle"
    PERMALINK = "permalink"
    REQUEST = "request"
    INTENT = "intent"
    ERROR = "error code"
    SESSION = "gs session"
    TASK = "task"
    WORD = "word"


@dataclass(frozen=True, slots=True)
class Token:
    """A bare word and what it looks like."""

    text: str
    kind: TokenKind


@dataclass(frozen=True, slots=True)
class Words:
    """A command after the grammar has read it.

    *pairs* keeps each `key=value` under its full key, values in the order typed;
    *adds* and *drops* hold `key+=value` and `key-=value`, of the keys that the
    subcommand declares as `changes`. *remarks* are sentences for the asker about how
    something was read (an unclosed quote, an unknown word).
    """

    subcommand: str = ""
    ids: tuple[Token, ...] = ()
    pairs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    adds: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    drops: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    flags: frozenset[str] = frozenset()
    remarks: tuple[str, ...] = ()
