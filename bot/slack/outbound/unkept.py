"""What a card says that is shown where it cannot be kept up to date."""

from collections.abc import Mapping
from typing import Any

from bot.dialogue.outcome import Outcome
from bot.i18n import _
from bot.slack.render import plain
from bot.slack.render.blocks import message

# Slack's words where the bot is no member; "" if nothing else was tried.
NOT_THERE = {"", "not_in_channel", "channel_not_found"}


def with_remark(body: Mapping[str, Any], error: str) -> Mapping[str, Any]:
    """Return *body* with why it stays as it is: Slack's *error*, before it."""
    sentence = (
        _("Invite the bot to this channel to keep this card live.")
        if error in NOT_THERE
        else _(
            "Slack takes no messages of the bot here ({error}): this card stays as it"
            " is."
        ).format(error=error)
    )
    remark = message(Outcome(headline=(sentence,)))
    if not body.get("blocks"):
        return {**body, "text": f"{body.get('text', '')}\n{remark['text']}"}
    return {**body, "blocks": [*body["blocks"], *plain.reduced(remark["blocks"])]}
