"""Slack's Web API in memory: remembers every call, and answers as it is told."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.outbound.web import Sent

Data = Mapping[str, Any] | Callable[[dict[str, Any]], Mapping[str, Any]]


def refused(error: str, **more: Any) -> Sent:
    """Return how a call ends that Slack refuses."""
    return Sent(ok=False, error=error, **more)


class FakeSlack:
    """Takes the place of `bot.slack.outbound.web.Web`; takes every call unless told.

    Calls go by their *way*: a method ("chat.update"), "post C1", "upload D1",
    "answer ephemeral" or "answer in_channel". *errors* are how the first calls end,
    whatever their way ("" is taken); *answers* are how the first calls of a way end.
    """

    def __init__(
        self,
        *errors: str,
        answers: Mapping[str, Iterable[Sent]] | None = None,
        data: Mapping[str, Data] | None = None,
    ) -> None:
        self.errors = list(errors)
        self.answers = {way: list(some) for way, some in (answers or {}).items()}
        self.data = dict(data or {})  # what a method answers, or a function of its call
        self.away = False  # every call ends as unreachable
        self.sent: list[tuple[str, dict[str, Any]]] = []
        self.client = AsyncWebClient(token="none")

    @property
    def ways(self) -> list[str]:
        """The ways of the calls so far, in order."""
        return [way for way, _arguments in self.sent]

    async def call(self, method: str, **arguments: Any) -> Sent:
        """Take a call of the Web API."""
        message = {"channel": arguments.get("channel"), "ts": arguments.get("ts")}
        data = self.data.get(method, message)
        return self._take(method, arguments, data)

    async def post(self, channel: str, body: Mapping[str, Any], **more: Any) -> Sent:
        """Take a message; what is posted to a person stands in a channel of theirs."""
        stands_in = f"D{channel[1:]}" if channel.startswith("U") else channel
        data = {"channel": stands_in, "ts": "1.5"}
        return self._take(f"post {channel}", {**body, **more}, data)

    async def upload(self, channel: str, name: str, text: str) -> Sent:
        """Take a file."""
        return self._take(f"upload {channel}", {"name": name, "text": text}, {})

    async def answer(self, _url: Any, body: Mapping[str, Any]) -> Sent:
        """Take an answer at a `response_url`, which says nothing of where it stands."""
        return self._take(f"answer {body['response_type']}", dict(body), {})

    def _take(self, way: str, arguments: dict[str, Any], data: Data) -> Sent:
        self.sent.append((way, arguments))
        if self.away:
            return refused("unreachable")
        if error := self.errors.pop(0) if self.errors else "":
            return refused(error)
        if waiting := self.answers.get(way):
            return waiting.pop(0)
        return Sent(ok=True, data=data(arguments) if callable(data) else data)
