"""Since when a list goes back: `since=24h`, `since=yesterday`, `since=2026-11-20`."""

from dataclasses import dataclass
from datetime import UTC, datetime

from bot.dialogue.ask import Ask
from bot.dialogue.outcome import Span, When, said
from bot.errors import InvalidRequest
from bot.grammar.times import duration_of, gone_by, names_zone
from bot.i18n import _
from bot.operations.service import Service

SINCE = "since"


@dataclass(frozen=True, slots=True)
class Since:
    """The moment *at*; *in_utc*: read as one of UTC, for want of the reader's zone."""

    at: datetime
    in_utc: bool = False

    @property
    def text(self) -> str:
        """What is typed for it: a moment, which stays where it is from page to page."""
        return f"{SINCE}={self.at:%Y-%m-%dT%H:%M:%SZ}"

    @property
    def spans(self) -> tuple[Span, ...]:
        """What is read of it above a list."""
        sentence = (
            _("Since {when} (UTC: Slack does not say your time zone yet)")
            if self.in_utc
            else _("Since {when}")
        )
        return said(sentence, when=When(self.at))


def since_in(ask: Ask, service: Service) -> Since | None:
    """Return since when *ask* wants a list, if it says so.

    Raises:
        InvalidRequest: it is no past moment.
    """
    text = ask.value(SINCE).strip()
    if not text:
        return None
    now, zone = service.now(), service.zone(ask.who)
    at = gone_by(text, now, zone or UTC)
    if at is None:
        sentence = _("“{text}” is no span: write 24h, yesterday or 2026-11-20.")
        raise InvalidRequest({SINCE: sentence.format(text=text[:40])})
    if at > now:
        sentence = _("“{text}” is still to come.")
        raise InvalidRequest({SINCE: sentence.format(text=text[:40])})
    is_clock = duration_of(text) is None and not names_zone(text)
    return Since(at, in_utc=zone is None and is_clock)
