"""Answers to errors, and what is added to other answers."""

from collections.abc import Mapping
from dataclasses import replace

from bot.dialogue.form import Form
from bot.dialogue.outcome import (
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
from bot.i18n import _, slash
from bot.ids import SlackUserId
from bot.routing.command import Answer


def remarked(answer: Answer, remarks: tuple[str, ...]) -> Answer:
    """Add *remarks* on how the words were taken to an answer that can hold them."""
    if not remarks or answer is None:
        return answer
    lines = tuple(line(remark, quiet=True) for remark in remarks)
    if isinstance(answer, Form):
        return replace(answer, fields=(*lines, *answer.fields))
    return replace(answer, parts=(*answer.parts, *lines))


def error_reply(error: UserError, *, changes: bool = True) -> Outcome:
    """Return *error* as whoever can mend it reads it.

    *changes*: what was asked would have changed something, and it is said that nothing
    was sent; under a question that would only alarm.
    """
    match error:
        case NotAllowed(rule=rule, may=may):
            facts = [(_("Rule"), (Mono(rule),))]
            named = tuple(part for one in may for part in (_somebody(one), " "))
            parts: tuple[Part, ...] = (
                _by_field(error.faults) if error.faults else line(str(error)),
                Facts((*facts, *([(_("Who may"), named)] if may else []))),
                line(_("See what you may do: {c}").format(c=slash("patchbay whoami"))),
            )
            headline: tuple[Span, ...] = (_("You may not do that here."),)
        case InvalidRequest(faults=faults):
            mend = _("Not sent. Please correct:") if changes else _("Please correct:")
            headline, parts = (mend,), (_by_field(faults),)
            changes = False  # is said already
        case UsageError(usage=usage):
            headline = (str(error),)
            parts = (line(Mono(usage)),) if usage else ()
        case Busy():
            headline, parts = (_("Busy."),), (line(str(error)),)
        case _:
            headline, parts = (str(error),), ()
    parts = (*parts, nothing_sent()) if changes else parts
    return Outcome(headline=headline, tone=Tone.WARN, parts=parts, beside=True)


def kept_back() -> str:
    """Return the remark on an answer that may be less than others would get."""
    return _("Only what may be told to you here is shown.")


def refusal(error: NotAllowed) -> str:
    """Return *error* in one paragraph, for a form that stays as it was filled in."""
    rule = _("Rule: {rule}.").format(rule=error.rule)
    return f"{_('You may not do that here.')} {error} {rule}"


def reused() -> Outcome:
    """Return the answer when one submission came twice with other contents."""
    return Outcome(
        headline=(_("The same came twice with different contents; the first counts."),),
        tone=Tone.WARN,
    )


def journal_away(incident: str, *, shared: bool) -> Outcome:
    """Return the answer when nothing can be written, so nothing is started.

    Where the journal is *shared* another may have written the same: Slack sends again
    what it takes for not delivered. Then nothing is said of what was sent.
    """
    if shared:
        return _in_doubt(_("The journal is unavailable."), incident)
    return Outcome(
        headline=(_("The journal cannot be written, so nothing was sent."),),
        tone=Tone.BAD,
        parts=(_incident(incident),),
        beside=True,
    )


def unreadable(incident: str) -> Outcome:
    """Return the answer when something that the journal holds does not open."""
    sentence = _(
        "Part of what the journal holds for this cannot be read: its key is missing, "
        "or it is damaged."
    )
    return _in_doubt(sentence, incident)


def broken(incident: str) -> Outcome:
    """Return the answer when something broke that nobody foresaw."""
    return _in_doubt(_("Something went wrong in Patchbay."), incident)


def nothing_sent() -> Part:
    """Return the line that says that nothing left."""
    return line(_("Nothing was sent."), quiet=True)


def _in_doubt(sentence: str, incident: str) -> Outcome:
    """Return that *sentence* is so, and where to look what came of what was asked."""
    advice = _("If this was a change, see {command} before you try again.")
    return Outcome(
        headline=(sentence,),
        tone=Tone.BAD,
        parts=(line(advice.format(command=slash("relay list"))), _incident(incident)),
        beside=True,
    )


def _by_field(faults: Mapping[str, str]) -> Part:
    lines = tuple(
        (Mono(field), f"  {sentence}") if field else (sentence,)
        for field, sentence in faults.items()
    )
    return Points("", lines)


def _somebody(named: str) -> Span:
    """Return a user, whom Slack shows by name, or a user group, by its ID."""
    return Who(SlackUserId(named)) if named[:1] in {"U", "W"} else Mono(named)


def _incident(incident: str) -> Part:
    sentence = _("Tell whoever runs this bot: incident {incident}.")
    return line(sentence.format(incident=incident), quiet=True)
