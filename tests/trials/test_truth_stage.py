"""What the trials of truth stand on: time that jumps, lives that can be killed."""

import asyncio
import time
from datetime import timedelta
from pathlib import Path

from tests.trials.truth.birth import born
from tests.trials.truth.cloud import START, Fault
from tests.trials.truth.lines import lines_of
from tests.trials.truth.people import People
from tests.trials.truth.runner import folder, played_by_chance, quiet
from tests.trials.truth.stage import PEOPLE, play

ANA, BEN, _CID = PEOPLE


def record_of(history, **more):
    """Return the record of *history*, a coroutine function of a stage and people."""

    async def run(stage):
        await stage.start()
        await asyncio.sleep(1)
        await history(stage, People(stage))

    with quiet(), folder() as place:
        return play(run, Path(place), "test", born, **more)


def of(record, kind):
    return [entry for entry in record if entry["kind"] == kind]


def test_an_hour_passes_in_no_time():
    async def wait(stage, people):
        await asyncio.sleep(3600)

    began = time.monotonic()
    record = record_of(wait)

    assert record[-1]["t"] == 3601.0
    assert time.monotonic() - began < 60


def test_the_same_seed_plays_the_same_history():
    first, again = played_by_chance(11), played_by_chance(11)

    assert first.record == again.record
    assert len(first.record) > 50


def test_a_relay_that_is_started_and_stopped_is_told_of_from_both_sides():
    async def history(stage, people):
        room = await people.start(ANA)
        await asyncio.sleep(5)
        await people.stop(BEN, room)
        await asyncio.sleep(5)

    record = record_of(history)

    ledger = [entry["what"] for entry in of(record, "ledger")]
    assert ledger == ["start", *["status"] * 2, "stop", *["status"] * 2]
    assert [entry["status"] for entry in of(record, "taken")] == [1, 2, 5, 0]
    assert [entry["status"] for entry in of(record, "acked")] == [200, 200]
    assert of(record, "shown")[-1]["lines"]


def test_a_killed_bot_leaves_its_files_as_they_were_and_reaches_nobody():
    async def history(stage, people):
        stage.cloud.fail_next(START, Fault("late", seconds=3))
        asking = asyncio.ensure_future(people.start(ANA))
        await asyncio.sleep(1)
        await stage.kill()
        await asyncio.sleep(10)
        await stage.start()
        await asking
        await asyncio.sleep(10)

    record = record_of(history)

    killed = of(record, "killed")[0]["seq"]
    again = of(record, "born")[1]["seq"]
    between = {entry["kind"] for entry in record[killed + 1 : again]}
    assert not between & {"acked", "shown", "taken"}
    assert any("q1" in line for e in of(record, "shown") for line in e["lines"])


def test_a_bot_is_killed_at_any_edge_and_after_any_round_of_the_loop():
    async def history(stage, people):
        for rounds, edge in ((7, None), (None, "received")):
            stage.fuse, stage.mine = rounds, edge
            await people.start(ANA)
            await asyncio.sleep(3)
            assert not stage.alive
            await stage.buried()
            await stage.start()
            await asyncio.sleep(3)

    record = record_of(history)

    assert len(of(record, "born")) == 3
    seq = of(record, "killed")[1]["seq"]
    assert record[seq - 1]["kind"] == "received"


def test_a_restored_bot_knows_what_the_copy_knew():
    async def history(stage, people):
        await people.start(ANA)
        await asyncio.sleep(5)
        stage.copy()
        await people.start(ANA)
        await asyncio.sleep(5)
        await stage.restore()
        await asyncio.sleep(5)
        await people.look(BEN, "/relay recent")

    lines = of(record_of(history), "shown")[-1]["lines"]

    assert any("room q1 →" in line for line in lines)
    assert not any("room q2 →" in line for line in lines)


def test_while_the_journal_is_away_callbacks_are_turned_and_come_again():
    async def history(stage, people):
        await people.start(ANA)
        await asyncio.sleep(0.1)
        with stage.without_journal():
            await asyncio.sleep(5)
        await asyncio.sleep(60)

    record = record_of(history)

    assert {entry["by"] for entry in of(record, "turned")} == {503}
    assert [entry["status"] for entry in of(record, "taken")] == [1, 2]


def test_a_call_of_slack_that_is_lost_is_shown_all_the_same():
    async def history(stage, people):
        stage.slack.faults.append("lost")
        await people.start(ANA)
        await asyncio.sleep(30)

    assert of(record_of(history), "shown")


def test_the_bots_clock_steps_and_tencents_does_not():
    async def history(stage, people):
        stage.step(timedelta(seconds=200))
        await people.start(ANA)
        await asyncio.sleep(5)

    record = record_of(history)

    assert of(record, "stepped")[0]["ahead"] == 200.0
    assert of(record, "ledger")[0]["t"] == 1.0
    assert any("12:03:21" in one for e in of(record, "shown") for one in e["lines"])


def test_code_is_one_line_whether_it_comes_in_a_block_or_in_a_text():
    code, spoken = '{\n  "a": 1\n}', "R1 · Details"
    inside = [{"type": "text", "text": code}]
    block = {"type": "rich_text_preformatted", "elements": inside}
    in_a_block = {"blocks": [{"type": "rich_text", "elements": [block]}]}

    in_a_text = {"text": f"*{spoken}*\n```\n{code}\n```\nRequest 1"}

    assert lines_of(in_a_block) == ['`{⏎  "a": 1⏎}`']
    assert lines_of(in_a_text) == [spoken, '`{⏎  "a": 1⏎}`', "Request 1"]
