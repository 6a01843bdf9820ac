"""What a message says, as one text in which IDs are looked for."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from bot.ids import HANDLE
from bot.slack.render import origin

Payload = Mapping[str, Any]

LONGEST_TEXT = 100_000  # characters of a message that are searched for IDs

# Where a message, its blocks, attachments and snippets say something.
TEXTS = frozenset(
    ("text", "fallback", "pretext", "title", "value", "footer", "preview", "url")
)

_HANDLES = re.compile(rf"(?<![\w+/-]){HANDLE.pattern}(?![\w+/-])", re.IGNORECASE)


def text_of(message: Payload, team: str) -> str:
    """Return all text of a message, its blocks, attachments and files: 100 kB of it.

    What was drawn for another workspace than *team* has no handles there: in this one
    they name other things.
    """
    text = " ".join(_texts(message))[:LONGEST_TEXT]
    controls = (origin.read(one)[1] for one in _controls(message))
    drawn_for = next(filter(None, controls), team)
    return text if drawn_for == team else _HANDLES.sub(" ", text)


def _controls(node: Any) -> Iterable[str]:
    """Yield the ids of all controls of a message that the bot made."""
    inside: Iterable[Any] = node if isinstance(node, list) else ()
    if isinstance(node, dict):
        named = str(node.get("action_id") or "")
        yield from [named] if named.startswith("do:") else []
        inside = node.values()
    for one in inside:
        yield from _controls(one)


def _texts(node: Any) -> Iterable[str]:
    """Yield all text of a message, in the order in which it stands there."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key in TEXTS and isinstance(value, str):
                yield value
            else:
                yield from _texts(value)
    elif isinstance(node, list):
        for one in node:
            yield from _texts(one)
