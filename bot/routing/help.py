"""Help in three layers, and the answer to a command that was not understood.

The pages are made from the commands themselves, so that they cannot be out of date.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.dialogue.outcome import (
    Bold,
    Button,
    Buttons,
    Code,
    Facts,
    Mono,
    Outcome,
    Part,
    Points,
    Span,
    Tone,
    line,
)
from bot.grammar.parser import Miss
from bot.i18n import _, slash
from bot.routing.command import Command, Subcommand
from bot.routing.replies import nothing_sent
from bot.runtime.redact import HIDE
from bot.spelling import nearest


def launcher(commands: Mapping[str, Command]) -> Outcome:
    """Return the first layer: a line for each command."""
    lines = tuple(
        (Mono(command.slash), f"  {_(command.summary)}")
        for command in commands.values()
    )
    hint = _(
        "Paste any ID after {lookup}. In a thread, mention the bot and type the same;"
        " a mention alone looks up what the thread is about."
    )
    first_buttons = tuple(
        Button(label, command, text)
        for label, command, text in (
            (_("Start a relay"), "relay", "start"),
            (_("What is running"), "relay", "list"),
            (_("Recent"), "lookup", ""),
        )
        if command in commands
    )
    return Outcome(
        headline=(Bold(_("Commands")),),
        parts=(
            line(hint.format(lookup=slash("lookup"))),
            Points("", lines),
            Buttons(first_buttons),
            line(
                _("More: {command}").format(command=slash("patchbay help relay")),
                quiet=True,
            ),
        ),
    )


def command_page(command: Command) -> Outcome:
    """Return the second layer: the subcommands of *command*, a line each."""
    lines = tuple(
        (
            Mono(f"{command.slash} {subcommand.name} {subcommand.usage}".strip()),
            f"  {subcommand.summary}",
        )
        for subcommand in command.subcommands.values()
    )
    more = _("One command in full: {command}").format(
        command=f"{command.slash} {next(iter(command.subcommands))} --help"
    )
    return Outcome(
        headline=(Bold(command.slash), f"  {_(command.summary)}"),
        parts=(Points("", lines), line(more, quiet=True)),
    )


def subcommand_page(command: Command, subcommand: Subcommand) -> Outcome:
    """Return the third layer: all that can be typed after one subcommand."""
    parts: list[Part] = [line(subcommand.explained)]
    if subcommand.words.keys:
        keys = "  ".join(f"{key}=" for key in subcommand.words.keys)
        parts.append(Facts(((_("Takes"), (Mono(keys),)),)))
    if subcommand.words.flags:
        flags = "  ".join(f"--{flag}" for flag in subcommand.words.flags)
        parts.append(Facts(((_("Flags"), (Mono(flags),)),)))
    if subcommand.examples:
        typed = "\n".join(
            f"{command.slash} {example}" for example in subcommand.examples
        )
        parts.append(Code(typed))
    facts: list[tuple[str, tuple[Span, ...]]] = []
    if not subcommand.permit.for_all:
        rights = dict.fromkeys(permit.action for permit in subcommand.permits)
        facts.append((_("Needs the right"), (Mono("  ".join(rights)),)))
    if does := subcommand.does:
        facts.append((_("Calls"), (f"{does.service.name} {does.action}",)))
    if facts:
        parts.append(Facts(tuple(facts)))
    usage = _usage(command, subcommand.name)
    return Outcome(headline=(Mono(usage),), parts=tuple(parts))


def missed(command: Command, miss: Miss) -> Outcome:
    """Return the answer to a command that was not understood: the line that helps.

    A guess is offered, never run: pressing it still asks before a change, or opens
    the form.
    """
    meant = [(text, HIDE(text)) for text in miss.candidates[:2]]
    buttons = tuple(
        Button(f"{command.slash} {text}", command.name, _unhurried(text))
        for text, shown in meant
        if text == shown  # a push URL is not put into a button
    )
    parts: list[Part] = []
    if meant and len(buttons) < len(meant):
        typed = tuple((Mono(f"{command.slash} {shown}"),) for _text, shown in meant)
        parts.append(Points("", typed))
    parts.append(line(Mono(_usage(command, miss.subcommand)), quiet=True))
    if _would_change(command, miss):
        parts.append(nothing_sent())
    if buttons:
        parts.append(Buttons(buttons))
    return Outcome(headline=(miss.sentence,), tone=Tone.WARN, parts=tuple(parts))


def no_such_command(name: str, commands: Mapping[str, Command]) -> Outcome:
    """Return the answer to a first word that is no command."""
    near = nearest(name.casefold(), commands)
    sentence = (
        _("There is no command “{name}”; the nearest is {meant}.")
        if near
        else _("There is no command “{name}”.")
    )
    meant = ", ".join(commands[one].slash for one in near)
    page = launcher(commands)
    headline = (sentence.format(name=name, meant=meant),)
    return replace(page, headline=headline, tone=Tone.WARN)


def of_several(name: str, owners: Sequence[Command]) -> Outcome:
    """Return the question which of *owners*' subcommands *name* is meant."""
    usages = tuple((Mono(_usage(owner, name)),) for owner in owners)
    pages = tuple(
        Button(f"{owner.slash} {name}", "patchbay", f"help {owner.name} {name}")
        for owner in owners
    )
    sentence = _("Several commands have “{name}”: which is meant?")
    headline = (sentence.format(name=name),)
    return Outcome(headline=headline, parts=(Points("", usages), Buttons(pages)))


def _usage(command: Command, name: str) -> str:
    """Return what is typed for the subcommand *name*, or to learn what there is."""
    subcommand = command.subcommands.get(name)
    if subcommand is None:
        return f"{command.slash} help"
    return f"{command.slash} {name} {subcommand.usage}".strip()


def _would_change(command: Command, miss: Miss) -> bool:
    """Tell whether what was typed, or may have been meant, changes something."""
    subcommand = command.subcommands.get(miss.subcommand)
    if subcommand is not None:
        return not subcommand.words.reads
    return bool(miss.candidates) and not miss.reads


def _unhurried(text: str) -> str:
    """Take out what would skip the question or the form."""
    return " ".join(
        word for word in text.split() if word not in {"--yes", "-y", "--go"}
    )
