"""TC3-HMAC-SHA256: the signature on every request to Tencent Cloud's API 3.0.

Bytes and a moment go in, the `Authorization` header comes out. Neither the clock nor
the network is read, so any signature can be reproduced.

Page: https://www.tencentcloud.com/document/product/267/37447
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from pydantic import SecretStr

ALGORITHM = "TC3-HMAC-SHA256"
CONTENT_TYPE = "application/json"  # signed, so sent to the letter


@dataclass(frozen=True, slots=True)
class Credential:
    """A Tencent Cloud key pair; *token* comes with temporary ones only."""

    secret_id: str
    secret_key: SecretStr
    token: SecretStr | None = None


def authorization(
    payload: bytes, *, host: str, service: str, at: datetime, credential: Credential
) -> str:
    """Return the `Authorization` header for *payload*, POSTed to `/` of *host* at *at*.

    *host* is as the `Host` header has it, with a port if that has one. *service* is
    the product's short name (`trtc`). *at* is aware and counts in whole seconds.
    """
    headers = {"content-type": CONTENT_TYPE, "host": host}
    canonical = _canonical(payload, headers)
    return _sealed(
        canonical, names=headers, service=service, at=at, credential=credential
    )


def _canonical(
    payload: bytes, headers: Mapping[str, str], *, method: str = "POST", query: str = ""
) -> str:
    """Spell out the request; *headers* are lower-case and in alphabetical order."""
    lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
    return "\n".join(
        [method, "/", query, lines, ";".join(headers), _sha256(payload)],
    )


def _sealed(
    canonical: str,
    *,
    names: Mapping[str, str],
    service: str,
    at: datetime,
    credential: Credential,
) -> str:
    day = at.astimezone(UTC).strftime("%Y-%m-%d")  # UTC's day, not the office's
    scope = f"{day}/{service}/tc3_request"
    moment = str(int(at.timestamp()))
    to_sign = "\n".join([ALGORITHM, moment, scope, _sha256(canonical.encode())])
    key = _day_key(credential.secret_key, day, service)
    signature = hmac.digest(key, to_sign.encode(), "sha256").hex()
    return (
        f"{ALGORITHM} Credential={credential.secret_id}/{scope}, "
        f"SignedHeaders={';'.join(names)}, Signature={signature}"
    )


@lru_cache(maxsize=16)  # a key serves one product for one day
def _day_key(secret_key: SecretStr, day: str, service: str) -> bytes:
    key = f"TC3{secret_key.get_secret_value()}".encode()
    for part in (day, service, "tc3_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
