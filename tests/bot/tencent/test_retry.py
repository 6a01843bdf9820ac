"""Again or over: the table of errors and actions, walked through to its end."""

import json
from itertools import count
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import CloudError, NoAnswer, NotSent, Refused
from bot.tencent import retry
from bot.tencent.models.base import Level, Repeat, Reply, Request
from bot.tencent.retry import (
    Again,
    Conclusion,
    End,
    ErrorClass,
    Past,
    RetryQuota,
    next_step,
)

TABLE = json.loads(
    (Path(__file__).parent / "data" / "verdicts.json").read_text("utf-8")
)


def kind_of_request(level_, repeat_):
    class Some(Request[Reply]):
        level: ClassVar = level_
        repeat: ClassVar = repeat_

    return Some


START = kind_of_request(Level.BILLED, Repeat.NEVER)
UPDATE = kind_of_request(Level.CHANGE, Repeat.NUMBERED)
STOP = kind_of_request(Level.CHANGE, Repeat.SAFE)
SESSION = kind_of_request(Level.BILLED, Repeat.SAME_USER)
READ = kind_of_request(Level.READ, Repeat.SAFE)
DOUBT = Past(doubt=True)
END_OF_ANY = kind_of_request(Level.CHANGE, Repeat.ENDS_ANOTHER)
COLUMNS = (START, UPDATE, STOP, SESSION, READ, END_OF_ANY)

ERRORS = {
    "not sent": NotSent("No connection."),
    "not sent, lasting": NotSent("A wrong certificate.", lasting=True),
    "no answer": NoAnswer("It broke off."),
    "no answer, salvaged": NoAnswer(
        "It broke off.", salvaged="-task-a..", candidates=("-task-a..",)
    ),
    "no answer, candidates": NoAnswer("Status 500.", candidates=("-task-a..",)),
}


def refused(code):
    return Refused(code, "No.")


def longest():
    return 1.0


def story(request_type, error):
    """Return how often *error* is met until it is over, and how that ends."""
    past = Past()
    for tries in count(1):
        step = next_step(request_type, error, tries, longest, past=past)
        past = Past(corrected=isinstance(step, Again) and step.clock)
        if isinstance(step, End):
            return f"{tries} {step.verdict.name}"
    raise AssertionError


def pauses(request_type, error, tries):
    steps = [
        next_step(request_type, error, number, longest)
        for number in range(1, tries + 1)
    ]
    return [step.after for step in steps]


@pytest.mark.parametrize(("code", "letter"), TABLE["codes"].items())
def test_each_code_has_its_class(code, letter):
    assert retry.class_of(refused(code)) == ErrorClass(letter)


@pytest.mark.parametrize("code", retry.CODES)
def test_each_listed_code_is_in_the_table_of_the_tests_too(code):
    assert code in TABLE["codes"]


@pytest.mark.parametrize("letter", TABLE["classes"])
def test_each_class_of_refusal_ends_as_the_table_says(letter):
    code = next(code for code, its in TABLE["codes"].items() if its == letter)

    stories = [story(column, refused(code)) for column in COLUMNS]

    assert stories == TABLE["classes"][letter]


@pytest.mark.parametrize("name", TABLE["errors"])
def test_each_other_error_ends_as_the_table_says(name):
    error = ERRORS[name]

    stories = [story(column, error) for column in COLUMNS]

    assert [retry.class_of(error).value, *stories] == TABLE["errors"][name]


def test_every_class_has_a_plan_for_every_action():
    assert set(retry.PLANS) == set(ErrorClass)
    assert {len(row) for row in retry.PLANS.values()} == {len(COLUMNS)}


codes = st.text() | st.lists(
    st.sampled_from(sorted({part for c in retry.CODES for part in c.split(".")})),
    max_size=3,
).map(".".join)
errors = st.one_of(
    codes.map(refused),
    st.builds(NotSent, st.text(), lasting=st.booleans()),
    st.builds(
        NoAnswer,
        st.text(),
        salvaged=st.sampled_from(["", "-task-a.."]),
        candidates=st.sampled_from([(), ("-task-a..",), ("-a", "-b")]),
    ),
    st.builds(CloudError, st.text()),
)
levels, repeats = st.sampled_from(Level), st.sampled_from(Repeat)


@given(
    request_type=st.builds(kind_of_request, levels, repeats),
    error=errors,
    tries=st.integers(1, 2000),
    luck=st.floats(0, 1),
    doubt=st.booleans(),
)
def test_there_is_a_next_step_after_everything(request_type, error, tries, luck, doubt):
    step = next_step(request_type, error, tries, lambda: luck, past=Past(doubt=doubt))

    assert isinstance(step, End) or 0 <= step.after <= 60


