"""Checks on the raw bytes of a request, before anything parses them.

Bolt parses before it verifies, and answers what it cannot parse with a 500 and a
traceback. Here the order is size, signature, shape; a request that fails is answered
with a 4xx and an empty body, and nothing of it is logged. Only Slack's probe of a
command's address comes without a signature.
https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

LARGEST = 2 * 1024 * 1024  # bytes; a message with fifty full blocks, twice encoded
LONGEST_PROBE = 1000  # bytes
SKEW = 300  # seconds, either way
DEEPEST = 60  # levels of nesting; Slack's own payloads have a dozen
LONGEST_TIME = 12  # digits

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"

TIMESTAMP, SIGNATURE = "x-slack-request-timestamp", "x-slack-signature"
CONTENT_TYPE = "content-type"
READ = (CONTENT_TYPE, TIMESTAMP, SIGNATURE)  # all headers that are looked at

Headers = Mapping[str, Sequence[str]]  # lower-case name → every value it came with


@dataclass(frozen=True, slots=True)
class Admitted:
    """A genuine request: its body as an object."""

    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Turned:
    """A request that is answered here; the status is 200 for Slack's own probes."""

    status: int
    why: str


def admit(
    headers: Headers, raw: bytes, *, secret: str, now: float
) -> Admitted | Turned:
    """Decide on a POST with *headers* and *raw* body, at the Unix time *now*."""
    if len(raw) > LARGEST:
        return Turned(413, "size")
    kind = _only(headers, CONTENT_TYPE).partition(";")[0].strip().casefold()
    if not genuine(headers, raw, secret=secret, now=now):
        is_probe = kind == FORM and _is_probe(raw)
        return Turned(200, "probe") if is_probe else Turned(401, "signature")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return Turned(400, "utf-8")
    if kind not in {FORM, JSON}:
        return Turned(415, "content type")
    body = _form(text) if kind == FORM else _object(text)
    if body is None or not _sound(body):
        return Turned(400, "shape")
    is_probe = body.get("ssl_check") == "1"
    return Turned(200, "probe") if is_probe else Admitted(body)


def genuine(headers: Headers, raw: bytes, *, secret: str, now: float) -> bool:
    """Return whether *raw* carries Slack's signature, at most SKEW seconds old."""
    stamp, signature = _only(headers, TIMESTAMP), _only(headers, SIGNATURE)
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= LONGEST_TIME):
        return False
    if abs(now - int(stamp)) > SKEW or not signature.isascii():
        return False
    signed = b"v0:" + stamp.encode() + b":" + raw
    expected = "v0=" + hmac.digest(secret.encode(), signed, "sha256").hex()
    return hmac.compare_digest(expected, signature)


def _only(headers: Headers, name: str) -> str:
    """Return the one value of a header, or "" if it is missing or repeated."""
    values = headers.get(name, ())
    return values[0] if len(values) == 1 else ""


def _is_probe(raw: bytes) -> bool:
    """Tell whether an unsigned form asks whether anybody listens: `ssl_check=1`.

    Nothing else of it is read.
    """
    if len(raw) > LONGEST_PROBE:
        return False
    try:
        fields = parse_qsl(raw.decode("ascii"), max_num_fields=10)
    except ValueError:
        return False
    return [value for name, value in fields if name == "ssl_check"] == ["1"]


def _form(text: str) -> dict[str, Any] | None:
    try:
        fields = dict(parse_qsl(text, keep_blank_values=True, max_num_fields=100))
    except ValueError:
        return None
    if "payload" in fields:
        return _object(fields["payload"])
    return {**fields} if fields.keys() & {"command", "ssl_check"} else None


def _object(text: str) -> dict[str, Any] | None:
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) and _shallow(body, DEEPEST) else None


def _shallow(value: Any, levels: int) -> bool:
    if isinstance(value, dict | list):
        inside = value.values() if isinstance(value, dict) else value
        return levels > 0 and all(_shallow(one, levels - 1) for one in inside)
    return True


# What Bolt looks into, and the type that it expects there.
_SHAPES: Mapping[str, type] = {
    **dict.fromkeys(
        ("team", "user", "channel", "view", "event", "enterprise", "container"), dict
    ),
    **dict.fromkeys(
        ("team_id", "user_id", "type", "token", "api_app_id", "trigger_id"), str
    ),
    **dict.fromkeys(
        ("authorizations", "actions", "authed_users", "authed_teams"), list
    ),
}


def _sound(body: Mapping[str, Any]) -> bool:
    """Return whether the values that Bolt looks into have the types it expects."""
    for name in _SHAPES.keys() & body.keys():
        if body[name] is not None and not isinstance(body[name], _SHAPES[name]):
            return False
    each = (*(body.get("authorizations") or ()), *(body.get("actions") or ()))
    return all(isinstance(one, dict) for one in each)
