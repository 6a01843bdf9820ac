"""The Home tab: what needs a decision, what runs, and where to begin."""

from collections.abc import Mapping
from dataclasses import replace

from bot.cards import lists
from bot.dialogue.ask import Ask
from bot.dialogue.outcome import (
    Bold,
    Clock,
    Mono,
    Outcome,
    Part,
    When,
    line,
    said,
)
from bot.errors import NotAllowed
from bot.i18n import _
from bot.journal.model import Intent
from bot.operations.facade import Operations
from bot.routing import replies
from bot.routing.command import Command
from bot.routing.help import launcher


async def home(
    ask: Ask, commands: Mapping[str, Command], service: Operations
) -> Outcome:
    """Return what the Home tab shows: all that runs, can be ended, and may be read.

    It says of which moment it is: it is shown anew only now and then.
    """
    live: list[Intent] = []
    remarks: list[Part] = []
    for resource in service.resources.resources:
        if not resource.can_be_ended:
            continue
        try:
            seeing = await service.admitted(ask.who, ask.where, resource.read)
            live += await seeing.live(ask.who, resource.kind, lists.MOST_COUNTED + 1)
            if seeing.keeps_back:
                remarks.append(line(replies.kept_back(), quiet=True))
        except NotAllowed as refused:
            await service.record_refusal(ask, refused.action, refused)
            remarks += _refused(refused)
    if not live and not remarks:
        remarks.append(line(_("No relay that was started here is running.")))
    at = When(service.now(), Clock.MOMENT)
    as_of = line(*said(_("As of {when}"), when=at), quiet=True)
    page = launcher(commands)
    commands_below = (line(Bold(_("Commands"))), *page.parts)
    return replace(
        page,
        headline=(Bold(_("Now")),),
        parts=(*_running(live, service), *remarks, as_of, *commands_below),
    )


def _running(live: list[Intent], service: Operations) -> list[Part]:
    """Return a row for each of *live*, as far as a screen goes."""
    parts = lists.Groups.of(live).rows(service.resources)
    if len(live) > lists.PAGE:
        sentence = _("{n} more: type {command}.")
        more = len(live) - lists.PAGE
        text = sentence.format(n=more, command="/relay list")
        parts.append(line(text, quiet=True))
    return parts


def _refused(refused: NotAllowed) -> list[Part]:
    hidden = _("What runs is not shown to you here.")
    rights = _("See what you may do: {c}").format(c="/patchbay whoami")
    return [
        line(f"{hidden} {refused}"),
        line(_("Rule"), " ", Mono(refused.rule), quiet=True),
        line(rights, quiet=True),
    ]
