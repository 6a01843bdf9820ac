"""What a card says that is shown where it cannot be kept up to date."""

import pytest

from bot.slack.outbound.unkept import with_remark

INVITES = "Invite the bot to this channel to keep this card live."
STAYS = (
    "Slack takes no messages of the bot here (is_archived): this card stays as it is."
)


@pytest.mark.parametrize(
    ("error", "says"),
    [
        ("", INVITES),
        ("not_in_channel", INVITES),
        ("channel_not_found", INVITES),
        ("is_archived", STAYS),
    ],
)
def test_an_invitation_stands_only_where_it_would_help(error, says):
    blocks = [{"type": "divider"}]

    assert with_remark({"text": "told"}, error)["text"] == f"told\n{says}"
    added = with_remark({"text": "told", "blocks": blocks}, error)["blocks"]
    assert added[0] == blocks[0]
    assert says in str(added[1:])
