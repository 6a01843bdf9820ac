"""CAR's side of the loopback cloud: sessions by their user, units, publishing.

A unit is kept for whoever has a session or has reserved one. Where *reserving* is on, a
session is opened only for whom one was reserved in time, as in most projects.
"""

import base64
import json
import os
from collections.abc import Callable
from typing import Any

from bot.sandbox.cloud.checks import CloudFault
from bot.sandbox.cloud.state import CloudState

Fields = dict[str, Any]

RESERVED_FOR = 60.0  # seconds


class Renders:
    """Opens, counts, publishes and ends sessions, in *state*."""

    def __init__(self, state: CloudState) -> None:
        self._state = state
        self.reserving = False
        self.reserved: dict[str, float] = {}  # until when, by user
        self.published: dict[str, str] = {}  # where to, by user
        self.actions: dict[str, Callable[[Fields], Fields]] = {
            "ApplyConcurrent": self._apply,
            "CreateSession": self._create,
            "DestroySession": self._destroy,
            "DescribeConcurrentCount": self._count,
            "StartPublishStream": self._publish,
            "StartPublishStreamWithURL": self._publish,
            "StopPublishStream": self._unpublish,
        }

    @property
    def held(self) -> set[str]:
        """The users for whom a unit is not idle."""
        now = self._state.clock()
        self.reserved = {user: at for user, at in self.reserved.items() if at > now}
        return {*self._state.renders, *self.reserved}

    def end(self, user: str) -> bool:
        """Let the session of *user* end by itself; False if there is none."""
        self.published.pop(user, None)
        return self._state.renders.pop(user, None) is not None

    def turn(self, words: list[str]) -> str:
        """Do what a line of a script says; "" if it says nothing of sessions."""
        match words:
            case ["car", "units", count] if count.isdigit():
                self._state.idle_units = int(count)
                return f"CAR has {count} units."
            case ["car", "reserving", ("on" | "off") as how]:
                self.reserving = how == "on"
                return f"A session needs a reservation: {how}."
            case ["car", "end", user]:
                ended = self.end(user)
                return f"{user} has no session any more." if ended else "Nobody has."
        return ""

    def rows(self) -> list[dict[str, str]]:
        """Return a row for each user who has a session, or a reservation."""
        rows = []
        for user in sorted(self.held):
            opened = "open" if user in self._state.renders else "reserved"
            to = self.published.get(user, "")
            rows.append({"user": user, "state": opened, "to": to})
        return rows

    # ── what the actions do ──────────────────────────────────────────────────────

    def _take_unit(self, user: str) -> None:
        if len(self.held - {user}) >= self._state.idle_units:
            raise CloudFault("ResourceNotFound.NoIdle", "No concurrency is idle.")

    def _apply(self, fields: Fields) -> Fields:
        self._take_unit(fields["UserId"])
        self.reserved[fields["UserId"]] = self._state.clock() + RESERVED_FOR
        return {}

    def _create(self, fields: Fields) -> Fields:
        user = fields["UserId"]
        if not fields.get("ClientSession") and not fields.get("RunMode"):
            raise CloudFault("InvalidParameterValue", "ClientSession is empty.")
        self._take_unit(user)
        if self.reserving and user not in self.held:
            raise CloudFault("FailedOperation.LockTimeout", "Nothing was reserved.")
        self.reserved.pop(user, None)
        self._state.renders[user] = fields
        session = {"user": user, "token": os.urandom(8).hex()}
        packed = base64.b64encode(json.dumps(session).encode()).decode()
        return {"ServerSession": packed}

    def _destroy(self, fields: Fields) -> Fields:
        self.end(fields["UserId"])
        return {}

    def _count(self, _fields: Fields) -> Fields:
        return {"Total": self._state.idle_units, "Running": len(self.held)}

    def _running(self, fields: Fields) -> str:
        user = str(fields["UserId"])
        if user not in self._state.renders:
            code = "ResourceNotFound.SessionNotFound"
            raise CloudFault(code, "The session is not found.")
        return user

    def _publish(self, fields: Fields) -> Fields:
        user = self._running(fields)
        url = fields.get("PublishStreamURL", "")
        if url and not url.startswith("rtmp://"):
            raise CloudFault("InvalidParameter", "PublishStreamURL is not rtmp.")
        self.published[user] = url or "the bound domain"
        return {}

    def _unpublish(self, fields: Fields) -> Fields:
        self.published.pop(self._running(fields), None)
        return {}
