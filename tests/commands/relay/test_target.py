"""`/relay target`: an address is typed once, into a form, and used by its name."""

from contextlib import AsyncExitStack

import pytest

from bot.dialogue.form import Form
from bot.dialogue.outcome import Row, plain
from bot.errors import InvalidRequest
from bot.exit_table import Exits
from bot.ids import TeamId
from bot.settings import App, Policy, Rule
from bot.tencent.models.trtc.output import target_digest
from tests.commands.relay.filling import fields
from tests.commands.relay.samples import buttons, calls, words
from tests.world import TEAM, make_world

KEY = "the-stream" + "-key"
URL = f"rtmp://push.example.com/live/{KEY}"
SHOWN = "rtmp://push.example.com/live/****"
ROTATED = "rtmp://push.example.com/live/rotated" + "-key"
RULED = Policy(
    rules=(
        Rule(name="all", actions=("relay.*",), users=("U0ANA",)),
        Rule(name="starters", actions=("relay.start",), users=("U0BOB", "U0EVE")),
        Rule(name="crew", actions=("relay.stop",), groups=("S0CREW",)),
    )
)


async def add(world, name="main", url=URL, cdn="other", by="U0ANA", **more):
    form = await world.typed(f"/relay target add {name}", user=by)
    return await world.submitted(form, by=by, url=url, cdn=cdn, **more)


async def listed(world, **who):
    answer = await world.typed("/relay target list", **who)
    return [plain(one.spans) for one in answer.parts if isinstance(one, Row)]


async def sent(world, handle="R1"):
    intent = await world.handle(handle)
    return intent.masked["PublishCdnParams"], intent.subject.targets


@pytest.fixture
async def ruled(world_with):
    return await world_with(RULED, exits=Exits(push=("push.example.com",)))


# ── adding ───────────────────────────────────────────────────────────────────────


async def test_it_is_typed_into_a_form_and_then_used_by_its_name(world):
    answer = await add(world)
    await world.typed("/relay start 7 url=@main --go")

    assert answer.plain == f"🟢 @main is saved: {SHOWN}"
    targets, digests = await sent(world)
    assert targets == [{"PublishCdnUrl": SHOWN, "IsTencentCdn": 0}]
    assert digests == (target_digest(URL),)
    assert [one.action for one in await world.journal.audit.all(TEAM)] == [
        "relay.target",
        "relay.start",
    ]


async def test_what_opens_it_is_told_nowhere(world):
    answers = [
        await add(world),
        await world.typed("/relay target list"),
        await world.typed("/relay target change main"),
        await world.typed("/relay target remove main"),
        await world.typed("/relay start 7 url=@main"),
        await world.typed("/relay start 7 url=@main --dry-run"),
        await world.typed("/relay start 7 url=@main --go"),
        await world.typed("/relay start 8 url=@main --go"),
        await world.typed("/lookup R1 --details"),
        await world.typed("/patchbay history"),
        await world.typed("/patchbay doctor"),
        await world.notices(),
    ]
    records = [one.as_json() for one in await world.journal.audit.all(TEAM)]

    assert calls(world) == 1
    assert not [one for one in answers if KEY in repr(one)]
    assert not [one for one in records if KEY in one]


@pytest.mark.parametrize(
    "text",
    [
        f"add main {URL}",
        f"add main url={URL}",
        f"add {URL}",
        f"change main url={URL}",
        "add main url=anything",
        URL,
    ],
)
async def test_an_address_in_the_command_is_refused_and_is_to_be_regarded_as_known(
    world, text
):
    answer = await world.typed(f"/relay target {text}")

    assert answer.plain == (
        "🟠 An address with a stream key is typed into the form alone. What was typed"
        " here Slack keeps, and others may have seen: have a new key made, and type"
        " that into the form."
    )
    assert KEY not in words(answer)
    assert await listed(world) == []


