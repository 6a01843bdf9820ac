"""The fields that say when a relay is to be stopped."""

from collections.abc import Iterable
from datetime import UTC, datetime

from bot.dialogue.form import Field, Form, FormPart, MomentField, TextField
from bot.dialogue.outcome import line
from bot.grammar.times import coming, names_zone
from bot.i18n import _
from bot.ids import FormId
from bot.journal.model import Intent
from bot.resources.relay.plan import Plan
from bot.resources.relay.timers import FOR, UNTIL, due

LONGEST = 40  # characters of a length of time
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def fields(plan: Plan, *, runs: bool = False) -> Iterable[FormPart]:
    """Yield what asks how long a relay is to run, or until when; *runs*: it does."""
    yield after(plan, runs=runs)
    yield at(plan)


def after(plan: Plan, *, runs: bool = False) -> Field:
    """Return what asks how long a relay is to run; *runs*: it does."""
    return TextField(
        name=FOR,
        label=_("Stop after"),
        hint=_("2h, 90m or 1h30m, from now.")
        if runs
        else _("2h, 90m or 1h30m from its start. Empty: until somebody stops it."),
        initial=plan.get(FOR, ""),
        longest=LONGEST,
        optional=True,
    )


def at(plan: Plan) -> Field:
    """Return what asks until when a relay is to run."""
    typed = plan.get(UNTIL, "")
    return MomentField(
        name=UNTIL,
        label=_("Or stop at"),
        initial=coming(typed, _LONG_AGO, UTC) if names_zone(typed) else None,
        optional=True,
    )


def stop_at_form(relay: Intent, form_id: FormId) -> Form:
    """Return the form that asks when *relay* is to be stopped."""
    return Form(
        command="relay",
        subcommand="timer",
        title=_("Stop {handle} at…").format(handle=relay.handle),
        submit=_("Set"),
        fields=(
            *(line(*spans, quiet=True) for spans in due(relay)),
            *fields({}, runs=True),
        ),
        form_id=form_id,
    )
