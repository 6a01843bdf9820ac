"""The sandbox as a visitor starts it: the first five minutes, played whole."""

import subprocess
import sys
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from bot.sandbox.run import free_port

TOP = Path(__file__).parents[3]
TOUR = "docs/first-five-minutes.txt"
DAY = "docs/producers-day.txt"
BLACK = "docs/why-black.txt"
WRONG = "/relay list\nexpect: something else\n"
TYPED = """\
/patchbay
:cloud fail start InternalError
:cloud well
:cloud
:cloud nonsense
:bot
"""
SECONDS = 90


def test_a_port_that_is_free_is_none_that_a_system_gives_to_whoever_calls_out():
    ports = {free_port() for _ in range(100)}

    assert len(ports) > 90
    assert all(1024 < port < 32_768 for port in ports)


@contextmanager
def begun(*arguments, **more):
    """Start the sandbox; end it, if it has not ended by itself."""
    with subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-m", "bot", "sandbox", *arguments],
        cwd=TOP,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **more,
    ) as process:
        try:
            yield process
        finally:
            process.terminate()


def ended(process, typed=None):
    """Return how *process* ended, and what it told."""
    told, complained = process.communicate(typed, timeout=SECONDS)
    return subprocess.CompletedProcess(
        process.args, process.returncode, told, complained
    )


@pytest.fixture(scope="module")
def scripts(tmp_path_factory):
    """Scripts that are played side by side: a bot waits for Slack most of the time."""
    wrong = tmp_path_factory.mktemp("scripts") / "wrong.txt"
    wrong.write_text(WRONG)
    with ExitStack() as stack:
        yield {
            script: stack.enter_context(begun("--script", path))
            for script, path in (
                *((one, one) for one in (DAY, BLACK, TOUR)),
                (WRONG, str(wrong)),
            )
        }


@pytest.fixture(scope="module")
def talked():
    """What somebody types, one line after the other, and what is said to it."""
    with begun(stdin=subprocess.PIPE) as process:
        return ended(process, TYPED)


def test_the_first_five_minutes_go_as_they_are_written(scripts):
    played = ended(scripts[TOUR])

    assert played.returncode == 0, played.stdout[-2000:] + played.stderr
    assert "✗" not in played.stdout
    assert "🟢 push.example.com" in played.stdout
    for shown in ("R1 · live", "R4 · unknown", "R1 · stopped", "The bot was killed"):
        assert shown in played.stdout


def test_a_producers_day_goes_as_it_is_written(scripts):
    played = ended(scripts[DAY])

    assert played.returncode == 0, played.stdout[-2000:] + played.stderr
    assert "✗" not in played.stdout
    for shown in (
        "@youtube-main is saved: rtmp://push.example.com/live/****",
        "🟢 backup.example.com",
        "To be stopped when its copy R2 is live, as @ana asked.",
        "To be approved: Stop 5 at once",
        "⚪ 5 stops: all are over",
    ):
        assert shown in played.stdout
    typed = [one for one in played.stdout.splitlines() if "my-secret-key" in one]
    assert typed == ["> rtmp://push.example.com/live/my-secret-key"]


def test_why_it_is_black_goes_as_it_is_written(scripts):
    played = ended(scripts[BLACK])

    assert played.returncode == 0, played.stdout[-2000:] + played.stderr
    assert "✗" not in played.stdout
    for shown in (
        "2 in the room, 2 sending a picture",
        "the picture may be still or black",
        "[usergroup] The CDN gets 38 kbit/s of it, 1.5 Mbit/s before.",
        "Most likely: R1 shows `bob`'s camera. `bob`: camera off",
        "User ID in the room: `bob` → `alice`",
        "the CDN gets the usual bit rate again",
        "Most likely: Nobody in the room sends a picture. `bob` left",
        "⚪ R1 · stopped",
    ):
        assert shown in played.stdout


def test_a_script_whose_expectation_fails_says_so(scripts):
    played = ended(scripts[WRONG])

    assert played.returncode == 1
    assert "✗ expected: something else" in played.stdout


@pytest.mark.parametrize("shown", ["Commands", "Nothing runs", ":bot kill ends it"])
def test_it_talks_to_whoever_types(talked, shown):
    assert talked.returncode == 0, talked.stderr
    assert "Patchbay sandbox" in talked.stdout
    assert shown in talked.stdout
