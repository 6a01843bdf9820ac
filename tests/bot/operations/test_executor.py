"""How an intent travels: paced, judged again, sent, and ended by the table."""

import asyncio
import json
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.__main__ import COMMANDS
from bot.dialogue.outcome import Audience
from bot.errors import JournalUnavailable
from bot.journal.model import State
from bot.journal.sqlite.spool import Ending
from bot.operations.throttle import Throttle
from bot.routing.router import Router
from bot.settings import Policy, Rule
from bot.tencent.pacer import Pacer

START = "/relay start 295066 url=rtmp://push.example.com/live/k --go"
ACTION = "StartPublishCdnStream"


async def test_what_would_wait_too_long_is_told_busy_and_is_not_sent(world):
    slow = Pacer(0.01, monotonic=lambda: 0.0)
    slow.wait(0)
    world.executor.pacers[ACTION] = slow

    answer = await world.typed(START)

    assert answer.headline == ("Busy.",)
    assert await world.handle("R1") is None
    assert world.cloud.state.calls == []


async def test_when_it_is_busy_a_submission_that_came_before_shows_the_first(world):
    await world.typed(START, key="again")
    busy(world, ACTION)

    answer = await world.typed(START, key="again")

    assert answer.plain == "🟢 R1 · started   room 295066"
    assert answer.audience is Audience.ASKER


def busy(world, action):
    """Fill the throttle of *action*: its next slot is in 100 s."""
    slow = Pacer(0.01, monotonic=lambda: 0.0)
    slow.wait(0)
    world.executor.throttles[action] = Throttle(slow, world.executor.sleep)


async def test_what_a_crash_left_is_told_busy_too(world):
    world.executor.tasks.spawn = lambda work, name: work.close()
    await world.router.answer(world.ask(START))
    busy(world, ACTION)

    await world.executor.carry(await world.handle("R1"))

    intent = await world.handle("R1")
    assert (intent.state, intent.error_code) == (State.NOT_STARTED, "patchbay.Busy")


async def test_a_stop_waits_for_as_long_as_it_takes(world):
    await world.typed(START)
    busy(world, "StopPublishCdnStream")

    await world.typed("/relay stop R1 --yes")

    assert (await world.handle("R1")).state is State.STOPPED
    assert world.waits[-1] == pytest.approx(100)


@pytest.mark.parametrize(
    ("typed", "name", "state"),
    [
        (START, "R1", State.UNKNOWN),
        ("/gs 1326515201117065216", "G1", State.NOT_STARTED),
    ],
)
async def test_what_breaks_on_its_way_is_told_and_never_left_sending(
    world, typed, name, state
):
    async def broken(*said, **more):
        raise MemoryError

    world.executor.client.send = broken

    await world.typed(typed)

    intent = await world.handle(name)
    assert (intent.state, intent.error_code) == (state, "patchbay.NoAnswer")


async def test_what_breaks_before_it_is_sent_is_told_as_not_sent(world):
    world.executor.apps.clear()

    await world.typed(START)

    intent = await world.handle("R1")
    assert (intent.state, intent.error_code) == (State.NOT_STARTED, "patchbay.NotSent")
    assert "Something broke on my side" in intent.error_text


async def test_a_step_of_the_wall_clock_ends_no_retry(world):
    world.cloud.state.fail_next("StopPublishCdnStream", "InternalError", 2)
    await world.typed(START)
    world.clock.ahead += timedelta(hours=30)

    await world.typed("/relay stop R1 --yes")

    assert (await world.handle("R1")).state is State.STOPPED


async def test_what_has_to_wait_a_little_waits(world):
    paced = Pacer(1, monotonic=lambda: 0.0)
    paced.wait(0)
    world.executor.pacers[ACTION] = paced

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
    assert world.executor.client.skew == pytest.approx(ahead.total_seconds(), abs=3)


async def test_a_stop_ends_when_its_day_is_over(world):
    await world.typed(START)
    world.cloud.state.fail_next("StopPublishCdnStream", "InternalError", times=2000)
    waited = timedelta()

    async def sleep(seconds):
        nonlocal waited
        waited += timedelta(seconds=seconds)
        world.clock.held_up = waited

    world.cloud.clock = lambda: world.clock().timestamp()  # the day passes there too
    object.__setattr__(world.executor, "sleep", sleep)

    await world.typed("/relay stop R1 --yes")

    assert timedelta(hours=23) < waited < timedelta(hours=25)
    assert (await world.handle("R1")).state is State.STARTED
    (stop, *_) = await world.journal.history("R1")
    assert stop.state is State.UNKNOWN


async def test_nobody_is_sent_for_before_they_are_known(world):
    class Late(type(world.directory)):
        async def ensure_known(self, who):
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
        self.spooled = []

    def __getattr__(self, name):
        return getattr(self._journal, name)

    def _refuse(self, state):
        if state is self._to and self._left:
            self._left -= 1
            self.spooled.append(self._journal.spool.left())
            raise JournalUnavailable("gone")

    async def move(self, intent, state, **more):
        self._refuse(state)
        return await self._journal.move(intent, state, **more)

    async def settle(self, intent, state, **more):
        self._refuse(state)
        return await self._journal.settle(intent, state, **more)


def journal_away(world, times, *, to):
    away = Away(world.journal, times, to)
    completion = replace(world.executor.completion, journal=away)
    executor = replace(world.executor, journal=away, completion=completion)
    service = replace(world.service, executor=executor)
    world.router = Router(COMMANDS, service)
    return away


