"""Words that stand alone: a time is read on, and what is too many is named."""

from datetime import timedelta

import pytest

from tests.commands.relay.samples import START, URL, calls, words
from tests.world import TEAM


@pytest.mark.parametrize(
    "typed", ["until={day} 18:00", "until={day} 6:00 pm", "for=1h 30m", "for=2 hours"]
)
@pytest.mark.parametrize(
    ("line", "handle"),
    [
        ("timer R1 {}", "R1"),
        ("start 58 {} url={url}2 --go", "R2"),
        ("start {} 58 url={url}2 --go", "R2"),
    ],
)
async def test_a_time_with_a_space_is_one_time(world, typed, line, handle):
    await world.typed(START)
    day = f"{world.clock() + timedelta(days=2):%Y-%m-%d}"

    await world.typed("/relay " + line.format(typed.format(day=day), url=URL))

    relay = await world.journal.find.by_handle(handle, TEAM)
    at = f"{relay.stop_at:%Y-%m-%d %H:%M}" if relay.stop_at else ""
    if typed.startswith("until"):
        assert at == f"{day} 18:00"
    else:
        assert relay.stop_at or relay.stop_after


async def test_a_list_goes_back_to_a_moment_with_a_space(world):
    await world.typed(START)

    answer = await world.typed("/relay recent since=yesterday 00:01")

    assert "R1" in words(answer)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("timer R1 2h", "for=2h"),
        ("timer R1 18:00", "until=18:00"),
        ("timer R1 off", "--off"),
        ("timer R1 -off", "--off"),
        ("stop R1 yes", "--yes"),
        ("start 8 rtmp://a.example.com/b/d --go", "url=rtmp://a.example.com/b/****"),
        ("start 8 url = rtmp://a.example.com/b/d", "url=rtmp://a.example.com/b/****"),
        ("start room 12 url=rtmp://a.example.com/b/d --go", "room=12"),
        ("start 8 url=rtmp://a.example.com/b/d go", "--go"),
        ("start 8 url=rtmp://a.example.com/b/d -go", "--go"),
    ],
)
async def test_what_is_too_many_is_named_as_it_would_be_typed(world, typed, meant):
    await world.typed(START)

    answer = await world.typed(f"/relay {typed}")

    assert f"Did you mean {meant}?" in words(answer)
    assert "in quotes" not in words(answer)
    assert (calls(world), calls(world, "StopPublishCdnStream")) == (1, 0)
