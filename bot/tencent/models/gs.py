"""GS: co-stream sessions, in which one cloud phone leads and many follow.

The action is not in the public SDK, and its page has another action's description:
its meaning is taken from its name and its fields.
"""

import re
from typing import Annotated

from bot.i18n import _
from bot.ids import SessionId
from bot.tencent.models.base import (
    Api,
    Deadline,
    Level,
    Repeat,
    Reply,
    Request,
)
from bot.tencent.models.exits import NO_EXIT
from bot.tencent.models.values import Like, Many

GS = Api(
    name="gs",
    version="2019-11-18",
    regional=False,  # the page has it optional; it is not sent
    page="https://cloud.tencent.com/document/product/1162",
)

# Text all the way: 19 digits are more than a JSON number holds exactly. The page says
# only that it is text, so other ones are asked for, too; it costs nothing.
USUAL_ID = re.compile(r"[0-9]{19}")
CoStreamId = Annotated[
    SessionId,
    Like(
        r"[A-Za-z0-9_-]{1,64}",
        lambda: _("The {what} takes 1 to 64 letters, digits, “_” and “-”."),
    ),
    NO_EXIT,
]


class CoStreamSlaves(Reply):
    """Who follows in a session. None is "not in the answer", which is not "nobody"."""

    master_instance_id: str | None = None
    online_instance_ids: Many[str] | None = None
    available_instance_ids: Many[str] | None = None  # those selected

    @property
    def offline_instance_ids(self) -> tuple[str, ...] | None:
        """Those selected that are not online; None if a list is missing."""
        if self.available_instance_ids is None or self.online_instance_ids is None:
            return None
        online = set(self.online_instance_ids)
        return tuple(one for one in self.available_instance_ids if one not in online)


class DescribeCloudPhoneMultipleStreamSessionSlaves(Request[CoStreamSlaves]):
    """Look up who follows in a co-stream session."""

    service = GS
    action = "DescribeCloudPhoneMultipleStreamSessionSlaves"
    permit = "gs.show"
    level = Level.READ
    repeat = Repeat.SAFE
    rate = 18
    deadline = Deadline(attempt=4, connect=1.5, read=2.5, overall=12)
    reply = CoStreamSlaves
    page = (
        "https://console.cloud.tencent.com/api/explorer?Product=gs&Version=2019-11-18"
        "&Action=DescribeCloudPhoneMultipleStreamSessionSlaves"
    )

    session_id: CoStreamId
