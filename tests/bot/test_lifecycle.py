"""A start does the same little whatever the journal holds; the rest comes behind."""

import asyncio
import socket
import sqlite3
import subprocess
import sys
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import replace

import pytest

from bot.errors import SettingsError
from bot.lifecycle import announce, begin, upkeep
from bot.operations.running import MOST_TOLD
from bot.states import State
from tests.bot.journal.crowd import grow
from tests.bot.operations.accidents import left_sending
from tests.fakes.sqlite import heard, stepped
from tests.world import live_again, make_world

START = "/relay start 295066 url=rtmp://push.example.com/live/k --go"
A_FEW = 1.2


@pytest.fixture
async def past(tmp_path):
    """Leave a start SENDING, and add to the past; return what lives again."""
    async with AsyncExitStack() as stack:
        path = tmp_path / "p.db"
        other = await make_world(stack, tmp_path / "other.db")
        async with AsyncExitStack() as former:
            await left_sending(await live_again(former, path, other.cloud), START)

        def add(first, last):
            grow(f"sqlite:///{path}", first, last)

        def live(stack):
            return live_again(stack, path, other.cloud)

        yield add, live


@pytest.fixture
def crashed(past, tmp_path):
    """Return what lives again after a crash."""
    _add, live = past

    def again(stack):
        (tmp_path / "p.db.closed").unlink(missing_ok=True)
        return live(stack)

    return again


async def answered_first(world):
    """Begin, and return the first answer."""
    await begin(world.bot)
    answer = await world.typed("/relay status R1")
    await world.bot.server.close()
    return answer.plain


async def test_a_start_costs_the_same_with_a_past_thirty_times_as_long(past, crashed):
    (add, _live), cost = past, []
    for first, last in ((1, 100), (101, 3000)):
        add(first, last)
        async with AsyncExitStack() as stack:
            steps = stack.enter_context(stepped())
            answer = await answered_first(await crashed(stack))
            cost.append(len(steps))
            assert "unknown" in answer

    small, large = cost
    assert 0 < large <= A_FEW * small


READS_THROUGH, TAKES = "PRAGMA quick_check", "UPDATE intents SET owner"


async def test_before_the_first_answer_no_file_is_read_through_and_nothing_taken_up(
    crashed,
):
    async with AsyncExitStack() as stack:
        said = listened(stack.enter_context(heard()))
        world = await crashed(stack)
        answer = await answered_first(world)
        before = set(said)
        async with ended(upkeep(world.bot)):
            while {READS_THROUGH, TAKES} - set(said):  # noqa: ASYNC110 - as below
                await asyncio.sleep(0)

    assert ("unknown" in answer, before) == (True, set())


async def test_nothing_is_taken_up_while_slack_is_asked_who_the_bot_is(crashed):
    async with AsyncExitStack() as stack:
        said = listened(stack.enter_context(heard()))
        world = await crashed(stack)
        world.directory.identified.clear()
        world.clock.hold()  # it is not asked for so long that nobody waits for it
        async with ended(upkeep(world.bot)):
            for _turn in range(100):
                await asyncio.sleep(0)
            await world.journal.writable()  # behind all that was written
            before = set(said)
            world.directory.identified.set()
            while TAKES not in said:  # noqa: ASYNC110 - as below
                await asyncio.sleep(0)

    assert before == set()


def test_behind_the_listening_what_is_made_on_first_use_is_made(tmp_path):
    done = subprocess.run(  # noqa: S603 - our own
        [sys.executable, "-c", LISTENING, str(tmp_path / "p.db")],
        check=True,
        capture_output=True,
        text=True,
    )

    assert done.stdout.splitlines()[-1] == "False False True True"


LISTENING = """
import asyncio, sys
from contextlib import AsyncExitStack
from bot.journal.texts import written_down
from bot.lifecycle import begin, upkeep
from bot.tencent.models import REQUESTS
from tests.world import make_world

def made():
    models = [m for one in REQUESTS.values() for m in (one, one.reply)]
    yield any(m.__pydantic_complete__ for m in models)
    yield sum("sqlite" in one._compiled for _name, one in written_down()) > 100
    yield all(m.__pydantic_complete__ for m in models)
    yield all("sqlite" in one._compiled for _name, one in written_down())

async def main():
    async with AsyncExitStack() as stack:
        bot = (await make_world(stack, sys.argv[1])).bot
        await begin(bot)
        first, second, *_all = made()
        running = asyncio.ensure_future(upkeep(bot))
        async with asyncio.timeout(10):
            while not all(made()):
                await asyncio.sleep(0.01)
        running.cancel()
        await bot.server.close()
        print(first, second, *list(made())[2:])

asyncio.run(main())
"""


def listened(driver):
    """Return a list that grows with every statement by which a crash is mended."""
    said = []

    def listen(_connection, statement, _parameters):
        said.extend(o for o in (READS_THROUGH, TAKES) if statement.startswith(o))

    driver.listeners.append(listen)
    return said


@asynccontextmanager
async def ended(work):
    """Let *work* run within the block, which does not take for ever."""
    running = asyncio.ensure_future(work)
    try:
        async with asyncio.timeout(10):
            yield
    finally:
        running.cancel()


@pytest.mark.parametrize("known", [True, False])
async def test_what_was_left_is_taken_up_whether_slack_answers_or_not(past, known):
    _add, live = past
    async with AsyncExitStack() as stack:
        world = await live(stack)
        if not known:
            world.directory.identified.clear()
        running = asyncio.ensure_future(upkeep(world.bot))
        async with asyncio.timeout(10):
            while await world.journal.former.unsettled(State.SENDING):  # noqa: ASYNC110 - the journal has no event for it
                await asyncio.sleep(0)
        running.cancel()
        facts = await world.journal.find.facts_of((await world.handle("R1")).id)

    assert [one.kind for one in facts] == ["written", "no-answer"]


async def test_of_very_many_that_run_no_more_are_read_than_are_told(
    past, tmp_path, capsys
):
    add, live = past
    add(1, MOST_TOLD)
    with closing(sqlite3.connect(tmp_path / "p.db")) as file, file:
        file.execute("UPDATE intents SET state = 'unknown'")
    async with AsyncExitStack() as stack:
        told = await told_of(await live(stack), capsys)

    assert f"; {MOST_TOLD}+ of /relay run, or may" in told


async def told_of(world, capsys):
    """Return what is said once Slack has answered."""
    called = {"team": "Acme", "user": "patchbay"}
    world.slack.data["auth.test"] = {**world.slack.data["auth.test"], **called}
    await world.directory.identify("")
    await announce(world.bot)
    return capsys.readouterr().out


async def test_whoever_starts_it_is_told_where_it_is_connected_and_what_runs(
    past, world, capsys
):
    _add, live = past
    async with AsyncExitStack() as stack:
        told = await told_of(await live(stack), capsys)

    assert told == "Connected to Acme as @patchbay; 1 of /relay runs, or may.\n"
    told = await told_of(world, capsys)
    assert told == "Connected to Acme as @patchbay; nothing runs.\n"


async def test_a_port_that_somebody_has_ends_the_start_with_a_sentence(world):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        bot = replace(
            world.bot, settings=world.bot.settings.model_copy(update={"port": port})
        )
        with pytest.raises(SettingsError) as told:
            await begin(bot)

    assert (
        str(told.value) == f"127.0.0.1:{port} is taken; BOT_PORT chooses another port."
    )
