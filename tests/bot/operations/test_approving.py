"""A second person: asked, decided once, and all asked again before it is sent."""

import sqlite3
from contextlib import AsyncExitStack, closing
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.errors import InvalidRequest
from bot.i18n import reading_in
from bot.settings import Limits, Rule, Workspace
from bot.states import State
from tests.bot.operations.approvals import (
    ANA,
    BOB,
    CARL,
    DORA,
    START,
    asked,
    decided,
    policy,
    told,
)
from tests.commands.relay.samples import calls
from tests.world import TEAM, make_world


@pytest.fixture
async def two(world_with):
    """Return a world in which every start needs a second person."""
    return await world_with(policy())


async def records(world):
    lately = await world.journal.audit.lately(TEAM, handle=None, user="", limit=50)
    return [
        (one.user, one.decision.value, one.action, one.why) for one in reversed(lately)
    ]


async def test_nothing_is_sent_until_somebody_else_has_approved_it(two):
    answer, of = await asked(two)

    assert answer.plain == "🟡 Not sent yet: a second person has to approve this."
    assert calls(two) == 0
    assert await told(two) == [
        ("channel", "C0OPS", "🟡 To be approved: Start a relay of room 7")
    ]
    done = await decided(two, "approve", of)
    assert (done.plain, calls(two)) == ("This was approved.", 1)
    relay = await two.handle("R1")
    assert (relay.state, relay.asker.user) == (State.STARTED, ANA)


async def test_the_card_shows_no_secret_and_how_it_was_decided(two):
    _answer, of = await asked(two)
    (card,) = [one for one in await two.notices() if one.notification.proposal]
    assert "the-secret-key" not in str(card.body)
    assert "push.example.com" in str(card.body)

    await decided(two, "approve", of, reason="planned for tonight")

    (card, *_told) = [one for one in await two.notices() if one.notification.proposal]
    assert card.text.startswith("Approved: Start a relay of room 7")
    assert "planned for tonight" in str(card.body)
    assert "approve" not in str(card.body["blocks"][-1])


async def test_the_id_that_is_typed_to_decide_stands_on_every_card(two):
    answer, of = await asked(two)
    (card,) = [one for one in await two.notices() if one.notification.proposal]

    assert of in repr(answer.context)
    assert of in repr(card.body["blocks"][-1])
    assert "Id of this request" in str(card.body)


async def test_the_card_names_who_may_approve_and_not_who_asked(two):
    await asked(two)

    (card,) = [one for one in await two.notices() if one.notification.proposal]

    assert card.notification.facts["may"] == [BOB, DORA]
    assert "May approve: " in str(card.body)


async def test_what_is_not_what_was_asked_for_any_more_is_not_sent(tmp_path):
    path = tmp_path / "journal.db"
    async with AsyncExitStack() as first:
        world = await make_world(first, path, policy=policy())
        _answer, of = await asked(world)
    async with AsyncExitStack() as second:
        world = await make_world(second, path, policy=policy())
        with closing(sqlite3.connect(path)) as file, file:
            file.execute("UPDATE proposals SET digest = 'another'")

        answer = await world.typed(f"/patchbay approve {of}", user=BOB)

        assert "What would be sent is not what was asked for" in str(answer)
        assert calls(world) == 0


async def test_all_of_it_is_on_the_record(two):
    _answer, of = await asked(two)
    await decided(two, "approve", of, reason="planned")

    assert await records(two) == [
        (ANA, "did", "approval.asked", ""),
        (BOB, "did", "approval.approved", "planned"),
        (ANA, "allow", "relay.start", ""),
    ]


@pytest.mark.parametrize("by", [ANA, CARL, DORA, "U0ELSE"])
@pytest.mark.parametrize("what", ["approve", "deny"])
async def test_whoever_asked_or_may_not_do_it_does_not_decide(two, what, by):
    _answer, of = await asked(two)

    answer = await two.typed(f"/patchbay {what} {of}", user=by)

    assert "You may not do that here." in answer.plain
    assert calls(two) == 0
    assert await told(two) == [
        ("channel", "C0OPS", "🟡 To be approved: Start a relay of room 7")
    ]


async def test_what_is_denied_is_not_sent_and_the_asker_is_told_why(two):
    _answer, of = await asked(two)

    done = await decided(two, "deny", of, reason="not tonight")

    assert (done.plain, calls(two)) == ("🔴 This was denied.", 0)
    assert await told(two) == [
        ("channel", "C0OPS", "🔴 Denied: Start a relay of room 7"),
        ("asker", "C0OPS", "🔴 Denied: Start a relay of room 7"),
    ]


