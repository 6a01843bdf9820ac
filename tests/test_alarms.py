"""Alerts, dashboard and runbook speak of the metrics that there are, and of each."""

import json
import re
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import yaml
from prometheus_client import REGISTRY

import bot
from tests.tools.promql import read
from tests.world import make_world

TOP = Path(bot.__file__).parents[1]
RUNBOOK = "docs/alarms.md"
RULES = yaml.safe_load((TOP / "deploy/prometheus/alerts.yml").read_text())
ALERTS = [rule for group in RULES["groups"] for rule in group["rules"]]
BOARD = json.loads((TOP / "deploy/grafana/patchbay.json").read_text())
EXPRESSIONS = [
    *(pytest.param(one["expr"], id=one["alert"]) for one in ALERTS),
    *(
        pytest.param(target["expr"], id=panel["title"])
        for panel in BOARD["panels"]
        for target in panel["targets"]
    ),
]
INCREASES = sorted(
    {
        one
        for each in EXPRESSIONS
        for one in re.findall(r"increase\(([^(\[]+)\[", each.values[0])
        if "log_lines" not in one  # the log counts from when it is set up
    }
)
OF_SCRAPES = {"instance", "job"}  # labels that Prometheus adds
DURATION = re.compile(r"\d+[smh]")


def headings():
    lines = (TOP / RUNBOOK).read_text().splitlines()
    return [line.removeprefix("## ") for line in lines if line.startswith("## ")]


@pytest.fixture
async def metrics(tmp_path):
    """The metrics of a bot, as its registry has them."""
    async with AsyncExitStack() as stack:
        world = await make_world(stack, tmp_path / "p.db")
        yield world.bot.gauges.metrics


def series(metrics):
    """Return the labels of each series that can be asked for, by its name."""
    told = {}
    for name, labels, _text in metrics.described():
        endings = ("_bucket", "_sum", "_count") if is_timed(metrics, name) else ("",)
        told |= {f"{name}{ending}": {*labels} for ending in endings}
        if len(endings) > 1:
            told[f"{name}_bucket"] |= {"le"}
    own = {one.name for one in metrics.registry.collect() if "process" in one.name}
    own |= {f"{name}_total" for name in own}
    return told | {name: set() for name in own}


def is_timed(metrics, name):
    families = {one.name: one.type for one in metrics.registry.collect()}
    return families.get(name) == "histogram"


@pytest.mark.parametrize("expression", EXPRESSIONS)
async def test_what_is_asked_for_is_there_with_those_labels_and_values(
    metrics, expression
):
    asked, there = read(expression), series(metrics)

    labels = set(OF_SCRAPES)
    for name, matchers in asked.selectors:
        labels |= there[name]
        for label, sign, value in matchers:
            values = value.split("|") if "~" in sign else [value]
            assert label in there[name]
            assert metrics.labels[label].values.issuperset(values)
    assert asked.labels <= labels


@pytest.mark.parametrize("counted", INCREASES)
async def test_what_alarms_by_its_increase_is_told_before_the_first_one(
    metrics, counted
):
    """Of a series that begins with what it counts Prometheus sees no increase."""
    ((name, matchers),) = read(counted).selectors
    exact = {label: value for label, sign, value in matchers if sign == "="}
    samples = [one for each in metrics.taken().collect() for one in each.samples]

    of_it = [one.labels for one in samples if one.name == name]

    assert [one for one in of_it if exact.items() <= one.items()] != []


async def test_every_metric_is_shown_or_alarms_and_stands_in_the_runbook(metrics):
    there = {name for name, _labels, _text in metrics.described()}
    asked = {
        re.sub("_(bucket|sum|count)$", "", name)
        for one in EXPRESSIONS
        for name, _matchers in read(one.values[0]).selectors
    }

    assert there - asked == set()
    rows = [
        f"| `{name}` | {', '.join(labels)} | {text} |"
        for name, labels, text in sorted(metrics.described())
    ]
    table = [line for line in (TOP / RUNBOOK).read_text().splitlines() if "| `" in line]
    assert table == rows


@pytest.mark.parametrize("alert", ALERTS, ids=lambda one: one["alert"])
def test_an_alert_says_what_is_wrong_how_urgent_it_is_and_where_it_is_explained(alert):
    assert alert["labels"]["severity"] in {"page", "ticket"}
    assert alert["annotations"]["summary"].endswith(".")
    assert alert["annotations"]["runbook"] == f"{RUNBOOK}#{alert['alert'].lower()}"
    assert DURATION.fullmatch(alert.get("for", "0s"))
    assert set(alert) <= {"alert", "expr", "for", "labels", "annotations"}


def test_each_alert_is_explained_once_and_in_the_order_of_the_rules():
    names = [one["alert"] for one in ALERTS]

    assert RULES.keys() == {"groups"}
    assert [one for one in headings() if one.startswith("Patchbay")] == names
    assert len(set(names)) == len(names)


def test_each_panel_has_its_place_and_the_data_source_that_is_chosen():
    places = [tuple(one["gridPos"].values()) for one in BOARD["panels"]]
    ids = [one["id"] for one in BOARD["panels"]]
    sources = {one["datasource"]["uid"] for one in BOARD["panels"]}

    assert len(set(places)) == len(places) == len(set(ids))
    assert sources == {"${datasource}"}
    assert all(x + w <= 24 for _h, w, x, _y in places)


async def test_nothing_is_counted_in_the_registry_of_the_process(metrics):
    names = {one.name for one in REGISTRY.collect()}

    assert not {name for name in names if name.startswith("patchbay")}
    assert metrics.registry is not REGISTRY
