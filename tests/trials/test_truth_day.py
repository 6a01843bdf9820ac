"""What the scenes of a producer's day play is what their names say."""

from tests.trials.truth.cloud import START, STOP, UPDATE
from tests.trials.truth.runner import scene


def rooms(name, kind, **facts):
    """Return the rooms of what the scene *name* has of a *kind*, in order."""
    record = scene(name).record
    names = {one["task"]: one["room"] for one in record if one["kind"] == "ledger"}
    return [
        one.get("room") or names[one["task"]]
        for one in record
        if one["kind"] == kind and facts.items() <= one.items()
    ]


def lines(name):
    record = scene(name).record
    return [line for one in record if one["kind"] == "shown" for line in one["lines"]]


def test_a_day_ends_with_one_stop_of_the_original_and_its_copy_runs():
    name = "a relay for two hours is changed, extended, copied, and stopped for that"

    assert rooms(name, "ledger", what="start") == ["q1", "q2"]
    assert rooms(name, "received", action=UPDATE) == ["q1"]
    assert rooms(name, "received", action=STOP) == ["q1"]
    moved = [line for line in lines(name) if "before that" in line]
    assert len(moved) == 1


def test_what_was_due_while_the_bot_was_dead_is_stopped_once_it_is_back():
    name = "the bot is killed while a stop is due, and while it is placed"

    assert sorted(rooms(name, "ledger", what="stop")) == ["q1", "q2", "q3"]
    assert len([one for one in scene(name).record if one["kind"] == "killed"]) == 3
    placed = {line for line in lines(name) if "stop placed" in line}
    assert len(placed) == 3


def test_slack_warns_by_itself_and_its_button_puts_the_stop_off():
    name = "the warning comes while the bot is away, and the stop when it is back"

    assert sum(line.startswith("Written ahead") for line in lines(name)) == 1
    assert rooms(name, "received", action=STOP) == []


def test_a_timer_of_an_unknown_start_waits_for_its_id():
    name = "a timer of a relay whose start is unknown"

    assert rooms(name, "ledger", what="stop") == ["q1"]
    asked = [one for one in scene(name).record if one.get("does") == "attach"]
    stopped = [one for one in scene(name).record if one.get("action") == STOP]
    assert asked[0]["seq"] < stopped[0]["seq"]


def test_a_stop_that_is_due_waits_for_no_change():
    name = "a stop is due while a change of the relay is not answered"
    record = scene(name).record

    stopped = [one["t"] for one in record if one.get("action") == STOP]
    assert [round(t) for t in stopped] == [135, 135]  # received in time, and answered
    assert rooms(name, "ledger", what="update") == ["q1"]


def test_the_copy_that_is_over_or_kept_stops_nothing():
    name = "a copy that does not get there, and one that is kept beside its original"

    assert rooms(name, "ledger", what="stop") == ["q2"]


def test_the_original_is_stopped_once_though_the_bot_dies_when_its_copy_is_live():
    name = "the bot is killed while a copy goes live"
    record = scene(name).record

    assert rooms(name, "ledger", what="stop") == ["q1"]
    assert sum(one["kind"] == "killed" for one in record) == 2


def test_without_callbacks_a_person_is_asked_to_look_at_the_copy():
    name = "a copy of a relay, and callbacks are off"

    assert any("callbacks are off. Look" in line for line in lines(name))
    asked = [one for one in scene(name).record if one.get("does") == "stop"]
    stopped = [one for one in scene(name).record if one.get("action") == STOP]
    assert asked[0]["seq"] < stopped[0]["seq"]


def test_what_a_second_person_approved_is_sent_once_and_nothing_else():
    name = "a second person approves one start, denies another, and forgets a third"

    assert rooms(name, "received", action=START) == ["q1", "q4"]
