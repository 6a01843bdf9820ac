"""Every word that people read is true: in what was once seen, and in what chance draws.

The long run is `make truth`.
"""

import pytest

from tests.tools.transcripts import told_after
from tests.trials.truth.cloud import STOP
from tests.trials.truth.judge.reading import words
from tests.trials.truth.runner import Sum, played_by_chance, scene
from tests.trials.truth.scenes import SCENES

SEEDS = range(1, 9)


def of(record, kind, **facts):
    return [
        entry
        for entry in record
        if entry["kind"] == kind and facts.items() <= entry.items()
    ]


def lines(record):
    return [line for entry in of(record, "shown") for line in entry["lines"]]


@pytest.mark.parametrize("name", SCENES)
def test_in_every_scene_all_that_is_said_is_so_and_nothing_is_left_undone(name):
    found = scene(name)

    assert found.faults == []
    assert found.verdict.statements > 0


@pytest.mark.short
def test_in_histories_that_chance_draws_all_that_is_said_is_so():
    total = Sum()

    for seed in SEEDS:
        total.add(played_by_chance(seed))

    assert list(total.examples.items()) == []
    assert total.statements > 10 * len(SEEDS)


def test_sixty_people_who_stop_one_relay_are_one_call_and_all_are_told():
    record = scene("sixty people stop one relay").record

    (first, *_others) = of(record, "ledger", what="start")
    assert len(of(record, "received", action=STOP, task=first["task"])) == 1
    assert len(of(record, "asked", does="stop", room="q1")) == 60


def test_fifty_starts_in_one_channel_are_all_told_of_within_three_seconds():
    record = scene("fifty starts in one channel").record

    waits = told_after(record)
    assert len(waits) == 50
    assert max(wait if wait is not None else 999 for wait in waits.values()) <= 3


def test_an_edited_mention_starts_nothing_again():
    record = scene("an edited mention").record

    assert len(of(record, "ledger", what="start")) == 1


def test_a_bot_that_was_away_while_tencent_called_back_says_so():
    record = scene("away for ninety seconds").record

    kinds = {claim.kind for claim in map(words().read, lines(record)) if claim}
    assert "away" in kinds
    assert "probably not started" not in kinds


def test_an_old_button_stops_nothing_that_it_did_not_stand_beside():
    record = scene("a restore, and an old button").record

    stopped = {entry["room"] for entry in of(record, "ledger", what="stop")}
    assert stopped == {"q2"}