BAD = {
    "an address for a name": (
        {"name": "a.example.com/live"},
        {"name": "That is an address. A name has letters, digits and dashes alone."},
    ),
    "another word for a name": (
        {"name": "r7"},
        {"name": "“r7” means something else here; choose another name."},
    ),
    "no name": ({"name": ""}, {"name": "Give it a name."}),
    "a taken name": (
        {"name": "Main"},
        {"name": "“main” is taken; choose another name."},
    ),
    "no address": (
        {"url": ""},
        {"url": "Give its address: rtmp://host/app/stream."},
    ),
    "a page": (
        {"url": "https://push.example.com/live/k"},
        {"url": "The push address begins with rtmp://."},
    ),
    "no stream": (
        {"url": "rtmp://push.example.com/live"},
        {"url": "The push address is written rtmp://host/app/stream."},
    ),
    "a word for an ID": (
        {"users": "ana"},
        {"users": "“ana” is no ID of a member (U…) or a user group (S…)."},
    ),
    "a group that no rule names": (
        {"users": "<@U0BOB|bob> S0NONE"},
        {
            "users": "No rule in bot.toml names the group S0NONE, so it is not known"
            " who is in it. Name people, or have it named there."
        },
    ),
    "no word on the CDN": ({"cdn": ""}, {"cdn": "Say whose CDN it is on."}),
    "where nothing may go": (
        {"url": "rtmp://elsewhere.example.com/live/k"},
        {
            "url": "Push to rtmp://elsewhere.example.com/live/**** is not allowed here."
            ' Whoever runs this bot can add "elsewhere.example.com" to push under'
            " [exits] in bot.toml."
        },
    ),
}


@pytest.mark.parametrize("case", BAD)
async def test_bad_input_gets_a_sentence_at_its_field_and_nothing_is_kept(ruled, case):
    values, faults = BAD[case]
    await add(ruled)
    form = await ruled.typed("/relay target add other")
    good = {"url": URL, "cdn": "other", "name": "other"}

    with pytest.raises(InvalidRequest) as refused:
        await ruled.submitted(form, **{**good, **values})

    assert refused.value.faults == faults
    assert len(await listed(ruled)) == 1


async def test_a_secret_in_the_name_is_refused_before_it_is_looked_at(world):
    form = await world.typed("/relay target add")

    with pytest.raises(InvalidRequest) as refused:
        await world.submitted(form, name=URL, url=URL, cdn="other")

    assert list(refused.value.faults) == ["name"]
    assert KEY not in str(refused.value)


# ── changing and removing ────────────────────────────────────────────────────────


async def test_a_rotated_key_is_one_edit(world):
    await add(world)
    form = await world.typed("/relay target change main")
    answer = await world.submitted(form, url=ROTATED)
    await world.typed("/relay start 7 url=@main --go")

    assert fields(form)["url"].initial == ""
    assert answer.plain == f"🟢 @main is saved: {SHOWN}"
    assert (await sent(world))[1] == (target_digest(ROTATED),)


async def test_an_empty_address_leaves_it_as_it_is(world):
    await add(world)
    form = await world.typed("/relay target change main")
    await world.submitted(form, cdn="tencent", users="U0ANA")
    await world.typed("/relay start 7 url=@main --go")

    targets, digests = await sent(world)
    assert targets == [{"PublishCdnUrl": SHOWN, "IsTencentCdn": 1}]
    assert digests == (target_digest(URL),)


async def test_a_removal_asks_first_and_then_it_is_gone(world):
    await add(world)
    asked = await world.typed("/relay target remove main")
    assert len(await listed(world)) == 1

    (button,) = buttons(asked)
    done = await world.typed(f"/{button.command} {button.text}")
    again = await world.typed(f"/{button.command} {button.text}")

    assert asked.plain == f"Remove @main, {SHOWN}?"
    assert done.plain == "⚪ @main is removed."
    assert again.plain == "🟠 There is no target @main here."
    assert await listed(world) == []


async def test_a_removal_says_which_presets_lead_there(world):
    await add(world)
    for user, name in (("U0ANA", "two-hosts"), ("U0BOB", "of-bob")):
        typed = f"/relay preset save {name} url=@main"
        form = await world.typed(typed, user=user)
        await world.submitted(form, by=user)

    asked = await world.typed("/relay target remove main")

    assert [plain(one.spans) for one in asked.parts] == [
        "Its address is forgotten. Relays to it are not touched.",
        "These presets lead to it, and would not fit: two-hosts.",
        "1 preset of somebody else leads to it.",
    ]


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("change", "🟠 Say which target: its name."),
        ("change none", "🟠 There is no target @none here."),
        ("remove none --yes", "🟠 There is no target @none here."),
        ("frobnicate main", "🟠 Use list, add, change or remove, and a name."),
        ("add a b", "🟠 Use list, add, change or remove, and a name."),
    ],
)
async def test_what_makes_no_sense_is_told(world, text, answer):
    assert (await world.typed(f"/relay target {text}")).plain == answer


# ── who may ──────────────────────────────────────────────────────────────────────


