"""Where a relay may lead: what is typed, what is told, and what reaches the cloud."""

import json
from contextlib import AsyncExitStack

import pytest

from bot.dialogue.outcome import plain
from bot.errors import InvalidRequest
from bot.exit_table import ANY_EXIT, NO_EXITS, Exits
from bot.operations.recovery import recover
from bot.settings import Policy, Rule
from bot.states import State
from tests.commands.relay.samples import PASTED, calls, words
from tests.world import live_again, make_world

PUSH = Exits(push=(".livepush.example.com",))
TARGET = {"PublishCdnUrl": "rtmp://a.livepush.example.com/b/c", "IsTencentCdn": 0}
BASE = {**PASTED, "PublishCdnParams": [TARGET]}
S3 = {
    "Vendor": 1,
    "Region": "us-east-1",
    "Bucket": "evil",
    "AccessKey": "who",
    "SecretKey": "what",
}


def recorded(**store):
    return {"RecordParams": {"UniRecord": 3, "McuStorageParams": store}}


def cell(**more):
    user = {"UserInfo": {"UserId": "ceo", **more.pop("room", {})}}
    box = {"ImageWidth": 10, "ImageHeight": 10, "UserMediaStream": user, **more}
    encoding = {"Width": 640, "Height": 480, "Fps": 15, "BitRate": 500, "Gop": 2}
    layout = {"MixLayoutMode": 4, "MixLayoutList": [box]}
    return {"VideoParams": {"VideoEncode": encoding, "LayoutParams": layout}}


def watermark(url):
    place = {"WaterMarkWidth": 9, "WaterMarkHeight": 9, "LocationX": 0, "LocationY": 0}
    video = cell()["VideoParams"]
    mark = {"WaterMarkImage": {"WaterMarkUrl": url, **place}}
    return {"VideoParams": {**video, "WaterMarkList": [mark]}}


BOARDROOM = {"RoomId": "boardroom", "RoomIdType": 1}
FEEDBACK = [{"RoomId": "evilroom", "RoomIdType": 1, "UserId": "evil"}]
VOD = {"McuTencentVod": {"SubAppId": 666, "ExpireTime": 0}}
METADATA = "http://169.254.169.254/latest/meta-data/"

WAYS_OUT = {
    "a bucket at a store of one's own": (
        recorded(CloudStorage={**S3, "EndpointUrl": "https://s3.evil.example"}),
        "stores",
        "s3.evil.example/us-east-1/evil",
    ),
    "a bucket": (recorded(CloudStorage=S3), "stores", "aws/us-east-1/evil"),
    "a VOD application": (recorded(McuCloudVod=VOD), "vod_apps", "666"),
    "VOD": (recorded(McuCloudVod={}), "vod_apps", "main"),
    "the console's template": (
        {"RecordParams": {"UniRecord": 2}},
        "stores",
        "template",
    ),
    "a room that it speaks into": (
        {"PublishCdnParams": None, "FeedBackRoomParams": FEEDBACK},
        "rooms",
        "live-main/evilroom",
    ),
    "a user of another room": (
        cell(room=BOARDROOM),
        "rooms",
        "live-main/boardroom",
    ),
    "a user of the text room of that number": (
        cell(room={"RoomIdType": 1}),
        "rooms",
        "live-main/295066",
    ),
    "a picture of a cell": (
        cell(BackgroundImageUrl="https://evil.example/a.png?sign=1"),
        "pictures",
        "evil.example",
    ),
    "a mask of a cell": (
        cell(TransparentUrl="https://evil.example/a.png"),
        "pictures",
        "evil.example",
    ),
    "a watermark": (watermark("https://evil.example/a"), "pictures", "evil.example"),
    "a push host": (
        {"PublishCdnParams": [{"PublishCdnUrl": "rtmp://evil.example/a/b"}]},
        "push",
        "evil.example",
    ),
}


def typed(changes, *flags):
    fields = {k: v for k, v in {**BASE, **changes}.items() if v is not None}
    return f"/relay start json={json.dumps(fields)} {' '.join(flags) or '--go'}"


@pytest.mark.parametrize("flag", ["--go", "--dry-run"])
@pytest.mark.parametrize("way", WAYS_OUT)
async def test_what_the_table_does_not_list_is_not_sent(world_with, way, flag):
    changes, row, entry = WAYS_OUT[way]
    world = await world_with(exits=PUSH)

    answer = await world.typed(typed(changes, flag))

    assert answer.plain == "🟠 You may not do that here."
    assert f"exits.{row}" in words(answer)
    assert f'add "{entry}" to {row} under [exits] in bot.toml' in words(answer)
    assert calls(world) == 0
    assert await world.journal.find.counts() == {}


@pytest.mark.parametrize("way", WAYS_OUT)
async def test_what_a_refusal_says_to_list_is_sent_once_it_is_listed(world_with, way):
    changes, row, entry = WAYS_OUT[way]
    table = PUSH.model_copy(update={row: (*getattr(PUSH, row), entry)})
    world = await world_with(exits=table)

    answer = await world.typed(typed(changes))

    assert answer.plain == "🟡 R1 requested…"
    assert calls(world) == 1


async def test_metadata_of_a_cloud_machine_is_fetched_by_no_table(world_with):
    world = await world_with(exits=ANY_EXIT)

    answer = await world.typed(typed(watermark(METADATA)))

    assert "169.254.169.254 is an address" in words(answer)
    assert calls(world) == 0


