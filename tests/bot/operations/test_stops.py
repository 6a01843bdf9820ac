"""A stop is never refused and never lost, and one call answers all who ask for it."""

import asyncio
import json
from contextlib import AsyncExitStack

import pytest

from bot.dialogue.ask import Surface
from bot.journal.evidence import Ending, Headline
from bot.operations.recovery import Recovered, recover
from bot.settings import Policy, Rule
from bot.states import State
from tests.bot.operations.accidents import (
    GatedCloud,
    JournalFile,
    accepted,
    left_sending,
    released,
)
from tests.bot.operations.tencent import (
    DISCONNECTING,
    IDLE,
    KEY,
    RUNNING,
    TAKEN,
    Tencent,
    lost,
    started,
    texts,
)
from tests.world import TEAM, live_again, make_world

CREATE, END = "StartPublishCdnStream", "StopPublishCdnStream"
START = "/relay start 295066 url=rtmp://push.example.com/live/k --go"
STOP = "/relay stop R1 --yes"
TASK = "-m97l2ZU7AI-" + "x" * 58 + ".."
WISHED = "🟡 R1 will be stopped as soon as its TaskId is known."


@pytest.fixture
async def gated(tmp_path):
    """Make a world whose cloud answers an action when it is let."""
    async with AsyncExitStack() as stack:

        async def make(action, **more):
            cloud = GatedCloud(action)
            await cloud.start()
            stack.push_async_callback(cloud.close)
            return await live_again(stack, tmp_path / "p.db", cloud, key=KEY, **more)

        yield make


@pytest.fixture
async def world(tmp_path):
    async with AsyncExitStack() as stack:
        yield await make_world(stack, tmp_path / "p.db", key=KEY)


def calls(world, action=END):
    return sum(name == action for _at, name in world.cloud.state.calls)


async def asked(world, line=STOP, user="U0ANA"):
    """Type *line* and wait for nothing that it sets going."""
    return await world.router.answer(world.ask(line, user=user))


async def test_a_button_whose_stop_came_to_nothing_stops_when_pressed_again(world):
    await world.typed(START)
    refusal = "FailedOperation.CRUnsupportMethod"
    world.cloud.state.fail_next(END, refusal)
    pressed = {"surface": Surface.BUTTON, "key": "R1:stop:3"}

    answers = [(await world.typed(STOP, **pressed)).plain for _ in range(2)]

    assert answers == ["🟡 R1 is being stopped."] * 2
    assert calls(world) == 2
    assert (await world.handle("R1")).state is State.STOPPED
    again = await world.typed(STOP, **pressed)
    assert "That was asked already; this is how it stands." in str(again.parts)
    assert calls(world) == 2


# ── many ask ─────────────────────────────────────────────────────────────────────


async def test_sixty_people_stop_one_relay_by_one_call_and_each_is_answered(gated):
    world = await gated(END)
    await world.typed(START)
    people = [f"U{n:04}" for n in range(60)]

    first = await asked(world, user=people[0])
    await world.cloud.done.wait()
    others = [await asked(world, user=user) for user in people[1:]]
    world.cloud.go.set()
    await world.settled()

    assert first.plain == "🟡 R1 is being stopped."
    assert {one.plain for one in others} == {"🟡 R1 is being stopped already."}
    assert calls(world) == 1
    told = [one for one in await world.notices() if one.audience == "asker"]
    assert {one.text for one in told} == {"⚪ R1 is stopped."}
    assert sorted(one.notification.intent.asker.user for one in told) == people
    records = [one for one in await world.journal.audit.all() if one.user in people]
    assert [(one.user, one.action, one.decision, one.handle) for one in records] == [
        (user, "relay.stop", "allow", "R1") for user in people
    ]
    standing = (await world.handle("R1")).standing
    assert (standing.headline, standing.by) == (Headline.STOPPED, people[0])


