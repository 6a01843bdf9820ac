"""What a refused change offers instead says what was typed, and nothing else."""

import pytest

from bot.dialogue.form import Form
from bot.dialogue.outcome import Mono, Points
from tests.commands.relay.samples import START, calls

UPDATE = "UpdatePublishCdnStream"


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ('room="a b --go"', 'copy R1 room="a b --go"'),
        ('room="a then=stop"', 'copy R1 room="a then=stop"'),
        ("room=8 type=text", "copy R1 room=8 type=text"),
    ],
)
async def test_what_was_typed_is_one_word_of_the_copy_that_is_offered(
    world, typed, offered
):
    await world.typed(START)

    answer = await world.typed(f"/relay update R1 {typed}")

    (button,) = answer.buttons
    assert sorted(button.text.split()) == sorted(offered.split())
    form = await world.typed(f"/relay {button.text}")
    assert isinstance(form, Form)
    assert calls(world) == 1


async def test_a_target_that_there_is_not_is_nothing_to_copy(world):
    await world.typed(START)

    answer = await world.typed("/relay update R1 target=9 url=rtmp://x.example.com/a/b")

    assert "There is no target 9: there is 1." in repr(answer)
    assert answer.buttons == ()


@pytest.mark.parametrize("opens", ["start 8", "timer R1", "target add x"])
async def test_a_form_of_something_else_is_no_draft_of_a_change(world, opens):
    await world.typed(START)
    form = await world.typed(f"/relay {opens}")

    answer = await world.typed(f"/relay update draft={form.form_id} --yes")

    assert answer.plain == "🟠 That was not a form."
    assert calls(world, UPDATE) == 0


@pytest.mark.parametrize("key", ["big", "large"])
async def test_a_fault_stands_at_the_key_that_was_typed(world, key):
    await world.typed(START)

    answer = await world.typed(f"/relay update R1 layout=side {key}=alice")

    (points,) = [part for part in answer.parts if isinstance(part, Points)]
    assert [spans[0] for spans in points.lines] == [Mono(key)]
