"""The names of targets and presets: how they are written, and what is wrong."""

import re

from bot.i18n import _
from bot.ids import HANDLE
from bot.runtime.redact import HIDE

LONGEST_NAME = 32
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")
# Slack tells whole channels when it reads them after an @.
CALLS = frozenset({"here", "channel", "everyone"})
_ADDRESS = re.compile(r"[/:@?\\]|^www\.", re.IGNORECASE)


def read(text: str) -> str:
    """Return the name that *text* is, in lower case, without the mark of a target."""
    return text.strip().removeprefix("@").casefold()


def fault(name: str) -> str:
    """Return what is wrong with *name* as a name; "" if nothing is."""
    if not name:
        return _("Give it a name.")
    if _ADDRESS.search(name) or HIDE(name) != name:
        return _("That is an address. A name has letters, digits and dashes alone.")
    if len(name) > LONGEST_NAME or not _NAME.fullmatch(name):
        sentence = _(
            "A name has letters a to z, digits and dashes between them, {most} at most."
        )
        return sentence.format(most=LONGEST_NAME)
    if name in CALLS or HANDLE.fullmatch(name):
        sentence = _("“{name}” means something else here; choose another name.")
        return sentence.format(name=name)
    return ""


def taken(name: str) -> str:
    """Return that *name* is another's."""
    sentence = _("“{name}” is taken; choose another name.")
    return sentence.format(name=name)


def too_many(most: int) -> str:
    """Return that no more than *most* can be saved."""
    sentence = _("{n} are saved, which is the most; remove one first.")
    return sentence.format(n=most)
