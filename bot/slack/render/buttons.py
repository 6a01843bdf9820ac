"""Buttons in rows, and overflow menus for those that a row has no room for.

A menu can do less than a row: Slack has one confirmation for the whole of it, 150
characters for a value instead of 2000, and one action id. So a button that is dangerous
or asks first, or has a long value, stays in the row. Where entries of a menu belong to
several commands, the id names none, and each value begins with its own.
"""

from collections.abc import Iterator, Sequence
from itertools import count
from statistics import mode

from bot.dialogue.outcome import Button, Select
from bot.i18n import _
from bot.slack.render import limits
from bot.slack.render.escape import clean, size
from bot.slack.render.origin import stamped
from bot.slack.render.spans import Json, plain_text

Numbers = Iterator[int]


def numbers() -> Numbers:
    """Return a counter: each action_id of a message has a number of its own."""
    return count(1)


def row(buttons: Sequence[Button], numbered: Numbers) -> list[Json]:
    """Return *buttons* as rows of three, the last ones in a menu where they may be.

    https://docs.slack.dev/reference/block-kit/blocks/actions-block
    """
    shown, menu = _split(buttons, limits.ROW_BUTTONS)
    elements = [_button(button, numbered) for button in shown]
    rows = [
        elements[start : start + limits.ROW_BUTTONS]
        for start in range(0, len(elements), limits.ROW_BUTTONS)
    ]
    if menu:
        rows[-1:] = [[*(rows[-1] if rows else []), _menu(menu, numbered)]]
    return [{"type": "actions", "elements": elements} for elements in rows]


def beside(
    buttons: Sequence[Button], numbered: Numbers
) -> tuple[Json | None, list[Json]]:
    """Return the accessory of a section, and the rows that go below it.

    A single entry is a button instead of a menu, which saves a tap.
    """
    menu = _inside(buttons)
    shown = [button for button in buttons if button not in menu]
    if len(menu) > 1:
        return _menu(menu, numbered), row(shown, numbered)
    if not (menu or shown):
        return None, []
    first, *rest = (*menu, *shown)
    return _button(first, numbered), row(rest, numbered)


def closing(
    buttons: Sequence[Button], menu: Sequence[Button], numbered: Numbers
) -> list[Json]:
    """Return *buttons* as rows of three, with *menu* at the end of the last one.

    All of them can be seen. What a menu cannot do stands before it as a button.
    """
    inside = _inside(menu)
    outside = [b for b in menu if b not in inside]
    shown = [b for b in (*buttons, *outside) if size(_value(b)) <= limits.BUTTON_VALUE]
    elements = [_button(button, numbered) for button in shown]
    rows = [
        elements[start : start + limits.ROW_BUTTONS]
        for start in range(0, len(elements), limits.ROW_BUTTONS)
    ]
    if inside:
        rows[-1:] = [[*(rows[-1] if rows else []), _menu(inside, numbered)]]
    return [{"type": "actions", "elements": elements} for elements in rows]


def select(part: Select, numbered: Numbers) -> list[Json]:
    """Return *part* as a row with one menu; nothing if it has no choice left.

    https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element
    """
    fitting = [b for b in part.choices if _fits_menu(b)][: limits.SELECT_OPTIONS]
    if not fitting:
        return []
    element = _menu(fitting, numbered) | {
        "type": "static_select",
        "placeholder": plain_text(part.label, limits.SELECT_LABEL),
    }
    return [{"type": "actions", "elements": [element]}]


def _split(
    buttons: Sequence[Button], visible: int
) -> tuple[list[Button], list[Button]]:
    """Return the *buttons* for a row, *visible* of them if possible, and for a menu.

    A button whose value Slack would refuse is left out.
    """
    valid = [b for b in buttons if size(_value(b)) <= limits.BUTTON_VALUE]
    excess = min(len(valid) - visible, limits.OVERFLOW_OPTIONS)
    candidates = [b for b in valid if _fits_menu(b)]
    if excess <= 0 or not candidates:
        return valid, []
    command = mode(button.command for button in candidates)
    menu = [button for button in candidates if button.command == command][-excess:]
    return [button for button in valid if button not in menu], menu


def _inside(menu: Sequence[Button]) -> list[Button]:
    """Return those of a *menu* that can be in one, whatever command each is of."""
    return [button for button in menu if _fits_menu(button)][: limits.OVERFLOW_OPTIONS]


def _fits_menu(button: Button) -> bool:
    if button.confirm or button.danger:
        return False
    return size(_value(button, named=True)) <= limits.OPTION_VALUE


def _menu(buttons: Sequence[Button], numbered: Numbers) -> Json:
    """https://docs.slack.dev/reference/block-kit/block-elements/overflow-menu-element.

    The whole of it has one id: an answer takes the place of the message if each would.
    """
    mark = limits.REPLACES if all(button.replaces for button in buttons) else ""
    commands = {button.command for button in buttons}
    several = len(commands) > 1
    command = "" if several else buttons[0].command
    return {
        "type": "overflow",
        "action_id": stamped(f"do:{command}:{next(numbered)}{mark}"),
        "options": [
            {
                "text": plain_text(b.label, limits.OPTION_LABEL),
                "value": _value(b, named=several),
            }
            for b in buttons
        ],
    }


def _button(button: Button, numbered: Numbers) -> Json:
    """https://docs.slack.dev/reference/block-kit/block-elements/button-element."""
    mark = limits.REPLACES if button.replaces else ""
    block: Json = {
        "type": "button",
        "action_id": stamped(f"do:{button.command}:{next(numbered)}{mark}"),
        "text": plain_text(button.label, limits.BUTTON_LABEL),
        "value": _value(button),
    }
    if button.danger:
        block["style"] = "danger"
    if button.confirm:
        block["confirm"] = _confirm(button)
    return block


def _confirm(button: Button) -> Json:
    deny = _("Keep it") if button.danger else _("Cancel")
    confirm = {
        "title": plain_text(_("Please confirm"), limits.CONFIRM_TITLE),
        "text": plain_text(button.confirm, limits.CONFIRM_TEXT),
        "confirm": plain_text(button.label, limits.CONFIRM_ANSWER),
        "deny": plain_text(deny, limits.CONFIRM_ANSWER),
    }
    return confirm | ({"style": "danger"} if button.danger else {})


def _value(button: Button, *, named: bool = False) -> str:
    """Return what Slack sends back when *button* is pressed. It is never cut.

    Where the id has no command, that is *named* in it.
    """
    command = f"{button.command} " if named else ""
    return clean(f"{button.once or '-'} {command}{button.text}")
