"""What a row's menu is made of, and what of a push target may be shown."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import asdict, dataclass, field
from urllib.parse import urlsplit

from bot.sandbox.aliases import Json

Knob = Callable[[Json], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a row's menu: *label*, the *knob* it turns, and what it sends."""

    label: str
    knob: str
    sends: Json = field(default_factory=dict)


def menu(entries: Iterable[Entry | None]) -> list[Json]:
    """Return *entries* as a page draws them."""
    return [asdict(one) for one in entries if one]


def masked(url: str) -> str:
    """Return *url* without what lets anybody push to it."""
    parts = urlsplit(url)
    app = parts.path.strip("/").partition("/")[0]
    return f"{parts.scheme}://{parts.hostname or ''}/{app}/****"
