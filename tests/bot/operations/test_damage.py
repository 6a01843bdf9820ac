"""A damaged file is told of, stops what is new, and keeps nobody from a stop."""

import sqlite3
from contextlib import AsyncExitStack, closing
from dataclasses import replace

import pytest

from bot.operations.damage import EVERY, keep_watch, look_through
from tests.fakes.disk import damage
from tests.world import live_again, make_world

START = "/relay start {room} url=rtmp://push.example.com/live/k{room} --go"


@pytest.fixture
async def damaged(tmp_path):
    """Start a relay, damage the file, and live again; `look` is not done yet."""
    async with AsyncExitStack() as stack:
        path = tmp_path / "p.db"
        async with AsyncExitStack() as former:
            first = await make_world(stack, tmp_path / "other.db")
            world = await live_again(former, path, first.cloud)
            await world.typed(START.format(room=1))
        damage(path)
        ops = {"ops_channel": "COPS"}
        yield await live_again(stack, path, first.cloud, settings=ops)


async def looked_through(world, ops_channel="COPS"):
    await look_through(
        world.journal, world.bot.delivery, ops_channel=ops_channel, now=world.clock()
    )


async def test_the_operators_are_told_once_and_the_doctor_says_so(damaged, capsys):
    before = await damaged.typed("/patchbay doctor")
    await looked_through(damaged)

    (alarm,) = await damaged.alarms()
    after = await damaged.typed("/patchbay doctor")
    assert "The journal's file is being read through." in str(before)
    assert alarm.text.startswith("🔴 The journal's file is damaged.")
    assert "The journal's file is damaged." in str(after)
    assert "journal.damaged" in capsys.readouterr().out


async def test_without_a_channel_for_them_the_log_alone_tells(damaged, capsys):
    await looked_through(damaged, ops_channel="")

    assert await damaged.alarms() == []
    assert "journal.damaged" in capsys.readouterr().out


async def test_nothing_is_started_and_what_runs_is_stopped(damaged):
    await looked_through(damaged)
    running = len(damaged.cloud.state.running)

    await damaged.typed(START.format(room=2))
    started = len(damaged.cloud.state.running)
    await damaged.typed("/relay stop R1 --yes")

    assert (running, started, damaged.cloud.state.running) == (1, 1, [])


async def test_an_alarm_that_cannot_be_kept_is_sent_at_once(damaged, tmp_path):
    with closing(sqlite3.connect(tmp_path / "p.db")) as other:
        other.execute(
            "CREATE TRIGGER refused BEFORE INSERT ON outbox"
            " BEGIN SELECT RAISE(ABORT, 'gone'); END"
        )

    await looked_through(damaged)

    texts = [body.get("text", "") for _way, body in damaged.slack.sent]
    assert any("The journal's file is damaged." in text for text in texts)


class Over(Exception):
    """The watch was kept for as long as the test takes."""


async def watched(world, *steps, ops_channel="COPS"):
    """Keep watch; between two looks each of *steps* is taken, then it is over."""
    left, waited = list(steps), []

    async def sleep(seconds):
        waited.append(seconds)
        if not left:
            raise Over
        left.pop(0)()

    executor = replace(world.executor, sleep=sleep)
    with pytest.raises(Over):
        await keep_watch(executor, world.bot.delivery, ops_channel)
    assert waited == [EVERY] * (len(steps) + 1)


@pytest.fixture
async def kept(tmp_path):
    """Start a relay; return the world, and the file that it is in."""
    async with AsyncExitStack() as stack:
        world = await make_world(
            stack, tmp_path / "p.db", settings={"ops_channel": "COPS"}
        )
        await world.typed(START.format(room=1))
        yield world, tmp_path / "p.db"


async def test_a_file_that_goes_is_told_once_and_again_if_it_goes_again(kept, capsys):
    world, file = kept
    away = file.with_name("away")

    def goes():
        file.rename(away)

    await watched(world, goes, bool, bool)

    (alarm,) = await world.alarms()
    assert alarm.text.startswith("🔴 The journal's file is not there any more.")
    assert capsys.readouterr().out.count("journal.gone") == 1
    assert "is not there any more" in str(await world.typed("/patchbay doctor"))
    assert not file.exists()
    await watched(world, lambda: away.rename(file), goes, bool)
    assert capsys.readouterr().out.count("journal.gone") == 2


async def test_without_a_file_nothing_starts_nothing_is_sent_and_a_stop_is(kept):
    world, file = kept
    file.unlink()

    answer = await world.typed(START.format(room=2))
    started = len(world.cloud.state.running)
    await world.typed("/relay stop R1 --yes")

    assert "nothing was sent" in str(answer).lower()
    assert (started, world.cloud.state.running) == (1, [])


async def test_of_a_file_that_is_whole_nothing_is_told(tmp_path):
    async with AsyncExitStack() as stack:
        world = await make_world(stack, tmp_path / "p.db")

        await looked_through(world)

        assert await world.alarms() == []
        doctor = await world.typed("/patchbay doctor")
        assert "The journal's file" not in str(doctor)
