"""What a history leaves undone is found by its judge, and nothing else."""

import sqlite3

from tests.trials.truth.judge.facts import STOP
from tests.trials.truth.judge.verdict import judge
from tests.trials.truth_tale import TASK, WORDS, Tale


def whole(tale, journal=None):
    """Return the faults that are those of the whole *tale*."""
    found = judge(tale.record, WORDS, journal).faults
    return [one.fault for one in found if not one.line]


def test_one_submission_that_runs_twice_is_found():
    tale = Tale().started().sent().ledger(task=TASK + "y")

    assert "double" in whole(tale)


def test_somebody_who_hears_nothing_is_found():
    assert "unanswered" in whole(Tale().asked())
    assert whole(Tale().asked().shown("Card of q1")) == []


def test_who_stops_what_was_over_as_the_bot_died_can_ask_again():
    tale = Tale().started().stopped().shown("Card of q1").later(60)
    early, late = Tale().started().asked("stop"), tale.asked("stop", "U0CID")

    assert "unanswered" in whole(early.enter("killed"))
    assert whole(late.enter("killed").enter("born")) == []


def test_a_stop_that_is_lost_is_found_once_there_was_time_for_it():
    tale = Tale().started().asked("stop").shown("Card of q1")

    assert whole(tale) == []
    assert whole(tale.later(400).enter("killed")) == ["stop refused or lost"]


def test_a_stop_that_was_tried_for_a_day_and_once_after_is_not_lost():
    """As one whose calls break off, and over which the machine slept."""
    tale = Tale().started().asked("stop").sent(STOP).later(86_400)

    assert "stop refused or lost" in whole(tale.enter("killed"))
    assert "stop refused or lost" not in whole(tale.sent(STOP).enter("killed"))


def test_a_stop_that_nobody_asked_for_is_found():
    tale = Tale().started().shown("Card of q1").sent(STOP)

    assert whole(tale) == ["misdirected stop"]


def test_a_task_id_that_came_and_is_nowhere_is_found(tmp_path):
    journal = tmp_path / "journal.db"
    with sqlite3.connect(journal) as file:
        file.execute("CREATE TABLE things (what)")
    tale = Tale().started().shown("Card of q1").later(9).enter("copied")

    assert whole(tale, journal) == ["unkept TaskId"]

    with sqlite3.connect(journal) as file:
        file.execute("INSERT INTO things VALUES (?)", (f"so: {TASK}",))

    assert whole(tale, journal) == []
