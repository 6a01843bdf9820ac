"""Letters arrive once, in order, by the first way that is open."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import SecretStr

from bot.errors import JournalUnavailable
from bot.journal.model import Letter
from bot.operations.delivery import Delivery
from bot.slack.outbound.web import Sent
from tests.bot.journal.conftest import AT, Clock

OK = Sent(ok=True, data={"channel": "C", "ts": "1.5"})


def refused(error, **more):
    return Sent(ok=False, error=error, **more)


class Web:
    """A Slack that answers as it is told and remembers what it was sent."""

    def __init__(self, **answers):
        self.answers = {name: list(some) for name, some in answers.items()}
        self.sent = []

    def _next(self, way, **said):
        self.sent.append((way, said))
        waiting = self.answers.get(way)
        return waiting.pop(0) if waiting else OK

    async def call(self, method, **said):
        return self._next(method, **said)

    async def post(self, channel, body, **more):
        return self._next(f"post {channel}", body=body, **more)

    async def answer(self, url, body):
        return self._next(f"answer {body['response_type']}", body=body)

    @property
    def ways(self):
        return [way for way, _said in self.sent]


class Outbox:
    """An delivery of letters in memory."""

    def __init__(self, *letters):
        self.letters = list(letters)
        self.came = asyncio.Event()
        self.arrived = []
        self.put_off = []
        self.lost = []

    async def due(self, now, limit):
        return [
            one for one in self.letters if not one.not_before or one.not_before <= now
        ]

    async def next_due(self):
        times = [one.not_before or AT for one in self.letters]
        return min(times, default=None)

    async def sent(self, letter, channel, ts):
        self.letters.remove(letter)
        self.arrived.append((letter.id, channel, ts))
        self.came.set()

    async def postpone(self, letter, until):
        self.letters.remove(letter)
        self.put_off.append((letter.id, until))
        self.letters.append(replace(letter, not_before=until, tries=letter.tries + 1))

    async def hurry(self, now):
        self.letters = [
            replace(one, not_before=now) if one.tries else one for one in self.letters
        ]

    async def gave_up(self, letter):
        self.letters.remove(letter)
        self.lost.append(letter.id)


def letter(**said):
    return Letter(
        **{
            "id": 1,
            "intent": "01X",
            "rev": 1,
            "channel": "C",
            "user": "U",
            "audience": "channel",
            "body": {"text": "told", "blocks": [{"type": "divider"}]},
            "created_at": AT,
            "asked_at": AT,
            "answer_url": SecretStr("https://hooks.slack.com/x"),
            **said,
        }
    )


@pytest.fixture
def clock():
    return Clock()


def delivery(post, web, clock, **more):
    return Delivery(post, web, now=clock, **more)


async def test_a_first_card_is_posted_and_where_it_stands_is_kept(clock):
    post, web = Outbox(letter()), Web()

    assert await delivery(post, web, clock).deliver() == 1

    assert web.sent == [("post C", {"body": letter().body, "thread_ts": None})]
    assert post.arrived == [(1, "C", "1.5")]


async def test_a_card_that_stands_is_updated(clock):
    post, web = Outbox(letter(card=("CX", "1.0"))), Web()

    await delivery(post, web, clock).deliver()

    assert web.sent == [
        ("chat.update", {"channel": "CX", "ts": "1.0", **letter().body})
    ]


CHANNEL_WAYS = ["chat.update", "post C", "answer in_channel", "post U", "post COPS"]
ASKER_WAYS = ["answer ephemeral", "chat.postEphemeral", "post U", "post COPS"]
OPS_WAYS = ["post COPS", "post U"]


@pytest.mark.parametrize(
    ("said", "ways"),
    [
        ({"card": ("C", "1.0")}, CHANNEL_WAYS),
        ({"audience": "asker"}, ASKER_WAYS),
        ({"audience": "ops"}, OPS_WAYS),
    ],
)
async def test_a_letter_that_is_refused_goes_the_next_way(clock, said, ways):
    for number, way in enumerate(ways):
        closed = {one: [refused("channel_not_found")] for one in ways[:number]}
        post, web = Outbox(letter(**said)), Web(**closed)

        await delivery(post, web, clock, ops_channel="COPS").deliver()

        assert web.ways == ways[: number + 1]
        assert web.ways[-1] == way
        assert [one for one, *_ in post.arrived] == [1]


async def test_where_the_bot_is_not_the_card_asks_for_an_invitation(clock):
    post, web = Outbox(letter()), Web(**{"post C": [refused("not_in_channel")]})

    await delivery(post, web, clock).deliver()

    assert "Invite me to this channel" in repr(web.sent[-1])


async def test_an_answer_url_is_used_for_half_an_hour_only(clock):
    clock.push(minutes=30)
    post, web = Outbox(letter(audience="asker")), Web()

    await delivery(post, web, clock).deliver()

    assert web.ways == ["chat.postEphemeral"]


@pytest.mark.parametrize("error", ["invalid_blocks", "msg_too_long"])
async def test_blocks_that_slack_refuses_are_told_as_text(clock, error):
    post, web = Outbox(letter()), Web(**{"post C": [refused(error)]})

    await delivery(post, web, clock).deliver()

    assert [said["body"] for _way, said in web.sent] == [
        letter().body,
        {"text": "told"},
    ]
    assert post.arrived


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
    clock, answer, tries, pause
):
    post, web = Outbox(letter(tries=tries)), Web(**{"post C": [answer]})

    assert await delivery(post, web, clock).deliver() == 0

    assert post.put_off == [(1, AT + timedelta(seconds=pause))]
    assert web.ways == ["post C"]


async def test_after_a_day_a_letter_is_given_up(clock):
    clock.push(hours=25)
    post, web = Outbox(letter()), Web(**{"post C": [refused("timeout")]})

    await delivery(post, web, clock).deliver()

    assert post.lost == [1]


async def test_a_channel_gets_one_new_message_a_second_and_updates_at_once(clock):
    waiting = [letter(id=n, card=("C", "1.0") if n > 2 else None) for n in range(1, 5)]
    post, web = Outbox(*waiting, letter(id=5, channel="C2")), Web()
    box = delivery(post, web, clock)

    await box.deliver()
    first = sorted(one for one, *_ in post.arrived)
    clock.push(seconds=1)
    await box.deliver()

    assert first == [1, 3, 4, 5]
    assert sorted(one for one, *_ in post.arrived) == [1, 2, 3, 4, 5]


async def test_it_runs_when_it_is_rung(clock):
    post, web = Outbox(), Web()
    box = delivery(post, web, clock)
    running = asyncio.create_task(box.run())
    await asyncio.sleep(0)

    post.letters.append(letter())
    box.ring()
    await post.came.wait()
    running.cancel()

    assert [one for one, *_ in post.arrived] == [1]


class Sometimes(Outbox):
    """An delivery whose journal is away for the next *times* of each question."""

    def __init__(self, *letters, times=2):
        super().__init__(*letters)
        self.away = {"due": times, "sent": times}

    def _ask(self, what):
        if self.away[what]:
            self.away[what] -= 1
            raise JournalUnavailable("gone")

    async def due(self, now, limit):
        self._ask("due")
        return await super().due(now, limit)

    async def sent(self, letter, channel, ts):
        self._ask("sent")
        await super().sent(letter, channel, ts)

    async def waiting(self):
        return len(self.letters)


async def test_a_journal_that_is_away_is_waited_for_and_nothing_goes_twice(clock):
    post, web, slept = Sometimes(letter()), Web(), []

    async def sleep(seconds):
        slept.append(seconds)
        await asyncio.sleep(0)

    running = asyncio.create_task(delivery(post, web, clock, sleep=sleep).run())
    await asyncio.wait_for(post.came.wait(), 5)
    running.cancel()

    assert web.ways == ["post C"]
    assert slept[:4] == [1.0] * 4


async def test_what_cannot_wait_for_the_journal_goes_past_it(clock):
    post, web = Outbox(), Web()

    await delivery(post, web, clock).tell_at_once(letter(card=None))

    assert web.ways == ["post C"]
    assert post.arrived == []


async def test_before_it_stops_it_waits_for_what_can_still_go(clock):
    soon, much_later = letter(), letter(id=2, not_before=AT + timedelta(hours=1))
    post, slept = Sometimes(soon, much_later, times=0), []

    async def sleep(seconds):
        slept.append(seconds)
        post.letters.remove(soon)  # as `run` does, meanwhile

    waiting = await delivery(post, Web(), clock, sleep=sleep).flush(4)

    assert (waiting, len(slept)) == (1, 1)


async def test_once_slack_is_back_what_was_put_off_goes_at_once(clock):
    down = [refused("unreachable")] * 8
    post, web = Outbox(letter(), letter(id=2, channel="D")), Web(**{"post C": down})
    box = delivery(post, web, clock)
    web.answers["post D"] = [refused("http_503")] * 4

    for _try in range(4):
        await box.deliver()
        clock.push(minutes=5)
    clock.push(minutes=-5)  # neither is due
    web.answers.clear()
    post.letters.append(letter(id=3, channel="E"))
    await box.deliver()
    clock.push(seconds=1)  # a channel takes one message in that time
    await box.deliver()

    assert sorted(number for number, *_ in post.arrived) == [1, 2, 3]
