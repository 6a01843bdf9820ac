"""Several bots deliver from one outbox: each notice goes once, whoever is killed."""

import asyncio
import os
from collections import Counter

import pytest
from pydantic import SecretStr

from bot.dialogue.outcome import Audience
from bot.ids import intent_id
from bot.journal.model import ANSWER, CARD_NOTICE, Asker, NewIntent, Notice, Subject
from bot.operations.delivery import HELD_IDLE, SHARED_IDLE
from bot.operations.precedence import AHEAD
from bot.resources.relay.resource import RELAY
from bot.slack.outbound.lanes import METHODS, UPDATES
from tests.bot.operations.accidents import CountingClock
from tests.bot.operations.deliveries import delivery, until
from tests.fakes.journal import opened
from tests.fakes.slack import FakeSlack, refused
from tests.fakes.slots import FakeSlots

TO_ASKER = Notice(name=ANSWER, audience=Audience.ASKER)
POST = "post C"
MOST_LATE = 20  # places behind its own: what Slack takes at once
MANY = 60  # changes; Slack takes 20 at once, and then one in two seconds


@pytest.fixture
def clock():
    return CountingClock()


@pytest.fixture
async def journals(postgres_url, clock):
    both = [await opened(postgres_url, clock) for _ in range(2)]
    yield both
    for journal in both:
        journal.close()


@pytest.fixture
def put(journals, clock):
    """Accept a start of which *notices* wait."""
    numbers = iter(range(1000))

    async def accept(*notices, channel="C"):
        new = NewIntent(
            id=intent_id(clock(), os.urandom(10)),
            key=f"key-{next(numbers)}",
            digest="d",
            action="StartPublishCdnStream",
            handle=None,
            asker=Asker(team="T", user="U", home="T", channel=channel),
            subject=Subject(kind=RELAY, creates=True, room="7", app="live-main"),
            request=b"{}",
            answer_url=SecretStr("https://hooks.slack.com/x"),
            at=clock(),
        )
        notices = notices or (CARD_NOTICE,)
        return (await journals[0].accept(new, notices=notices))[0]

    return accept


def both_of(journals, slack, clock, **more):
    """Return two that deliver, who know by now how far behind changes are."""
    both = [delivery(journal, slack, clock, **more) for journal in journals]
    clock.push(seconds=METHODS[UPDATES].leeway)
    return both


async def over(journal):
    """Let the time of every hold be over; return how many letters there are.

    A killed one's last hold may be written late: what is held nobody else counts.
    """
    ended = "UPDATE outbox SET held_until = 1 WHERE held_until > 0"
    await journal._writer.write(lambda c: c.run(ended))
    letters = await journal._writer.read(lambda c: c.run("SELECT id FROM outbox").all())
    return len(letters)


async def kill(work):
    """End *work* as a kill would: nothing more of it is done."""
    mine = asyncio.current_task()
    for task in asyncio.all_tasks() - {mine}:
        if "Delivery" in str(task.get_coro()):
            task.cancel()
    work.cancel()
    await asyncio.wait([work])


async def killed_while_posting(slack, journals, put, clock):
    """Kill one of two while it posts a card; return its intent, and the other one."""
    slack.hanging[POST] = asyncio.Event()
    intent = await put()
    one, other = both_of(journals, slack, clock)
    posting = asyncio.ensure_future(one.deliver())
    await until(lambda: called(slack, POST))
    await kill(posting)
    return intent, other


async def test_of_two_hundred_letters_and_two_deliverers_each_goes_once(
    journals, put, clock
):
    slack = FakeSlack()
    cards = [f"C{number}" for number in range(100)]
    for channel in cards:
        await put(CARD_NOTICE, TO_ASKER, channel=channel)
    one, other = both_of(journals, slack, clock)
    shares = [0, 0]

    while await journals[0].outbox.waiting():
        arrived = await asyncio.gather(one.deliver(), other.deliver())
        shares = [sum(both) for both in zip(shares, arrived, strict=True)]

    answers = ["answer ephemeral"] * 100
    assert sorted(slack.ways) == sorted([*(f"post {one}" for one in cards), *answers])
    assert sum(shares) == 200
    assert min(shares) > 0


async def test_what_a_killed_one_was_posting_comes_once_more_and_its_place_is_kept(
    journals, put, clock
):
    slack = FakeSlack()
    intent, other = await killed_while_posting(slack, journals, put, clock)
    slack.hanging.clear()

    assert await other.deliver() == 0
    await over(journals[1])
    assert await other.deliver() == 1

    assert slack.ways == [POST] * 2
    assert (await journals[1].find.get(intent.id)).card == ("C", "1.5")
    assert await journals[1].outbox.waiting() == 0


async def test_what_a_killed_one_holds_is_not_asked_for_all_the_time(
    journals, put, clock
):
    slack = FakeSlack()
    intent, other = await killed_while_posting(slack, journals, put, clock)
    await journals[0].update(intent.id, notices=(CARD_NOTICE,))
    before = len(clock.naps)

    assert [await other.deliver() for _round in range(3)] == [0, 0, 0]
    assert clock.naps[before:] == [HELD_IDLE] * 3


