"""A message that calls a group, where no group hears it: to one person alone.

Slack tells the members of a group of a new message in a channel. In a message that only
one person sees, a mention of them calls nobody, and is not to look as if it did.
https://docs.slack.dev/messaging/formatting-message-text#mentioning-groups
"""

from dataclasses import dataclass
from typing import Any

from bot.i18n import _
from bot.slack.outbound.routes import Around, Body, Broadcast, Ops, Way, itself
from bot.slack.outbound.web import Sent, Web


@dataclass(frozen=True, slots=True)
class Uncalled(Around):
    """Go a way, and say that nobody could be called where *group* stands."""

    group: str

    async def send(self, web: Web, body: Body) -> Sent:
        """Send *body* without the group."""
        instead = _("Nobody could be called.")
        return await self.way.send(web, without(self.group, body, instead))


def calling(way: Way, group: str) -> Way:
    """Return *way*, which is to call *group*, as one that says so if it cannot."""
    one = itself(way)
    in_channel = isinstance(one, Ops | Broadcast) and not one.channel.startswith("D")
    return way if in_channel else Uncalled(way, group)


def without(group: str, value: Any, instead: str) -> Any:
    """Return the message *value* with *instead* wherever it mentions *group*."""
    if isinstance(value, str):
        return value.replace(f"<!subteam^{group}>", instead)
    if isinstance(value, list):
        return [without(group, one, instead) for one in value]
    if not isinstance(value, dict):
        return value
    if value.get("type") == "usergroup" and value.get("usergroup_id") == group:
        return {"type": "text", "text": instead}
    return {name: without(group, one, instead) for name, one in value.items()}
