"""Work that goes on by itself is held, watched and finished."""

import asyncio
import gc

import pytest

from bot.runtime.tasks import Tasks, watch_lag, woken


async def test_work_is_held_until_it_is_done():
    tasks, done = Tasks(), []

    async def work():
        await asyncio.get_running_loop().create_future()

    async def other():
        done.append(1)

    tasks.spawn(work(), name="waits")
    tasks.spawn(other(), name="ends")
    await asyncio.sleep(0)
    gc.collect()
    await asyncio.sleep(0)

    assert (len(tasks), done) == (1, [1])
    assert await tasks.drain(0) == 1


async def test_draining_waits_for_what_ends_in_time():
    tasks, gate, done = Tasks(), asyncio.Event(), []

    async def work():
        await gate.wait()
        done.append(1)

    tasks.spawn(work(), name="work")
    asyncio.get_running_loop().call_soon(gate.set)

    assert await tasks.drain(5) == 0
    assert (done, len(tasks)) == ([1], 0)


async def test_draining_waits_for_what_is_begun_meanwhile():
    tasks, gate, done = Tasks(), asyncio.Event(), []

    async def later():
        await asyncio.sleep(0)
        done.append(1)

    async def work():
        await gate.wait()
        tasks.spawn(later(), name="later")

    tasks.spawn(work(), name="work")
    asyncio.get_running_loop().call_soon(gate.set)

    assert await tasks.drain(5) == 0
    assert (done, len(tasks)) == ([1], 0)


async def test_draining_nothing_takes_no_time():
    assert await Tasks().drain(60) == 0


async def test_what_fails_is_logged_under_its_name(capsys):
    tasks = Tasks()

    async def work():
        raise ValueError("broken")

    tasks.spawn(work(), name="the work")
    await tasks.drain(5)
    await asyncio.sleep(0)

    assert "the work" in capsys.readouterr().out


async def test_a_loop_that_was_held_up_is_told(capsys):
    now, naps = [0.0], iter([1.0, 3.5, 1.2])

    async def sleep(_seconds):
        now[0] += next(naps)

    with pytest.raises(RuntimeError):
        await watch_lag(lambda: now[0], sleep)

    told = capsys.readouterr().out
    assert told.count("loop.held-up") == 1
    assert "2.5" in told


async def test_who_waits_to_be_woken_is_by_then_at_the_latest():
    event, slept = asyncio.Event(), []

    async def sleep(seconds):
        slept.append(seconds)

    await woken(event, sleep, 5)

    assert (slept, event.is_set()) == ([5], True)


async def test_who_is_woken_before_is_not_woken_again_when_the_time_is_over():
    event, gate, tasks = asyncio.Event(), asyncio.Event(), asyncio.all_tasks()
    asyncio.get_running_loop().call_soon(event.set)

    await woken(event, lambda _seconds: gate.wait(), 5)
    event.clear()
    gate.set()
    await asyncio.sleep(0)

    assert not event.is_set()
    assert asyncio.all_tasks() == tasks