async def test_one_that_ends_waits_for_no_letter_that_another_delivers(
    journals, put, clock
):
    slack = FakeSlack()
    _intent, other = await killed_while_posting(slack, journals, put, clock)
    await put(CARD_NOTICE, channel="C2")
    of_its_own = await journals[1].outbox.next_due()
    await other.deliver()
    before = len(clock.naps)

    assert of_its_own == clock()
    assert await other.flush(4.5) == 0
    assert clock.naps[before:] == []


async def called(slack, way):
    return way in slack.ways


@pytest.mark.short
async def test_a_killed_one_leaves_one_new_message_that_comes_twice(
    journals, put, clock
):
    slack = FakeSlack()
    channels = [f"post C{number}" for number in range(AHEAD + 2)]
    for channel in channels:
        slack.hanging[channel] = asyncio.Event()
        await put(channel=channel.removeprefix("post "))
    one, other = both_of(journals, slack, clock)

    posting = asyncio.ensure_future(one.deliver())
    await until(lambda: any_called(slack))
    await kill(posting)
    (left,) = slack.ways
    slack.hanging.clear()
    while await over(journals[1]):  # what was being held then is held for a minute
        await other.deliver()

    assert Counter(slack.ways) == Counter([*channels, left])


async def any_called(slack):
    return bool(slack.ways)


async def test_what_slack_holds_up_keeps_the_others_for_a_moment(journals, put, clock):
    slack, channels = FakeSlack(), ["post C0", "post C1"]
    for channel in channels:
        slack.hanging[channel] = asyncio.Event()
        await put(channel=channel.removeprefix("post "))
    one, _other = both_of(journals, slack, clock)

    posting = asyncio.ensure_future(one.deliver())
    await until(lambda: called_all(slack, channels))
    for held_up in slack.hanging.values():
        held_up.set()

    assert await posting == 2
    assert Counter(slack.ways) == Counter(channels)


async def called_all(slack, ways):
    return {*ways} == {*slack.ways}


async def test_one_that_stops_leaves_the_rest_to_the_others(journals, put, clock):
    slack = FakeSlack(answers={POST: [refused("timeout")]})
    await put()
    one, other = both_of(journals, slack, clock)
    await one.deliver()
    await one.stop()
    clock.push(seconds=1)

    assert await other.deliver() == 1
    assert slack.ways == [POST] * 2


async def test_what_another_has_put_in_goes_within_a_second(journals, put, clock, run):
    slack = FakeSlack()
    _one, other = both_of(journals, slack, clock)
    run(other)
    await until(lambda: napped(clock, SHARED_IDLE))

    await put()

    await until(lambda: called(slack, POST))
    assert max(clock.naps) == SHARED_IDLE


async def napped(clock, seconds):
    return seconds in clock.naps


# ── how fast Slack takes it ─────────────────────────────────────────────────────────


async def test_to_a_channel_goes_one_message_a_second_whoever_sends_it(
    journals, put, clock
):
    slack = FakeSlack(timer=clock.monotonic)
    boxes = both_of(journals, slack, clock, slots=FakeSlots(clock.monotonic))
    for _ in range(8):
        await put(Notice(name=ANSWER, audience=Audience.CHANNEL))

    for _second in range(9):
        for box in boxes:
            await box.deliver()
        clock.push(seconds=1)

    assert [at - slack.taken[0][0] for at, *_ in slack.taken] == [*map(float, range(8))]
    assert slack.ways == [POST] * 8


async def test_a_channel_that_slack_closed_to_one_is_closed_to_all(
    journals, put, clock
):
    slack = FakeSlack(answers={POST: [refused("ratelimited", retry_after=30.0)]})
    one, other = both_of(journals, slack, clock, slots=FakeSlots(clock.monotonic))
    await put()
    await one.deliver()
    await put()

    await other.deliver()
    assert slack.ways == [POST]
    clock.push(seconds=30)
    assert await other.deliver() == 1


async def test_changes_go_in_their_order_though_deliverers_take_turns_from_one_another(
    journals, put, clock
):
    slack = FakeSlack(timer=clock.monotonic)
    boxes = both_of(journals, slack, clock, slots=FakeSlots(clock.monotonic))
    cards = [await put(channel=f"C{number}") for number in range(MANY)]
    while await journals[0].outbox.waiting():
        await boxes[0].deliver()
    slack.taken.clear()
    for card in cards:
        clock.push(seconds=0.01)
        await journals[0].update(card.id, room="8", notices=(CARD_NOTICE,))

    while await journals[0].outbox.waiting():
        for box in boxes:
            await box.deliver()
        clock.push(seconds=0.5)

    went = [int(one["channel"].removeprefix("C")) for _at, _way, one in slack.taken]
    assert {way for _at, way, _one in slack.taken} == {UPDATES}
    assert sorted(went) == [*range(MANY)]
    late = [place - number for place, number in enumerate(went)]
    assert max(late) <= MOST_LATE
