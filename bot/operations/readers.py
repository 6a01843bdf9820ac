"""In which language a notice is read: its asker's, its channel's, or the operators'."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.dialogue.outcome import Audience
from bot.i18n import AS_ASKED, DEFAULT_LOCALE, Languages
from bot.ids import SlackUserId
from bot.journal.model import Notification


def _not_known(_user: SlackUserId) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Readers:
    """Who reads what is delivered.

    *locale_of* returns what a person's Slack is in, or nothing if that is not known;
    then it is what it was when they asked.
    """

    languages: Languages = AS_ASKED
    locale_of: Callable[[SlackUserId], str] = _not_known
    ops_channel: str = ""

    def locale(self, notification: Notification) -> str:
        """Return the language in which *notification* is to be drawn."""
        intent = notification.intent
        asked_in = intent.asker.locale if intent else DEFAULT_LOCALE
        if notification.audience is Audience.OPS:
            return self.languages.at(self.ops_channel, asked_in)
        if intent is None:
            return asked_in
        asker = intent.asker
        if notification.audience is Audience.ASKER:
            return self.locale_of(asker.user) or asked_in
        return self.languages.at(asker.channel, asked_in, direct=asker.direct)


BY_ASKER = Readers()  # each in the language that its asker had
