"""`/relay quality`: what Tencent's CDN got of a relay in the last hour."""

from bot.dialogue.ask import Ask
from bot.dialogue.outcome import Outcome
from bot.errors import NotFound
from bot.i18n import _
from bot.operations.service import Service
from bot.resources.relay import hour
from commands.relay.command import READ, command


@command.subcommand(
    "quality",
    permit=READ,
    in_thread=True,
    usage="<R128>",
    examples=("quality R128",),
)
async def quality(ask: Ask, service: Service) -> Outcome:
    """Show what Tencent's CDN got of a relay in the last hour: frames and bits.

    It asks Tencent, once for each target on the CDN of that account.
    """
    token = ask.one(_("a relay: its handle or TaskId"))
    relay = await service.thing(ask.who, token.text)
    if relay is None:
        raise NotFound(_("No relay {name}.").format(name=token.text))
    hours = await service.last_hour(relay)
    return hour.off(relay) if hours is None else hour.answer(relay, hours)
