"""A message that names the address of another, which is asked for as it is sent.

The address is known to Slack alone; where it cannot be told, that of the message in the
reader's own workspace stands, which Slack takes them on from.
"""

import json
from dataclasses import dataclass

from bot.ids import ChannelId, MessageTs
from bot.slack.outbound.routes import Around, Body
from bot.slack.outbound.web import Sent, Web


@dataclass(frozen=True, slots=True)
class Linking(Around):
    """Go a way, with the address of the message at *place* where `link_to` stands."""

    place: tuple[ChannelId, MessageTs]

    async def send(self, web: Web, body: Body) -> Sent:
        """https://docs.slack.dev/reference/methods/chat.getPermalink."""
        channel, ts = self.place
        asked = await web.call("chat.getPermalink", channel=channel, message_ts=ts)
        if asked.transient:
            return asked
        url = str((asked.data or {}).get("permalink") or "").partition("?")[0]
        text = json.dumps(body)
        if url:
            text = text.replace(link_to(self.place), json.dumps(url)[1:-1])
        return await self.way.send(web, json.loads(text))


def link_to(place: tuple[ChannelId, MessageTs]) -> str:
    """Return what stands for the address of the message at *place* until it is sent."""
    channel, ts = place
    return f"https://slack.com/archives/{channel}/p{ts.replace('.', '')}"
