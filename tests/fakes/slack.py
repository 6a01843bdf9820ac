"""Slack's Web API in memory: remembers every call, and answers as it is told."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from email.utils import formatdate
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.outbound.web import Sent

Data = Mapping[str, Any] | Callable[[dict[str, Any]], Mapping[str, Any] | Sent]

MINUTE = 60.0
UPDATES = 50  # in any minute, over all channels


def refused(error: str, **more: Any) -> Sent:
    """Return how a call ends that Slack refuses."""
    return Sent(ok=False, error=error, **more)


def user_change(user: str, **flags: Any) -> dict[str, Any]:
    """Return the event that somebody's data changed, with the whole user object.

    https://docs.slack.dev/reference/events/user_change
    """
    return {
        "type": "user_change",
        "user": {"id": user, "team_id": "T0HOME", "deleted": False, **flags},
        "cache_ts": 1648596421,
        "event_ts": "1648596712.000001",
    }


def members_changed(
    group: str, *, added: Iterable[str] = (), removed: Iterable[str] = ()
) -> dict[str, Any]:
    """Return the event about who came into a user group and who went, and no more.

    https://docs.slack.dev/reference/events/subteam_members_changed
    """
    return {
        "type": "subteam_members_changed",
        "subteam_id": group,
        "team_id": "T0HOME",
        "date_previous_update": 1446670362,
        "date_update": 1492906952,
        "added_users": list(added),
        "added_users_count": str(len(list(added))),
        "removed_users": list(removed),
        "removed_users_count": str(len(list(removed))),
        "event_ts": "1492906952.000001",
    }


def group_updated(group: str, *users: str, deleted_at: int = 0) -> dict[str, Any]:
    """Return the event about a user group as it is now; a group that is off, too.

    https://docs.slack.dev/reference/events/subteam_updated
    """
    subteam = {
        "id": group,
        "team_id": "T0HOME",
        "is_usergroup": True,
        "date_update": 1595814882,
        "date_delete": deleted_at,
        "users": list(users),
        "user_count": len(users),
    }
    return {"type": "subteam_updated", "subteam": subteam, "event_ts": "1595814882.1"}


class FakeSlack:
    """Takes the place of `bot.slack.outbound.web.Web`; takes every call unless told.

    Calls go by their *way*: a method ("chat.update"), "post C1", "upload D1",
    "answer ephemeral" or "answer in_channel". *errors* are how the first calls end,
    whatever their way ("" is taken); *answers* are how the first calls of a way end;
    *refusing* is how every call of a method or way ends. With a *timer* (seconds) it
    keeps Slack's rates: a message a second in each channel, 50 updates in a minute.
    """

    def __init__(
        self,
        *errors: str,
        answers: Mapping[str, Iterable[Sent]] | None = None,
        data: Mapping[str, Data] | None = None,
        refusing: Mapping[str, str] | None = None,
        timer: Callable[[], float] | None = None,
    ) -> None:
        self.errors = list(errors)
        self.answers = {way: list(some) for way, some in (answers or {}).items()}
        self.data = dict(data or {})  # what a method answers, or a function of its call
        self.refusing = dict(refusing or {})
        self.token = ""
        self.tables_refused = False  # as Web remembers it
        self.api_url = "https://slack.com/api/"
        self.at: float | None = None  # the Unix time by its clock
        self.away = False  # every call ends as unreachable
        self.hanging: dict[str, asyncio.Event] = {}  # ways that wait for something
        self.scopes: frozenset[str] | None = None  # as auth.test tells them
        self.sent: list[tuple[str, dict[str, Any]]] = []
        self.taken: list[tuple[float, str, dict[str, Any]]] = []  # and when
        self.client = AsyncWebClient(token="none")
        self._timer = timer
        self._posted = 0
        self._passed: dict[str, list[float]] = {}

    @property
    def ways(self) -> list[str]:
        """The ways of the calls so far, in order."""
        return [way for way, _arguments in self.sent]

    async def call(self, method: str, **arguments: Any) -> Sent:
        """Take a call of the Web API."""
        message = {"channel": arguments.get("channel"), "ts": arguments.get("ts")}
        data = self.data.get(method, message)
        return await self._take(method, method, arguments, data)

    def use(self, token: Any) -> None:
        """Remember that *token* is in use from here on."""
        self.token = token.get_secret_value()

    async def identity(self, token: Any) -> Sent:
        """Take the question whose *token* that is; it is `data`'s by that name."""
        data = self.data.get(token.get_secret_value(), self.data.get("auth.test", {}))
        return await self._take("auth.test", "auth.test", {}, data)

    async def open_socket(self, _token: Any) -> Sent:
        """Take a call for the address of a socket."""
        method = "apps.connections.open"
        return await self._take(method, method, {}, {"url": "wss://127.0.0.1/"})

    async def post(self, channel: str, body: Mapping[str, Any], **more: Any) -> Sent:
        """Take a message; what is posted to a person stands in a channel of theirs."""
        stands_in = f"D{channel[1:]}" if channel.startswith("U") else channel

        def stamped(_arguments: dict[str, Any]) -> Mapping[str, Any]:
            self._posted += 1
            return {"channel": stands_in, "ts": f"{self._posted}.5"}

        way = f"post {channel}"
        return await self._take(way, "chat.postMessage", {**body, **more}, stamped)

    async def upload(self, channel: str, name: str, text: str) -> Sent:
        """Take a file."""
        arguments = {"name": name, "text": text}
        return await self._take(f"upload {channel}", "files.upload", arguments, {})

    async def keep(self, name: str, content: bytes) -> Sent:
        """Take a picture that is shared nowhere."""
        arguments = {"name": name, "content": content}
        data = self.data.get("files.keep", {"file": f"F{len(self.sent)}"})
        return await self._take("keep", "files.keep", arguments, data)

    async def answer(self, _url: Any, body: Mapping[str, Any]) -> Sent:
        """Take an answer at a `response_url`, which says nothing of where it stands."""
        way = f"answer {body['response_type']}"
        return await self._take(way, "response_url", dict(body), {})

    async def _take(
        self, way: str, method: str, arguments: dict[str, Any], data: Data
    ) -> Sent:
        self.sent.append((way, arguments))
        if way in self.hanging:
            await self.hanging[way].wait()
        if error := self._error(way, method):
            return error
        if waiting := self.answers.get(way):
            return waiting.pop(0)
        now = self._timer() if self._timer else 0.0
        self.taken.append((now, way, arguments))
        told = data(arguments) if callable(data) else data
        if isinstance(told, Sent):  # which a function may make as it likes
            return told
        return Sent(ok=True, data=told, headers=self._headers())

    def _headers(self) -> dict[str, str]:
        headers = {} if self.at is None else {"Date": formatdate(self.at, usegmt=True)}
        if self.scopes is not None:
            headers["X-OAuth-Scopes"] = ",".join(sorted(self.scopes))
        return headers

    def _error(self, way: str, method: str) -> Sent | None:
        if self.away:
            return refused("unreachable")
        if error := self.errors.pop(0) if self.errors else "":
            return refused(error)
        if error := self.refusing.get(way) or self.refusing.get(method, ""):
            return refused(error)
        wait = self._wait(way, method)
        return refused("ratelimited", retry_after=wait) if wait else None

    def _wait(self, way: str, method: str) -> float:
        """Return how long the way is full yet, or 0 and count this call."""
        limits = {"chat.postMessage": (way, 1, 1.0)}
        limits["chat.update"] = ("chat.update", UPDATES, MINUTE)
        if self._timer is None or method not in limits:
            return 0.0
        lane, most, seconds = limits[method]
        now = self._timer()
        times = self._passed.setdefault(lane, [])
        times[:] = [at for at in times if now - at < seconds - 1e-9]
        if len(times) >= most:
            return max(times[0] + seconds - now, 1.0)
        times.append(now)
        return 0.0


def org_wide(org, names):
    """Return what Slack says of an app of *org*, in workspaces of these *names*.

    Of one whose name is empty it says none.
    """
    named = ({"id": team, "name": name} for team, name in names.items())
    teams = [{key: value for key, value in one.items() if value} for one in named]
    return {
        "auth.test": {
            "ok": True,
            "user_id": "UBOT",
            "enterprise_id": org,
            "is_enterprise_install": True,
        },
        "auth.teams.list": {"ok": True, "teams": teams},
    }
