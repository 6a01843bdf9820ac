"""`/relay update` by form: what it begins with, and what is asked before it is sent."""

import pytest

from bot.dialogue.form import Field, Form
from bot.errors import InvalidRequest
from bot.states import State
from tests.commands.relay.changing import (
    INTERRUPTS,
    START,
    UPDATE,
    A,
    B,
    C,
    above,
    lines,
    sent,
    urls,
)
from tests.commands.relay.samples import calls


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


async def test_a_look_that_comes_twice_sends_nothing_over_what_was_not_read(world):
    """Slack's answer may be lost, so that somebody sends the look in again."""
    await world.typed(START)
    form = await world.typed("/relay update R1")
    look = await world.submitted(form, **{**as_shown(form), "mute": "bob"})
    await world.typed("/relay update R1 bitrate=900 --yes", user="U0BOB")

    answers = [
        await world.submitted(look, key="modal:T0HOME:V1", note="") for _twice in "12"
    ]

    assert all(any("U0BOB" in text for text in above(one)) for one in answers)
    assert calls(world, UPDATE) == 1


async def test_a_look_that_comes_twice_knocks_no_other_relay_off_unread(world):
    await world.typed(START)
    await world.typed(f"/relay start 8 url={C} --go")
    form = await world.typed("/relay update R1")
    filled = {**as_shown(form), "url": f"@R1.1\n{C}"}
    look = await world.submitted(form, **filled)
    if fields(look).keys() - {"note"}:
        names = [one for one in fields(look) if one.startswith("cdn-")]
        chosen = dict.fromkeys(names, "other")
        look = await world.submitted(look, **filled, **chosen)

    first = await world.submitted(look, key="modal:T0HOME:V1", note="")
    again = await world.submitted(look, key="modal:T0HOME:V1", note="")
    before = calls(world, UPDATE)
    await world.submitted(again, key="modal:T0HOME:V1", note="")

    assert above(first)[0] == above(again)[0]
    assert above(first)[0].startswith("Pushed to already, perhaps: by R2.")
    assert (before, calls(world, UPDATE)) == (0, 1)


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


async def test_what_is_typed_beside_a_target_changes_with_it(world):
    await world.typed(START)

    form = await world.typed("/relay update R1 target=1 bitrate=900")
    look = await world.submitted(form, url=C)
    await world.submitted(look, note="")

    assert urls(world) == [C, B]
    assert sent(world)["VideoParams"]["VideoEncode"]["BitRate"] == 900


async def test_what_is_wrong_beside_a_target_is_said_before_a_form_opens(world):
    await world.typed(START)

    answer = await world.typed("/relay update R1 target=9 bitrate=x")

    assert lines(answer) == [
        "target  There is no target 9: there are 2.",
        "bitrate  “x” is not a whole number.",
    ]
