"""`/relay update`: what changes is sent, once, and what was meanwhile is told."""

import pytest

from bot.dialogue.outcome import plain
from bot.journal.model import Difference
from tests.commands.relay.changing import (
    START,
    UPDATE,
    A,
    B,
    C,
    lines,
    pressed,
    results,
    sent,
    urls,
)
from tests.commands.relay.samples import buttons, calls
from tests.world import TEAM

# ── what is typed ────────────────────────────────────────────────────────────────


async def test_a_change_is_asked_about_once_and_the_button_sends_it(world):
    await world.typed(START)

    asked = await world.typed("/relay update R1 bitrate=1200")
    before = calls(world, UPDATE)
    (button,) = buttons(asked)
    await pressed(world, button)

    assert "Change R1?" in asked.plain
    assert lines(asked) == [
        "Bit rate (kbps): 1536 → 1200",
        "Tencent's page names nothing in this that breaks off the stream.",
    ]
    assert (before, calls(world, UPDATE)) == (0, 1)
    assert sent(world)["VideoParams"]["VideoEncode"]["BitRate"] == 1200
    assert await results(world) == ["R1 is changed."]


@pytest.mark.parametrize(
    ("typed", "left"),
    [
        (f"url+={C}", [A, B, C]),
        ("url-=1", [B]),
        ("url-=@R1.2", [A]),
        (f"url-=2 url+={C}", [A, C]),
        (f"target=1 url={C}", [C, B]),
        (f"url={C}", [C]),
        (f"url={B} url={C}", [B, C]),
    ],
)
async def test_targets_come_go_and_are_replaced(world, typed, left):
    await world.typed(START)

    await world.typed(f"/relay update R1 {typed} --yes")

    relay = await world.handle("R1")
    assert urls(world) == left
    masked = [one["PublishCdnUrl"] for one in relay.masked["PublishCdnParams"]]
    assert masked == [url.replace("the-secret", "****") for url in left]


async def test_only_what_changes_is_sent_and_the_relay_is_like_that_afterwards(world):
    await world.typed(START)
    before = sent(world)

    await world.typed("/relay update R1 layout=screen big=alice mute=bob --yes")

    request = await world.journal.find.history("R1", TEAM)
    (change,) = [one for one in request if one.action == UPDATE]
    relay = await world.handle("R1")
    assert sorted(change.masked) == [
        "AudioParams",
        "SdkAppId",
        "SequenceNumber",
        "TaskId",
        "VideoParams",
        "WithTranscoding",
    ]
    assert [*change.masked["VideoParams"]] == ["LayoutParams"]
    assert change.differences == (
        Difference(field="layout", was="grid", now="screen"),
        Difference(field="large", now="alice"),
        Difference(field="mute", now="bob"),
    )
    layout = relay.masked["VideoParams"]["LayoutParams"]
    assert layout == sent(world)["VideoParams"]["LayoutParams"]
    assert layout["MixLayoutMode"] == 2
    assert (
        sent(world)["VideoParams"]["VideoEncode"]
        == (before["VideoParams"]["VideoEncode"])
    )


@pytest.mark.parametrize(
    "typed",
    [
        "codec=he",
        "sampling=44100",
        "channels=mono",
        "audiorate=96",
        "what=audio",
        "room=7",
        "type=text",
        "idle=60",
        "record=template",
        "region=ap-guangzhou",
    ],
)
async def test_what_cannot_change_is_refused_and_a_changed_copy_offered(world, typed):
    await world.typed(START)

    answer = await world.typed(f"/relay update R1 {typed} --yes")

    (button,) = buttons(answer)
    assert calls(world, UPDATE) == 0
    assert "Nothing was changed." in answer.plain
    assert "start a changed copy" in lines(answer)[0]
    assert (button.label, button.text) == ("Start a changed copy", f"copy R1 {typed}")


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("bitrate=99999", "The bit rate is 1 to 10000"),
        ("bitrate=much", "is not a whole number"),
        ("layout=upside-down", "There is no “upside-down”"),
        ("url-=7", "There is no target 7: there are 2."),
        ("url+=http://a.example.com/live/x", "begins with rtmp://"),
        (f"url+={A}", "is in the list already"),
        ("target=9 url=rtmp://c.example.com/live/x", "There is no target 9"),
        ("user=alice", "one user's stream only"),
        ("bitrate=1536", "Nothing would change"),
        ("seidata=x", "This goes with SEI"),
    ],
)
async def test_bad_input_gets_a_sentence_and_nothing_is_sent(world, typed, why):
    await world.typed(START)

    answer = await world.typed(f"/relay update R1 {typed} --yes")

    assert why in f"{answer.plain} {answer!r}"
    assert calls(world, UPDATE) == 0


async def test_what_is_over_is_not_changed(world):
    await world.typed(START)
    await world.typed("/relay stop R1 --yes")

    for typed in ("bitrate=1200 --yes", ""):
        answer = await world.typed(f"/relay update R1 {typed}")

        assert "only what runs can be" in answer.plain
        assert [one.label for one in answer.buttons] == ["Start a changed copy"]
    assert calls(world, UPDATE) == 0
    assert (await pressed(world, answer.buttons[0])).title == "Copy R1"


