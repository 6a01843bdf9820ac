"""A process takes as many descriptors as it is allowed, and keeps some in hand."""

import json
import resource
import subprocess
import sys

import pytest

from bot.runtime.descriptors import IN_HAND, MOST

CODE = """
import json, resource, sys
from bot.runtime import descriptors
soft, hard = map(int, sys.argv[1:])
resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
raised = descriptors.raise_limit()
print(json.dumps([raised, descriptors.limit(), descriptors.first_in_hand()]))
"""
HARD = min(resource.getrlimit(resource.RLIMIT_NOFILE)[1], 4096)


def raised(soft, hard):
    """Return what a process with these limits raises its own to, and keeps in hand."""
    told = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", CODE, str(soft), str(hard)],
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(told.stdout)


@pytest.mark.parametrize(
    ("soft", "hard", "limit", "first_in_hand"),
    [
        (256, HARD, HARD, HARD - IN_HAND),
        (HARD, HARD, HARD, HARD - IN_HAND),
        (100, 100, 100, 50),  # half of few
    ],
)
def test_the_soft_limit_is_raised_to_the_hard_one(soft, hard, limit, first_in_hand):
    assert HARD <= MOST
    assert raised(soft, hard) == [limit, limit, first_in_hand]
