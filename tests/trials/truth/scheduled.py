"""What Slack posts by itself at a time: written ahead, listed, taken back.

https://docs.slack.dev/reference/methods/chat.scheduleMessage
https://docs.slack.dev/reference/methods/chat.deleteScheduledMessage
https://docs.slack.dev/reference/methods/chat.scheduledMessages.list
"""

import asyncio

KEPT = 60  # seconds before its time, in which none is given back
METHODS = {
    "chat.scheduleMessage": "_schedule",
    "chat.deleteScheduledMessage": "_delete",
    "chat.scheduledMessages.list": "_list",
}


class Scheduled:
    """What waits at Slack until its time by *clock*; *post* shows it then."""

    def __init__(self, clock, post):
        self.clock, self.post = clock, post
        self.waiting = {}
        self.number = 0

    def answer(self, method, body):
        """Do what *method* asks for; return Slack's answer."""
        return getattr(self, METHODS[method])(body)

    def _schedule(self, body):
        wait = int(body["post_at"]) - self.clock.unix
        if wait <= 0:
            return {"ok": False, "error": "time_in_past"}
        self.number += 1
        name = f"Q{self.number}"
        self.waiting[name] = body
        asyncio.get_running_loop().call_later(wait, self._due, name)
        more = {"scheduled_message_id": name, "post_at": int(body["post_at"])}
        return {"ok": True, "channel": body["channel"], **more}

    def _due(self, name):
        if body := self.waiting.pop(name, None):
            self.post(body)

    def _delete(self, body):
        name = str(body["scheduled_message_id"])
        waiting = self.waiting.get(name)
        if waiting is None or int(waiting["post_at"]) - self.clock.unix <= KEPT:
            return {"ok": False, "error": "invalid_scheduled_message_id"}
        del self.waiting[name]
        return {"ok": True}

    def _list(self, body):
        span = range(int(body.get("oldest", 0)), int(body.get("latest", 2**40)) + 1)
        found = [
            {"id": name, "post_at": int(one["post_at"]), "text": one.get("text", "")}
            for name, one in self.waiting.items()
            if one["channel"] == body.get("channel") and int(one["post_at"]) in span
        ]
        more = {"response_metadata": {"next_cursor": ""}}
        return {"ok": True, "scheduled_messages": found, **more}
