"""A token that Slack does not take ends the start; a Slack that is away does not."""

import json
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.errors import SettingsError
from bot.slack.outbound.web import AWAY, TOO_FAST, Sent
from bot.slack.tokens import accepted
from tests.fakes.clock import FakeClock
from tests.fakes.slack import refused

ERRORS = json.loads((Path(__file__).parents[2] / "data/slack-errors.json").read_text())
SETTINGS = {
    "auth.test": "SLACK_BOT_TOKEN",
    "apps.connections.open": "SLACK_APP_TOKEN",
}
OWN = ["http_429", "http_500", "http_503", "timeout", "unreachable", "of_tomorrow"]
WORDS = [
    (setting, word)
    for method, setting in SETTINGS.items()
    for word in sorted({*ERRORS[method], *ERRORS["*"], *OWN})
]


async def ends_with(setting, *answers):
    """Return how it ends, and the pauses; Slack's answers are *answers*."""
    clock, left = FakeClock(), list(answers)

    async def ask():
        return left.pop(0)

    try:
        sent = await accepted(setting, ask, clock.sleep)
    except SettingsError as error:
        return str(error), clock.naps
    return sent, clock.naps


@pytest.mark.parametrize(("setting", "word"), WORDS)
async def test_only_what_passes_by_itself_is_waited_for(setting, word):
    taken = Sent(ok=True)
    transient = word in AWAY | TOO_FAST or word.startswith("http_5")

    ended = await ends_with(setting, refused(word), taken)

    if transient:
        assert ended == (taken, [1.0])
    else:
        assert ended == (f"{setting}: Slack says {word}", [])


async def test_while_slack_is_away_the_log_names_its_address():
    clock, left = FakeClock(), [refused("unreachable"), Sent(ok=True)]

    async def ask():
        return left.pop(0)

    with capture_logs() as logs:
        await accepted("S", ask, clock.sleep, "https://slack.com/api/")

    assert logs == [
        {
            "event": "slack.away",
            "log_level": "critical",
            "error": "unreachable",
            "again_in": 1.0,
            "address": "https://slack.com/api/",
        }
    ]


async def test_it_waits_as_long_as_slack_says():
    busy = refused("ratelimited", retry_after=30.0)

    _sent, pauses = await ends_with("S", busy, refused("timeout"), Sent(ok=True))

    assert pauses == [30.0, 2.0]


async def test_what_is_no_word_of_slacks_may_be_the_wrong_address():
    told, _pauses = await ends_with("SLACK_BOT_TOKEN", refused("http_404"))

    assert told == "SLACK_API_URL, or SLACK_BOT_TOKEN: the answer is http_404"
