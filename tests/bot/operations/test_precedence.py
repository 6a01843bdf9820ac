"""What is over or in doubt goes first; what says nothing yet waits; one at a time."""

import asyncio
import time
from dataclasses import replace
from datetime import timedelta
from itertools import groupby

import pytest

from bot.dialogue.outcome import Audience
from bot.ids import ChannelId, MessageTs
from bot.journal.model import ANSWER, CARD, Notification, Settlement
from bot.operations.batches import Batch
from bot.operations.precedence import (
    AHEAD,
    LOOKED_AT_AGAIN,
    PASSING,
    Lines,
    OneByOne,
    Parked,
    in_order,
    rank,
    that_may_go,
    waits,
)
from bot.resources.relay.resource import RELAY
from bot.slack.outbound.lanes import Lanes
from bot.slack.outbound.routes import Post, Update
from bot.states import OPEN, RUNNING, State
from tests.bot.resources.intents import an_intent
from tests.fakes.clock import FakeClock

LANE = "chat.update"
CHANGE = (Update(ChannelId("C"), MessageTs("1.5")),)
POST = (Post(ChannelId("C")),)
GOES_ON = OPEN | RUNNING | {State.STOPPING}


def notice(number=1, state=State.STARTED, name=CARD, audience=Audience.CHANNEL, **more):
    intent = an_intent(state=state, kind=RELAY, **more)
    about = {"name": name, "audience": audience, "intent": intent}
    return Notification(id=number, rev=1, facts={}, **about)


def batch(*notices, ways=CHANGE):
    return Batch(notices or (notice(),), ways)


@pytest.mark.parametrize("state", State)
def test_what_is_over_or_in_doubt_goes_before_what_goes_on(state):
    runs, other = batch(notice(1)), batch(notice(2, state))

    order = in_order([runs, other])

    assert order == ([runs, other] if state in GOES_ON else [other, runs])


@pytest.mark.parametrize(
    "soon",
    [
        notice(2, name=ANSWER, audience=Audience.ASKER),
        notice(2, name="unsettled", audience=Audience.OPS),
        Notification(id=2, rev=1, name="heads", audience=Audience.OPS, facts={}),
    ],
    ids=["answer", "alarm", "about nothing"],
)
def test_so_do_answers_and_alarms(soon):
    runs, first = batch(notice(1)), batch(soon)

    assert in_order([runs, first]) == [first, runs]


def test_a_message_goes_as_soon_as_the_most_urgent_of_it():
    runs, both = batch(notice(1)), batch(notice(2), notice(3, State.UNKNOWN))

    assert in_order([runs, both]) == [both, runs]


def test_what_goes_first_has_turns_of_its_own():
    clock = FakeClock()
    lanes = Lanes(clock.monotonic)
    lanes.close(LANE, 9.0)
    lines, now = Lines(lanes, clock.monotonic), clock.monotonic()
    waiting = [(notice(n), LANE) for n in (1, 2)], [(notice(3, State.UNKNOWN), LANE)]

    running, unknown = (lines.take(some, now) for some in waiting)

    assert (running, unknown) == ([(1, 9.0), (2, 9.0)], [(3, 9.0)])
    assert lines.idle() == [LANE]
    assert lines.forward(LANE) == [3, 1, 2]
    assert lines.idle() == []
    assert lines.take([(notice(4), "post C")], now) == []


def standing(number, ts, **more):
    return notice(number, card=("C", ts), **more), LANE


def test_each_change_has_a_turn_and_those_of_one_message_have_one():
    clock = FakeClock()
    lanes = Lanes(clock.monotonic)
    lanes.close(LANE, 9.0)
    lines, now = Lines(lanes, clock.monotonic), clock.monotonic()
    waiting = [standing(1, "1.0"), standing(2, "2.0"), standing(3, "1.0")]

    turns = lines.take([*waiting, standing(4, "4.0")], now)

    assert turns == [(1, 9.0), (2, 11.0), (3, 9.0), (4, 13.0)]
    assert lines.forward(LANE) == [1, 3, 2, 4]


def test_whose_turn_has_come_keeps_it_unless_it_has_for_all():
    clock = FakeClock()
    lanes = Lanes(clock.monotonic)
    lanes.close(LANE, 9.0)
    lines, now = Lines(lanes, clock.monotonic), clock.monotonic()
    (had, _lane), new = standing(1, "1.0"), standing(2, "2.0")
    had = replace(had, waited=True), LANE

    beside_new = lines.take([had, new], now)

    assert (beside_new, lines.take([had], now)) == ([(2, 9.0)], [(1, 11.0)])


LATER = timedelta(milliseconds=1)
SETTLED = Settlement(settled_at=an_intent(kind=RELAY).created_at)


@pytest.mark.parametrize(
    ("more", "since", "place"),
    [
        ({}, SETTLED.settled_at, 0),
        ({}, SETTLED.settled_at - LATER, 0),
        ({}, SETTLED.settled_at + LATER, 2),  # it says already that it runs
        ({"card": None}, SETTLED.settled_at, 2),
        ({"state": State.SENDING}, SETTLED.settled_at, 2),  # again, after an answer
        ({"state": State.STOPPING}, SETTLED.settled_at, 2),
        ({"settlement": Settlement()}, SETTLED.settled_at, 2),
        ({}, None, 2),
        ({"state": State.STOPPED}, SETTLED.settled_at, 1),
        ({"state": State.UNKNOWN}, None, 0),
        ({"state": State.NOT_STARTED}, None, 0),
    ],
)
def test_a_card_that_does_not_say_what_became_of_it_is_changed_first(
    more, since, place
):
    about = {"card": ("C", "1.0"), "settlement": SETTLED, **more}
    state = about.pop("state", State.STARTED)
    first = replace(notice(1, state, **about), since=since)

    assert rank(first) == place


