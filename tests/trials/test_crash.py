"""The crash trial in short, and proof that its checker can find something."""

import json
import re
import sqlite3
from pathlib import Path

import pytest

from tests.trials import checker, crash, crash_bot
from tests.trials.truth.judge.reading import Words

ROOM, TASK = "q1", "-m9" + "a" * 60
START = "StartPublishCdnStream"
HEAD = "R1 · {} · room q1"


async def test_at_the_first_hits_of_two_fail_points_nothing_is_lost():
    points = ("journal.commit", "cloud.done")

    found = await crash.systematic(called_back=True, points=points, most=2)

    assert found["faults"] == {}, found["rooms"]
    assert found["task ids not in the journal"] == 0
    assert found["hits"]["journal.commit"] == 2
    assert found["hits"]["cloud.done"] in {1, 2}  # what people do there is drawn
    assert found["started"] >= 2


@pytest.mark.short
async def test_a_few_random_kills_lose_nothing():
    found = await crash.by_chance(called_back=False, kills=2, seed=7)

    assert found["faults"] == {}, found["rooms"]
    assert found["submitted"] >= 20


@pytest.mark.short
async def test_a_long_journal_is_taken_up_after_a_kill():
    found = await crash.with_many_rows(rows=100)

    assert found["faults"] == {}


@pytest.mark.parametrize("design", crash.BAD)
async def test_a_bad_design_is_caught(design):
    found = await crash.where_it_must_show(design)

    assert (found["faults"]["silent loss"], found["faults"]["double"]) == (1, 1)


def test_the_checker_shares_no_code_with_the_bot():
    source = Path(checker.__file__).read_text()
    imported = re.findall(r"^ *(?:from|import) ([\w.]+)", source, re.MULTILINE)

    others = {name for name in imported if "tests.trials.truth.judge." not in name}
    tops = {name.partition(".")[0] for name in others}
    assert not tops & {"bot", "commands", "tests", "sqlalchemy"}


WORDS = Words(
    """
running | <R> · runs · room <room>
unknown | <R> · unknown · room <room>
not started | <R> · not started · room <room>
sending | <R> · sending · room <room>
neutral | Stop <R>[?] Room <room>
nothing sent | Busy. Nothing was sent.
    """
)


@pytest.fixture
def scene(tmp_path):
    """Lay out what the witnesses say; each may be told otherwise."""

    def lay(
        *,
        ledger=(TASK,),
        rows=(("started", TASK),),
        said="runs",
        acked=True,
        told=(),
        asked_back="",
    ):
        about = {"room": ROOM, "agent": "pb_1"}
        record = [
            {"kind": "began", "unix": 0.0},
            {"kind": "born"},
            {"kind": "asked", "n": 1, "does": "start", "typed": "", **about},
            *([{"kind": "acked", "n": 1, "status": 200}] if acked else []),
            *([{"kind": "received", "action": START, **about}] if ledger else []),
            *(
                {"kind": "answered", "action": START, "code": "", "task": ref, **about}
                for _state, ref in rows
                if ref
            ),
            *({"kind": "ledger", "what": "start", "task": t, **about} for t in ledger),
            *([{"kind": "shown", "ask": 1, "lines": list(told)}] if told else []),
            *([{"kind": "shown", "lines": [HEAD.format(said)]}] if said else []),
            *([{"kind": "shown", "lines": [asked_back]}] if asked_back else []),
        ]
        whole = {"life": 1, "user": "U0ANA", "only": "", "thread": "", "drawn": 9.0}
        whole["channel"] = "C1"
        with (tmp_path / "record.jsonl").open("w") as file:
            for number, entry in enumerate(record):
                place = {"seq": number, "t": float(number)}
                file.write(json.dumps({**whole, **place, **entry}) + "\n")
        with sqlite3.connect(tmp_path / "patchbay.db") as file:
            file.execute("CREATE TABLE intents (room, state, ref, about)")
            file.executemany(
                "INSERT INTO intents VALUES (?, ?, ?, NULL)",
                [(ROOM, *row) for row in rows],
            )
        file.close()
        return checker.check(tmp_path, WORDS, words_too=True)

    return lay


def test_what_is_known_to_all_is_well(scene):
    found = scene()

    assert (found["faults"], found["started"]) == ({}, 1)


def test_a_question_about_what_was_told_takes_nothing_back(scene):
    found = scene(asked_back=f"Stop R1? Room {ROOM}")

    assert found["faults"] == {}


def test_an_unknown_start_that_is_shown_as_such_is_well(scene):
    found = scene(rows=[("unknown", "")], said="unknown")

    assert (found["faults"], found["task ids not in the journal"]) == ({}, 1)


@pytest.mark.parametrize(
    ("told", "fault"),
    [
        ({"ledger": (TASK, "-other.")}, "double"),
        ({"rows": [("started", TASK)] * 2}, "accepted twice"),
        ({"rows": [("not started", "")], "said": "not started"}, "silent loss"),
        ({"rows": [("not started", "")], "said": "not started"}, "untrue"),
        ({"rows": [("unknown", "")], "said": "runs"}, "silent loss"),
        ({"rows": [("unknown", "")], "said": "runs"}, "more than the evidence"),
        ({"rows": [], "said": ""}, "silent loss"),
        ({"rows": [], "said": "", "ledger": ()}, "unanswered"),
        ({"said": "sending"}, "unanswered"),
        ({"rows": [], "said": "", "told": ["Busy. Nothing was sent."]}, "untrue"),
        ({"rows": [("sending", "")]}, "unfinished"),
        ({"said": "well"}, "unread statement"),
    ],
)
def test_what_does_not_fit_together_is_found(scene, told, fault):
    assert fault in scene(**told)["faults"]


def test_a_stop_that_one_life_sends_twice_is_found(scene, tmp_path):
    scene()
    call = {"kind": "received", "action": "StopPublishCdnStream", "task": TASK}
    with (tmp_path / "record.jsonl").open("a") as file:
        for life in (1, 1, 2):
            place = {"seq": 20, "t": 20.0, "life": life}
            file.write(json.dumps({**call, **place}) + "\n")

    assert checker.check(tmp_path, WORDS)["faults"] == {"stopped twice": 1}


def test_what_was_refused_in_the_ack_is_answered(scene):
    found = scene(ledger=(), rows=[], said="", told=["Busy. Nothing was sent."])

    assert found["faults"] == {}, found["rooms"]


def test_what_was_never_acked_nor_kept_needs_no_answer(scene):
    assert scene(ledger=(), rows=[], said="", acked=False)["faults"] == {}


def test_a_relay_that_nobody_asked_for_is_found(scene, tmp_path):
    scene()
    entry = {"kind": "ledger", "what": "start", "room": "q9", "task": "-x."}
    with (tmp_path / "record.jsonl").open("a") as file:
        file.write(json.dumps({**entry, "seq": 9, "t": 9.0, "agent": "pb_2"}) + "\n")

    assert checker.check(tmp_path, WORDS)["faults"] == {"nobody's": 1}


def test_a_fail_point_kills_at_its_number_and_in_the_writer_only(monkeypatch):
    point = crash_bot.FailPoint("journal.commit", 2)

    point.passed("journal.commit")

    assert point.left == 2
