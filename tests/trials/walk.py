"""The journal at random beside a model, for long; `make fuzz` runs it.

A short walk is `tests/bot/test_states.py`.
"""

from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tests.bot.journal.machine import Machine
from tests.bot.journal.pair import pair_on

LONG = settings(
    max_examples=max(settings.default.max_examples // 4, 1),
    stateful_step_count=50,
    deadline=None,
)
Machine.TestCase.settings = LONG
test_a_long_random_walk_keeps_the_promises = Machine.TestCase


def test_a_long_random_walk_of_two_on_one_postgresql_keeps_the_promises(postgres):
    run_state_machine_as_test(pair_on(postgres), settings=LONG)
