"""Labels come from closed sets, whatever is said; and a bump costs next to nothing."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families

from bot.runtime import metrics
from bot.runtime.families import OTHER
from bot.runtime.metrics import UNNAMED, Metrics, Sets
from tests.fakes.clock import FakeClock

SETS = Sets(
    commands={"relay": ("start", "stop"), "car": ("start",)},
    actions=("Start", "Stop"),
    methods=("chat.update",),
    outcomes=("ok", "away"),
    kinds=("command",),
    states=("started",),
)
ANYTHING = st.text() | st.sampled_from(["U0ANA", "R1", "-task-of-1", "start", "Start"])


def made(timer=None):
    return Metrics(CollectorRegistry(), SETS, timer or FakeClock().monotonic)


def read(measured):
    """Return what Prometheus would read: each sample's value, by name and labels."""
    text = measured.taken().exposition().decode()
    return {
        (one.name, tuple(sorted(one.labels.items()))): one.value
        for family in text_string_to_metric_families(text)
        for one in family.samples
    }


def values(measured):
    """Return all values of labels that stand there, but for the steps of times."""
    return {
        pair for _name, labels in read(measured) for pair in labels if pair[0] != "le"
    }


PUSHED = {
    "called": lambda m, one, other: m.called(one, other, 1.0),
    "posted": lambda m, one, other: m.posted(one, other, 1.0),
    "waited": lambda m, one, _other: m.waited(one, 1.0),
    "answered": lambda m, one, _other: m.answered(one, 200),
    "settled": lambda m, one, other: m.settled(one, other),
}


def named(measured, one, other):
    with measured.acking(one), measured.answering():
        metrics.name(other, one)


def asked_for(measured, one, other):
    label = measured.label("app", ("live",))
    measured.gauge("ages", "Of apps.", lambda: {(one,): 1.0}, label)
    measured.counter("events", "Of apps.", lambda: {(other,): 1.0}, label)


@pytest.mark.parametrize("say", [*PUSHED.values(), named, asked_for])
@given(one=ANYTHING, other=ANYTHING)
def test_whatever_is_said_no_label_has_a_value_that_is_not_of_its_set(say, one, other):
    measured = made()

    say(measured, one, other)

    for name, value in values(measured):
        assert value in {*measured.labels[name].values, OTHER}


def test_every_way_to_count_is_among_those_that_are_tried():
    ways = {"acking", "answering", "counter", "gauge", "label", "taken", "described"}

    public = {name for name in vars(Metrics) if not name.startswith("_")}
    assert public - ways == set(PUSHED)


def test_what_is_not_of_a_set_takes_no_memory():
    measured = made()
    before = len(measured._settled._children)
    for number in range(1000):
        measured.settled(f"U{number}", f"pb_{number}")

    assert read(measured)[
        ("patchbay_intents_total", (("action", OTHER), ("state", OTHER)))
    ] == (1000)
    assert len(measured._settled._children) == before + 1


def test_an_ack_is_measured_from_its_arrival_and_by_its_command():
    clock = FakeClock()
    measured = made(clock.monotonic)

    with measured.acking("command", 0.5):
        with measured.answering():
            clock.push(seconds=1)
            metrics.name("relay", "start")
        clock.push(seconds=1)

    told = read(measured)
    of = (("command", "relay"), ("subcommand", "start"))
    by = (of[0], ("kind", "command"), of[1])
    assert told["patchbay_ack_seconds_sum", by] == 2.5
    assert told["patchbay_command_seconds_sum", of] == 1.0


def test_what_is_no_command_is_told_apart_from_one_that_is_not_listed():
    measured = made()

    with measured.answering():
        pass
    with measured.answering():
        metrics.name("relay", "explode")

    pairs = product([("command", UNNAMED)], [("subcommand", UNNAMED)])
    counted = {
        labels
        for name, labels in read(measured)
        if name.endswith("command_seconds_count")
    }
    assert counted == {*pairs, (("command", "relay"), ("subcommand", OTHER))}


def test_times_are_counted_up_to_each_end_as_prometheus_has_it():
    measured = made()
    for seconds in (0.0005, 0.001, 0.3, 60.0):
        measured.lag.observe(seconds)

    told = read(measured)
    buckets = {
        dict(labels)["le"]: value
        for (name, labels), value in told.items()
        if name == "patchbay_loop_lag_seconds_bucket"
    }
    assert buckets["0.001"] == 2
    assert buckets["0.5"] == 3
    assert buckets["+Inf"] == told["patchbay_loop_lag_seconds_count", ()] == 4


def test_an_ask_outside_of_any_measure_names_nothing():
    metrics.name("relay", "start")

    assert metrics._ASKED.get() is None


def test_two_bots_in_a_process_count_each_its_own():
    one, other = made(), made()

    one.settled("Start", "started")

    of = ("patchbay_intents_total", (("action", "Start"), ("state", "started")))
    assert (read(one)[of], read(other)[of]) == (1.0, 0.0)


def test_what_is_asked_for_and_is_not_there_is_left_out():
    measured = made()
    measured.gauge("skew", "Of clocks.", dict)

    assert not [name for name, _labels in read(measured) if name == "patchbay_skew"]


@pytest.mark.parametrize("say", PUSHED.values(), ids=PUSHED)
def test_a_bump_makes_no_new_child_for_what_was_counted_before(say):
    measured = made()
    say(measured, "Start", "ok")
    families = vars(measured)
    before = {
        name: dict(getattr(one, "_children", {})) for name, one in families.items()
    }

    say(measured, "Start", "ok")

    assert before == {
        name: dict(getattr(one, "_children", {})) for name, one in families.items()
    }
