"""Tencent's CDN is asked once a minute, in turn, while something runs to it."""

from contextlib import AsyncExitStack
from datetime import timedelta

import pytest

from bot.config.pushes import Live
from bot.dialogue.outcome import plain
from bot.journal.pushes import Poll
from bot.journal.rows import millis, moment
from bot.operations.pushes import MOST_PAGES
from bot.resources.relay.quality import LOOKS
from bot.resources.relay.samples import Sample, pushed_of, streams_of
from bot.states import State
from bot.tencent.models.live import PAGE_SIZE
from tests.world import make_world

LOOK = "DescribeLiveStreamPushInfoList"
START = "/relay start 295066 url=rtmp://push.example.com/live/show?txSecret=s --go"
ELSEWHERE = "/relay start 7 url=rtmp://push.example.com/live/other cdn=other --go"
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def stack():
    async with AsyncExitStack() as stack:
        yield stack


async def made(stack, tmp_path, **more):
    """Return a world whose cloud has the time of its bot."""
    world = await make_world(stack, tmp_path / "p.db", **more)
    cloud = world.cloud
    for one in (cloud, cloud.state, cloud.pushes):
        one.clock = lambda: world.clock().timestamp()
    return world


@pytest.fixture
async def world(tmp_path, stack):
    return await made(stack, tmp_path)


def asked(world):
    return world.cloud.pushes.looks


async def look(world, times=1):
    """Let so many minutes pass, each with a look; return R1 as it is then."""
    for _each in range(times):
        world.clock.passed += 60
        await world.service.pushes.round()
    return await world.journal.find.by_handle("R1", "T0HOME")


def relay_of(world, room="295066"):
    return next(r for r in world.cloud.state.running if r.room == room)


async def told(world):
    """Return what waits to be told in threads, and of whether cards are drawn."""
    due = await world.journal.outbox.due(world.clock())
    for one in due:
        await world.journal.outbox.sent(one)
    return [(one.name, one.facts.get("what", "")) for one in due]


async def test_while_nothing_runs_to_the_cdn_nothing_is_asked(world):
    await look(world, 3)
    await world.typed(ELSEWHERE)
    await world.settled()
    await look(world, 3)

    assert asked(world) == 0


async def test_one_look_a_minute_however_often_it_is_somebodys_turn(world):
    await world.typed(START)
    await world.settled()
    for _each in range(24):
        world.clock.passed += 5
        await world.service.pushes.round()

    assert asked(world) == 2


async def test_a_sample_is_kept_by_the_digest_of_the_address_and_no_more(world):
    await world.typed(START)
    await world.settled()

    relay = await look(world)

    ((number, stream),) = streams_of(relay)
    at = round(world.clock().timestamp() * 1000)
    assert (number, stream.samples) == (1, (Sample(at, 15.0, 1_536_000),))
    assert "show" not in relay.pushed
    assert "203.0.113" not in relay.pushed


async def test_what_is_pushed_by_others_is_dropped(world):
    await world.typed(START)
    await world.settled()
    mine = await look(world)
    for number in range(40):
        fields = {**relay_of(world).start, "RoomId": f"{number}"}
        url = f"rtmp://push.example.com/live/others-{number}"
        fields["PublishCdnParams"] = [{"PublishCdnUrl": url}]
        world.cloud.state.start_relay(fields, "")

    more = await look(world)

    assert len(pushed_of(more.pushed).streams) == len(pushed_of(mine.pushed).streams)


async def test_every_page_is_read_until_all_were_seen(world):
    await world.typed(START)
    await world.settled()
    relay = relay_of(world)
    for number in range(PAGE_SIZE):
        url = f"rtmp://push.example.com/live/others-{number}"
        fields = {**relay.start, "PublishCdnParams": [{"PublishCdnUrl": url}]}
        world.cloud.state.start_relay(fields, "")
    relays = world.cloud.state.relays
    relays[relay.task_id] = relays.pop(relay.task_id)  # so it is on the second page

    seen = await look(world)

    assert asked(world) == 2 < MOST_PAGES
    assert len(list(streams_of(seen))) == 1


async def test_a_stream_that_is_not_listed_is_no_data_and_ends_nothing(world):
    await world.typed(START)
    await world.settled()
    await look(world, 2)
    world.cloud.pushes.happens(relay_of(world), "gone")

    relay = await look(world, 2)

    ((_number, stream),) = streams_of(relay)
    assert stream.missed == round((world.clock() - MINUTE).timestamp() * 1000)
    assert len(stream.samples) == 2
    assert relay.state is State.STARTED


async def test_a_black_picture_is_told_once_and_so_is_its_end(world):
    await world.typed(START)
    await world.settled()
    await look(world, 6)
    await told(world)
    world.cloud.pushes.happens(relay_of(world), "black")
    fell = []
    for _each in range(4):
        await look(world)
        fell.append(await told(world))
    world.cloud.pushes.happens(relay_of(world), "well")
    back = []
    for _each in range(3):
        await look(world)
        back.append(await told(world))

    assert fell == [
        [("card", "")],
        [("news", "still"), ("card", "")],
        [],
        [],
    ]
    assert back == [[("card", "")], [("news", "picture-back"), ("card", "")], []]


async def test_in_the_first_three_minutes_nothing_is_told(world):
    await world.typed(START)
    await world.settled()
    world.cloud.pushes.happens(relay_of(world), "black")
    await look(world, 10)

    assert [one for one in await told(world) if one[1] == "still"] == []


