"""A request as the bytes that leave, and bytes that came back as a reply or an error.

Only `Response.Error` says that Tencent refused; only status 200 and a reply that has
all it must have says that it did what was asked. Everything else is no answer: what
was asked may have happened.

Page: https://www.tencentcloud.com/document/product/267/37447
"""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Never, TypeVar

from pydantic import ValidationError

from bot.errors import CloudError, NoAnswer, Refused
from bot.i18n import _
from bot.tencent import tc3
from bot.tencent.models.base import Reply, Request

SENDER = "patchbay"
OK = 200
LONGEST_TEXT = 1000
LONGEST_ATOM = len("\\u1234")  # what JSON's reader reports at its first character

_TASK_ID = re.compile(rb'"TaskId"\s*:\s*"([!#-\[\]-~]{8,512})"')
_REQUEST_ID = re.compile(rb'"RequestId"\s*:\s*"([\w.-]{1,64})"')
_ID = re.compile(r"[\w.-]{1,64}", re.ASCII)

_encode = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, separators=(",", ":")
).encode

R = TypeVar("R", bound=Reply)


def dump(request: Request[Any]) -> bytes:
    """Return *request* as the body to sign and send, secrets revealed."""
    return _encode(request.to_wire()).encode()


def headers(  # noqa: PLR0913 - seven facts make the head of a request
    request: Request[Any],
    payload: bytes,
    *,
    host: str,
    region: str,
    at: datetime,
    credential: tc3.Credential,
    language: str,
) -> dict[str, str]:
    """Return the headers that go with *payload*, signed for *host* at *at*.

    *language* is the reader's locale: Tencent's messages come in Chinese for any
    Chinese, in English for everybody else. *region* is left out where the product
    has none.
    """
    head = {
        "Host": host,
        "Content-Type": tc3.CONTENT_TYPE,
        "Accept-Encoding": "identity",
        "X-TC-Action": request.action,
        "X-TC-Version": request.service.version,
        "X-TC-Timestamp": str(int(at.timestamp())),
        "X-TC-Language": "zh-CN" if language.lower().startswith("zh") else "en-US",
        "X-TC-RequestClient": SENDER,
        "Authorization": tc3.authorization(
            payload,
            host=host,
            service=request.service.name,
            at=at,
            credential=credential,
        ),
    }
    if request.service.regional and region:
        head["X-TC-Region"] = region
    if credential.token:
        head["X-TC-Token"] = credential.token.get_secret_value()
    return head


def load(status: int, body: bytes, content_type: str, reply_type: type[R]) -> R:
    """Read what came back, with HTTP *status*, as a *reply_type*.

    Raises:
        Refused: it has an `Error`, whatever the status and content type.
        NoAnswer: it is anything else but the whole reply.
    """
    response = _response(status, body, content_type)
    request_id = _request_id(response)
    if response.get("Error") is not None:
        raise _refusal(response["Error"], request_id)
    if status != OK:
        why = _("It came with HTTP status {status}.").format(status=status)
        raise _untrusted(why, request_id)
    try:
        return reply_type.model_validate(response)
    except ValidationError:
        raise _untrusted(_("It lacks what it must have."), request_id) from None


def cut_off(why: str, body: bytes) -> NoAnswer:
    """Return the error for an answer of which only *body* came, and *why*.

    A TaskId that stands whole in the pieces is salvaged, unless there are two, or
    signs of an error.
    """
    tasks = set(_TASK_ID.findall(body)) if b'"Error"' not in body else set()
    request = _REQUEST_ID.search(body)
    return _untrusted(
        why,
        request[1].decode() if request else "",
        salvaged=tasks.pop().decode() if len(tasks) == 1 else "",
    )


def _untrusted(why: str, request_id: str = "", *, salvaged: str = "") -> NoAnswer:
    return NoAnswer(
        _(
            "The answer cannot be trusted: {why} What was asked may have been done."
        ).format(why=why),
        request_id=request_id,
        salvaged=salvaged,
    )


def _response(status: int, body: bytes, content_type: str) -> dict[str, Any]:
    try:
        envelope = json.loads(
            body.decode(), object_pairs_hook=_once_each, parse_constant=_no_number
        )
    except (ValueError, RecursionError) as error:
        if _ends_early(error):
            why = _("It breaks off, at HTTP status {status}.").format(status=status)
            raise cut_off(why, body) from None
        raise _untrusted(_what_it_is(status, body, content_type)) from None
    response = envelope.get("Response") if isinstance(envelope, dict) else None
    if not isinstance(response, dict):
        raise _untrusted(_what_it_is(status, body, content_type))
    return response


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("a name stands twice")
    return members


def _no_number(constant: str) -> Never:
    raise ValueError(f"{constant} is not JSON")


def _ends_early(error: Exception) -> bool:
    """Tell whether the reading failed because the text was over."""
    if isinstance(error, UnicodeDecodeError):
        return error.end == len(error.object)
    if not isinstance(error, json.JSONDecodeError) or error.msg == "Extra data":
        return False
    last = max(len(error.doc) - LONGEST_ATOM, 0)
    return error.pos > last or error.msg.startswith("Unterminated")


def _what_it_is(status: int, body: bytes, content_type: str) -> str:
    if not body:
        return _("It came empty, with HTTP status {status}.").format(status=status)
    return _(
        "It came with HTTP status {status} as {kind}, not as the API answers."
    ).format(status=status, kind=_printable(content_type) or _("nothing known"))


def _refusal(error: Any, request_id: str) -> CloudError:
    fields: Mapping[str, Any] = error if isinstance(error, dict) else {}
    code, message = fields.get("Code"), fields.get("Message")
    if isinstance(code, str) and _ID.fullmatch(code):
        text = message if isinstance(message, str) else ""
        return Refused(code, _printable(text), request_id=request_id)
    return _untrusted(_("It is an error without a code."), request_id)


def _request_id(response: Mapping[str, Any]) -> str:
    claimed = response.get("RequestId")
    return claimed if isinstance(claimed, str) and _ID.fullmatch(claimed) else ""


def _printable(text: str) -> str:
    """Cut *text* to a length, and replace what JSON can spell and UTF-8 cannot."""
    return text[:LONGEST_TEXT].encode("utf-8", "replace").decode()
