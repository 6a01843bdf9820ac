"""Keeps what came back, line by line as JSON, so that it can become test data.

Cut out are the secrets of the settings in whatever encoding, anything in the form of a
secret, what an address opens, and what Slack says of people. Kept are the status, the
headers that the bot reads, and all other fields with their types.
"""

import json
import os
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bot.private import check_folder, open_own
from bot.runtime.redact import MASK, Redactor

LONGEST = 100_000  # characters of one answer
HEADERS = (
    "connection",
    "content-encoding",
    "content-type",
    "date",
    "retry-after",
    "x-accepted-oauth-scopes",
    "x-oauth-scopes",
)
OF_PEOPLE = {
    "avatar_hash",
    "display_name",
    "display_name_normalized",
    "email",
    "first_name",
    "last_name",
    "name",
    "phone",
    "pronouns",
    "real_name",
    "real_name_normalized",
    "skype",
    "status_text",
    "status_text_canonical",
    "title",
    "user",
    "username",
}
_ID = re.compile("[UWB][A-Z0-9]{2,30}")  # of somebody, which says who to nobody else
OPENING = ("url", "permalink", "image", "thumb")  # how names of addresses begin or end


class Recorder:
    """Appends to a file of the day in *folder*, for its owner only.

    *now* is the wall clock; *secrets* are cut out in every encoding. `last` has the
    last answer to each action or method, as it is kept.

    Raises:
        PermissionError: others can reach the file or exchange it.
    """

    def __init__(
        self, folder: Path, now: Callable[[], datetime], secrets: Iterable[str]
    ) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        check_folder(folder)
        self.path = folder / f"live-{now():%Y%m%d}.jsonl"
        self._now = now
        self._secrets = list(secrets)
        self.hide = Redactor(self._secrets)
        self.last: dict[str, Mapping[str, Any]] = {}
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        self._file = os.fdopen(open_own(self.path, flags), "a", encoding="utf-8")

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def learn(self, secrets: Iterable[str]) -> None:
        """Cut out *secrets*, too, from now on."""
        self._secrets += secrets
        self.hide = Redactor(self._secrets)

    def saw(
        self, what: str, status: int, headers: Mapping[str, str], body: bytes
    ) -> None:
        """Keep an answer to *what*: an action, or an address by its end."""
        kept = {name.lower(): one for name, one in headers.items()}
        name = what.rpartition("/")[2] if not _opens(what) else "upload"
        entry = {
            "at": f"{self._now():%Y-%m-%dT%H:%M:%SZ}",
            "what": name,
            "status": status,
            "headers": self._cut({one: kept[one] for one in HEADERS if one in kept}),
            "body": self._cut(_parsed(body)),
        }
        line = (
            self._line(entry)
            or self._line({**entry, "headers": {}, "body": MASK})
            or "{}"
        )
        self.last[name] = json.loads(line)
        self._file.write(line)
        self._file.write("\n")
        self._file.flush()

    def _line(self, entry: Mapping[str, Any]) -> str:
        """Return *entry* as JSON without secrets; empty if it is none any more."""
        line = self.hide(json.dumps(entry, ensure_ascii=False))
        try:
            json.loads(line)
        except ValueError:  # a secret stood across what keeps fields apart
            return ""
        return line

    def _cut(self, value: Any, name: str = "") -> Any:
        match value:
            case dict():
                return {self.hide(k): self._cut(one, k) for k, one in value.items()}
            case list():
                return [self._cut(one, name) for one in value]
            case str() if name in OF_PEOPLE and not _ID.fullmatch(value):
                return MASK if value else ""
            case str() if "://" in value and _is_address(name):
                return _without_what_opens(value)
            case str():
                return self.hide(value)
        return value


def _opens(what: str) -> bool:
    return "/upload" in what


def _is_address(name: str) -> bool:
    return name.startswith(OPENING) or name.endswith(OPENING)


def _without_what_opens(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or ''}/{MASK}"


def _parsed(body: bytes) -> Any:
    text = body.decode("utf-8", "replace")[:LONGEST]
    try:
        return json.loads(text)
    except ValueError:
        return text
