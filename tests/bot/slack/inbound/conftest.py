"""The front door, between fakes."""

import pytest

from tests.bot.slack.inbound.front import Front


@pytest.fixture
def front():
    return Front()
