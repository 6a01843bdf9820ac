"""The environment and `bot.toml`, before they are read as settings.

What is written there and does nothing is refused, with the name that it may have been
meant to be: a rule that names nobody locks somebody out at night. A mistake is told by
the name of the setting, never by its value.
"""

import os
import re
import ssl
import stat
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, get_args

from pydantic import AfterValidator, BaseModel, SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError

# Returns which of several names one may have been meant to be.
Nearest = Callable[[str, Iterable[str]], Sequence[str]]

OWN = "BOT_"  # nobody else's variables begin with it
SHARED = ("SLACK_", "TENCENTCLOUD_")  # others read variables of these names, too
FROM_FILE = "_file"
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
TeamId = Annotated[str, _id("TE")]
Action = Annotated[
    str, _like(r"\*|[a-z]+\.(\*|[a-z]+)", "write relay.start, relay.* or *")
]


def _token(prefix: str, page: str) -> AfterValidator:
    """Refuse what is not of the kind that *page* of the app's settings shows."""

    def check(token: SecretStr) -> SecretStr:
        if not token.get_secret_value().startswith(prefix):
            sentence = "it begins with {prefix}; see {page}, in the settings of the app"
            facts = {"prefix": prefix, "page": page}
            raise PydanticCustomError("token", sentence, facts)
        return token

    return AfterValidator(check)


BotToken = Annotated[
    SecretStr, _token("xoxb-", "OAuth & Permissions, Bot User OAuth Token")
]
AppToken = Annotated[SecretStr, _token("xapp-", "Basic Information, App-Level Tokens")]

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
    except OSError as error:  # of which those of TLS are
        raise PermissionError(f"BOT_TRIAL_CA: {type(error).__name__}") from None


def secret_in(path: Path, setting: str) -> str:
    """Return the secret in *path*, which *setting* names, without blanks around it.

    It may be a link: that is how secrets are mounted. What it leads to is for its
    owner only, who is this user or root.

    Raises:
        PermissionError: others can read it, or it cannot be read.
    """
    try:
        with path.open(encoding="utf-8") as file:
            status = os.fstat(file.fileno())
            text = file.read().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise PermissionError(f"{setting}: {type(error).__name__}") from None
    if fault := _fault_of(status):
        raise PermissionError(f"{setting}: {fault}")
    return text


# https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables
_LINK = re.compile(
    r"_SERVICE_(HOST|PORT(_\w+)?)=|=(tcp|udp|sctp)://|_PORT_\d+_[A-Z]+_\w+="
)


def check_variables(
    environ: Mapping[str, str],
    names: Collection[str],
    *more: str,
    nearest: Nearest,
) -> None:
    """Refuse what *environ* sets and is none of *names*, or is set in two ways.

    Any variable of ours, and one of Slack's or Tencent's that is nearly one of *names*,
    unless that is set as well: then it is somebody else's. So is what Kubernetes sets
    for a service whose name begins with `bot-`. What is one of *more* is never in a
    file.

    Raises:
        LookupError: all of them.
    """
    right = {*names, *(name + FROM_FILE.upper() for name in names), *more}
    set_names = {
        name.upper()
        for name, value in environ.items()
        if value and (name in right or not _LINK.search(f"{name.upper()}={value}"))
    }
    faults = [
        f"{name} is no setting{_or_rather(near)}"
        for name in sorted(set_names - right)
        if name.startswith((OWN, *SHARED))
        if (near := nearest(name, sorted(right))) or name.startswith(OWN)
        if name.startswith(OWN) or not _are_set(near, set_names)
    ]
    faults += [
        f"{name} is set twice: by itself, and by {name}{FROM_FILE.upper()}"
        for name in sorted(set_names & set(names))
        if name + FROM_FILE.upper() in set_names
    ]
    if faults:
        raise LookupError("\n".join(faults))


def _are_set(names: Iterable[str], set_names: Collection[str]) -> bool:
    """Tell whether one of *names* is among *set_names*, by itself or by a file."""
    plain = (name.removesuffix(FROM_FILE.upper()) for name in names)
    return any({name, name + FROM_FILE.upper()} & {*set_names} for name in plain)


def check_table(
    table: Mapping[str, Any], model: type[BaseModel], path: Path, nearest: Nearest
) -> None:
    """Refuse keys of *table*, read from *path*, that are no fields of *model*.

    And a secret in it, if others can read the file.

    Raises:
        LookupError: all of them.
    """
    faults = list(_unknown(table, model, "", nearest))
    if _has_secret(table, model) and (fault := _fault_of(path.stat())):
        faults.append(f"{path.name} has a secret in it, and {fault}")
    if faults:
        raise LookupError("\n".join(faults))


def _fault_of(status: os.stat_result) -> str:
    if status.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        return "others can read that file; chmod 600 it"
    if status.st_uid not in {os.geteuid(), ROOT}:
        return "that file belongs to somebody else; chown it"
    return ""


def _or_rather(near: Sequence[str]) -> str:
    return f"; did you mean {' or '.join(near)}?" if near else ""


def _unknown(
    table: Mapping[str, Any], model: type[BaseModel], at: str, nearest: Nearest
) -> Iterator[str]:
    """Yield a sentence for each key of *table*, which stands *at*, that is unknown."""
    fields = _keys(model)
    for key, value in table.items():
        name = key.removesuffix(FROM_FILE)
        if key not in fields:
            near = [f"{at}{one}" for one in nearest(key, fields)]
            yield f"{at}{key} is no setting{_or_rather(near)}"
        elif key != name and name in table:
            yield f"{at}{name} is set twice: by itself, and by {at}{key}"
        elif inner := _model_of(fields[key]):
            for number, one in _tables(value):
                yield from _unknown(one, inner, f"{at}{key}{number}.", nearest)


def _has_secret(table: Mapping[str, Any], model: type[BaseModel]) -> bool:
    fields = _keys(model)
    for key, value in table.items():
        field = fields.get(key)
        if field is None or key not in model.model_fields:
            continue
        inner = _model_of(field)
        if SecretStr in _parts(field.annotation):
            return True
        if inner and any(_has_secret(one, inner) for _, one in _tables(value)):
            return True
    return False


def _keys(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """Return what a table of *model* may contain; a secret may be in a file, too.

    Fields that have another name in the environment are set there alone.
    """
    fields = {
        name: field
        for name, field in model.model_fields.items()
        if field.validation_alias is None
    }
    return fields | {
        f"{name}{FROM_FILE}": field
        for name, field in fields.items()
        if SecretStr in _parts(field.annotation)
    }


def _model_of(field: FieldInfo) -> type[BaseModel] | None:
    """Return what the table, or each of the tables, of *field* is read as."""
    for part in _parts(field.annotation):
        if isinstance(part, type) and issubclass(part, BaseModel):
            return part
    return None


def _parts(annotation: Any) -> list[Any]:
    """Return *annotation* and all that it is made of."""
    return [annotation, *(one for arg in get_args(annotation) for one in _parts(arg))]


def _tables(value: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the table that *value* is, or each of several, with its number."""
    several = value if isinstance(value, list) else [value]
    for number, one in enumerate(several):
        if isinstance(one, Mapping):
            yield (f".{number}" if isinstance(value, list) else ""), one
