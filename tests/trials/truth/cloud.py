"""A Tencent that writes down what is true: which task ran when, what was told of it.

It shares nothing with the bot, and no belief either: a task runs, and is billed, until
somebody stops it, its room is empty, or it ends by itself; what its targets go through
is another matter, and what the bot hears of both is a third one.

https://www.tencentcloud.com/document/product/647/49150, https://trtc.io/document/54913
"""

import asyncio
import base64
import hashlib
import hmac
import json
from collections import defaultdict, deque
from contextlib import suppress
from dataclasses import dataclass, field
from email.utils import format_datetime

import aiohttp
from aiohttp import web

START, STOP = "StartPublishCdnStream", "StopPublishCdnStream"
UPDATE = "UpdatePublishCdnStream"
IDLE, CONNECTING, RUNNING, RECOVERING, FAILED, DISCONNECTING = range(6)
APP, KEY = 1400000001, "a-key-of-callbacks"
REPEATS = (0.0, *([10.0] * 6))  # seconds before each further try of a callback
ANSWERED_IN = 5.0  # seconds that Tencent waits for a callback's answer
SIGNED_WITHIN = 300.0  # seconds between the clock of a request and ours


@dataclass
class Task:
    """One relay, as it is: `ended` is None while it runs and is billed."""

    id: str
    agent: str
    room: str
    urls: list
    began: float
    ended: float | None = None
    status: dict = field(default_factory=dict)  # by target
    number: int = 0  # of the last change that was taken


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one request; *code* is that of a refusal.

    "before": the connection breaks, and nothing was done. "after": it was done, and the
    answer is lost. "broken": done, and the answer cut behind the TaskId. "half": cut in
    it. "late": done, and answered after *seconds*. "held": done after *seconds*.
    "500": done, and answered by a gateway. "refused": not done, with *code*. "lied":
    done, and refused with *code* all the same.
    """

    how: str
    code: str = ""
    seconds: float = 0.0


class Tencent:
    """Listens on loopback. *note* takes (what, facts) into the history's record."""

    def __init__(self, clock, dice, note, middlewares=()):
        self.clock, self.dice, self.note = clock, dice, note
        self.middlewares, self.repeats = middlewares, REPEATS
        self.tasks = {}
        self.faults = defaultdict(deque)  # by action
        self.callbacks = {"loss": 0.0, "late": 0.0, "twice": 0.0}
        self.url = ""  # where callbacks go; "" while nobody listens
        self.cut = False  # no callback gets through
        self.away = False  # no request gets through
        self.plan = "live"  # what becomes of a start's targets
        self.number = 0
        self._sending = set()
        self._sessions = {}

    async def start(self):
        app = web.Application(middlewares=self.middlewares)
        app.router.add_post("/", self._serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.01)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0, backlog=1024).start()
        self.endpoint = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(force_close=True)
        )

    async def close(self):
        for task in tuple(self._sending):
            task.cancel()
        await asyncio.gather(*self._sending, return_exceptions=True)
        await self._session.close()
        await self._runner.cleanup()

    def abort(self):
        """Break every connection, as the death of the other end does."""
        for connection in list(self._runner.server.connections):
            if connection.transport:
                connection.transport.abort()

    def fail_next(self, action, *faults):
        self.faults[action].extend(faults)

    # ── requests ────────────────────────────────────────────────────────────────

    async def _serve(self, request):
        raw = await request.read()
        action = request.headers.get("X-TC-Action", "")
        fields = json.loads(raw)
        about = _about(action, fields)
        self.note("received", action=action, **about)
        if self.away:
            return _broken(request)
        fault = self.faults[action].popleft() if self.faults[action] else None
        stamp = float(request.headers.get("X-TC-Timestamp", "0"))
        if abs(stamp - self.clock.unix) > SIGNED_WITHIN:
            fault = Fault("refused", "AuthFailure.SignatureExpire")
        return await self._with(fault, request, action, fields, about)

    async def _with(self, fault, request, action, fields, about):
        how = fault.how if fault else ""
        if how == "before":
            return _broken(request)
        if how == "held":
            await asyncio.sleep(fault.seconds)
        if how == "refused":
            reply = self._error(fault.code, "It was refused.")
        else:
            reply = self._do(action, fields)
        if how == "late":
            await asyncio.sleep(fault.seconds)
        if how == "lied":
            reply = self._error(fault.code, "It was refused.")
        return self._answered(how, reply, request, about | {"action": action})

    def _answered(self, how, reply, request, about):
        raw = json.dumps({"Response": reply}).encode()
        told = {"code": reply.get("Error", {}).get("Code", "")}
        if how == "after":
            return _broken(request)
        if how == "500":
            raw = b"<html>bad gateway</html>"
            return self._response(request, raw, 502, "text/html")
        if how == "broken" and "TaskId" in reply:
            cut = raw.index(reply["TaskId"].encode()) + len(reply["TaskId"]) + 2
            raw = raw[:cut]
            told["broken"] = True
        if how == "half" and "TaskId" in reply:
            raw = raw[: raw.index(reply["TaskId"].encode()) + 20]
            return self._response(request, raw)
        task = reply.get("TaskId") or about.get("task", "")
        if request.transport is None or request.transport.is_closing():
            return web.Response()  # nobody waits for it any more
        self.note("answered", **{**about, **told, "task": task})
        return self._response(request, raw)

    def _response(self, request, raw, status=200, kind="application/json"):
        date = format_datetime(self.clock.true, usegmt=True)
        return web.Response(
            body=raw, status=status, content_type=kind, headers={"Date": date}
        )

    def _do(self, action, fields):
        if action == START:
            return self._start(fields)
        if action == STOP:
            return self._stop(fields)
        if action == UPDATE:
            return self._update(fields)
        return self._error("InvalidAction", "There is no such action here.")

    def _start(self, fields):
        self.number += 1
        packed = base64.b64encode(self.dice.randbytes(54), altchars=b"+-").decode()
        urls = [one["PublishCdnUrl"] for one in fields.get("PublishCdnParams", [])]
        task = Task(
            id=f"-m9{packed}.",
            agent=fields["AgentParams"]["UserId"],
            room=str(fields["RoomId"]),
            urls=urls,
            began=self.clock.seconds,
        )
        self.tasks[task.id] = task
        self._enter("start", task, urls=task.urls)
        self.go(task, *PLANS[self.plan])
        return {"TaskId": task.id, "RequestId": self._request_id()}

    def _update(self, fields):
        task = self.tasks.get(fields["TaskId"])
        if task is None or task.ended is not None or fields["SdkAppId"] != APP:
            return self._error("ResourceNotFound", "The task does not exist.")
        if fields["SequenceNumber"] <= task.number:
            return self._error("FailedOperation.RequestOutdated", "It is outdated.")
        task.number = fields["SequenceNumber"]
        self._enter("update", task, number=task.number)
        return {"TaskId": task.id, "RequestId": self._request_id()}

    def _stop(self, fields):
        task = self.tasks.get(fields["TaskId"])
        if task is None or task.ended is not None or fields["SdkAppId"] != APP:
            return self._error("ResourceNotFound", "The task does not exist.")
        self.end(task, "stop")
        self.go(task, (0.1, DISCONNECTING), (0.3, IDLE))
        return {"TaskId": task.id, "RequestId": self._request_id()}

    def _error(self, code, message):
        error = {"Code": code, "Message": message}
        return {"Error": error, "RequestId": self._request_id()}

    def _request_id(self):
        return self.dice.randbytes(16).hex()

    # ── what becomes of tasks ───────────────────────────────────────────────────

    @property
    def running(self):
        return [task for task in self.tasks.values() if task.ended is None]

    def end(self, task, what):
        """Let *task* run no more, because of *what*."""
        if task.ended is None:
            task.ended = self.clock.seconds
            self._enter(what, task)

    def go(self, task, *statuses, urls=None):
        """Let the targets go through *statuses*: (seconds before each, status)."""
        for url in task.urls if urls is None else urls:
            self._spawn(self._target(task, url, statuses))

    async def _target(self, task, url, statuses):
        delivered = []
        for pause, status in statuses:
            await asyncio.sleep(pause)
            if task.ended is not None and status not in {DISCONNECTING, IDLE}:
                break
            delivered.append(self._spawn(self.turn(task, url, status)))
        await asyncio.gather(*delivered)

    async def turn(self, task, url, status):
        """Enter the *status* of a target, and tell of it."""
        code = 80 + status if status == FAILED else 0
        text = "push connection refused" if status == FAILED else ""
        task.status[url] = status
        at = self.clock.seconds
        facts = {"url": url, "status": status, "code": code}
        self._enter("status", task, **facts)
        body = self._event(task, url, status, at, code, text)
        await self._told(body)

    async def event(self, task, url, status, at=None):
        """Send an event that tells of nothing that happens now."""
        when = self.clock.seconds if at is None else at
        await self._told(self._event(task, url, status, when))

    def _event(self, task, url, status, at, code=0, text=""):
        payload = {"Url": url, "Status": status}
        if code:
            payload |= {"ErrorCode": code, "ErrorMsg": text}
        info = {
            "RoomId": task.room,
            "RoomType": 1,
            "EventMsTs": round((self.clock.unix - self.clock.seconds + at) * 1000),
            "UserId": task.agent,
            "TaskId": task.id,
            "Payload": payload,
        }
        return {"EventGroupId": 4, "EventType": 401, "EventInfo": info}

    def _enter(self, what, task, **facts):
        ids = {"task": task.id, "agent": task.agent, "room": task.room}
        self.note("ledger", what=what, **ids, **facts)

    # ── callbacks ───────────────────────────────────────────────────────────────

    async def _told(self, body, room=None):
        """Deliver *body* as Tencent does, with whatever goes wrong on the way."""
        if self.dice.random() < self.callbacks["loss"]:
            return
        times = 1 + (self.dice.random() < self.callbacks["twice"])
        if late := self.callbacks["late"]:
            await asyncio.sleep(self.dice.uniform(0, late))
        for _ in range(times):
            for pause in self.repeats:
                await asyncio.sleep(pause)
                if await self.send(body, room):
                    break

    async def tells_of_room(self, body, does):
        """Tell by *body* what somebody *does* in a room, meanwhile."""
        self._spawn(self._told(body, {"does": does}))

    async def send(self, body, room=None):
        """Send *body* once; tell whether it was taken. *room*: it is about one."""
        info = body["EventInfo"]
        at = info["EventMsTs"] / 1000 - (self.clock.unix - self.clock.seconds)
        of = "room " if room else ""
        facts = {"at": at, **(_of_room(info, room) if room else _of_target(info))}
        if self.cut or not self.url:
            return False
        raw = json.dumps({**body, "CallbackTs": round(self.clock.unix * 1000)}).encode()
        sign = base64.b64encode(hmac.digest(KEY.encode(), raw, hashlib.sha256)).decode()
        self.note(f"{of}sent", **facts)
        timeout = aiohttp.ClientTimeout(total=ANSWERED_IN)
        headers = {"Content-Type": "application/json", "Sign": sign}
        with suppress(aiohttp.ClientError, TimeoutError, ValueError):
            async with self._session.post(
                self.url, data=raw, headers=headers, timeout=timeout
            ) as answer:
                taken = answer.status == 200 and await answer.json() == {"code": 0}
                how = "taken" if taken else "turned"
                self.note(f"{of}{how}", by=answer.status, **facts)
                return taken
        return False

    def _spawn(self, work):
        task = asyncio.ensure_future(work)
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)
        return task


