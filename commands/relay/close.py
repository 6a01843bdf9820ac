"""`/relay close`: say that a relay whose start stayed unknown did not start."""

from bot.dialogue.ask import Ask
from bot.dialogue.form import Form
from bot.dialogue.outcome import Outcome
from bot.i18n import _
from bot.operations.resolution import Resolution
from bot.operations.service import Service
from bot.resources.relay.resource import Relay
from commands.relay.command import SETTLE, command

RESOLUTION = Resolution(Relay())


@command.subcommand(
    "close",
    permit=SETTLE,
    settles=True,
    usage="<R128> [reason=…]",
    keys=("reason",),
    examples=("close R128", "close R128 reason=“not in the console, target dead”"),
)
async def close(ask: Ask, service: Service) -> Outcome | Form:
    """Say that a relay whose start stayed unknown did not start, and how you know."""
    return await RESOLUTION.close(ask, service, _("a relay: its handle"))


@command.form("close", permit=SETTLE)
async def submit_close(ask: Ask, service: Service) -> Outcome:
    """Close what the form is about, for the reason that it says."""
    return await RESOLUTION.submit_close(ask, service)
