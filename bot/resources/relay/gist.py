"""A relay in a few words: its room, and where it leads."""

from urllib.parse import urlsplit

from bot.i18n import _
from bot.journal.model import Intent
from bot.resources.base import shortened


def gist(intent: Intent) -> str:
    """Return the room of *intent*, its first target, and how many there are beside."""
    if not intent.subject.room:
        return shortened(intent.subject.ref)  # nobody knows how it was started
    room, hosts = room_name(intent), hosts_of(intent)
    if not hosts:
        return _("room {room}").format(room=room)
    host = shortened(hosts[0])
    if len(hosts) == 1:
        return _("room {room} → {host}").format(room=room, host=host)
    sentence = _("room {room} → {host} +{n}")
    return sentence.format(room=room, host=host, n=len(hosts) - 1)


def room_name(intent: Intent) -> str:
    """Return the room's ID; one that is text stands in quotes: “7” is not 7."""
    room = shortened(intent.subject.room)
    return _("“{text}”").format(text=room) if intent.masked.get("RoomIdType") else room


def hosts_of(intent: Intent) -> list[str]:
    """Return the hosts that the targets of *intent* are on, in their order."""
    targets = intent.masked.get("PublishCdnParams") or ()
    urls = [str(target.get("PublishCdnUrl") or "") for target in targets]
    return [urlsplit(url).hostname or url for url in urls if url]
