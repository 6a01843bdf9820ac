"""A little of each class of bad input, always the same."""

from contextlib import AsyncExitStack

import pytest

from tests.trials import fuzz_kit
from tests.trials.fuzz import all_cases, fast_folder
from tests.trials.fuzz_kit import fit_to_tell, run

SEED = 1
LEAST = 100  # cases of a class; the large ones have two hundred


async def test_no_class_of_bad_input_breaks_the_bot():
    faults = []
    async with AsyncExitStack() as stack:
        cases, _front = await all_cases(stack, fast_folder(stack))
        for case in cases:
            count = min(case.count, max(case.count // 50, LEAST))
            result = await run(case, count, SEED)
            faults += [f"{case.name}: {fault} {seen}" for fault, seen in result.some()]

    assert faults == []


async def test_a_fault_is_counted_and_its_smallest_example_kept():
    async def check(example):
        assert example < 5, "too large"

    case = fuzz_kit.Case("numbers", 10, lambda source: source.randrange(10), check)
    result = await run(case, 50, SEED)

    assert 0 < result.failed < 50
    assert result.some() == [("too large", "5")]


@pytest.mark.parametrize(
    "told",
    [
        {"text": "hello <!channel>"},
        {"type": "mrkdwn", "text": "<https://evil.example|ok>"},
        {"type": "mrkdwn", "text": "a < b"},
        {"text": "a & b"},
        {"text": "<@U0EVIL>"},
        {"elements": [{"type": "user", "user_id": "U0EVIL"}]},
        {"elements": [{"type": "link", "url": "https://evil.example"}]},
        {"elements": [{"type": "broadcast", "range": "here"}]},
        {"type": "plain_text", "text": "Traceback (most recent call last)"},
        {"type": "plain_text", "text": "KeyError: 'x'"},
        {"type": "plain_text", "text": "\u202eevil"},
    ],
)
def test_what_may_not_be_told_is_found(told):
    with pytest.raises(AssertionError):
        fit_to_tell(told)


@pytest.mark.parametrize(
    "told",
    [
        {"type": "plain_text", "text": "<!channel> & co"},
        {"text": "a &lt; b <@U0ANA> <!date^17^{time}|then>"},
        {"elements": [{"type": "link", "url": "https://trtc.io/document/1"}]},
    ],
)
def test_what_may_be_told_is_let_through(told):
    fit_to_tell(told)
