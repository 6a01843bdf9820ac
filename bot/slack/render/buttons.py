"""Buttons, and the menus that take in those for which a row has no command.

A menu is poorer than a row: Slack asks one confirmation for the whole of it, gives its
entries 150 characters instead of 2000, and sends one action id. So a button that asks
first, is long, or belongs to another command than the rest is never put into a menu.
"""

from collections.abc import Iterator, Sequence
from itertools import count
from statistics import mode

from bot.dialogue.outcome import Button
from bot.i18n import _
from bot.slack.render import limits
from bot.slack.render.escape import clean, size
from bot.slack.render.spans import Json, literal

Numbers = Iterator[int]


def numbers() -> Numbers:
    """Return the numbers that tell the buttons of one message apart."""
    return count(1)


def row(buttons: Sequence[Button], numbered: Numbers) -> list[Json]:
    """Return *buttons* as rows of three, those that may behind a ⋯ at the end.

    https://docs.slack.dev/reference/block-kit/blocks/actions-block
    """
    shown, menu = _sorted(buttons, limits.ROW_BUTTONS)
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
    """Return what stands beside a section's text, and the rows that go below it.

    One entry alone needs no menu: it is a button, which is one tap less.
    """
    shown, menu = _sorted(buttons, 0)
    if len(menu) > 1:
        return _menu(menu, numbered), row(shown, numbered)
    if not (menu or shown):
        return None, []
    first, *rest = (*menu, *shown)
    return _button(first, numbered), row(rest, numbered)


def _sorted(
    buttons: Sequence[Button], visible: int
) -> tuple[list[Button], list[Button]]:
    """Return which *buttons* are shown, *visible* if possible, and which hide."""
    sound = [b for b in buttons if size(_value(b)) <= limits.BUTTON_VALUE]
    excess = min(len(sound) - visible, limits.OVERFLOW_OPTIONS)
    fit = [b for b in sound if _may_hide(b)]
    if excess <= 0 or not fit:
        return sound, []
    command = mode(button.command for button in fit)
    menu = [button for button in fit if button.command == command][-excess:]
    return [button for button in sound if button not in menu], menu


def _may_hide(button: Button) -> bool:
    short = size(_value(button)) <= limits.OPTION_VALUE
    return short and not (button.confirm or button.danger)


def _menu(buttons: Sequence[Button], numbered: Numbers) -> Json:
    """https://docs.slack.dev/reference/block-kit/block-elements/overflow-menu-element."""
    return {
        "type": "overflow",
        "action_id": f"do:{buttons[0].command}:{next(numbered)}",
        "options": [
            {"text": literal(b.label, limits.OPTION_LABEL), "value": _value(b)}
            for b in buttons
        ],
    }


def _button(button: Button, numbered: Numbers) -> Json:
    """https://docs.slack.dev/reference/block-kit/block-elements/button-element."""
    block: Json = {
        "type": "button",
        "action_id": f"do:{button.command}:{next(numbered)}",
        "text": literal(button.label, limits.BUTTON_LABEL),
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
        "title": literal(_("Please confirm"), limits.CONFIRM_TITLE),
        "text": literal(button.confirm, limits.CONFIRM_TEXT),
        "confirm": literal(button.label, limits.CONFIRM_ANSWER),
        "deny": literal(deny, limits.CONFIRM_ANSWER),
    }
    return confirm | ({"style": "danger"} if button.danger else {})


def _value(button: Button) -> str:
    """Return what comes back when *button* is pressed. It is never cut."""
    return f"{button.once or '-'} {clean(button.text)}"
