"""What fits into one message, and what is folded away when not all of it does.

Slack refuses a message that is too long, and then the asker gets nothing. So pieces
are left out from the bottom up and a line says how many; what must stay, stays.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.dialogue.outcome import Span, plain
from bot.i18n import _
from bot.slack.render import limits
from bot.slack.render.escape import size
from bot.slack.render.spans import Json, parsed

_SHOWN = {"text", "fallback", "url"}  # the keys whose text Slack counts, or may


@dataclass(frozen=True, slots=True)
class Space:
    """How many blocks and characters there are, or are left."""

    blocks: int
    text: int

    def less(self, blocks: Sequence[Json]) -> "Space | None":
        """Return what is left beside *blocks*, or None if they do not fit."""
        left = Space(self.blocks - len(blocks), self.text - weight(blocks))
        return left if left.blocks >= 0 and left.text >= 0 else None


MESSAGE = Space(limits.MESSAGE_BLOCKS, limits.MESSAGE_TEXT)
VIEW = Space(limits.VIEW_BLOCKS, limits.VIEW_TEXT)


@dataclass(frozen=True, slots=True)
class Piece:
    """The blocks of one part. What *stays* is never folded away for another."""

    blocks: Sequence[Json]
    stays: bool = False


def weight(node: Any) -> int:
    """Return how many characters of text *node* shows, in all its depth."""
    if isinstance(node, list):
        return sum(map(weight, node))
    if not isinstance(node, dict):
        return 0
    total = 0
    for key, value in node.items():
        if not isinstance(value, str):
            total += weight(value)
        elif key in _SHOWN:
            total += size(value)
    return total


def folded(pieces: Sequence[Piece], space: Space) -> list[Json]:
    """Return the blocks of *pieces*, of as many from the top as *space* has."""
    whole = [block for piece in pieces for block in piece.blocks]
    if space.less(whole) is not None:
        return whole
    full = [piece for piece in pieces if piece.blocks]
    kept = _kept(full, space)
    missing = len(full) - len(kept)
    blocks: list[Json] = []
    for place, piece in enumerate(full):
        if place in kept:
            blocks += piece.blocks
        elif missing:
            blocks.append(_rest(missing))
            missing = 0
    return blocks


def few(lines: Sequence[tuple[Span, ...]]) -> list[tuple[Span, ...]]:
    """Return as many *lines* as one block takes, the last one saying what it lacks."""
    kept: list[tuple[Span, ...]] = []
    left = limits.TEXT
    for line in lines:
        left -= size(plain(line)) + 1
        if left < 0 and kept:
            return [*kept, (_more(len(lines) - len(kept)),)]
        kept.append(line)
    return kept


def _kept(pieces: Sequence[Piece], space: Space) -> set[int]:
    kept: set[int] = set()
    left = space.less([_rest(len(pieces))]) or space
    for place in sorted(range(len(pieces)), key=lambda n: not pieces[n].stays):
        beside = left.less(pieces[place].blocks)
        if beside is not None:
            left = beside
            kept.add(place)
        elif not pieces[place].stays:
            break
    return kept


def _rest(missing: int) -> Json:
    return {"type": "context", "elements": [parsed((_more(missing),))]}


def _more(missing: int) -> str:
    return _("+{n} more").format(n=missing)
