"""Commands in the bytes of their connection, while they wait for a place.

In an overload nine of ten commands are never served, so what each of them costs is what
is left for the tenth. A command that would have to wait is therefore looked at once,
and waits unread: it is parsed when it has a place, or answered with a constant. Only
what is plain is taken so: one whole form, with the headers and the fields that Slack
sends, each once. Anything else goes on as it came, and so does what may be a stop.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import unquote_to_bytes

from bot.runtime.plain import plain_post
from bot.runtime.secret import AnySecret
from bot.slack.inbound.admission import Admission, Asked, Lane
from bot.slack.inbound.guard import FORM, SIGNATURE, TIMESTAMP, genuine

ONCE = frozenset({"content-type", "content-length", TIMESTAMP, SIGNATURE})


class Holder(Protocol):
    """The connection on which a request came."""

    def vouched(self) -> None:
        """Take note that its signature held."""

    def go_on(self) -> None:
        """Read the request."""

    def answered(self, answer: bytes) -> None:
        """Write *answer*, and wait for the next request."""


@dataclass(frozen=True, slots=True)
class RawCommand:
    """A slash command as it came."""

    headers: Mapping[str, str]
    body: bytes
    command: str
    text: str


@dataclass(frozen=True, slots=True)
class RawCommands:
    """Holds back commands to *path* that have to wait, but none that *ends* something.

    They are signed with *secret*; *clock* gives the Unix time, and *refusal* is the
    whole answer to one that is turned away.
    """

    path: str
    admission: Admission
    ends: Callable[[str, str], bool]
    secret: AnySecret
    clock: Callable[[], float]
    refusal: bytes
    _waiting: dict[Asked, None] = field(default_factory=dict)

    def close(self) -> None:
        """Answer all that wait: nobody will serve them."""
        for one in list(self._waiting):
            self._over(one)
            one.answer(False)  # noqa: FBT003 - as when it is turned away

    def held(self, data: bytes, holder: Holder) -> Callable[[], None] | None:
        """Let the request *data* wait for a place, and return what ends that.

        To be called when it is answered, or its connection lost. None: it does not
        have to wait, or not here. Once it has its place, *holder* goes on.
        """
        if not self.admission.full:
            return None
        typed = plain_command(data, self.path)
        if typed is None or self.ends(typed.command, typed.text):
            return None
        headers = {name: (typed.headers[name],) for name in (TIMESTAMP, SIGNATURE)}
        secret = self.secret.get_secret_value()
        if not genuine(headers, typed.body, secret=secret, now=self.clock()):
            return None
        holder.vouched()

        def answer(has_place: bool) -> None:  # noqa: FBT001 - one of two answers
            self._waiting.pop(one, None)
            if has_place:
                holder.go_on()
            else:
                holder.answered(self.refusal)

        one = self.admission.asked(answer, float(typed.headers[TIMESTAMP]))
        self._waiting[one] = None
        self.admission.wait(one, Lane.REST)
        return lambda: self._over(one)

    def _over(self, one: Asked) -> None:
        self._waiting.pop(one, None)
        self.admission.over(one, Lane.REST)


def plain_command(data: bytes, path: str) -> RawCommand | None:
    """Return the command that *data* is as a whole; None if it is not so plain."""
    post = plain_post(data, path)
    if post is None or post.path != path or not post.headers.keys() >= ONCE:
        return None
    typed = _typed(post.body) if post.headers["content-type"] == FORM else None
    return RawCommand(post.headers, post.body, *typed) if typed else None


def _typed(body: bytes) -> tuple[str, str] | None:
    """Return the command and its text; None if the form is not one of a command."""
    fields: dict[bytes, bytes] = {}
    for part in body.split(b"&"):
        name, _equals, value = part.partition(b"=")
        if name in fields or b"%" in name or b"+" in name:
            return None
        fields[name] = value
    if b"command" not in fields or fields.keys() & {b"payload", b"ssl_check"}:
        return None
    try:
        return _text(fields[b"command"]), _text(fields.get(b"text", b""))
    except UnicodeDecodeError:
        return None


def _text(value: bytes) -> str:
    """Return the *value* of a field as it was typed.

    Raises:
        UnicodeDecodeError: it is no text, or not encoded as forms are.
    """
    value.decode("ascii")
    return unquote_to_bytes(value.replace(b"+", b" ")).decode("utf-8")
