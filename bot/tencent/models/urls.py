"""Addresses of the web, and the one spelling in which any address is kept and sent.

Whatever reads an address after us has to find the host in it that was checked here. So
scheme and host are sent in lower case, the host without the dot that may end it, and
the port only if it is not the usual one. Path, query and fragment stay as they were
given, byte for byte: they are signed.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv6Address
from typing import Annotated, Any

from pydantic import AfterValidator, PlainSerializer, SerializationInfo

from bot.i18n import _
from bot.runtime.redact import MASK
from bot.tencent.models.exits import Leads, Row
from bot.tencent.models.faults import fault
from bot.tencent.models.values import Like, Text, revealed

USUAL_PORTS: Mapping[str, int] = {"rtmp": 1935, "https": 443, "http": 80}
LARGEST_PORT = 65_535
LONGEST_NAME = 253

# Nothing but a host and a port before the path: no user name, no escape.
_ADDRESS = re.compile(
    r"(?P<scheme>[A-Za-z]+)://(?P<host>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])"
    r"(?::(?P<port>[0-9]{1,5}))?(?P<rest>[/?#][^\s\\]*)?",
    re.ASCII,
)
# RFC 1123, 2.1: letters, digits and inner hyphens, 63 at most between two dots.
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\.?")

# A name, and the end of the host, that are sent as they stand.
_PLAIN_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_SHORT = rf"(?=[a-z0-9.-]{{1,{LONGEST_NAME}}}(?:[/?#]|\Z))"
PLAIN_HOST = rf"{_SHORT}{_PLAIN_LABEL}(?:\.{_PLAIN_LABEL})*"
PLAIN = re.compile(rf"https?://{PLAIN_HOST}(?:[/?#][^\s\\]*)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Address:
    """An address in parts; *rest* is all from its path on. As text it is canonical."""

    scheme: str
    host: str
    port: int
    rest: str

    @property
    def authority(self) -> str:
        """The host, and the port unless it is the usual one."""
        usual = self.port == USUAL_PORTS.get(self.scheme)
        return self.host if usual else f"{self.host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}{self.rest}"


def address_of(url: str) -> Address | None:
    """Return *url* in parts; None if it is no plain address with a host in it."""
    match = _ADDRESS.fullmatch(url)
    if match is None:
        return None
    scheme, host = match["scheme"].lower(), match["host"].lower()
    port = int(match["port"] or USUAL_PORTS.get(scheme, 0))
    if not (0 < port <= LARGEST_PORT and _is_host(host)):
        return None
    return Address(scheme, host.removesuffix("."), port, match["rest"] or "")


def _is_host(host: str) -> bool:
    if not host.startswith("["):
        return len(host) <= LONGEST_NAME and bool(_NAME.fullmatch(host))
    try:
        IPv6Address(host[1:-1])
    except ValueError:
        return False
    return True


def _web_url(url: str) -> str:
    """Return *url* as it is sent."""
    if PLAIN.fullmatch(url):
        return url
    address = address_of(url)
    if address is None:
        sentence = _(
            "The {what} is written https://host/path, without a user name or password"
            " before the host."
        )
        raise fault(sentence)
    return str(address)


def masked_web_url(url: str) -> str:
    """Return *url* without its query, which may be a signature."""
    address = address_of(url)
    if address is None:
        return MASK
    whole = str(address)
    plain = re.split(r"[?#]", whole, maxsplit=1)[0]
    return whole if plain == whole else f"{plain}?{MASK}"


def _written(url: str, info: SerializationInfo[Any]) -> str:
    return url if revealed(info) else masked_web_url(url)


# The characters are those that the API names; others make a picture have no effect.
WebUrl = Annotated[
    str,
    Text(most=2048),
    Like(
        r"https?://[0-9A-Za-z][0-9a-zA-Z\-._~:/?#\[\]@!&()*+,%=;|]*",
        lambda: _(
            "The {what} begins with http:// or https:// and goes on in letters,"
            " digits and -._~:/?#[]@!&()*+,%=;| only."
        ),
    ),
    AfterValidator(_web_url),
    PlainSerializer(_written),
]

PictureUrl = Annotated[WebUrl, Leads(Row.PICTURES, masked_web_url)]
