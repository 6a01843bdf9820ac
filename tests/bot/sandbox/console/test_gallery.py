"""Every block and element that a bot may send, drawn and used in a real Chromium."""

import re

import pytest

from bot.sandbox.slack.blockkit.validation import message_faults, view_faults
from bot.sandbox.slack.model.objects import File, Message
from bot.sandbox.slack.model.seed import ANA, OPS
from bot.sandbox.slack.server.delivery import Ack

playwright = pytest.importorskip("playwright.async_api", reason="no playwright here")
expect = playwright.expect
pytestmark = pytest.mark.asyncio(loop_scope="session")

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c49444154789c63f8ffff3f0005fe02fea735815a0000000049454e44ae426082"
)


def plain(text):
    return {"type": "plain_text", "text": text}


def mrkdwn(text):
    return {"type": "mrkdwn", "text": text}


def option(label, **more):
    return {"text": plain(label), "value": label.lower(), **more}


OPTIONS = [option("One", description=plain("the first")), option("Two"), option("Six")]
CONFIRM = {
    "title": plain("Sure?"),
    "text": mrkdwn("*Really*"),
    "confirm": plain("Do it"),
    "deny": plain("Leave it"),
}


def element(kind, name="", **more):
    return {"type": kind, "action_id": name or kind, **more}


def spans(kind, *texts, **more):
    elements = [{"type": "text", "text": text} for text in texts]
    return {"type": f"rich_text_{kind}", "elements": elements, **more}


def asked(kind, name="", **more):
    optional = more.pop("optional", False)
    return {
        "type": "input",
        "block_id": name or kind,
        "label": plain(name or kind),
        "element": element(kind, name, **more),
        "optional": optional,
    }


BLOCKS = [
    {"type": "header", "text": plain("A <b>header</b>")},
    {
        "type": "section",
        "text": mrkdwn(
            "*bold* _slanted_ ~struck~ `code` <https://x.example.com|a link> "
            "<javascript:alert(1)|no link> <@U0BOB> <#C0OPS|ops> &lt;i&gt;\n&gt; said"
        ),
        "accessory": {
            "type": "image",
            "alt_text": "a thumb",
            "slack_file": {"id": "F1"},
        },
    },
    {"type": "section", "fields": [mrkdwn("*Room*"), mrkdwn("295066")]},
    {"type": "divider"},
    {
        "type": "actions",
        "elements": [
            element("button", text=plain("Press"), confirm=CONFIRM),
            element("overflow", options=OPTIONS),
            element("static_select", options=OPTIONS),
            element("datepicker", initial_date="2026-01-02"),
            element("timepicker", initial_time="10:00"),
        ],
    },
    {"type": "context", "elements": [mrkdwn("small *print*"), plain("and plain")]},
    {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [
                    {"type": "text", "text": "strong", "style": {"bold": True}},
                    {"type": "emoji", "name": "wave", "unicode": "1f44b"},
                    {"type": "user", "user_id": "U0ANA"},
                    {
                        "type": "date",
                        "timestamp": 1700000000,
                        "format": "{date_num}",
                        "fallback": "then",
                    },
                ],
            },
            {
                "type": "rich_text_list",
                "style": "ordered",
                "offset": 2,
                "elements": [spans("section", "third")],
            },
            spans("quote", "quoted"),
            spans("preformatted", "as *it* is"),
        ],
    },
    {"type": "image", "alt_text": "far away", "image_url": "https://x.example.com/a"},
    {"type": "markdown", "text": "# Title\n**strong** [there](https://x.example.com)"},
    {"type": "table", "rows": [[{"type": "raw_text", "text": "cell"}]]},
]
VIEW = {
    "type": "modal",
    "title": plain("All inputs"),
    "submit": plain("Send"),
    "blocks": [
        {"type": "alert", "text": mrkdwn("*Mind* this"), "level": "warning"},
        asked("plain_text_input", "words"),
        asked("plain_text_input", "lines", multiline=True),
        asked("number_input", "number", is_decimal_allowed=False, max_value="5"),
        asked("url_text_input", "address"),
        asked("email_text_input", "mail"),
        asked("datepicker", "day"),
        asked("timepicker", "hour"),
        asked("datetimepicker", "moment"),
        asked("radio_buttons", "radio", options=OPTIONS),
        asked("checkboxes", "boxes", options=OPTIONS),
        asked("static_select", "one", options=OPTIONS),
        asked("multi_static_select", "some", options=OPTIONS),
        asked("external_select", "far", min_query_length=0),
        asked("users_select", "who"),
        asked("multi_channels_select", "where"),
    ],
}


