"""What the page does by itself: widths, drawers, length, failed clicks and drafts."""

import json

import pytest
import pytest_asyncio

from bot.sandbox.slack.model.objects import Message
from bot.sandbox.slack.model.seed import ANA, OPS
from bot.sandbox.slack.server.delivery import Ack
from tests.bot.sandbox.console.desk import opened
from tests.bot.sandbox.console.visitor import expect, form

pytestmark = pytest.mark.asyncio(loop_scope="session")

WIDTHS = (360, 390, 500, 600, 700, 900, 1024, 1440)
NARROW = {"width": 390, "height": 844}
WIDE = {"width": 1280, "height": 900}
PLAIN = {"type": "plain_text", "text": "Press"}
BUTTON = {"type": "button", "action_id": "press", "text": PLAIN}
LINE = 30  # pixels from one of two joined messages to the other, as in Slack


def say(desk, text, **more):
    space = desk.slack.space
    user = more.pop("user", space.bot.id)
    return space.say(Message(channel=OPS.id, user=user, text=text, **more))


def section(text):
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


# ── as wide as the window ────────────────────────────────────────────────────────────


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def broad(browser):
    """A page on which something was said that is as broad as nothing is."""
    async with opened() as desk:
        page = await browser.new_page(viewport=WIDE)
        await page.goto(desk.console.address)
        await expect(page.locator(".place.current")).to_be_visible()
        say(desk, "w" * 300, blocks=(section(f"`{'x' * 200}` {'word ' * 60}"),))
        await expect(page.locator("#main .message")).to_have_count(1)
        yield page
        await page.close()


@pytest.mark.parametrize("width", WIDTHS)
async def test_nothing_scrolls_sideways_and_the_chat_has_room(broad, width):
    page = broad
    await page.set_viewport_size({"width": width, "height": 844})
    await page.evaluate("new Promise(requestAnimationFrame)")

    wide = await page.evaluate(
        "[document.documentElement.scrollWidth,"
        " document.querySelector('#main .timeline').scrollWidth,"
        " document.querySelector('#main .timeline').clientWidth]"
    )
    assert wide[0] <= width
    assert wide[1] == wide[2] >= min(width, 360)


async def test_the_switch_shows_the_chat_as_wide_as_a_phone_and_back(desk):
    page = desk.page
    switch = page.get_by_role("button", name="As on a phone")
    await switch.click()
    await expect(switch).to_have_attribute("aria-pressed", "true")
    phone = await page.locator("#main").bounding_box()
    await page.reload()
    await expect(switch).to_have_attribute("aria-pressed", "true")
    await switch.click()
    wide = await page.locator("#main").bounding_box()

    assert (phone["width"], phone["height"]) == (390, 844)
    assert wide["width"] > 500


@pytest.mark.parametrize(
    ("name", "part"), [("Channels", "#sidebar"), ("Panel", "#aside")]
)
async def test_a_drawer_takes_the_focus_and_gives_it_back(desk, name, part):
    page = desk.page
    await page.set_viewport_size(NARROW)
    button = page.get_by_role("button", name=name, exact=True)
    await expect(page.locator(part)).to_be_hidden()
    await button.click()
    await expect(page.locator(part)).to_be_visible()
    await expect(page.locator('#main [aria-expanded="true"]')).to_have_count(1)
    for key in ["Tab"] * 25 + ["Shift+Tab"] * 5:
        await page.keyboard.press(key)
        within = "part => document.querySelector(part).contains(document.activeElement)"
        assert await page.evaluate(within, part)
    await page.keyboard.press("Escape")

    await expect(page.locator(part)).to_be_hidden()
    await expect(button).to_be_focused()
    await expect(button).to_have_attribute("aria-expanded", "false")


async def test_a_channel_that_is_chosen_in_the_drawer_puts_it_away(desk):
    page = desk.page
    await page.set_viewport_size(NARROW)
    await page.get_by_role("button", name="Channels", exact=True).click()
    await page.get_by_role("button", name="random").click()

    await expect(page.locator("#sidebar")).to_be_hidden()
    await expect(page.get_by_role("heading", name="random", exact=True)).to_be_visible()


async def test_a_thread_lies_over_a_narrow_chat_until_it_is_closed(desk):
    page = desk.page
    await page.set_viewport_size(NARROW)
    say(desk, "Who has it?")
    await page.locator("#main .message").hover()
    await page.get_by_role("button", name="Reply in thread").click()
    reply = page.get_by_role("textbox", name="Reply in thread")
    await expect(reply).to_be_focused()
    await page.keyboard.press("Escape")

    await expect(reply).to_be_hidden()
    await expect(page.locator("#composer")).to_be_editable()


# ── before the sandbox speaks, and when it does not answer ───────────────────────────


