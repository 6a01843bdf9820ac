"""Fixtures that several files share."""

from contextlib import AsyncExitStack

import pytest

from tests.world import make_world


@pytest.fixture
async def world(tmp_path):
    async with AsyncExitStack() as stack:
        yield await make_world(stack, tmp_path / "patchbay.db")


@pytest.fixture
async def world_with(tmp_path):
    """Make a world with a policy of its own."""
    async with AsyncExitStack() as stack:

        async def make(policy):
            return await make_world(stack, tmp_path / "ruled.db", policy=policy)

        yield make
