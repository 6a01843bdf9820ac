"""A copy takes the place of its original once Tencent says that it is live."""

from contextlib import AsyncExitStack

import pytest
from pydantic import SecretStr

from bot.dialogue.outcome import plain
from bot.journal.evidence import Headline, Wish
from bot.settings import Policy, Rule
from bot.states import State
from bot.tencent.events import read
from tests.bot.operations.copying import COPY, START, both, link, sentences, stops
from tests.bot.operations.tencent import (
    CONNECTING,
    DISCONNECTING,
    FAILED,
    IDLE,
    KEY,
    RUNNING,
    Tencent,
    started,
    texts,
)
from tests.world import live_again, make_world


@pytest.fixture
def tencent(heard):
    return Tencent(heard)


async def test_the_original_is_stopped_once_when_tencent_says_that_the_copy_is_live(
    heard, tencent
):
    _first, second = await both(heard, tencent)
    before = await sentences(heard)
    waited = len(stops(heard))

    await tencent.tells(second, CONNECTING, RUNNING)
    await heard.jobs.run_due()
    await tencent.tells(second, RUNNING)
    await heard.settled()

    original, copy = await heard.handle("R1"), await heard.handle("R2")
    assert waited == 0
    assert [one[1] for one in stops(heard)] == ["StopPublishCdnStream"]
    assert (original.state, original.standing.by) == (State.STOPPED, "U0ANA")
    assert copy.standing.headline is Headline.LIVE
    assert before == [
        "To be stopped when its copy R2 is live, as U0ANA asked.",
        "R1 is to be stopped when this is live.",
    ]
    lines = await texts(heard, "thread")
    assert sum("its copy R2 is live, so it is to be stopped" in x for x in lines) == 1
    assert sum("R1, of which this is a copy, is over: stopped" in x for x in lines) == 1


async def test_both_cards_say_how_the_other_one_stands_at_every_moment(heard, tencent):
    _first, second = await both(heard, tencent)
    seen = [await standings(heard)]
    for status in (CONNECTING, RUNNING):
        await tencent.tells(second, status)
        seen.append(await standings(heard))
    await tencent.tells(second, FAILED)
    seen.append(await standings(heard))

    assert seen == [
        ("live", "accepted"),
        ("live", "connecting"),
        ("stopped", "live"),
        ("stopped", "push failed"),
    ]


async def standings(world):
    """Return how R1 and R2 stand, which the card of the other one says too."""
    first, second = await world.handle("R1"), await world.handle("R2")
    words = first.standing.headline.value, second.standing.headline.value
    assert (await link(world, "R2")).headline.value == words[0]
    assert (await link(world, "R1")).headline.value == words[1]
    resource = world.resources.of(first)
    shown = [plain(x) for one in (first, second) for x in resource.facts(one)]
    assert shown == [f"copy: R2 ({words[1]})", f"copy of R1 ({words[0]})"]
    return words


NOT_LIVE = {
    "ends": (CONNECTING, DISCONNECTING, IDLE),
    "fails": (CONNECTING, FAILED),
    "connects": (CONNECTING,),
}


@pytest.mark.parametrize("how", NOT_LIVE)
async def test_a_copy_that_does_not_get_there_stops_nothing(heard, tencent, how):
    _first, second = await both(heard, tencent)

    await tencent.tells(second, *NOT_LIVE[how])
    await heard.jobs.run_due()
    await heard.settled()

    assert stops(heard) == []
    assert (await heard.handle("R1")).state is State.STARTED
    over = (await heard.handle("R2")).state is State.ENDED
    assert (await link(heard, "R1")).wish is (Wish.DROPPED if over else Wish.WAITING)
    lines = await texts(heard, "thread")
    told = "not stopped: its copy R2 is over (ended)"
    assert any(told in one for one in lines) is over


@pytest.mark.parametrize(
    ("how", "state", "told"),
    [
        ("UnauthorizedOperation", State.NOT_STARTED, "is over (not started)"),
        ("late", State.UNKNOWN, "nobody knows yet if its copy R2 runs"),
    ],
)
async def test_a_copy_that_does_not_start_or_is_unknown_stops_nothing_and_says_so(
    heard, tencent, how, state, told
):
    first = await started(heard, START)
    await tencent.tells(first, CONNECTING, RUNNING)
    heard.cloud.state.fail_next("StartPublishCdnStream", how)

    await heard.typed(f"{COPY} then=stop --go")

    assert (await heard.handle("R2")).state is state
    assert stops(heard) == []
    lines = await texts(heard, "thread")
    assert sum("not stopped: " in one and told in one for one in lines) == 1


