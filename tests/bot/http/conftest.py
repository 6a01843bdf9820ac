"""Those who visit a server are gone when the test is over."""

from contextlib import AsyncExitStack

import pytest


@pytest.fixture
async def stack():
    async with AsyncExitStack() as made:
        yield made
