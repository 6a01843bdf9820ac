"""Forms as modals, and the values that come back from them.

A form is updated when a choice changes which fields it has. Slack then keeps what was
typed in every input whose block_id and action_id are as before, and takes the initial
value of a new one. So both ids follow from the field's name, and a field must keep its
name as long as it means the same. Where all fields begin anew, as with another preset,
the block_id says which time that is, behind a dot.
https://docs.slack.dev/surfaces/modals#updating_apis
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from bot.dialogue.form import (
    ChecksField,
    ChoiceField,
    Field,
    Form,
    FormButton,
    FormButtons,
    FormPart,
    MomentField,
    NumberField,
    Option,
    PicksField,
    SearchField,
    TextField,
)
from bot.dialogue.outcome import Line, Outcome, Picture, Tone
from bot.i18n import _
from bot.slack.render import blocks, limits, plain
from bot.slack.render.escape import clean, cut, size
from bot.slack.render.origin import stamped
from bot.slack.render.spans import Json, plain_text

Value = str | tuple[str, ...] | None

FORM = "form:"  # how the callback_id of a form begins
DRAWN = "."  # in a block_id, before what tells the fields from those drawn before
# What stands in a field, as its state has it, and its element, which begins with that.
INITIAL = {
    "value": "initial_value",
    "selected_option": "initial_option",
    "selected_options": "initial_options",
    "selected_date_time": "initial_date_time",
}


def view(form: Form) -> Json:
    """Return *form* as a modal view.

    The view carries the id of its open form, under which the bot keeps the rest, and
    the workspace that it is for, if there are several. One that only asks yes or no
    has no input, and is sent in all the same; a window, to be read, is not.
    https://docs.slack.dev/reference/views/modal-views
    """
    parts: list[Json] = []
    for part in form.fields:
        parts += _part(part)
    _tell_apart(parts, form.drawn)
    _focus_once(parts)
    if not (form.submit or any(isinstance(part, Field) for part in form.fields)):
        return _modal(form.title, parts, close=_("Close"))
    return _modal(form.title, parts, close=_("Cancel")) | {
        "callback_id": f"{FORM}{form.command}:{form.subcommand}",
        "private_metadata": stamped(form.form_id),
        "submit": plain_text(form.submit, limits.VIEW_BUTTON),
    }


def closing(outcome: Outcome, *, title: str = "Patchbay") -> Json:
    """Return a modal that shows *outcome* and can only be closed."""
    return _modal(title, blocks.without_actions(outcome), close=_("Close"))


def window(body: Mapping[str, Any], *, title: str = "Patchbay") -> Json:
    """Return a modal that shows the message *body*, without its buttons."""
    text = {"type": "section", "text": plain_text(body["text"], limits.TEXT)}
    parts = plain.without_buttons(body.get("blocks") or [text])
    return _modal(title, parts, close=_("Close"))


def is_form(view: Mapping[str, Any]) -> bool:
    """Tell whether *view* is a form, and not one that can only be closed."""
    return str(view.get("callback_id", "")).startswith(FORM)


def options(offered: Iterable[Option]) -> Json:
    """Return *offered* as the answer to a select that asks for its options.

    https://docs.slack.dev/reference/interaction-payloads/block_suggestion-payload
    """
    return {"options": _options(offered)[: limits.SELECT_OPTIONS]}


def values(
    state: Mapping[str, Mapping[str, Mapping[str, Any]]],
    shown: Iterable[Mapping[str, Any]] | None = None,
) -> dict[str, Value]:
    """Return the value of each field in `view.state.values`, None for an empty one.

    *shown* are the blocks of the view. Slack has been seen to send the state of a view
    that stood there before: what is in none of *shown* does not count, and an input
    that the state lacks holds what it was drawn with.
    https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload
    https://github.com/slackapi/bolt-js/issues/625
    """
    if shown is not None:
        state = {
            one["block_id"]: state.get(one["block_id"]) or _as_drawn(one["element"])
            for one in inputs(shown)
        }
    return {
        named(block): _value(element)
        for block, elements in state.items()
        for element in elements.values()
    }


def untold(
    state: Mapping[str, Any], shown: Iterable[Mapping[str, Any]]
) -> tuple[str, ...]:
    """Return the fields among *shown* that have a text, and of which *state* has none.

    What they were drawn with may have been typed over.
    """
    return tuple(
        named(one["block_id"])
        for one in inputs(shown)
        if not state.get(one["block_id"]) and _value(_as_drawn(one["element"])[""])
    )


def drawn(shown: Iterable[Mapping[str, Any]]) -> str:
    """Return which time the fields among the blocks *shown* have begun anew."""
    first = next((one["block_id"] for one in inputs(shown)), "")
    return str(first).partition(DRAWN)[2]


def inputs(shown: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Yield those of the blocks *shown* that are fields."""
    return (block for block in shown if block.get("type") == "input")


