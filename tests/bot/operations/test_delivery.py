"""Notices arrive once, in order, by the first way that is open."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.dialogue.outcome import Audience
from bot.journal.model import ANSWER, CARD_NOTICE, Notice
from bot.operations.notices import drawn
from bot.resources.registry import RESOURCES
from bot.slack.render.blocks import message
from bot.slack.render.plain import reduced
from tests.bot.operations.deliveries import delivery, until
from tests.fakes.clock import AT
from tests.fakes.slack import FakeSlack, refused

TO_ASKER = Notice(name=ANSWER, audience=Audience.ASKER)
TO_OPS = Notice(name="unsettled", audience=Audience.OPS)


async def body_of_the_first(journal, clock):
    first, *_others = await journal.outbox.due(clock())
    return message(drawn(first, RESOURCES))


async def test_a_first_card_is_posted_and_where_it_stands_is_kept(
    journal, waiting, clock
):
    intent, slack = await waiting(), FakeSlack()
    body = await body_of_the_first(journal, clock)

    assert await delivery(journal, slack, clock).deliver() == 1

    assert slack.sent == [("post C", {**body, "thread_ts": None})]
    assert (await journal.find.get(intent.id)).card == ("C", "1.5")
    assert await journal.outbox.waiting() == 0


async def test_a_card_that_stands_is_updated(journal, waiting, clock):
    await waiting(card=("CX", "1.0"))
    body, slack = await body_of_the_first(journal, clock), FakeSlack()

    await delivery(journal, slack, clock).deliver()

    assert slack.sent == [("chat.update", {"channel": "CX", "ts": "1.0", **body})]


CHANNEL_WAYS = [
    "chat.update",
    "post C",
    "answer in_channel",
    "post U",
    "chat.postEphemeral",
    "post COPS",
]
ASKER_WAYS = ["answer ephemeral", "chat.postEphemeral", "post U", "post COPS"]
OPS_WAYS = ["post COPS", "post U", "answer ephemeral", "chat.postEphemeral"]


@pytest.mark.parametrize(
    ("notice", "card", "ways"),
    [
        (CARD_NOTICE, ("C", "1.0"), CHANNEL_WAYS),
        (TO_ASKER, None, ASKER_WAYS),
        (TO_OPS, None, OPS_WAYS),
    ],
)
async def test_a_notice_that_is_refused_goes_the_next_way(
    journal, waiting, clock, notice, card, ways
):
    for number in range(len(ways)):
        closed = {one: [refused("channel_not_found")] for one in ways[:number]}
        await waiting(notice, card=card)
        slack = FakeSlack(answers=closed)

        await delivery(journal, slack, clock).deliver()

        assert slack.ways == ways[: number + 1]
        assert await journal.outbox.waiting() == 0


async def test_where_the_bot_is_not_the_card_asks_for_an_invitation(
    journal, waiting, clock
):
    await waiting()
    slack = FakeSlack(answers={"post C": [refused("not_in_channel")]})

    await delivery(journal, slack, clock).deliver()

    assert "Invite the bot to this channel" in repr(slack.sent[-1])


async def test_an_answer_url_is_used_for_half_an_hour_only(journal, waiting, clock):
    await waiting(TO_ASKER)
    clock.push(minutes=30)
    slack = FakeSlack()

    await delivery(journal, slack, clock).deliver()

    assert slack.ways == ["chat.postEphemeral"]


@pytest.mark.parametrize("error", ["invalid_blocks", "msg_too_long"])
async def test_blocks_that_slack_refuses_are_told_as_text(
    journal, waiting, clock, error
):
    await waiting()
    body = await body_of_the_first(journal, clock)
    slack = FakeSlack(answers={"post C": [refused(error), refused(error)]})

    await delivery(journal, slack, clock).deliver()

    oldest = {**body, "blocks": reduced(body["blocks"])}
    assert slack.sent == [
        ("post C", {**body, "thread_ts": None}),
        ("post C", {**oldest, "thread_ts": None}),
        ("post C", {"text": body["text"], "thread_ts": None}),
    ]
    assert await journal.outbox.waiting() == 0


@pytest.mark.parametrize(
    ("answer", "tries", "pause"),
    [
        (refused("timeout"), 0, 1),
        (refused("unreachable"), 3, 8),
        (refused("fatal_error"), 20, 300),
        (refused("ratelimited", retry_after=30.0), 0, 30),
    ],
)
async def test_what_slack_does_not_take_waits_longer_each_time(
    journal, waiting, clock, answer, tries, pause
):
    await waiting()
    (notification,) = await journal.outbox.due(clock())
    for _try in range(tries):
        await journal.outbox.postpone(notification, clock())
    slack = FakeSlack(answers={"post C": [answer]})

    assert await delivery(journal, slack, clock).deliver() == 0

    assert await journal.outbox.next_due() == AT + timedelta(seconds=pause)
    assert slack.ways == ["post C"]


async def test_after_a_day_a_notice_is_given_up(journal, waiting, clock, capsys):
    await waiting()
    clock.push(hours=25)
    slack = FakeSlack(answers={"post C": [refused("timeout")]})

    await delivery(journal, slack, clock).deliver()

    assert await journal.outbox.next_due() is None
    assert "notice.undelivered" in capsys.readouterr().out


async def test_a_channel_gets_one_new_message_a_second_and_updates_at_once(
    journal, waiting, clock
):
    for card in (None, None, ("C", "1.0"), ("C", "2.0")):
        await waiting(card=card)
    await waiting(channel="C2")
    slack = FakeSlack()
    box = delivery(journal, slack, clock)

    await box.deliver()
    first = sorted(slack.ways)
    clock.push(seconds=1)
    await box.deliver()

    assert first == ["chat.update", "chat.update", "post C", "post C2"]
    assert slack.ways[4:] == ["post C"]


async def test_it_runs_when_it_is_woken(journal, waiting, clock, run):
    clock.hold()
    slack = FakeSlack()
    box = delivery(journal, slack, clock)
    run(box)
    await asyncio.sleep(0)

    await waiting()
    box.wake()

    await until(lambda: none_waits(journal))
    assert slack.ways == ["post C"]


async def none_waits(journal):
    return await journal.outbox.next_due() is None


async def test_a_journal_that_is_away_is_waited_for_and_nothing_goes_twice(
    journal, waiting, clock, file, run
):
    await waiting()
    slack = FakeSlack()
    file.run("ALTER TABLE outbox RENAME TO elsewhere")

    def back_but_not_quite():
        file.run("ALTER TABLE elsewhere RENAME TO outbox")
        file.refuse_sent()
        clock.after(2, file.mend)

    clock.after(2, back_but_not_quite)
    run(delivery(journal, slack, clock))

    await until(lambda: all_is_noted(file))
    assert slack.ways == ["post C"]
    assert clock.naps[:2] == [1.0] * 2


async def all_is_noted(file):
    return file.rows("SELECT count(*) FROM outbox") == [(0,)]


async def test_what_cannot_wait_for_the_journal_goes_past_it(journal, waiting, clock):
    await waiting()
    slack = FakeSlack()
    body = await body_of_the_first(journal, clock)
    (notification,) = await journal.outbox.due(clock())

    await delivery(journal, slack, clock).send_at_once(notification)

    assert slack.sent == [("post C", {**body, "thread_ts": None})]
    assert await journal.outbox.waiting() == 1


async def test_what_goes_past_the_journal_waits_for_its_place(journal, waiting, clock):
    for _number in range(2):
        await waiting()
    slack = FakeSlack(timer=clock.monotonic)
    box = delivery(journal, slack, clock)

    for notification in await journal.outbox.due(clock()):
        await box.send_at_once(notification)

    assert [way for _at, way, _body in slack.taken] == ["post C", "post C"]
    assert clock.naps == [1.0]


async def test_before_it_stops_it_waits_for_what_can_still_go(
    journal, waiting, clock, file
):
    much_later = replace(CARD_NOTICE, not_before=AT + timedelta(hours=1))
    await waiting()
    await waiting(much_later)
    delivered = "DELETE FROM outbox WHERE id = 1"
    clock.after(1, lambda: file.run(delivered))  # as `run` does, meanwhile

    left = await delivery(journal, FakeSlack(), clock).flush(4)

    assert (left, len(clock.naps)) == (1, 1)


async def test_once_slack_is_back_what_was_put_off_goes_at_once(
    journal, waiting, clock
):
    down = {"post C": [refused("unreachable")] * 4, "post D": [refused("http_503")] * 4}
    slack = FakeSlack(answers=down)
    box = delivery(journal, slack, clock)
    for channel in "CD":
        await waiting(channel=channel)

    for _try in range(4):
        await box.deliver()
        clock.push(minutes=5)
    clock.push(minutes=-5)  # neither is due
    await waiting(channel="E")
    await box.deliver()
    clock.push(seconds=1)  # a channel takes one message in that time
    await box.deliver()

    assert sorted(slack.ways[8:]) == ["post C", "post D", "post E"]
