"""`/relay preview`: the layout of a relay, in a window or in words."""

from dataclasses import replace

import pytest

from bot.dialogue.ask import Surface
from bot.dialogue.form import Form
from bot.dialogue.outcome import Picture
from tests.commands.relay.samples import START, URL, buttons, words

SIDE = f"/relay start 7 url={URL} layout=side users=ana,bob --go"


async def test_the_layout_is_shown_in_a_window_of_ones_own(world):
    await world.typed(SIDE)

    window = await world.typed("/relay preview r1")

    (drawing,) = window.fields
    assert isinstance(window, Form)
    assert window.title == "Layout of R1"
    assert drawing.words.startswith("1280 x 720 px. ana: 640 x 720 at 0, 0; bob:")
    assert drawing.paint().startswith(b"\x89PNG")


async def test_where_no_window_opens_it_is_told_in_words(world):
    await world.typed(SIDE)
    ask = world.ask("/relay preview R1", surface=Surface.MENTION)

    answer = await world.router.answer(replace(ask, trigger=""))

    (drawing,) = answer.parts
    assert isinstance(drawing, Picture)
    assert answer.plain == "Layout of R1"


@pytest.mark.parametrize(
    ("start", "typed", "answer"),
    [
        (START + " what=audio", "preview R1", "R1 mixes no pictures"),
        (START, "preview R9", "No relay R9."),
        (START, "preview", "This needs a relay: its handle or TaskId."),
    ],
)
async def test_what_has_no_layout_says_so(world, start, typed, answer):
    await world.typed(start)

    outcome = await world.typed(f"/relay {typed}")

    assert answer in words(outcome)


@pytest.mark.parametrize(("what", "offers"), [("mix", ["Preview"]), ("audio", [])])
async def test_the_details_of_a_mix_offer_it(world, what, offers):
    await world.typed(f"{START} what={what}")
    intent = await world.handle("R1")

    details = await world.typed(f"/lookup {intent.id} --details")

    assert [button.label for button in buttons(details)] == offers
    assert [button.text for button in buttons(details)] == ["preview R1"] * len(offers)
