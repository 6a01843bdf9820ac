"""The co-stream sessions on the panel: how many phones are online, and what may happen.

A session stands there from the start; what a menu lets happen is seen by the next
look-up.
"""

from bot.sandbox.aliases import Json
from bot.sandbox.cloud import LoopbackCloud
from bot.sandbox.cloud.phones import HAPPENS, MOST, ONLINE, SELECTED
from bot.sandbox.console.guard import Refused
from bot.sandbox.console.menu import Entry, Knob, menu

_LABELS = {
    "offline": "A phone goes offline",
    "online": "A phone comes online",
    "grow": "50 more phones",
    "unsaid": "Leave out who is selected",
    "gone": "The session ends",
}
_COUNTS = {"grow": 50}


class PhoneKnobs:
    """The co-stream sessions of *cloud*, as rows with menus, and their knob."""

    def __init__(self, cloud: LoopbackCloud) -> None:
        self._cloud = cloud
        self.knobs: dict[str, Knob] = {"phones": self._happens}

    def rows(self) -> list[Json]:
        """Return each session, how many of its phones are online, what may happen."""
        return [
            {
                "session": session,
                "online": len(lists.get(ONLINE, ())),
                "selected": len(lists[SELECTED]) if SELECTED in lists else None,
                "menu": menu(self._entry(session, what) for what in HAPPENS),
            }
            for session, lists in self._cloud.state.phones.sessions.items()
        ]

    def _entry(self, session: str, what: str) -> Entry:
        sends = {"session": session, "what": what, "count": _COUNTS.get(what, 1)}
        return Entry(_LABELS[what], "phones", sends)

    async def _happens(self, body: Json) -> str:
        session, what = str(body.get("session", "")), str(body.get("what", ""))
        count = body.get("count", 1)
        if what not in HAPPENS:
            raise Refused(f"what: one of {', '.join(HAPPENS)}.")
        if not isinstance(count, int) or not 1 <= count <= MOST:
            raise Refused(f"count: a number from 1 to {MOST}.")
        if session not in self._cloud.state.phones.sessions:
            raise Refused("session: there is no such session.", 404)
        return self._cloud.state.phones.happen(session, what, count)
