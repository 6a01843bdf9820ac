"""The kinds of values that settings have, and the secrets that stand in files.

A mistake is told by the name of the setting, never by its value.
"""

import os
import re
import ssl
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated
from urllib.parse import unquote

from pydantic import AfterValidator, SecretStr
from pydantic_core import PydanticCustomError

ROOT = 0


def _like(pattern: str, sentence: str) -> AfterValidator:
    """Refuse what does not match all of *pattern*, with *sentence*."""

    def check(text: str) -> str:
        if not re.fullmatch(pattern, text, re.ASCII):
            raise PydanticCustomError("shape", "{sentence}", {"sentence": sentence})
        return text

    return AfterValidator(check)


def _id(letters: str, *, none: bool = False) -> AfterValidator:
    """Refuse what is no ID of Slack's that begins with one of *letters*."""
    first = " or ".join(letters)
    sentence = f"an ID begins with {first}, in capitals and digits; a name is none"
    return _like(f"[{letters}][A-Z0-9]{{1,30}}" + "|" * none, sentence)


UserId = Annotated[str, _id("UW")]
GroupId = Annotated[str, _id("S")]
ChannelId = Annotated[str, _id("CGD")]
OneChannelOrNone = Annotated[str, _id("CG", none=True)]
OneGroupOrNone = Annotated[str, _id("S", none=True)]
TeamId = Annotated[str, _id("TE")]
WorkspaceId = Annotated[str, _id("T")]
Action = Annotated[
    str, _like(r"\*|[a-z]+\.(\*|[a-z]+)", "write relay.start, relay.* or *")
]
WebAddressOrNone = Annotated[
    str, _like(r"https?://[^\s@]+|", "an address that begins with http:// or https://")
]


def joined(first: SecretStr | None, more: SecretStr | None) -> SecretStr | None:
    """Return the lines of *first* and then those of *more*; without *first* none."""
    lines = [one.get_secret_value() for one in (first, more) if one]
    return SecretStr("\n".join(lines)) if first else None


# How Slack's tokens begin, and what each is. https://docs.slack.dev/authentication/tokens
KINDS = {
    "xoxb-": "what is set is a bot token, for SLACK_BOT_TOKEN",
    "xapp-": "what is set is an app-level token, for SLACK_APP_TOKEN",
    "xoxp-": "what is set is a person's token",
    "xoxe": "what is set is a token of the app's configuration, or one that rotates",
}


def _token(prefix: str, page: str) -> AfterValidator:
    """Refuse what is not of the kind that *page* of the app's settings shows."""

    def check(token: SecretStr) -> SecretStr:
        value = token.get_secret_value()
        if not value.startswith(prefix):
            kinds = [
                f"; {kind}" for start, kind in KINDS.items() if value.startswith(start)
            ]
            sentence = (
                "it begins with {prefix}{kind}; see {page}, in the app's settings"
            )
            facts = {"prefix": prefix, "page": page, "kind": "".join(kinds)}
            raise PydanticCustomError("token", sentence, facts)
        return token

    return AfterValidator(check)


BotToken = Annotated[
    SecretStr, _token("xoxb-", "OAuth & Permissions, Bot User OAuth Token")
]
AppToken = Annotated[SecretStr, _token("xapp-", "Basic Information, App-Level Tokens")]

KEY_SOUND = 22  # characters: fewer do not hold 128 bits, in base64
KEY_LEAST = 8  # fewer are refused; between the two somebody's trail may hang on it
TOO_SHORT = (
    f"a key of fewer than {KEY_LEAST} characters can be guessed; "
    "python3 -c 'import secrets; print(secrets.token_urlsafe(32))' makes one"
)
IS_EMPTY = "is empty"


def _filled(secret: SecretStr) -> SecretStr:
    """Refuse what would count as none at one place, and as a secret at another."""
    if not secret.get_secret_value().strip():
        raise PydanticCustomError("empty", f"it {IS_EMPTY}")
    return secret


def _unguessable(key: SecretStr) -> SecretStr:
    """Refuse what is too short to make a key of: whoever has a copy would try all.

    Of several lines the first is used from now on; the others only open.
    """
    if length_of(key) < KEY_LEAST:
        raise PydanticCustomError("key", TOO_SHORT)
    return key


def length_of(key: SecretStr) -> int:
    """Return how many characters the line of *key* has that is used from now on."""
    return len(key.get_secret_value().strip().partition("\n")[0].strip())


Secret = Annotated[SecretStr, AfterValidator(_filled)]
OwnKey = Annotated[SecretStr, AfterValidator(_unguessable)]  # that nobody gave out

FILES, SERVERS = ("sqlite",), ("postgresql", "postgres")  # schemes of databases
DATABASES = "a database is sqlite:///… or postgresql://…"
SERVER = (
    "it is postgresql://user:password@host:5432/name; in a password % is written %25, "
    "@ %40, / %2F and ? %3F"
)
# What is written otherwise libpq reads otherwise, and then it quotes what it has read.
_TEXT = r"(?:[^/?@%\s]|%[0-9A-Fa-f]{2})*"
_HOST = r"(?:\[[^\]/?@\s]*\]|(?:[^:/?#@\s\[\],%]|%[0-9A-Fa-f]{2})*)(?::[0-9]*)?"
_SERVER = re.compile(
    rf"[a-z0-9+]+://(?:{_TEXT}@)?{_HOST}(?:,{_HOST})*(?:/{_TEXT})?"
    r"(?:\?(?:[^@%\s]|%[0-9A-Fa-f]{2})*)?"
)

