"""Whether nobody is in a room: said only where it was heard.

Nothing that was heard of a room is no proof that it is empty. It is empty if it was
made while it was listened to and all who came have left, or if Tencent has said since
then that it was dismissed.
"""

from collections.abc import Iterable

from bot.journal.model import Intent
from bot.resources.relay.wanted import is_numeric
from bot.resources.room.presence import Presence, participants


def empty_since(heard: Presence, robots: Iterable[str] = ()) -> int:
    """Return since when nobody is there, in milliseconds; 0 if that is not known.

    *robots* are those of relays, who are nobody.
    """
    if heard.is_over and heard.dismissed > heard.deaf:
        return heard.dismissed
    if not heard.is_whole or has_somebody(heard, robots):
        return 0
    ends = (one.ended(heard.dismissed) for one in heard.people.values())
    return max([heard.created, *ends])


def has_somebody(heard: Presence, robots: Iterable[str] = ()) -> bool:
    """Tell whether somebody is known to be there, be it to watch."""
    none = tuple(robots)
    here, _gone = participants(heard, none)
    return bool(here) or heard.audience(none) > 0


def plays_in(relay: Intent, *, numeric: bool) -> bool:
    """Tell whether *relay* plays in the room of that type, of two alike by name."""
    return is_numeric(relay) is numeric
