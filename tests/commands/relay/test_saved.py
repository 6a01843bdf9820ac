"""A start that names a preset is that preset, with what is typed beside it."""

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