# Parameters of libpq that are as secret as a password.
SECRET = frozenset({"password", "sslpassword"})


def is_server(url: str) -> bool:
    """Tell whether *url* is that of a PostgreSQL, which several bots can share."""
    return url.partition(":")[0].partition("+")[0] in SERVERS


def is_sound_server(url: str) -> bool:
    """Tell whether *url* is written as `SERVER` says."""
    return bool(_SERVER.fullmatch(url))


def shown_server(url: str) -> str:
    """Return which database *url* names, and how it is reached, without the password.

    What is not written as `SERVER` says could have its password anywhere.
    """
    scheme, _, rest = url.partition("://")
    if not is_sound_server(url):
        return f"{scheme}://…"
    at, _, how = rest.partition("?")
    parts = [one for one in how.split("&") if not _is_secret(one)]
    shown = "&".join(filter(None, parts))
    return f"{scheme}://{at.rpartition('@')[2]}" + ("?" + shown if shown else "")


def _is_secret(parameter: str) -> bool:
    return unquote(parameter.partition("=")[0]) in SECRET


def _database(url: SecretStr) -> SecretStr:
    text = url.get_secret_value()
    if not is_server(text) and text.partition(":")[0].partition("+")[0] not in FILES:
        raise PydanticCustomError("database_url", DATABASES)
    if is_server(text) and not is_sound_server(text):
        raise PydanticCustomError("database_url", SERVER)
    return url


DatabaseUrl = Annotated[SecretStr, AfterValidator(_database)]

# Whoever is there gets the bot's token.
SLACK_APIS = "https://slack.com/api/, https://slack-gov.com/api/, or …/api/ on loopback"
TRIAL_SLACK_APIS = "…/api/ on loopback, as BOT_TRIAL_CA is set"
_SLACK_API = re.compile(
    r"https://slack(?:-gov)?\.com/api/"
    r"|(?P<local>https?)://(?:localhost|127(?:\.[0-9]{1,3}){3}|\[::1\])(?::[0-9]+)?/"
    r"(?:[A-Za-z0-9_-]+/)*api/"
)


def is_slack_api(url: str, *, trial: bool = False) -> bool:
    """Tell whether *url* is the Web API of Slack, or of a Slack on this machine.

    *trial*: only of one on this machine, since a CA of a trial is trusted.
    """
    match = _SLACK_API.fullmatch(url)
    return match is not None and (match["local"] is not None or not trial)


def trusted(trial_ca: Path | None) -> ssl.SSLContext | None:
    """Return what trusts the CA in *trial_ca* and no other; None: the system's CAs.

    Raises:
        PermissionError: it cannot be read, or holds no certificate.
    """
    try:
        return ssl.create_default_context(cafile=trial_ca) if trial_ca else None
    except (OSError, ValueError) as error:  # of which those of TLS are
        raise PermissionError(why_unread(error)) from None


def secret_in(path: Path) -> str:
    """Return the secret in *path*, without blanks around it; there is one.

    It may be a link: that is how secrets are mounted. What it leads to is this user's
    and nobody else's, or root's and what root gave to a group to read.

    Raises:
        PermissionError: others can read it, nobody can, or it is empty; it says why.
    """
    where = str(path) if _PATH.fullmatch(str(path)) else "the file that it names"
    try:
        with path.open(encoding="utf-8") as file:
            status = os.fstat(file.fileno())
            text = file.read().strip()
    except (OSError, ValueError) as error:
        raise PermissionError(f"{where} {why_unread(error)}") from None
    if fault := fault_of(status, os.geteuid()):
        raise PermissionError(f"{fault} {where}")
    if not text:
        raise PermissionError(f"{where} {IS_EMPTY}")
    return text


# What certainly is a path, and no secret that stands where its path belongs.
_PATH = re.compile(r"\.{0,2}(/[A-Za-z0-9._-]{1,40})+")


_WHY_UNREAD: Sequence[tuple[type[Exception], str]] = (
    (FileNotFoundError, "does not exist"),
    (IsADirectoryError, "is a folder"),
    (PermissionError, "may not be read by the user that this runs as"),
    (ssl.SSLError, "holds no certificate"),
    (UnicodeDecodeError, "is not text in UTF-8"),
    (ValueError, "cannot be there: that is no path"),
)


def why_unread(error: OSError | ValueError) -> str:
    """Return why a file could not be read, as the end of a sentence."""
    for kind, why in _WHY_UNREAD:
        if isinstance(error, kind):
            return why
    return f"cannot be read: {getattr(error, 'strerror', '')}"


def fault_of(status: os.stat_result, me: int) -> str:
    """Return why a file of *status* may hold no secret of *me*; what to do stands last.

    Root may have given it to a group to read, as Kubernetes and systemd do for a
    service that is not root; PostgreSQL takes its keys by the same rule.
    https://www.postgresql.org/docs/current/ssl-tcp.html
    """
    is_mounted = status.st_uid == ROOT != me
    of_group = stat.S_IRWXG & ~stat.S_IRGRP if is_mounted else stat.S_IRWXG
    if status.st_mode & (of_group | stat.S_IRWXO):
        return "others can read that file; chmod 600"
    if status.st_uid not in {me, ROOT}:
        return "that file belongs to somebody else; chown it:"
    return ""
