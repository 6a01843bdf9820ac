"""Which words of a vocabulary a typed one may have been meant to be."""

from collections.abc import Iterable, Mapping, Sequence

from bot.i18n import later
from bot.spelling import nearest

# Words that people use for what a key says: the key, and the name of the thing.
_NAMED: Mapping[str, tuple[str, str]] = {
    "kbps": ("bitrate", later("the bit rate")),
    "kbit": ("bitrate", later("the bit rate")),
    "rate": ("bitrate", later("the bit rate")),
    "bandwidth": ("bitrate", later("the bit rate")),
    "framerate": ("fps", later("the frame rate")),
    "frames": ("fps", later("the frame rate")),
    "resolution": ("quality", later("the size of the picture")),
    "res": ("quality", later("the size of the picture")),
    "size": ("quality", later("the size of the picture")),
    "target": ("url", later("a push target")),
    "push": ("url", later("a push target")),
    "to": ("url", later("a push target")),
    "roomid": ("room", later("the room")),
    "timeout": ("idle", later("the time until an empty room ends it")),
    "empty": ("idle", later("the time until an empty room ends it")),
    "application": ("app", later("the application")),
    "sdkappid": ("app", later("the application")),
    "userid": ("user", later("the user")),
    "comment": ("note", later("a remark")),
    "mix": ("layout", later("the layout")),
    "big": ("large", later("the large picture")),
}


def keys_like(typed: str, keys: Sequence[str]) -> tuple[str, ...]:
    """Return the key that *typed* is, or those it begins, or those nearest to it."""
    key = typed.casefold()
    if key in keys:
        return (key,)
    return tuple(one for one in keys if one.startswith(key)) or nearest(key, keys)


def key_named(typed: str, keys: Sequence[str]) -> tuple[str, str] | None:
    """Return which of *keys* is for what *typed* names, and that name to translate."""
    named = _NAMED.get(typed.casefold().replace("_", "").replace("-", ""))
    return named if named and named[0] in keys else None


def value_like(typed: str, values: Iterable[str]) -> str:
    """Return the only one of *values* that *typed* begins or is nearest to, or ""."""
    text, known_ones = typed.casefold(), sorted(values)
    near = [one for one in known_ones if text and one.casefold().startswith(text)]
    near = near or list(nearest(text, known_ones))
    return near[0] if len(near) == 1 else ""
