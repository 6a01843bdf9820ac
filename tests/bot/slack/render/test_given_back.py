"""Every form of every command comes back as it was sent in."""

import pytest

from bot.sandbox.slack.loopback import LoopbackSlack
from bot.sandbox.slack.model.serialize import view as as_sent
from bot.slack.render import modals
from bot.slack.render.given_back import given_back
from tests.bot.operations.approvals import policy
from tests.commands.test_forms import EACH, before, sent_in
from tests.judge import judged


@pytest.mark.parametrize(
    ("name", "earlier", "line", "way"), EACH, ids=[f"{o[0]}: {o[2]}" for o in EACH]
)
async def test_what_comes_back_late_is_as_it_was_sent_in(
    world_with, name, earlier, line, way
):
    world = await world_with(policy() if earlier == "asked" else None)
    of = await before(world, earlier)
    form = await world.typed(line.format(of=of), **way)
    view = sent_in(form)["view"]

    once = judged(given_back(view, {"": "No.", "room": "Bad."}), "modal")
    space = LoopbackSlack().space
    opened = as_sent(space.open(next(iter(space.users)), once), space)
    twice = judged(given_back(opened, {}), "modal")

    assert once["callback_id"] == f"form:{name.replace(' ', ':')}"
    assert once["private_metadata"] == twice["private_metadata"] == form.form_id
    assert "⚠️ No." in str(once["blocks"][0])
    assert "Bad." in str(once["blocks"][1])
    state = view["state"]["values"]
    filled = modals.values(state, view["blocks"])
    assert modals.values(opened["state"]["values"], opened["blocks"]) == filled
    again = {one["block_id"] for one in once["blocks"] if one["type"] == "input"}
    assert not again & state.keys()
    assert len(twice["blocks"]) == len(once["blocks"])
