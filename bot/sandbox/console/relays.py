"""The relays on the panel: what each target went through, and what it may go through.

What a menu lets a relay go through happens in the cloud, and Tencent tells the bot of
it, unless the way there is cut.
"""

from collections.abc import Sequence

from bot.sandbox.aliases import Json
from bot.sandbox.cloud import LoopbackCloud
from bot.sandbox.cloud.callbacks import Callbacks
from bot.sandbox.cloud.state import Relay
from bot.sandbox.console.guard import Refused
from bot.sandbox.console.menu import Entry, Knob, masked, menu

# What a target went through last, as people say it; and whether it carries a stream.
_STANDS = {
    "start": "running",
    "recover": "recovered",
    "fail": "failed",
    "stop": "stopped",
    "end": "ended",
}
_RUNNING = {"start", "recover"}

_OF_A_TARGET = {
    "recover": "Interrupt, then recover",
    "fail": "Push fails",
    "end": "Push ends",
}
_OF_A_RELAY = {
    "recover": "Interrupt all targets, then recover",
    "fail": "All pushes fail",
    "end": "Relay ends, as in an empty room",
}
_SAID = {"recover": "interrupted, recovered", "fail": "failed", "end": "ended"}


class Relays:
    """The relays of *cloud*, as rows with menus, and the knobs of these menus."""

    def __init__(self, cloud: LoopbackCloud) -> None:
        self._cloud = cloud
        self.knobs: dict[str, Knob] = {
            "relay": self._happens,
            "callbacks": self._switch,
        }

    # ── what is shown ────────────────────────────────────────────────────────────

    def row(self, relay: Relay) -> Json:
        """Return *relay* as a page shows it, without menus."""
        return {
            "task": relay.task_id,
            "robot": relay.agent,
            "room": relay.room,
            "region": relay.region,
            "started": relay.started_at,
            "stopped": relay.stopped_at,
            "targets": [self._target(relay, url) for url in relay.urls],
        }

    def callbacks(self) -> Json | None:
        """Return how the callbacks do: are they *on*, how many wait or were lost."""
        calls = self._cloud.callbacks
        if calls is None:
            return None
        return {
            "on": not calls.is_cut,
            "taken": len(calls.accepted),
            "waiting": len(calls.waiting),
            "lost": len(calls.lost),
        }

    def _target(self, relay: Relay, url: str) -> Json:
        went, waiting = "", 0
        if calls := self._cloud.callbacks:
            went = calls.went.get((relay.task_id, url), "")
            waiting = sum(_is_of(event, relay, url) for event in calls.waiting)
        return {
            "url": masked(url),
            "status": _STANDS.get(went, ""),
            "runs": relay.stopped_at is None and (not went or went in _RUNNING),
            "waiting": waiting,
        }

    # ── what is offered ──────────────────────────────────────────────────────────

    def relay_menu(self, relay: Relay) -> list[Json]:
        """Return what all targets of *relay* may go through together."""
        if relay.stopped_at is not None:
            return []
        offered = _OF_A_RELAY if self._cloud.callbacks else {"end": _OF_A_RELAY["end"]}
        return menu(
            Entry(label, "relay", {"task": relay.task_id, "what": what})
            for what, label in offered.items()
        )

    def target_menu(self, relay: Relay, number: int) -> list[Json]:
        """Return what the target at *number* may go through by itself."""
        if not self._cloud.callbacks or not self._runs(relay, number):
            return []
        named = {"task": relay.task_id, "target": number}
        return menu(
            Entry(label, "relay", {**named, "what": what})
            for what, label in _OF_A_TARGET.items()
        )

    def _runs(self, relay: Relay, number: int) -> bool:
        return bool(self._target(relay, relay.urls[number])["runs"])

    # ── the knobs ────────────────────────────────────────────────────────────────

    async def _happens(self, body: Json) -> str:
        relay, what = self._named(body), str(body.get("what", ""))
        if what not in _OF_A_RELAY:
            raise Refused(f"what: one of {', '.join(_OF_A_RELAY)}.")
        number = body.get("target")
        if number is None:
            self._go(relay, what, range(len(relay.urls)))
            return f"Room {relay.room}: all targets {_SAID[what]}."
        if not isinstance(number, int) or number not in range(len(relay.urls)):
            raise Refused("target: there is no such target.", 404)
        if not self._runs(relay, number):
            raise Refused("This target has ended.", 409)
        self._go(relay, what, [number])
        return f"Room {relay.room}: target {number + 1} {_SAID[what]}."

    async def _switch(self, body: Json) -> str:
        calls = self._callbacks()
        if body.get("on") is True:
            calls.mend()
            return "Callbacks reach the bot."
        if body.get("on") is False:
            calls.cut()
            return "Callbacks do not reach the bot; each is tried for a minute."
        raise Refused("on: true or false.")

    def _go(self, relay: Relay, what: str, targets: Sequence[int]) -> None:
        """Let *targets* go through *what*; a relay whose targets all ended has ended.

        One whose targets failed is not: it goes on until it is stopped.
        """
        for number in targets:
            if self._cloud.callbacks and self._runs(relay, number):
                self._cloud.callbacks.tell(relay, what, target=number)
        over = not any(self._runs(relay, n) for n in range(len(relay.urls)))
        if what == "end" and (over or len(targets) == len(relay.urls)):
            self._cloud.state.end_relay(relay)

    def _named(self, body: Json) -> Relay:
        relay = self._cloud.state.relays.get(str(body.get("task", "")))
        if relay is None:
            raise Refused("task: there is no such relay.", 404)
        if relay.stopped_at is not None:
            raise Refused("This relay has ended.", 409)
        return relay

    def _callbacks(self) -> Callbacks:
        if self._cloud.callbacks is None:
            raise Refused("This cloud calls nobody back.", 409)
        return self._cloud.callbacks


def _is_of(event: Json, relay: Relay, url: str) -> bool:
    info = event["EventInfo"]  # which of a room's events has neither
    is_its = info.get("TaskId") == relay.task_id
    return bool(is_its and info["Payload"]["Url"] == url)
