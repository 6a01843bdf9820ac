"""The Home tab: what is running, and where to begin."""

from collections.abc import Mapping
from dataclasses import replace

from bot.cards import lists
from bot.dialogue.ask import Person
from bot.dialogue.outcome import Bold, Outcome, line
from bot.i18n import _
from bot.operations.service import Service
from bot.routing.command import Command
from bot.routing.help import launcher

MOST_SHOWN = 10  # of each kind


async def home(
    who: Person, commands: Mapping[str, Command], service: Service
) -> Outcome:
    """Return what the Home tab shows *who*: all that runs and can be ended."""
    resources = service.resources
    rows = [
        lists.row(intent, resources)
        for resource in resources.resources
        if resource.can_be_ended
        for intent in await service.live(who, resource.kind, MOST_SHOWN)
    ]
    page = launcher(commands)
    title = line(Bold(_("Running now")))
    nothing = line(_("No relay that I started is running."))
    return replace(page, parts=(*page.parts, title, *(rows or (nothing,))))