def faults(
    fields: Form | Iterable[FormPart | str], sentences: Mapping[str, str]
) -> dict[str, str]:
    """Return *sentences*, by field, as the `errors` of a form, by block_id.

    *fields* are a form, its fields, or the names of its inputs. Slack refuses an error
    under any other key, so that of another field is shown, with its name, at the first
    input. Without inputs the result is empty: `unplaced` shows them.
    """
    parts = fields.fields if isinstance(fields, Form) else fields
    filled = (f for f in parts if isinstance(f, str | Field))
    keys = [f if isinstance(f, str) else f.name for f in filled]
    names = {named(block): block for block in keys}
    errors: dict[str, list[str]] = {}
    for name, sentence in sentences.items() if keys else ():
        has_input = name in names
        text = sentence if has_input or not name else f"{name}: {sentence}"
        errors.setdefault(names.get(name, keys[0]), []).append(clean(text))
    return {name: cut(" ".join(texts), limits.FAULT) for name, texts in errors.items()}


def unplaced(sentences: Mapping[str, str]) -> Outcome:
    """Return *sentences*, by field, as an answer: there is no field to show them at."""
    return Outcome(headline=(" ".join(sentences.values()),), tone=Tone.WARN)


# ── one field ────────────────────────────────────────────────────────────────────


def _part(part: FormPart) -> list[Json]:
    match part:
        case Field():
            return [_input(part)]
        case Line() | Picture():
            return blocks.paragraph(part)
        case FormButtons(buttons):
            return [{"type": "actions", "elements": [_button(one) for one in buttons]}]
    raise TypeError(part)


def _button(button: FormButton) -> Json:
    """https://docs.slack.dev/reference/block-kit/block-elements/button-element."""
    return {
        "type": "button",
        "action_id": f"field:{button.name}",
        "text": plain_text(button.label, limits.BUTTON_LABEL),
    }


def _modal(title: str, parts: list[Json], *, close: str) -> Json:
    return {
        "type": "modal",
        "title": plain_text(title, limits.VIEW_TITLE),
        "close": plain_text(close, limits.VIEW_BUTTON),
        "notify_on_close": False,
        "blocks": parts,
    }


def _tell_apart(parts: Iterable[Json], drawn: str) -> None:
    """Let the inputs among *parts* be others than those drawn before."""
    for part in parts:
        if drawn and part["type"] == "input":
            part["block_id"] += f"{DRAWN}{drawn}"


def named(block: str) -> str:
    """Return the name of the field whose input is *block*."""
    return block.partition(DRAWN)[0]


def _focus_once(parts: Iterable[Json]) -> None:
    """Slack refuses a view in which two elements ask for the focus."""
    elements = [part.get("element", {}) for part in parts]
    focused = [element for element in elements if element.get("focus_on_load")]
    for element in focused[1:]:
        del element["focus_on_load"]


def _input(field: Field) -> Json:
    """https://docs.slack.dev/reference/block-kit/blocks/input-block."""
    block: Json = {
        "type": "input",
        "block_id": field.name,
        "label": plain_text(field.label, limits.LABEL),
        "element": _element(field),
        "optional": field.optional,
    }
    if hint := _hint(field):
        block["hint"] = plain_text(hint, limits.HINT)
    if isinstance(field, TextField | ChoiceField) and field.redraws:
        block["dispatch_action"] = True
    return block


def _hint(field: Field) -> str:
    if isinstance(field, NumberField) and not field.hint:
        return _("From {least} to {most}.").format(
            least=f"{field.least:,}", most=f"{field.most:,}"
        )
    return field.hint


def _element(field: Field) -> Json:
    match field:
        case TextField():
            return _typed(field)
        case NumberField():
            return _number(field)
        case ChoiceField():
            return _choice(field)
        case ChecksField() | PicksField():
            return _several(field)
        case SearchField():
            return _search(field)
        case MomentField():
            return _moment(field)
    raise TypeError(field)


def _several(field: ChecksField | PicksField) -> Json:
    return _checks(field) if isinstance(field, ChecksField) else _picks(field)