@pytest.mark.parametrize("first", ["approve", "deny"])
@pytest.mark.parametrize("second", ["approve", "deny"])
async def test_the_first_decision_is_the_one(world_with, first, second):
    rules = (Rule(name="all", actions=("*",), users=(ANA, BOB, CARL)),)
    world = await world_with(policy(rules))
    _answer, of = await asked(world)
    late = await world.typed(f"/patchbay {second} {of}", user=CARL)
    await decided(world, first, of)

    answer = await world.submitted(late, by=CARL, reason="mine")

    sign = {"approve": "This was approved.", "deny": "🔴 This was denied."}[first]
    assert answer.plain == sign
    assert calls(world) == (1 if first == "approve" else 0)


async def test_only_whoever_asked_withdraws_it(two):
    _answer, of = await asked(two)

    refused = await two.typed(f"/patchbay withdraw {of}", user=BOB)
    done = await two.typed(f"/patchbay withdraw {of}", user=ANA)
    late = await two.typed(f"/patchbay approve {of}", user=BOB)

    assert "You may not do that here." in refused.plain
    assert done.plain == late.plain == "⚪ This was withdrawn."
    assert calls(two) == 0


async def test_what_nobody_decides_in_time_is_not_sent_and_that_is_told(two):
    _answer, of = await asked(two)
    form = await two.typed(f"/patchbay approve {of}", user=BOB)
    two.clock.push(minutes=15, seconds=1)

    await two.jobs.run_due()
    answer = await two.submitted(form, by=BOB, reason="late")

    assert answer.plain == "⚪ Nobody approved this in time."
    assert calls(two) == 0
    title = "⚪ Not approved in time: Start a relay of room 7"
    assert await told(two) == [
        ("channel", "C0OPS", title),
        ("asker", "C0OPS", title),
    ]


async def test_a_decision_after_its_time_comes_too_late_before_any_job_ran(two):
    _answer, of = await asked(two)
    form = await two.typed(f"/patchbay approve {of}", user=BOB)
    two.clock.push(minutes=15, seconds=1)

    answer = await two.submitted(form, by=BOB, reason="late")

    assert (answer.plain, calls(two)) == ("⚪ Nobody approved this in time.", 0)


@pytest.mark.parametrize("ticks", [1, 2])
async def test_time_is_over_once_however_often_it_is_looked_at(two, ticks):
    await asked(two)
    two.clock.push(minutes=16)

    for _ in range(ticks):
        await two.jobs.run_due()

    assert [one[1:3] for one in await records(two)] == [
        ("did", "approval.asked"),
        ("settled", "approval.expired"),
    ]


@pytest.mark.parametrize("reason", ["", "   "])
async def test_a_decision_needs_a_reason(two, reason):
    _answer, of = await asked(two)
    form = await two.typed(f"/patchbay approve {of}", user=BOB)

    with pytest.raises(InvalidRequest) as refused:
        await two.submitted(form, by=BOB, reason=reason)

    assert refused.value.faults == {"reason": "A reason is needed."}


async def test_a_restart_forgets_nothing_that_was_asked(tmp_path):
    path = tmp_path / "journal.db"
    async with AsyncExitStack() as first:
        world = await make_world(first, path, policy=policy())
        _answer, of = await asked(world)
        cloud = world.cloud
        await cloud.close()
    async with AsyncExitStack() as second:
        world = await make_world(second, path, policy=policy())
        await decided(world, "approve", of)

        assert calls(world) == 1


async def test_rights_that_whoever_asked_has_lost_are_asked_again(tmp_path):
    path = tmp_path / "journal.db"
    async with AsyncExitStack() as first:
        world = await make_world(first, path, policy=policy())
        _answer, of = await asked(world, user=CARL)
    async with AsyncExitStack() as second:
        rules = (Rule(name="on-call", actions=("*",), users=(BOB,)),)
        world = await make_world(second, path, policy=policy(rules))
        form = await world.typed(f"/patchbay approve {of}", user=BOB)

        with pytest.raises(InvalidRequest, match="may not do this any more"):
            await world.submitted(form, by=BOB, reason="fine")

        assert calls(world) == 0


async def test_limits_are_held_against_it_again(tmp_path):
    path = tmp_path / "journal.db"
    async with AsyncExitStack() as first:
        world = await make_world(first, path, policy=policy())
        _answer, of = await asked(world)
    async with AsyncExitStack() as second:
        stricter = policy(limits=Limits(bitrate_kbps=1))
        world = await make_world(second, path, policy=stricter)
        form = await world.typed(f"/patchbay approve {of}", user=BOB)

        with pytest.raises(InvalidRequest, match="over the limit") as refused:
            await world.submitted(form, by=BOB, reason="fine")

        ((field, text),) = refused.value.faults.items()  # of none: the reason is right
        assert (field, "may not do this any more: " in text) == ("", True)
        with reading_in("zh-CN"), pytest.raises(InvalidRequest) as refused:
            await world.submitted(form, by=BOB, reason="fine")
        assert "limit" not in refused.value.faults[""]
        assert calls(world) == 0


