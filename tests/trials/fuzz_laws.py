"""Laws that hold for any text and any error: escaping, and how errors are classed."""

import inspect
import random
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import aiohttp
from aiohttp import http_exceptions
from pydantic import SecretStr

from bot.errors import CloudError, NoAnswer, NotSent, Refused
from bot.sandbox.cloud.state import SESSIONS
from bot.slack.render.escape import clean, cut, escape, size
from bot.tencent import explain
from bot.tencent.client import Account, Client
from bot.tencent.models import REQUESTS
from bot.tencent.models.gs import DescribeCloudPhoneMultipleStreamSessionSlaves
from bot.tencent.retry import CODES, Again, End, ErrorClass, class_of, next_step
from bot.tencent.tc3 import Credential
from tests.trials.fuzz_kit import Case, text

LOCAL = {  # what aiohttp raises only at a server, a web socket or a caller's slip
    "BadContentDispositionHeader",
    "BadContentDispositionParam",
    "EofStream",
    "WebSocketError",
    "WSMessageTypeError",
    "UploadAbortedError",
}


class _Failing:
    """A session whose every post ends in *error*."""

    def __init__(self, error: BaseException) -> None:
        self._error = error

    def post(self, *_given: Any, **_named: Any) -> "_Failing":
        return self

    async def __aenter__(self) -> None:
        raise self._error

    async def __aexit__(self, *_given: object) -> None:
        """Nothing to close."""


def cases() -> list[Case]:
    """Return the classes that need nothing but functions."""
    known = [*CODES, *explain.codes()]

    async def escaped(said: str) -> None:
        out = escape(said)
        assert not set("<>") & set(out), "a bracket is left"
        assert _back(out) == clean(said), "the round trip changes it"
        assert escape(_back(out)) == out, "a second trip changes it"
        assert clean(clean(said)) == clean(said), "cleaning twice differs"
        limit = (1, 75, 3000)[len(said) % 3]
        assert size(escape(cut(said, limit, sent_as=escape))) <= limit, "too long"

    async def classed(error: CloudError) -> None:
        kind = class_of(error)
        assert isinstance(kind, ErrorClass)
        assert class_of(error) is kind
        for request in REQUESTS.values():
            for tries in (1, 2, 5, 2000):
                step = next_step(request, error, tries, lambda: 0.5)
                assert isinstance(step, Again | End), f"{step}"

    async def raised(error: BaseException) -> None:
        sent = await _sent(error)
        assert isinstance(sent, CloudError), f"{type(error).__name__} came through"
        assert class_of(sent) in {ErrorClass.NEVER_SENT, ErrorClass.NO_ANSWER}

    every = list(errors())
    return [
        Case("escape and back", 10_000, _long, escaped),
        Case("codes have a class", 5_000, lambda s: _error(s, known), classed),
        Case(
            "exceptions have a class", len(every) * 3, lambda s: s.choice(every), raised
        ),
    ]


def errors() -> Iterator[BaseException]:
    """Make one of each exception that aiohttp can raise at a client."""
    for module in (aiohttp, http_exceptions):
        for name, kind in inspect.getmembers(module, inspect.isclass):
            wanted = issubclass(kind, Exception) and name not in LOCAL
            if wanted and not issubclass(kind, Warning):
                yield _made(kind)
    yield from (TimeoutError(), OSError(24, "too many open files"))
    yield from (ConnectionResetError(), BrokenPipeError(), ssl.SSLError())


def _made(kind: type[Exception]) -> Exception:
    key = SimpleNamespace(host="h", port=1, ssl=True, is_ssl=True)
    info = SimpleNamespace(real_url="http://h/", method="POST", headers={})
    if issubclass(kind, aiohttp.ClientConnectorCertificateError):
        return kind(key, ssl.CertificateError("no"))
    if issubclass(kind, aiohttp.ClientConnectorError):
        return kind(key, OSError(111, "refused"))
    if issubclass(kind, aiohttp.ClientResponseError):
        return kind(info, ())
    if issubclass(kind, aiohttp.ServerFingerprintMismatch):
        return kind(b"a", b"b", "h", 1)
    for arguments in ((), ("x",), ("x", "y"), ("x", 1, 2)):
        try:
            return kind(*arguments)
        except TypeError:
            continue
    raise AssertionError(f"{kind.__name__} cannot be made")


async def _sent(error: BaseException) -> BaseException | None:
    credential = Credential("id", SecretStr("key"))
    account = Account("http://127.0.0.1:1", credential)
    client = Client({"gs": account}, now=lambda: datetime.now(UTC))
    client._sessions = {True: _Failing(error), False: _Failing(error)}
    request = DescribeCloudPhoneMultipleStreamSessionSlaves.of(
        {"SessionId": next(iter(SESSIONS))}
    )
    try:
        await client.send(request, region="ap-singapore")
    except CloudError as told:
        return told
    except Exception as other:  # noqa: BLE001 - it is what is looked for
        return other
    return None


def _error(source: random.Random, known: list[str]) -> CloudError:
    kind = source.random()
    if kind < 0.1:
        return NotSent(text(source), lasting=source.random() < 0.5)
    if kind < 0.2:
        return NoAnswer(text(source), salvaged=source.choice(["", "-m" + "a" * 70]))
    code = source.choice(known) if source.random() < 0.7 else text(source)
    if source.random() < 0.3:
        code += "." + source.choice(["", "x", ".", code[:10]])
    return Refused(code, text(source))


def _long(source: random.Random) -> str:
    return "".join(text(source) for _ in range(source.randint(1, 2)))


def _back(said: str) -> str:
    return said.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