async def test_an_unknown_copy_that_turns_out_live_is_what_was_waited_for(
    heard, tencent
):
    first = await started(heard, START)
    await tencent.tells(first, CONNECTING, RUNNING)
    await tencent.later(minutes=1)
    heard.cloud.state.fail_next("StartPublishCdnStream", "late")
    second = await started(heard, f"{COPY} then=stop --go")

    await tencent.tells(second, CONNECTING, RUNNING)

    assert (await heard.handle("R1")).state is State.STOPPED
    assert len(stops(heard)) == 1


async def test_an_original_that_ends_first_is_not_stopped_again(heard, tencent):
    first, second = await both(heard, tencent)
    await tencent.tells(first, DISCONNECTING, IDLE)

    await tencent.tells(second, CONNECTING, RUNNING)

    assert stops(heard) == []
    assert (await link(heard, "R2")).wish is Wish.DROPPED
    lines = await texts(heard, "thread")
    assert any("R1, of which this is a copy, is over: ended" in x for x in lines)


async def test_with_callbacks_off_a_person_is_asked_and_nothing_is_stopped(world):
    await world.typed(START)

    await world.typed(f"{COPY} then=stop --go")
    await world.jobs.run_due()

    (asked,) = [
        one for one in await world.notices() if "Look whether that is live" in one.text
    ]
    assert asked.audience == "thread"
    assert (await world.handle("R1")).state is State.STARTED
    assert stops(world) == []
    (button,) = [
        one
        for block in asked.body["blocks"]
        for one in block.get("elements", ())
        if one.get("type") == "button"
    ]
    answer = await world.typed(f"/relay {button['value'].removeprefix('- ')}")
    assert answer.plain.startswith("🟠 Stop R1?")


async def test_whoever_may_not_stop_it_any_more_stops_nothing_and_that_is_told(
    world_with,
):
    rules = (Rule(name="on-call", actions=("relay.*",), groups=("S1",)),)
    world = await world_with(Policy(rules=rules), key=SecretStr(KEY))
    world.people.groups["S1"] = {"U0ANA"}
    await world.directory.look_up_groups()
    tencent = Tencent(world)
    _first, second = await both(world, tencent)
    world.people.groups["S1"].clear()
    await tencent.later(minutes=1)

    await tencent.tells(second, CONNECTING, RUNNING)

    assert stops(world) == []
    assert (await world.handle("R1")).standing.headline is Headline.LIVE
    assert (await link(world, "R1")).wish is Wish.REFUSED
    alarms = [one.text for one in await world.alarms()]
    assert any("R1 was due to be stopped, and was not." in one for one in alarms)


async def test_somebody_may_keep_it_running_until_the_copy_is_live(heard, tencent):
    _first, second = await both(heard, tencent)

    answer = await heard.typed("/relay keep R1", user="U0BEN")
    await tencent.tells(second, CONNECTING, RUNNING)

    assert answer.plain == "R1 is not stopped for its copy."
    assert stops(heard) == []
    assert (await link(heard, "R1")).wish is Wish.KEPT
    (record,) = [
        one for one in await heard.journal.audit.all() if one.action == "relay.keep"
    ]
    assert (record.user, record.handle) == ("U0BEN", "R1")
    again = await heard.typed("/relay keep R1")
    assert again.plain == "🟠 R1 does not wait for a copy to be live."


async def test_what_went_live_before_a_crash_is_carried_out_by_the_next_life(tmp_path):
    async with AsyncExitStack() as stack:
        key = SecretStr(KEY)
        dead = await make_world(stack, tmp_path / "p.db", key=key)
        tencent = Tencent(dead)
        _first, second = await both(dead, tencent)
        for status in (CONNECTING, RUNNING):  # and nothing is done about it
            raw = tencent.event(second, status)
            event = read(raw, tencent.calls.sign(raw), key)
            await dead.journal.apply_event(event, dead.cloud.app_id)
        left = (await link(dead, "R1")).wish
        dead.journal.close()

        alive = await live_again(stack, tmp_path / "p.db", dead.cloud, key=key)
        await alive.jobs.run_due()
        await alive.settled()
        await alive.jobs.run_due()

        assert left is Wish.DUE
        assert len(stops(alive)) == 1
        assert (await alive.handle("R1")).state is State.STOPPED