async def posted(desk):
    space = desk.slack.space
    assert message_faults(BLOCKS) == []
    space.files["F1"] = File(id="F1", name="a.png", content=PIXEL, complete=True)
    space.say(Message(channel=OPS.id, user=space.bot.id, blocks=tuple(BLOCKS)))
    message = desk.page.locator("#main .message").last
    await expect(message).to_contain_text("strong")
    return message


async def test_every_block_is_drawn_and_data_is_never_markup(desk):
    message = await posted(desk)

    for text in (
        "A <b>header</b>",
        "<i>",
        "no link (javascript:alert(1))",
        "@bob",
        "295066",
        "small print",
        "👋",
        "2023-11-1",
        "as *it* is",
        "far away",
        "there",
        "cell",
    ):
        await expect(message).to_contain_text(text)
    assert await message.locator("ol").get_attribute("start") == "3"
    assert await message.locator("a[href^=javascript]").count() == 0
    image = message.get_by_role("img", name="a thumb")
    assert await image.evaluate("image => image.naturalWidth") == 1


async def test_a_confirmation_stands_before_the_press(desk):
    message = await posted(desk)
    button = message.get_by_role("button", name="Press")
    await button.click()
    await desk.page.get_by_role("button", name="Leave it").click()
    silent = list(desk.bot.heard)
    await button.click()
    await desk.page.get_by_role("button", name="Do it").click()
    await expect(button).not_to_have_attribute("aria-busy", "true")

    assert silent == []
    assert desk.bot.last["actions"][0]["action_id"] == "button"


async def test_menus_are_chosen_from_by_keyboard(desk):
    message = await posted(desk)
    keyboard = desk.page.keyboard
    await message.get_by_role("button", name="More actions").press("Enter")
    await keyboard.press("ArrowDown")
    await keyboard.press("Enter")
    await message.get_by_role("combobox").press("ArrowDown")
    await keyboard.type("si")
    await expect(desk.page.get_by_role("option", name="Six")).to_be_visible()
    await expect(desk.page.locator(".options [role=option]")).to_have_count(1)
    await keyboard.press("Enter")
    await expect(message.get_by_role("combobox")).to_have_text("Six")
    await desk.slack.space.feed.until(lambda: len(desk.bot.heard) > 1)

    chosen = [one.payload["actions"][0]["selected_option"] for one in desk.bot.heard]
    assert [one["value"] for one in chosen] == ["two", "six"]


async def picked(page, name, option_name):
    await page.get_by_role("combobox", name=name, exact=True).click()
    await page.locator(".options [role=option]", has_text=option_name).click()


async def test_every_input_is_filled_in_and_sent(desk):
    page = desk.page
    assert view_faults(VIEW) == []
    desk.slack.space.open(ANA.id, VIEW)
    typed = {
        "words": "some words",
        "lines": "one\ntwo",
        "number": "7",
        "address": "https://x.example.com",
        "mail": "a@example.com",
        "day": "2026-03-04",
        "hour": "05:06",
        "moment": "2026-03-04T05:06",
    }
    for name, text in typed.items():
        await page.get_by_label(name, exact=True).fill(text)
    await page.get_by_role("radio", name="Two").check()
    await page.get_by_role("checkbox", name="Six").check()
    desk.bot.acks.append(Ack({"options": [option("Found")]}))
    for name, choice in {"one": "Two", "far": "Found", "who": "@bob"}.items():
        await picked(page, name, choice)
    for name, choice in {"some": "One", "where": "#ops"}.items():
        await picked(page, name, choice)
        await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Send", exact=True).last.click()
    await expect(page.locator(".fault")).to_have_text("Must be 5 or less.")
    await page.get_by_label("number", exact=True).fill("5")
    await page.keyboard.press("Enter")
    await expect(page.locator("dialog.modal")).to_be_hidden()

    state = desk.bot.last["view"]["state"]["values"]
    held = {name: [*by[name].values()][1] for name, by in state.items()}
    assert {name: held[name] for name in typed} == typed | {
        "number": "5",
        "moment": 1772597160,  # 05:06 in Madrid
    }
    assert [held[name]["value"] for name in ("radio", "one", "far")] == [
        "two",
        "two",
        "found",
    ]
    assert [one["value"] for one in held["boxes"] + held["some"]] == ["six", "one"]
    assert (held["who"], held["where"]) == ("U0BOB", ["C0OPS"])


