"""The judges catch what Slack would refuse, and leave alone what it takes."""

import copy

import pytest

from tests.judge import judge


def text(words="words", kind="plain_text"):
    return {"type": kind, "text": words}


def option(label="label", value="value"):
    return {"text": text(label), "value": value}


def button(**more):
    return {
        "type": "button",
        "action_id": "a1",
        "text": text("press"),
        "value": "v",
        **more,
    }


def section(words="words", **more):
    return {"type": "section", "text": text(words, "mrkdwn"), **more}


def actions(*elements):
    return {"type": "actions", "elements": list(elements)}


def field(element, **more):
    return {
        "type": "input",
        "block_id": "room",
        "label": text("Room"),
        "element": element,
        **more,
    }


TYPED = {"type": "plain_text_input", "action_id": "t1"}
NUMBER = {"type": "number_input", "action_id": "n1", "is_decimal_allowed": False}
RADIO = {"type": "radio_buttons", "action_id": "r1", "options": [option()]}
MENU = {"type": "overflow", "action_id": "o1", "options": [option()]}
CONFIRM = {
    "title": text("Sure?"),
    "text": text("Really?"),
    "confirm": text("Yes"),
    "deny": text("No"),
}
RICH = {
    "type": "rich_text",
    "elements": [
        {"type": "rich_text_section", "elements": [{"type": "text", "text": "words"}]}
    ],
}


def message(*blocks, **more):
    return {"text": "told", "blocks": list(blocks), **more}


def modal(*blocks, **more):
    return {
        "type": "modal",
        "title": text("Title"),
        "submit": text("Go"),
        "blocks": list(blocks),
        **more,
    }


GOOD = {
    "a section": ("message", message(section())),
    "rich text": ("message", message(RICH)),
    "a row of buttons": ("message", message(actions(button(), button(action_id="a2")))),
    "a menu beside a section": ("message", message(section(accessory=MENU))),
    "a button that asks": ("message", message(actions(button(confirm=CONFIRM)))),
    "fifty blocks": ("message", message(*[section()] * 50)),
    "a text input": ("modal", modal(field(TYPED))),
    "a number input": ("modal", modal(field(NUMBER))),
    "radio buttons": ("modal", modal(field(RADIO))),
    "a hundred blocks": ("modal", modal(*[section()] * 100)),
    "a home": ("home", {"type": "home", "blocks": [section()]}),
    "small print": (
        "message",
        message({"type": "context", "elements": [text("small", "mrkdwn")]}),
    ),
}

