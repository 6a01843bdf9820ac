"""`/relay preset`: a form is saved under a name, and fills a start in again."""

import pytest

from bot.dialogue.outcome import Facts, Row, plain
from bot.errors import InvalidRequest
from bot.exit_table import Exits
from bot.settings import App, Policy, Rule
from bot.tencent.models.trtc.output import target_digest
from tests.commands.relay.filling import OnScreen, fields, opened
from tests.commands.relay.samples import calls, words
from tests.commands.relay.test_target import KEY, SHOWN, URL, add
from tests.world import TEAM

RULED = Policy(
    rules=(
        Rule(name="all", actions=("relay.*",), users=("U0ANA",)),
        Rule(name="starters", actions=("relay.start",), users=("U0BOB",)),
    )
)
EXITS = Exits(push=("push.example.com",))


async def save(world, typed, by="U0ANA", **values):
    form = await world.typed(f"/relay preset save {typed}", user=by)
    return await world.submitted(form, by=by, **values)


async def names(world, user="U0ANA"):
    answer = await world.typed("/relay preset list", user=user)
    rows = [plain(one.spans) for one in answer.parts if isinstance(one, Row)]
    return [one.partition(" ")[0] for one in rows]


async def said(world, name, user="U0ANA"):
    """Return what the preset *name* says, by key."""
    answer = await world.typed(f"/relay preset show {name}", user=user)
    (facts,) = (one for one in answer.parts if isinstance(one, Facts))
    return {key: plain(spans) for key, spans in facts.pairs}


async def masked(world, handle="R1"):
    return (await world.handle(handle)).masked


def size(wire):
    encode = wire["VideoParams"]["VideoEncode"]
    return encode["Width"], encode["Height"], encode["Fps"]


# ── saved and used ───────────────────────────────────────────────────────────────


async def test_a_relay_is_started_from_one_with_a_room_of_its_own(world):
    await add(world)
    answer = await save(
        world, "two-hosts layout=side users=a,b quality=540p15 url=@main"
    )

    started = await world.typed("/relay start 7 preset=two-hosts --go")

    assert answer.plain == "🟢 Preset “two-hosts” is saved."
    assert started.plain == "🟡 R1 requested…"
    thing, wire = await world.handle("R1"), await masked(world)
    assert (thing.subject.room, thing.subject.preset) == ("7", "two-hosts")
    assert size(wire) == (960, 540, 15)
    assert len(wire["VideoParams"]["LayoutParams"]["MixLayoutList"]) == 2
    assert thing.subject.targets == (target_digest(URL),)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("", (1280, 720, 30)),
        ("quality=540p15", (960, 540, 15)),
        ("fps=24", (1280, 720, 24)),
        ("layout=grid", (1280, 720, 30)),
        ("what=audio", None),
    ],
)
async def test_what_is_typed_beside_it_counts_first(world, typed, expected):
    await add(world)
    await save(
        world,
        "mine layout=side users=a,b quality=custom width=1280 height=720 fps=30"
        " bitrate=1500 gop=2 url=@main",
    )

    await world.typed(f"/relay start 7 preset=mine {typed} --go")

    wire = await masked(world)
    assert (size(wire) if wire.get("VideoParams") else None) == expected


async def test_the_one_used_last_is_the_first_in_the_form_and_in_the_list(world):
    await add(world)
    for name in ("one", "two", "three"):
        await save(world, f"{name} url=@main")
        world.clock.push(seconds=1)
    assert await names(world) == ["three", "two", "one"]

    await world.typed("/relay start 7 preset=one --go")

    form = await world.typed("/relay start 8")
    assert await names(world) == ["one", "three", "two"]
    offered = [option.value for option in fields(form)["preset"].options]
    assert offered == ["one", "three", "two"]
    assert form.fields[0] is fields(form)["preset"]


async def test_without_any_there_is_no_choice_of_one(world):
    form = await world.typed("/relay start 8")

    assert {"preset", "targets"} & {*fields(form)} == set()


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("two-host", "There is no preset “two-host”; the nearest is two-hosts."),
        ("nothing", "There is no preset “nothing”. See /relay preset list."),
    ],
)
async def test_an_unknown_one_is_told_at_its_key_and_nothing_is_sent(
    world, name, sentence
):
    await save(world, "two-hosts layout=side")

    for way in ("", "--go", "--dry-run"):
        answer = await world.typed(f"/relay start 7 preset={name} {way}")
        assert sentence in words(answer)
    assert calls(world) == 0


