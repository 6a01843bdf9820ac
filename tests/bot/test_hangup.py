"""SIGHUP reaches a bot that is not listening yet, and does not end it."""

import asyncio
import os
import signal
import subprocess
import sys

import pytest

from bot.lifecycle import listen_to_hangup

EARLY = """
import os, signal, sys
from bot.__main__ import main
code = main(["run"])
os.kill(os.getpid(), signal.SIGHUP)
sys.exit(code)
"""


def test_a_bot_that_starts_is_not_ended_by_it(tmp_path):
    names = ("SLACK_", "TENCENTCLOUD_", "BOT_")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(names)}
    folder = os.pathsep.join(filter(None, sys.path))

    ended = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-P", "-c", EARLY],
        cwd=tmp_path,
        env={**kept, "PYTHONPATH": folder},
        capture_output=True,
        check=False,
    )

    assert ended.returncode == 2  # a wrong setting, and no signal
    assert b"Slack is not configured" in ended.stderr


@pytest.fixture
def held_back():
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP})
    yield
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGHUP})


@pytest.mark.usefixtures("held_back")
async def test_what_came_before_it_was_listened_to_is_heard_then():
    heard = asyncio.Event()
    signal.raise_signal(signal.SIGHUP)
    early = heard.is_set()

    listen_to_hangup(heard.set)
    async with asyncio.timeout(10):
        await heard.wait()
    asyncio.get_running_loop().remove_signal_handler(signal.SIGHUP)

    assert not early
