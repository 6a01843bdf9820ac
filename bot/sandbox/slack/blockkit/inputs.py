"""Inputs as Slack's clients see them: what stands in one, and what may be put in.

A *value* here is Slack's state value: `{"type": …, "value": …}` for typed text,
`selected_option` and its kin for choices; null means empty.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal, InvalidOperation

from bot.sandbox.aliases import Json

TYPED = {
    "plain_text_input": "value",
    "number_input": "value",
    "email_text_input": "value",
    "url_text_input": "value",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
}
ONE = {
    "static_select": "selected_option",
    "external_select": "selected_option",
    "radio_buttons": "selected_option",
    "overflow": "selected_option",
    "users_select": "selected_user",
    "conversations_select": "selected_conversation",
    "channels_select": "selected_channel",
}
MANY = {
    "multi_static_select": "selected_options",
    "multi_external_select": "selected_options",
    "checkboxes": "selected_options",
    "multi_users_select": "selected_users",
    "multi_conversations_select": "selected_conversations",
    "multi_channels_select": "selected_channels",
}
KEYS = TYPED | ONE | MANY
SEARCHED = frozenset({"external_select", "multi_external_select"})
_STATELESS = frozenset({"overflow"})
_BY_ID = ("users_select", "conversations_select", "channels_select")


def is_input(element: Json) -> bool:
    """Tell whether *element* keeps a value (a button does not)."""
    return element["type"] in KEYS and element["type"] not in _STATELESS


def elements(block: Json) -> Iterator[Json]:
    """Yield the interactive elements of *block*, in the order they are shown."""
    if isinstance(block.get("element"), dict):
        yield block["element"]
    if isinstance(block.get("accessory"), dict):
        yield block["accessory"]
    if block["type"] in ("actions", "context_actions"):
        yield from block["elements"]


def initial(element: Json) -> Json:
    """Return what stands in *element* before anybody touches it."""
    kind = element["type"]
    key = KEYS[kind]
    if kind in TYPED:
        start = element.get("initial_value" if key == "value" else f"initial{key[8:]}")
        return {"type": kind, key: start}
    start = element.get(f"initial{key[8:]}")
    return {"type": kind, key: start if kind in ONE else (start or [])}


def standing(
    blocks: Iterable[Json], before: dict[str, dict[str, Json]] | None = None
) -> dict[str, dict[str, Json]]:
    """Return what stands in the inputs of *blocks*.

    An input that was there *before*, with the same block_id, action_id and type,
    keeps what stood in it; any other starts from its initial value.
    """
    values: dict[str, dict[str, Json]] = {}
    for block in blocks:
        for element in filter(is_input, elements(block)):
            block_id, action_id = block["block_id"], element["action_id"]
            kept = (before or {}).get(block_id, {}).get(action_id)
            same = kept is not None and kept["type"] == element["type"]
            value = kept if same and kept is not None else initial(element)
            values.setdefault(block_id, {})[action_id] = value
    return values


def typed(element: Json, text: str) -> Json:
    """Return the value of *element* with *text* typed into it; empty clears it."""
    kind = element["type"]
    value: str | int | None = text or None
    if kind == "datetimepicker" and text.isdecimal():
        value = int(text)
    return {"type": kind, KEYS[kind]: value}


def chosen(element: Json, options: list[Json]) -> Json:
    """Return the value of *element* with *options* chosen; none clears it."""
    kind = element["type"]
    picked = [_as_chosen(kind, option) for option in options]
    if kind in MANY:
        return {"type": kind, KEYS[kind]: picked}
    return {"type": kind, KEYS[kind]: picked[0] if picked else None}


def options_of(element: Json) -> list[Json]:
    """Return the options that *element* carries itself, groups flattened."""
    if "option_groups" in element:
        return [o for group in element["option_groups"] for o in group["options"]]
    return list(element.get("options", ()))


def held(value: Json) -> str | list[Json] | None:
    """Return what *value* holds: text, a list of options or IDs, None when empty."""
    content = value.get(KEYS[value["type"]])
    if content in (None, "", []):
        return None
    if value["type"] in TYPED:
        return str(content)
    return content if isinstance(content, list) else [content]


def fault(block: Json, value: Json) -> str:
    """Return what Slack's client finds wrong before it submits; empty if nothing."""
    element, content = block["element"], held(value)
    if content is None:
        wrong = not block.get("optional", False)
        return "Please complete this required field." if wrong else ""
    if element["type"] == "number_input":
        return _number_fault(element, str(content))
    if element["type"] == "plain_text_input":
        return _length_fault(element, str(content))
    most = element.get("max_selected_items")
    if most is not None and len(content) > most:
        return f"Choose {most} at most."
    return ""


def _as_chosen(kind: str, option: Json) -> Json | str:
    if kind.removeprefix("multi_") in _BY_ID:
        return str(option["value"])
    return option


def _number_fault(element: Json, text: str) -> str:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return "Please enter a number."
    if not element["is_decimal_allowed"] and number != number.to_integral_value():
        return "Please enter a whole number."
    if "min_value" in element and number < Decimal(element["min_value"]):
        return f"Must be {element['min_value']} or more."
    if "max_value" in element and number > Decimal(element["max_value"]):
        return f"Must be {element['max_value']} or less."
    return ""


def _length_fault(element: Json, text: str) -> str:
    least, most = element.get("min_length", 0), element.get("max_length", 3000)
    if len(text) < least:
        return f"Type {least} characters or more."
    if len(text) > most:
        return f"Type {most} characters at most."
    return ""
