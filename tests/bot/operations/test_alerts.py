"""An alert of each cause rings in one new message, and again until somebody has it."""

from contextlib import AsyncExitStack

import pytest

from bot.config.alerts import Alerts
from bot.journal.outages import NO_MUTE, AlertCause
from bot.tencent.room_events import RoomEventKind
from tests.bot.operations.tencent import (
    FAILED,
    KEY,
    RECOVERING,
    RUNNING,
    Tencent,
    lost,
    started,
)
from tests.world import live_again, make_world

URL = "rtmp://push.example.com/live/k"
START = f"/relay start 295066 url={URL} --go"
ALERTS = Alerts(channel="CALERTS", group="SONCALL", escalate_minutes=10, still=True)


@pytest.fixture
async def make(tmp_path):
    """Return what makes a bot whose alerts ring; after *before*, another life of it."""
    async with AsyncExitStack() as stack:

        async def made(before=None, **changes):
            alerts = ALERTS.model_copy(update=changes)
            more = {"key": KEY, "settings": {"alerts": alerts}}
            path = tmp_path / "p.db"
            if before is None:
                return await make_world(stack, path, **more)
            more["clock"] = before.clock
            return await live_again(stack, path, before.cloud, **more)

        yield made


async def fails(world, tencent):
    relay = await started(world, START)
    await tencent.tells(relay, RUNNING, RECOVERING)
    await tencent.tells(relay, FAILED, error=(-101, "closed"))


async def is_never_live(world, tencent):
    relay = await started(world, START)
    other = await started(world, START.replace("295066", "7").replace("/k", "/o"))
    await tencent.tells(other, RUNNING)
    assert relay.room
    await tencent.later(seconds=70)


async def stays_unknown(world, tencent):
    await lost(world, START)
    await tencent.later(minutes=6)


async def does_not_stop(world, tencent):
    relay = await started(world, START)
    await tencent.tells(relay, RUNNING)
    world.cloud.state.fail_next("StopPublishCdnStream", "UnauthorizedOperation")
    await world.typed("/relay stop R1 --yes")
    await world.settled()


async def is_alone(world, tencent):
    relay = await started(world, START)
    await tencent.tells(relay, RUNNING)
    for event in (RoomEventKind.CREATED, RoomEventKind.ENTERED, RoomEventKind.LEFT):
        await tencent.happens((event, "alice"))
    await world.service.rooms.upkeep()
    await world.service.rooms.flush()
    await tencent.later(seconds=70)


async def looked(world, times):
    """Let the CDN be asked so often, a minute apart."""
    for one in (world.cloud.state, world.cloud.pushes):
        one.clock = lambda: world.clock().timestamp()
    for _time in range(times):
        world.clock.push(minutes=1)
        await world.service.pushes.round()


async def goes_still(world, tencent):
    relay = await started(world, START)
    await tencent.tells(relay, RUNNING)
    await looked(world, 6)
    world.cloud.pushes.happens(relay, "black")
    await looked(world, 2)


WAYS = {
    AlertCause.FAILED: fails,
    AlertCause.NEVER_LIVE: is_never_live,
    AlertCause.UNKNOWN: stays_unknown,
    AlertCause.STOP: does_not_stop,
    AlertCause.STILL: goes_still,
    AlertCause.ROOM_EMPTY: is_alone,
}


async def told(world):
    """Deliver what waits; return how often the group was called in the channel."""
    for _round in range(6):
        await world.bot.delivery.deliver()
        world.clock.push(seconds=2)
    return calls(world)


async def raised(make, cause):
    """Return a world in which *cause* was told, its Tencent, and the calls so far."""
    world = await make()
    tencent = Tencent(world)
    await WAYS[cause](world, tencent)
    return world, tencent, await told(world)


def posts(world):
    """Return what was posted in the alerts' channel."""
    return [body for way, body in world.slack.sent if way == "post CALERTS"]


def calls(world):
    """Return how often the group was called there; no change of a message does."""
    changes = [body for way, body in world.slack.sent if way == "chat.update"]
    assert not [one for one in changes if "usergroup" in str(one)]
    return str(posts(world)).count("'SONCALL'")


def test_every_cause_is_walked():
    assert WAYS.keys() == set(AlertCause)


@pytest.mark.parametrize("cause", AlertCause)
async def test_a_cause_calls_the_group_once(make, cause):
    world, tencent, once = await raised(make, cause)
    await tencent.later(minutes=3)

    assert (once, await told(world), len(posts(world))) == (1, 1, 1)


@pytest.mark.parametrize("cause", AlertCause)
async def test_nobody_takes_it_so_the_group_is_called_again(make, cause):
    world, tencent, _calls = await raised(make, cause)
    await tencent.later(minutes=11)
    again = await told(world)
    for _time in range(9):
        await tencent.later(minutes=11)
        await told(world)

    last = posts(world)[1]
    assert (again, await told(world)) == (2, 4)
    assert (last["reply_broadcast"], last["thread_ts"]) == (True, last["thread_ts"])


