"""What Slack posts by itself while no Patchbay is there: one warning, never two."""

import json
from datetime import timedelta

import pytest

from tests.bot.operations.timing import MINUTES, TOOK_BACK, WROTE
from tests.fakes.slack import refused


async def test_slack_has_a_warning_of_eight_minutes_before_once_the_card_stands(timed):
    await timed.round(seconds=15)

    due = (await timed.world.handle("R1")).stop_at
    (call,) = timed.calls(WROTE)
    assert (call["channel"], call["thread_ts"]) == ("C0OPS", "1.5")
    assert timed.schedule.times == [int((due - 8 * MINUTES).timestamp())]
    assert "Written ahead" in json.dumps(call["blocks"])
    assert "R1 is to be stopped" in call["text"]


async def test_while_the_bot_is_down_slack_warns_and_nobody_warns_again(scenes, timed):
    await timed.round(seconds=15)
    due = (await timed.world.handle("R1")).stop_at
    timed.world.clock.push(seconds=(due - 5 * MINUTES - timed.world.clock()).seconds)
    again = await scenes(again=timed)

    await again.round(seconds=1)

    assert len(again.schedule.posted) == 1
    assert again.said("stop due") == []
    await again.until(timedelta())
    assert len(again.stops) == 1


@pytest.mark.parametrize("seconds", range(0, 130, 10))
async def test_whenever_the_bot_is_back_there_is_one_warning(scenes, timed, seconds):
    await timed.round(seconds=15)
    due = (await timed.world.handle("R1")).stop_at
    back = due - 10 * MINUTES + timedelta(seconds=seconds)
    timed.world.clock.push(seconds=(back - timed.world.clock()).total_seconds())
    again = await scenes(again=timed)

    for _ in range(12):
        await again.round(seconds=15)

    warned = [*again.said("🟠", "stop due"), *again.schedule.posted]
    assert len(warned) == 1


async def test_the_own_warning_takes_back_that_of_slack(timed):
    await timed.round(seconds=15)
    await timed.until(10 * MINUTES)
    await timed.until(7 * MINUTES)

    assert (timed.schedule.waiting, timed.schedule.posted) == ({}, [])


async def test_put_off_slack_has_a_warning_of_the_new_time_alone(timed):
    await timed.round(seconds=15)
    relay = await timed.world.handle("R1")
    await timed.world.typed("/relay timer R1 for=5h")
    for _ in range(3):
        await timed.round(seconds=15)

    due = (await timed.world.handle("R1")).stop_at
    assert due > relay.stop_at
    assert timed.schedule.times == [int((due - 8 * MINUTES).timestamp())]


async def test_put_off_while_slack_takes_nothing_back_the_old_warning_is_kept_in_mind(
    timed,
):
    await timed.round(seconds=15)
    await timed.world.typed("/relay timer R1 for=5h")
    timed.world.slack.refusing[TOOK_BACK] = "http_502"
    for _ in range(3):
        await timed.round(seconds=15)
    timed.world.slack.refusing.clear()
    for _ in range(3):
        await timed.round(seconds=15)

    due = (await timed.world.handle("R1")).stop_at
    assert timed.schedule.times == [int((due - 8 * MINUTES).timestamp())]


async def test_dropped_slack_has_none(timed):
    await timed.round(seconds=15)
    await timed.world.typed("/relay timer R1 --off")
    await timed.round(seconds=15)

    assert timed.schedule.waiting == {}


@pytest.mark.parametrize("arrived", [True, False])
async def test_where_the_answer_is_lost_it_is_found_out_and_written_once(
    timed, arrived
):
    slack, lost_answer = timed.world.slack, refused("timeout")
    write = slack.data[WROTE]

    def losing(call):
        if arrived:
            write(call)
        slack.data[WROTE] = write
        return lost_answer

    slack.data[WROTE] = losing
    for _ in range(8):
        await timed.round(seconds=15)

    assert len(timed.schedule.waiting) == 1
    await timed.until(10 * MINUTES)
    await timed.until(timedelta())
    assert len(timed.said("🟠", "stop due")) == 1
    assert timed.schedule.posted == []


@pytest.mark.parametrize("error", ["restricted_too_many", "ratelimited"])
async def test_where_slack_takes_no_more_it_is_tried_again(timed, error):
    slack = timed.world.slack
    slack.answers[WROTE] = [refused(error)]

    for _ in range(8):
        await timed.round(seconds=15)

    assert len(timed.calls(WROTE)) == 2
    assert len(timed.schedule.waiting) == 1


async def test_where_slack_takes_none_the_bot_warns_by_itself(timed):
    timed.world.slack.refusing[WROTE] = "not_in_channel"

    for _ in range(8):
        await timed.round(seconds=15)
    await timed.until(10 * MINUTES)

    assert len(timed.calls(WROTE)) == 1
    assert len(timed.said("🟠", "stop due")) == 1


async def test_while_slack_does_not_take_it_back_there_is_no_second_warning(timed):
    await timed.round(seconds=15)
    timed.world.slack.refusing[TOOK_BACK] = "http_502"
    await timed.until(10 * MINUTES)
    for _ in range(12):
        await timed.round(seconds=15)

    assert len(timed.schedule.posted) == 1
    assert timed.said("🟠", "stop due") == []


@pytest.mark.parametrize("minutes", [9, 11])
async def test_of_a_timer_that_was_just_set_nobody_is_warned(timed, minutes):
    await timed.world.typed(f"/relay timer R1 for={minutes}m")
    for _ in range(4 * minutes + 1):
        await timed.round(seconds=15)

    assert timed.calls(WROTE) == []
    assert timed.said("🟠", "stop due") == []
    assert len(timed.stops) == 1
