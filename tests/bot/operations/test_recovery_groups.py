"""However much a former life left: it is taken up in groups, and nobody waits long."""

import asyncio
import threading
import time
from contextlib import AsyncExitStack

import pytest

from bot.errors import JournalUnavailable
from bot.journal import former
from bot.lifecycle import take_up
from bot.operations.recovery import Recovered, recover
from bot.states import State
from tests.bot.operations.accidents import JournalFile, accepted, left_sending
from tests.fakes.sqlite import heard
from tests.world import TEAM, live_again, make_world

START = "/relay start 295066 url=rtmp://push.example.com/live/k --go"
LOOK = "/gs 1326515201117065216"
LEFT = 2 * former.GROUP + former.GROUP // 2
MOST = 200  # that a transaction settles
WALL = 0.5  # seconds of the writer; `make bench` measures, this finds a wall
IDS = "printf('00%024d', n)"
OWN = {
    "intents": {
        "id": IDS,
        "key": "'left-' || n",
        "agent": "'pb_left' || n",
        "handle": "'R' || (1000 + n)",
        "created_at": "created_at - n",
    },
    "facts": {"id": "NULL", "key": "'left-' || n", "thing": IDS, "job": IDS},
}


def multiply(file, count):
    """Make *count* more of the intent that there is, with its fact."""
    up = f"SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count}"  # noqa: S608
    for table, own in OWN.items():
        columns = ", ".join(own.get(one, f'"{one}"') for one in file.columns(table))
        first = f"(SELECT * FROM {table} ORDER BY rowid LIMIT 1)"  # noqa: S608
        copies = f"INSERT INTO {table} SELECT {columns} FROM {first}, numbers"  # noqa: S608
        file.run(f"WITH RECURSIVE numbers(n) AS ({up}) {copies}")


@pytest.fixture
def file(tmp_path):
    return JournalFile(tmp_path / "p.db")


@pytest.fixture
def driver():
    with heard() as told:
        yield told


@pytest.fixture
async def lives(tmp_path, file, driver):
    """Leave a start SENDING, LEFT times, and a look-up QUEUED; then live again."""
    async with AsyncExitStack() as stack:
        world = await make_world(stack, tmp_path / "first.db")

        async def live(*, begun=False):
            if not begun:
                async with AsyncExitStack() as former_life:
                    path = file.path
                    first = await live_again(former_life, path, world.cloud)
                    await left_sending(first, START)
                    await accepted(first, LOOK, "G1")
                multiply(file, LEFT - 1)
            return await live_again(stack, file.path, world.cloud)

        yield live


def transactions(driver):
    """Return the seconds of the writer that each transaction takes, as they come.

    0 of what is begun on the event loop, by another clock than that of who commits it.
    """
    taken, began = [], [(0, 0.0)]

    def listen(_connection, statement, _parameters):
        now = threading.get_ident(), time.thread_time()
        if statement == "BEGIN IMMEDIATE":
            began[:] = [now]
        elif statement == "COMMIT":
            ((thread, at),) = began
            taken.append(now[1] - at if thread == now[0] else 0.0)

    driver.listeners.append(listen)
    return taken


async def test_they_are_settled_in_groups_and_others_commit_between(lives, driver):
    world = await lives()
    taken, others = transactions(driver), []

    async def probe():
        while True:
            began = len(taken)
            turn = await world.journal._writer.write(lambda _connection: len(taken))
            others.append(turn - began)

    probing = asyncio.ensure_future(probe())
    recovered = await recover(world.executor, world.hearing, world.clock())
    probing.cancel()
    await world.settled()

    assert recovered == Recovered(sent=1, unknown=LEFT)
    assert former.GROUP <= MOST
    assert len(others) >= LEFT // former.GROUP
    assert max(others) <= 1  # it waited for what was under way, and no longer
    assert 0 < max(taken) < WALL
    assert await world.journal.find.counts() == {State.UNKNOWN: LEFT, State.DONE: 1}
    assert world.cloud.state.running == []


async def test_before_it_is_taken_up_each_is_told_as_unknown(lives):
    world = await lives()

    answer = await world.typed("/relay status R1005")
    listed = await world.journal.find.recent(TEAM, limit=LEFT + 1)

    assert "unknown" in answer.plain
    assert {one.state for one in listed} == {State.UNKNOWN, State.QUEUED}


@pytest.mark.parametrize("groups", range(-(-LEFT // former.GROUP)))
async def test_a_death_between_two_groups_settles_nothing_twice_and_forgets_nothing(
    lives, file, groups
):
    first = await lives()
    oldest = LEFT - 1 - groups * former.GROUP  # of those that are not settled
    file.refuse_state("unknown", intent=f"00{oldest:024}")
    with pytest.raises(JournalUnavailable):
        await recover(first.executor, first.hearing, first.clock())
    counts = await first.journal.find.counts()
    first.journal.close()
    file.mend()

    second = await lives(begun=True)
    await recover(second.executor, second.hearing, second.clock())
    await second.settled()
    again = await recover(second.executor, second.hearing, second.clock())

    assert counts.get(State.UNKNOWN, 0) == groups * former.GROUP
    for rows, of in (
        ("facts WHERE kind = 'no-answer'", "thing"),
        ("audit WHERE rule = 'recovery'", "intent"),
        ("outbox WHERE notice = 'card' AND rev > 3", "intent"),
    ):
        each = f"SELECT count(*) AS c FROM {rows} GROUP BY {of}"  # noqa: S608
        assert file.rows(f"SELECT max(c), count(*) FROM ({each})") == [(1, LEFT)]  # noqa: S608
    counts = await second.journal.find.counts()
    assert counts == {State.UNKNOWN: LEFT, State.DONE: 1}
    assert again == Recovered()


async def test_one_that_breaks_keeps_no_other_of_its_group_from_it(lives, file, capsys):
    world = await lives()
    file.run("UPDATE intents SET kind = 'Q' WHERE handle = 'R1005'")

    recovered = await recover(world.executor, world.hearing, world.clock())
    await world.settled()

    states = dict(file.rows("SELECT state, count(*) FROM intents GROUP BY state"))
    assert recovered.unknown >= LEFT - 1
    assert states == {"sending": 1, "done": 1, "unknown": LEFT - 1}
    assert "recovery.broke" in capsys.readouterr().out


async def test_a_journal_that_is_away_is_waited_for(lives, file):
    world = await lives()
    file.refuse_state("unknown")

    taken_up = await take_up(world.bot)
    file.mend()

    assert not taken_up
    assert await take_up(world.bot)
    assert (await world.journal.find.counts())[State.UNKNOWN] == LEFT
