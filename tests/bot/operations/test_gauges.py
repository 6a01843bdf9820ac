"""What is asked for when the metrics are read: numbers, and nothing of anybody."""

import math

import pytest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from bot.errors import NotAllowed
from bot.operations.gauges import PARTS, Others
from bot.runtime.families import OTHER
from tests.bot.operations.tencent import KEY, RUNNING, Tencent, lost

START = "/relay start 295066 url=rtmp://push.example.com/live/the-secret --go"


async def told(world):
    """Return each sample's value, by its name and the values of its labels."""
    text = (await world.bot.gauges.exposition()).decode()
    return {
        (one.name.removeprefix("patchbay_"), *one.labels.values()): one.value
        for family in text_string_to_metric_families(text)
        for one in family.samples
    }


async def test_of_a_bot_that_did_nothing_all_is_up_and_nothing_waits(world):
    numbers = await told(world)

    assert {part: numbers["up", part] for part in PARTS} == dict.fromkeys(PARTS, 1.0)
    waits = ("intents_queued", "intents_unknown", "intents_unknown_late")
    waits += ("letters_waiting", "oldest_letter_seconds", "waiting", "tasks")
    assert {name: numbers[name,] for name in waits} == dict.fromkeys(waits, 0.0)
    assert numbers["ready",] == 1.0


async def test_a_start_is_counted_at_every_step(world):
    await world.typed(START)

    numbers = await told(world)
    assert numbers["command_seconds_count", "relay", "start"] == 1
    assert numbers["cloud_seconds_count", "StartPublishCdnStream", "ok"] == 1
    assert numbers["slot_wait_seconds_count", "StartPublishCdnStream"] == 1
    assert numbers["intents_total", "StartPublishCdnStream", "started"] == 1
    assert numbers["letters_waiting",] == 2  # its first card, and the one after


async def test_how_long_a_letter_and_an_unknown_start_wait_is_told(world):
    world.cloud.state.fail_next("StartPublishCdnStream", "reset")
    await world.typed(START)
    world.clock.push(minutes=4)
    before = await told(world)
    world.clock.push(minutes=2)

    after = await told(world)
    late = [("intents_unknown",), ("intents_unknown_late",)]
    assert [before[name] for name in late] == [1, 0]
    assert [after[name] for name in late] == [1, 1]
    assert 359 < after["oldest_letter_seconds",] < 400
    failed = "cloud_seconds_count", "StartPublishCdnStream", "no_answer"
    assert after[failed] == 1


async def test_the_age_of_a_callback_is_told_by_the_name_of_its_app(world_with):
    world = await world_with(key=SecretStr(KEY))
    never = await told(world)
    assert never["callback_age_seconds", "live-main"] == math.inf
    assert never["intents_total", "StartPublishCdnStream", "started"] == 0
    relay = await lost(world, START)
    await Tencent(world).tells(relay, RUNNING)
    world.clock.push(seconds=90)

    assert (await told(world))["callback_age_seconds", "live-main"] == 90


async def test_refused_callbacks_are_counted_by_why(world_with):
    world = await world_with(key=SecretStr(KEY))
    with pytest.raises(NotAllowed):
        await world.callbacks.receive("live-main", b"{}", "forged")

    assert (await told(world))["callbacks_refused_total", "live-main", "forged"] == 1


async def test_what_was_turned_away_is_counted_by_why(world):
    numbers = await told(world)
    causes = {
        key[1]: one for key, one in numbers.items() if key[0] == "turned_away_total"
    }
    assert causes == {"full": 0, "late": 0}


async def test_a_journal_that_is_away_leaves_its_numbers_out_and_is_down(world):
    world.journal.close()

    numbers = await told(world)
    assert numbers["up", "journal"] == 0.0
    assert numbers["ready",] == 1.0
    assert ("letters_waiting",) not in numbers


async def test_parts_that_only_several_processes_have_are_told_if_there_are_any(world):
    alone = await told(world)
    world.bot.gauges.others = Others(
        heartbeat=lambda: 4.5, reruns=lambda: 7, shared=True
    )

    assert not {("heartbeat_age_seconds",), ("orphans",)} & alone.keys()
    numbers = await told(world)
    assert numbers["heartbeat_age_seconds",] == 4.5
    assert (numbers["orphans",], numbers["reruns_total",]) == (0, 7)


async def test_no_label_of_a_busy_bot_has_a_value_that_is_not_of_its_set(world_with):
    world = await world_with(key=SecretStr(KEY))
    relay = await lost(world, START)
    await Tencent(world).tells(relay, RUNNING)
    for typed in ("/relay stop R1", "/lookup U0ANA", "/car start", "/relay explode"):
        await world.typed(typed, user="U0EVE", channel="C0SECRET")
    world.clock.push(minutes=6)

    text = (await world.bot.gauges.exposition()).decode()
    sets = world.bot.gauges.metrics.labels
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            for name, value in sample.labels.items():
                closed = name == "le" or value in {*sets[name].values, OTHER}
                assert closed, (sample.name, name, value)
    (intent,) = await world.journal.find.recent("T0HOME", limit=1)
    for one in ("U0", "C0", "T0", "R1", "295066", relay.task_id, intent.id, "secret"):
        assert one not in text
