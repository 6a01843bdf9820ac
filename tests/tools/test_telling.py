"""Nothing but what says nothing new is kept from the process that leads."""

from argparse import Namespace

import pytest
from _pytest.reports import TestReport

from tests.tools.telling import is_brief, worth_telling

QUIET = {
    "verbose": 0,
    "xmlpath": None,
    "durations": None,
    "hypothesis_show_statistics": False,
    "reportchars": "fE",
}
AS_WORKER = {"workerinput": {"workerid": "gw0"}}


def reports(**outcomes):
    return [
        TestReport("a.py::b", ("a.py", 1, "b"), {}, outcome, None, when)
        for when, outcome in outcomes.items()
    ]


def test_of_a_test_that_passed_the_call_is_told():
    told = worth_telling(reports(setup="passed", call="passed", teardown="passed"))

    assert [one.when for one in told] == ["call"]


@pytest.mark.parametrize(
    "outcomes",
    [
        {"setup": "passed", "call": "failed", "teardown": "passed"},
        {"setup": "passed", "call": "passed", "teardown": "failed"},
        {"setup": "passed", "call": "skipped", "teardown": "passed"},
        {"setup": "failed", "teardown": "passed"},
        {"setup": "skipped", "teardown": "passed"},
    ],
)
def test_of_any_other_test_all_is_told(outcomes):
    made = reports(**outcomes)

    assert worth_telling(made) == made


def test_a_worker_is_brief_and_whoever_runs_alone_is_not():
    assert is_brief(Namespace(option=Namespace(**QUIET), **AS_WORKER))
    assert not is_brief(Namespace(option=Namespace(**QUIET)))


@pytest.mark.parametrize(
    "asked",
    [
        {"verbose": 1},
        {"xmlpath": "run.xml"},
        {"durations": 0},
        {"hypothesis_show_statistics": True},
        {"reportchars": "A"},
        {"reportchars": "fP"},
    ],
)
def test_where_more_is_asked_of_what_passed_a_worker_tells_all(asked):
    option = Namespace(**{**QUIET, **asked})

    assert not is_brief(Namespace(option=option, **AS_WORKER))
