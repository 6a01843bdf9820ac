"""A whole request in the bytes of its connection, where it is plain enough to be read.

Parsing a request for its route costs more than most answers. Where thousands come a
second, those that are plain are read from their bytes: one whole POST, its headers each
once, and none among them that changes how it is read. Anything else goes on as it came.
"""

from collections.abc import Mapping
from dataclasses import dataclass

METHOD, VERSION = b"POST ", b" HTTP/1.1"
# What changes how the bytes are read, or what becomes of the connection.
NOT_PLAIN = frozenset(
    {"connection", "content-encoding", "expect", "transfer-encoding", "upgrade"}
)
KEPT = "keep-alive"  # the one value that a `Connection` header may have


@dataclass(frozen=True, slots=True)
class Post:
    """A POST to *path* as it came; the names of its headers are in lower case."""

    path: str
    headers: Mapping[str, str]
    body: bytes


def plain_post(data: bytes, path: str) -> Post | None:
    """Return the POST that *data* is as a whole; None if it is not so plain.

    Or if its path does not begin with *path*.
    """
    if not data.startswith(METHOD + path.encode()):
        return None
    head, blank, body = data.partition(b"\r\n\r\n")
    line, _newline, rest = head.partition(b"\r\n")
    if not blank or not line.endswith(VERSION):
        return None
    headers = _headers(rest)
    if headers is None or headers.get("content-length") != str(len(body)):
        return None
    wanted = line[len(METHOD) : -len(VERSION)].decode("latin-1")
    return Post(wanted, headers, body)


def _headers(lines: bytes) -> dict[str, str] | None:
    """Return the headers, by name in lower case; None if there is an odd one."""
    headers: dict[str, str] = {}
    for line in lines.decode("latin-1").split("\r\n"):
        name, colon, value = line.partition(":")
        name, value = name.lower(), value.strip(" \t")
        if not colon or not name.strip() == name != "" or name in headers:
            return None
        if name in NOT_PLAIN and (name, value.lower()) != ("connection", KEPT):
            return None
        headers[name] = value
    return headers