async def test_whoever_may_not_change_them_may_look_and_is_offered_nothing(ruled):
    await add(ruled)
    shown = await ruled.typed("/relay target list", user="U0BOB")
    refused = [
        await ruled.typed(f"/relay target {text}", user="U0BOB")
        for text in ("add b", "change main", "remove main", "remove main --yes")
    ]

    rows = [one for one in shown.parts if isinstance(one, Row)]
    assert [one.menu for one in rows] == [()]
    assert {one.plain for one in refused} == {"🟠 You may not do that here."}
    assert len(await listed(ruled)) == 1


async def test_a_form_that_somebody_else_opened_is_not_taken(ruled):
    form = await ruled.typed("/relay target add b")

    with pytest.raises(InvalidRequest) as refused:
        await ruled.submitted(form, by="U0BOB", url=URL, cdn="other")

    assert refused.value.faults == {
        "": "This form is too old, or was sent in already. Open a new one."
    }
    assert await listed(ruled) == []


async def test_it_is_for_those_whom_it_names_and_for_groups_as_slack_has_them(ruled):
    ruled.people.groups["S0CREW"] = {"U0EVE"}
    await ruled.directory.look_up_groups()
    await add(ruled, users="U0ANA S0CREW")

    start = "/relay start 7 url=@main --go"
    bob = await ruled.typed(start, user="U0BOB")
    assert bob.plain == "🟠 You may not do that here."
    assert calls(ruled) == 0

    eve = await ruled.typed(start, user="U0EVE")
    assert eve.plain == "🟡 R1 requested…"
    again = await ruled.typed("/relay start 8 url=@R1.1 --go", user="U0BOB")
    assert again.plain == "🟠 You may not do that here."
    assert calls(ruled) == 1


async def test_it_is_offered_in_the_form_to_those_who_may_use_it(ruled):
    await add(ruled, users="U0ANA")
    await add(ruled, name="for-all", url=f"{URL}2")

    async def offered(user):
        form = await ruled.typed("/relay start 7", user=user)
        assert isinstance(form, Form)
        return [one.value for one in fields(form)["targets"].options]

    assert await offered("U0ANA") == ["for-all", "main"]
    assert await offered("U0BOB") == ["for-all"]


@pytest.fixture
async def two_apps(tmp_path):
    async with AsyncExitStack() as stack:
        other = App(name="other", sdk_app_id=2, usersig_key="k" * 8)
        yield await make_world(stack, tmp_path / "a.db", apps=(other,))


async def test_it_is_for_the_apps_that_it_names(two_apps):
    await add(two_apps, apps=("live-main",))

    refused = await two_apps.typed("/relay start 7 app=other url=@main --go")
    taken = await two_apps.typed("/relay start 7 app=live-main url=@main --go")

    assert "@main is for live-main only." in words(refused)
    assert taken.plain == "🟡 R1 requested…"
    assert calls(two_apps) == 1


async def test_whoever_may_on_one_app_names_targets_for_that_one_alone(tmp_path):
    other = App(name="other", sdk_app_id=2, usersig_key="k" * 8)
    of_one = Rule(
        name="one", actions=("relay.*",), users=("U0BOB",), apps=("live-main",)
    )
    policy = Policy(rules=(*RULED.rules[:1], of_one))
    async with AsyncExitStack() as stack:
        path, exits = tmp_path / "a.db", Exits(push=("push.example.com",))
        world = await make_world(stack, path, policy=policy, exits=exits, apps=(other,))
        await add(world, name="for-all")

        for apps in ((), ("other",), ("live-main", "other")):
            with pytest.raises(InvalidRequest) as refused:
                await add(world, by="U0BOB", apps=apps)
            assert "You may not do that here." in refused.value.faults[""]
        form = await world.typed("/relay target change for-all", user="U0BOB")
        with pytest.raises(InvalidRequest) as refused:
            await world.submitted(form, by="U0BOB", url=ROTATED, apps=("live-main",))
        assert "You may not do that here." in refused.value.faults[""]
        taken = await add(world, by="U0BOB", apps=("live-main",))
        removed = await world.typed("/relay target remove for-all --yes", user="U0BOB")

        assert taken.plain == f"🟢 @main is saved: {SHOWN}"
        assert removed.plain == "🟠 You may not do that here."
        assert len(await listed(world)) == 2


async def test_another_workspace_has_its_own(world):
    await add(world)

    there = await world.service.saved.kept.targets.listed(TeamId("T9"))

    at = f"{world.clock():%Y-%m-%d %H:%M} UTC"
    row = f"@main · {SHOWN} · another CDN, billed\nchanged by U0ANA · {at}"
    assert there == []
    assert await listed(world) == [row]