# ── by the form ──────────────────────────────────────────────────────────────────


async def test_choosing_one_fills_the_form_in_anew_and_keeps_the_room(world):
    await add(world)
    await save(world, "two-hosts layout=side users=a,b quality=540p15 url=@main")
    form = await opened(world)
    await form.fill(room="77", note="for tonight")
    await form.fill(layout="float")

    await form.fill(preset="two-hosts")

    shown = {key: form.state[key] for key in ("room", "note", "layout", "users")}
    assert shown == {
        "room": "77",
        "note": "for tonight",
        "layout": "side",
        "users": "a,b",
    }
    assert form.state["targets"] == ("main",)
    await form.send()
    assert (await world.handle("R1")).subject.preset == "two-hosts"


async def test_the_form_of_a_start_becomes_a_preset_and_comes_back(world):
    await add(world)
    form = await opened(world, "/relay start 7 layout=side users=a,b url=@main")
    await form.press("save")
    assert form.form.title == "Save a preset"
    assert {"room", "type"} & {*fields(form.form)} == set()

    await form.fill(name="two-hosts")
    await form.send()

    assert form.form.title == "Start relay"
    assert "Preset “two-hosts” is saved." in form.lines
    state = {key: form.state[key] for key in ("room", "layout", "preset", "targets")}
    assert state == {
        "room": "7",
        "layout": "side",
        "preset": "two-hosts",
        "targets": ("main",),
    }
    assert "room" not in await said(world, "two-hosts")
    await form.send()
    assert (await masked(world))["RoomId"] == "7"


async def test_a_preset_is_made_of_a_relay_with_the_name_of_its_target(world):
    await add(world)
    await world.typed("/relay start 7 layout=side users=a,b url=@main --go")

    await save(world, "two-hosts of=R1")

    told = await said(world, "two-hosts")
    assert {key: told[key] for key in ("layout", "users", "url")} == {
        "layout": "side",
        "users": "a,b",
        "url": "@main",
    }
    assert "room" not in told


# ── an address is not kept in one ────────────────────────────────────────────────


@pytest.mark.parametrize("of", [f"url={URL} cdn=tencent", "of=R1"])
async def test_an_address_gets_a_name_and_is_kept_as_a_named_target(world, of):
    if of == "of=R1":
        await world.typed(f"/relay start 7 url={URL} cdn=tencent --go")
    screen = OnScreen(world, await world.typed(f"/relay preset save two-hosts {of}"))
    await screen.send()
    (field,) = (one for one in fields(screen.form) if one.startswith("target-"))
    assert await names(world) == []

    screen.state[field] = "Main"
    answer = await screen.send()

    assert answer.plain == "🟢 Preset “two-hosts” is saved."
    assert (await said(world, "two-hosts"))["url"] == "@main"
    (target,) = await world.service.saved.kept.targets.listed(TEAM)
    assert (target.name, target.shown, target.cdn) == ("main", SHOWN, "tencent")
    assert target.digest == target_digest(URL)


async def test_a_preset_of_a_request_as_json_keeps_no_address_either(world):
    text = '{"PublishCdnParams": [{"PublishCdnUrl": "%s"}]}'
    form = await world.typed(f"/relay preset save whole json={text % URL}")

    with pytest.raises(InvalidRequest) as refused:
        await world.submitted(form)

    sentence = "A preset keeps no address with a stream key: write @name in its place."
    assert refused.value.faults == {"json": sentence}


async def test_a_request_as_json_may_refer_to_a_target(world):
    await add(world)
    body = (
        '{"WithTranscoding": 1, "AudioParams": {"AudioEncode": {"SampleRate": 48000,'
        ' "Channel": 1, "BitRate": 64}}, "PublishCdnParams": [{"PublishCdnUrl":'
        ' "@main"}]}'
    )
    await save(world, f"whole json={body}")

    await world.typed("/relay start 7 preset=whole --go")

    assert (await masked(world))["PublishCdnParams"] == [
        {"PublishCdnUrl": SHOWN, "IsTencentCdn": 0}
    ]


