"""Which words of a vocabulary a typed one may have been meant to be."""

from collections.abc import Sequence

from bot.spelling import nearest


def keys_like(typed: str, keys: Sequence[str]) -> tuple[str, ...]:
    """Return the key that *typed* is, or those it begins, or those nearest to it."""
    key = typed.casefold()
    if key in keys:
        return (key,)
    return tuple(one for one in keys if one.startswith(key)) or nearest(key, keys)
