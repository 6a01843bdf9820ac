"""Where settings come from: the environment, `.env`, files that it names, `bot.toml`.

The environment wins over `.env`. What is written and does nothing is left out, and told
with the name that it may have been meant to be: a rule that names nobody locks somebody
out at night. Nothing is raised here: whoever asks gets what can be read, and a sentence
for everything else.
"""

import os
import re
import tomllib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

from dotenv.parser import Binding, parse_stream
from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from bot.config import kinds
from bot.config.faults import Loc, or_rather, told_of, unknown

# Returns which of several names one may have been meant to be.
Nearest = Callable[[str, Iterable[str]], Sequence[str]]

CONFIG = "BOT_CONFIG"
DEFAULT_CONFIG = "bot.toml"
DOTENV = Path(".env")  # in the working directory
# python-dotenv's own switch: who sets it has set everything else, too.
NO_DOTENV = "PYTHON_DOTENV_DISABLED"
YES = {"1", "true", "t", "yes", "y"}
OWN = "BOT_"  # nobody else's variables begin with it
SHARED = (
    "SLACK_",
    "TENCENTCLOUD_",
    "OTEL_",
)  # others read variables of these names, too
FROM_FILE = "_file"

# https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables
_LINK = re.compile(
    r"_SERVICE_(HOST|PORT(_\w+)?)=|=(tcp|udp|sctp)://|_PORT_\d+_[A-Z]+_\w+="
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """What was read: *values* of settings, *faults* in sentences.

    *table* is what `bot.toml`, or *file*, says; *broken* are the tables in it of which
    something could not be read, *unread* the keys of which a file could not be: what is
    said of their values was told. *there* are the files that were there.
    """

    values: dict[str, Any]
    table: dict[str, Any]
    file: str
    in_dotenv: frozenset[str]
    there: tuple[str, ...]
    faults: list[str] = field(default_factory=list)
    broken: set[Loc] = field(default_factory=set)
    unread: set[Loc] = field(default_factory=set)

    def names_of(self, key: str) -> list[str]:
        """Return what the tables at *key* are called, also those that are broken."""
        names = (one.get("name") for one in _tables(self.table.get(key)))
        return [one for one in names if isinstance(one, str)]

    def has(self, name: str) -> bool:
        """Tell whether the variable *name* is set, also to what is refused."""
        return name in self.values


def without(values: Mapping[str, Any], locs: Collection[Loc]) -> dict[str, Any]:
    """Return *values* without what stands at *locs*; of several tables, a whole one."""
    rest: dict[str, Any] = {}
    for key, value in values.items():
        inner = {loc[1:] for loc in locs if loc[:1] == (key,)}
        if not inner:
            rest[key] = value
        elif isinstance(value, Mapping) and () not in inner:
            rest[key] = without(value, inner)
        elif isinstance(value, list) and any(_tables(value)) and () not in inner:
            gone = {loc[0] for loc in inner}
            rest[key] = [one for n, one in enumerate(value) if n not in gone]
    return rest


def gather(
    environ: Mapping[str, str], model: type[BaseModel], nearest: Nearest
) -> Sources:
    """Read the settings of *model* from *environ*, and from all that it names."""
    faults: list[str] = []
    fields = model.model_fields.values()
    aliased = {str(one.validation_alias): one for one in fields if one.validation_alias}
    secrets = {name for name, one in aliased.items() if _is_secret(one)}
    dotenv = _dotenv(environ, secrets, faults)
    of_dotenv = dotenv or {}
    for where, variables in (("", environ), (f"{DOTENV}: ", of_dotenv)):
        wrong = check_variables(variables, aliased, CONFIG, nearest=nearest)
        faults += [f"{where}{one}" for one in wrong]
    variables = _merged(environ, of_dotenv)
    table, file, there = _toml(variables, model, faults)
    reading = _Reading(table, file, nearest, faults)
    cleaned = reading.cleaned(table, model, ())
    return Sources(
        values=cleaned | _values(variables, aliased, reading),
        table=table,
        file=file,
        in_dotenv=_capitals(of_dotenv) - _capitals(environ),
        there=tuple(filter(None, ("" if dotenv is None else str(DOTENV), there))),
        faults=faults,
        broken=reading.broken,
        unread=reading.unread,
    )


def _dotenv(
    environ: Mapping[str, str], secrets: Iterable[str], faults: list[str]
) -> dict[str, str] | None:
    """Return what `.env` sets; None if there is none."""
    if environ.get(NO_DOTENV, "").casefold() in YES:
        return None
    try:
        with DOTENV.open(encoding="utf-8-sig") as file:
            status = os.fstat(file.fileno())
            lines = list(parse_stream(file))
    except (FileNotFoundError, IsADirectoryError):  # an environment of Python's is one
        return None
    except (OSError, UnicodeDecodeError) as error:
        faults.append(f"{DOTENV} {kinds.why_unread(error)}")
        return {}
    values = dict(_set_by(lines, faults))
    is_secret = not _capitals(values).isdisjoint(secrets)
    if is_secret and (fault := kinds.fault_of(status, os.geteuid())):
        faults.append(f"{DOTENV} has a secret in it, and {fault} {DOTENV}")
    return values


def _set_by(lines: Iterable[Binding], faults: list[str]) -> Iterator[tuple[str, str]]:
    """Yield what *lines* set; a variable that is set to nothing is left out."""
    seen = set()
    for line in lines:
        text = line.original.string
        blank = text[: len(text) - len(text.lstrip())].count("\n")
        at = f"{DOTENV}, line {line.original.line + blank}"
        if line.error or (line.key and line.value is None):
            faults.append(f"{at}: write NAME=value")
        elif line.key and line.value:
            if line.key.upper() in seen:
                faults.append(f"{at}: {line.key} is set a second time")
            seen.add(line.key.upper())
            yield line.key, line.value


def _merged(environ: Mapping[str, str], dotenv: Mapping[str, str]) -> dict[str, str]:
    """Return what is set, by names in capitals; of two spellings the capitals' wins."""
    upper = {name.upper(): value for name, value in _capitals_last(environ)}
    hidden = {name.removesuffix("_FILE") for name, value in upper.items() if value}
    rest = {
        name: value
        for name, value in _capitals_last(dotenv)
        if name.upper() not in upper
        and name.upper().removesuffix("_FILE") not in hidden
    }
    every = {name.upper(): value for name, value in rest.items()} | upper
    return {name: value for name, value in every.items() if value}


def _capitals(names: Iterable[str]) -> frozenset[str]:
    return frozenset(name.upper() for name in names)


def _capitals_last(variables: Mapping[str, str]) -> list[tuple[str, str]]:
    return sorted(variables.items(), reverse=True)


def _toml(
    variables: Mapping[str, str], model: type[BaseModel], faults: list[str]
) -> tuple[dict[str, Any], str, str]:
    """Return what the file says, how sentences call it, and its path if it is there."""
    path = Path(variables.get(CONFIG) or DEFAULT_CONFIG)
    if not path.is_file():
        if CONFIG in variables:
            faults.append(f"{CONFIG} names a file that is not there")
        return {}, path.name, ""
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            # an editor may have put a mark of Unicode's before it, as before `.env`
            table = tomllib.loads(file.read().decode("utf-8-sig"))
    except OSError as error:
        faults.append(f"{path.name} {kinds.why_unread(error)}")
    except (ValueError, RecursionError) as error:  # it is not TOML, or no text
        faults.append(f"{path.name} cannot be read: {error}")
    else:
        is_secret = has_secret(table, model)
        if is_secret and (fault := kinds.fault_of(status, os.geteuid())):
            faults.append(f"{path.name} has a secret in it, and {fault} {path}")
        return table, path.name, str(path)
    return {}, path.name, str(path)


def _values(
    variables: Mapping[str, str], aliased: Mapping[str, FieldInfo], reading: "_Reading"
) -> dict[str, str]:
    """Return the settings that variables hold, or the files that these name.

    One of which the file is not read is there too: what needs it does not miss it.
    """
    values = {name: variables[name] for name in aliased if name in variables}
    for name in aliased:
        if path := variables.get(f"{name}_FILE"):
            try:
                values[name] = kinds.secret_in(Path(path))
            except PermissionError as error:
                reading.faults.append(f"{name}_FILE: {error}")
                reading.broken.add((name,))
                reading.unread.add((name,))
                values[name] = ""
    return values


@dataclass(frozen=True, slots=True)
class _Reading:
    """Reads the tables of a file: leaves out what is unknown, opens what is named."""

    table: Mapping[str, Any]
    file: str
    nearest: Nearest
    faults: list[str]
    broken: set[Loc] = field(default_factory=set)
    unread: set[Loc] = field(default_factory=set)

    def cleaned(
        self, table: Mapping[str, Any], model: type[BaseModel], loc: Loc
    ) -> dict[str, Any]:
        """Return *table*, which stands at *loc*, as *model* can take it."""
        fields = keys(model)
        clean: dict[str, Any] = {}
        for key, value in table.items():
            name = key.removesuffix(FROM_FILE)
            if key not in fields:
                near = self.nearest(key, fields)
                self.faults.append(unknown(key, loc, self.table, self.file, near))
            elif key != name and name in table:
                self._fault((*loc, name), f"it is set twice, also by {key}")
            elif key not in model.model_fields:
                clean[name] = self._read(value, loc, key)
            else:
                clean[key] = self._within(value, fields[key], (*loc, key))
        return clean

    def _within(self, value: Any, of: FieldInfo, loc: Loc) -> Any:
        inner = model_of(of)
        if inner and isinstance(value, Mapping):
            return self.cleaned(value, inner, loc)
        if inner and isinstance(value, list):
            return [
                self.cleaned(one, inner, (*loc, number))
                if isinstance(one, Mapping)
                else one
                for number, one in enumerate(value)
            ]
        return value

    def _read(self, path: Any, loc: Loc, key: str) -> str:
        try:
            return kinds.secret_in(Path(path))
        except (PermissionError, TypeError) as error:
            no_path = "a text in quotes is needed"
            what = str(error) if isinstance(error, PermissionError) else no_path
            self._fault((*loc, key), what)
            self.broken.add(loc)
            self.unread.add((*loc, key.removesuffix(FROM_FILE)))
            return ""

    def _fault(self, loc: Loc, what: str) -> None:
        self.faults.append(told_of(loc, self.table, self.file, what))


def has_secret(table: Mapping[str, Any], model: type[BaseModel]) -> bool:
    """Tell whether *table* holds a secret itself, and not just names a file."""
    fields = keys(model)
    for key, value in table.items():
        one = fields.get(key)
        if one is None or key not in model.model_fields:
            continue
        inner = model_of(one)
        if _is_secret(one):
            return True
        if inner and any(has_secret(each, inner) for each in _tables(value)):
            return True
    return False


def keys(model: type[BaseModel]) -> dict[str, FieldInfo]:
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
        if _is_secret(field)
    }


