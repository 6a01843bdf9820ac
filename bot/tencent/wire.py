"""A request as the bytes that leave, and bytes that came back as a reply or an error.

Only `Response.Error` says that Tencent refused; only status 200 and a reply that has
all it must have says that it did what was asked. Everything else is no answer: what
was asked may have happened. What is harmless costs nothing: a byte order mark, a name
that stands twice with one value, a field that nobody knows, a RequestId that is none.

A TaskId is the one thing with which a relay can be stopped. So each that stands in
what came back, whatever else is wrong with it, goes with the error.

Tencent may quote the request. So no text of an answer is told, kept or logged before
`without_secrets` has cut out what the request knows to be secret.

Page: https://www.tencentcloud.com/document/product/267/37447
"""

import json
import re
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any, Never, TypeVar

from pydantic import ValidationError

from bot.errors import CloudError, NoAnswer, Refused
from bot.i18n import _
from bot.ids import is_task_id, kept_task_id
from bot.runtime.redact import HIDE
from bot.tencent import tc3
from bot.tencent.models.base import Reply, Request
from bot.tencent.retry import CODES

SENDER = "patchbay"
OK = 200
LONGEST_TEXT = 1000
LONGEST_ATOM = len("\\u1234")  # what JSON's reader reports at its first character

MOST_CANDIDATES = 10

_TASK_ID = re.compile(
    r'"TaskId"\s*:\s*(?:(?P<text>"(?:[^"\\]|\\.)*")|(?P<number>-?\d{1,100})\s*[,}])',
    re.IGNORECASE | re.DOTALL,
)
_REQUEST_ID = re.compile(rb'"RequestId"\s*:\s*"([\w.-]{1,64})"')
_ID = re.compile(r"[\w.-]{1,64}", re.ASCII)

R = TypeVar("R", bound=Reply)


def dump(request: Request[Any]) -> bytes:
    """Return *request* as the body to sign and send, secrets revealed."""
    return request.to_json()


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


def without_secrets(error: CloudError, hide: Callable[[str], str]) -> CloudError:
    """Return *error* as it may be told: cut by *hide* first, then to a length.

    What was neither sent nor answered quotes nobody. A TaskId is kept as it came.
    """
    request_id = _not_hidden(error.request_id, hide)
    match error:
        case Refused(code=code, message=message):
            return Refused(
                _code_told(code, hide),
                hide(message)[:LONGEST_TEXT],
                request_id=request_id,
                candidates=error.candidates,
            )
        case NoAnswer(salvaged=salvaged):
            return NoAnswer(
                hide(str(error))[:LONGEST_TEXT],
                request_id=request_id,
                salvaged=salvaged,
                candidates=error.candidates,
            )
        case _:
            return error


def as_told(reply: R, secrets: Collection[str]) -> R:
    """Return *reply* as it may be told: none of its texts looks like a secret.

    A RequestId that has one of *secrets* in it is none. A TaskId is kept as it came,
    and what is a secret by its type goes no further than whoever asked.
    """
    texts: dict[str, object] = {}
    for name, value in reply:
        if isinstance(value, (str, tuple)) and name != "task_id":
            hidden = HIDE.deep(value)
            if hidden != value:
                texts[name] = hidden
    folded = reply.request_id.lower()
    if any(secret.lower() in folded for secret in secrets):
        texts["request_id"] = ""
    return reply.model_copy(update=texts) if texts else reply


def _code_told(code: str, hide: Callable[[str], str]) -> str:
    """Return *code*, of which a listed one is nobody's secret: it says what happened.

    A stream may be called `request`, and a code begin with that word.
    """
    listed = code
    while listed and listed not in CODES:
        listed = listed.rpartition(".")[0]
    return f"{listed}{hide(code[len(listed) :])}"


def _not_hidden(text: str, hide: Callable[[str], str]) -> str:
    return text if hide(text) == text else ""


class _Members(dict[str, Any]):
    """An object of JSON. *unequal* are names that stand in it with several values."""

    unequal: frozenset[str] = frozenset()


def load(status: int, body: bytes, content_type: str, reply_type: type[R]) -> R:
    """Read what came back, with HTTP *status*, as a *reply_type*.

    Raises:
        Refused: it has an `Error`, whatever the status and content type.
        NoAnswer: it is anything else but the whole reply.
    """
    try:
        response = _response(status, body, content_type)
        return _reply(status, response, reply_type)
    except CloudError as error:
        error.candidates = candidates(body)
        raise


