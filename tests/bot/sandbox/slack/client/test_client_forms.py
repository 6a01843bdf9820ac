"""What goes on between a form, its person and the bot."""

import pytest

from bot.sandbox.slack.client.payloads import Control
from bot.sandbox.slack.model.seed import ANA
from tests.bot.sandbox.slack.conftest import (
    actions,
    asked,
    button,
    modal,
    option,
    section,
    told,
)

STOP = actions(button("Stop R1", "do:relay:1", value="- stop R1"), block_id="row")


def control_of(block, number=0):
    element = block["elements"][number]
    return Control(block["block_id"], element["action_id"], element)


FORM = modal(
    asked("room", {"type": "plain_text_input"}),
    asked(
        "fps",
        {"type": "static_select", "options": [option("15"), option("30")]},
        optional=True,
        dispatch_action=True,
    ),
    callback_id="form:relay:start",
    private_metadata="draft",
    notify_on_close=True,
)
ROOM = Control("room", "field:room", FORM["blocks"][0]["element"])
FPS = Control("fps", "field:fps", FORM["blocks"][1]["element"])


def open_on_command(rig, form=FORM):
    @rig.app.command("/relay")
    async def relay(ack, client, body):
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=form)


def answer_submissions_with(rig, **answer):
    @rig.app.view("form:relay:start")
    async def submitted(ack, body):
        rig.hear(body)
        await ack(**answer)


async def fill_room(rig, text="1001"):
    await rig.command("/relay start")
    value = {"type": "plain_text_input", "value": text}
    view = rig.slack.space.top(ANA.id)
    await rig.client.fill(ANA, view, ROOM, value)
    return rig.slack.space.top(ANA.id)


async def test_a_form_brings_what_stands_in_it_and_closes(rig):
    open_on_command(rig)
    answer_submissions_with(rig)

    await rig.client.submit(ANA, await fill_room(rig))

    view = rig.heard[0]["view"]
    assert view["private_metadata"] == "draft"
    assert view["state"]["values"] == {
        "room": {"field:room": {"type": "plain_text_input", "value": "1001"}},
        "fps": {"field:fps": {"type": "static_select", "selected_option": None}},
    }
    assert rig.slack.space.top(ANA.id) is None


async def test_what_is_missing_is_found_without_asking_the_bot(rig):
    open_on_command(rig)
    answer_submissions_with(rig)
    await rig.command("/relay start")

    await rig.client.submit(ANA, rig.slack.space.top(ANA.id))

    [faults] = [c.subject for c in rig.slack.space.feed.changes if c.what == "faulted"]
    assert faults.by_block == {"room": "Please complete this required field."}
    assert rig.heard == []


async def test_errors_are_shown_at_their_field(rig):
    open_on_command(rig)
    answer_submissions_with(rig, response_action="errors", errors={"room": "Not 0."})

    await rig.client.submit(ANA, await fill_room(rig))

    [faults] = [c.subject for c in rig.slack.space.feed.changes if c.what == "faulted"]
    assert faults.by_block == {"room": "Not 0."}
    assert rig.slack.space.top(ANA.id) is not None


async def test_an_update_keeps_what_stands_in_the_same_inputs(rig):
    open_on_command(rig)
    answer_submissions_with(rig, response_action="update", view=FORM)
    before = await fill_room(rig)

    await rig.client.submit(ANA, before)

    after = rig.slack.space.top(ANA.id)
    assert after.id == before.id
    assert after.hash != before.hash
    assert after.values == before.values


async def test_a_push_lies_upon_the_form_and_clear_takes_both_away(rig):
    open_on_command(rig)
    answer_submissions_with(rig, response_action="push", view=modal(section("More")))
    root = await fill_room(rig)

    await rig.client.submit(ANA, root)

    top = rig.slack.space.top(ANA.id)
    assert (top.previous, top.root) == (root.id, root.id)


async def test_clear_takes_everything_away(rig):
    open_on_command(rig)
    answer_submissions_with(rig, response_action="clear")

    await rig.client.submit(ANA, await fill_room(rig))

    assert rig.slack.space.top(ANA.id) is None


@pytest.mark.parametrize(
    "answer",
    [
        {"response_action": "errors", "errors": {"nowhere": "?"}},
        {"response_action": "update", "view": modal(title="x" * 25)},
        {"response_action": "dance"},
    ],
)
async def test_a_malformed_answer_is_trouble(rig, answer):
    open_on_command(rig)
    answer_submissions_with(rig, **answer)

    await rig.client.submit(ANA, await fill_room(rig))

    assert told(rig.slack)[0].startswith("We had some trouble connecting.")
    assert rig.slack.space.top(ANA.id) is not None


async def test_a_choice_that_dispatches_is_heard_with_all_that_stands_there(rig):
    @rig.app.action("field:fps")
    async def redraw(ack, body):
        rig.hear(body)
        await ack()

    open_on_command(rig)
    view = await fill_room(rig)
    value = {"type": "static_select", "selected_option": option("30")}

    await rig.client.fill(ANA, view, FPS, value)

    [body] = rig.heard
    assert body["actions"][0]["selected_option"] == option("30")
    assert body["container"] == {"type": "view", "view_id": view.id}
    values = body["view"]["state"]["values"]
    assert values["room"]["field:room"]["value"] == "1001"
    assert values["fps"]["field:fps"] == value


async def test_whoever_looks_at_a_form_that_was_closed_does_nothing(rig):
    open_on_command(rig)
    answer_submissions_with(rig)
    view = await fill_room(rig)
    rig.slack.space.close(ANA.id)

    await rig.client.fill(ANA, view, ROOM, {"type": "plain_text_input", "value": "1"})
    await rig.client.act(ANA, view, ROOM)
    await rig.client.submit(ANA, view)

    assert rig.heard == []
    assert rig.slack.space.top(ANA.id) is None


async def test_what_was_typed_meanwhile_is_sent_too(rig):
    open_on_command(rig)
    answer_submissions_with(rig)
    await rig.command("/relay start")
    before = rig.slack.space.top(ANA.id)
    await rig.client.fill(ANA, before, ROOM, {"type": "plain_text_input", "value": "1"})

    await rig.client.submit(ANA, before)

    values = rig.heard[0]["view"]["state"]["values"]
    assert values["room"]["field:room"]["value"] == "1"


async def test_a_closed_form_is_told_when_it_asked_for_it(rig):
    @rig.app.view_closed("form:relay:start")
    async def closed(ack, body):
        rig.hear(body)
        await ack()

    open_on_command(rig)
    await rig.command("/relay start")

    await rig.client.close(ANA, rig.slack.space.top(ANA.id))

    assert rig.heard[0]["is_cleared"] is False


async def test_what_has_no_button_for_it_is_not_sent_in(rig):
    @rig.app.view("window")
    async def submitted(ack, body):
        rig.hear(body)
        await ack()

    window = rig.slack.space.open(ANA.id, modal(callback_id="window"))

    await rig.client.submit(ANA, window)

    assert rig.heard == []
