"""What waits for one place, or for a clock, holds nothing else up."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.dialogue.outcome import Audience
from bot.errors import JournalUnavailable
from bot.journal.model import ANSWER, CARD_NOTICE, Notice
from bot.operations.delivery import MOST_AT_ONCE
from tests.bot.operations.deliveries import delivery, until
from tests.fakes.slack import FakeSlack, refused

TO_ASKER = Notice(name=ANSWER, audience=Audience.ASKER)
CHANNEL_NOTICE = Notice(name=ANSWER, audience=Audience.CHANNEL)
TO_OPS = Notice(name="unsettled", audience=Audience.OPS)


async def none_waits(journal):
    return await journal.outbox.next_due() is None


# ── a place of its own for everything ─────────────────────────────────────────────


@pytest.mark.parametrize("way", ["post C", "answer ephemeral"])
async def test_a_place_that_does_not_answer_holds_nothing_else_up(
    journal, waiting, clock, way, run
):
    await waiting(CARD_NOTICE if way == "post C" else TO_ASKER)
    clock.hold()
    slack = FakeSlack()
    slack.hanging[way] = asyncio.Event()
    box = delivery(journal, slack, clock)
    run(box)
    await until(lambda: has_called(slack, way))

    await waiting(channel="C2")
    await waiting(TO_OPS)
    box.wake()

    await until(lambda: has_called(slack, "post C2", "post COPS"))
    assert slack.ways.count(way) == 1
    slack.hanging[way].set()
    await until(lambda: none_waits(journal))
    assert sorted(slack.ways) == sorted([way, "post C2", "post COPS"])


async def has_called(slack, *ways):
    return {*ways} <= {*slack.ways}


async def test_a_channel_that_slack_closed_holds_no_other_however_much_waits_for_it(
    journal, waiting, clock
):
    closed = [refused("ratelimited", retry_after=60.0)]
    slack = FakeSlack(answers={"post C": closed})
    box = delivery(journal, slack, clock)
    await waiting()
    await box.deliver()
    await fill(journal, waiting, 3 * MOST_AT_ONCE)
    await waiting(channel="C2")

    await box.deliver()

    assert slack.ways == ["post C", "post C2"]


async def test_what_waits_for_a_place_is_lined_up_and_not_looked_at_till_its_turn(
    journal, waiting, clock
):
    slack = FakeSlack(timer=clock.monotonic)
    box = delivery(journal, slack, clock)
    for _ in range(2 * MOST_AT_ONCE + 50):
        await waiting()

    for _round in range(2):
        await box.deliver()
    left = await journal.outbox.due(clock(), 1000)
    seconds = []
    while at := await journal.outbox.next_due():
        clock.push(seconds=max((at - clock()).total_seconds(), 0.05))
        seconds.append(clock.passed)
        await box.deliver()

    assert len(left) < MOST_AT_ONCE
    assert slack.ways == ["post C"] * len(slack.taken)
    assert len(slack.taken) <= 1 + 250 // 24 + 2  # 24 cards share a message
    assert seconds == sorted(seconds)
    assert await journal.outbox.waiting() == 0


@pytest.mark.parametrize(
    "notice", [CARD_NOTICE, CHANNEL_NOTICE], ids=["cards", "answers"]
)
async def test_those_who_are_gone_when_their_turn_comes_keep_no_place_idle(
    journal, waiting, clock, notice
):
    slack = FakeSlack(timer=clock.monotonic)
    box = delivery(journal, slack, clock)
    for _burst in range(3):
        for _ in range(2 * MOST_AT_ONCE + 40):
            await waiting(notice)
        await box.deliver()
        await gone(journal)
    for _ in range(MOST_AT_ONCE + 30):
        await waiting(notice)
    before = len(slack.taken)

    seconds = 0
    while await journal.outbox.waiting():
        sent = len(slack.taken)
        await box.deliver()
        seconds += 1
        assert len(slack.taken) > sent or seconds == 1  # a message each second
        clock.push(seconds=1)

    assert seconds - 1 <= len(slack.taken) - before <= seconds


async def gone(journal):
    """Drop all that waits, as what is replaced is dropped, once it is lined up."""
    clock_after_all = datetime.max.replace(tzinfo=UTC)
    for one in await journal.outbox.due(clock_after_all, 1000):
        await journal.outbox.drop(one)


async def fill(journal, waiting, count):
    """Let *count* lines wait for channel C, behind what waits there."""
    lines = (
        Notice(name="line", audience=Audience.THREAD, line=str(number))
        for number in range(count)
    )
    await waiting(*lines)


async def test_answers_and_messages_elsewhere_do_not_wait_for_a_channel(
    journal, waiting, clock
):
    for notice in (CARD_NOTICE, CARD_NOTICE, TO_ASKER, TO_ASKER, TO_OPS):
        await waiting(notice)
    await waiting(channel="C2")
    slack = FakeSlack()

    await delivery(journal, slack, clock).deliver()

    assert sorted(slack.ways) == [
        "answer ephemeral",
        "answer ephemeral",
        "post C",
        "post C2",
        "post COPS",
    ]


# ── the wall clock ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("by", [-200, 200])
async def test_when_the_wall_clock_is_set_nothing_waits_longer_or_shorter(
    journal, waiting, clock, by
):
    slack = FakeSlack(answers={"post C": [refused("timeout")] * 2})
    box = delivery(journal, slack, clock)
    await waiting(not_before(clock, 5), channel="C2")
    await waiting()
    await box.deliver()  # to be tried again in a second

    clock.ahead += timedelta(seconds=by)
    await box.deliver()
    assert slack.ways == ["post C"]
    for seconds, ways in ((1, ["post C"] * 2), (2, ["post C"] * 3), (2, ["post C2"])):
        clock.push(seconds=seconds)
        await box.deliver()
        assert slack.ways[-len(ways) :] == ways
    assert slack.ways == [*["post C"] * 3, "post C2"]


def not_before(clock, seconds):
    return replace(CARD_NOTICE, not_before=clock() + timedelta(seconds=seconds))


async def test_that_the_clock_was_set_is_seen_to_once_the_journal_is_back(
    journal, waiting, clock
):
    slack = FakeSlack()
    box = delivery(journal, slack, clock)
    await box.deliver()
    await waiting(not_before(clock, 5))
    clock.ahead -= timedelta(hours=1)

    await ran(journal, "ALTER TABLE outbox RENAME TO away")
    with pytest.raises(JournalUnavailable):
        await box.deliver()
    await ran(journal, "ALTER TABLE away RENAME TO outbox")
    clock.push(seconds=5)
    await box.deliver()

    assert slack.ways == ["post C"]


async def ran(journal, text):
    await journal._writer.write(lambda connection: connection.run(text))


@pytest.mark.parametrize("by", [-200, 200])
async def test_after_the_clock_was_set_new_notices_go_at_once(
    journal, waiting, clock, by
):
    await waiting()
    slack = FakeSlack()
    box = delivery(journal, slack, clock)
    await box.deliver()

    clock.ahead += timedelta(seconds=by)
    clock.push(seconds=1)
    for notice in (CARD_NOTICE, TO_ASKER, TO_OPS):
        await waiting(notice)
    await box.deliver()

    assert sorted(slack.ways[1:]) == ["answer ephemeral", "post C", "post COPS"]


async def test_an_earlier_life_with_its_clock_ahead_leaves_nothing_waiting(
    journal, waiting, clock
):
    await waiting(not_before(clock, 1))
    clock.ahead -= timedelta(hours=1)
    slack = FakeSlack()

    await delivery(journal, slack, clock).deliver()

    assert slack.ways == ["post C"]


# ── lines in the thread of a card ─────────────────────────────────────────────────


def flapping(count):
    facts = {"count": count}
    return Notice(name=ANSWER, audience=Audience.THREAD, line="1:flap", facts=facts)


async def test_a_line_is_posted_below_the_card_and_then_renewed(
    journal, waiting, clock
):
    intent = await waiting(flapping(1), card=("C", "1.0"))
    slack = FakeSlack()
    box = delivery(journal, slack, clock)

    for count in (2, 3):
        await box.deliver()
        await journal.update(intent.id, notices=(flapping(count),))
    await box.deliver()

    (_post, posted), *updates = slack.sent
    assert slack.ways == ["post C", "chat.update", "chat.update"]
    assert posted["thread_ts"] == "1.0"
    assert [(one["channel"], one["ts"]) for _way, one in updates] == [("C", "1.5")] * 2


async def test_a_line_that_is_gone_is_posted_anew(journal, waiting, clock):
    intent = await waiting(flapping(1), card=("C", "1.0"))
    slack = FakeSlack(refusing={"chat.update": "message_not_found"})
    box = delivery(journal, slack, clock)
    await box.deliver()
    clock.push(seconds=1)
    await journal.update(intent.id, notices=(flapping(2),))
    await box.deliver()
    slack.refusing.clear()
    await journal.update(intent.id, notices=(flapping(3),))
    await box.deliver()

    assert slack.ways == ["post C", "chat.update", "post C", "chat.update"]
    assert slack.sent[-1][1]["ts"] == "2.5"


async def test_of_a_line_no_second_message_is_posted_while_the_first_is_under_way(
    journal, waiting, clock, run
):
    intent = await waiting(flapping(1), card=("C", "1.0"))
    clock.hold()
    slack = FakeSlack()
    slack.hanging["post C"] = asyncio.Event()
    box = delivery(journal, slack, clock)
    run(box)
    await until(lambda: has_called(slack, "post C"))
    await journal.update(intent.id, notices=(flapping(2),))
    box.wake()

    slack.hanging["post C"].set()

    await until(lambda: none_waits(journal))
    assert slack.ways == ["post C", "chat.update"]


# ── what goes first ───────────────────────────────────────────────────────────────


async def test_what_became_of_a_start_is_told_before_cards_of_those_that_go_on(
    journal, waiting, clock
):
    for number in range(30):
        await waiting(card=("C", f"{number}.0"))
    over = await waiting(card=("C", "99.9"))
    await journal.reject(over.id, notices=(CARD_NOTICE,))
    slack = FakeSlack(timer=clock.monotonic)

    await delivery(journal, slack, clock).deliver()

    assert [one["ts"] for _way, one in slack.sent] == [
        "99.9",
        *(f"{number}.0" for number in range(19)),
    ]


async def test_what_waits_goes_in_its_order_however_much_it_is(journal, waiting, clock):
    going_on = [await changed(waiting, clock, n) for n in range(MOST_AT_ONCE + 60)]
    slack = FakeSlack(timer=clock.monotonic)
    box = delivery(journal, slack, clock)
    await box.deliver()
    over = []
    for number in range(500, 530):
        over.append(await changed(waiting, clock, number))
        await journal.reject(over[-1].id, notices=(CARD_NOTICE,))
        await box.deliver()

    while await journal.outbox.waiting():
        clock.push(seconds=0.5)
        await box.deliver()

    at_once, ended, rest = went(slack, 0, 20), went(slack, 20, 50), went(slack, 50, 999)
    assert sorted(at_once) == [f"{n}.0" for n in sorted(range(20), key=str)]
    assert ended == [f"{n}.0" for n in range(500, 530)]
    assert rest == [f"{n}.0" for n in range(20, len(going_on))]


async def changed(waiting, clock, number):
    """Let the card of a start wait for a change, in its own message."""
    clock.push(seconds=0.001)
    return await waiting(card=("C", f"{number}.0"))


def went(slack, first, end):
    return [one["ts"] for _way, one in slack.sent[first:end]]


async def test_while_changes_are_behind_no_card_is_posted_that_says_nothing_yet(
    journal, waiting, clock
):
    for number in range(15):
        await waiting(card=("C", f"{number}.0"))
    slack = FakeSlack(timer=clock.monotonic)
    box = delivery(journal, slack, clock)
    await box.deliver()
    waits, over = await waiting(channel="C1"), await waiting(channel="C2")
    await journal.reject(over.id, notices=(CARD_NOTICE,))

    await box.deliver()
    before = slack.ways[15:]
    clock.push(seconds=5)
    await journal.reject(waits.id, notices=(CARD_NOTICE,))
    await box.deliver()

    assert (before, slack.ways[15:]) == (["post C2"], ["post C2", "post C1"])
