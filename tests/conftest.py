"""Fixtures that several files share."""

import logging
from contextlib import AsyncExitStack

import pytest
import structlog

from tests.world import make_world


@pytest.fixture(autouse=True)
def _logs_as_they_were():
    """Whatever sets up logging does so for its own test only."""
    root = logging.getLogger()
    before = list(root.handlers), root.level
    yield
    root.handlers[:], root.level = before
    structlog.reset_defaults()


@pytest.fixture
async def world(tmp_path):
    async with AsyncExitStack() as stack:
        yield await make_world(stack, tmp_path / "patchbay.db")


@pytest.fixture
async def world_with(tmp_path):
    """Make a world with a policy of its own, or a table of exits."""
    async with AsyncExitStack() as stack:

        async def make(policy=None, **more):
            path = tmp_path / "ruled.db"
            return await make_world(stack, path, policy=policy, **more)

        yield make
