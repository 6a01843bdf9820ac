"""CAR's sessions on the panel: who has one, what it publishes to, how many units."""

from bot.sandbox.aliases import Json
from bot.sandbox.cloud import LoopbackCloud
from bot.sandbox.console.guard import Refused
from bot.sandbox.console.menu import Entry, Knob, masked, menu

MOST_UNITS = 1000


class Sessions:
    """The sessions of *cloud*, with what may happen to them, and their knobs."""

    def __init__(self, cloud: LoopbackCloud) -> None:
        self._cloud = cloud
        self.knobs: dict[str, Knob] = {
            "session": self._end,
            "units": self._units,
            "reserving": self._reserving,
        }

    def rows(self) -> list[Json]:
        """Return a row for each user who has a session, or a reservation."""
        return [
            {**one, "to": _shown(one["to"]), "menu": menu(_offers(one))}
            for one in self._cloud.renders.rows()
        ]

    def units(self) -> Json:
        """Return how many units there are, and what may be turned of them."""
        total, on = self._cloud.state.idle_units, self._cloud.renders.reserving
        word = "Open without a reservation" if on else "Open only what was reserved"
        entries = [
            Entry("One unit more", "units", {"count": total + 1}),
            Entry("One unit less", "units", {"count": total - 1}) if total else None,
            Entry(word, "reserving", {"on": not on}),
        ]
        held = len(self._cloud.renders.held)
        return {"total": total, "held": held, "menu": menu(entries)}

    async def _end(self, body: Json) -> str:
        user = str(body.get("user", ""))
        if not self._cloud.renders.end(user):
            raise Refused("user: they have no session.", 404)
        return f"{user} has no session any more."

    async def _units(self, body: Json) -> str:
        count = body.get("count")
        if not isinstance(count, int) or not 0 <= count <= MOST_UNITS:
            raise Refused(f"count: a number from 0 to {MOST_UNITS}.")
        self._cloud.state.idle_units = count
        return f"CAR has {count} units."

    async def _reserving(self, body: Json) -> str:
        self._cloud.renders.reserving = body.get("on") is True
        how = "on" if self._cloud.renders.reserving else "off"
        return f"A session needs a reservation: {how}."


def _offers(row: dict[str, str]) -> list[Entry]:
    if row["state"] != "open":
        return []
    return [Entry("Let it end", "session", {"user": row["user"]})]


def _shown(place: str) -> str:
    return masked(place) if "://" in place else place
