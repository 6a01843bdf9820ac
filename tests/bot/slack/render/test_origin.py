"""What is drawn for one of several workspaces carries it, and only then."""

import asyncio

import pytest

from bot.dialogue.form import Form, TextField
from bot.dialogue.outcome import Button, Outcome, Select, line
from bot.i18n import reader_locale
from bot.slack.render import blocks, modals
from bot.slack.render.origin import read, shown_in, stamped

BUTTONS = tuple(Button(f"B{n}", "relay", f"status R{n}") for n in range(7))
OUTCOME = Outcome(
    headline=("A card",),
    buttons=BUTTONS,
    parts=(line("text"), Select("Choose", BUTTONS[:2])),
)
FORM = Form(
    command="relay",
    subcommand="start",
    title="Start",
    submit="Go",
    fields=(TextField(name="room", label="Room"),),
    form_id="d1",
)


def action_ids(node):
    if isinstance(node, dict):
        own = (
            [node["action_id"]]
            if str(node.get("action_id", "")).startswith("do")
            else []
        )
        return own + [one for value in node.values() for one in action_ids(value)]
    if isinstance(node, list):
        return [one for value in node for one in action_ids(value)]
    return []


@pytest.mark.parametrize("draw", [blocks.message, blocks.home])
def test_every_control_carries_the_workspace(draw):
    plain = action_ids(draw(OUTCOME))
    with shown_in("en-US", "T1"):
        marked = action_ids(draw(OUTCOME))

    assert len(plain) > 2
    assert [read(one) for one in marked] == [(one, "T1") for one in plain]
    assert [read(one) for one in plain] == [(one, "") for one in plain]


def test_a_form_carries_the_workspace():
    with shown_in("en-US", "T1"):
        marked = modals.view(FORM)

    assert read(marked["private_metadata"]) == ("d1", "T1")
    assert modals.view(FORM)["private_metadata"] == "d1"


async def test_a_task_draws_for_the_workspace_in_which_it_was_begun():
    async def drawn():
        await asyncio.sleep(0)
        return stamped("x"), reader_locale()

    with shown_in("zh-CN", "T1"):
        first = asyncio.create_task(drawn())
    with shown_in("en-US", "T2"):
        second = asyncio.create_task(drawn())

    assert [await first, await second, stamped("x")] == [
        ("x@T1", "zh-CN"),
        ("x@T2", "en-US"),
        "x",
    ]


def test_the_same_answer_in_the_next_workspace_is_drawn_anew():
    drawn = []
    for team in ("T1", "T2"):
        with shown_in("en-US", team):
            drawn.append({read(one)[1] for one in action_ids(blocks.message(OUTCOME))})

    assert drawn == [{"T1"}, {"T2"}]
