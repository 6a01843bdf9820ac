"""How an intent travels: paced, judged again, sent, and ended by the table."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.__main__ import ROOMS
from bot.errors import JournalUnavailable
from bot.house import House
from bot.journal.record import State
from bot.tencent.pacer import Pacer

START = "/relay start 295066 url=rtmp://push.example.com/live/k --go"
ACTION = "StartPublishCdnStream"


async def test_what_would_wait_too_long_is_told_busy_and_is_not_sent(world):
    slow = Pacer(0.01, monotonic=lambda: 0.0)
    slow.wait(0)
    world.courier.pacers[ACTION] = slow

    await world.typed(START)

    intent = await world.handle("R1")
    assert (intent.state, intent.error_code) == (State.NOT_STARTED, "patchbay.Busy")
    assert world.cloud.state.calls == []


async def test_what_has_to_wait_a_little_waits(world):
    paced = Pacer(1, monotonic=lambda: 0.0)
    paced.wait(0)
    world.courier.pacers[ACTION] = paced

    await world.typed(START)

    assert world.waits[0] == pytest.approx(1.0)
    assert (await world.handle("R1")).state is State.STARTED


async def test_a_complaint_about_the_rate_slows_it_down(world):
    world.cloud.state.fail_next(ACTION, "RequestLimitExceeded", times=9)

    await world.typed(START)

    intent = await world.handle("R1")
    assert (intent.state, intent.error_code) == (
        State.NOT_STARTED,
        "RequestLimitExceeded",
    )


async def test_a_clock_that_is_off_is_corrected_once(world):
    ahead = timedelta(minutes=20)
    world.clock.ahead = ahead

    await world.typed(START)

    intent = await world.handle("R1")
    assert intent.state is State.STARTED
    assert world.courier.client.skew == pytest.approx(ahead.total_seconds(), abs=3)


async def test_a_stop_ends_when_its_day_is_over(world):
    await world.typed(START)
    world.cloud.state.fail_next("StopPublishCdnStream", "InternalError", times=2000)
    waited = timedelta()

    async def sleep(seconds):
        nonlocal waited
        waited += timedelta(seconds=seconds)
        world.clock.ahead = waited

    world.cloud.clock = lambda: world.clock().timestamp()  # the day passes there too
    object.__setattr__(world.courier, "sleep", sleep)

    await world.typed("/relay stop R1 --yes")

    assert timedelta(hours=23) < waited < timedelta(hours=25)
    assert (await world.handle("R1")).state is State.STARTED
    (stop, *_) = await world.journal.history("R1")
    assert stop.state is State.UNKNOWN


async def test_nobody_is_sent_for_before_they_are_known(world):
    class Late(type(world.directory)):
        async def get_to_know(self, who):
            self.guests.add(who.user)

    world.directory.__class__ = Late

    await world.typed(START)

    intent = await world.handle("R1")
    assert (intent.state, intent.error_code) == (State.NOT_STARTED, "patchbay.Denied")
    assert world.cloud.state.calls == []


class Away:
    """A journal that refuses the next *times* moves to the state *to*."""

    def __init__(self, journal, times, to):
        self._journal, self._left, self._to = journal, times, to

    def __getattr__(self, name):
        return getattr(self._journal, name)

    async def move(self, intent, state, **more):
        if state is self._to and self._left:
            self._left -= 1
            raise JournalUnavailable("gone")
        return await self._journal.move(intent, state, **more)


def journal_away(world, times, *, to):
    courier = replace(world.courier, journal=Away(world.journal, times, to))
    desk = replace(world.desk, courier=courier)
    world.house = House(ROOMS, desk)


async def test_an_outcome_that_cannot_be_written_is_logged_and_tried_until_it_is(
    world, capsys
):
    journal_away(world, 6, to=State.STARTED)

    await world.typed(START)

    (relay,) = world.cloud.state.running
    assert (await world.handle("R1")).ref == relay.task_id
    assert capsys.readouterr().out.count(relay.task_id) == 6
    assert world.waits[-6:] == [1.0, 2.0, 5.0, 15.0, 15.0, 15.0]


async def test_what_cannot_be_marked_as_being_sent_is_not_sent(world):
    journal_away(world, 1, to=State.SENDING)

    await world.typed(START)

    intent = await world.handle("R1")
    assert (intent.state, intent.error_code) == (State.NOT_STARTED, "patchbay.NotSent")
    assert world.cloud.state.calls == []


async def test_the_usersig_is_nowhere_but_on_its_way(world):
    await world.typed(START)

    (intent,) = await world.journal.recent("T0HOME")
    kept = await world.journal.request_of(intent.id)
    assert b"UserSig" not in kept
    assert "UserSig" not in repr(intent.masked)
