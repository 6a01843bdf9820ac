"""The Home tab: what is running, and where to begin."""

from collections.abc import Mapping
from dataclasses import replace

from bot.cards import lists
from bot.dialogue.ask import Ask
from bot.dialogue.outcome import Bold, Mono, Outcome, Part, line
from bot.errors import NotAllowed
from bot.i18n import _
from bot.operations.facade import Operations
from bot.resources.base import Resource
from bot.routing import replies
from bot.routing.command import Command
from bot.routing.help import launcher

MOST_SHOWN = 10  # of each kind


async def home(
    ask: Ask, commands: Mapping[str, Command], service: Operations
) -> Outcome:
    """Return what the Home tab shows: all that runs, can be ended, and may be read."""
    parts: list[Part] = []
    for resource in service.resources.resources:
        if resource.can_be_ended:
            try:
                parts += await _running(ask, resource, service)
            except NotAllowed as refused:
                await service.record_refusal(ask, refused.action, refused)
                parts += _refused(refused)
    page = launcher(commands)
    return replace(page, parts=(*page.parts, line(Bold(_("Running now"))), *parts))


async def _running(ask: Ask, resource: Resource, service: Operations) -> list[Part]:
    """Return a line for each thing of *resource* that runs.

    Raises:
        NotAllowed: who asks may not read them.
    """
    seeing = await service.admitted(ask.who, ask.where, resource.read)
    live = await seeing.live(ask.who, resource.kind, MOST_SHOWN)
    rows: list[Part] = [lists.row(intent, service.resources) for intent in live]
    rows = rows or [line(_("No relay that I started is running."))]
    kept_back = [line(replies.kept_back(), quiet=True)] if seeing.keeps_back else []
    return [*rows, *kept_back]


def _refused(refused: NotAllowed) -> list[Part]:
    hidden = _("What runs is not shown to you here.")
    rights = _("See what you may do: {c}").format(c="/patchbay whoami")
    return [
        line(f"{hidden} {refused}"),
        line(_("Rule"), " ", Mono(refused.rule), quiet=True),
        line(rights, quiet=True),
    ]
