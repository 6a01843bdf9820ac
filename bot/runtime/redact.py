r"""Masks secrets in text: in lines of log, and in what comes from outside.

Masked are the secrets that are known, in every encoding in which they are sent or
quoted, and anything in the form of a secret, such as a push URL that somebody typed.
Both are found in any case, and however often they are wrapped: a slash may be written
`/`, `\/`, `%2F` or `%252F`.
"""

import base64
import html
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import quote, unquote

MASK = "****"
SHORTEST = 6  # a shorter "secret" would mask half of every log

# ── anything in the form of a secret ─────────────────────────────────────────────

_COLON = r"(?::|\\+u003a|%(?:25)*3a)"
_SLASH = r"(?:\\*/|\\+u002f|%(?:25)*2f)"
_END = r"\s\"'<>"  # what stands in no address, and so ends one
_BEFORE_QUOTE = r"\\{0,9}[\"']"
# Whole runs at once (++), of which nothing is given back: none could end elsewhere.
_ANY = rf"(?:[^{_END}\\]++|\\(?!{_BEFORE_QUOTE}))"
_IN_SEGMENT = rf"(?:[^{_END}\\/?#%]++|%(?!(?:25)*(?:2f|3f|23)))"

# An address of a stream. What opens it is whatever follows the host and the app; where
# there is but one part, that may be the key.
_STREAM = re.compile(
    rf"(?P<scheme>(?:rtmp[a-z]{{0,3}}|rtsps?|srt|webrtc){_COLON}{_SLASH}{_SLASH})"
    rf"(?P<user>[^{_END}\\/?#%@]*@)?"
    rf"(?P<host>(?:[^{_END}\\/?#%]++|%(?:25)*3a)*+)"
    rf"(?P<app>{_SLASH}{_IN_SEGMENT}++(?={_SLASH}{_ANY}))?"
    rf"(?P<rest>{_ANY}*+)",
    re.IGNORECASE,
)
_FIRST_SLASH = re.compile(_SLASH, re.IGNORECASE)

# A value that is secret by the name before it, such as `txSecret=`.
_EQUALS = r"(?:=|\\+u003d|%(?:25)*3d)"
_VALUE = rf"(?:[^{_END}&\\%]|%(?!(?:25)*26)|\\(?!{_BEFORE_QUOTE}|u0026))"
_NAMES = (
    r"sign|sig|user_?sig|[a-z_-]{0,24}token|auth_?key|access_?key(?:_?id)?|secret_?key"
    r"|pass(?:word|wd|phrase)?|pwd|stream_?id"
)

# Each by what must stand in a text, in lower case, for it to be looked for at all.
SHAPES: Sequence[tuple[tuple[str, ...], re.Pattern[str], str]] = (
    (("akid",), re.compile(r"\bAKID[0-9A-Z]{16,}", re.IGNORECASE), MASK),
    (("xox",), re.compile(r"\bxox[abeoprs]-[0-9A-Za-z-]{8,}"), MASK),
    (("xapp-",), re.compile(r"\bxapp-[0-9A-Za-z-]{8,}"), MASK),
    # a UserSig; not a part of a TaskId, which begins with a dash
    (
        ("ej",),
        re.compile(
            r"(?<![\w*.+-])eJ(?:[0-9A-Z*_-]|%(?:25)*2A){40,}", re.ASCII | re.IGNORECASE
        ),
        MASK,
    ),
    (
        ("signature",),
        re.compile(rf"(signature{_EQUALS})[0-9a-z%+/=_-]{{16,}}", re.IGNORECASE),
        rf"\g<1>{MASK}",
    ),
    (
        ("secret",),
        re.compile(rf"((?:tx|ws|hw|al)secret{_EQUALS}){_VALUE}+", re.IGNORECASE),
        rf"\g<1>{MASK}",
    ),
    (
        # and what `re` takes for an s
        ("sig", "token", "auth", "access", "secret", "pass", "pwd", "stream", "\u017f"),
        re.compile(rf"((?<![a-z])(?:{_NAMES}){_EQUALS}){_VALUE}{{6,}}", re.IGNORECASE),
        rf"\g<1>{MASK}",
    ),
    (
        ("@",),
        re.compile(r"(https?://)[^\s/\\\"'<>?#@]{1,512}@", re.IGNORECASE),
        rf"\g<1>{MASK}@",
    ),
    (
        ("hooks.slack",),
        re.compile(r"(https://hooks\.slack(?:-gov)?\.com/)[^\s\"'<>]+", re.IGNORECASE),
        rf"\g<1>{MASK}",
    ),
)
_STREAMS = ("rtmp", "rtsp", "srt", "webrtc")
# One of these stands in every text in which anything is looked for; most have none.
_MARKS = (*_STREAMS, *(mark for marks, _shape, _mask in SHAPES for mark in marks))


_NO_TEXT = {int, float, bool, type(None)}