PLANS = {
    "quick": ((0.02, CONNECTING), (0.02, RUNNING)),
    "live": ((0.2, CONNECTING), (1.0, RUNNING)),
    "slow": ((0.2, CONNECTING), (5, CONNECTING), (5, CONNECTING), (5, RUNNING)),
    "never": ((0.2, CONNECTING), *([(5, CONNECTING)] * 11), (5, FAILED), (1, IDLE)),
    "fails": (
        (0.2, CONNECTING), (1, RUNNING), (20, RECOVERING), (5, FAILED), (1, IDLE),
    ),
    "breaks": ((0.2, CONNECTING), (1, RUNNING), (30, RECOVERING), (7, RUNNING)),
    "silent": (),
}  # fmt: skip


def _about(action, fields):
    if action == START:
        agent = fields.get("AgentParams", {}).get("UserId", "")
        return {"agent": agent, "room": str(fields.get("RoomId", ""))}
    number = {"number": fields["SequenceNumber"]} if action == UPDATE else {}
    return {"task": fields.get("TaskId", ""), **number}


def _of_target(info):
    return {
        "task": info["TaskId"],
        "agent": info["UserId"],
        "url": info["Payload"]["Url"],
        "status": info["Payload"]["Status"],
    }


def _of_room(info, room):
    of_all = room["does"] in {"makes", "dismisses"}
    return {"room": info["RoomId"], "user": "" if of_all else info["UserId"], **room}


def _broken(request):
    if request.transport:
        request.transport.abort()
    return web.Response()
