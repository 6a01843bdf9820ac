"""UserSig: the credential with which a user, or a relay's robot, enters a TRTC room.

The app's key is not the cloud API key. A UserSig is a secret until it expires, which
can take decades, so it is minted for one send and never kept.

Page: https://www.tencentcloud.com/document/product/1047/34385
"""

import base64
import binascii
import hmac
import json
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import SecretStr

from bot.errors import InvalidRequest
from bot.i18n import _

HOUR = 3600  # the robot enters within seconds; it is for a lost connection
LONGEST = 16_384  # unpacked; a real ticket has some 300 bytes

_UNREADABLE = (
    zlib.error,
    ValueError,  # not base64, not JSON
    LookupError,
    TypeError,
    OverflowError,  # a moment outside of all calendars
    OSError,  # the same, on other platforms
    RecursionError,
)
_TO_URL = bytes.maketrans(b"+/=", b"*-_")
_FROM_URL = bytes.maketrans(b"*-_", b"+/=")


@dataclass(frozen=True, slots=True)
class Ticket:
    """The fields of a UserSig, whose signature is not verified."""

    user: str
    sdk_app_id: int
    made_at: datetime
    expires_at: datetime


def mint(
    user: str, *, sdk_app_id: int, key: SecretStr, at: datetime, expire: int = HOUR
) -> SecretStr:
    """Return a UserSig for *user*, valid for *expire* seconds from *at*."""
    made = int(at.timestamp())
    lines = (
        f"TLS.identifier:{user}\nTLS.sdkappid:{sdk_app_id}\n"
        f"TLS.time:{made}\nTLS.expire:{expire}\n"
    )
    secret = key.get_secret_value().encode()
    seal = hmac.digest(secret, lines.encode(), "sha256")
    ticket = {
        "TLS.ver": "2.0",
        "TLS.identifier": user,
        "TLS.sdkappid": sdk_app_id,
        "TLS.expire": expire,
        "TLS.time": made,
        "TLS.sig": base64.b64encode(seal).decode(),
    }
    packed = base64.b64encode(zlib.compress(json.dumps(ticket).encode()))
    return SecretStr(packed.translate(_TO_URL).decode())


def read(text: str) -> Ticket:
    """Read the UserSig *text*, without checking who made it.

    Raises:
        InvalidRequest: it is not a UserSig.
    """
    try:
        fields = _unpacked(text)
        made = datetime.fromtimestamp(fields["TLS.time"], UTC)
        return Ticket(
            user=str(fields["TLS.identifier"]),
            sdk_app_id=int(fields["TLS.sdkappid"]),
            made_at=made,
            expires_at=made + timedelta(seconds=fields["TLS.expire"]),
        )
    except _UNREADABLE:
        raise _not_a_ticket() from None  # the cause would quote the secret


def _unpacked(text: str) -> Any:
    packed = base64.b64decode(text.encode().translate(_FROM_URL), validate=True)
    unpacker = zlib.decompressobj()
    plain = unpacker.decompress(packed, LONGEST)
    if not unpacker.eof:
        raise binascii.Error("cut off, or too long")
    return json.loads(plain)


def _not_a_ticket() -> InvalidRequest:
    return InvalidRequest(
        {"UserSig": _("This is not a UserSig, or it was cut off when it was copied.")}
    )
