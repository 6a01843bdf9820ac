"""The co-stream sessions of the loopback cloud: which phones are selected, and online.

Phones go offline and come back, a session grows or is gone, and an answer may leave a
list out.
"""

import copy
from typing import Any

PHONES = tuple(f"RK8S37P1402445263_{number:08x}" for number in range(1, 101))

# Sessions that exist from the start. The second leaves out a documented field, the
# third has a hundred phones, the last an ID of another kind: the page's own example.
SESSIONS: dict[str, dict[str, Any]] = {
    "1326515201117065216": {
        "MasterInstanceId": "RK8S37P1402445261_3f86d6f5-2db9-4903-a70d-889987c9b2ac",
        "OnlineInstanceIds": [
            "RK8S37P1402445261_36732e29-74db-448c-8154-c53181391cb8",
            "RK8S37P1402445261_69f8d3e2-8867-462c-a8cf-7c1d1a527782",
        ],
        "AvailableInstanceIds": [
            "RK8S37P1402445261_36732e29-74db-448c-8154-c53181391cb8",
            "RK8S37P1402445261_69f8d3e2-8867-462c-a8cf-7c1d1a527782",
            "RK8S37P1402445261_95de5774-0f9f-4cc2-aa67-58d41378d209",
        ],
    },
    "1326515201117065217": {
        "MasterInstanceId": "RK8S37P1402445262_5d2f7f7e-0f0a-4a53-9d11-6b8a0f2f7c11",
        "OnlineInstanceIds": [],
    },
    "1326515201117065218": {
        "MasterInstanceId": PHONES[0],
        "OnlineInstanceIds": list(PHONES[25:]),
        "AvailableInstanceIds": list(PHONES),
    },
    "session-id": {"OnlineInstanceIds": [], "AvailableInstanceIds": []},
}

ONLINE, SELECTED = "OnlineInstanceIds", "AvailableInstanceIds"
HAPPENS = ("offline", "online", "grow", "unsaid", "gone")
MOST = 1000  # phones that come, or go, at once


class Phones:
    """The sessions of one cloud, by their SessionId."""

    def __init__(self) -> None:
        self.sessions = copy.deepcopy(SESSIONS)

    def happen(self, session: str, what: str, count: int = 1) -> str:
        """Let *what* of `HAPPENS` happen to *count* phones of *session*; say what did.

        `grow` selects more phones, which are online; `unsaid` leaves out from now on
        who is selected; after `gone` the session cannot be looked up any more.
        """
        lists = self.sessions.get(session)
        if lists is None:
            return "There is no such session."
        if what == "gone":
            del self.sessions[session]
        elif what == "unsaid":
            lists.pop(SELECTED, None)
        else:
            self._phones(lists, what, count)
        online, selected = lists.get(ONLINE, []), lists.get(SELECTED, [])
        return f"{session}: {what}. {len(online)} online, {len(selected)} selected."

    def _phones(self, lists: dict[str, Any], what: str, count: int) -> None:
        online, selected = lists[ONLINE], lists.setdefault(SELECTED, [])
        if what == "offline":
            lists[ONLINE] = online[: max(len(online) - count, 0)]
        elif what == "online":
            away = [one for one in selected if one not in online]
            lists[ONLINE] = online + away[:count]
        else:
            first = len(selected) + 1
            new = [f"RK8S37P1402445264_{first + n:08x}" for n in range(count)]
            lists[ONLINE], lists[SELECTED] = online + new, selected + new