@given(error=errors, tries=st.integers(1, 10))
def test_a_start_is_sent_again_only_if_nothing_was_done(error, tries):
    step = next_step(START, error, tries, longest)

    assert isinstance(step, End) or retry.class_of(error) in {
        ErrorClass.NEVER_SENT,
        ErrorClass.TOO_FAST,
        ErrorClass.WRONG_CLOCK,
    }


@pytest.mark.parametrize("repeat", Repeat)
def test_whatever_is_billed_and_not_for_one_user_is_a_start(repeat):
    request_type = kind_of_request(Level.BILLED, repeat)

    again = isinstance(
        next_step(request_type, NoAnswer("It broke off."), 1, longest), Again
    )

    assert again == (repeat is Repeat.SAME_USER)


def test_pauses_double_up_to_five_seconds():
    assert pauses(READ, NotSent(""), 3) == [0.05, 0.1, 0.2]
    assert pauses(READ, refused("RequestLimitExceeded"), 3) == [1, 2, 4]


SOON, SLOWER = [0.05, 0.1, 0.2], [1, 2, 4]
STOP_SOON = [0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 60, 60]
STOP_SLOWER = [1, 2, 4, 8, 16, 30, 30, 30, 60, 60]

# Of each class: how long an update, a stop, a session and a look waits at most.
PAUSES = {
    "NotSent": (SOON, STOP_SOON, SOON[:2], SOON),
    "RequestLimitExceeded": (SLOWER, STOP_SLOWER, SLOWER[:2], SLOWER),
    "FailedOperation.TooFrequently": (SLOWER, STOP_SLOWER, SLOWER[:2], SLOWER),
    "FailedOperation.SlowDown": ([], STOP_SOON, [2, 4], SOON),
    "InternalError": ([], STOP_SOON, [], SOON),
    "NoAnswer": ([], STOP_SOON, [5], SOON),
}


@pytest.mark.parametrize(("code", "waits"), PAUSES.items())
def test_every_action_waits_as_long_as_its_class_says(code, waits):
    other = {"NotSent": NotSent(""), "NoAnswer": NoAnswer("")}
    error = other.get(code) or refused(code)

    for column, waited in zip((UPDATE, STOP, SESSION, READ), waits, strict=True):
        assert pauses(column, error, len(waited)) == waited


@pytest.mark.parametrize(
    ("error", "waited"),
    [(NotSent(""), SOON[:2]), (refused("RequestLimitExceeded"), SLOWER[:2])],
)
def test_a_start_waits_between_its_three_tries(error, waited):
    assert pauses(START, error, 2) == waited


@pytest.mark.parametrize("luck", [0.0, 0.5])
def test_the_pauses_that_tencent_sets_are_not_left_to_chance(luck):
    busy, silent = refused("FailedOperation.SlowDown"), NoAnswer("")

    assert next_step(SESSION, busy, 2, lambda: luck).after == 4
    assert next_step(SESSION, silent, 1, lambda: luck).after == 5
    assert next_step(STOP, silent, 9, lambda: luck).after == 60
    assert next_step(STOP, silent, 8, lambda: luck).after == 6.4 * luck


def test_pauses_are_a_random_part_of_that():
    step = next_step(READ, refused("RequestLimitExceeded"), 3, lambda: 0.25)

    assert step == Again(1.0, Conclusion.NOT_STARTED)


def test_a_stop_is_tried_eight_times_soon_and_then_every_minute_for_a_day():
    waited = pauses(STOP, refused("RequestLimitExceeded"), 1448)

    assert waited[:8] == [1, 2, 4, 8, 16, 30, 30, 30]
    assert sum(waited[:8]) == pytest.approx(120, abs=1)
    assert waited[8:] == [60] * 1440


def test_a_session_that_is_busy_is_tried_after_two_and_four_seconds():
    error = refused("FailedOperation.SlowDown")

    steps = [next_step(SESSION, error, tries, lambda: 0.0) for tries in (1, 2, 3)]

    assert steps == [
        Again(2.0, Conclusion.NOT_STARTED),
        Again(4.0, Conclusion.NOT_STARTED),
        End(Conclusion.NOT_STARTED),
    ]


def test_a_session_without_an_answer_is_tried_once_after_tencent_gave_up_on_it():
    assert next_step(SESSION, NoAnswer(""), 1, lambda: 0.0) == Again(
        5.0, Conclusion.UNKNOWN
    )


