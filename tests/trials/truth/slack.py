"""A Slack that writes down what people see, line by line, and presses what they press.

The bot is spoken to as Slack does, by signed HTTP; what it says is kept as plain text.
"""

import asyncio
import hashlib
import hmac
import json
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlencode

import aiohttp
from aiohttp import web

from tests.trials.truth.lines import buttons_of, calls_of, lines_of
from tests.trials.truth.scheduled import METHODS as AHEAD
from tests.trials.truth.scheduled import Scheduled

TEAM, BOT, OPS = "T0HOME", "UBOT", "C0OPS"
SECRET = "a-signing-secret"
PATIENCE = 3.0  # seconds that Slack waits for an ack
FORM = "view"  # the ts of what is a form, whose buttons are pressed in it alone
READS = {"auth.test", "users.info", "usergroups.users.list", "chat.getPermalink"}


@dataclass
class Shown:
    """A message that somebody can see, with what can be pressed in it."""

    channel: str
    ts: str
    buttons: list = field(default_factory=list)
    lines: list = field(default_factory=list)
    thread: str = ""
    only: str = ""  # who alone sees it


class Slack:
    """Listens on loopback. *note* takes (what, facts) into the history's record.

    `faults` are how the next calls end that would show something: an error word, "away"
    (the call does not come through), "lost" (it is done, and not answered), or seconds
    that it takes.
    """

    def __init__(self, clock, note, middlewares=()):
        self.clock, self.note, self.middlewares = clock, note, middlewares
        self.faults = deque()
        self.away = False
        self.url = ""  # the bot's; "" while nobody listens
        self.shown = []
        self.views = []
        self.number = 0
        self.ahead = Scheduled(clock, lambda body: self._post(body, clock.seconds))
        self._asks = {}  # by the ticket of its answers

    async def start(self):
        app = web.Application(client_max_size=2**22, middlewares=self.middlewares)
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_post("/response/{ticket}", self._response)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.01)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0, backlog=1024).start()
        self.origin = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(force_close=True)
        )

    async def close(self):
        self.ahead.waiting.clear()
        await self._session.close()
        await self._runner.cleanup()

    def abort(self):
        """Break every connection, as the death of the other end does."""
        for connection in list(self._runner.server.connections):
            if connection.transport:
                connection.transport.abort()

    # ── what people do ──────────────────────────────────────────────────────────

    async def command(self, user, line, channel="C0LIVE", times=1, **about):
        """Type a slash command; return the number of the ask."""
        name, _space, text = line.partition(" ")
        ask, ticket = self._ask(user, channel, typed=line, **about)
        body = {
            "team_id": TEAM,
            "channel_id": channel,
            "user_id": user,
            "command": name,
            "text": text,
            "response_url": ticket,
            "trigger_id": f"t{ask}",
        }
        raw = urlencode(body).encode()
        await asyncio.gather(*(self._send(ask, raw) for _ in range(times)))
        return ask

    async def press(self, user, shown, button, times=1, **about):
        """Press *button* of the message *shown*; confirms whatever it asks."""
        channel = shown.channel or "C0LIVE"
        pressed = f"[{button['text']['text']}]"
        ask, ticket = self._ask(user, channel, typed=pressed, **about)
        payload = {
            "type": "block_actions",
            "team": {"id": TEAM, "domain": "home"},
            "user": {"id": user, "team_id": TEAM, "name": "somebody"},
            "api_app_id": "A0",
            "trigger_id": f"t{ask}",
            "response_url": ticket,
            "container": {
                "type": "message",
                "message_ts": shown.ts,
                "channel_id": channel,
            },
            "channel": {"id": channel, "name": "live"},
            "message": {"type": "message", "ts": shown.ts, "text": ""},
            "actions": [{"action_ts": f"{ask}.1", **_pressed(button)}],
        }
        await self._interact(ask, payload, times)
        return ask

    async def submit(self, user, view, values, **about):
        """Send in the form *view*, its fields filled with *values*."""
        callback = view["callback_id"]
        ask, _ticket = self._ask(user, "", typed=f"[{callback}]", **about)
        number = view.get("id") or f"V{ask}"
        payload = {
            "type": "view_submission",
            "team": {"id": TEAM, "domain": "home"},
            "user": {"id": user, "team_id": TEAM, "name": "somebody"},
            "api_app_id": "A0",
            "trigger_id": f"t{ask}",
            "view": {
                **view,
                "id": number,
                "hash": "h",
                "state": {"values": _state(view, values)},
            },
        }
        await self._interact(ask, payload, 1)
        return ask

    def meant(self, user, **about):
        """Note what somebody asks for with the same form that is sent in next."""
        number, _ticket = self._ask(user, "", typed="[the same form]", **about)
        self.note("acked", n=number, status=200)

    async def mention(self, user, text, channel="C0LIVE", **more):
        """Write to the bot in a channel, or edit what was written before."""
        about = more.pop("about", {})
        ts = more.pop("ts", f"{1700000000 + self.number}.000100")
        ask, _ticket = self._ask(user, channel, typed=text, ts=ts, **about)
        event = {
            "type": "app_mention",
            "user": user,
            "team": TEAM,
            "channel": channel,
            "channel_type": "channel",
            "text": f"<@{BOT}> {text}",
            "ts": ts,
            "event_ts": f"{1700000000 + ask}.000200",
            **more,
        }
        await self._happened(ask, event)
        return ts

    async def react(self, user, shown, name, **about):
        """Put a reaction under the message *shown*."""
        ask, _ticket = self._ask(user, shown.channel, typed=f":{name}:", **about)
        event = {
            "type": "reaction_added",
            "user": user,
            "reaction": name,
            "item_user": BOT,
            "item": {"type": "message", "channel": shown.channel, "ts": shown.ts},
            "event_ts": f"{1700000000 + ask}.000200",
        }
        await self._happened(ask, event)

    async def _happened(self, ask, event):
        body = {
            "type": "event_callback",
            "team_id": TEAM,
            "api_app_id": "A0",
            "event_id": f"Ev{ask}",
            "event_time": round(self.clock.unix),
            "authorizations": [{"team_id": TEAM, "user_id": BOT, "is_bot": True}],
            "event": event,
        }
        await self._send(ask, json.dumps(body).encode(), kind="application/json")

    def _ask(self, user, channel, **about):
        self.number += 1
        ticket = f"{self.origin}/response/{self.number}"
        self._asks[str(self.number)] = (user, channel)
        facts = {"n": self.number, "user": user, "channel": channel, **about}
        self.note("asked", **facts)
        return self.number, ticket

    async def _interact(self, ask, payload, times):
        raw = urlencode({"payload": json.dumps(payload)}).encode()
        await asyncio.gather(*(self._send(ask, raw) for _ in range(times)))

    async def _send(self, ask, raw, kind="application/x-www-form-urlencoded"):
        stamp = str(round(self.clock.unix))
        signed = b"v0:" + stamp.encode() + b":" + raw
        digest = hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
        headers = {
            "Content-Type": kind,
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": f"v0={digest}",
        }
        timeout = aiohttp.ClientTimeout(total=PATIENCE)
        url = self.url
        with suppress(aiohttp.ClientError, TimeoutError, ValueError):
            if not url:
                raise ValueError
            async with self._session.post(
                url, data=raw, headers=headers, timeout=timeout
            ) as answer:
                body = await answer.text()
                self.note("acked", n=ask, status=answer.status)
                self._take_ack(ask, body if answer.status == 200 else "")
                return
        self.note("failed", n=ask)  # Slack says so to the person

    def _take_ack(self, ask, text):
        user, channel = self._asks[str(ask)]
        body = json.loads(text) if text.startswith("{") else {"text": text}
        ts = f"ack{ask}"
        if body.get("view"):
            self.views.append(body["view"])
            body, ts = {"text": "", "blocks": body["view"].get("blocks", [])}, FORM
        if body.get("errors"):
            body = {"text": " ".join(body["errors"].values())}
        if body.get("text") or body.get("blocks"):
            shown = Shown(channel, ts, only=user)
            self._show(shown, body, way=f"ack {ask}", ask=ask)

    # ── what the bot says ───────────────────────────────────────────────────────

    async def _api(self, request):
        method = request.match_info["method"]
        body = dict(request.query)
        if request.can_read_body:
            body |= await request.json() if "json" in request.content_type else {}
        if method in READS:
            if self.away:
                return web.Response(status=503)
            return web.json_response({"ok": True, **_read(method, body)})
        return await self._taken(request, method, body)

    async def _taken(self, request, method, body):
        came = self.clock.seconds
        error = await self._fault(request)
        if error not in {None, "lost"}:
            self.note("unshown", way=method, error=error)
            if error == "away":
                return web.Response(status=503)
            return web.json_response({"ok": False, "error": error})
        answer = self._done(method, body, came)
        if error or _has_left(request):
            self.note("unanswered", way=method)
        return web.Response(status=503) if error else web.json_response(answer)

    def _done(self, method, body, came):
        channel, ts = str(body.get("channel", "")), str(body.get("ts", ""))
        if method == "views.open":
            self.views.append(body["view"])
            self._show(
                Shown("", FORM),
                {"text": "", "blocks": body["view"]["blocks"]},
                way=f"form {body['view'].get('callback_id', '')}",
                trigger=str(body.get("trigger_id", "")),
            )
            return {"ok": True, "view": {"id": "V1"}}
        if method in AHEAD:
            return self.ahead.answer(method, body)
        if method == "chat.postMessage":
            return self._post(body, came)
        return self._put(method, channel, ts, body, came)

    def _post(self, body, came):
        channel = str(body.get("channel", ""))
        channel = f"D{channel[1:]}" if channel.startswith("U") else channel
        self.number += 1
        ts = f"{int(self.clock.unix)}.{self.number:06}"  # when it came, as Slack does
        return self._put("chat.postMessage", channel, ts, body, came)

    def _put(self, method, channel, ts, body, came):
        thread = str(body.get("thread_ts") or "")
        only = str(body.get("user") or "") if "Ephemeral" in method else ""
        shown = Shown(channel, ts, thread=thread, only=only)
        way = f"{method} {channel} {ts}".strip()
        more = {"broadcast": True} if body.get("reply_broadcast") else {}
        self._show(shown, body, way=way, drawn=came, **more)
        return {"ok": True, "channel": channel, "ts": ts}

    async def _response(self, request):
        ticket, body = request.match_info["ticket"], await request.json()
        came = self.clock.seconds
        error = await self._fault(request)
        if error not in {None, "lost"}:
            self.note("unshown", way="response", error=error)
            return web.Response(status=503 if error == "away" else 404)
        user, channel = self._asks[ticket]
        only = "" if body.get("response_type") == "in_channel" else user
        shown = Shown(channel, f"response{ticket}", only=only)
        way = f"response {ticket}"
        self._show(shown, body, way=way, ask=int(ticket), drawn=came)
        return web.Response(text="ok", status=503 if error else 200)

    async def _fault(self, request):
        """Return how a call ends that fails, or None once it may be shown."""
        if self.away:
            return "away"
        fault = self.faults.popleft() if self.faults else None
        if isinstance(fault, float):
            await asyncio.sleep(fault)
            return None
        return fault

    def _show(self, shown, body, *, drawn=None, **facts):
        shown.lines = lines_of(body)
        shown.buttons = buttons_of(body)
        self.shown.append(shown)
        self.note(
            "shown",
            lines=shown.lines,
            buttons=[_caption(one) for one in shown.buttons],
            calls=calls_of(body),
            channel=shown.channel,
            only=shown.only,
            thread=shown.thread,
            drawn=round(self.clock.seconds if drawn is None else drawn, 3),
            **facts,
        )


