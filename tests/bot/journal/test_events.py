"""Events of a relay: each is kept once, and the last of each target counts."""

import hashlib
from datetime import timedelta

import pytest
from pydantic import SecretStr

from bot.journal import events
from bot.states import Reaction, State
from bot.tencent.events import RelayEvent, RelayStatus
from tests.bot.journal.conftest import AT

KEPT = """
    SELECT intent, task_id, target, status, error, at, sent_at, came_at FROM events
"""
MILLIS = round(AT.timestamp() * 1000)


def event(second=0, status=RelayStatus.RUNNING, **values):
    at = AT + timedelta(seconds=second)
    return RelayEvent(
        **{
            "room": "lobby",
            "agent": "pb_0",
            "task_id": "task",
            "url": SecretStr("rtmp://push.example.com/live/1"),
            "status": status,
            "at": at,
            "sent_at": at + timedelta(milliseconds=5),
            **values,
        }
    )


def other(url, **values):
    return event(url=SecretStr(f"rtmp://push.example.com/live/{url}"), **values)


@pytest.fixture
async def relay(journal, new):
    targets = {"PublishCdnParams": [{}, {}]}
    intent, _ = await journal.accept(new(masked=targets))
    await journal.move(intent.id, State.SENDING)
    return await journal.move(intent.id, State.STARTED, ref="task")


@pytest.fixture
def within(journal):
    """Run a function of `events` in a transaction."""

    async def run(function, *arguments):
        return await journal._writer.write(lambda c: function(c, *arguments))

    return run


async def test_an_event_is_kept_once_with_all_that_it_says(journal, relay, within):
    failed = event(status=RelayStatus.FAILED, error="e" * 501)

    fresh = [await within(events.keep, relay, failed, 7) for _ in range(2)]

    rows = await journal._writer.read(lambda c: c.exec_driver_sql(KEPT).all())
    target = hashlib.sha256(b"rtmp://push.example.com/live/1").hexdigest()
    assert fresh == [True, False]
    assert [tuple(row) for row in rows] == [
        (relay.id, "task", target, 4, "e" * 500, MILLIS, MILLIS + 5, 7)
    ]


async def test_the_first_of_a_task_is_the_first(relay, within, journal, new):
    second, _ = await journal.accept(new())
    first = []
    for intent, news in (
        (relay, event()),
        (relay, event(1)),
        (relay, event(task_id="another")),
        (second, event(2)),
    ):
        await within(events.keep, intent, news, 0)
        first.append(await within(events.is_first, intent, news))

    assert first == [True, False, True, True]


IDLE, RUNNING = RelayStatus.IDLE, RelayStatus.RUNNING


@pytest.mark.parametrize(
    ("kept", "over"),
    [
        ([other("1", status=IDLE)], False),
        ([other("1", status=IDLE), other("2", status=RUNNING)], False),
        ([other("1", status=IDLE), other("2", status=IDLE)], True),
        ([other(n, status=IDLE) for n in "123"], True),
        ([event(2, IDLE), event(1, RUNNING), other("2", status=IDLE)], True),
        ([event(1, IDLE), event(2, RUNNING), other("2", status=IDLE)], False),
        ([other("1", status=IDLE), other("2", status=IDLE, task_id="x")], False),
        ([], False),
    ],
)
async def test_a_relay_is_over_once_every_target_is_idle_at_last(
    relay, within, kept, over
):
    for one in kept:
        await within(events.keep, relay, one, 0)

    assert await within(events.is_over, relay) is over


async def test_the_events_of_another_relay_do_not_end_this_one(
    relay, within, journal, new
):
    second, _ = await journal.accept(new())
    for url in "12":
        await within(events.keep, second, other(url, status=IDLE), 0)

    assert not await within(events.is_over, relay)


@pytest.mark.parametrize(
    "masked",
    [
        {},
        {"PublishCdnParams": []},
        {"PublishCdnParams": [{}], "FeedBackRoomParams": [{}]},
    ],
)
async def test_what_is_not_known_to_have_targets_only_is_never_over(
    journal, new, within, masked
):
    intent, _ = await journal.accept(new(masked=masked, ref="task"))
    await within(events.keep, intent, event(status=IDLE), 0)

    assert await within(events.is_over, intent) is False


async def test_an_event_is_for_the_relay_whose_robot_it_names(journal, new):
    made = []
    for agent in ("pb_a", "pb_b", "pb_c"):
        intent, _ = await journal.accept(new(agent=agent, sdk_app_id=7))
        made.append(await journal.move(intent.id, State.SENDING))
    running = event(agent="pb_b")

    current, reaction = await journal.apply_event(running, 7)
    foreign = await journal.apply_event(running, 8)
    again = await journal.apply_event(running, 7)

    assert (current.id, current.state, current.subject.ref) == (
        made[1].id,
        State.STARTED,
        "task",
    )
    assert (reaction, foreign, again) == (Reaction.MOVE, (None, None), (current, None))
    assert await journal.find.get(made[0].id) == made[0]


@pytest.mark.parametrize("expiring", [False, True])
async def test_a_relay_that_runs_ends_with_its_last_target(journal, new, expiring):
    targets = {"PublishCdnParams": [{}]}
    intent, _ = await journal.accept(new(agent="pb_0", sdk_app_id=7, masked=targets))
    await journal.move(intent.id, State.SENDING)
    await journal.move(intent.id, State.STARTED, ref="task")
    if expiring:
        await journal.move(intent.id, State.EXPIRING)

    current, reaction = await journal.apply_event(event(status=IDLE), 7)

    assert (current.state, reaction) == (State.ENDED, Reaction.KEEP)
