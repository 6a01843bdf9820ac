"""What is answered where nothing is done: too early, too much at once, or it broke.

Too early is before it is known where the bot is installed. That is so only at a first
start, while Slack is away: later starts know it from the last one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.dialogue.ask import Ask
from bot.dialogue.form import Option
from bot.dialogue.outcome import Outcome, Tone, line
from bot.i18n import _
from bot.slack.inbound import payloads
from bot.slack.inbound.kinds import PayloadKind, action_in
from bot.slack.render import blocks, modals

TRY_AGAIN = 503  # Slack sends an event again that is answered so
OK = 200


@dataclass(frozen=True, slots=True)
class Early:
    """The answer to a payload: *ask* is to be told the *outcome* beside it."""

    outcome: Outcome
    status: int = OK
    body: str | dict[str, Any] = field(default="")
    ask: Ask | None = None


def not_connected(kind: PayloadKind, body: Mapping[str, Any]) -> Early:
    """Return the answer to a payload of *kind* that came too early."""
    outcome = Outcome(
        headline=(_("The bot is not connected to Slack yet; nothing was sent."),),
        tone=Tone.WARN,
        parts=(line(_("Try again in a minute."), quiet=True),),
    )
    match kind:
        case PayloadKind.COMMAND:
            shown = {"response_type": "ephemeral", **blocks.message(outcome)}
            early = Early(outcome, body=shown)
        case PayloadKind.SUBMISSION:
            early = Early(outcome, body=_kept_open(body, outcome))
        case PayloadKind.OPTIONS:
            offered = modals.options(unlisted(str(body.get("value", ""))))
            early = Early(outcome, body=offered)
        case PayloadKind.CLICK:
            early = Early(outcome, ask=_pressed(body))
        case PayloadKind.SHORTCUT:
            early = Early(outcome, ask=payloads.shortcut(body))
        case _:
            early = Early(outcome, status=TRY_AGAIN)
    return early


def broken(incident: str) -> Outcome:
    """Return the answer where something broke, of which the log says more."""
    named = _("Incident {incident}.").format(incident=incident)
    return Outcome(
        headline=(_("Something went wrong in Patchbay; nothing was sent."),),
        tone=Tone.BAD,
        parts=(line(named, quiet=True),),
    )


def unlisted(query: str) -> tuple[Option, ...]:
    """Return what a select offers that cannot be filled: *query*, taken as an ID.

    Nothing at all would say that there is nothing to choose from.
    """
    typed = query.strip()
    if not typed:
        return (Option(_("The list cannot be read now: type an ID"), "?"),)
    return (Option(_("Use “{text}” as an ID").format(text=typed), typed),)


def overloaded() -> dict[str, Any]:
    """Return the answer to a command that is turned away: nothing was done."""
    outcome = Outcome(
        headline=(_("Too many requests at this moment."),),
        tone=Tone.WARN,
        parts=(line(_("Nothing was sent; ask again in a few seconds."), quiet=True),),
    )
    return {"response_type": "ephemeral", **blocks.message(outcome)}


def _pressed(body: Mapping[str, Any]) -> Ask | None:
    """Return the press of a button; None for a choice in a form, which stays open."""
    action = action_in(body)
    pressed = str(action["action_id"]).startswith("do:")
    return payloads.button(body, action) if pressed else None


def _kept_open(body: Mapping[str, Any], outcome: Outcome) -> dict[str, Any]:
    """Return what keeps a form open with all that was typed, if it has a field."""
    inputs = payloads.inputs(body["view"])
    if inputs:
        faults = modals.faults(inputs, {"": outcome.plain})
        return {"response_action": "errors", "errors": faults}
    return {"response_action": "update", "view": modals.closing(outcome)}
