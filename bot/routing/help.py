"""Help in three layers, and everything said when a command was not understood.

The pages are made from the commands themselves, so that they cannot be out of date.
"""

from collections.abc import Mapping
from dataclasses import replace

from bot.cards import intent as cards
from bot.dialogue.ask import Ask, Person
from bot.dialogue.form import Form
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
    Who,
    line,
)
from bot.errors import Busy, InvalidRequest, NotAllowed, UsageError, UserError
from bot.grammar.parser import Miss
from bot.i18n import _
from bot.ids import SlackUserId
from bot.operations.service import Service
from bot.routing.command import Answer, Command, Subcommand
from bot.runtime.redact import Redactor

HIDE = Redactor()  # of what was typed, nothing secret is repeated


def launcher(commands: Mapping[str, Command]) -> Outcome:
    """Return the first layer: a line for each command."""
    lines = tuple(
        (Mono(command.slash), f"  {_(command.summary)}")
        for command in commands.values()
    )
    hint = _("Paste any ID after {lookup}. In writer, mention me and type the same.")
    doors = tuple(
        Button(label, command, text)
        for label, command, text in (
            (_("Start a relay"), "relay", "start"),
            (_("What is running"), "relay", "list"),
            (_("Recent"), "lookup", ""),
        )
        if command in commands
    )
    return Outcome(
        headline=(Bold(_("What I can do")),),
        parts=(
            line(hint.format(lookup="/lookup")),
            Points("", lines),
            Buttons(doors),
            line(
                _("More: {command}").format(command="/patchbay help relay"), quiet=True
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
        command=f"/patchbay help {command.name} {next(iter(command.subcommands))}"
    )
    return Outcome(
        headline=(Bold(command.slash), f"  {_(command.summary)}"),
        parts=(Points("", lines), line(more, quiet=True)),
    )


def subcommand_page(command: Command, subcommand: Subcommand) -> Outcome:
    """Return the third layer: all that can be typed after one subcommand."""
    parts: list[Part] = [line(" ".join(subcommand.help.split()))]
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
    if subcommand.does:
        right = (_("Needs the right"), (Mono(subcommand.does.permit),))
        calls = (
            _("Calls"),
            (f"{subcommand.does.service.name} {subcommand.does.action}",),
        )
        parts.append(Facts((right, calls)))
    usage = f"{command.slash} {subcommand.name} {subcommand.usage}".strip()
    return Outcome(headline=(Mono(usage),), parts=tuple(parts))


def missed(command: Command, miss: Miss) -> Outcome:
    """Return what is said to a command that was not understood.

    A guess is offered, never run: pressing it still asks before a change, or opens
    the form.
    """
    meant = [(text, HIDE(text)) for text in miss.candidates[:2]]
    offered = tuple((Mono(f"{command.slash} {shown}"),) for _text, shown in meant)
    buttons = tuple(
        Button(f"{command.slash} {text}", command.name, _unhurried(text))
        for text, shown in meant
        if text == shown  # a push URL is not put into a button
    )
    parts: list[Part] = []
    if offered:
        parts.append(Points(_("Did you mean"), offered))
    if buttons:
        parts.append(Buttons(buttons))
    if not offered:
        parts += command_page(command).parts
    return Outcome(
        headline=(miss.sentence,), tone=Tone.WARN, parts=(*parts, _nothing_sent())
    )


def no_such_command(name: str, commands: Mapping[str, Command]) -> Outcome:
    """Return what is said to a first word that is no command."""
    sentence = _("I have no “{name}”.").format(name=name)
    page = launcher(commands)
    return replace(page, headline=(sentence,), tone=Tone.WARN)


def remarked(answer: Answer, remarks: tuple[str, ...]) -> Answer:
    """Add *remarks* on how the words were taken to an answer that can hold them."""
    if not remarks or answer is None:
        return answer
    said = tuple(line(remark, quiet=True) for remark in remarks)
    if isinstance(answer, Form):
        return replace(answer, fields=(*said, *answer.fields))
    return replace(answer, parts=(*answer.parts, *said))


def told(error: UserError, ask: Ask) -> Outcome:
    """Return *error* as it is told to whoever can mend it."""
    match error:
        case NotAllowed(rule=rule, may=may):
            facts = [(_("Rule"), (Mono(rule),))]
            named = tuple(part for one in may for part in (_somebody(one), " "))
            parts: tuple[Part, ...] = (
                line(str(error)),
                Facts((*facts, *([(_("Who may"), named)] if may else []))),
                line(_("See what you may do: {c}").format(c="/patchbay whoami")),
            )
            headline: tuple[Span, ...] = (_("You may not do that here."),)
        case InvalidRequest(faults=faults):
            lines = tuple(
                (Mono(field), f"  {sentence}") if field else (sentence,)
                for field, sentence in faults.items()
            )
            headline, parts = (
                (_("That cannot be sent as it is."),),
                (Points("", lines),),
            )
        case UsageError(usage=usage):
            headline = (str(error),)
            parts = (line(Mono(usage)),) if usage else ()
        case Busy():
            headline, parts = (_("Busy."),), (line(str(error)),)
        case _:
            headline, parts = (str(error),), ()
    return Outcome(headline=headline, tone=Tone.WARN, parts=(*parts, _nothing_sent()))


def reused() -> Outcome:
    """Return what is said when one submission came twice with other contents."""
    return Outcome(
        headline=(_("This came twice, with different contents. I took the first."),),
        tone=Tone.WARN,
    )


def journal_away(incident: str) -> Outcome:
    """Return what is said when nothing can be written, so nothing is started."""
    return Outcome(
        headline=(_("My journal cannot be written, so nothing was started."),),
        tone=Tone.BAD,
        parts=(_incident(incident),),
    )


def broken(incident: str) -> Outcome:
    """Return what is said when something broke that nobody foresaw."""
    advice = _("If this was a change, see {command} before you try again.")
    return Outcome(
        headline=(_("Something went wrong on my side."),),
        tone=Tone.BAD,
        parts=(line(advice.format(command="/relay list")), _incident(incident)),
    )


async def home(
    who: Person, commands: Mapping[str, Command], service: Service
) -> Outcome:
    """Return the Home tab: what is live, and where to begin."""
    live = await service.journal.live(who.team, limit=10)
    page = launcher(commands)
    rows = tuple(cards.row(intent) for intent in live)
    title = line(Bold(_("Running now")))
    nothing = line(_("No relay that I started is running."))
    return replace(page, parts=(*page.parts, title, *(rows or (nothing,))))


def _somebody(named: str) -> Span:
    """Return a user, whom Slack shows by name, or a user group, by its ID."""
    return Who(SlackUserId(named)) if named[:1] in {"U", "W"} else Mono(named)


def _unhurried(text: str) -> str:
    """Take out what would skip the question or the form."""
    return " ".join(
        word for word in text.split() if word not in {"--yes", "-y", "--go"}
    )


def _nothing_sent() -> Part:
    return line(_("Nothing was sent."), quiet=True)


def _incident(incident: str) -> Part:
    sentence = _("Tell whoever runs this bot: incident {incident}.")
    return line(sentence.format(incident=incident), quiet=True)
