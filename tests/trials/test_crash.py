"""The crash trial in short, and proof that its checker can find something."""

import json
import re
import sqlite3
from pathlib import Path

import pytest

from tests.trials import checker, crash, crash_bot

ROOM, TASK = "q1x0q", "-m9abc."


async def test_at_the_first_hits_of_two_fail_points_nothing_is_lost():
    points = ("journal.commit", "cloud.done")

    found = await crash.systematic(called_back=True, points=points, most=2)

    assert found["faults"] == {}
    assert found["task ids not in the journal"] == 0
    assert found["hits"] == {"journal.commit": 2, "cloud.done": 1}
    assert found["started"] >= 2


async def test_a_few_random_kills_lose_nothing():
    found = await crash.by_chance(called_back=False, kills=2, seed=7)

    assert found["faults"] == {}
    assert found["submitted"] == 20


@pytest.mark.parametrize("design", crash.BAD)
async def test_a_bad_design_is_caught(design):
    found = await crash.where_it_must_show(design)

    assert (found["faults"]["silent loss"], found["faults"]["double"]) == (1, 1)


def test_the_checker_shares_no_code_with_the_bot():
    source = Path(checker.__file__).read_text()
    imported = set(re.findall(r"^ *(?:from|import) (\w+)", source, re.MULTILINE))

    assert not imported & {"bot", "commands", "tests", "sqlalchemy"}


@pytest.fixture
def scene(tmp_path):
    """Lay out what the witnesses say; each may be told otherwise."""

    def lay(
        *,
        ledger=(TASK,),
        rows=(("started", TASK),),
        said="started",
        acked=True,
        told=(),
    ):
        def write(name, entries):
            lines = "".join(f"{json.dumps(entry)}\n" for entry in entries)
            (tmp_path / f"{name}.jsonl").write_text(lines)

        write(
            "ledger",
            [{"what": "start", "room": ROOM, "task_id": one} for one in ledger],
        )
        write("submitted", [{"room": ROOM, "acked": acked, "told": told}])
        write("slack", [{"text": f"R1 · {said} room {ROOM}"}] if said else [])
        with sqlite3.connect(tmp_path / "patchbay.db") as file:
            file.execute("CREATE TABLE intents (room, state, ref, about)")
            file.executemany(
                "INSERT INTO intents VALUES (?, ?, ?, NULL)",
                [(ROOM, *row) for row in rows],
            )
        file.close()
        return checker.check(tmp_path)

    return lay


def test_what_is_known_to_all_is_well(scene):
    found = scene()

    assert (found["faults"], found["started"]) == ({}, 1)


def test_an_unknown_start_that_is_shown_as_such_is_well(scene):
    found = scene(rows=[("unknown", "")], said="unknown")

    assert (found["faults"], found["task ids not in the journal"]) == ({}, 1)


@pytest.mark.parametrize(
    ("told", "fault"),
    [
        ({"ledger": (TASK, "-other.")}, "double"),
        ({"rows": [("started", TASK)] * 2}, "accepted twice"),
        ({"rows": [("not started", "")], "said": "not started"}, "silent loss"),
        ({"rows": [("not started", "")], "said": "not started"}, "told as not started"),
        ({"rows": [("unknown", "")], "said": "started"}, "silent loss"),
        ({"rows": [], "said": ""}, "silent loss"),
        ({"rows": [], "said": "", "ledger": ()}, "unanswered"),
        ({"said": "sending"}, "unanswered"),
        (
            {"rows": [], "said": "", "told": ["Nothing was sent."]},
            "told as not started",
        ),
        ({"rows": [("sending", "")]}, "unfinished"),
    ],
)
def test_what_does_not_fit_together_is_found(scene, told, fault):
    assert fault in scene(**told)["faults"]


def test_what_was_refused_in_the_ack_is_answered(scene):
    found = scene(ledger=(), rows=[], said="", told=["Busy. Nothing was sent."])

    assert found["faults"] == {}


def test_what_was_never_acked_nor_kept_needs_no_answer(scene):
    assert scene(ledger=(), rows=[], said="", acked=False)["faults"] == {}


def test_a_relay_that_nobody_asked_for_is_found(scene, tmp_path):
    scene()
    with (tmp_path / "ledger.jsonl").open("a") as file:
        file.write('{"what": "start", "room": "q9x9q", "task_id": "-x."}\n')

    assert checker.check(tmp_path)["faults"] == {"nobody's": 1}


def test_a_fail_point_kills_at_its_number_and_in_the_writer_only(monkeypatch):
    point = crash_bot.FailPoint("journal.commit", 2)

    point.passed("journal.commit")

    assert point.left == 2
