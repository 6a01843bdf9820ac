"""What Slack posts by itself at a time, as far as a bot sees it: three methods.

https://docs.slack.dev/reference/methods/chat.scheduleMessage
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from bot.slack.outbound.web import Sent
from tests.fakes.slack import FakeSlack, refused

KEPT = 60  # seconds before its time, in which none is given back


class Schedule:
    """What is *waiting* to be posted by Slack, by name, and what was *posted*."""

    def __init__(self, slack: FakeSlack, now: Callable[[], datetime]) -> None:
        self._now = now
        self._made = 0
        self.waiting: dict[str, dict[str, Any]] = {}
        self.posted: list[dict[str, Any]] = []
        slack.data |= {
            "chat.scheduleMessage": self._schedule,
            "chat.deleteScheduledMessage": self._delete,
            "chat.scheduledMessages.list": self._listed,
        }

    @property
    def times(self) -> list[int]:
        """When what is waiting will be posted, as Unix times."""
        return sorted(one["post_at"] for one in self.waiting.values())

    def pass_time(self) -> None:
        """Post what is due by now."""
        now = self._now().timestamp()
        for name, one in list(self.waiting.items()):
            if one["post_at"] <= now:
                self.posted.append(self.waiting.pop(name))

    def _schedule(self, call: dict[str, Any]) -> dict[str, Any]:
        self._made += 1
        name = f"Q{self._made}"
        self.waiting[name] = call
        return {"channel": call["channel"], "scheduled_message_id": name}

    def _delete(self, call: dict[str, Any]) -> dict[str, Any] | Sent:
        self.pass_time()
        one = self.waiting.get(call["scheduled_message_id"])
        if one is None or one["post_at"] - self._now().timestamp() <= KEPT:
            return refused("invalid_scheduled_message_id")
        del self.waiting[call["scheduled_message_id"]]
        return {}

    def _listed(self, call: dict[str, Any]) -> dict[str, Any]:
        self.pass_time()
        there = [
            {"id": name, "post_at": one["post_at"], "text": one["text"]}
            for name, one in self.waiting.items()
            if one["channel"] == call["channel"]
            and int(call["oldest"]) <= one["post_at"] <= int(call["latest"])
        ]
        return {"scheduled_messages": there}
