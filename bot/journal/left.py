"""What an earlier run of the bot was sending when it died, as it is told of."""

from dataclasses import replace

from bot.i18n import _, reading_in
from bot.journal.evidence import Headline
from bot.journal.model import Intent
from bot.states import State

LEFT = "patchbay.NoAnswer"  # the code of a request that a run died over


def is_left(intent: Intent, alone: str | None) -> bool:
    """Tell whether it is a start that another run was sending, which is dead.

    That is certain where one run (*alone*) is all that there can be. What else that
    was sending is sent again.
    """
    left = alone and intent.state is State.SENDING and intent.owner != alone
    return bool(left) and intent.subject.creates


def left_text(locale: str) -> str:
    """Return what is told, in *locale*, of a request that a run died over."""
    with reading_in(locale):
        return _("Patchbay was stopped while the request was on its way.")


def as_read(intent: Intent, alone: str | None) -> Intent:
    """Return *intent* as it is told of.

    What another run than the only one (*alone*) was sending is unknown, before `former`
    has come to it too.
    """
    if not is_left(intent, alone):
        return intent
    text = left_text(intent.asker.locale)
    settlement = replace(intent.settlement, error_code=LEFT, error_text=text)
    standing = replace(
        intent.standing,
        state=State.UNKNOWN,
        headline=Headline.UNKNOWN,
        code=LEFT,
        text=text,
    )
    return replace(
        intent, state=State.UNKNOWN, settlement=settlement, standing=standing
    )
