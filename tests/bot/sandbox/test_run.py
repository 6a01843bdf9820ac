"""The sandbox as a visitor starts it: the first five minutes, played whole."""

import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).parents[3]
TOUR = "docs/first-five-minutes.txt"
DAY = "docs/producers-day.txt"
BLACK = "docs/why-black.txt"


def run(*arguments, typed=""):
    return subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "bot", *arguments],
        cwd=TOP,
        input=typed,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )


def test_the_first_five_minutes_go_as_they_are_written():
    played = run("sandbox", "--script", TOUR)

    assert played.returncode == 0, played.stdout[-2000:] + played.stderr
    assert "✗" not in played.stdout
    assert "🟢 push.example.com" in played.stdout
    for shown in ("R1 · live", "R4 · unknown", "R1 · stopped", "The bot was killed"):
        assert shown in played.stdout


def test_a_producers_day_goes_as_it_is_written():
    played = run("sandbox", "--script", DAY)

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


def test_why_it_is_black_goes_as_it_is_written():
    played = run("sandbox", "--script", BLACK)

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


def test_a_script_whose_expectation_fails_says_so(tmp_path):
    script = tmp_path / "script.txt"
    script.write_text("/relay list\nexpect: something else\n")

    played = run("sandbox", "--script", str(script))

    assert played.returncode == 1
    assert "✗ expected: something else" in played.stdout


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("/patchbay\n:quit\n", "Commands"),
        (":cloud fail start InternalError\n:cloud well\n:cloud\n", "Nothing runs"),
        (":cloud nonsense\n:bot\n", ":bot kill ends it"),
    ],
)
def test_it_talks_to_whoever_types(typed, shown):
    talked = run("sandbox", typed=typed)

    assert talked.returncode == 0, talked.stderr
    assert "Patchbay sandbox" in talked.stdout
    assert shown in talked.stdout
