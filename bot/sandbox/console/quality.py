"""What the CDN gets of a target: what the menu on the panel lets happen to that."""

from bot.sandbox.aliases import Json
from bot.sandbox.cloud import LoopbackCloud
from bot.sandbox.cloud.pushes import BLACK, FALLS, FORBIDDEN, HOW, VANISHES, WELL
from bot.sandbox.cloud.state import Relay
from bot.sandbox.console.guard import Refused
from bot.sandbox.console.menu import Entry, Knob, menu

_LABELS = {
    FALLS: "CDN: bit rate falls to two fifths",
    BLACK: "CDN: picture goes black",
    VANISHES: "CDN: stream is not listed",
    FORBIDDEN: "CDN: stream is forbidden",
    WELL: "CDN: as usual again",
}


class Quality:
    """What the CDN of *cloud* gets, as entries of menus, and their knob."""

    def __init__(self, cloud: LoopbackCloud) -> None:
        self._cloud = cloud
        self.knobs: dict[str, Knob] = {"push": self._happens}

    def target_menu(self, relay: Relay, number: int) -> list[Json]:
        """Return what the CDN may get of the target at *number*."""
        if relay.stopped_at is not None:
            return []
        now = self._cloud.pushes.how(relay.urls[number])
        named = {"task": relay.task_id, "target": number}
        return menu(
            Entry(label, "push", {**named, "how": how})
            for how, label in _LABELS.items()
            if how != now
        )

    async def _happens(self, body: Json) -> str:
        relay = self._cloud.state.relays.get(str(body.get("task", "")))
        how, number = str(body.get("how", "")), body.get("target")
        if relay is None or relay.stopped_at is not None:
            raise Refused("task: no such relay runs.", 404)
        if how not in HOW:
            raise Refused(f"how: one of {', '.join(HOW)}.")
        if number is not None and number not in range(len(relay.urls)):
            raise Refused("target: there is no such target.", 404)
        self._cloud.pushes.happens(relay, how, number)
        return f"Room {relay.room}: {_LABELS[how]}."
