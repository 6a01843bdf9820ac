"""Slack's Web API over HTTP: reads a call, checks it, answers as Slack would."""

import asyncio
import json
import math
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from pydantic import SecretStr

from bot.sandbox.aliases import Json
from bot.sandbox.slack.model.objects import Call, Refusal
from bot.sandbox.slack.model.workspace import Fault, Workspace
from bot.sandbox.slack.server import chat, files, judging, methods, scheduled, views
from bot.sandbox.slack.server.methods import Method

METHODS: dict[str, Method] = (
    methods.METHODS
    | chat.METHODS
    | scheduled.METHODS
    | views.METHODS
    | files.METHODS
    | judging.METHODS
)
WAYS_IN = frozenset({"app_mentions:read", "commands", "im:history", "reactions:read"})
ALL_SCOPES = WAYS_IN | {scope for m in METHODS.values() for scope in m.scopes}
_POST_BURST = 4  # messages that a channel takes at once; then one a second
_UPDATES, _MINUTE = 50, 60.0  # changes of messages in any so many seconds
_HTTP_OK = 200
_HTTP_TOO_MANY = 429


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the bot shows at the door."""

    bot: SecretStr
    app: SecretStr


@dataclass(frozen=True, slots=True)
class Sent:
    """A call as it came: a JSON body's arguments are not understood everywhere."""

    args: Json
    token: str
    as_json: bool

    def public(self) -> Json:
        """Return the arguments without the token."""
        return {name: value for name, value in self.args.items() if name != "token"}


class WebApi:
    """The Web API of one workspace. *clock* gives monotonic seconds.

    *scopes* are those that the bot was granted; *paced* refuses what comes faster
    than one message a second and channel, or 50 updates a minute.
    """

    def __init__(
        self,
        space: Workspace,
        tokens: Tokens,
        *,
        clock: Callable[[], float],
        scopes: Collection[str] = ALL_SCOPES,
        paced: bool = True,
    ) -> None:
        self.space = space
        self.scopes = frozenset(scopes)
        self.paced = paced
        self.closing = asyncio.Event()
        self._tokens = tokens
        self._clock = clock
        self._free_at: dict[str, float] = {}
        self._updates: list[float] = []  # when those of the last minute came

    def routes(self) -> list[web.RouteDef]:
        """Return where it listens."""
        return [
            web.get("/api/{method}", self.answer),
            web.post("/api/{method}", self.answer),
            web.post("/upload/{file}", self.upload),
        ]

    async def answer(self, request: web.Request) -> web.Response:
        """Answer one call."""
        name = request.match_info["method"]
        with self.space.feed.busy():
            sent = await read(request)
        fault = self.space.fault_for(name, str(sent.args.get("channel") or ""))
        if fault:
            response = await self.failure(fault)
            self.space.note(Call(name, sent.public(), {"fault": fault.error}))
            return response
        wait = self._wait(name, sent.args)
        if wait:
            return self.too_many(math.ceil(wait))
        answer = self._answer(name, sent) | self._warnings(name)
        self.space.note(Call(name, sent.public(), answer))
        return web.json_response(answer, headers=self._headers())

    async def upload(self, request: web.Request) -> web.Response:
        """Take the bytes of a file."""
        fault = self.space.fault_for("upload")
        if fault:
            return await self.failure(fault)
        is_taken = files.receive(
            self.space, request.match_info["file"], await request.read()
        )
        return web.Response(
            text="OK" if is_taken else "", status=200 if is_taken else 404
        )

    async def failure(self, fault: Fault) -> web.Response:
        """Fail as *fault* says; one that hangs is answered when the server closes."""
        if fault.hang:
            await self.closing.wait()
        if fault.status == _HTTP_TOO_MANY:
            return self.too_many(fault.retry_after)
        if fault.status != _HTTP_OK:
            return web.Response(status=fault.status)
        return web.json_response({"ok": False, "error": fault.error})

    def too_many(self, seconds: int) -> web.Response:
        """Say that it was too much, and for how long to wait."""
        return web.json_response(
            {"ok": False, "error": "ratelimited"},
            status=_HTTP_TOO_MANY,
            headers={"Retry-After": str(seconds)},
        )

    def _answer(self, name: str, sent: Sent) -> Json:
        try:
            method = METHODS.get(name)
            if method is None:
                raise Refusal("unknown_method", req_method=name)  # noqa: TRY301 - as any
            if not method.public:
                self._allow(method, sent.token)
            args = {} if sent.as_json and not method.json else sent.args
            _require(method, args)
            return {"ok": True, **method.run(self.space, args)}
        except Refusal as refusal:
            return refused(refusal)

    def _allow(self, method: Method, token: str) -> None:
        right, other = self._tokens.bot, self._tokens.app
        if method.app_token:
            right, other = other, right
        if not token:
            raise Refusal("not_authed")
        if token == other.get_secret_value():
            raise Refusal("not_allowed_token_type")
        if token != right.get_secret_value():
            raise Refusal("invalid_auth")
        if method.scopes and not self.scopes & set(method.scopes):
            provided = ",".join(sorted(self.scopes))
            raise Refusal("missing_scope", needed=method.scopes[0], provided=provided)

    def _warnings(self, name: str) -> Json:
        """Return what Slack says beside an answer that it takes all the same."""
        words = list(self.space.warnings.get(name, ()))
        if not words:
            return {}
        metadata = {"warnings": words}
        return {"warning": ",".join(words), "response_metadata": metadata}

    def _wait(self, name: str, args: Json) -> float:
        """Return how long the call has to wait yet, or 0 and count it."""
        if not self.paced or name not in {"chat.postMessage", "chat.update"}:
            return 0
        now = self._clock()
        if name == "chat.update":
            return self._wait_to_update(now)
        return self._wait_to_post(now, str(args.get("channel")))

    def _wait_to_update(self, now: float) -> float:
        self._updates = [at for at in self._updates if now - at < _MINUTE]
        if len(self._updates) >= _UPDATES:
            return self._updates[0] + _MINUTE - now
        self._updates.append(now)
        return 0

    def _wait_to_post(self, now: float, channel: str) -> float:
        free = max(self._free_at.get(channel, now), now)
        if free - now > _POST_BURST - 1:
            return free - now - (_POST_BURST - 1)
        self._free_at[channel] = free + 1
        return 0

    def _headers(self) -> dict[str, str]:
        return {"X-OAuth-Scopes": ",".join(sorted(self.scopes))}


def refused(refusal: Refusal) -> Json:
    """Return what Slack answers when it says no."""
    answer: Json = {"ok": False, "error": refusal.error, **refusal.more}
    if refusal.messages:
        answer["response_metadata"] = {"messages": list(refusal.messages)}
    return answer


async def read(request: web.Request) -> Sent:
    """Read arguments from query, form or JSON body; what comes later wins."""
    args: Json = dict(request.query)
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    as_json = request.content_type == "application/json" and request.body_exists
    if as_json:
        args |= _object(await request.text())
    elif request.method == "POST":
        args |= await request.post()
    posted = "" if as_json else str(args.get("token", ""))
    return Sent(args, token if scheme == "Bearer" else posted, as_json)


def _object(text: str) -> Json:
    try:
        body: Any = json.loads(text or "{}")
    except ValueError:
        body = None
    return body if isinstance(body, dict) else {}


def _require(method: Method, args: Json) -> None:
    absent = [name for name in method.needs if args.get(name) in (None, "")]
    if absent and method.lacking == "invalid_arguments":
        raise Refusal(
            method.lacking, *(f"[ERROR] missing required field: {n}" for n in absent)
        )
    if absent:
        raise Refusal(method.lacking)
