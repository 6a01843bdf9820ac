"""Steps in order: what hangs or breaks does not hold up the next."""

import asyncio

import structlog

from bot.runtime.steps import Step, take
from tests.fakes.loop import VirtualLoop


async def test_each_is_taken_in_order_whatever_becomes_of_those_before():
    taken = []

    async def breaks():
        taken.append("breaks")
        raise ValueError("no")

    async def is_away():
        raise ConnectionError("away")

    async def works():
        taken.append("works")

    with structlog.testing.capture_logs() as logs:
        steps = [("a", breaks), ("b", is_away), ("c", works)]
        await take([Step(name, 1.0, work) for name, work in steps], ConnectionError)

    assert taken == ["breaks", "works"]
    assert [(one["event"], one["step"], one["log_level"]) for one in logs] == [
        ("step.broke", "a", "error"),
        ("step.unwritten", "b", "critical"),
    ]


def test_what_hangs_is_given_up_after_its_seconds():
    async def hangs():
        await asyncio.Event().wait()

    async def measured():
        time = asyncio.get_running_loop().time
        began = time()
        with structlog.testing.capture_logs() as logs:
            steps = [Step(f"{seconds}", seconds, hangs) for seconds in (3.0, 30.0)]
            await take(steps, ConnectionError)
        return time() - began, [one["event"] for one in logs]

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        passed, logs = runner.run(measured())

    assert 33.0 <= passed < 33.5
    assert logs == ["step.given-up"] * 2