long = "x" * 4000
BAD = {
    "limit: section text": ("message", message(section(long))),
    "limit: header text": (
        "message",
        message({"type": "header", "text": text("x" * 151)}),
    ),
    "limit: 51 blocks": ("message", message(*[section()] * 51)),
    "limit: 101 blocks": ("modal", modal(*[section()] * 101)),
    "limit: button text": ("message", message(actions(button(text=text("x" * 76))))),
    "limit: button value": ("message", message(actions(button(value="x" * 2001)))),
    "limit: action id": ("message", message(actions(button(action_id="x" * 256)))),
    "limit: block id": ("message", message(section(block_id="x" * 256))),
    "limit: 26 elements": (
        "message",
        message(actions(*(button(action_id=f"a{n}") for n in range(26)))),
    ),
    "limit: 11 in small print": (
        "message",
        message({"type": "context", "elements": [text("x", "mrkdwn")] * 11}),
    ),
    "limit: 6 in a menu": (
        "message",
        message(
            section(
                accessory={**MENU, "options": [option(value=str(n)) for n in range(6)]}
            )
        ),
    ),
    "limit: 11 radio buttons": (
        "modal",
        modal(field({**RADIO, "options": [option(value=str(n)) for n in range(11)]})),
    ),
    "limit: option text": (
        "message",
        message(section(accessory={**MENU, "options": [option("x" * 76)]})),
    ),
    "limit: option value": (
        "message",
        message(section(accessory={**MENU, "options": [option(value="x" * 151)]})),
    ),
    "limit: confirm text": (
        "message",
        message(actions(button(confirm={**CONFIRM, "text": text("x" * 301)}))),
    ),
    "limit: confirm title": (
        "message",
        message(actions(button(confirm={**CONFIRM, "title": text("x" * 101)}))),
    ),
    "limit: input label": ("modal", modal(field(TYPED, label=text("x" * 2001)))),
    "limit: input hint": ("modal", modal(field(TYPED, hint=text("x" * 2001)))),
    "limit: title": ("modal", modal(section(), title=text("x" * 25))),
    "limit: submit": ("modal", modal(field(TYPED), submit=text("x" * 25))),
    "limit: metadata": ("modal", modal(section(), private_metadata="x" * 3001)),
    "limit: placeholder": (
        "modal",
        modal(field({**TYPED, "placeholder": text("x" * 151)})),
    ),
    "limit: all text": ("message", message(*[section("x" * 2900)] * 4)),
    "shape: no text": ("message", message({"type": "section"})),
    "shape: an empty text": ("message", message(section(""))),
    "shape: no options": (
        "message",
        message(section(accessory={**MENU, "options": []})),
    ),
    "shape: no elements": ("message", message(actions())),
    "shape: an input without label": (
        "modal",
        modal({"type": "input", "block_id": "x", "element": TYPED}),
    ),
    "shape: an input without element": (
        "modal",
        modal({"type": "input", "block_id": "x", "label": text()}),
    ),
    "shape: a style that is none": ("message", message(actions(button(style="green")))),
    "shape: half a confirm": (
        "message",
        message(actions(button(confirm={"title": text(), "text": text()}))),
    ),
    "shape: a number without decimals": (
        "modal",
        modal(field({"type": "number_input", "action_id": "n1"})),
    ),
    "shape: no title": ("modal", {"type": "modal", "blocks": [section()]}),
    "shape: a header in mrkdwn": (
        "message",
        message({"type": "header", "text": text("x", "mrkdwn")}),
    ),
    "shape: a button in mrkdwn": (
        "message",
        message(actions(button(text=text("x", "mrkdwn")))),
    ),
    "cross: one block id twice": (
        "message",
        message(section(block_id="b"), section(block_id="b")),
    ),
    "cross: one action id twice": ("message", message(actions(button(), button()))),
    "cross: two focuses": (
        "modal",
        modal(
            field({**TYPED, "focus_on_load": True}),
            field({**TYPED, "focus_on_load": True}, block_id="x"),
        ),
    ),
    "cross: inputs without submit": (
        "modal",
        {"type": "modal", "title": text(), "blocks": [field(TYPED)]},
    ),
    "cross: no text beside the blocks": ("message", {"blocks": [section()]}),
    "cross: options and groups": (
        "message",
        message(section(accessory={**MENU, "option_groups": []})),
    ),
    "surface: an input in a message": ("message", message(field(TYPED))),
    "surface: a file input in a message": (
        "message",
        message(actions({"type": "file_input", "action_id": "f"})),
    ),
    "surface: a table in a modal": ("modal", modal({"type": "table", "rows": []})),
    "surface: markdown in a home": (
        "home",
        {"type": "home", "blocks": [{"type": "markdown", "text": "x"}]},
    ),
}


@pytest.mark.parametrize("name", GOOD)
def test_what_slack_takes_raises_no_alarm(name):
    kind, payload = GOOD[name]

    assert judge(payload, kind) == []


@pytest.mark.parametrize("name", BAD)
def test_what_slack_refuses_is_caught(name):
    kind, payload = BAD[name]

    assert judge(payload, kind) != []


def test_judging_changes_nothing():
    kind, payload = GOOD["a button that asks"]
    before = copy.deepcopy(payload)

    judge(payload, kind)

    assert payload == before