def cut_off(why: str, body: bytes, status: int = OK) -> NoAnswer:
    """Return the error for an answer of which only *body* came, and *why*.

    A TaskId that stands whole in the pieces is salvaged, unless there are two, or
    signs of an error, or it came with another *status* than 200.
    """
    tasks = _task_ids(body)
    alone = len(tasks) == 1 and is_task_id(tasks[0])
    trusted = alone and status == OK and "Error" not in _text(body)
    request = _REQUEST_ID.search(body)
    return _untrusted(
        why,
        request[1].decode() if request else "",
        salvaged=tasks[0] if trusted else "",
        candidates=candidates(body),
    )


def contradiction(error: Refused) -> NoAnswer:
    """Return what an *error* with a TaskId beside it is to whoever wanted a start.

    What is known of the code, that nothing was done, is not known of this answer.
    """
    why = _("It has an error, {error}, and a TaskId beside it.").format(error=error)
    return _untrusted(why, error.request_id, candidates=error.candidates)


def candidates(body: bytes) -> tuple[str, ...]:
    """Return every TaskId that stands whole in *body*, whatever it is, as it is kept.

    One that was cut is left out: it is no relay's.
    """
    kept = filter(None, map(kept_task_id, _task_ids(body)))
    return tuple(dict.fromkeys(kept))[:MOST_CANDIDATES]


def _task_ids(body: bytes) -> list[str]:
    """Return the different TaskIds in *body* as they came."""
    matches = _TASK_ID.finditer(_text(body))
    return list(dict.fromkeys(match["number"] or _string(match) for match in matches))


def _string(match: re.Match[str]) -> str:
    try:
        return str(json.loads(match["text"], strict=False))
    except ValueError:  # an escape that JSON does not have
        return match["text"][1:-1]


def _text(body: bytes) -> str:
    return body.decode(json.detect_encoding(body), "replace")


def _untrusted(
    why: str,
    request_id: str = "",
    *,
    salvaged: str = "",
    candidates: tuple[str, ...] = (),
) -> NoAnswer:
    return NoAnswer(
        _("No usable answer: {why} The request may have taken effect.").format(why=why),
        request_id=request_id,
        salvaged=salvaged,
        candidates=candidates,
    )


def _response(status: int, body: bytes, content_type: str) -> _Members:
    try:
        envelope = json.loads(
            body.decode(json.detect_encoding(body)),
            object_pairs_hook=_members,
            parse_constant=_no_number,
        )
    except (ValueError, RecursionError) as error:
        if _ends_early(error):
            why = _("It is cut off (HTTP status {status}).").format(status=status)
            raise cut_off(why, body, status) from None
        raise _untrusted(_what_it_is(status, body, content_type)) from None
    response = envelope.get("Response") if isinstance(envelope, _Members) else None
    if not isinstance(response, _Members) or envelope.unequal:
        raise _untrusted(_what_it_is(status, body, content_type))
    return response


def _reply(status: int, response: _Members, reply_type: type[R]) -> R:
    request_id = _request_id(response)
    if response.unequal and response.unequal & _decisive(reply_type):
        raise _untrusted(_("It contradicts itself."), request_id)
    if response.get("Error") is not None:
        raise _refusal(response["Error"], request_id)
    if status != OK:
        why = _("It has HTTP status {status}.").format(status=status)
        raise _untrusted(why, request_id)
    try:
        return reply_type.model_validate(response)
    except ValidationError:
        raise _untrusted(_("A required field is missing."), request_id) from None


def _decisive(reply_type: type[R]) -> frozenset[str]:
    """Return the names that must not stand in a reply with several values."""
    fields = {field.alias or "" for field in reply_type.model_fields.values()}
    return frozenset(fields | {"Error"}) - {"RequestId"}


def _members(pairs: list[tuple[str, Any]]) -> _Members:
    members = _Members(pairs)
    if len(members) < len(pairs):
        unequal = (name for name, value in pairs if members[name] != value)
        members.unequal = frozenset(unequal)
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
        return _("It is empty (HTTP status {status}).").format(status=status)
    return _(
        "It has HTTP status {status} and is {kind}, which the API does not send."
    ).format(status=status, kind=_printable(content_type) or _("of an unknown type"))


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
    """Return *text* without what JSON can spell and UTF-8 cannot."""
    return text.encode("utf-8", "replace").decode()
