"""Each gesture of a page is one of the client's, and nonsense is told as JSON."""

import pytest

from bot.sandbox.slack.model.objects import Message
from bot.sandbox.slack.model.seed import ANA, BOB, OPS
from bot.sandbox.slack.server.delivery import Ack

OPTIONS = [
    {"text": {"type": "plain_text", "text": word}, "value": word.lower()}
    for word in ("One", "Two", "Three")
]


def plain(text):
    return {"type": "plain_text", "text": text}


def asked(name, element, **more):
    block = {"type": "input", "block_id": name, "label": plain(name)}
    return block | {"element": {"action_id": name, **element}} | more


def modal(*blocks):
    return {
        "type": "modal",
        "title": plain("A form"),
        "submit": plain("Send"),
        "blocks": list(blocks),
    }


def opened(page, *blocks):
    return page.slack.space.open(ANA.id, modal(*blocks))


def posted(page, *elements, **more):
    actions = {"type": "actions", "block_id": "row", "elements": list(elements)}
    space = page.slack.space
    return space.say(
        Message(channel=OPS.id, user=space.bot.id, blocks=(actions,), **more)
    )


def at(message, action):
    return {
        "channel": message.channel,
        "ts": message.ts,
        "block": "row",
        "action": action,
    }


def standing(page, name):
    return page.slack.space.top(ANA.id).values[name][name]


async def test_a_slash_command_reaches_the_bot(page):
    page.bot.acks.append(Ack({"text": "Hello"}))

    status, _ = await page.gesture("command", channel=OPS.id, line="/relay list")

    assert status == 200
    assert (page.bot.last["command"], page.bot.last["text"]) == ("/relay", "list")
    (answer,) = page.slack.space.whispers.values()
    assert (answer.text, answer.only_for) == ("Hello", ANA.id)


async def test_words_are_said_and_replied_to(page):
    _, said = await page.gesture("say", channel=OPS.id, text="Hello")
    await page.gesture("say", channel=OPS.id, text="You", thread=said["ts"])

    first, second = page.slack.space.messages.values()
    assert (first.text, second.thread) == ("Hello", first.ts)


async def test_the_home_and_a_shortcut_reach_the_bot(page):
    message = posted(page, {"type": "button", "action_id": "go", "text": plain("Go")})

    await page.gesture("home")
    await page.gesture("shortcut", callback="look", channel=OPS.id, ts=message.ts)

    assert page.bot.heard[0].payload["event"]["type"] == "app_home_opened"
    assert page.bot.last["callback_id"] == "look"


async def test_a_button_is_pressed_and_an_entry_chosen(page):
    message = posted(
        page,
        {"type": "button", "action_id": "go", "text": plain("Go"), "value": "v"},
        {"type": "overflow", "action_id": "more", "options": OPTIONS},
    )

    await page.gesture("act", **at(message, "go"))
    pressed = page.bot.last["actions"][0]
    await page.gesture("act", **at(message, "more"), value={"chosen": ["two"]})

    assert pressed["value"] == "v"
    assert page.bot.last["actions"][0]["selected_option"]["value"] == "two"


@pytest.mark.parametrize(
    ("element", "value", "held"),
    [
        ({"type": "plain_text_input"}, {"text": "a"}, {"value": "a"}),
        ({"type": "plain_text_input"}, {"text": ""}, {"value": None}),
        (
            {"type": "datetimepicker"},
            {"text": "1700000000"},
            {"selected_date_time": 1700000000},
        ),
        (
            {"type": "static_select", "options": OPTIONS},
            {"chosen": ["one"]},
            {"selected_option": OPTIONS[0]},
        ),
        (
            {"type": "checkboxes", "options": OPTIONS},
            {"chosen": ["one", "three"]},
            {"selected_options": [OPTIONS[0], OPTIONS[2]]},
        ),
        ({"type": "users_select"}, {"chosen": [BOB.id]}, {"selected_user": BOB.id}),
        (
            {"type": "multi_channels_select"},
            {"chosen": [OPS.id]},
            {"selected_channels": [OPS.id]},
        ),
    ],
    ids=lambda case: case.get("type") if isinstance(case, dict) else None,
)
async def test_an_input_is_filled_in(page, element, value, held):
    view = opened(page, asked("field", element))

    status, _ = await page.gesture(
        "fill", view=view.id, block="field", action="field", value=value
    )

    assert status == 200
    assert standing(page, "field") == {"type": element["type"], **held}
    assert page.bot.heard == []


async def test_only_filling_in_tells_a_bot_that_wants_to_know(page):
    view = opened(
        page, asked("field", {"type": "plain_text_input"}, dispatch_action=True)
    )
    put = {"view": view.id, "block": "field", "action": "field"}

    await page.gesture("keep", **put, value={"text": "half"})
    silent = list(page.bot.heard)
    await page.gesture("fill", **put, value={"text": "whole"})

    assert silent == []
    assert page.bot.last["actions"][0]["value"] == "whole"


