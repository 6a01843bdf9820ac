"""TC3-HMAC-SHA256: the signature on every request to Tencent Cloud's API 3.0.

Bytes and a moment go in, the `Authorization` header comes out. Neither the clock nor
the network is read, so any signature can be reproduced.

Page: https://www.tencentcloud.com/document/product/267/37447
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache

from pydantic import SecretStr

ALGORITHM = "TC3-HMAC-SHA256"
CONTENT_TYPE = "application/json"  # signed, so sent to the letter

DAY = 86_400  # seconds; a day of UTC's, which has no other


@dataclass(frozen=True, slots=True)
class Scope:
    """What all signatures of a day for a product have in common."""

    day: int  # since 1970
    text: str
    opening: str  # of the header
    seal: hmac.HMAC = field(repr=False)  # with the day's key; copied for each


@dataclass(frozen=True, slots=True)
class Credential:
    """A Tencent Cloud key pair; *token* comes with temporary ones only.

    It keeps what it derived for today's signatures, one for each product.
    """

    secret_id: str
    secret_key: SecretStr
    token: SecretStr | None = None
    _scopes: dict[str, Scope] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def scope(self, service: str, day: int) -> Scope:
        """Return what signs for *service* on the *day*, counted from 1970."""
        scope = self._scopes.get(service)
        if scope is None or scope.day != day:
            scope = self._scopes[service] = self._derived(service, day)
        return scope

    def _derived(self, service: str, day: int) -> Scope:
        date = datetime.fromtimestamp(day * DAY, UTC).strftime("%Y-%m-%d")
        scope = (date, service, "tc3_request")
        key = f"TC3{self.secret_key.get_secret_value()}".encode()
        for part in scope:
            key = hmac.digest(key, part.encode(), "sha256")
        text = "/".join(scope)
        opening = f"{ALGORITHM} Credential={self.secret_id}/{text}, SignedHeaders="
        return Scope(day, text, opening, hmac.new(key, digestmod="sha256"))


def authorization(
    payload: bytes, *, host: str, service: str, at: datetime, credential: Credential
) -> str:
    """Return the `Authorization` header for *payload*, POSTed to `/` of *host* at *at*.

    *host* is as the `Host` header has it, with a port if that has one. *service* is
    the product's short name (`trtc`). *at* is aware and counts in whole seconds.
    """
    head, names = _ours(host)
    canonical = head.copy()
    canonical.update(_sha256(payload).encode())
    return _sealed(
        canonical.hexdigest(),
        names=names,
        service=service,
        moment=int(at.timestamp()),
        credential=credential,
    )


@lru_cache(maxsize=16)  # a product has one host
def _ours(host: str) -> tuple["hashlib._Hash", str]:
    """Return the head of every request of ours to *host*, hashed, and what is signed.

    What follows is hashed in a copy.
    """
    headers = {"content-type": CONTENT_TYPE, "host": host}
    return hashlib.sha256(_head(headers).encode()), ";".join(headers)


def _head(headers: Mapping[str, str], *, method: str = "POST", query: str = "") -> str:
    """Spell out the request up to the hash of its payload, which is its last line.

    *headers* are lower-case and in alphabetical order.
    """
    lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
    return "\n".join([method, "/", query, lines, ";".join(headers), ""])


def _sealed(
    hashed: str, *, names: str, service: str, moment: int, credential: Credential
) -> str:
    """Return the header that seals the canonical request which was *hashed*."""
    scope = credential.scope(service, moment // DAY)  # UTC's day, not the office's
    to_sign = f"{ALGORITHM}\n{moment}\n{scope.text}\n{hashed}"
    seal = scope.seal.copy()
    seal.update(to_sign.encode())
    return f"{scope.opening}{names}, Signature={seal.hexdigest()}"


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
