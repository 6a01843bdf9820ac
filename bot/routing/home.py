"""The Home tab: what needs a decision, what runs, and where to begin."""

from collections import Counter
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
from bot.i18n import _, slash
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
    keeps_back = False
    hidden: dict[str, NotAllowed] = {}
    seen: set[str] = set()
    for resource in service.resources.resources:
        if not resource.can_be_ended:
            continue
        try:
            seeing = await service.admitted(ask.who, ask.where, resource.read)
            live += await seeing.live(ask.who, resource.kind, lists.MOST_COUNTED + 1)
            keeps_back |= seeing.keeps_back
            seen.add(resource.command)
        except NotAllowed as refused:
            await service.record_refusal(ask, refused.action, refused)
            hidden[resource.command] = refused
    remarks = _hidden(hidden, seen)
    if keeps_back:
        remarks.insert(0, line(replies.kept_back(), quiet=True))
    if not live and not remarks:
        remarks.append(line(_("No relay that was started here is running.")))
    at = When(service.now(), Clock.MOMENT)
    as_of = line(*said(_("As of {when}"), when=at), quiet=True)
    page = launcher(commands)
    commands_below = (line(Bold(_("Commands"))), *page.parts)
    return replace(
        page,
        headline=(Bold(_("Now")),),
        parts=(*_running(live, commands, service), *remarks, as_of, *commands_below),
    )


def _running(
    live: list[Intent], commands: Mapping[str, Command], service: Operations
) -> list[Part]:
    """Return a row for each of *live* on the first screen, and where the rest is."""
    groups = lists.Groups.of(live)
    parts = groups.rows(service.resources)
    counts = Counter(service.resources.of(one).command for one in live)
    shown = groups.all[: lists.PAGE]
    counts -= Counter(service.resources.of(one).command for one in shown)
    for name, more in counts.items():
        listing = "list" if "list" in commands[name].subcommands else "recent"
        sentence = _("{n} more: type {command}.")
        text = sentence.format(n=more, command=slash(f"{name} {listing}"))
        parts.append(line(text, quiet=True))
    return parts


def _hidden(refusals: Mapping[str, NotAllowed], seen: set[str]) -> list[Part]:
    """Return why what runs is not shown, by command: each reason once.

    Beside what is *seen*, or another reason, it says of which commands.
    """
    alike: dict[tuple[str, str], list[str]] = {}
    for command, refused in refusals.items():
        alike.setdefault((str(refused), refused.rule), []).append(slash(command))
    parts: list[Part] = []
    hidden = _("What runs is not shown to you here.")
    for (why, rule), names in alike.items():
        of = f"{', '.join(names)}: " if seen or len(alike) > 1 else ""
        parts.append(line(f"{of}{hidden} {why}"))
        parts.append(line(_("Rule"), " ", Mono(rule), quiet=True))
    rights = _("See what you may do: {c}").format(c=slash("patchbay whoami"))
    return [*parts, line(rights, quiet=True)] if parts else []
