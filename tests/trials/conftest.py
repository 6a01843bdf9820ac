"""The long run of the fuzz, and the bot that it is about."""

import os
from contextlib import AsyncExitStack

import pytest
from hypothesis import HealthCheck, Phase, settings

from tests.trials.fuzz_front import make_front

settings.register_profile(
    "fuzz",
    max_examples=int(os.environ.get("EXAMPLES") or 2000),
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def policy():
    """Of the front; a file may have one of its own."""
    return


@pytest.fixture
async def front(tmp_path, policy):
    async with AsyncExitStack() as stack:
        yield await make_front(stack, tmp_path, policy)
