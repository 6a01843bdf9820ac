"""A push address before a request is formed from it: a secret."""

from dataclasses import dataclass

from pydantic import SecretStr


@dataclass(frozen=True, slots=True)
class PushAddress:
    """Where a reference leads: the whole address, and whose CDN it is on.

    *cdn* is the word that people say for it; empty if nobody has said it.
    """

    url: SecretStr
    cdn: str = ""