async def test_a_dry_run_shows_the_change_and_sends_nothing(world):
    await world.typed(START)

    answer = await world.typed(f"/relay update R1 url+={C} --dry-run")

    assert "Nothing was sent." in answer.plain
    assert "the-secret" not in repr(answer)
    assert calls(world, UPDATE) == 0


async def test_a_target_of_another_relay_is_asked_about(world):
    await world.typed(START)
    await world.typed(f"/relay start 7 url={C} --go")

    asked = await world.typed(f"/relay update R1 url+={C} --yes")
    (button,) = buttons(asked)
    before = calls(world, UPDATE)
    await pressed(world, button)

    assert lines(asked)[0].startswith("Pushed to already, perhaps: by R2.")
    assert (before, calls(world, UPDATE)) == (0, 1)


async def test_a_start_to_a_target_that_a_change_led_to_is_asked_about(world):
    await world.typed(START)
    await world.typed(f"/relay update R1 url={C} --yes")

    old = await world.typed(f"/relay start 8 url={A} --go")
    new = await world.typed(f"/relay start 9 url={C} --go")

    assert "requested" in old.plain
    assert "the same runs already" in new.plain


# ── what was not answered ────────────────────────────────────────────────────────


@pytest.mark.parametrize("failure", ["late", "reset", "InternalError", "html"])
async def test_a_change_without_an_answer_is_sent_once_and_shows_both_versions(
    world, failure
):
    await world.typed(START)
    world.cloud.state.fail_next(UPDATE, failure, times=5)

    await world.typed("/relay update R1 bitrate=1200 --yes")

    relay = await world.handle("R1")
    assert calls(world, UPDATE) <= 1
    assert relay.standing.doubted == (relay.sequence,)
    assert relay.masked["VideoParams"]["VideoEncode"]["BitRate"] == 1536
    assert await results(world) == ["⚠️ It is not known whether R1 was changed."]
    shown = await world.typed("/relay status R1")
    assert "it is not known whether it was made" in plain(shown.sentence)
    assert "Bit rate (kbps): 1536 → 1200" in lines(shown)


@pytest.mark.parametrize("failure", ["late", "reset"])
async def test_it_is_sent_again_under_a_larger_number(world, failure):
    await world.typed(START)
    world.cloud.state.fail_next(UPDATE, failure)
    await world.typed(f"/relay update R1 url+={C} bitrate=1200 --yes")
    first = (await world.handle("R1")).sequence
    shown = await world.typed("/relay status R1")

    await pressed(world, next(b for b in buttons(shown) if b.label == "Send again"))

    relay = await world.handle("R1")
    assert relay.sequence > first
    assert (relay.standing.version, relay.standing.doubted) == (relay.sequence, ())
    assert urls(world) == [A, B, C]
    assert sent(world)["VideoParams"]["VideoEncode"]["BitRate"] == 1200


@pytest.mark.parametrize("failure", ["late", "reset"])
async def test_another_change_settles_one_that_was_not_answered(world, failure):
    await world.typed(START)
    world.cloud.state.fail_next(UPDATE, failure)
    await world.typed(f"/relay update R1 url={C} bitrate=1200 --yes")

    await world.typed("/relay update R1 bitrate=900 --yes")

    relay = await world.handle("R1")
    assert urls(world) == [A, B]
    assert sent(world)["VideoParams"]["VideoEncode"]["BitRate"] == 900
    assert (relay.standing.doubted, len(relay.targets)) == ((), 2)


async def test_a_target_counts_as_soon_as_the_change_may_have_been_sent(world):
    await world.typed(START)
    world.cloud.state.fail_next(UPDATE, "late")
    await world.typed(f"/relay update R1 url={C} --yes")

    old = await world.typed(f"/relay start 8 url={A} --go")
    new = await world.typed(f"/relay start 9 url={C} --go")

    assert "the same runs already" in old.plain
    assert "the same runs already" in new.plain


async def test_a_change_that_tencent_refused_leaves_the_relay_as_it_was(world):
    await world.typed(START)
    world.cloud.state.fail_next(UPDATE, "InvalidParameter")

    await world.typed(f"/relay update R1 url={C} --yes")

    relay = await world.handle("R1")
    assert (relay.standing.version, relay.standing.doubted) == (0, ())
    assert urls(world) == [A, B]
    assert await results(world) == ["🔴 R1 was not changed."]
    again = await world.typed(f"/relay start 9 url={C} --go")
    assert "requested" in again.plain


async def test_a_relay_that_is_gone_is_not_told_as_changed(world):
    await world.typed(START)
    world.cloud.state.relays.clear()

    await world.typed("/relay update R1 bitrate=900 --yes")

    assert await results(world) == ["🔴 R1 was not changed."]
