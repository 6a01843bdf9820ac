"""A start that names a preset is that preset, with what is typed beside it."""

import pytest

from bot.errors import InvalidRequest
from bot.tencent.models.trtc.output import target_digest
from tests.commands.relay.filling import opened
from tests.commands.relay.samples import calls, words
from tests.commands.relay.test_preset import save
from tests.commands.relay.test_target import URL, add


async def test_a_preset_may_have_the_room_and_all_else(world):
    await add(world)
    await save(world, "whole room=295066 layout=pip users=a,b url=@main note=later")

    await world.typed("/relay start preset=Whole --go")

    thing = await world.handle("R1")
    assert (thing.subject.room, thing.subject.preset) == ("295066", "whole")
    assert thing.subject.targets == (target_digest(URL),)
    assert thing.note == ""


async def test_what_is_typed_in_the_form_opened_from_it_counts(world):
    await add(world)
    await save(world, "two-hosts layout=side users=a,b url=@main")
    form = await opened(world, "/relay start 7 preset=two-hosts")

    form.state["users"] = "b,a"
    await form.send()

    cells = (await world.handle("R1")).masked["VideoParams"]["LayoutParams"]
    users = [one["UserMediaStream"]["UserInfo"] for one in cells["MixLayoutList"]]
    assert [one["UserId"] for one in users] == ["b", "a"]


async def test_a_dry_run_with_it_shows_the_request_and_keeps_nothing(world):
    await add(world)
    await save(world, "two-hosts layout=side url=@main")

    shown = await world.typed("/relay start 7 preset=two-hosts --dry-run")

    assert "rtmp://push.example.com/live/****" in words(shown)
    assert calls(world) == 0
    assert await world.handle("R1") is None


ADDRESS = {"url": "rtmp://push.example.com/live/k", "cdn": "tencent"}
FORMS = [
    ("/relay target add main", ADDRESS),
    ("/relay preset save one layout=side", {}),
    ("/relay preset save one layout=side", {"scope": "all"}),
]
CHANGES = [
    ("/relay target change main", {"cdn": "other"}, {"cdn": "tencent"}),
    ("/relay preset change one", {"quality": "1080p30"}, {"layout": "grid"}),
]


async def answered(world, form, **values):
    """Return what the form is answered with, be it a refusal."""
    try:
        return (await world.submitted(form, key="modal:T0HOME:V1", **values)).plain
    except InvalidRequest as refused:
        return refused.faults


async def there(world):
    for typed, values in FORMS[:2]:
        await world.submitted(await world.typed(typed), **values)


@pytest.mark.parametrize(("typed", "values"), FORMS)
async def test_a_form_that_comes_twice_saves_once_and_says_so_twice(
    world, typed, values
):
    """Slack's answer may be lost, so that somebody sends it in again."""
    form = await world.typed(typed)

    first = await answered(world, form, **values)
    again = await answered(world, form, **values)
    by_another = await answered(world, await world.typed(typed), **values)

    assert (first, "is saved" in first) == (again, True)
    assert "is taken" in by_another["name"]


@pytest.mark.parametrize(("typed", "mine", "theirs"), CHANGES)
async def test_what_somebody_else_changed_meanwhile_is_not_undone_unseen(
    world, typed, mine, theirs
):
    await there(world)
    form, other = await world.typed(typed), await world.typed(typed)
    world.clock.push(seconds=5)
    assert "is saved" in await answered(world, other, **mine)
    world.clock.push(seconds=5)

    refused = await answered(world, form, **theirs)
    again = await answered(world, other, **mine)
    anew = await answered(world, await world.typed(typed), **theirs)

    (sentence,) = refused.values()
    assert sentence.startswith("It was changed meanwhile. Nothing was saved")
    assert "is saved" in again
    assert "is saved" in anew
