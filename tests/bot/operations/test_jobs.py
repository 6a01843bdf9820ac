"""What time makes due is told once, and only when it is."""

import json
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest

from bot.journal.model import Letter, Notice, State
from tests.world import make_world

START = "/relay start 295066 url=rtmp://push.example.com/live/k --go"


@pytest.fixture
async def make(tmp_path):
    async with AsyncExitStack() as stack:

        async def world(**more):
            return await make_world(stack, tmp_path / "p.db", **more)

        yield world


async def unknown(world):
    world.cloud.state.fail_next("StartPublishCdnStream", "reset")
    await world.typed(START)
    return await world.handle("R1")


async def later(world, **time):
    world.clock.ahead += timedelta(**time)
    await world.jobs.look()
    await world.jobs.look()


def alarms(letters):
    return [one.body["text"] for one in letters if one.audience == "ops"]


async def test_without_a_callback_in_two_minutes_it_has_very_likely_not_started(make):
    world = await make(key="k" * 16)
    fresh = await unknown(world)

    await later(world, minutes=1)
    early = await world.handle("R1")
    await later(world, minutes=1, seconds=5)

    assert early == fresh
    (card,) = await world.letters()
    assert "very likely not started" in json.dumps(card.body)
    assert (await world.handle("R1")).notices == "silent"


async def test_silence_says_nothing_where_nobody_was_there_to_hear(make):
    world = await make(key="k" * 16)
    world.executor.tasks.spawn = lambda work, name: work.close()
    await world.router.answer(world.ask(START))
    queued = await world.handle("R1")
    sending = await world.journal.move(queued.id, State.SENDING)
    world.clock.ahead += timedelta(minutes=10)  # in which the bot was down

    await world.executor.doubt(sending)
    await later(world, minutes=3)

    (card,) = [one for one in await world.letters() if one.audience == "channel"]
    assert "I was down when Tencent would have told me" in json.dumps(card.body)
    assert "very likely" not in json.dumps(card.body)


async def test_after_a_quick_restart_the_callback_may_still_come(make):
    world = await make(key="k" * 16)
    world.executor.tasks.spawn = lambda work, name: work.close()
    await world.router.answer(world.ask(START))
    queued = await world.handle("R1")
    sending = await world.journal.move(queued.id, State.SENDING)

    await world.executor.doubt(sending)

    (card,) = await world.letters()
    assert "this message says so before" in json.dumps(card.body)


async def test_where_callbacks_are_off_silence_says_nothing(make):
    world = await make()
    await unknown(world)

    await later(world, minutes=3)

    (card,) = await world.letters()
    assert "Callbacks are off" in json.dumps(card.body)


async def test_what_stays_unknown_is_an_alarm_after_five_minutes(make):
    world = await make()
    await unknown(world)

    await later(world, minutes=5, seconds=5)

    assert alarms(await world.letters()) == [
        "🟠 R1 is still unknown: it may be running, and billed."
    ]


async def test_a_stop_that_does_not_get_through_is_an_alarm_after_two_minutes(make):
    world = await make()
    await world.typed(START)
    world.executor.tasks.spawn = lambda work, name: work.close()
    await world.router.answer(world.ask("/relay stop R1 --yes"))
    stop = (await world.journal.history("R1"))[0]
    await world.journal.move(stop.id, State.SENDING)

    await later(world, minutes=1)
    assert alarms(await world.letters()) == []
    await later(world, minutes=1, seconds=5)

    (told,) = alarms(await world.letters())
    assert "does not get through" in told


async def test_a_relay_is_soon_out_of_reach_after_25_days_and_paged_after_29(make):
    world = await make()
    await world.typed(START)

    await later(world, days=24)
    assert (await world.handle("R1")).state is State.STARTED
    await later(world, days=1, seconds=5)
    assert (await world.handle("R1")).state is State.EXPIRING
    assert alarms(await world.letters()) == []
    await later(world, days=4)

    (told,) = alarms(await world.letters())
    assert "R1 can be stopped until" in told


async def test_what_is_old_and_over_is_thrown_away_and_the_rest_is_not(make):
    world = await make()
    await world.typed(START)
    await world.typed(START.replace("295066", "2"))
    await world.typed("/relay stop R1 --yes")
    for letter in await world.letters():
        await world.journal.outbox.sent(letter, None, None)

    await later(world, days=181)

    assert await world.handle("R1") is None
    assert (await world.handle("R2")).state is State.EXPIRING
    assert len(await world.journal.audit.all()) == 3
    await world.typed(START.replace("295066", "3"))
    assert await world.handle("R3") is not None


async def test_a_letter_that_waits_too_long_is_an_alarm_in_the_log(make, capsys):
    world = await make()
    await world.typed(START)

    await later(world, seconds=70)

    assert "letters.unsent" in capsys.readouterr().out


async def test_a_notice_is_given_once_whoever_gives_it(make):
    world = await make()
    intent = await unknown(world)

    def letters(one) -> list[Letter]:
        return []

    first = await world.journal.remind(intent.id, Notice.UNSETTLED, letters=letters)
    second = await world.journal.remind(intent.id, Notice.UNSETTLED, letters=letters)
    moved = await world.journal.remind(
        intent.id, Notice.EXPIRING, letters=letters, to=State.EXPIRING
    )

    assert first.noticed(Notice.UNSETTLED)
    assert (second, moved) == (None, None)


async def test_it_looks_again_and_again_also_when_the_journal_is_away(make):
    world = await make()
    slept = []

    async def sleep(seconds):
        slept.append(seconds)
        if len(slept) == 1:
            world.journal.close()
        if len(slept) == 3:
            raise StopAsyncIteration

    world.jobs._sleep = sleep
    with pytest.raises(StopAsyncIteration):
        await world.jobs.run()

    assert slept == [15.0, 15.0, 15.0]
