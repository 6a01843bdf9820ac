"""What the cloud may answer: sound replies with pieces changed, cut, swapped."""

import copy
import json
import random
from typing import Any

from bot.errors import CloudError
from bot.ids import TeamId
from bot.journal.model import State
from bot.sandbox.cloud.state import SESSIONS
from bot.tencent import wire
from bot.tencent.models import REQUESTS
from bot.tencent.retry import CODES, ErrorClass, class_of
from tests.trials.fuzz_front import Front, Json, Raw
from tests.trials.fuzz_kit import Case, places, text, value
from tests.trials.slackish import TEAM

START = "StartPublishCdnStream"
TYPED = {
    START: ("/relay", "start {n} url=rtmp://push.example.com/live/a{n} --go"),
    "CreateSession": ("/car", "start user=p{n} ip=125.127.178.228 --go"),
    "DescribeCloudPhoneMultipleStreamSessionSlaves": ("/gs", "1326515201117{n:06}"),
}
KINDS = (
    "application/json",
    "text/html",
    "",
    "application/json; charset=utf-16",
    "x\x80",
)
STATUSES = (200, 200, 200, 200, 201, 204, 302, 400, 404, 429, 500, 502, 503)
REFUSING = {
    ErrorClass.REJECTED,
    ErrorClass.WRONG_CLOCK,
    ErrorClass.TOO_FAST,
    ErrorClass.TOO_OFTEN,
    ErrorClass.QUOTA,
    ErrorClass.BUSY,
    ErrorClass.GONE,
}

Example = tuple[str, Raw]


def cases(front: Front) -> list[Case]:
    """Return the classes about answers: through the whole bot, and to the reader."""

    async def whole(example: Example) -> None:
        action, raw = example
        await front.tidy()
        front.fresh()
        front.cloud.script = raw
        number = front.number()
        command, typed = TYPED[action]
        said = typed.format(n=number)
        payload = front.command(said, command)
        try:
            await front.deliver(payload)
        finally:
            front.cloud.script = None
        told, calls = front.take()
        assert told, "nobody was told"
        assert set(calls) == {action}, f"called {sorted(set(calls))}"
        if action == START:
            key = f"slash:{payload['team_id']}:{payload['trigger_id']}"
            await _started(front, str(number), key, raw, calls)

    async def read(example: Example) -> None:
        action, (status, body, kind) = example
        verdicts = [_read(action, status, body, kind) for _ in range(2)]
        assert verdicts[0] == verdicts[1], "read twice, two verdicts"

    return [
        Case("API answers, whole bot", 5_000, make, whole, lambda: front.took),
        Case("API answers, the reader", 5_000, _any, read),
    ]


async def _started(
    front: Front, room: str, key: str, raw: Raw, calls: list[str]
) -> None:
    """Assert that a start ended in a state that *raw* can bear out."""
    found = await front.world.journal.find(room, TeamId(TEAM))
    (intent,) = [one for one in found if one.key == key]
    _status, body, _kind = raw
    if intent.state is State.STARTED:
        assert intent.ref, "started, without a TaskId"
        spelt = json.dumps(intent.ref)[1:-1].encode(), intent.ref.encode()
        whole = any(one in body for one in spelt)
        assert whole or "\\u" in body.decode("latin-1"), f"TaskId {intent.ref[:20]}"
    elif intent.state is State.NOT_STARTED:
        response = json.loads(body.decode())["Response"]
        code = response["Error"]["Code"]
        parts = code.split(".")
        listed = [".".join(parts[:n]) for n in range(len(parts), 0, -1)]
        known = [CODES[one] for one in listed if one in CODES]
        assert known, f"{code} is not known, yet nothing is said to run"
        assert known[0] in REFUSING, f"{code}, yet nothing is said to run"
    else:
        assert intent.state is State.UNKNOWN, f"it is {intent.state}"
        assert len(calls) == 1 or _refused_first(body), "sent again while unknown"


def _refused_first(body: bytes) -> bool:
    return b'"Error"' in body


def make(source: random.Random) -> Example:
    """Return an action that is sent from a command, and what comes back."""
    action = source.choice(sorted(TYPED))
    return action, _raw(action, source)


def _any(source: random.Random) -> Example:
    action = source.choice(sorted(REQUESTS))
    return action, _raw(action, source)


def _read(action: str, status: int, body: bytes, kind: str) -> str:
    try:
        reply = wire.load(status, body, kind, REQUESTS[action].reply)
    except CloudError as error:
        return f"{class_of(error).name} {error} {error.request_id}"
    return repr(reply)


def _sound(action: str, source: random.Random) -> Json:
    request_id = "f3b0c1d2-1111-2222-3333-444455556666"
    if source.random() < 0.3:
        code = source.choice(sorted(CODES))
        error = {"Code": code, "Message": text(source)}
        return {"Response": {"Error": error, "RequestId": request_id}}
    reply: Json = {
        START: {"TaskId": "-m9" + "".join(source.choices("aZ0+-_.", k=70))},
        "StopPublishCdnStream": {"TaskId": "-m9" + "b" * 70},
        "CreateSession": {"ServerSession": "ZW1wdHk=" * 5},
    }.get(action, copy.deepcopy(next(iter(SESSIONS.values()))))
    return {"Response": {**reply, "RequestId": request_id}}


def _raw(action: str, source: random.Random) -> Raw:
    answer: Any = _sound(action, source)
    for _ in range(source.choice([0, 1, 1, 2, 3])):
        answer = _changed(answer, source)
    dumped = json.dumps(answer, ensure_ascii=source.random() < 0.5)
    body = dumped.encode("utf-8", "replace")
    for _ in range(source.choice([0, 0, 1, 2])):
        body = _bytes(body, source)
    kind = KINDS[0] if source.random() < 0.8 else source.choice(KINDS)
    return source.choice(STATUSES), body, kind.encode("ascii", "ignore").decode()


def _changed(answer: Any, source: random.Random) -> Any:
    found = places(answer)
    if not found or source.random() < 0.05:
        return value(source)
    container, key = source.choice(found)
    how = source.random()
    if how < 0.3 and isinstance(container, dict):
        container.pop(key)
    elif how < 0.5 and isinstance(container, dict):
        container[text(source, 5)] = container.pop(key)
    elif how < 0.6:
        container[key] = ["x"] * 500
    else:
        container[key] = value(source)
    return answer


def _bytes(body: bytes, source: random.Random) -> bytes:
    at = source.randrange(len(body) + 1)
    ways = (
        lambda: body[:at],
        lambda: body[at:],
        lambda: body[:at] + source.randbytes(source.randint(1, 3)) + body[at:],
        lambda: b"\xef\xbb\xbf" + body,
        lambda: body + body,
        lambda: body.decode("utf-8", "replace").encode("utf-16"),
        lambda: b"[" * 2000 + body,
        lambda: body.replace(b'"', b"'"),
        lambda: b'{"Response":{"TaskId":"a","TaskId":"b"}}',
        lambda: body.replace(b":", b":NaN,", 1),
        lambda: b"",
    )
    return source.choice(ways)()