@pytest_asyncio.fixture(loop_scope="session")
async def another(desk):
    """A page beside the usual one, which knows nothing yet."""
    return await desk.page.context.new_page()


async def test_nothing_can_be_typed_before_it_is_known_where_one_is(desk, another):
    await another.route_web_socket("**/api/news*", lambda _socket: None)
    await another.goto(desk.console.address)
    await expect(another.get_by_role("log", name="Messages")).to_be_attached()

    await expect(another.locator("#composer")).to_be_hidden()


async def test_a_line_that_nobody_took_stands_where_it_was_typed(desk, another):
    await another.route("**/api/gesture/**", lambda route: route.abort())
    await another.goto(desk.console.address)
    box = another.locator("#composer")
    await box.fill("/relay start 295066")
    await box.press("Enter")
    await expect(another.get_by_text("The sandbox does not answer.")).to_be_visible()

    await expect(box).to_have_value("/relay start 295066")


# ── messages ─────────────────────────────────────────────────────────────────────────


async def test_joined_messages_stand_as_close_as_in_slack(desk):
    for text in ("one", "two", "three"):
        say(desk, text, user=ANA.id)
    messages = desk.page.locator("#main .message")
    await expect(messages).to_have_count(3)

    tops = [(await messages.nth(at).bounding_box())["y"] for at in (1, 2)]
    assert round(tops[1] - tops[0]) == LINE


# What a message that comes costs the page: properties of messages read, elements
# made, changes of the tree, and elements that are looked through.
COST = """
async ([channel, before]) => {
  const { learn, state } = await import("/static/store.js");
  const count = {reads: 0, made: 0, changed: 0, looked: 0};
  const counted = (message) => new Proxy(message, {
    get(of, name) { count.reads += 1; return of[name]; },
  });
  const said = (number) => counted({
    channel, user: state.bot, only_for: "", text: `message ${number}`,
    ts: (1e9 + number).toFixed(6),
  });
  const post = (number) => learn({type: "posted", message: said(number)});
  for (let number = 0; number < before; number += 1) post(number);
  await new Promise(requestAnimationFrame);

  const watched = new MutationObserver((all) => { count.changed += all.length; });
  watched.observe(document.querySelector("#main"), {childList: true, subtree: true});
  const make = document.createElement;
  document.createElement = function (...args) {
    count.made += 1;
    return make.apply(this, args);
  };
  for (const of of [Element.prototype, Document.prototype]) {
    const all = of.querySelectorAll;
    of.querySelectorAll = function (...args) {
      const found = all.apply(this, args);
      count.looked += found.length;
      return found;
    };
  }
  Object.assign(count, {reads: 0, made: 0, changed: 0, looked: 0});
  for (let number = 0; number < 10; number += 1) post(before + number);
  await new Promise(requestAnimationFrame);
  return count;
}
"""


async def cost_after(open_console, browser, before):
    async with open_console() as desk:
        page = await browser.new_page(viewport=WIDE)
        await page.goto(desk.console.address)
        await expect(page.locator(".place.current")).to_be_visible()
        cost = await page.evaluate(COST, [OPS.id, before])
        await expect(page.locator("#main .message")).to_have_count(before + 10)
        await page.close()
        return cost


async def test_a_message_costs_the_same_among_ten_and_among_a_thousand(
    open_console, browser
):
    few = await cost_after(open_console, browser, 10)
    many = await cost_after(open_console, browser, 1000)

    assert {name: many[name] for name in ("made", "changed", "looked")} == {
        name: few[name] for name in ("made", "changed", "looked")
    }
    # A place is found by halves, and the last hundred are looked through for new ones.
    assert many["reads"] <= few["reads"] * 8


async def test_messages_that_come_late_change_or_go_stand_where_they_belong(desk):
    page, space = desk.page, desk.slack.space
    one, three = say(desk, "one"), say(desk, "three")
    two = f"{(float(one.ts) + float(three.ts)) / 2:.6f}"
    say(desk, "two", ts=two)
    space.edit(three, "three!", ())
    messages = page.locator("#main .message .words")
    await expect(messages).to_have_text(["one", "two", "three!"])
    space.delete(one)
    await expect(messages).to_have_text(["two", "three!"])
    await page.reload()

    await expect(messages).to_have_text(["two", "three!"])


async def test_replies_are_counted_under_their_message(desk):
    said = say(desk, "Who has it?")
    for text in ("me", "you"):
        say(desk, text, thread=said.ts)

    await expect(desk.page.locator(".thread-link")).to_have_text("2 replies")
    await expect(desk.page.locator("#main .message")).to_have_count(1)


# ── clicks that come to nothing ──────────────────────────────────────────────────────