async def test_views_lie_on_each_other_and_keep_what_was_typed(desk):
    page, space = desk.page, desk.slack.space
    first = space.open(ANA.id, VIEW)
    await page.get_by_label("words", exact=True).fill("half a")
    second = space.push(ANA.id, VIEW | {"title": plain("Second")})
    await expect(page.get_by_role("heading", name="Second")).to_be_visible()
    await page.get_by_role("button", name="Back").click()
    await expect(page.get_by_role("heading", name="All inputs")).to_be_visible()
    await expect(page.get_by_label("words", exact=True)).to_have_value("half a")
    space.update(first, VIEW | {"title": plain("Drawn anew")})
    await expect(page.get_by_role("heading", name="Drawn anew")).to_be_visible()

    await expect(page.get_by_label("words", exact=True)).to_have_value("half a")
    assert space.view(second.id) is None


async def test_the_tab_key_stays_in_a_form(desk):
    desk.slack.space.open(ANA.id, VIEW | {"blocks": VIEW["blocks"][:2]})
    await expect(desk.page.get_by_label("words", exact=True)).to_be_focused()
    for _ in range(8):
        await desk.page.keyboard.press("Tab")
        assert await desk.page.evaluate(
            "document.activeElement === document.body"
            " || document.activeElement.closest('dialog') !== null"
        )


async def test_colours_can_be_switched(desk):
    page = desk.page
    await page.get_by_role("button", name=re.compile("Colours")).click()
    await page.get_by_role("menuitemradio", name="Dark").click()
    dark = await page.evaluate("getComputedStyle(document.body).backgroundColor")
    await page.reload()
    await expect(page.locator(".place.current")).to_be_visible()

    assert await page.evaluate("document.documentElement.dataset.theme") == "dark"
    still = await page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert still == dark != "rgb(255, 255, 255)"


async def test_a_moment_is_no_way_around_the_check_of_links(desk):
    say_in_ops(desk, "<!date^1700000000^{date_num}^javascript:document.title='x'|x>")
    say_in_ops(desk, "<!date^1700000000^{date_num}^https://a.example/?b=1&amp;c=2|x>")

    message = desk.page.locator("#main .message").last
    link = message.locator("a:has(time)")
    await expect(link).to_have_attribute("href", "https://a.example/?b=1&c=2")
    assert await desk.page.locator("#main a[href^=javascript]").count() == 0
    assert await desk.page.locator("#main .message time").count() >= 2


async def test_a_date_that_no_calendar_has_leaves_the_other_messages_there(desk):
    say_in_ops(desk, "before")
    say_in_ops(desk, "<!date^99999999999999999^{date_num}|x>")
    say_in_ops(desk, "after")

    messages = desk.page.locator("#main .message")
    await expect(messages).to_contain_text(["before", "999", "after"])


async def test_a_message_that_cannot_be_drawn_says_so_among_the_others(desk):
    broken = {"type": "rich_text"}
    say_in_ops(desk, "before")
    say_in_ops(desk, "x", blocks=(broken,))
    say_in_ops(desk, "after")

    messages = desk.page.locator("#main .message")
    await expect(messages).to_contain_text(["before", "cannot be shown", "after"])


def say_in_ops(desk, text, blocks=()):
    space = desk.slack.space
    space.say(Message(channel=OPS.id, user=space.bot.id, text=text, blocks=blocks))