def _read(method, body):
    if method == "auth.test":
        return {"team_id": TEAM, "team": "home", "user_id": BOT, "bot_id": "B0"}
    if method == "chat.getPermalink":
        place = f"{body.get('channel')}/p{body.get('message_ts')}"
        return {"permalink": f"https://home.slack.com/archives/{place}"}
    if method == "users.info":
        user = {"id": body.get("user"), "team_id": TEAM, "locale": "en-US"}
        return {"user": user}
    return {"users": []}


def _caption(button):
    return str((button.get("text") or {}).get("text", ""))


def _pressed(button):
    kept = {k: v for k, v in button.items() if k not in {"confirm", "style", "menu"}}
    if menu := button.get("menu"):
        chosen = {k: v for k, v in button.items() if k in {"text", "value"}}
        return {"type": "overflow", "action_id": menu, "selected_option": chosen}
    return kept


def _state(view, values):
    """Return the form's state: what stood in it at first, with *values* on top."""
    state = {}
    for block in view["blocks"]:
        if block["type"] != "input":
            continue
        name, element = block["block_id"], block["element"]
        state[name] = {element["action_id"]: _filled(element, values.get(name))}
    return state


def _filled(element, value):
    kind = element["type"]
    if kind == "checkboxes":
        ticks = element.get("initial_options", [])
        return {"type": kind, "selected_options": ticks}
    if "options" in element or kind.startswith("external"):
        option = element.get("initial_option")
        if value is not None:
            option = {"text": {"type": "plain_text", "text": value}, "value": value}
        return {"type": kind, "selected_option": option}
    return {"type": kind, "value": value or element.get("initial_value")}


def _has_left(request):
    """Tell whether whoever called waits no more, and so hears no answer."""
    return request.transport is None or request.transport.is_closing()
