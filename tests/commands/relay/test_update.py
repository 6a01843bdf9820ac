"""`/relay update`: what changes is sent, once, and what was meanwhile is told."""

import pytest

from bot.dialogue.ask import Surface
from bot.dialogue.form import Field, Form
from bot.dialogue.outcome import Line, Points, plain
from bot.errors import InvalidRequest
from bot.journal.model import Difference
from bot.states import State
from tests.commands.relay.samples import buttons, calls
from tests.world import TEAM

A, B, C = (f"rtmp://{host}.example.com/live/the-secret" for host in "abc")
START = f"/relay start 295066 url={A} url={B} --go"
UPDATE = "UpdatePublishCdnStream"
INTERRUPTS = (
    "An address changes: Tencent breaks off the push and begins it anew, and"
    " viewers lose the stream until then."
)


def urls(world):
    (relay,) = world.cloud.state.running
    return relay.urls


def sent(world):
    (relay,) = world.cloud.state.running
    return relay.start


def lines(outcome):
    points = (part.lines for part in outcome.parts if isinstance(part, Points))
    own = [plain(one.spans) for one in outcome.parts if isinstance(one, Line)]
    return [*own, *(plain(one) for each in points for one in each)]


def above(form):
    """Return what stands in *form* beside its fields."""
    return [plain(one.spans) for one in form.fields if isinstance(one, Line)]


async def results(world):
    notices = await world.notices()
    return [one.text for one in notices if one.audience == "asker"]


async def pressed(world, button, **more):
    typed = f"/{button.command} {button.text}"
    return await world.typed(typed, surface=Surface.BUTTON, **more)


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


# ── the form ─────────────────────────────────────────────────────────────────────


def fields(form):
    return {one.name: one for one in form.fields if isinstance(one, Field)}


async def test_the_form_begins_as_the_relay_is_and_holds_no_secret(world):
    await world.typed(START)

    form = await world.typed("/relay update R1")

    own = fields(form)
    assert isinstance(form, Form)
    assert own["url"].initial == "@R1.1\n@R1.2"
    assert (own["layout"].initial, own["quality"].initial) == ("grid", "720p15")
    assert "the-secret" not in repr(form)


def as_shown(form):
    """Return what the fields of *form* hold, as it is sent in untouched."""
    names = fields(form)
    return {name: str(getattr(one, "initial", "") or "") for name, one in names.items()}


async def test_the_form_is_looked_at_before_it_is_sent(world):
    await world.typed(START)
    form = await world.typed("/relay update R1")
    filled = {**as_shown(form), "url": f"@R1.2\n{C}", "mute": "bob"}

    look = await world.submitted(form, **filled)
    before = calls(world, UPDATE)
    done = await world.submitted(look, note="new key")

    assert above(look) == [
        "Target: 2 rtmp://c.example.com/live/****, new",
        "Target: without 1 rtmp://a.example.com/live/****",
        "Whom not to hear: bob, new",
        INTERRUPTS,
    ]
    assert (before, calls(world, UPDATE), done) == (0, 1, None)
    assert urls(world) == [B, C]


async def test_a_host_of_which_nobody_knows_whose_cdn_it_is_is_asked_about(world):
    await world.typed(START)
    form = await world.typed("/relay update R1")
    filled = {**as_shown(form), "url": "rtmp://push.cdn.net/live/the-secret"}

    asked = await world.submitted(form, **filled)
    choices = {name: "other" for name in fields(asked) if name.startswith("cdn-")}
    look = await world.submitted(asked, **filled, **choices)

    assert "Please say below whose CDN each host is on." in above(asked)
    assert above(look)[-1] == INTERRUPTS  # it was said: nothing is left to advise


async def test_a_form_sent_in_as_it_was_changes_nothing(world):
    await world.typed(START)
    form = await world.typed("/relay update R1")

    again = await world.submitted(form, **as_shown(form))

    assert any("Nothing would change" in text for text in above(again))
    assert calls(world, UPDATE) == 0


async def test_one_that_is_drawn_from_an_older_version_keeps_what_was_typed(world):
    await world.typed(START)
    form = await world.typed("/relay update R1")
    await world.typed("/relay update R1 bitrate=900 --yes", user="U0BOB")

    again = await world.submitted(form, **{**as_shown(form), "mute": "bob"})
    look = await world.submitted(again, **{**as_shown(again), "mute": "bob"})

    assert any("was changed" in text and "U0BOB" in text for text in above(again))
    assert fields(again)["mute"].initial == "bob"
    assert calls(world, UPDATE) == 1
    assert any("Whom not to hear: bob" in text for text in above(look))


async def test_the_look_is_refused_too_if_it_changed_meanwhile(world):
    await world.typed(START)
    form = await world.typed("/relay update R1")
    look = await world.submitted(form, **{**as_shown(form), "mute": "bob"})
    await world.typed("/relay update R1 bitrate=900 --yes", user="U0BOB")

    again = await world.submitted(look, note="")

    assert any("U0BOB" in text for text in above(again))
    assert fields(again)["mute"].initial == "bob"
    assert calls(world, UPDATE) == 1


async def test_a_failed_target_is_replaced_by_a_form_of_one_field(world):
    await world.typed(START)

    form = await world.typed("/relay update R1 target=2")
    drawn = await world.submitted(form, url=C)
    chosen = {name: "other" for name in fields(drawn) if name.startswith("cdn-")}
    look = await world.submitted(drawn, url=C, **chosen)
    await world.submitted(look, note="")

    assert [*fields(form)] == ["url"]
    assert urls(world) == [A, C]


async def test_a_wrong_address_is_told_at_its_field(world):
    await world.typed(START)
    form = await world.typed("/relay update R1 target=2")

    with pytest.raises(InvalidRequest) as refused:
        await world.submitted(form, url="http://x.example.com/a/b")

    assert [*refused.value.faults] == ["url"]


# ── one at a time ────────────────────────────────────────────────────────────────


async def test_a_second_change_is_refused_while_one_is_on_its_way(world):
    await world.typed(START)
    relay = await world.handle("R1")

    async with held(world):
        await world.router.answer(world.ask("/relay update R1 bitrate=900 --yes"))
        typed = await world.router.answer(
            world.ask("/relay update R1 mute=bob --yes", user="U0BOB")
        )
    await world.settled()

    assert "is being changed by U0ANA" in typed.plain
    assert (relay.state, calls(world, UPDATE)) == (State.STARTED, 1)


def held(world):
    """Hold back what is queued, as a busy bot would."""
    return world.executor.throttles.of(UPDATE, "ap-singapore").turn(0.0)