def test_of_what_is_as_urgent_the_oldest_goes_first():
    newer, older = batch(notice(7), notice(9)), batch(notice(8))

    assert in_order([older, newer]) == [newer, older]


def parked():
    """Return what is parked in lanes of its own clock, and both of these."""
    clock = FakeClock()
    lanes = Lanes(clock.monotonic)
    return Parked(lanes, clock.monotonic), lanes, clock


def test_what_waits_in_a_full_lane_is_parked_until_that_is_free():
    kept, lanes, clock = parked()
    lanes.close(LANE, 3.0)
    lanes.close("post C", 2.0)

    assert [kept.park(notice(1), LANE), kept.park(notice(2), "post C")] == [True, True]
    assert not kept.park(notice(3), "post C2")  # it is free
    assert not kept.park(notice(4), "")
    assert (list(kept.numbers()), kept.wait()) == ([1, 2], 2.0)
    clock.push(seconds=2)
    assert (list(kept.numbers()), kept.wait()) == ([1], 1.0)
    lanes.give_back(LANE)
    assert (list(kept.numbers()), len(kept)) == ([], 0)


def test_what_comes_as_a_lane_gets_free_does_not_overtake_what_was_left_out():
    kept, lanes, clock = parked()
    ready = [batch(notice(2), ways=POST)]
    lane = ready[0].lane
    lanes.close(lane, 1.0)
    kept.park(notice(1), lane)
    alone = OneByOne(shared=False)

    clock.push(seconds=0.999)
    assert list(kept.numbers()) == [1]
    clock.push(seconds=0.002)  # while what is due is read
    assert that_may_go(ready, lanes, kept, alone) == []
    assert kept.park(notice(2), lane)
    assert kept.wait() == 0
    assert list(kept.numbers()) == []
    assert that_may_go(ready, lanes, kept, alone) == ready


def test_those_of_one_page_that_wait_share_turns_in_their_order():
    lanes = Lanes(time.monotonic)
    lanes.close("post C", 60.0)
    lines = Lines(lanes, time.monotonic)

    now = time.monotonic()
    waiting = [(notice(number), "post C") for number in range(100)]
    turns = [turn for _one, turn in lines.take(waiting, now)]

    assert [len([*same]) for _turn, same in groupby(turns)] == [24, 24, 24, 24, 4]
    assert turns == sorted(turns)


def test_however_long_its_lane_is_full_it_is_read_again_after_some_seconds():
    kept, lanes, clock = parked()
    lanes.close(LANE, 600.0)
    kept.park(notice(1), LANE)
    clock.push(seconds=LOOKED_AT_AGAIN.total_seconds() - 1)
    kept.park(notice(2), LANE)

    assert list(kept.numbers()) == [1, 2]
    clock.push(seconds=1)
    assert (list(kept.numbers()), kept.wait()) == ([2], 4.0)
    kept.clear()
    assert (len(kept), kept.wait()) == (0, LOOKED_AT_AGAIN.total_seconds())


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("card", [None, ("C", "1.5")])
def test_a_first_card_waits_while_it_would_say_nothing_yet(state, card):
    first = notice(1, state, card=card)
    born = first.intent.created_at

    assert [waits(first, born), waits(first, born + PASSING)] == [
        state in OPEN and card is None,
        False,
    ]
    assert not waits(notice(1, state, name=ANSWER), born)
    assert waits(notice(1, State.QUEUED), born + PASSING - timedelta(seconds=1))


async def test_few_new_messages_are_held_and_any_number_of_changes():
    held, last = OneByOne(shared=True), batch(notice(0), ways=POST)

    posts = [held.admits(batch(notice(n), ways=POST)) for n in range(AHEAD + 1)]
    changes = [held.admits(batch(notice(n))) for n in range(AHEAD + 1)]
    held.ended(last)

    assert posts == [True] * AHEAD + [False]
    assert changes == [True] * (AHEAD + 1)
    assert [held.admits(last), held.admits(batch(notice(9), ways=POST))] == [
        True,
        False,
    ]


async def test_who_has_the_outbox_alone_holds_as_many_as_there_are():
    held = OneByOne(shared=False)

    assert all(held.admits(batch(notice(n), ways=POST)) for n in range(2 * AHEAD))


@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize("ways", [POST, CHANGE])
async def test_a_new_message_is_sent_alone_until_it_is_noted(shared, ways):
    held, order = OneByOne(shared=shared), []

    async def sends(name):
        async with held.alone(batch(ways=ways)):
            order.append(name)
            await asyncio.sleep(0)
            order.append(name)

    await asyncio.gather(sends("first"), sends("second"))

    one_by_one = shared and ways == POST
    pairs = ["first", "first"] if one_by_one else ["first", "second"]
    assert order[:2] == pairs


async def test_what_slack_took_keeps_the_others_until_it_is_noted():
    held, noted = OneByOne(shared=True, held_up=0.0), asyncio.Event()
    order = []

    async def first():
        async with held.alone(batch(notice(1), ways=POST)):
            with held.noting():
                await noted.wait()
                order.append("noted")

    async def second():
        async with held.alone(batch(notice(2), ways=POST)):
            order.append("sent")

    both = [asyncio.create_task(one()) for one in (first, second)]
    for _turn in range(20):
        await asyncio.sleep(0)
    before = list(order)
    noted.set()
    await asyncio.gather(*both)

    assert (before, order) == ([], ["noted", "sent"])