def _typed(field: TextField) -> Json:
    """The initial text is never cut to the field's own limit.

    So a field takes what it was prefilled with, and submitting it shows the fault.
    https://docs.slack.dev/reference/block-kit/block-elements/plain-text-input-element
    """
    initial = cut(clean(field.initial), limits.TYPED)
    if not field.multiline:
        initial = initial.replace("\n", " ")
    element: Json = {
        "type": "plain_text_input",
        "action_id": f"field:{field.name}",
        "multiline": field.multiline,
        "max_length": min(max(field.longest, size(initial)), limits.TYPED),
    }
    if initial:
        element["initial_value"] = initial
    if field.focus:
        element["focus_on_load"] = True
    if field.redraws:
        element["dispatch_action_config"] = {"trigger_actions_on": ["on_enter_pressed"]}
    return element


def _number(field: NumberField) -> Json:
    """Numbers travel as text. An initial one out of range is left out.

    https://docs.slack.dev/reference/block-kit/block-elements/number-input-element
    """
    element: Json = {
        "type": "number_input",
        "action_id": f"field:{field.name}",
        "is_decimal_allowed": False,
        "min_value": str(field.least),
        "max_value": str(field.most),
    }
    if field.initial is not None and field.least <= field.initial <= field.most:
        element["initial_value"] = str(field.initial)
    return element


def _choice(field: ChoiceField) -> Json:
    """More than ten do not fit as radio buttons and become a select.

    https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element
    """
    offered = _options(field.options)[: limits.SELECT_OPTIONS]
    radio = field.radio and len(offered) <= limits.RADIO_OPTIONS
    element: Json = {
        "type": "radio_buttons" if radio else "static_select",
        "action_id": f"field:{field.name}",
        "options": offered,
    }
    chosen = [option for option in offered if option["value"] == field.initial]
    return element | ({"initial_option": chosen[0]} if chosen else {})


def _checks(field: ChecksField) -> Json:
    """https://docs.slack.dev/reference/block-kit/block-elements/checkboxes-element."""
    offered = _options(field.options)[: limits.RADIO_OPTIONS]
    element: Json = {
        "type": "checkboxes",
        "action_id": f"field:{field.name}",
        "options": offered,
    }
    # Slack refuses an empty list of them
    initial = [option for option in offered if option["value"] in field.ticked]
    return element | ({"initial_options": initial} if initial else {})


def _picks(field: PicksField) -> Json:
    """https://docs.slack.dev/reference/block-kit/block-elements/multi-select-menu-element."""
    offered = _options(field.options)[: limits.SELECT_OPTIONS]
    element: Json = {
        "type": "multi_static_select",
        "action_id": f"field:{field.name}",
        "options": offered,
    }
    initial = [option for option in offered if option["value"] in field.initial]
    return element | ({"initial_options": initial} if initial else {})


def _search(field: SearchField) -> Json:
    """https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element."""
    element: Json = {
        "type": "external_select",
        "action_id": f"pick:{field.command}:{field.source}:{field.name}",
        "min_query_length": 0,
    }
    chosen = _options(field.initial)
    return element | ({"initial_option": chosen[0]} if chosen else {})


def _moment(field: MomentField) -> Json:
    """https://docs.slack.dev/reference/block-kit/block-elements/datetime-picker-element."""
    element: Json = {"type": "datetimepicker", "action_id": f"field:{field.name}"}
    if field.initial is not None:
        element["initial_date_time"] = int(field.initial.timestamp())
    return element


def _options(offered: Iterable[Option]) -> list[Json]:
    """Leave out values too long for Slack: if cut, they would name something else."""
    return [_option(o) for o in offered if 0 < size(o.value) <= limits.OPTION_VALUE]


def _option(option: Option) -> Json:
    """https://docs.slack.dev/reference/block-kit/composition-objects/option-object."""
    shown = {
        "text": plain_text(option.label, limits.OPTION_LABEL),
        "value": option.value,
    }
    hint = {"description": plain_text(option.hint, limits.OPTION_HINT)}
    return shown | (hint if option.hint else {})


def _as_drawn(element: Mapping[str, Any]) -> dict[str, Json]:
    """Return the state of an input in which *element* stands as it was drawn."""
    return {"": {key: element.get(initial) for key, initial in INITIAL.items()}}


def _value(element: Mapping[str, Any]) -> Value:
    if chosen := element.get("selected_options"):
        return tuple(option["value"] for option in chosen)
    if chosen := element.get("selected_option"):
        return str(chosen["value"])
    if chosen := element.get("selected_date_time"):
        return f"{datetime.fromtimestamp(int(chosen), UTC):%Y-%m-%dT%H:%M:%SZ}"
    return element.get("value") or None
