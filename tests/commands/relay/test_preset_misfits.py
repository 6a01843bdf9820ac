"""A preset that does not fit any more says at which field, and nothing is sent."""

from contextlib import AsyncExitStack

from bot.settings import Limits
from tests.commands.relay.filling import opened
from tests.commands.relay.samples import calls, words
from tests.commands.relay.test_preset import RULED, save
from tests.commands.relay.test_target import URL, add
from tests.world import live_again, make_world

LINE = "The preset “two-hosts” does not fit any more: see {fields}."


async def test_one_whose_target_is_gone_says_so_at_the_field(world):
    await add(world)
    await save(world, "two-hosts url=@main")
    await world.typed("/relay target remove main --yes")
    gone = "There is no target @main. See /relay target list."

    at_once = await world.typed("/relay start 7 preset=two-hosts --go")
    form = await opened(world, "/relay start 7 preset=two-hosts")
    chosen = await opened(world)
    await chosen.fill(preset="two-hosts")
    shown = await world.typed("/relay preset show two-hosts")

    for text in (words(at_once), repr(form.lines), repr(chosen.lines), words(shown)):
        assert LINE.format(fields="url") in text
        assert gone in text
    assert calls(world) == 0


async def test_one_that_is_over_a_stricter_limit_says_at_which_field(tmp_path):
    path = tmp_path / "limits.db"
    async with AsyncExitStack() as stack:
        async with AsyncExitStack() as first:
            before = await make_world(stack, tmp_path / "cloud.db")
            generous = await live_again(first, path, before.cloud, policy=RULED)
            await add(generous)
            await save(generous, "two-hosts url=@main quality=1080p30")
        stricter = RULED.model_copy(update={"limits": Limits(width=1280, height=720)})
        world = await live_again(stack, path, before.cloud, policy=stricter)

        answer = await world.typed("/relay start 7 preset=two-hosts --go")

        assert LINE.format(fields="quality") in words(answer)
        assert "1920 is over the limit of 1280 here." in words(answer)
        assert calls(world) == 0


async def test_what_is_typed_in_place_of_what_does_not_fit_is_enough(world):
    await add(world)
    await add(world, name="second", url=f"{URL}2")
    await save(world, "two-hosts url=@main")
    await world.typed("/relay target remove main --yes")

    await world.typed("/relay start 7 preset=two-hosts url=@second --go")

    assert calls(world) == 1
