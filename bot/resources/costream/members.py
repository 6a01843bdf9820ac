"""Which phone is in a session, and how it stood when the session was looked up."""

from bot.i18n import _
from bot.journal.model import Intent
from bot.resources.costream.ids import SHORTEST_START
from bot.states import State
from bot.tencent.models.gs import CoStreamSlaves


def stood(intent: Intent, phone: str) -> str:
    """Return how *phone* stood at the look-up *intent*; "" if it was not told there.

    An ID is known by its end, too: cards show no more of it where all begin alike.
    """
    if intent.state is not State.DONE or len(phone) < SHORTEST_START:
        return ""
    reply = CoStreamSlaves.model_validate(dict(intent.settlement.reply))
    for ids, sentence in (
        (reply.offline_instance_ids, _("{phone} was selected but offline.")),
        (reply.online_instance_ids, _("{phone} was online.")),
        (reply.available_instance_ids, _("{phone} was selected.")),
        ((reply.master_instance_id or "",), _("{phone} was the master.")),
    ):
        if any(one.casefold().endswith(phone.casefold()) for one in ids or ()):
            return sentence.format(phone=phone)
    return ""
