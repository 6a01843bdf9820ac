"""What was read is believed for some seconds, and not after a change."""

import pytest

from bot.journal.believed import Believed
from tests.fakes.clock import FakeClock


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def believed(clock):
    return Believed(10, 5.0, clock.monotonic)


def reads(*values):
    """Give the next of *values* each time that it is asked."""
    left = iter(values)

    async def asked():
        return next(left)

    return asked


async def test_it_is_read_once_for_its_seconds_and_then_again(believed, clock):
    asked = reads([1], [2])

    first = [await believed.get("a", asked) for _time in range(2)]
    clock.push(seconds=5)

    assert [*first, await believed.get("a", asked)] == [[1], [1], [2]]


async def test_an_empty_list_is_believed_too(believed):
    asked = reads([], [2])

    assert [await believed.get("a", asked) for _time in range(2)] == [[], []]


async def test_one_is_forgotten_or_all_are(believed):
    asked = reads([1], [2], [3], [4])
    for key in "ab":
        await believed.get(key, asked)

    believed.forget("a")
    one = [await believed.get(key, asked) for key in "ab"]
    believed.forget_all()

    assert (one, await believed.get("b", asked)) == ([[3], [2]], [4])


@pytest.mark.parametrize("forget", [lambda one: one.forget("a"), Believed.forget_all])
async def test_what_changes_while_it_is_read_is_not_believed(believed, forget):
    async def overtaken():
        forget(believed)
        return [1]

    asked = reads([2])

    assert await believed.get("a", overtaken) == [1]
    assert await believed.get("a", asked) == [2]