@pytest.mark.parametrize("how", ["UnauthorizedOperation", "reset", "garbage", "500"])
async def test_what_the_cdn_does_not_say_changes_nothing(world, how):
    await world.typed(START)
    await world.settled()
    before = await look(world, 2)
    await told(world)
    world.cloud.state.fail_next(LOOK, how)

    after = await look(world)

    assert (after.pushed, await told(world)) == (before.pushed, [])
    code = how if how == "UnauthorizedOperation" else "NoAnswer"
    answered = moment(millis(world.clock() - MINUTE))
    assert await world.service.pushes.poll() == Poll(answered, code)


async def test_what_may_not_be_asked_is_asked_seldom(world):
    await world.typed(START)
    await world.settled()
    world.cloud.state.fail_next(LOOK, "UnauthorizedOperation", 100)

    await look(world, 21)

    calls = world.cloud.state.failures[LOOK]
    assert 100 - len(calls) == 3


async def test_a_card_is_drawn_anew_for_news_and_every_ten_minutes(world):
    await world.typed(START)
    await world.settled()
    await told(world)
    drawn = []
    for minute in range(12):
        await look(world)
        drawn += [minute] * len(await told(world))

    assert drawn == [0, 10]


@pytest.mark.parametrize(
    ("domains", "looks"), [(("push.example.com",), 1), (("other.example.com",), 0)]
)
async def test_only_domains_of_the_account_are_asked_about(
    tmp_path, stack, domains, looks
):
    live = {"settings": {"live": Live(domains=domains)}}
    world = await made(stack, tmp_path, **live)
    await world.typed(START)
    await world.settled()
    await look(world)

    assert asked(world) == looks


async def test_without_an_endpoint_nothing_is_asked_and_it_ends(tmp_path, stack):
    off = {"settings": {"live_endpoint": ""}}
    world = await made(stack, tmp_path, **off)
    await world.service.pushes.run()

    assert (asked(world), await world.service.pushes.poll()) == (0, None)


# ── the last hour ────────────────────────────────────────────────────────────────


async def test_the_last_hour_is_asked_for_each_target_on_the_cdn(world):
    two = f"{START} url=rtmp://else.test.net/live/x cdn=tencent cdn=other"
    await world.typed(two)
    await world.settled()
    world.clock.passed += 600

    answer = await world.typed("/relay quality R1")

    calls = [name for _at, name in world.cloud.state.calls]
    assert calls.count("DescribeStreamPushInfoList") == 1
    assert calls.count("DescribeLiveStreamState") == 1
    assert any("10 readings" in plain(part.spans) for part in answer.parts)


async def test_a_key_without_the_right_is_a_sentence_and_nothing_else_stops(world):
    await world.typed(START)
    await world.settled()
    world.cloud.state.fail_next("DescribeLiveStreamState", "UnauthorizedOperation")

    answer = await world.typed("/relay quality R1")

    text = "".join(plain(part.spans) for part in answer.parts)
    assert "The key may not ask that. It needs live:" in text
    assert "R1" in plain((await world.typed("/relay status R1")).headline)
    assert "UnauthorizedOperation product=live" in str(answer.buttons)


async def test_a_picture_that_fell_is_a_cause_in_the_answer_about_its_room(world):
    await world.typed(START)
    await world.settled()
    await look(world, 6)
    before = await world.typed("/lookup R1 --room")
    world.cloud.pushes.happens(relay_of(world), "black")
    await look(world, 2)

    after = await world.typed("/lookup R1 --room")

    text = "the CDN gets 38 kbit/s since "
    assert text not in str(before)
    assert text in plain(after.sentence)


# ── the doctor ───────────────────────────────────────────────────────────────────


async def checks(world):
    """Return what the doctor says of it: what, how well, and what to do."""
    every = await world.service.diagnose()
    return [
        (one.what, one.well, one.fix)
        for one in every
        if one.what.startswith("Push quality")
    ]


async def test_the_doctor_says_when_the_last_answer_came(world):
    await world.typed(START)
    await world.settled()
    before = await checks(world)
    await look(world)

    at = f"{world.clock():%Y-%m-%d %H:%M}"
    nothing = "Push quality: on; nothing was asked since no relay needs it."
    assert before == [(nothing, True, "")]
    assert await checks(world) == [
        (f"Push quality: the last answer came {at} UTC", True, "")
    ]


async def test_the_doctor_names_the_rights_that_a_key_lacks(world):
    await world.typed(START)
    await world.settled()
    world.cloud.state.fail_next(LOOK, "UnauthorizedOperation")
    await look(world)

    ((what, well, fix),) = await checks(world)
    assert what == "Push quality: the CDN answered UnauthorizedOperation"
    names = ", ".join(f"live:{one.action}" for one in LOOKS)
    text = f"Its key needs {names} in CAM. Nothing else is off without."
    assert (well, fix) == (None, text)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"live_endpoint": ""}, []),
        (
            {"secret_id": None},
            [
                (
                    "Push quality: there is no key for it",
                    None,
                    "Set BOT_LIVE_SECRET_ID and its key, or unset BOT_LIVE_ENDPOINT.",
                )
            ],
        ),
    ],
)
async def test_where_it_is_off_the_doctor_says_no_more_than_why(
    tmp_path, stack, settings, says
):
    world = await made(stack, tmp_path, settings=settings)

    assert await checks(world) == says
