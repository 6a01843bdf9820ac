"""The journal at random beside a model, for long; `make fuzz` runs it.

A short walk is `tests/bot/journal/test_states.py`.
"""

from hypothesis import settings

from tests.bot.journal.machine import Machine

Machine.TestCase.settings = settings(
    max_examples=max(settings.default.max_examples // 4, 1),
    stateful_step_count=50,
    deadline=None,
)
test_a_long_random_walk_keeps_the_promises = Machine.TestCase
