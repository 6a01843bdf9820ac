"""Fits blocks into one message or view.

Slack refuses a message that is too long as a whole. So pieces are left out from the
bottom up, and a line says how many; pieces that must stay are kept first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic_core import to_json

from bot.dialogue.outcome import Span, plain
from bot.i18n import _
from bot.slack.render import limits
from bot.slack.render.escape import size
from bot.slack.render.spans import Json, mrkdwn_text

_SHOWN = {"text", "fallback", "url"}  # the keys whose text Slack counts, or may


@dataclass(frozen=True, slots=True)
class Space:
    """A number of blocks and of characters: a limit, or what is left of it."""

    blocks: int
    text: int

    def less(self, blocks: Sequence[Json]) -> "Space | None":
        """Return what *blocks* leave, or None if they do not fit."""
        left = Space(self.blocks - len(blocks), self.text - weight(blocks))
        return left if left.blocks >= 0 and left.text >= 0 else None


MESSAGE = Space(limits.MESSAGE_BLOCKS, limits.MESSAGE_TEXT)
VIEW = Space(limits.VIEW_BLOCKS, limits.VIEW_TEXT)


@dataclass(frozen=True, slots=True)
class Piece:
    """The blocks of one part. One that *stays* is never left out for another."""

    blocks: Sequence[Json]
    stays: bool = False


def weight(node: Any) -> int:
    """Return how many characters of text *node* and all that is in it show."""
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


def fitted(pieces: Sequence[Piece], space: Space) -> list[Json]:
    """Return the blocks of *pieces*, of as many from the top as fit into *space*."""
    whole = [block for piece in pieces for block in piece.blocks]
    if _fit_certainly(whole, space) or space.less(whole) is not None:
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


def _fit_certainly(blocks: Sequence[Json], space: Space) -> bool:
    """Tell whether even all of their JSON, in bytes, would fit: it is no shorter.

    Most messages are that small, and this takes a third of the time of counting.
    """
    return len(blocks) <= space.blocks and len(to_json(blocks)) <= space.text


def fitted_lines(lines: Sequence[tuple[Span, ...]]) -> list[tuple[Span, ...]]:
    """Return as many *lines* as fit into a block, then one that counts the others."""
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
        remaining = left.less(pieces[place].blocks)
        if remaining is not None:
            left = remaining
            kept.add(place)
        elif not pieces[place].stays:
            break
    return kept


def _rest(missing: int) -> Json:
    return {"type": "context", "elements": [mrkdwn_text((_more(missing),))]}


def _more(missing: int) -> str:
    return _("+{n} more").format(n=missing)
