"""What was heard last outlives the process."""

from datetime import timedelta

from bot.journal.journal import Journal
from tests.fakes.clock import FakeClock


async def opened(path, clock):
    return await Journal.open(
        f"sqlite:///{path}",
        now=clock,
        monotonic=clock.monotonic,
        random_bytes=bytes,
        lifecycles={},
    )


async def test_the_last_text_of_a_name_is_there_after_a_restart_with_its_age(tmp_path):
    clock = FakeClock()
    first = await opened(tmp_path / "p.db", clock)
    before = await first.known.get("installation")
    await first.known.keep("installation", "T1")
    await first.known.keep("groups", "{}")
    clock.push(seconds=60)
    await first.known.keep("installation", "T2")
    first.close()
    clock.push(minutes=5)

    again = await opened(tmp_path / "p.db", clock)

    assert before is None
    assert await again.known.get("installation") == ("T2", 300.0)
    assert await again.known.get("groups") == ("{}", 360.0)
    again.close()


async def test_a_clock_that_was_put_back_makes_nothing_younger_than_new(tmp_path):
    clock = FakeClock()
    journal = await opened(tmp_path / "p.db", clock)
    await journal.known.keep("groups", "{}")

    clock.ahead = -timedelta(hours=1)

    assert await journal.known.get("groups") == ("{}", 0.0)
    journal.close()
