"""Each way to ask the whole bot: a form, a command, a mention, bare words, a button."""

import json

import pytest

from bot.resources.relay.cdn import choice_of
from bot.sandbox.slack.client.payloads import Control
from bot.sandbox.slack.model import seed
from tests.bot.conftest import ACCEPTED, REQUESTED, START


async def test_a_form_is_filled_in_corrected_and_sent(bot):
    await bot.typed("/relay start 295066")
    form = bot.space.top(seed.ANA.id)

    async def fill(name, value):
        block = next(one for one in form.blocks if one["block_id"] == name)
        kind = block["element"]["type"]
        state = {"type": kind, "value": value}
        bot.space.fill(bot.space.view(form.id), name, f"field:{name}", state)

    await fill("url", "http://push.example.com/live/a")
    await bot.hands.submit(seed.ANA, bot.space.view(form.id))
    faults = [
        one.subject.by_block for one in bot.space.feed.changes if one.what == "faulted"
    ]
    await fill("url", "rtmp://push.example.com/live/a")
    await bot.hands.submit(seed.ANA, bot.space.view(form.id))
    whose = choice_of("push.example.com")
    form = bot.space.top(seed.ANA.id)
    (other,) = [
        one["element"]["options"][1] for one in form.blocks if one["block_id"] == whose
    ]
    state = {"type": "radio_buttons", "selected_option": other}
    bot.space.fill(form, whose, f"field:{whose}", state)
    await bot.hands.submit(seed.ANA, bot.space.view(form.id))
    await bot.settled()

    assert [list(one) for one in faults] == [["url"]]
    assert "rtmp://" in faults[0]["url"]
    assert bot.seen() == [ACCEPTED]
    assert bot.space.top(seed.ANA.id) is None  # the form is gone: the card says it


async def test_a_choice_redraws_the_form_and_keeps_what_was_typed(bot):
    await bot.typed("/relay start 295066")
    form = bot.space.top(seed.ANA.id)
    block = next(one for one in form.blocks if one["block_id"] == "what")
    element = block["element"]
    control = Control("what", element["action_id"], element)
    one_user = next(o for o in element["options"] if o["value"] == "one")

    await bot.hands.act(
        seed.ANA, form, control, {"type": element["type"], "selected_option": one_user}
    )
    await bot.settled()

    redrawn = bot.space.view(form.id)
    names = [one["block_id"] for one in redrawn.blocks if one["type"] == "input"]
    assert "user" in names
    assert "layout" not in names
    assert redrawn.values["room"]["field:room"]["value"] == "295066"


async def test_a_look_up_answers_the_asker_alone(bot):
    await bot.typed("/gs 1326515201117065216")
    await bot.typed("/lookup FailedOperation.SlowDown")

    assert bot.seen() == []
    texts = sorted(one.text.partition("  ")[0] for one in bot.whispered())
    assert texts == ["FailedOperation.SlowDown", "🔴 G1 · 1 of 3 selected is offline"]


async def test_a_mention_in_a_channel_and_bare_words_in_a_dm_say_the_same(bot):
    await bot.hands.say(seed.ANA, bot.ops, "@patchbay relay list")
    await bot.hands.say(seed.ANA, bot.space.direct_with(seed.ANA.id), "relay list")
    await bot.settled()

    (whisper,) = bot.whispered()
    direct = bot.space.direct_with(seed.ANA.id).id
    assert whisper.text == "Relays that run, or may"
    assert bot.seen(direct)[-1] == "Relays that run, or may"


async def heard(bot, text, **more):
    """Say *text* in #ops, and return the last that ana alone is shown."""
    message = await bot.hands.say(seed.ANA, bot.ops, text, **more)
    await bot.settled()
    return message, [one.text for one in bot.whispered()]


async def test_under_its_card_a_relay_needs_no_id(bot):
    await bot.typed(START)
    (card,) = [one for one in bot.space.messages.values() if "R1" in one.text]

    _message, looked_up = await heard(bot, "@patchbay", thread=card.ts)
    _message, status = await heard(bot, "@patchbay relay status", thread=card.ts)
    await heard(bot, "@patchbay relay stop --yes", thread=card.ts)
    await bot.space.feed.until(lambda: "⚪ R1" in "".join(bot.seen()))

    assert looked_up == [REQUESTED, ACCEPTED]
    assert status == [REQUESTED, ACCEPTED, ACCEPTED]
    assert bot.cloud.state.running == []


async def test_under_an_alert_a_mention_looks_up_what_it_says(bot):
    await bot.typed(START)
    alert = await bot.hands.say(seed.BOB, bot.ops, "room 295066 is black, see R1")

    _message, told = await heard(bot, "@patchbay why?", thread=alert.ts)

    assert told == [REQUESTED, ACCEPTED]


async def test_an_edited_or_repeated_mention_starts_nothing_more(bot):
    bot.hands.again = 2
    message, _told = await heard(bot, f"@patchbay {START[1:]}")
    await bot.space.feed.until(lambda: ACCEPTED in bot.seen())
    first = len(bot.cloud.state.running)

    await bot.hands.edit(
        seed.ANA, message, f"@patchbay {START[1:]}".replace("e/t", "x")
    )
    await bot.settled()

    assert (first, len(bot.cloud.state.running)) == (1, 1)
    assert [one.text for one in bot.whispered()] == [
        REQUESTED,
        "🟠 An edited message is not carried out. Send it as a new one.",
    ]


async def test_a_mention_that_needs_a_form_gets_a_button_that_opens_it(bot):
    await heard(bot, "@patchbay relay start 295066")
    (told,) = bot.whispered()
    (row,) = [block for block in told.blocks if block["type"] == "actions"]
    (button,) = row["elements"]
    control = Control(row["block_id"], button["action_id"], button)

    await bot.hands.act(seed.ANA, told, control)
    await bot.settled()

    assert bot.space.top(seed.ANA.id).body["callback_id"] == "form:relay:start"


@pytest.mark.parametrize(
    ("who", "reason"),
    [
        (seed.GUS, "Guests may not use this bot."),
        (seed.OLGA, "You belong to another workspace."),
    ],
)
async def test_whoever_is_not_let_in_is_told_nothing_by_any_way(bot, who, reason):
    await bot.typed(START)
    (card,) = [one for one in bot.space.messages.values() if "R1" in one.text]
    await bot.typed("/relay list", who=who)
    for text in ("lookup R1 --ids --public", "relay status R1", "patchbay history"):
        await bot.hands.say(who, bot.ops, f"@patchbay {text}", thread=card.ts)
    await bot.hands.shortcut(who, "lookup_ids", card)
    await bot.hands.open_home(who)
    await bot.settled()

    told = bot.whispered(who.id)
    assert len(told) == 5
    for one in told:
        assert one.text == "🟠 You may not do that here."
        assert reason in json.dumps(one.blocks, ensure_ascii=False)
    home = json.dumps(bot.space.homes[who.id].body, ensure_ascii=False)
    assert f"What runs is not shown to you here. {reason}" in home
    assert "R1" not in home
