"""Masks secrets in log lines.

Masked are the secrets that are configured, in every encoding in which they are sent,
and anything in the form of a secret, such as a push URL that somebody typed.
"""

import base64
import json
import re
from collections.abc import Iterable
from urllib.parse import quote

MASK = "****"
SHORTEST = 6  # a shorter "secret" would mask half of every log

SHAPES = (
    (re.compile(r"\bAKID[0-9A-Za-z]{16,}"), MASK),
    (re.compile(r"\bxox[abeoprs]-[0-9A-Za-z-]{8,}"), MASK),
    (re.compile(r"\bxapp-[0-9A-Za-z-]{8,}"), MASK),
    (re.compile(r"\beJ[0-9A-Za-z*_-]{40,}"), MASK),  # a UserSig
    (re.compile(r"(Signature=)[0-9a-f]{16,}"), rf"\g<1>{MASK}"),
    (
        re.compile(r"(rtmps?://[^\s/\"'<>]{1,255}/[^\s/\"'<>?]{1,255})[^\s\"'<>]*"),
        rf"\g<1>/{MASK}",
    ),
    (re.compile(r"(txSecret=)[^\s&\"'<>]+"), rf"\g<1>{MASK}"),
    (re.compile(r"(https://hooks\.slack(?:-gov)?\.com/)[^\s\"'<>]+"), rf"\g<1>{MASK}"),
)


class Redactor:
    """Masks *secrets*, and anything in the form of one, in text."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        forms = {form for secret in secrets for form in _forms(secret)}
        longest_first = sorted(forms, key=len, reverse=True)
        self._known = (
            re.compile("|".join(map(re.escape, longest_first)))
            if longest_first
            else None
        )

    def __call__(self, text: str) -> str:
        """Return *text* with secrets masked; never raises, linear in its length."""
        if self._known:
            text = self._known.sub(MASK, text)
        for shape, mask in SHAPES:
            text = shape.sub(mask, text)
        return text


def _forms(secret: str) -> Iterable[str]:
    """Yield *secret* in the encodings in which it is sent."""
    if len(secret) < SHORTEST:
        return
    raw = secret.encode()
    yield secret
    yield quote(secret, safe="")
    yield json.dumps(secret)[1:-1]
    yield raw.hex()
    for shift in range(3):
        # Those characters of a longer Base64 text that do not depend on its neighbours.
        padded = base64.b64encode(b"\0" * shift + raw).decode().rstrip("=")
        yield padded[-(-shift * 8 // 6) : len(padded) - 1]


HIDE = Redactor()  # of what was typed, nothing that looks secret is repeated
