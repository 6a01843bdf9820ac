"""What is written down is found once, in lists too, and made text in small steps."""

from collections import Counter

from bot.journal import maintenance
from bot.journal.sqlite.driver import DIALECT
from bot.journal.texts import make, written_down


async def test_each_is_made_text_by_itself_and_others_go_on_in_between():
    turns = []

    async def sleep(seconds):
        turns.append((seconds, sum(DIALECT.name in one._compiled for one in there)))

    there = [one for _name, one in written_down()]
    for one in there:
        one._compiled.clear()
    await make(DIALECT, sleep)

    assert turns == [(0, 1 + number) for number in range(len(there))]


def test_each_is_there_once_by_the_first_module_that_has_it():
    found = list(written_down())
    names = Counter(name for name, _one in found)

    assert len({one for _name, one in found}) == len(found) > 200
    assert names["maintenance._OF_PAST"] == len(maintenance._OF_PAST)
    assert (names["holds.HOLD"], names["outbox.HOLD"]) == (1, 0)
