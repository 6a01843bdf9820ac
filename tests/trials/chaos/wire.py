"""As much of PostgreSQL's protocol as one needs to see a COMMIT pass by.

https://www.postgresql.org/docs/current/protocol-message-formats.html
"""

import re
import struct
from collections import deque
from dataclasses import dataclass, field

HEAD = 5  # bytes: the kind, and the length, which counts itself
LENGTH = 4
ENCRYPT = {80877103, 80877104}  # somebody asks for TLS, or GSS
CANCEL = 80877102
WRITES = re.compile(
    r"(?<!for )\b(?:insert\s+into|update|delete\s+from)\s+\w+", re.IGNORECASE
)
SYNC = None  # stands among the statements that are under way


class Frames:
    """Cuts a stream into messages; *greets* if it begins with one that has no kind."""

    def __init__(self, *, greets):
        self._left = bytearray()
        self._greets = greets

    def feed(self, data):
        """Yield (kind, body, raw) of each message that is whole."""
        self._left += data
        while frame := self._next():
            yield frame

    def _next(self):
        head = LENGTH if self._greets else HEAD
        if len(self._left) < head:
            return None
        (length,) = struct.unpack_from("!I", self._left, head - LENGTH)
        whole = head - LENGTH + length
        if len(self._left) < whole:
            return None
        raw = bytes(self._left[:whole])
        del self._left[:whole]
        if not self._greets:
            return raw[:1], raw[HEAD:], raw
        (code,) = struct.unpack_from("!I", raw, LENGTH)
        kind = b"tls" if code in ENCRYPT else b"cancel" if code == CANCEL else b"hello"
        self._greets = kind == b"tls"
        return kind, raw[LENGTH:], raw


def framed(kind, body):
    """Return a message of *kind*, as bytes."""
    return kind + struct.pack("!I", len(body) + LENGTH) + body


@dataclass
class Transaction:
    """What one transaction has run so far: (statement, its parameters) in order."""

    ran: list = field(default_factory=list)
    number: int = 0  # of its connection's transactions

    def says(self, pattern, value=b""):
        """Tell whether a statement fits *pattern*, and has *value* as a parameter."""
        return any(
            re.search(pattern, text, re.IGNORECASE | re.DOTALL)
            and (not value or value in values)
            for text, values in self.ran
        )

    @property
    def summary(self):
        """Return what it writes, in a few words."""
        words = (WRITES.search(text) for text, _values in self.ran)
        names = [" ".join(one[0].split()).lower() for one in words if one]
        return ", ".join(dict.fromkeys(names)) or "nothing"


class Watch:
    """Follows one connection: `asked` what a client sends, `answered` what it gets.

    Both return the transaction that is committed by that message, or None. What runs
    outside of BEGIN and COMMIT, and writes, is a transaction of its own.
    """

    def __init__(self):
        self._named = {}  # statements that are prepared
        self._bound = {}  # (statement, parameters) by portal
        self._running = deque()  # what is asked and not answered: (text, transaction)
        self._open = None
        self._count = 0

    def asked(self, kind, body):
        match kind:
            case b"Q":
                found = self._run(_text(body)[0], ())
                self._running.append(SYNC)
                return found
            case b"P":
                name, rest = _text(body)
                self._named[name] = _text(rest)[0]
            case b"B":
                portal, rest = _text(body)
                name, rest = _text(rest)
                self._bound[portal] = (self._named.get(name, ""), _values(rest))
            case b"E":
                return self._run(*self._bound.get(_text(body)[0], ("", ())))
            case b"S":
                self._running.append(SYNC)
        return None

    def answered(self, kind, body):
        if kind == b"C" and self._running and self._running[0] is not SYNC:
            text, transaction = self._running.popleft()
            tag = _text(body)[0]
            return transaction if transaction and _ends(text, tag) else None
        if kind == b"Z":
            while self._running and self._running.popleft() is not SYNC:
                pass  # what came behind an error is not run
            if body == b"I" and not self._running:
                self._open = None
        return None

    def _run(self, text, values):
        """Note that *text* is run; return what it would commit."""
        word = text.strip().rstrip(";").upper()
        if word.startswith(("BEGIN", "START TRANSACTION")):
            self._open = self._new()
            self._running.append((text, None))
            return None
        if word in {"COMMIT", "END", "ROLLBACK"}:
            whole, self._open = self._open, None
            self._running.append((text, whole))
            return whole if word != "ROLLBACK" else None
        if self._open:
            self._open.ran.append((text, values))
            self._running.append((text, None))
            return None
        alone = self._new([(text, values)]) if WRITES.search(text) else None
        self._running.append((text, alone))
        return alone

    def _new(self, ran=()):
        self._count += 1
        return Transaction(list(ran), self._count)


def rewritten(kind, body, rewrite):
    """Return the message with its statement as *rewrite* makes it."""
    if kind == b"Q":
        text, rest = _text(body)
        return framed(kind, rewrite(text).encode() + b"\0" + rest)
    name, rest = _text(body)
    text, rest = _text(rest)
    return framed(kind, f"{name}\0{rewrite(text)}\0".encode() + rest)


def _ends(text, tag):
    """Tell whether *tag*, the answer to *text*, says that something is committed."""
    return tag == "COMMIT" or (WRITES.search(text) is not None and tag != "ROLLBACK")


def _text(body):
    text, _end, rest = body.partition(b"\0")
    return text.decode(errors="replace"), rest


def _values(rest):
    """Return the parameters of a Bind, as bytes; None where there is no value."""
    (formats,) = struct.unpack_from("!H", rest)
    at = 2 + 2 * formats
    (count,) = struct.unpack_from("!H", rest, at)
    at += 2
    values = []
    for _each in range(count):
        (length,) = struct.unpack_from("!i", rest, at)
        at += 4
        values.append(rest[at : at + length] if length >= 0 else None)
        at += max(length, 0)
    return tuple(values)