@pytest.mark.parametrize("loser", ["U0ANA", "U0BOB"])
async def test_a_stop_goes_while_one_of_those_who_asked_may(world_with, loser):
    rule = Rule(name="on-call", actions=("relay.*",), groups=("S1",))
    world = await world_with(Policy(rules=(rule,)))
    world.people.groups["S1"] = {"U0ANA", "U0BOB"}
    await world.directory.look_up_groups()
    await world.typed(START)
    await accepted(world, STOP)
    joined = await accepted(world, STOP, user="U0BOB")
    world.people.groups["S1"].remove(loser)
    await world.directory.look_up_groups()
    await released(world)

    assert joined.state is State.WAITING
    assert calls(world) == 1
    assert (await world.handle("R1")).state is State.STOPPED
    assert await texts(world, "asker") == ["⚪ R1 is stopped."] * 2


async def test_a_stop_that_nobody_may_any_more_is_not_sent_and_both_are_told(
    world_with,
):
    rule = Rule(name="on-call", actions=("relay.*",), groups=("S1",))
    world = await world_with(Policy(rules=(rule,)))
    world.people.groups["S1"] = {"U0ANA", "U0BOB"}
    await world.directory.look_up_groups()
    await world.typed(START)
    await accepted(world, STOP)
    await accepted(world, STOP, user="U0BOB")
    world.people.groups["S1"].clear()
    await world.directory.look_up_groups()
    await released(world)

    assert calls(world) == 0
    assert (await world.handle("R1")).state is State.STARTED
    assert await texts(world, "asker") == ["🔴 R1 was not stopped by this."] * 2


async def test_one_that_cannot_be_written_is_told_and_takes_nothing_back(
    gated, tmp_path
):
    world = await gated(END)
    world.cloud.go.set()
    await world.typed(START)
    first = await accepted(world, STOP)
    JournalFile(tmp_path / "p.db").refuse_state("sending", intent=first.id)
    await released(world)

    assert calls(world) == 0
    assert (await world.handle("R1")).state is State.STARTED
    assert await texts(world, "asker") == ["🔴 R1 was not stopped by this."]
    again = await world.typed(STOP, user="U0BOB")
    assert again.plain == "🟡 R1 is being stopped."
    assert (await world.handle("R1")).state is State.STOPPED


# ── before it runs ───────────────────────────────────────────────────────────────


async def test_a_stop_of_a_queued_relay_cancels_it_and_nothing_is_sent(world):
    await accepted(world, START)
    answer = await asked(world, user="U0BOB")
    await released(world)

    relay = await world.handle("R1")
    assert answer.plain == "🟡 R1 is cancelled: nothing was sent."
    assert world.cloud.state.calls == []
    assert (relay.state, relay.settlement.error_code, relay.standing.by) == (
        State.NOT_STARTED,
        "patchbay.Cancelled",
        "U0BOB",
    )
    assert await texts(world, "asker") == ["⚪ R1 was cancelled before it was sent."]


async def test_a_stop_of_one_that_is_being_sent_goes_when_the_answer_comes(gated):
    world = await gated(CREATE)
    await asked(world, START)
    await world.cloud.done.wait()
    answers = [await asked(world, user=user) for user in ("U0ANA", "U0BOB")]
    world.cloud.go.set()
    await world.settled()

    assert [one.plain for one in answers] == [WISHED, WISHED]
    assert calls(world) == 1
    assert world.cloud.state.running == []
    assert (await world.handle("R1")).state is State.STOPPED
    assert await texts(world, "asker") == ["⚪ R1 is stopped."] * 2


async def test_a_wish_outlives_a_crash_and_goes_when_a_callback_names_the_task(
    gated, tmp_path
):
    async with AsyncExitStack() as stack:
        first = await gated(CREATE)
        await asked(first, START)
        await first.cloud.done.wait()
        wished = await asked(first)
        await first.tasks.drain(0)
        first.journal.close()
        first.cloud.go.set()

        world = await live_again(stack, tmp_path / "p.db", first.cloud, key=KEY)
        recovered = await recover(world.executor, world.hearing, world.clock())
        await world.settled()
        unknown = await world.handle("R1")
        (relay,) = world.cloud.state.running
        await Tencent(world).tells(relay, RUNNING)

        assert wished.plain == WISHED
        assert recovered == Recovered(unknown=1)
        assert (unknown.state, unknown.standing.wished) == (State.UNKNOWN, True)
        assert world.cloud.state.running == []
        assert calls(world) == 1
        (told,) = await texts(world, "asker")
        assert told == TAKEN


