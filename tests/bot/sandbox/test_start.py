"""How the sandbox starts and ends: a sentence, never a traceback."""

import asyncio
import os
import re
import signal
import socket
import sys
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio

from bot.config.ports import SANDBOX_PORT
from bot.sandbox.run import Typed
from bot.settings import Settings

TOP = Path(__file__).parents[3]
PIPE, NOTHING = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
SECONDS = 60


def environment(**more):
    prefixes = ("BOT_", "SLACK_", "TENCENTCLOUD_")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(prefixes)}
    return {**kept, "PYTHONPATH": str(TOP), **more}


@asynccontextmanager
async def started(folder, *words, stdin=NOTHING, **more):
    """Start `python -m bot` with *words* in *folder*, without a terminal."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *words),
        cwd=folder,
        env=environment(**more),
        stdin=stdin,
        stdout=PIPE,
        stderr=PIPE,
    )
    try:
        async with asyncio.timeout(SECONDS):
            yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def until(process, text):
    """Return what *process* says up to *text*."""
    seen = ""
    while text not in seen:
        line = (await process.stdout.readline()).decode()
        assert line, seen
        seen += line
    return seen


async def ended(process):
    told, complained = await process.communicate()
    return process.returncode, told.decode(), complained.decode()


async def test_a_script_that_is_not_there_is_a_sentence(tmp_path):
    async with started(tmp_path, "sandbox", "--script", "nope.txt") as process:
        assert await ended(process) == (
            2,
            "",
            "--script nope.txt: No such file or directory\n",
        )


async def served(folder, sign, *words, **more):
    """Start it, ask for its page, and end it by *sign*: all that it said, and how."""
    folder.mkdir()
    async with started(folder, "sandbox", *words, **more) as process:
        seen = await until(process, "SIGINT or SIGTERM")
        address = re.search(r"The console is at http://127\.0\.0\.1:(\d+)/", seen)
        reader, writer = await asyncio.open_connection("127.0.0.1", int(address[1]))
        writer.write(b"GET / HTTP/1.1\r\nHost: 127.0.0.1:" + address[1].encode())
        writer.write(b"\r\nConnection: close\r\n\r\n")
        answered = await reader.readline()
        writer.close()
        process.send_signal(sign)
        return seen, answered, await ended(process)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def interrupted(tmp_path_factory):
    """One that was to be opened in the browser: what it said, and the browser got."""
    folder = tmp_path_factory.mktemp("opened")
    browser, opened = folder / "browser", folder / "seen"
    browser.write_text(f'#!/bin/sh\necho "$1" > {opened}\n')
    browser.chmod(0o700)
    words = ("--open", "--port", "0")
    told = await served(folder / "here", signal.SIGINT, *words, BROWSER=f"{browser} %s")
    return told, opened.read_text()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def terminated(tmp_path_factory):
    """One whose port is taken: what it said, and that port."""
    folder = tmp_path_factory.mktemp("taken") / "here"
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        told = await served(folder, signal.SIGTERM, BOT_SANDBOX_PORT=str(port))
    return told, port


@pytest.mark.parametrize("which", ["interrupted", "terminated"])
def test_without_a_terminal_it_serves_until_a_signal_ends_it(which, request):
    (_seen, answered, end), _more = request.getfixturevalue(which)

    assert answered.startswith(b"HTTP/1.1 200")
    assert end == (0, "\nGood-bye.\n", "")


async def test_what_is_configured_beside_it_is_for_the_real_bot(tmp_path):
    (tmp_path / ".env").write_text("BOT_PROT=1\nSLACK_BOT_TOKEN=hello\n")
    (tmp_path / "bot.toml").write_text("[polcy]\n")
    words = ("sandbox", "--port", "0")
    more = {"PYTHON_DOTENV_DISABLED": ""}

    async with started(tmp_path, *words, stdin=PIPE, **more) as process:
        process.stdin.write(b"/relay list\n:quit\n")
        code, told, complained = await ended(process)

    assert (code, complained) == (0, "")
    assert "ana #ops> /relay list" in told


def test_it_opens_in_the_browser_if_asked(interrupted):
    (told, *_end), opened = interrupted

    assert opened.strip() in told
    assert opened.startswith("http://127.0.0.1:")


def test_a_console_whose_port_is_taken_has_another_and_says_so(terminated):
    (told, *_end), port = terminated

    assert f"Port {port} is taken, so the console has another" in told
    assert f"http://127.0.0.1:{port}/" not in told


def test_the_port_is_the_same_each_time():
    assert Settings().sandbox_port == SANDBOX_PORT


def test_lines_that_are_piped_in_are_counted(tmp_path):
    (tmp_path / "lines").write_text("a\nb\n")
    with (tmp_path / "lines").open() as source:
        typed = Typed(source)
        assert (list(typed), typed.lines, typed.isatty()) == (["a\n", "b\n"], 2, False)


async def test_a_run_that_is_interrupted_before_it_listens_says_one_word(tmp_path):
    (tmp_path / "sitecustomize.py").write_text(
        "import asyncio\n\n\ndef run(_work):\n    _work.close()\n"
        "    raise KeyboardInterrupt\n\n\nasyncio.run = run\n"
    )
    async with started(tmp_path, "sandbox", PYTHONPATH=f"{tmp_path}:{TOP}") as process:
        assert await ended(process) == (130, "", "Stopped.\n")
