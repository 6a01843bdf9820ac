"""What is typed and means nothing where it stands is refused, never ignored."""

import pytest

from tests.commands.relay.samples import START, words

# ── an app that is not there ─────────────────────────────────────────────────────


@pytest.mark.parametrize("verb", ["list", "recent", "list all", "recent --csv"])
async def test_a_list_of_an_app_that_is_not_there_says_so(world, verb):
    await world.typed(START)

    answer = await world.typed(f"/relay {verb} app=Live-main")
    there = await world.typed(f"/relay {verb} app=live-main")

    assert "There is no app “Live-main” here; there is live-main." in words(answer)
    assert "There is no app" not in words(there)
