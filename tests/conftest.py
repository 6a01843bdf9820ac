"""Fixtures that several files share."""

import gc
import logging
import os
import shutil
import signal
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import structlog
from _pytest.runner import runtestprotocol
from hypothesis import HealthCheck, is_hypothesis_test, settings
from pydantic import SecretStr
from structlog.dev import ConsoleRenderer, plain_traceback

from bot import catalogues
from bot.config.sources import NO_DOTENV
from tests.bot.operations.tencent import KEY
from tests.servers.postgres import server, why_not
from tests.tools.durations import is_long, listed
from tests.tools.telling import is_brief, worth_telling
from tests.world import make_world

MEMORY = Path("/dev/shm")  # noqa: S108 - pytest makes a folder of its own in it
ROOM = 1024**3  # bytes that have to be free there
YOUNG = 100_000  # objects that are made before Python looks for garbage
LISTED = listed()
UNCOUNTED = (
    "tests/bench/",
    "tests/bot/sandbox/",  # which is left out of what is counted
    "tests/test_house.py",
    "tests/test_layers.py",
    "tests/tools/",
)


def pytest_configure():
    """Have temporary folders in memory, if there is room: a disk would be waited for.

    A journal waits until each commit is on the disk. Trials that are about that have
    a folder of their own. Nothing that is started here reads a developer's `.env`. The
    catalogues are made, if they are missing or old.
    """
    catalogues.build()
    os.environ[NO_DOTENV] = "1"
    if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _interrupted)


@pytest.hookimpl(wrapper=True)
def pytest_collection():
    """Collect without looking for garbage, and then never look at what was collected.

    The tests and modules are millions of objects, which live as long as the process.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(YOUNG)
        gc.enable()


def pytest_itemcollected(item):
    """Mark what takes long, and tests in which no lines are counted.

    These run next to none of those that are counted, and counting slows down every
    line that Python runs, whosever it is.
    """
    if item.nodeid.startswith(UNCOUNTED):
        item.add_marker("no_cover")
    stays = item.get_closest_marker("short")
    if is_long(item.nodeid, LISTED) and not (stays or is_hypothesis_test(item.obj)):
        item.add_marker("long")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item, nextitem):
    """Run a test as pytest does; a worker tells of it in few messages."""
    if not is_brief(item.config):
        return None
    for report in worth_telling(runtestprotocol(item, log=False, nextitem=nextitem)):
        item.ihook.pytest_runtest_logreport(report=report)
    return True


def _interrupted(number, frame):
    """Stop the run, as Python does by itself.

    Of Python's own handler each asyncio.Runner makes one that is compared by its repr,
    and that holds what the test or fixture gave: a whole bot, written out each time.
    """
    raise KeyboardInterrupt


# How long it takes to make an example says nothing but how busy the machine is.
settings.register_profile(
    "busy", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("busy")
# Of a few examples many may be filtered out, by chance.
settings.register_profile(
    "brief",
    settings.get_profile("busy"),
    max_examples=25,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)

# By default, rich draws each traceback: 0.2 s.
PLAIN = ConsoleRenderer(colors=False, exception_formatter=plain_traceback)


@pytest.fixture(autouse=True)
def _logs_as_they_were():
    """Whatever sets up logging does so for its own test only."""
    root = logging.getLogger()
    before = list(root.handlers), root.level
    structlog.get_config()["processors"][-1] = PLAIN  # also of a logger made before
    yield
    root.handlers[:], root.level = before
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def postgres():
    """Return a PostgreSQL that is there for the whole run; skip where there is none."""
    if reason := why_not():
        pytest.skip(reason)
    with server() as one:
        yield one


@pytest.fixture
def postgres_url(postgres):
    """Return the URL of an empty database."""
    url = postgres.database()
    yield url
    postgres.drop(url)


@pytest.fixture
async def world(tmp_path):
    async with AsyncExitStack() as stack:
        yield await make_world(stack, tmp_path / "patchbay.db")


@pytest.fixture
async def heard(tmp_path):
    """A world whose app has callbacks."""
    async with AsyncExitStack() as stack:
        yield await make_world(stack, tmp_path / "p.db", key=SecretStr(KEY))


@pytest.fixture
async def world_with(tmp_path):
    """Make a world with a policy of its own, or a table of exits."""
    async with AsyncExitStack() as stack:

        async def make(policy=None, **more):
            path = tmp_path / "ruled.db"
            return await make_world(stack, path, policy=policy, **more)

        yield make