async def test_a_select_that_asks_the_bot_takes_what_it_offered(page):
    view = opened(page, asked("field", {"type": "external_select"}))
    page.bot.acks.append(Ack({"options": OPTIONS[:1]}))
    put = {"view": view.id, "block": "field", "action": "field"}

    _, early = await page.gesture("fill", **put, value={"chosen": ["one"]})
    _, offered = await page.gesture("options", **put, query="o")
    await page.gesture("fill", **put, value={"chosen": ["one"]})

    assert "not offered" in early["error"]
    assert offered == {"options": OPTIONS[:1]}
    assert standing(page, "field")["selected_option"] == OPTIONS[0]


async def test_a_form_is_sent_in_and_what_is_wrong_is_shown(page):
    view = opened(page, asked("field", {"type": "plain_text_input"}))

    await page.gesture("submit", view=view.id)
    stacks = {one["user"]: one["views"] for one in (await page.state())["stacks"]}
    put = {"view": view.id, "block": "field", "action": "field"}
    await page.gesture("fill", **put, value={"text": "a"})
    await page.gesture("submit", view=view.id)

    assert "required" in stacks[ANA.id][0]["faults"]["field"]
    assert page.bot.last["view"]["state"]["values"]["field"]["field"]["value"] == "a"
    assert page.slack.space.top(ANA.id) is None


async def test_forms_are_closed_one_by_one_or_all(page):
    first = opened(page, asked("field", {"type": "plain_text_input"}))
    second = page.slack.space.push(ANA.id, modal())

    below, _ = await page.gesture("close", view=first.id)
    await page.gesture("close", view=second.id)
    left = page.slack.space.top(ANA.id)
    page.slack.space.push(ANA.id, modal())
    top = page.slack.space.top(ANA.id)
    await page.gesture("close", view=top.id, whole=True)

    assert below == 409
    assert left.id == first.id
    assert page.slack.space.top(ANA.id) is None


# ── nonsense ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "body", "status", "sentence"),
    [
        ("dance", {}, 404, "no such gesture"),
        ("command", {"channel": OPS.id}, 400, "line"),
        ("command", {"channel": OPS.id, "line": "relay"}, 400, "slash"),
        ("command", {"channel": "C0", "line": "/relay"}, 404, "no such channel"),
        ("say", {"channel": OPS.id, "text": ""}, 400, "text"),
        ("say", {"channel": OPS.id, "text": "a", "thread": "1"}, 404, "thread"),
        ("say", {"channel": OPS.id, "text": "a", "more": 1}, 400, "more"),
        ("home", {"user": "U0PATCHBAY"}, 404, "no such person"),
        ("shortcut", {"callback": "c", "channel": OPS.id, "ts": "1"}, 404, "message"),
        ("submit", {"view": "V1"}, 404, "not open"),
        ("act", {"view": "V1", "block": "b", "action": "a"}, 404, "not open"),
    ],
)
async def test_nonsense_is_refused_with_a_reason(page, name, body, status, sentence):
    refused = await page.gesture(name, **body)

    assert refused[0] == status
    assert sentence in refused[1]["error"]
    assert page.bot.heard == []


@pytest.mark.parametrize(
    ("action", "value", "sentence"),
    [
        ("go", {"chosen": ["one"]}, "a button takes none"),
        ("more", None, "a menu needs one"),
        ("more", {"chosen": ["four"]}, "not offered"),
        ("more", {"chosen": ["one", "two"]}, "only one"),
        ("more", {"text": "one"}, "chosen is missing"),
        ("gone", None, "no such control"),
    ],
)
async def test_only_what_is_there_can_be_pressed(page, action, value, sentence):
    message = posted(
        page,
        {"type": "button", "action_id": "go", "text": plain("Go")},
        {"type": "overflow", "action_id": "more", "options": OPTIONS},
    )
    body = at(message, action) | ({"value": value} if value else {})

    status, answer = await page.gesture("act", **body)

    assert 400 <= status < 500
    assert sentence in answer["error"]
    assert page.bot.heard == []


async def test_nobody_presses_what_another_sees_alone(page):
    message = posted(
        page,
        {"type": "button", "action_id": "go", "text": plain("Go")},
        only_for=BOB.id,
    )

    status, _ = await page.gesture("act", **at(message, "go"))

    assert status == 404


async def test_nobody_sends_in_the_form_of_another(page):
    view = opened(page)

    status, _ = await page.gesture("submit", user=BOB.id, view=view.id)

    assert status == 404