async def test_without_a_group_there_is_nobody_to_be_called_again(make):
    world = await make(group="")
    tencent = Tencent(world)
    await fails(world, tencent)
    await told(world)
    await tencent.later(minutes=11)
    await told(world)

    assert len(posts(world)) == 1


@pytest.mark.parametrize("cause", AlertCause)
async def test_somebody_takes_it_and_nobody_is_called_again(make, cause):
    world, tencent, _calls = await raised(make, cause)
    answer = await world.typed("/patchbay take R1", user="UBO")
    await tencent.later(minutes=30)

    assert "taken" in answer.plain
    assert await told(world) == 1
    assert "Taken by" in str(world.slack.sent)


@pytest.mark.parametrize("line", ["take R1", "mute R1 2h"])
async def test_what_is_drawn_for_whoever_has_it_says_what_is_known_by_then(make, line):
    world, tencent, _calls = await raised(make, AlertCause.ROOM_EMPTY)
    await tencent.happens((RoomEventKind.ENTERED, "alice"))
    await world.typed(f"/patchbay {line}", user="UBO")
    calls = await told(world)

    (drawn,) = [body for way, body in world.slack.sent if way == "chat.update"][-1:]
    assert (calls, drawn["text"]) == (1, "🟠 R1 · alert: nobody in the room")
    assert "Somebody is there since" in str(drawn)


@pytest.mark.parametrize("cause", AlertCause)
async def test_where_only_one_person_can_be_told_it_says_that_nobody_was_called(
    make, cause
):
    world = await make()
    closed = ("post CALERTS", "post C", "chat.update")
    world.slack.refusing |= dict.fromkeys(closed, "is_archived")
    await WAYS[cause](world, Tencent(world))

    for minutes in (0, 11):
        await Tencent(world).later(minutes=minutes)
        await told(world)
    shown = [str(body) for _at, _way, body in world.slack.taken]

    assert any("Nobody could be called." in one for one in shown)
    assert [one for one in shown if "SONCALL" in one] == []


