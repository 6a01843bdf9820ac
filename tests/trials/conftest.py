"""The long run of the fuzz, and the bot that it is about."""

import os
from contextlib import AsyncExitStack
from pathlib import Path

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


HERE = Path(__file__).parent


def pytest_collection_modifyitems(items):
    """Let a trial count for no line: each line has a test of its own to run through.

    To count would also take as long again as the trial itself.
    """
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker("no_cover")


@pytest.fixture
def policy():
    """Of the front; a file may have one of its own."""
    return


@pytest.fixture
async def front(tmp_path, policy):
    async with AsyncExitStack() as stack:
        yield await make_front(stack, tmp_path, policy)
