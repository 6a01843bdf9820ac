"""A relay in a few words: its room, and where it leads."""

from bot.i18n import _
from bot.journal.model import Intent
from bot.resources.base import shortened
from bot.resources.relay.plan import TEXT, guessed_type
from bot.resources.relay.targets import hosts_of


def place(intent: Intent) -> str:
    """Return the room that *intent* mixes; "" if nobody knows it."""
    room = intent.subject.room
    return _place(intent, room) if room else ""


def gist(intent: Intent) -> str:
    """Return the room of *intent*, its first target, and how many there are beside."""
    if not intent.subject.room:
        return shortened(intent.subject.ref)  # nobody knows how it was started
    named, hosts = _place(intent, shortened(intent.subject.room)), hosts_of(intent)
    if not hosts:
        return named
    host = shortened(hosts[0])
    if len(hosts) == 1:
        return _("{place} → {host}").format(place=named, host=host)
    sentence = _("{place} → {host} +{n}")
    return sentence.format(place=named, host=host, n=len(hosts) - 1)


def _place(intent: Intent, shown: str) -> str:
    """Return the room of *intent*, *shown* so; its type where one would guess wrong.

    A room of digits that was created as text is another room than the number.
    """
    room, is_text = intent.subject.room, bool(intent.masked.get("RoomIdType"))
    if is_text and (room.isdigit() or guessed_type(room) != TEXT):
        return _("room “{room}” (text)").format(room=shown)
    return _("room {room}").format(room=shown)