async def test_the_approver_is_asked_again_before_it_is_sent(two):
    _answer, of = await asked(two)
    form = await two.typed(f"/patchbay approve {of}", user=BOB)
    two.people.flags[BOB] = {"deleted": True}
    two.clock.push(seconds=31)  # what was known of them is too old for a bill

    await two.submitted(form, by=BOB, reason="fine")

    assert (await two.handle("R1")).state is State.NOT_STARTED
    assert calls(two) == 0


async def test_the_like_of_it_that_runs_by_then_is_told_to_whoever_approves(two):
    _answer, of = await asked(two)
    _answer, other = await asked(two, START.replace("--go", "--go"), user=CARL)
    await decided(two, "approve", of)
    form = await two.typed(f"/patchbay approve {other}", user=BOB)

    with pytest.raises(InvalidRequest) as refused:
        await two.submitted(form, by=BOB, reason="fine")

    assert refused.value.faults == {
        "reason": "R1 is alike, and runs or may: it has to be asked for anew."
    }
    assert calls(two) == 1


async def test_the_same_ask_again_is_one_proposal(two):
    for _ in range(2):
        await two.typed(START, key="slash:T0HOME:1")

    assert len(await told(two)) == 1


async def test_it_is_asked_where_the_table_says(world_with):
    world = await world_with(policy(channel="C0LEADS"))

    answer, of = await asked(world)

    assert "It is asked in the channel for approvals." in str(answer.parts)
    assert [one[1] for one in await told(world)] == ["C0LEADS"]
    await decided(world, "deny", of)
    assert [one[:2] for one in await told(world)] == [
        ("channel", "C0LEADS"),
        ("asker", "C0OPS"),
    ]


async def test_the_approver_is_asked_again_where_it_was_to_be_approved(world_with):
    rules = (
        Rule(name="on-call", actions=("relay.*",), users=(ANA,)),
        Rule(name="leads", actions=("*",), users=(BOB,), channels=("C0LEADS",)),
    )
    world = await world_with(policy(rules, channel="C0LEADS"))
    _answer, of = await asked(world)
    form = await world.typed(f"/patchbay approve {of}", user=BOB, channel="C0LEADS")

    await world.submitted(form, by=BOB, reason="fine")

    assert (await world.handle("R1")).state is State.STARTED


async def test_each_workspace_has_operators_of_its_own(world_with):
    own = Workspace(team=TEAM, ops_channel="C0TEAM")
    settings = {"ops_channel": "C0ALARM", "workspaces": (own,)}
    world = await world_with(policy(), settings=settings)

    await world.router.answer(world.ask(START, channel=""))

    assert [one[1] for one in await told(world)] == ["C0TEAM"]


@pytest.mark.parametrize("ops", ["", "C0ALARM"])
@pytest.mark.parametrize("channel", ["", "D0ANA"])
async def test_what_is_asked_where_nobody_reads_is_asked_of_the_operators(
    world_with, channel, ops
):
    world = await world_with(policy(), settings={"ops_channel": ops})
    direct = channel.startswith("D")
    ask = world.ask(START, channel=channel)
    ask = replace(ask, where=replace(ask.where, direct=direct))

    answer = await world.router.answer(ask)

    if ops:
        assert [one[1] for one in await told(world)] == [ops]
    else:
        assert await told(world) == []
        assert "ask for it in a channel" in str(answer)


async def test_a_dry_run_asks_nobody(two):
    answer = await two.typed(START.replace("--go", "--dry-run"))

    assert answer.plain == "Nothing was sent. This is what would be."
    assert await told(two) == []


async def test_a_change_that_was_overtaken_has_to_be_asked_for_anew(world_with):
    world = await world_with(policy(actions=("relay.update",)))
    await world.typed(START)
    _answer, of = await asked(world, "/relay update R1 bitrate=900 --yes")
    await asked(world, "/relay update R1 bitrate=800 --yes", user=CARL)
    later = [one.notification.proposal for one in await world.notices()]
    (other,) = {one for one in later if one} - {of}
    await decided(world, "approve", other)

    with pytest.raises(InvalidRequest) as refused:
        await decided(world, "approve", of)

    assert refused.value.faults == {
        "reason": "What this would change is not as it was then: it has to be asked for"
        " anew."
    }
    assert calls(world, "UpdatePublishCdnStream") == 1


async def test_what_was_to_be_stopped_before_it_was_approved_is_not_started(two):
    at = f"{two.clock() + timedelta(minutes=3):%H:%MZ}"
    _answer, of = await asked(two, f"{START} until={at}")
    two.clock.push(minutes=5)

    with pytest.raises(InvalidRequest) as refused:
        await decided(two, "approve", of)

    assert refused.value.faults == {
        "": "When it was to be stopped is past: ask for it anew."
    }
    assert calls(two) == 0
