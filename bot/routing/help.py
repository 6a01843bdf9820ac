"""Help in three layers, and everything said when a command was not understood.

The pages are made from the rooms themselves, so that they cannot be out of date.
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
from bot.operations.service import Desk
from bot.routing.command import Answer, Room, Verb
from bot.runtime.redact import Redactor

HIDE = Redactor()  # of what was typed, nothing secret is repeated


def launcher(rooms: Mapping[str, Room]) -> Outcome:
    """Return the first layer: a line for each room."""
    lines = tuple(
        (Mono(room.command), f"  {_(room.summary)}") for room in rooms.values()
    )
    hint = _("Paste any ID after {lookup}. In threads, mention me and type the same.")
    doors = tuple(
        Button(label, room, text)
        for label, room, text in (
            (_("Start a relay"), "relay", "start"),
            (_("What is running"), "relay", "list"),
            (_("Recent"), "lookup", ""),
        )
        if room in rooms
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


def room_page(room: Room) -> Outcome:
    """Return the second layer: the verbs of *room*, a line each."""
    lines = tuple(
        (Mono(f"{room.command} {verb.name} {verb.usage}".strip()), f"  {verb.summary}")
        for verb in room.verbs.values()
    )
    more = _("One command in full: {command}").format(
        command=f"/patchbay help {room.name} {next(iter(room.verbs))}"
    )
    return Outcome(
        headline=(Bold(room.command), f"  {_(room.summary)}"),
        parts=(Points("", lines), line(more, quiet=True)),
    )


def verb_page(room: Room, verb: Verb) -> Outcome:
    """Return the third layer: all that can be typed after one verb."""
    parts: list[Part] = [line(" ".join(verb.help.split()))]
    if verb.words.keys:
        keys = "  ".join(f"{key}=" for key in verb.words.keys)
        parts.append(Facts(((_("Takes"), (Mono(keys),)),)))
    if verb.words.flags:
        flags = "  ".join(f"--{flag}" for flag in verb.words.flags)
        parts.append(Facts(((_("Flags"), (Mono(flags),)),)))
    if verb.examples:
        typed = "\n".join(f"{room.command} {example}" for example in verb.examples)
        parts.append(Code(typed))
    if verb.does:
        right = (_("Needs the right"), (Mono(verb.does.permit),))
        calls = (_("Calls"), (f"{verb.does.service.name} {verb.does.action}",))
        parts.append(Facts((right, calls)))
    usage = f"{room.command} {verb.name} {verb.usage}".strip()
    return Outcome(headline=(Mono(usage),), parts=tuple(parts))


def missed(room: Room, miss: Miss) -> Outcome:
    """Return what is said to a command that was not understood.

    A guess is offered, never run: pressing it still asks before a change, or opens
    the form.
    """
    meant = [(text, HIDE(text)) for text in miss.candidates[:2]]
    offered = tuple((Mono(f"{room.command} {shown}"),) for _text, shown in meant)
    buttons = tuple(
        Button(f"{room.command} {text}", room.name, _unhurried(text))
        for text, shown in meant
        if text == shown  # a push URL is not put into a button
    )
    parts: list[Part] = []
    if offered:
        parts.append(Points(_("Did you mean"), offered))
    if buttons:
        parts.append(Buttons(buttons))
    if not offered:
        parts += room_page(room).parts
    return Outcome(
        headline=(miss.sentence,), tone=Tone.WARN, parts=(*parts, _nothing_sent())
    )


def no_such_room(name: str, rooms: Mapping[str, Room]) -> Outcome:
    """Return what is said to a first word that is no room."""
    sentence = _("I have no “{name}”.").format(name=name)
    page = launcher(rooms)
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


async def home(who: Person, rooms: Mapping[str, Room], desk: Desk) -> Outcome:
    """Return the Home tab: what is live, and where to begin."""
    live = await desk.journal.live(who.team, limit=10)
    page = launcher(rooms)
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
