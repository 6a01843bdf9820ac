"""How the words of a relay's choices are read: `grid` is *Grid*, in any language.

The words are what is typed, kept and compared; a form offers them by their names, and
so does every sentence about them. tests/bot/resources/relay/test_worded.py holds the
two together.
"""

from collections.abc import Mapping

from bot.i18n import _, later
from bot.resources.relay.plan import (
    CAMERA,
    CUSTOM,
    FLOAT,
    GRID,
    INSET,
    LAYOUT_SEI,
    NO,
    OFF,
    OWN_SEI,
    SCREEN,
    SCREENED,
    SIDE,
    SOUND,
    STAGE,
    YES,
)

DOUBT = "?"  # behind what may be otherwise by now

WORDED: Mapping[str, Mapping[str, str]] = {
    "layout": {
        GRID: later("Grid"),
        SIDE: later("Side by side"),
        STAGE: later("1 + n"),
        INSET: later("Picture in picture"),
        FLOAT: later("Float"),
        SCREEN: later("Screen share"),
        CUSTOM: later("Custom JSON"),
    },
    "stream": {
        CAMERA: later("Camera"),
        SCREENED: later("Screen"),
        SOUND: later("Sound alone"),
    },
    "channels": {"stereo": later("Stereo"), "mono": later("Mono")},
    "corner": {
        "top-left": later("Top left"),
        "top-right": later("Top right"),
        "bottom-left": later("Bottom left"),
        "bottom-right": later("Bottom right"),
    },
    "sei": {
        OFF: later("None"),
        LAYOUT_SEI: later("Layout and loudness"),
        OWN_SEI: later("Text of your own"),
    },
    "seikey": {YES: later("Yes"), NO: later("No")},
}


def worded(field: str, text: str) -> str:
    """Return how the *text* of *field* is read; empty if it is read as it stands."""
    word = text.removesuffix(DOUBT)
    label = WORDED.get(field, {}).get(word, "")
    return f"{_(label)}{text[len(word) :]}" if label else ""