async def test_an_outcome_that_cannot_be_written_is_spooled_and_tried_until_it_is(
    world, capsys
):
    away = journal_away(world, 6, to=State.STARTED)

    await world.typed(START)

    (relay,) = world.cloud.state.running
    intent = await world.handle("R1")
    assert intent.ref == relay.task_id
    assert capsys.readouterr().out.count(relay.task_id) == 1 + 6
    assert world.waits[-6:] == [1.0, 2.0, 5.0, 15.0, 15.0, 15.0]
    spooled = Ending(
        intent.id,
        State.STARTED,
        {"ref": relay.task_id, "request_id": intent.request_id},
    )
    assert away.spooled == [[], *[[spooled]] * 5]
    assert world.journal.spool.left() == []


async def test_while_the_journal_is_away_slack_is_told_once(world):
    journal_away(world, 6, to=State.STARTED)

    await world.typed(START)

    (letter,) = world.told
    assert letter.body["text"] == "🟢 R1 · started   room 295066"


async def test_a_server_session_is_never_spooled(world):
    away = journal_away(world, 2, to=State.STARTED)

    await world.typed("/car start user=u ip=125.127.178.228 --go")

    assert away.spooled[1][0].changes.keys() == {"request_id"}
    assert await world.journal.secret_of((await world.handle("S1")).id)


async def test_a_stop_that_cannot_be_written_ends_both_at_last(world):
    await world.typed(START)
    journal_away(world, 3, to=State.DONE)

    await world.typed("/relay stop R1 --yes")

    assert (await world.handle("R1")).state is State.STOPPED
    assert (await world.journal.history("R1"))[0].state is State.DONE


@pytest.mark.parametrize(
    ("known", "state"),
    [(State.STARTED, State.STARTED), (State.CLOSED, State.CLOSED)],
)
async def test_an_answer_after_other_news_overwrites_nothing(world, known, state):
    """As when a callback, or a person, was faster than the answer."""
    world.executor.tasks.spawn = lambda work, name: work.close()
    await world.router.answer(world.ask(START))
    queued = await world.handle("R1")
    sending = await world.journal.move(queued.id, State.SENDING)
    if known is State.CLOSED:
        await world.journal.move(queued.id, State.UNKNOWN)
    first = {"ref": "-first."} if known is State.STARTED else {}
    await world.journal.move(queued.id, known, **first)

    for to, told in [
        (State.UNKNOWN, {"error_code": "patchbay.NoAnswer"}),
        (State.STARTED, {"ref": "-second.", "request_id": "req"}),
    ]:
        await world.executor.completion.close(sending, to, told)

    intent = await world.handle("R1")
    assert (intent.state, intent.ref) == (state, first.get("ref", ""))
    (alarm,) = [one for one in await world.letters() if one.audience == "ops"]
    assert "-second." in json.dumps(alarm.body)


async def test_a_stop_that_is_given_up_is_an_alarm(world):
    await world.typed(START)
    world.cloud.state.fail_next("StopPublishCdnStream", "UnauthorizedOperation")

    await world.typed("/relay stop R1 --yes")

    assert (await world.handle("R1")).state is State.STARTED
    (alarm,) = [one for one in await world.letters() if one.audience == "ops"]
    assert alarm.body["text"] == "🟠 R1 was not stopped, and goes on being billed."


async def test_a_right_that_went_while_it_waited_is_refused_on_the_record(world_with):
    rule = Rule(name="on-call", actions=("relay.*",), users=("U0ANA",))
    world = await world_with(Policy(rules=(rule,)))
    spawn, later = world.executor.tasks.spawn, []
    world.executor.tasks.spawn = lambda work, name: later.append(work)
    await world.router.answer(world.ask(START))
    world.directory.guests.add("U0ANA")
    spawn(later[0], name="late")
    await world.settled()

    intent = await world.handle("R1")
    records = await world.journal.audit.all()
    assert (intent.state, intent.error_code) == (State.NOT_STARTED, "patchbay.Denied")
    assert [(one.decision, one.rule) for one in records] == [
        ("allow", "on-call"),
        ("deny", "guests"),
    ]
    assert world.cloud.state.calls == []


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


async def test_what_was_held_up_before_it_could_be_sent_is_not_sent(world):
    """As after the process was stopped for a while, and then went on."""
    spawn, later = world.executor.tasks.spawn, []
    world.executor.tasks.spawn = lambda work, name: later.append(work)
    await world.router.answer(world.ask(START))
    world.clock.ahead += timedelta(minutes=3)
    spawn(later[0], name="late")
    await world.settled()

    intent = await world.handle("R1")
    assert (intent.state, intent.error_code) == (State.NOT_STARTED, "patchbay.Expired")
    assert world.cloud.state.calls == []


async def test_between_the_commit_and_the_write_there_is_no_time_to_lose(world):
    move = world.journal.move

    async def held_up(*said, **more):
        moved = await move(*said, **more)
        world.clock.held_up += timedelta(minutes=2)
        return moved

    world.journal.move = held_up

    await world.typed(START)

    intent = await world.handle("R1")
    assert (intent.state, intent.error_code) == (State.NOT_STARTED, "patchbay.NotSent")
    assert world.cloud.state.calls == []


async def test_a_stop_does_not_wait_for_slack_and_a_start_does(world):
    """As after a restart while Slack is away."""
    await world.typed(START)

    async def for_ever(who):
        await asyncio.get_running_loop().create_future()

    world.directory.known, world.directory.ensure_known = False, for_ever
    spawn, later = world.executor.tasks.spawn, []
    world.executor.tasks.spawn = lambda work, name: later.append(work)
    world.directory.known = True
    await world.router.answer(world.ask("/relay stop R1 --yes"))
    await world.router.answer(world.ask(START.replace("295066", "2")))
    world.directory.known = False
    for work in later:
        spawn(work, name="after the restart")
    await world.tasks.drain(0.5)

    assert (await world.handle("R1")).state is State.STOPPED
    assert (await world.handle("R2")).state is State.QUEUED
