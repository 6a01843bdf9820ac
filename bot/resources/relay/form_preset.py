"""The form in which a preset is saved: that of a start, with a name for a room."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from bot.dialogue.ask import Submission
from bot.dialogue.form import (
    ChoiceField,
    Field,
    Form,
    FormPart,
    Option,
    TextField,
)
from bot.dialogue.outcome import line
from bot.i18n import _
from bot.ids import FormId
from bot.resources.faults import with_faults
from bot.resources.relay import naming, presets
from bot.resources.relay.choices import Choices
from bot.resources.relay.draft import DRAWN, typed_beside
from bot.resources.relay.form import parts_of
from bot.resources.relay.plan import Plan
from bot.settings import Terms

# What a draft has beside what a start's has.
NAME, SCOPE, ASKED = "name", "scope", "asked"
ROOMLESS = "roomless"  # the room stays with the start that it is saved from
BACK = "back"  # to the form of a start
OF = "of"  # the preset that is changed
SINCE = "since"  # when that was changed last before the form was opened
OWN = (NAME, SCOPE, ASKED, ROOMLESS, BACK, OF, SINCE)
MINE, ALL = "mine", "all"


def form(
    values: Plan,
    terms: Terms,
    form_id: FormId,
    lines: Iterable[str] = (),
    faults: Mapping[str, str] | None = None,
    choices: Choices | None = None,
) -> Form:
    """Return the form that saves *values* as a preset."""
    offered = choices or Choices()
    parts = (*_heading(values), *_optional(values, parts_of(values, terms, offered)))
    return Form(
        command="relay",
        subcommand="preset",
        title=_("Save a preset"),
        submit=_("Save"),
        fields=with_faults(parts, lines, faults or {}),
        form_id=form_id,
        drawn=values.get(DRAWN, ""),
    )


def _heading(values: Plan) -> Iterator[FormPart]:
    name = values.get(NAME, "")
    yield TextField(
        name=NAME,
        label=_("Name"),
        hint=_("Letters, digits and dashes; it is used as preset=name."),
        initial=name,
        longest=naming.LONGEST_NAME * 2,
        focus=not name,
    )
    yield ChoiceField(
        name=SCOPE,
        label=_("For whom"),
        options=(Option(_("You"), MINE), Option(_("Everybody here"), ALL)),
        initial=values.get(SCOPE) or MINE,
        radio=True,
    )
    if values.get(ASKED):
        yield from _naming(values)


def _naming(values: Plan) -> Iterator[FormPart]:
    """Yield a field for the name of each address, which the preset does not keep."""
    beside_json = typed_beside(values).get("url", "")
    unnamed = presets.unnamed({"url": values.get("url") or beside_json})
    if unnamed:
        yield line(
            _(
                "A preset keeps no address with a stream key. Each gets a name here,"
                " and is kept sealed under it as a named target."
            )
        )
    for field, text in unnamed.items():
        yield TextField(
            name=field,
            label=_("Name for the target"),
            hint=presets.address_shown(text),
            initial=values.get(field) or presets.suggested(text),
            longest=naming.LONGEST_NAME * 2,
        )


def _optional(values: Plan, parts: Iterable[FormPart]) -> Iterator[FormPart]:
    """Yield *parts* but for what is of one start alone; no room or target is needed."""
    for part in parts:
        name = part.name if isinstance(part, Field) else ""
        if name == "note" or (name in presets.OF_ROOM and values.get(ROOMLESS)):
            continue
        if isinstance(part, TextField) and name in {"room", "url", "feedback"}:
            yield replace(part, optional=True, focus=False)
        else:
            yield part


def beside(submission: Submission) -> dict[str, str]:
    """Return what the form says beside a plan: name, scope, and names of addresses."""
    names = (
        NAME,
        SCOPE,
        *(k for k in submission.values if k.startswith(presets.NAMED)),
    )
    return {name: submission.text(name) for name in names}


def without_own(values: Plan) -> dict[str, str]:
    """Return *values* as the draft of a start has them."""
    return {
        k: v
        for k, v in values.items()
        if k not in OWN and not k.startswith(presets.NAMED)
    }
