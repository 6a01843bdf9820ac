"""What Slack has no time for is asked again, in its time, and not for ever."""

import pytest

from bot.live.trial import TRIES, Ports, Trial
from bot.slack.outbound.web import Sent
from tests.fakes.slack import refused

BUSY = refused("ratelimited", retry_after=3.0)
OK = Sent(ok=True)


@pytest.mark.parametrize(
    ("answers", "ends", "naps"),
    [
        ([OK], OK, []),
        ([refused("no_text")], refused("no_text"), []),
        ([refused("timeout")], refused("timeout"), []),
        ([BUSY, OK], OK, [3.0]),
        ([refused("ratelimited"), OK], OK, [1.0]),
        ([BUSY] * TRIES, BUSY, [3.0, 3.0]),
    ],
)
async def test_only_where_it_was_too_much_it_is_asked_again(answers, ends, naps):
    slept, waiting = [], list(answers)

    async def nap(seconds):
        slept.append(seconds)

    async def ask():
        return waiting.pop(0)

    nothing = dict.fromkeys(("now", "random_bytes", "slack", "cloud", "write"))
    names = set(Trial.__slots__) - {"ports"}
    trial = Trial(ports=Ports(sleep=nap, **nothing), **dict.fromkeys(names))

    assert await trial.patiently(ask) == ends
    assert (slept, waiting) == (naps, [])
