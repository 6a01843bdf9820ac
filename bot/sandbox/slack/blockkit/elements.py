"""What Slack allows inside a block: texts, options, buttons, selects, inputs.

Implements https://docs.slack.dev/reference/block-kit/block-elements/ and
https://docs.slack.dev/reference/block-kit/composition-objects/.
"""

from collections.abc import Iterator
from typing import Any

from bot.sandbox.slack.blockkit.inputs import options_of
from bot.sandbox.slack.blockkit.rules import (
    Rule,
    by_type,
    kind,
    listed,
    matching,
    one_of,
    only,
    shape,
    text,
    whole,
    wrong,
)

FLAG = kind(bool)
ID = text(255)
IDS = listed(text(255), 100)


def plain(most: int) -> Rule:
    """A plain_text object."""
    return by_type({"plain_text": shape({"text": text(most)}, {"emoji": FLAG})})


def words(most: int) -> Rule:
    """A text object, plain or mrkdwn."""
    return by_type(
        {
            "plain_text": shape({"text": text(most)}, {"emoji": FLAG}),
            "mrkdwn": shape({"text": text(most)}, {"verbatim": FLAG}),
        }
    )


def _option(label: Rule) -> Rule:
    return shape(
        {"text": label, "value": text(150)},
        {"description": words(75), "url": text(3000)},
    )


MENU_OPTION = _option(plain(75))
BOX_OPTION = _option(words(75))
GROUP = shape({"label": plain(75), "options": listed(MENU_OPTION, 100)})
CONFIRM = shape(
    {"title": plain(100), "text": words(300), "confirm": plain(30), "deny": plain(30)},
    {"style": one_of("primary", "danger")},
)
_BASE: dict[str, Rule] = {"action_id": ID, "confirm": CONFIRM, "focus_on_load": FLAG}
_MENU = _BASE | {"placeholder": plain(150)}
_MANY = {"max_selected_items": whole(1, 1000)}
_DISPATCH = shape(
    {
        "trigger_actions_on": listed(
            one_of("on_enter_pressed", "on_character_entered"), 2
        )
    }
)


def _starts_among_options(element: Any, at: str) -> Iterator[str]:
    values = [option.get("value") for option in options_of(element)]
    one = [element["initial_option"]] if "initial_option" in element else []
    for start in one + list(element.get("initial_options", ())):
        if start.get("value") not in values:
            yield wrong("initial option is not among the options", at)


def _choice(
    option: Rule, most: int, start: dict[str, Rule], *also: Rule, base: dict[str, Rule]
) -> Rule:
    return shape(
        {"options": listed(option, most)}, base | start, _starts_among_options, *also
    )


def _menu(start: dict[str, Rule]) -> Rule:
    lists = {"options": listed(MENU_OPTION, 100), "option_groups": listed(GROUP, 100)}
    return shape(
        {},
        _MENU | lists | start,
        only("options", "option_groups"),
        _starts_among_options,
    )


def _typed(**more: Rule) -> Rule:
    base = {key: rule for key, rule in _BASE.items() if key != "confirm"}
    base |= {"placeholder": plain(150), "dispatch_action_config": _DISPATCH}
    return shape({}, base | more)


_ONE_START = {"initial_option": MENU_OPTION}
_MANY_START = {"initial_options": listed(MENU_OPTION, 100)} | _MANY
_LENGTHS = {"min_length": whole(0, 3000), "max_length": whole(1, 3000)}
_FILTER = {"filter": kind(dict), "default_to_current_conversation": FLAG}

BUTTON = shape(
    {"text": plain(75)},
    {
        "action_id": ID,
        "url": text(3000),
        "value": text(2000),
        "style": one_of("primary", "danger"),
        "confirm": CONFIRM,
        "accessibility_label": text(75),
    },
)
IMAGE = shape(
    {"alt_text": text(2000)},
    {"image_url": text(3000), "slack_file": kind(dict)},
    only("image_url", "slack_file"),
)
SELECTS: dict[str, Rule] = {
    "static_select": _menu(_ONE_START),
    "multi_static_select": _menu(_MANY_START),
    "external_select": shape(
        {}, _MENU | _ONE_START | {"min_query_length": whole(0, 3000)}
    ),
    "multi_external_select": shape(
        {}, _MENU | _MANY_START | {"min_query_length": whole(0, 3000)}
    ),
    "users_select": shape({}, _MENU | {"initial_user": ID}),
    "multi_users_select": shape({}, _MENU | {"initial_users": IDS} | _MANY),
    "channels_select": shape(
        {}, _MENU | {"initial_channel": ID, "response_url_enabled": FLAG}
    ),
    "multi_channels_select": shape({}, _MENU | {"initial_channels": IDS} | _MANY),
    "conversations_select": shape(
        {},
        _MENU | _FILTER | {"initial_conversation": ID, "response_url_enabled": FLAG},
    ),
    "multi_conversations_select": shape(
        {}, _MENU | _FILTER | {"initial_conversations": IDS} | _MANY
    ),
}
PICKERS: dict[str, Rule] = {
    "datepicker": shape({}, _MENU | {"initial_date": matching(r"\d{4}-\d\d-\d\d")}),
    "timepicker": shape(
        {}, _MENU | {"initial_time": matching(r"\d\d:\d\d"), "timezone": text(255)}
    ),
    "datetimepicker": shape(
        {}, _BASE | {"initial_date_time": whole(10**9, 10**10 - 1)}
    ),
    "checkboxes": _choice(
        BOX_OPTION, 10, {"initial_options": listed(BOX_OPTION, 10)}, base=_BASE
    ),
    "radio_buttons": _choice(
        BOX_OPTION, 10, {"initial_option": BOX_OPTION}, base=_BASE
    ),
}
OVERFLOW = shape(
    {"options": listed(MENU_OPTION, 5)}, {"action_id": ID, "confirm": CONFIRM}
)
TYPED: dict[str, Rule] = {
    "plain_text_input": _typed(
        multiline=FLAG, initial_value=text(3000, least=0), **_LENGTHS
    ),
    "email_text_input": _typed(initial_value=text(3000)),
    "url_text_input": _typed(initial_value=text(3000)),
    "number_input": shape(
        {"is_decimal_allowed": FLAG},
        {
            "action_id": ID,
            "initial_value": matching(r"-?\d+(\.\d+)?"),
            "min_value": matching(r"-?\d+(\.\d+)?"),
            "max_value": matching(r"-?\d+(\.\d+)?"),
            "placeholder": plain(150),
            "dispatch_action_config": _DISPATCH,
            "focus_on_load": FLAG,
        },
    ),
    "rich_text_input": _typed(initial_value=kind(dict)),
    "file_input": shape(
        {},
        {
            "action_id": ID,
            "filetypes": listed(text(255), 100),
            "max_files": whole(1, 10),
        },
    ),
}

IN_CELL = by_type({"button": BUTTON})
IN_ACTIONS = by_type(SELECTS | PICKERS | {"button": BUTTON, "overflow": OVERFLOW})
IN_SECTION = by_type(
    SELECTS | PICKERS | {"button": BUTTON, "overflow": OVERFLOW, "image": IMAGE}
)
IN_INPUT = by_type(SELECTS | PICKERS | TYPED)
IN_CONTEXT = by_type(
    {
        "image": IMAGE,
        "plain_text": shape({"text": text(2000)}, {"emoji": FLAG}),
        "mrkdwn": shape({"text": text(2000)}, {"verbatim": FLAG}),
    }
)