@pytest.mark.parametrize(
    "url",
    [
        "rtmp://127.0.0.1/a/b",
        "rtmp://169.254.169.254/a/b",
        "rtmp://[::1]/a/b",
        "rtmp://2130706433/a/b",
        "rtmp://localhost/a/b",
        "rtmp://push.example.com:22/a/b",
        "rtmp://push.example.com/../../a/b",
        "rtmp://push.example.com",
    ],
)
async def test_no_table_lets_a_relay_go_to_an_address_or_a_strange_port(
    world_with, url
):
    world = await world_with(exits=ANY_EXIT)

    answer = await world.typed(f"/relay start 7 url={url} --go")

    assert answer.tone.name == "WARN"
    assert calls(world) == 0


RULED = Policy(rules=(Rule(name="all", actions=("*",), users=("U0ANA",)),))


async def test_without_a_table_relays_may_go_nowhere(world_with):
    world = await world_with(RULED, exits=NO_EXITS)

    answer = await world.typed("/relay start 7 url=rtmp://push.example.com/a/b --go")

    assert 'add "push.example.com" to push under [exits]' in words(answer)
    assert calls(world) == 0


async def test_the_form_shows_the_refusal_under_the_field(world_with):
    world = await world_with(exits=PUSH)
    form = await world.typed("/relay start")

    with pytest.raises(InvalidRequest) as refused:
        await world.submitted(form, room="7", url="rtmp://evil.example/a/b")

    assert list(refused.value.faults) == ["url"]
    assert 'add "evil.example" to push' in refused.value.faults["url"]
    assert calls(world) == 0


async def test_a_limit_and_every_exit_are_told_at_once(world_with):
    world = await world_with(exits=PUSH)
    both = {**recorded(CloudStorage=S3), "FeedBackRoomParams": FEEDBACK}
    agent = {"AgentParams": {"UserId": "bot", "MaxIdleTime": 301}}

    answer = await world.typed(typed({**both, **agent}))

    for what in ("over the limit of 300", "aws/us-east-1/evil", "live-main/evilroom"):
        assert what in words(answer)


async def test_the_address_that_was_checked_is_the_one_that_is_sent(world_with):
    world = await world_with(exits=PUSH)
    url = "RTMP://A.LivePush.example.com.:1935/Live/K?tX=%2Fa&b=C"

    await world.typed(f"/relay start 7 url={url} --go")

    (relay,) = world.cloud.state.relays.values()
    assert list(relay.urls) == ["rtmp://a.livepush.example.com/Live/K?tX=%2Fa&b=C"]


def leads(parts):
    """Return the lines of *parts* that say where something goes or comes from."""
    (part,) = [one for one in parts if getattr(one, "title", "") == "Where it leads"]
    return [plain(spans) for spans in part.lines]


ALL_WAYS = {
    **watermark("https://p.example/a.png?sign=secret"),
    **recorded(CloudStorage={**S3, "EndpointUrl": "https://s3.evil.example"}),
    "FeedBackRoomParams": FEEDBACK,
}
TOLD = [
    "Picture from https://p.example/a.png?****",
    "Room evilroom (text), which evil speaks into",
    "Recording to s3.evil.example/us-east-1/evil",
]


async def test_details_and_dry_run_say_everywhere_that_it_leads(world):
    dry = await world.typed(typed(ALL_WAYS, "--dry-run"))
    await world.typed(typed(ALL_WAYS))
    card = await world.typed("/lookup R1")
    details = await world.typed("/lookup R1 --details")

    target = "Push to rtmp://a.livepush.example.com/b/****"
    assert sorted(leads(dry.parts)) == sorted([target, *TOLD])
    assert sorted(leads(details.parts)) == sorted([target, *TOLD])
    assert card.targets == (("a.livepush.example.com",), ("+ 3 more in Details",))
    assert "secret" not in words(dry) + words(card) + words(details)


async def test_what_waited_is_held_against_the_table_that_holds_when_it_is_sent(
    tmp_path,
):
    start, path = "/relay start 7 url=rtmp://push.example.com/a/b --go", tmp_path / "p"
    async with AsyncExitStack() as outer:
        cloud = (await make_world(outer, tmp_path / "first")).cloud
        async with AsyncExitStack() as stack:
            first = await live_again(stack, path, cloud)
            first.clock.hold()
            await first.router.answer(first.ask(start))
        second = await live_again(outer, path, cloud, exits=PUSH)
        await recover(second.executor, second.hearing, second.clock())
        await second.settled()

        intent = await second.handle("R1")
        assert (intent.state, intent.settlement.error_code) == (
            State.NOT_STARTED,
            "patchbay.Denied",
        )
        assert "push.example.com" in intent.settlement.error_text
        assert calls(second) == 0


async def test_however_many_exits_there_are_the_card_can_still_be_stopped(world):
    users = [
        {"UserInfo": {"UserId": f"u{n}", "RoomId": f"room-{n}", "RoomIdType": 1}}
        for n in range(200)
    ]
    audio = {**BASE["AudioParams"], "SubscribeAudioList": users}

    await world.typed(typed({"AudioParams": audio}))
    (card,) = [one for one in await world.notices() if "R1" in one.text]
    details = await world.typed("/lookup R1 --details")

    assert "room-0" in words(details)
    assert "+ 200 more in Details" in json.dumps(card.body)
    assert "Stop R1" in json.dumps(card.body)
