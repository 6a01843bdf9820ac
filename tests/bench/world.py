"""Slack and Tencent on loopback, as fast as they can be made, and who was answered.

A command has a number, and a start a room of its own. Its answer is what comes first to
its `response_url`, or a card that says how the relay of its room is.
"""

import asyncio
import hashlib
import hmac
import json
import os
import re
import tempfile
from collections import Counter
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

import certifi

from tests.bench.raw import Json, header, listen
from tests.fakes.certificates import Authority
from tests.trials.load_rig import _danger as danger
from tests.trials.slackish import BOT, TEAM

PEOPLE = [f"U{number:06}" for number in range(200)]  # all of them are on call
STOPPED = -1  # the number of whoever waits until all awaited stops came
FIRST_ROOM = 1_000_000
START, STOP = "StartPublishCdnStream", "StopPublishCdnStream"

CARD = re.compile(
    r"R\d+ · (?P<state>accepted|not started|unknown)\b[^\n]*? · room (?P<room>\d+)"
)
TASK = re.compile(rb'"TaskId": ?"-task(\d+)-')
ROOM = re.compile(rb'"RoomId": ?"(\d+)"')


def number_of(room):
    return int(room) - FIRST_ROOM


@dataclass
class World:
    """What is called, and who waits for an answer. *delay* is Tencent's, in seconds."""

    delay: float = 0.0
    secret: str = field(default_factory=lambda: os.urandom(16).hex())
    key: str = field(default_factory=lambda: os.urandom(16).hex())
    token: str = field(default_factory=lambda: "-".join(("xoxb", os.urandom(12).hex())))
    calls: Counter = field(default_factory=Counter)  # of Tencent, by action
    methods: Counter = field(default_factory=Counter)  # of Slack
    signed: set = field(default_factory=set)  # numbers of the starts that arrived
    sizes: list = field(default_factory=list)  # bytes of their requests
    forged: list = field(default_factory=list)  # signatures that do not hold
    waiting: dict = field(default_factory=dict)  # number → future of how it ended
    cas: dict = field(default_factory=dict)  # variables that name CAs, for TLS
    cloud_port: int = 0
    slack_port: int = 0
    check: int = 0  # signatures that are still to be checked
    stopped: dict = field(default_factory=dict)  # room → moment at which a stop came
    awaited: set = field(default_factory=set)  # rooms whose stops are waited for
    clicks: bool = False  # buttons are looked for: somebody will press them
    buttons: dict = field(default_factory=dict)  # room → its button, and where it is
    _posted: int = 0
    _json: Json = field(default_factory=Json)

    @property
    def scheme(self):
        return "https" if self.cas else "http"

    @property
    def variables(self):
        """What a process under test is told."""
        cloud = f"{self.scheme}://127.0.0.1:{self.cloud_port}"
        return {
            "SLACK_API_URL": f"{self.scheme}://127.0.0.1:{self.slack_port}/api/",
            "SLACK_BOT_TOKEN": self.token,
            "SLACK_SIGNING_SECRET": self.secret,
            "TENCENTCLOUD_SECRET_ID": "bench",
            "TENCENTCLOUD_SECRET_KEY": self.key,
            "BOT_TRTC_ENDPOINT": cloud,
            "BOT_CAR_ENDPOINT": cloud,
            "BOT_GS_ENDPOINT": cloud,
            "BOT_TRTC_SDK_APP_ID": "1400188366",
            "BOT_TRTC_USERSIG_KEY": self.key,
            **self.cas,
        }

    def response_url(self, number):
        """Return the address to which the answer to *number* goes."""
        return f"{self.scheme}://127.0.0.1:{self.slack_port}/response/{number}"

    def forget(self):
        """Begin to count anew, for a new process; its first call will be checked."""
        kept = (self.calls, self.methods, self.signed, self.sizes, self.waiting)
        for one in (*kept, self.stopped, self.buttons):
            one.clear()
        self.check = 1

    def vouch(self, done):
        """Check that each start of *done* made a call, and that the first was signed.

        Raises:
            RuntimeError: what was measured is not what was to be measured.
        """
        if self.forged or self.check or not done:
            raise RuntimeError(f"no call, or not signed: {self.forged}")
        if never := done - self.signed:
            raise RuntimeError(f"answered without a call: {len(never)} of {len(done)}")

    def tencent(self, _path, head, body, reply):
        """Answer a call of Tencent's API."""
        action = header(head, b"x-tc-action")
        self.calls[action] += 1
        if action == STOP and (ended := TASK.search(body)):
            self.stopped[int(ended[1])] = perf_counter()
            if self.awaited <= self.stopped.keys():
                self.settle(STOPPED, "all")
        if self.check > 0:
            self.check -= 1
            self._verify(head, body)
        if action == START and (room := ROOM.search(body)):
            self.signed.add(number_of(room[1]))
            self.sizes.append(len(body))
            task = int(room[1])
        else:
            task = self.calls.total()
        task = f"-task{task:012}-abcdefghijklmnopqrstuvwxyz0123456789AB.."
        answer = {"Response": {"TaskId": task, "RequestId": f"r-{self.calls.total()}"}}
        data = self._json(json.dumps(answer).encode())
        if self.delay:
            asyncio.get_running_loop().call_later(self.delay, reply, data)
        else:
            reply(data)

    def slack(self, path, _head, body, reply):
        """Answer a call of the Web API, or take what is posted to a `response_url`."""
        path = path.decode()
        if path.startswith("/response/"):
            reply(self._json(b"ok"))
            text = str(json.loads(body).get("text", ""))
            self._cards(text)  # whose is among them ended as it says
            self.settle(int(path.rpartition("/")[2]), "answered")
            return
        method, _query, asked = path.removeprefix("/api/").partition("?")
        self.methods[method] += 1
        said = self._said(method, asked)
        reply(self._json(json.dumps(said).encode()))
        if body.startswith(b"{"):
            self._heard(method, json.loads(body), said)

    def _heard(self, method, body, said):
        if method == "views.open":
            number = body["trigger_id"].removeprefix("t").partition(".")[0]
            self.settle(int(number), body["view"])
        else:
            cards = self._cards(str(body.get("text", "")))
            if self.clicks and len(cards) == 1 and (button := danger(body)):
                place = body["channel"], body.get("ts") or said["ts"]
                self.buttons[int(cards[0][1])] = button, place

    def wait_for(self, number):
        """Return the future of how *number* ends."""
        self.waiting[number] = asyncio.get_running_loop().create_future()
        return self.waiting[number]

    @staticmethod
    async def ended(future, seconds):
        """Wait for *future*, at most *seconds*; return how it ended, or None."""
        done, _late = await asyncio.wait([future], timeout=seconds)
        return future.result() if done else None

    def settle(self, number, state):
        """Tell whoever waits for the answer to *number* how it ended."""
        future = self.waiting.pop(number, None)
        if future and not future.done():
            future.set_result(state)

    def _cards(self, text):
        found = CARD.findall(text)
        for state, room in found:
            self.settle(number_of(room), state)
        return found

    def _said(self, method, asked):
        if method == "auth.test":
            return {"ok": True, "team_id": TEAM, "user_id": BOT, "bot_id": "B0BENCH"}
        if method == "users.info":
            user = asked.partition("user=")[2].partition("&")[0]
            return {
                "ok": True,
                "user": {"id": user, "team_id": TEAM, "locale": "en-US"},
            }
        if method == "usergroups.users.list":
            return {"ok": True, "users": PEOPLE}
        self._posted += 1
        return {"ok": True, "channel": "C000001", "ts": f"1700000000.{self._posted:06}"}

    def _verify(self, head, body):
        given = header(head, b"authorization")
        if given != self._authorization(head, body, given):
            self.forged.append(given)

    def _authorization(self, head, body, given):
        """Return what TC3 makes of a request with the headers that *given* names.

        https://www.tencentcloud.com/document/product/845/32209
        """
        scope = given.partition("Credential=")[2].partition(",")[0].partition("/")[2]
        names = given.partition("SignedHeaders=")[2].partition(",")[0]
        date, service, _end = scope.split("/")
        lines = [f"{n}:{header(head, n.encode()).lower()}" for n in names.split(";")]
        digest = hashlib.sha256(body).hexdigest()
        canonical = "\n".join(["POST", "/", "", *lines, "", names, digest])
        stamp = header(head, b"x-tc-timestamp")
        whole = hashlib.sha256(canonical.encode()).hexdigest()
        to_sign = f"TC3-HMAC-SHA256\n{stamp}\n{scope}\n{whole}"
        key = f"TC3{self.key}".encode()
        for word in (date, service, "tc3_request"):
            key = hmac.digest(key, word.encode(), "sha256")
        signature = hmac.digest(key, to_sign.encode(), "sha256").hex()
        credential = f"Credential=bench/{scope}, SignedHeaders={names}"
        return f"TC3-HMAC-SHA256 {credential}, Signature={signature}"


def authority(folder):
    """Return the TLS context of a world, and the variables that make it trusted.

    The bot is told of one CA. Peers have that of the trial beside all that they have
    anyway, which the official client reads whenever it is made.
    """
    ca = Authority()
    alone, beside = folder / "ca.pem", folder / "cas.pem"
    alone.write_bytes(ca.pem)
    beside.write_bytes(Path(certifi.where()).read_bytes() + ca.pem)
    return ca.server(), {
        "BOT_TRIAL_CA": str(alone),
        "BENCH_CAS": str(beside),
        "SSL_CERT_FILE": str(beside),
    }


@asynccontextmanager
async def world(*, tls=False):
    """Open a world, which with *tls* speaks only that."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        context, cas = authority(Path(folder)) if tls else (None, {})
        one = World(cas=cas)
        cloud, one.cloud_port = await listen(one.tencent, context)
        slack, one.slack_port = await listen(one.slack, context)
        try:
            yield one
        finally:
            cloud.close()
            slack.close()
