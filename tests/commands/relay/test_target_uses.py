"""A target is used by its name, or as that of a relay, in a form and in a command."""

from contextlib import AsyncExitStack

import pytest

from bot.dialogue.outcome import plain
from bot.errors import InvalidRequest
from bot.exit_table import Exits
from bot.settings import Policy, Rule
from bot.tencent.models.trtc.output import target_digest
from tests.commands.relay.filling import opened
from tests.commands.relay.samples import calls, words
from tests.commands.relay.test_target import KEY, ROTATED, SHOWN, URL, add, sent
from tests.world import TEAM, live_again, make_world

# ── by the form of a start ───────────────────────────────────────────────────────


async def test_it_is_picked_in_the_form_beside_what_is_typed(world):
    await add(world)
    await add(world, name="second", url=f"{URL}2")
    form = await opened(world, "/relay start 7 url=@second")
    assert form.state["targets"] == ("second",)

    form.state["targets"] = ("main", "second")
    await form.fill(url="rtmp://push.example.com/live/typed")
    await form.send()

    targets, digests = await sent(world)
    assert [one["IsTencentCdn"] for one in targets] == [0, 0, 0]
    typed = target_digest("rtmp://push.example.com/live/typed")
    assert digests == (target_digest(URL), target_digest(f"{URL}2"), typed)


async def test_an_open_form_keeps_the_name_and_not_the_address(world):
    await add(world)
    form = await world.typed("/relay start 7 url=@main")

    kept = await world.journal.open_forms.get(form.form_id, team=TEAM, user="U0ANA")

    assert kept.values["targets"] == "main"
    assert KEY not in repr(kept.values)


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("@man", "There is no target @man; the nearest is @main."),
        ("@nowhere", "There is no target @nowhere. See /relay target list."),
        ("@R1.1", "There is no relay R1 here."),
        ("@", "There is no target @. See /relay target list."),
    ],
)
async def test_what_refers_to_nothing_is_told_at_the_field(world, url, sentence):
    await add(world)
    form = await opened(world, "/relay start 7")
    form.state["url"] = url

    with pytest.raises(InvalidRequest) as refused:
        await form.send()
    shown = await opened(world, f"/relay start 7 url={url}")

    assert refused.value.faults == {"url": sentence}
    assert f"⚠️ {sentence}" in shown.lines
    assert calls(world) == 0


# ── a target of a relay ──────────────────────────────────────────────────────────


async def test_a_target_of_a_relay_is_called_by_its_number(world):
    await world.typed(f"/relay start 7 url={URL} url={ROTATED} cdn=tencent --go")
    await world.typed("/relay stop R1 --yes")

    await world.typed("/relay start 8 url=@r1.2 --go")
    beyond = await world.typed("/relay start 9 url=@R1.3 --go")

    targets, digests = await sent(world, "R3" if await world.handle("R3") else "R2")
    assert targets == [{"PublishCdnUrl": SHOWN, "IsTencentCdn": 1}]
    assert digests == (target_digest(ROTATED),)
    assert "R1 has 2 targets." in words(beyond)


async def test_whoever_may_not_read_a_relay_may_not_push_to_its_targets(world_with):
    rules = (
        Rule(name="all", actions=("relay.*",), users=("U0ANA",)),
        Rule(name="starters", actions=("relay.start",), users=("U0BOB",)),
    )
    world = await world_with(Policy(rules=rules, reads_for_all=False))
    await world.typed(f"/relay start 7 url={URL} --go")

    answer = await world.typed("/relay start 8 url=@R1.1 --go", user="U0BOB")

    assert "There is no relay R1 here." in words(answer)
    assert calls(world) == 1


async def test_a_name_that_was_picked_and_is_gone_is_told_where_it_was_picked(world):
    await add(world)
    form = await world.typed("/relay start 7")
    await world.typed("/relay target delete main --yes")

    with pytest.raises(InvalidRequest) as refused:
        await world.submitted(form, room="7", targets=("main",), url="")

    assert refused.value.faults == {
        "targets": "There is no target @main. See /relay target list."
    }
    assert calls(world) == 0


# ── where they lead, for whoever runs the bot ────────────────────────────────────


async def health(world):
    answer = await world.typed("/patchbay doctor")
    lines = [plain(spans) for spans in answer.parts[0].lines]
    return [one for one in lines if "Named targets" in one]


async def test_the_doctor_lists_them_among_the_exits(world):
    assert await health(world) == []
    await add(world)
    await add(world, name="second", url="rtmp://b.example.com/live/k")

    assert await health(world) == [
        "✅ Named targets: @main push.example.com, @second b.example.com"
    ]


async def test_the_doctor_names_those_that_no_exit_allows_any_more(tmp_path):
    path = tmp_path / "exits.db"
    async with AsyncExitStack() as stack:
        async with AsyncExitStack() as first:
            before = await make_world(stack, tmp_path / "cloud.db")
            wide = await live_again(first, path, before.cloud)
            await add(wide)
        narrow = Exits(push=("elsewhere.example.com",))
        world = await live_again(stack, path, before.cloud, exits=narrow)

        lines = await health(world)
        start = await world.typed("/relay start 7 url=@main --go")

        assert lines == [
            "✅ Named targets: @main push.example.com",
            (
                "⚠️ Named targets that no exit allows: @main push.example.com List"
                " their hosts in push under [exits] in bot.toml, or remove them."
            ),
        ]
        assert "is not allowed here" in words(start)
        assert calls(world) == 0


# ── in a change of a relay that runs ─────────────────────────────────────────────


def pushed_to(world):
    return [one.urls for one in world.cloud.state.running]


async def test_a_change_of_a_relay_adds_it_by_its_name(world):
    await add(world)
    await world.typed("/relay start 7 url=rtmp://push.example.com/live/first --go")

    await world.typed("/relay update R1 url+=@main --yes")

    assert pushed_to(world) == [["rtmp://push.example.com/live/first", URL]]


async def test_a_form_that_changes_a_relay_takes_its_name_and_keeps_no_address(world):
    await add(world)
    await world.typed("/relay start 7 url=rtmp://push.example.com/live/first --go")
    form = await world.typed("/relay update R1 target=1")

    look = await world.submitted(form, url="@main")
    kept = await world.journal.open_forms.get(look.form_id, team=TEAM, user="U0ANA")
    await world.submitted(look, note="")

    assert KEY not in repr(kept.values)
    assert pushed_to(world) == [[URL]]


async def test_a_name_that_refers_to_nothing_changes_nothing(world):
    await world.typed("/relay start 7 url=rtmp://push.example.com/live/first --go")

    answer = await world.typed("/relay update R1 url+=@nowhere --yes")

    assert "There is no target @nowhere" in f"{answer.plain} {answer!r}"
    assert calls(world, "UpdatePublishCdnStream") == 0


async def test_a_target_of_a_relay_that_was_changed_is_as_it_is_by_now(world):
    await world.typed("/relay start 7 url=rtmp://push.example.com/live/first --go")
    await world.typed("/relay update R1 url=rtmp://push.example.com/live/second --yes")
    await world.typed("/relay stop R1 --yes")

    await world.typed("/relay start 8 url=@R1.1 --go")

    assert pushed_to(world) == [["rtmp://push.example.com/live/second"]]
