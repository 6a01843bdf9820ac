"""A round is made when something may go, and not because something arrived."""

import asyncio
import json
from dataclasses import replace

import pytest

from bot.journal.model import CARD_NOTICE
from bot.operations.facade import FIRST_CARD_AFTER
from tests.bot.operations.deliveries import delivery, until
from tests.fakes.clock import FakeClock
from tests.fakes.slack import FakeSlack
from tests.fakes.sqlite import heard

POST = "post C"
LATER = "not_before > :after"  # as the question for what becomes due says it
TURNS = 50  # of the loop, in which a round would be made


class Still(FakeClock):
    """Nobody who sleeps by it wakes up; *naps* has one for each round."""

    async def sleep(self, seconds):
        self.naps.append(seconds)
        await asyncio.Event().wait()


class Stepping(FakeClock):
    """Time passes from one who wakes to the next, when it is told to."""

    def __init__(self):
        super().__init__()
        self._sleepers = []

    async def sleep(self, seconds):
        woken = asyncio.Event()
        sleeper = (self.monotonic() + seconds, len(self._sleepers), woken)
        self._sleepers.append(sleeper)
        try:
            await woken.wait()
        finally:
            self._sleepers.remove(sleeper)

    async def step(self, box):
        """Wake the next, once *box* sleeps and has nothing under way."""

        async def is_asleep():
            return bool(self._sleepers) and not box._under_way

        await until(is_asleep)
        at, _number, woken = min(self._sleepers)
        self.push(seconds=max(at - self.monotonic(), 0))
        woken.set()
        await turns()


@pytest.fixture
def driver():
    """Return what the journal that is opened after it tells of its statements."""
    with heard() as telling:
        yield telling


@pytest.fixture
def still():
    return Still()


async def turns():
    for _turn in range(TURNS):
        await asyncio.sleep(0)


async def arrived(journal):
    """Wait until no notice waits, and for what that leads to."""

    async def are_none():
        return not await journal.outbox.waiting()

    await until(are_none)
    await turns()


def holding():
    """Return a Slack that holds what is posted until it is told to go on."""
    slack = FakeSlack()
    slack.hanging[POST] = asyncio.Event()
    return slack


async def under_way(box, slack):
    """Wake *box*, and wait until it has sent something that *slack* holds."""
    box.wake()

    async def is_sent():
        return bool(slack.sent)

    await until(is_sent)
    await turns()


async def test_what_arrived_whole_and_kept_nothing_back_leads_to_no_round(
    journal, waiting, run, still
):
    box = delivery(journal, FakeSlack(), still)
    await waiting()
    run(box)
    await arrived(journal)
    began = len(still.naps)  # with the look at what an earlier run had put off

    await waiting(channel="C2")
    box.wake()
    await arrived(journal)

    assert still.naps[began:] == [5.0]


async def test_a_first_card_goes_when_it_is_due_though_nobody_tells_of_it(
    journal, waiting, run
):
    clock = Stepping()
    slack = FakeSlack(timer=clock.monotonic)
    box = delivery(journal, slack, clock)
    run(box)
    await clock.step(box)

    due = clock.monotonic() + FIRST_CARD_AFTER.total_seconds()
    await waiting(replace(CARD_NOTICE, not_before=clock() + FIRST_CARD_AFTER))
    while not slack.taken and clock.monotonic() < due + 60:
        await clock.step(box)

    (posted,) = (at for at, _way, _arguments in slack.taken)
    assert due <= posted < due + 1


async def test_what_was_kept_back_goes_when_that_has_arrived(
    journal, waiting, run, still
):
    slack = holding()
    box = delivery(journal, slack, still)
    run(box)
    intent = await waiting()
    await under_way(box, slack)

    await journal.update(intent.id, notices=(CARD_NOTICE,))
    box.wake()
    await turns()
    assert slack.ways == [POST]
    slack.hanging[POST].set()
    await arrived(journal)

    assert slack.ways == [POST, "chat.update"]


async def test_what_did_not_arrive_is_awaited_for_as_long_as_it_waits(
    journal, waiting, run, still
):
    slack = FakeSlack("unreachable")
    box = delivery(journal, slack, still)
    run(box)
    await waiting()
    box.wake()

    await until(lambda: waits(still, 1.0))


async def waits(still, seconds):
    """Tell whether the last round waits for so many *seconds*."""
    return still.naps and still.naps[-1] == seconds


async def test_what_waits_for_slack_goes_when_something_else_has_arrived(
    journal, waiting, run, still
):
    slack = FakeSlack("unreachable", "unreachable")
    box = delivery(journal, slack, still)
    run(box)
    await waiting()
    for pause in (1.0, 2.0):
        box.wake()
        await until(lambda: waits(still, pause))  # noqa: B023 - it is awaited here
        still.push(seconds=1)  # a channel takes one message in that time
    await waiting(channel="C2")
    box.wake()
    await arrived(journal)

    assert slack.ways[2:] == ["post C2", POST]


async def test_what_becomes_due_later_is_asked_for_once_while_much_arrives(
    driver, journal, waiting, run, still
):
    box = delivery(journal, FakeSlack(), still)
    await waiting()
    run(box)
    await arrived(journal)
    asked = []
    driver.listeners.append(lambda *seen: asked.append(seen) if LATER in seen[1] else 0)

    for channel in ("C2", "C3", "C4"):
        await waiting(channel=channel)
        box.wake()
        await arrived(journal)
        still.push(seconds=1)
    assert asked == []
    still.push(seconds=2)
    box.wake()
    await turns()

    assert len(asked) == 1


async def test_what_waits_in_a_full_channel_is_not_read_again_until_it_may_go(
    driver, journal, waiting, run, still
):
    slack = FakeSlack()
    box = delivery(journal, slack, still)
    run(box)
    for _number in range(2):  # it takes one message a second
        await waiting()
    box.wake()
    await until(lambda: one_waits(journal))
    await turns()
    (kept,) = await journal.outbox.due(still())
    left_out = []
    driver.listeners.append(
        lambda _connection, _text, values: (
            left_out.append(values["under_way"]) if "under_way" in values else 0
        )
    )

    await waiting(channel="C2")
    box.wake()
    await until(lambda: one_waits(journal))
    assert left_out
    assert all(str(kept.id) in json.loads(ids) for ids in left_out)
    still.push(seconds=1)
    box.wake()
    await arrived(journal)

    assert slack.ways == [POST, "post C2", POST]


async def one_waits(journal):
    """Tell whether one notice is left."""
    return await journal.outbox.waiting() == 1


async def test_what_waits_behind_a_refused_message_goes_when_that_went_another_way(
    journal, waiting, run, still
):
    slack = FakeSlack(refusing={POST: "channel_not_found"})
    slack.hanging[POST] = asyncio.Event()
    box = delivery(journal, slack, still)
    run(box)
    await waiting()
    await under_way(box, slack)
    await waiting()
    box.wake()
    await turns()

    slack.hanging[POST].set()
    await arrived(journal)

    assert slack.ways.count(POST) == 2
