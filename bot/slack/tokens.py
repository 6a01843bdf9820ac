"""Whether Slack takes the tokens, asked before anything stands on them.

A wrong token, or one without a scope that everything needs, ends the start with a
sentence that names the setting. A Slack that is away is waited for.
"""

from collections.abc import Awaitable, Callable
from itertools import chain, repeat

import structlog

from bot.errors import SettingsError
from bot.slack.outbound.web import Sent

PAUSES = (1.0, 2.0, 5.0, 10.0)  # seconds between tries

Sleep = Callable[[float], Awaitable[None]]

log = structlog.get_logger(__name__)


async def accepted(
    setting: str, ask: Callable[[], Awaitable[Sent]], sleep: Sleep, address: str = ""
) -> Sent:
    """Return what *ask* ends with once Slack has taken the token of *setting*.

    *address* is where it asks, for the log.

    Raises:
        SettingsError: Slack does not take it.
    """
    for pause in chain(PAUSES, repeat(PAUSES[-1])):
        sent = await ask()
        if sent.ok:
            return sent
        if not sent.transient:
            raise SettingsError(_why(setting, sent.error))
        facts = {"error": sent.error, "again_in": pause}
        log.critical("slack.away", **facts, address=address)
        await sleep(max(pause, sent.retry_after))
    raise AssertionError  # the pauses never end


def _why(setting: str, word: str) -> str:
    if word.startswith("http_"):  # no word of Slack's: who has answered?
        return f"SLACK_API_URL, or {setting}: the answer is {word}"
    return f"{setting}: Slack says {word}"
