"""A command that is told to end: it undoes what it has begun, also as process 1."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import bot
from bot.runtime.ends import carried_out

HERE = Path(bot.__file__).parents[1]
# It says that it is at work, and what it does when it is told to end.
WORK = """
import signal, sys
from bot.runtime.ends import carried_out

def work():
    {before}
    try:
        print("at work", flush=True)
        while True:
            signal.pause()
    finally:
        print("undone", flush=True)

sys.exit(carried_out(work))
"""
LOOP = """
import asyncio, sys
from bot.runtime.ends import carried_out

async def work():
    try:
        print("at work", flush=True)
        await asyncio.Event().wait()
    finally:
        print("undone", flush=True)

sys.exit(carried_out(lambda: asyncio.run(work())))
"""
IGNORED = "signal.signal(signal.SIGINT, signal.SIG_IGN)"
UNREAD = """
import sys
from bot.runtime.ends import carried_out
sys.exit(carried_out(lambda: {work}))
"""


def started(code, *ahead, **more):
    return subprocess.Popen(  # noqa: S603 - our own interpreter
        [*ahead, sys.executable, "-c", code],
        cwd=HERE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **more,
    )


@pytest.mark.parametrize(
    ("code", "number", "ends"),
    [
        (WORK.format(before="pass"), signal.SIGTERM, -signal.SIGTERM),
        (WORK.format(before="pass"), signal.SIGINT, 130),
        (WORK.format(before=IGNORED), signal.SIGTERM, -signal.SIGTERM),
        (LOOP, signal.SIGTERM, -signal.SIGTERM),
        (LOOP, signal.SIGINT, 130),
    ],
)
def test_what_is_begun_is_undone_whatever_ends_it(code, number, ends):
    process = started(code)
    assert process.stdout.readline() == "at work\n"

    process.send_signal(number)
    out, err = process.communicate(timeout=30)

    assert (out, err, process.returncode) == ("undone\n", "Stopped.\n", ends)


NO_NAMESPACE = "a process 1 of one's own takes root and unshare"


@pytest.mark.skipif(
    os.geteuid() != 0 or not shutil.which("unshare"), reason=NO_NAMESPACE
)
@pytest.mark.parametrize("code", [WORK.format(before="pass"), LOOP])
def test_the_first_process_of_a_container_ends_too(code):
    tell = f"import os\nprint(os.getpid(), flush=True)\n{code}"
    process = started(tell, "unshare", "--pid", "--fork", "--mount-proc")
    if (first := process.stdout.readline()) != "1\n":
        pytest.skip(process.stderr.read() or first)
    assert process.stdout.readline() == "at work\n"
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")

    os.kill(int(children.read_text()), signal.SIGTERM)
    out, _err = process.communicate(timeout=30)

    assert (out, process.returncode) == ("undone\n", 128 + signal.SIGTERM)


@pytest.mark.parametrize(
    "work", ["print('a' * 100_000) or 1", "print('a') or 1", "sys.exit(print('a'))"]
)
def test_a_reader_who_has_gone_is_no_error(work):
    process = started(UNREAD.format(work=work))
    process.stdout.close()

    with process.stderr:
        err = process.stderr.read()
    process.wait(30)

    assert (err, process.returncode) == ("", -signal.SIGPIPE)


def test_a_way_that_broke_elsewhere_is_told_as_it_is():
    def work():
        raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        carried_out(work)


def test_sigterm_is_as_before_once_it_is_done():
    before = signal.getsignal(signal.SIGTERM)

    assert carried_out(lambda: 3) == 3
    assert signal.getsignal(signal.SIGTERM) is before


async def test_in_another_thread_it_is_carried_out_and_hears_no_signal():
    before = signal.getsignal(signal.SIGTERM)

    assert await asyncio.to_thread(carried_out, lambda: 7) == 7
    assert signal.getsignal(signal.SIGTERM) is before
