"""The list of methods is complete: what is called is counted by its name."""

import re
from pathlib import Path

import bot
from bot.slack.outbound.methods import METHODS, OUTCOMES
from bot.slack.outbound.web import Sent

TOP = Path(bot.__file__).parent
IN_USE = re.compile(
    r'"((?:apps|auth|bots|chat|conversations|users|usergroups|views)\.[a-zA-Z.]+)"'
)
OF_TRIALS = {"chat.delete"}  # what `doctor --live` cleans up with


def test_every_method_that_is_called_is_in_the_list():
    files = [one for one in TOP.rglob("*.py") if "sandbox" not in one.parts]
    called = {name for one in files for name in IN_USE.findall(one.read_text())}

    assert called - OF_TRIALS == METHODS - {"response_url"}


def test_each_way_in_which_a_call_ends_has_its_name():
    ends = (
        Sent(ok=True),
        Sent(ok=False, error="ratelimited"),
        Sent(ok=False, error="http_502"),
        Sent(ok=False, error="token_revoked"),
        Sent(ok=False, error="channel_not_found"),
    )

    assert tuple(one.outcome for one in ends) == OUTCOMES