def model_of(field: FieldInfo) -> type[BaseModel] | None:
    """Return what the table, or each of the tables, of *field* is read as."""
    for part in _parts(field.annotation):
        if isinstance(part, type) and issubclass(part, BaseModel):
            return part
    return None


def _is_secret(field: FieldInfo) -> bool:
    return SecretStr in _parts(field.annotation)


def _parts(annotation: Any) -> list[Any]:
    """Return *annotation* and all that it is made of."""
    return [annotation, *(one for arg in get_args(annotation) for one in _parts(arg))]


def _tables(value: Any) -> Iterator[Mapping[str, Any]]:
    """Yield the table that *value* is, or each of several."""
    several = value if isinstance(value, list) else [value]
    yield from (one for one in several if isinstance(one, Mapping))


def check_variables(
    environ: Mapping[str, str],
    names: Collection[str],
    *more: str,
    nearest: Nearest,
) -> list[str]:
    """Return what *environ* sets and is none of *names*, or is set in two ways.

    Any variable of ours, and one of Slack's, Tencent's or OpenTelemetry's that is
    nearly one of *names*, unless that is set as well: then it is somebody else's. So is
    what Kubernetes sets for a service whose name begins with `bot-`. What is one of
    *more* is never in a file. Each is a sentence.
    """
    right = {*names, *(name + FROM_FILE.upper() for name in names), *more}
    set_names = {
        name.upper()
        for name, value in environ.items()
        if value and (name in right or not _LINK.search(f"{name.upper()}={value}"))
    }
    faults = [
        f"{name} is no setting{or_rather(near)}"
        for name in sorted(set_names - right)
        if name.startswith((OWN, *SHARED))
        if (near := nearest(name, sorted(right))) or name.startswith(OWN)
        if name.startswith(OWN) or not _are_set(near, set_names)
    ]
    return faults + [
        f"{name} is set twice: by itself, and by {name}{FROM_FILE.upper()}"
        for name in sorted(set_names & set(names))
        if name + FROM_FILE.upper() in set_names
    ]


def _are_set(names: Iterable[str], set_names: Collection[str]) -> bool:
    """Tell whether one of *names* is among *set_names*, by itself or by a file."""
    plain = (name.removesuffix(FROM_FILE.upper()) for name in names)
    return any({name, name + FROM_FILE.upper()} & {*set_names} for name in plain)