class Redactor:
    """Masks *secrets*, and anything in the form of one, in text."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets = frozenset(secrets)
        secrets = self._secrets
        forms = {_folded(form) for secret in secrets for form in _forms(secret)}
        longest_first = sorted(forms, key=len, reverse=True)
        self._forms = tuple(longest_first)
        self._known = re.compile("|".join(map(re.escape, longest_first)))

    def also(self, secrets: Iterable[str]) -> "Redactor":
        """Return one that masks these *secrets*, too."""
        return Redactor(self._secrets.union(secrets))

    def __call__(self, text: str) -> str:
        """Return *text* with secrets masked; never raises, linear in its length."""
        folded = _folded(text)
        has = folded.__contains__
        if any(map(has, self._forms)):
            text = _without(text, folded, self._known)
        if not any(map(has, _MARKS)):
            return text
        if any(map(has, _STREAMS)):
            text = _STREAM.sub(_masked_stream, text)
        for marks, shape, mask in SHAPES:
            if any(map(has, marks)):
                text = shape.sub(mask, text)
        return text

    def deep(self, value: Any) -> Any:
        """Return *value*, of JSON, with secrets masked in every text at any depth."""
        if isinstance(value, str):
            return self(value)
        if isinstance(value, dict):
            return {
                name: one if type(one) in _NO_TEXT else self.deep(one)
                for name, one in value.items()
            }
        if isinstance(value, list | tuple):
            return type(value)(self.deep(one) for one in value)
        return value


def _without(text: str, folded: str, forms: re.Pattern[str]) -> str:
    """Return *text* with a mask for each of *forms* in it, which is *folded*."""
    pieces, end = [], 0
    for match in forms.finditer(folded):
        pieces += [text[end : match.start()], MASK]
        end = match.end()
    return "".join((*pieces, text[end:]))


_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}


def _folded(text: str) -> str:
    """Return *text* in lower case, a character for a character."""
    folded = text.lower()
    return folded if len(folded) == len(text) else text.translate(_LOWER)


def _masked_stream(match: re.Match[str]) -> str:
    """Return an address without its user, and without what follows host and app."""
    user = f"{MASK}@" if match["user"] else ""
    head = f"{match['scheme']}{user}{match['host']}{match['app'] or ''}"
    rest = match["rest"]
    slash = _FIRST_SLASH.match(rest)
    if not rest or (slash and slash.end() == len(rest)):
        return f"{head}{rest}"
    return f"{head}{slash[0] if slash else '/'}{MASK}"


def _forms(secret: str) -> Iterable[str]:
    """Yield *secret* in the encodings in which it is sent or quoted."""
    if len(secret) < SHORTEST:
        return
    raw, once = (
        secret.encode("utf-8", "replace"),
        quote(secret, safe="", errors="replace"),
    )
    yield from (secret, once, quote(once, safe=""), unquote(secret))
    in_json = json.dumps(secret)[1:-1]
    yield from (in_json, json.dumps(in_json)[1:-1], in_json.replace("/", r"\/"))
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
    yield from (html.escape(secret), raw.hex())
    for shift in range(3):
        # Those characters of a longer Base64 text that do not depend on its neighbours.
        padded = base64.b64encode(b"\0" * shift + raw).decode().rstrip("=")
        packed = padded[-(-shift * 8 // 6) : len(padded) - 1]
        yield from (packed, packed.translate(_URL_SAFE), quote(packed, safe=""))


_URL_SAFE = str.maketrans("+/", "-_")


# ── what is secret in an address that is known ───────────────────────────────────

_ADDRESS = re.compile(
    r"(?<![a-z0-9+.-])(?P<scheme>[a-z][a-z0-9+.-]{0,15})://(?:(?P<user>[^/?#@\s]*)@)?[^/?#\s]*"
    r"(?P<path>[^?#\s]*)(?:\?(?P<query>[^#\s]*))?(?:#(?P<fragment>\S*))?",
    re.IGNORECASE,
)
_WEB = {"http", "https"}


def secrets_in(text: str) -> Iterator[str]:
    """Yield what of the addresses in *text* must not be repeated.

    Of a stream's that is all that follows the app, of one of the web the values of its
    query; of both whoever logs in. What is shorter than `SHORTEST` cannot be told from
    other words: it is yielded with what stands beside it.
    """
    for address in _ADDRESS.finditer(text):
        yield from _long_enough(*(address["user"] or "").split(":"))
        query = address["query"] or ""
        pairs = query.replace(";", "&").split("&") if query else []
        yield from _long_enough(*(pair.rpartition("=")[2] for pair in pairs))
        if address["scheme"].lower() in _WEB:
            continue
        app, _slash, stream = address["path"].strip("/").partition("/")
        keys = [*stream.split("/"), stream or app, address["fragment"] or ""]
        yield from _long_enough(*keys)
        if stream and not any(len(key) >= SHORTEST for key in keys):
            whole = f"{stream}?{query}" if query else stream
            yield from _long_enough(whole, f"{app}/{whole}")


def _long_enough(*texts: str) -> list[str]:
    return [text for text in texts if len(text) >= SHORTEST]


HIDE = Redactor()  # of what was typed, nothing that looks secret is repeated