async def test_whoever_may_not_name_targets_is_told_and_nothing_is_kept(world_with):
    world = await world_with(RULED, exits=EXITS)
    typed = f"/relay preset save two-hosts url={URL} cdn=other"
    screen = OnScreen(world, await world.typed(typed, user="U0BOB"), "U0BOB")
    await screen.send()

    with pytest.raises(InvalidRequest) as refused:
        await screen.send()

    assert "You may not do that here." in refused.value.faults[""]
    assert await names(world, "U0BOB") == []


async def test_what_is_typed_is_in_no_answer_and_no_file(world, tmp_path):
    screen = OnScreen(world, await world.typed(f"/relay preset save a url={URL}"))
    await screen.send()
    answers = [
        await screen.send(),
        await world.typed("/relay preset list"),
        await world.typed("/relay preset show a"),
        await world.typed("/relay preset change a"),
        await world.typed("/relay start preset=a"),
    ]

    assert not [one for one in answers if KEY in repr(one)]
    files = [one for one in tmp_path.iterdir() if one.is_file()]
    assert files
    assert not [one.name for one in files if KEY.encode() in one.read_bytes()]


# ── whose it is ──────────────────────────────────────────────────────────────────


async def test_one_is_its_owners_alone_or_everybodys(world):
    await save(world, "mine layout=side")
    await save(world, "ours layout=pip", scope="all")
    await save(world, "mine layout=grid", by="U0BOB")

    assert sorted(await names(world)) == ["mine", "ours"]
    assert sorted(await names(world, "U0BOB")) == ["mine", "ours"]
    assert (await said(world, "mine"))["layout"] == "side"
    assert (await said(world, "mine", "U0BOB"))["layout"] == "grid"
    assert (await said(world, "ours", "U0BOB"))["layout"] == "pip"


async def test_of_one_name_ones_own_hides_everybodys(world):
    await save(world, "talk layout=pip", scope="all")
    await save(world, "talk layout=side")

    assert await names(world) == ["talk"]
    assert (await said(world, "talk"))["layout"] == "side"
    assert (await said(world, "talk", "U0BOB"))["layout"] == "pip"


async def test_whoever_has_no_right_to_it_changes_nothing_of_everybodys(world_with):
    world = await world_with(RULED, exits=EXITS)
    await save(world, "ours layout=pip", scope="all")
    form = await world.typed("/relay preset change ours", user="U0BOB")
    new = await world.typed("/relay preset save other layout=pip", user="U0BOB")

    refused = [
        await world.typed(f"/relay preset {text}", user="U0BOB")
        for text in ("rename ours theirs", "delete ours", "delete ours --yes")
    ]
    for one, scope in ((form, "all"), (form, "mine"), (new, "all")):
        with pytest.raises(InvalidRequest) as told:
            await world.submitted(one, by="U0BOB", scope=scope)
        assert "You may not do that here." in told.value.faults[""]

    assert {one.plain for one in refused} == {"🟠 You may not do that here."}
    assert await names(world) == ["ours"]
    await world.submitted(new, by="U0BOB", scope="mine")
    assert sorted(await names(world, "U0BOB")) == ["other", "ours"]


def ruled(*rights, **of):
    """Return RULED, but for U0BOB with *rights* besides, on what is *of* those apps."""
    more = Rule(name="more", actions=rights, users=("U0BOB",), **of)
    return Policy(rules=(*RULED.rules, more))


async def test_for_whoever_may_not_keep_it_no_target_is_named_either(world_with):
    world = await world_with(ruled("relay.target"), exits=EXITS)
    typed = f"/relay preset save ours url={URL} cdn=other"
    screen = OnScreen(world, await world.typed(typed, user="U0BOB"), "U0BOB")
    await screen.send(scope="all")

    with pytest.raises(InvalidRequest):
        await screen.send(scope="all")
    of_everybody = await world.journal.saved.targets.listed(TEAM)
    await screen.send(scope="mine")

    assert of_everybody == []
    assert len(await world.journal.saved.targets.listed(TEAM)) == 1


async def test_one_of_an_app_is_kept_for_everybody_by_a_right_on_that_app(world_with):
    other = App(name="spare", sdk_app_id=1500000000, usersig_key="u" * 8)
    policy = ruled("relay.preset", apps=("live-main",))
    world = await world_with(policy, exits=EXITS, apps=(other,))
    bob = {"by": "U0BOB", "scope": "all"}

    await save(world, "ours app=live-main layout=pip", **bob)
    with pytest.raises(InvalidRequest):
        await save(world, "theirs app=spare layout=pip", **bob)

    assert await names(world) == ["ours"]