async def test_a_wish_of_what_did_not_start_ends_with_that(gated):
    world = await gated(CREATE)
    world.cloud.state.fail_next(CREATE, "InvalidParameter")
    await asked(world, START)
    await world.cloud.done.wait()
    await asked(world)
    world.cloud.go.set()
    await world.settled()

    assert calls(world) == 0
    assert await texts(world, "asker") == [
        "⚪ R1 did not start; there is nothing to stop."
    ]


# ── unknown ──────────────────────────────────────────────────────────────────────


async def test_a_stop_of_an_unknown_one_says_what_to_check_and_waits_for_its_id(world):
    await lost(world, START)
    (unknown,) = await world.journal.find.history("R1", TEAM)

    before = await world.typed("/relay stop R1")
    wished = await world.typed(STOP)

    for needed in ("Is it live?", "CloudAudit", unknown.subject.agent):
        assert needed in repr(before.parts)
    assert [button.text for button in before.buttons][1:] == [
        f"attach {unknown.id}",
        f"close {unknown.id}",
        f"remove-user {unknown.id} --robot",
    ]
    assert wished.plain == WISHED
    assert calls(world) == 0
    (card,) = [one for one in await world.notices() if one.audience == "channel"]
    assert "will be stopped as soon as its TaskId is known" in json.dumps(card.body)


async def test_a_wish_is_released_by_a_callback(world):
    relay = await lost(world, START)
    await world.typed(STOP)

    await Tencent(world).tells(relay, RUNNING)

    assert calls(world) == 1
    assert world.cloud.state.running == []
    assert await texts(world, "asker") == [TAKEN]


async def test_a_wish_is_released_by_attach(world):
    relay = await lost(world, START)
    await world.typed(STOP)

    await world.typed(f"/relay attach R1 {relay.task_id}", user="U0BOB")

    assert calls(world) == 1
    assert world.cloud.state.running == []
    stopped = (await world.handle("R1")).standing
    assert (stopped.headline, stopped.by) == (Headline.STOPPED, "U0ANA")


async def test_a_wish_goes_with_every_task_id_that_is_attached(world):
    relay = await lost(world, START)
    await world.typed(STOP)
    await world.typed(f"/relay attach R1 {TASK}")  # a typo: Tencent knows no such task
    typo = await world.handle("R1")
    again = await world.typed(STOP)

    await world.typed(f"/relay attach R1 {relay.task_id}")

    assert (typo.state, typo.standing.gone) == (State.UNKNOWN, TASK)
    assert again.plain == WISHED
    assert world.cloud.state.running == []
    assert (await world.handle("R1")).state is State.STOPPED


# ── it ends meanwhile ────────────────────────────────────────────────────────────


async def test_a_relay_that_ends_while_its_stop_is_retried_ends_the_stop(gated):
    world = await gated(END)
    relay, tencent = await started(world, START), Tencent(world)
    await tencent.tells(relay, RUNNING)
    await tencent.later(minutes=1)
    world.cloud.state.fail_next(END, "InternalError")
    await asked(world)
    await world.cloud.done.wait()
    world.clock.hold()  # so that the next try waits
    world.cloud.go.set()
    while world.cloud.under_way:  # noqa: ASYNC110 - the cloud has no event for it
        await asyncio.sleep(0)

    await tencent.tells(relay, DISCONNECTING, IDLE)
    told = await texts(world, "asker")
    world.clock.release()
    await world.settled()
    await tencent.later(minutes=3)

    over = (await world.handle("R1")).standing
    assert (over.state, over.ending) == (State.ENDED, Ending.MEANWHILE)
    assert told == ["⚪ R1 is over: every target was disconnected."]
    assert calls(world) == 1
    assert await world.alarms() == []


async def test_a_stop_that_was_left_sending_ends_with_its_relay_too(world):
    relay, tencent = await started(world, START), Tencent(world)
    await tencent.tells(relay, RUNNING)
    await tencent.later(minutes=1)
    await left_sending(world, STOP)

    await tencent.tells(relay, DISCONNECTING, IDLE)
    world.clock.release()
    await tencent.later(minutes=3)

    assert calls(world) == 0
    assert await world.alarms() == []
