"""A command after the grammar has read it: its subcommand, IDs, pairs and flags."""

from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Self


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
    something was read (an unclosed quote, an unknown word). *mentions* stand for what
    was typed, which Slack does not say: `@U0ANA`. *meant* is what may be meant by some
    of several *ids*, as it would be typed.
    """

    subcommand: str = ""
    ids: tuple[Token, ...] = ()
    pairs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    adds: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    drops: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    flags: frozenset[str] = frozenset()
    remarks: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()
    meant: tuple[str, ...] = ()

    def hidden(self, hide: Callable[[str], str], sent: Container[str]) -> Self:
        """Return the same words with *hide* done to all but the values that are *sent*.

        *sent* are keys. The values of those go into a request as they were typed.
        """

        def told(pairs: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
            return {
                key: values if key in sent else tuple(map(hide, values))
                for key, values in pairs.items()
            }

        return replace(
            self,
            ids=tuple(Token(hide(token.text), token.kind) for token in self.ids),
            pairs=told(self.pairs),
            adds=told(self.adds),
            drops=told(self.drops),
            remarks=tuple(map(hide, self.remarks)),
            meant=tuple(map(hide, self.meant)),
        )

    def given(self) -> Iterator[tuple[str, str]]:
        """Yield every value that was given to a key, beside its key."""
        for pairs in (self.pairs, self.adds, self.drops):
            for key, values in pairs.items():
                yield from ((key, value) for value in values)