async def test_a_click_that_came_to_nothing_says_so_at_its_button(desk):
    page = desk.page
    say(desk, "x", blocks=({"type": "actions", "elements": [BUTTON]}, section("below")))
    for number in range(30):
        say(desk, f"line {number}")
    await expect(page.get_by_text("line 29")).to_be_in_viewport()
    desk.bot.acks += [Ack(failed="operation_timeout"), Ack()]
    button = page.get_by_role("button", name="Press")
    await button.click()
    refused = page.locator(".block-actions").get_by_role("alert")
    await expect(refused).to_contain_text("We had some trouble connecting.")
    await expect(refused).to_be_in_viewport()
    await expect(page.locator("#main .message.notice")).to_have_count(0)
    await button.click()

    await expect(refused).to_have_count(0)


async def test_a_click_that_came_to_nothing_in_a_form_says_so_there(desk):
    block = {"type": "actions", "elements": [BUTTON]}
    title = {"type": "plain_text", "text": "A form"}
    view = {"type": "modal", "title": title, "blocks": [block]}
    desk.slack.space.open(ANA.id, view)
    desk.bot.acks += [Ack(failed="operation_timeout")]
    await form(desk.page).get_by_role("button", name="Press").click()

    await expect(form(desk.page).get_by_role("alert")).to_contain_text("trouble")
    assert await desk.page.locator(".toast").count() == 0


# ── forms ────────────────────────────────────────────────────────────────────────────

FORM = {
    "type": "modal",
    "title": {"type": "plain_text", "text": "A form"},
    "submit": {"type": "plain_text", "text": "Send"},
    "blocks": [
        {
            "type": "input",
            "block_id": "room",
            "label": {"type": "plain_text", "text": "Room"},
            "element": {"type": "plain_text_input", "action_id": "text"},
        }
    ],
}


async def test_a_long_form_fills_a_phone_and_its_buttons_stay_on_the_screen(desk):
    page = desk.page
    await page.set_viewport_size(NARROW)
    lines = [section(f"line {number}") for number in range(60)]
    desk.slack.space.open(ANA.id, FORM | {"blocks": FORM["blocks"] + lines})
    await expect(form(page)).to_be_visible()

    box = await form(page).bounding_box()
    assert (box["width"], box["height"]) == (NARROW["width"], NARROW["height"])
    for name in ("Send", "Close"):
        button = form(page).get_by_role("button", name=name, exact=True).first
        await expect(button).to_be_in_viewport(ratio=1)


async def test_what_was_typed_into_a_form_outlives_a_reload(desk):
    page = desk.page
    desk.slack.space.open(ANA.id, FORM)
    await page.get_by_role("textbox", name="Room").fill("295066")
    await page.reload()
    await expect(page.get_by_role("textbox", name="Room")).to_have_value("295066")
    await page.get_by_role("button", name="Send", exact=True).last.click()
    await expect(form(page)).to_be_hidden()

    values = desk.bot.last["view"]["state"]["values"]
    assert values["room"]["text"]["value"] == "295066"
    kept = await page.evaluate("sessionStorage.getItem('drafts')")
    assert json.loads(kept) == {}


async def test_a_form_stands_in_the_page_that_asked_for_it_until_that_is_closed(desk):
    page, space = desk.page, desk.slack.space
    other = await page.context.new_page()
    await other.goto(desk.console.address)
    await expect(other.locator(".place.current")).to_be_visible()
    await page.locator("#composer").fill("/relay")
    await page.locator("#composer").press("Enter")
    await space.feed.until(lambda: desk.bot.heard)
    space.open(ANA.id, FORM)
    await expect(form(page)).to_be_visible()
    say(desk, "afterwards")
    await expect(other.locator("#main .message")).to_have_count(1)
    await expect(form(other)).to_be_hidden()
    await other.keyboard.press("Escape")
    await page.get_by_role("textbox", name="Room").fill("295066")
    await page.close()

    await expect(form(other)).to_be_visible()


# ── signs ────────────────────────────────────────────────────────────────────────────

WIDTH_OF = """
sign => {
  const range = document.createRange();
  const words = document.querySelector("#main .words");
  const at = words.textContent.indexOf(sign);
  range.setStart(words.firstChild, at);
  range.setEnd(words.firstChild, at + sign.length);
  return range.getBoundingClientRect().width;
}
"""


async def test_the_signs_of_states_are_drawn_alike(desk):
    signs = ["⚪", "🟢", "🔴", "🟡", "🔵", "🟠"]
    say(desk, " ".join(signs))
    await expect(desk.page.locator("#main .message")).to_have_count(1)

    widths = {round(await desk.page.evaluate(WIDTH_OF, sign)) for sign in signs}
    assert len(widths) == 1