@pytest.mark.parametrize("line", ["take R1", "mute R1 2h"])
@pytest.mark.parametrize("minutes", [0, 11, 31])
async def test_what_waits_for_slack_calls_nobody_who_has_it_by_then(
    make, line, minutes
):
    world = await make()
    await fails(world, Tencent(world))
    if minutes:
        await told(world)
    for _time in range(minutes // 10):
        await Tencent(world).later(minutes=11)
    before = calls(world)
    await world.typed(f"/patchbay {line}", user="UBO")

    assert (before, await told(world)) == (int(minutes > 0),) * 2


async def test_calls_that_waited_for_slack_are_one(make):
    world, tencent, once = await raised(make, AlertCause.FAILED)
    for _time in range(3):
        await tencent.later(minutes=11)

    assert (once, await told(world)) == (1, 2)


async def test_an_alert_that_waited_for_slack_calls_once_and_its_reminders_do_not(make):
    world = await make()
    tencent = Tencent(world)
    await fails(world, tencent)
    for _time in range(3):
        await tencent.later(minutes=11)

    assert await told(world) == 1


@pytest.mark.parametrize("cause", AlertCause)
async def test_what_is_muted_calls_nobody_until_that_is_over(make, cause):
    world, tencent, _calls = await raised(make, cause)
    await world.typed("/patchbay mute R1 2h", user="UBO")
    await tencent.later(minutes=100)
    muted = await told(world)
    await tencent.later(minutes=30)

    assert (muted, await told(world)) == (1, 2)


@pytest.mark.parametrize("cause", AlertCause)
async def test_a_restart_forgets_nothing_and_calls_nobody_twice(make, cause):
    world, tencent, first = await raised(make, cause)
    world.journal.close()
    again = await make(world)
    tencent = Tencent(again)
    await tencent.later(minutes=2)
    early = await told(again)
    await tencent.later(minutes=11)

    assert (first, early, await told(again)) == (1, 0, 1)


async def test_in_the_channel_of_its_card_an_alert_is_one_reply_that_all_see(make):
    world = await make(channel="C0OPS")
    tencent = Tencent(world)
    relay = await started(world, START)
    await told(world)
    await tencent.tells(relay, RUNNING, RECOVERING)
    await tencent.tells(relay, FAILED, error=(-101, "closed"))
    await told(world)

    said = [one for way, one in world.slack.sent if way == "post C0OPS"]
    failed = [one for one in said if "failed" in one["text"]]
    assert [one.get("reply_broadcast") for one in failed] == [True]
    assert failed[0]["thread_ts"] == (await world.handle("R1")).card[1]


async def test_elsewhere_the_line_of_the_thread_leads_to_the_alert(make):
    world = await make()
    world.slack.data["chat.getPermalink"] = {"permalink": "https://t.slack.com/a/1"}
    tencent = Tencent(world)
    relay = await started(world, START)
    await told(world)
    await tencent.tells(relay, RUNNING, RECOVERING)
    await tencent.tells(relay, FAILED, error=(-101, "closed"))
    await told(world)
    world.clock.push(seconds=10)
    await told(world)

    said = [one for way, one in world.slack.sent if way == "post C0OPS"]
    failed = [one for one in said if "failed" in one["text"]]
    assert len(failed) == 1
    assert "https://t.slack.com/a/1" in str(failed[0]["blocks"])


async def test_what_was_live_for_five_minutes_is_over(make):
    world = await make()
    tencent = Tencent(world)
    relay = await started(world, START)
    await tencent.tells(relay, RUNNING, RECOVERING)
    await tencent.tells(relay, FAILED, error=(-101, "closed"))
    await told(world)
    await tencent.tells(relay, RUNNING)
    await tencent.later(seconds=20)
    await tencent.later(minutes=6)
    await told(world)

    assert "Over" in str([one for way, one in world.slack.sent if way == "chat.update"])
    assert await world.journal.alerts.of((await world.handle("R1")).id) == ([], NO_MUTE)


@pytest.mark.parametrize("cause", [AlertCause.NEVER_LIVE, AlertCause.ROOM_EMPTY])
async def test_what_is_well_by_now_is_not_told_as_it_was(make, cause):
    world, tencent, _calls = await raised(make, cause)
    alarm = str(posts(world)[0]["blocks"])
    relay = next(one for one in world.cloud.state.running if one.room == "295066")
    await tencent.tells(relay, RUNNING)
    await tencent.happens((RoomEventKind.ENTERED, "alice"))
    await world.service.rooms.upkeep()
    await world.service.rooms.flush()
    await tencent.later(seconds=20)
    await told(world)

    changes = [str(body) for way, body in world.slack.sent if way == "chat.update"]
    (well,) = [one for one in changes if "over after" in one or "over once" in one]
    was = ("No callback says", "and nobody is in")
    said = [any(one in text for one in was) for text in (alarm, well)]
    assert (said, "R1 · alert: " in well) == ([True, False], True)


async def test_a_still_picture_is_a_line_in_the_thread_where_no_alarm_is_wanted(make):
    world = await make(still=False)
    await goes_still(world, Tencent(world))

    assert await told(world) == 0
    assert await world.journal.alerts.of((await world.handle("R1")).id) == ([], NO_MUTE)
    assert "may be still or black" in str(world.slack.sent)


async def test_a_picture_that_was_as_usual_for_five_minutes_is_over(make):
    world = await make()
    tencent = Tencent(world)
    await goes_still(world, tencent)
    once = await told(world)
    (relay,) = world.cloud.state.running
    world.cloud.pushes.happens(relay, "well")
    await looked(world, 2)
    await tencent.later(seconds=20)
    await told(world)
    well = [body for way, body in world.slack.sent if way == "chat.update"]
    await tencent.later(minutes=6)

    assert (once, await told(world)) == (1, 1)
    assert "No drop of the bit rate is known since" in str(well)
    assert await world.journal.alerts.of((await world.handle("R1")).id) == ([], NO_MUTE)


async def test_the_line_of_a_still_picture_leads_to_its_alert(make):
    world = await make()
    world.slack.data["chat.getPermalink"] = {"permalink": "https://t.slack.com/a/1"}
    await goes_still(world, Tencent(world))
    for _time in range(3):
        await told(world)
        world.clock.push(seconds=10)

    said = [one for way, one in world.slack.sent if way == "post C0OPS"]
    black = [one for one in said if "still or black" in one["text"]]
    assert [one.get("reply_broadcast") for one in black] == [None]
    assert "https://t.slack.com/a/1" in str(black[0]["blocks"])


@pytest.mark.parametrize("cause", WAYS)
async def test_an_alert_is_over_when_its_relay_is_and_says_since_then(make, cause):
    world, tencent, before = await raised(make, cause)
    world.cloud.clock = lambda: world.clock().timestamp()
    sent, unknown = len(world.slack.sent), cause is AlertCause.UNKNOWN
    close = "/relay close R1 reason=“nothing there”"
    await world.typed(close if unknown else "/relay stop R1 --yes")
    relay = await world.handle("R1")
    assert await told(world) == before

    changes = [body for way, body in world.slack.sent[sent:] if way == "chat.update"]
    over = f"<!date^{relay.standing.since // 1000}^"
    assert any("Over" in str(one) and over in str(one) for one in changes)
    assert await world.journal.alerts.of(relay.id) == ([], NO_MUTE)
    sent = len(world.slack.sent)
    await tencent.later(minutes=2)
    await told(world)
    assert "Over" not in str(world.slack.sent[sent:])
