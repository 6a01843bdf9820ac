"""What lies between an ask and its approval: things and rights that changed since."""

import asyncio

import pytest

from bot.errors import InvalidRequest
from bot.settings import Rule
from bot.states import State
from tests.bot.operations.approvals import (
    ANA,
    BOB,
    CARL,
    START,
    asked,
    decided,
    policy,
)
from tests.commands.relay.samples import calls
from tests.world import TEAM

ALL = (Rule(name="all", actions=("*",), users=(ANA, BOB, CARL)),)
CHANGES = policy(ALL, actions=("relay.update",))
ADD = "url+=rtmp://push.example.com/live/another-secret"


def texts(world, drawing):
    """Return all texts of *drawing*, in their order."""
    if isinstance(drawing, dict):
        own = [drawing["text"]] if isinstance(drawing.get("text"), str) else []
        return own + [one for value in drawing.values() for one in texts(world, value)]
    if isinstance(drawing, list):
        return [one for value in drawing for one in texts(world, value)]
    return []


async def card(world):
    *_before, last = [one for one in await world.notices() if one.notification.proposal]
    return texts(world, last.body["blocks"]), str(last.body)


async def test_the_card_of_a_change_says_of_which_relay_and_what_it_makes_another(
    world_with,
):
    world = await world_with(CHANGES)
    await world.typed(START)

    await world.typed(f"/relay update R1 bitrate=4000 {ADD} --yes")

    shown, body = await card(world)
    assert "R1 · UpdatePublishCdnStream · live-main · ap-singapore" in shown
    assert [one for one in shown if "→" in one] == [
        "url: – → 2 rtmp://push.example.com/live/****",
        "bitrate: 1536 → 4000",
    ]
    assert "secret" not in body


async def test_the_card_of_a_copy_says_what_else_is_stopped_and_when(world_with):
    world = await world_with(policy(ALL, actions=("relay.start",), bitrate_above=3000))
    await world.typed(START)

    url = "url=rtmp://push.example.com/live/another-secret"
    await world.typed(f"/relay copy R1 room=8 {url} bitrate=4000 then=stop for=2h --go")

    shown, body = await card(world)
    assert "for=2h" in shown
    assert "R1 is to be stopped when this is live." in shown
    assert "secret" not in body


async def test_a_change_of_what_was_changed_since_has_to_be_asked_for_anew(world_with):
    world = await world_with(CHANGES)
    await world.typed(START)
    line = "/relay update R1 bitrate={} --yes"
    _answer, first = await asked(world, line.format(4000))
    cards = {one.notification.proposal for one in await world.notices()}
    await world.typed(line.format(3000), user=CARL)
    now = {one.notification.proposal for one in await world.notices()}
    (second,) = now - cards
    await decided(world, "approve", second)

    with pytest.raises(InvalidRequest) as refused:
        await decided(world, "approve", first)

    assert refused.value.faults == {
        "reason": "What this would change is not as it was then: it has to be asked for"
        " anew."
    }
    assert calls(world, "UpdatePublishCdnStream") == 1


async def test_what_was_started_within_the_bit_rate_is_not_changed_beyond_it_alone(
    world_with,
):
    world = await world_with(policy(ALL, actions=("relay.start",), bitrate_above=2000))
    await world.typed(START)

    within = await world.typed("/relay update R1 bitrate=1900 --yes")
    beyond = await world.typed("/relay update R1 bitrate=2001 --yes")

    assert within.plain == "🟡 R1 is being changed."
    assert beyond.plain == "🟡 Not sent yet: a second person has to approve this."
    assert calls(world, "UpdatePublishCdnStream") == 1


async def test_a_target_that_is_for_others_by_then_is_not_sent_to(world_with):
    world = await world_with(policy(ALL, actions=("relay.start",)))
    form = await world.typed("/relay target add yt", user=BOB)
    address = "rtmp://push.example.com/live/the-secret-key"
    await world.submitted(form, by=BOB, url=address, cdn="other")
    _answer, of = await asked(world, "/relay start 7 url=@yt --go")
    form = await world.typed("/relay target change yt", user=BOB)
    await world.submitted(form, by=BOB, users=BOB)

    with pytest.raises(InvalidRequest, match="may not do this any more: @yt is for"):
        await decided(world, "approve", of, by=CARL)

    assert calls(world) == 0


async def test_who_may_not_approve_any_more_has_approved_nothing(world_with):
    rules = (
        Rule(name="on-call", actions=("relay.*",), users=(ANA, BOB)),
        Rule(name="leads", actions=("patchbay.approve",), groups=("S1",)),
    )
    world = await world_with(policy(rules))
    world.people.groups["S1"] = {BOB}
    await world.directory.look_up_groups()
    _answer, of = await asked(world)
    form = await world.typed(f"/patchbay approve {of}", user=BOB)
    world.people.groups["S1"].clear()
    world.clock.push(seconds=31)  # what was known of them is too old for a bill

    await world.submitted(form, by=BOB, reason="fine")

    assert (await world.handle("R1")).state is State.NOT_STARTED
    assert calls(world) == 0


@pytest.mark.parametrize("first", ["approve", "deny"])
async def test_of_two_who_decide_at_once_one_does_and_nothing_is_left(
    world_with, first
):
    world = await world_with(policy(ALL))
    _answer, of = await asked(world)
    second = "deny" if first == "approve" else "approve"
    forms = [
        await world.typed(f"/patchbay {what} {of}", user=by)
        for what, by in ((first, BOB), (second, CARL))
    ]

    answers = await asyncio.gather(
        world.submitted(forms[0], by=BOB, reason="mine"),
        world.submitted(forms[1], by=CARL, reason="no, mine"),
    )

    told = {one.plain for one in answers}
    made = await world.journal.find.recent(TEAM, limit=5)
    sent = told == {"This was approved."}
    assert sent or told == {"🔴 This was denied."}
    assert (len(made), calls(world)) == ((1, 1) if sent else (0, 0))