@pytest.mark.parametrize("column", COLUMNS)
def test_a_wrong_clock_is_corrected_once(column):
    error = refused("AuthFailure.SignatureExpire")

    steps = [
        next_step(column, error, tries, longest, past=Past(corrected=corrected))
        for tries, corrected in ((1, False), (2, True), (3, False))
    ]

    assert steps == [
        Again(0.0, Conclusion.NOT_STARTED, clock=True),
        End(Conclusion.NOT_STARTED),
        Again(0.0, Conclusion.NOT_STARTED, clock=True),
    ]


@pytest.mark.parametrize("level", Level)
@pytest.mark.parametrize("error", ERRORS)
def test_what_must_never_be_repeated_is_not_repeated_in_doubt(level, error):
    request = kind_of_request(level, Repeat.NEVER)
    if level is Level.READ or error.startswith("not sent"):
        return  # a read does nothing; what was not sent is sent for the first time

    assert isinstance(next_step(request, ERRORS[error], 1, longest), End)


@pytest.mark.parametrize(
    ("column", "verdict"),
    [
        (UPDATE, Conclusion.UNKNOWN),
        (STOP, Conclusion.UNKNOWN),
        (SESSION, Conclusion.UNKNOWN),
        (READ, Conclusion.NOT_STARTED),
    ],
)
def test_after_a_try_in_doubt_nothing_proves_that_nothing_was_done(column, verdict):
    step = next_step(column, refused("InvalidParameter"), 2, longest, past=DOUBT)

    assert step == End(verdict)


def test_a_start_after_a_try_in_doubt_is_left_open_while_it_is_tried_again():
    step = next_step(START, NotSent(""), 1, lambda: 0.0, past=DOUBT)

    assert step == Again(0.0, Conclusion.UNKNOWN)


def test_only_a_start_is_known_by_the_task_that_a_broken_answer_had():
    salvaged = ERRORS["no answer, salvaged"]

    steps = [next_step(column, salvaged, 9999, longest) for column in COLUMNS]

    assert [step.verdict for step in steps] == [
        Conclusion.STARTED,
        Conclusion.UNKNOWN,
        Conclusion.UNKNOWN,
        Conclusion.UNKNOWN,
        Conclusion.NOT_STARTED,
        Conclusion.UNKNOWN,
    ]


@pytest.mark.parametrize("code", TABLE["codes"])
def test_a_code_with_a_task_id_beside_it_is_doubt_for_a_start_and_for_nothing_else(
    code,
):
    error = Refused(code, "No.", candidates=("-task-a..",))

    stories = [story(column, error) for column in COLUMNS]

    plain = [story(column, refused(code)) for column in COLUMNS]
    assert stories == ["1 UNKNOWN", *plain[1:]]


def test_gone_is_gone_even_after_a_try_in_doubt():
    step = next_step(STOP, refused("ResourceNotFound"), 2, longest, past=DOUBT)

    assert step == End(Conclusion.GONE)


def test_doubt_is_left_by_a_vague_answer_and_by_none():
    errors = [refused("InternalError"), NoAnswer(""), NotSent(""), refused("X.Y")]

    assert [retry.leaves_doubt(error) for error in errors] == [
        True,
        True,
        False,
        True,
    ]


def test_more_tries_dry_up_and_come_back_with_successes():
    quota = RetryQuota()
    error = NotSent("No connection.")

    def again():
        return isinstance(next_step(READ, error, 1, longest, quota=quota), Again)

    before = [again() for _ in range(11)]
    for _ in range(10):
        quota.succeeded()
    after = [again() for _ in range(2)]

    assert before == [True] * 10 + [False]
    assert after == [True, False]


def test_one_more_try_costs_ten_and_a_success_gives_back_one():
    quota = RetryQuota()

    left = []
    for step in (quota.take, quota.take, quota.succeeded):
        step()
        left.append(quota.tokens)

    assert left == [90, 80, 81]


def test_nothing_is_taken_from_a_purse_that_has_too_little():
    quota = RetryQuota()
    quota.tokens = 19

    assert [quota.take(), quota.take(), quota.tokens] == [True, False, 9]


def test_a_purse_holds_no_more_than_at_first():
    quota = RetryQuota()

    quota.succeeded()

    assert quota.tokens == 100


def test_a_stop_is_tried_again_with_an_empty_purse():
    quota = RetryQuota()
    while quota.take():
        pass

    step = next_step(STOP, NoAnswer(""), 1, longest, quota=quota)

    assert isinstance(step, Again)


@pytest.mark.parametrize("error", [NoAnswer(""), NotSent("", lasting=True)])
def test_what_ends_anyway_costs_nothing(error):
    quota = RetryQuota()

    next_step(START, error, 1, longest, quota=quota)

    assert quota == RetryQuota()
