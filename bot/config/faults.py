"""The sentences that tell what is wrong with a setting, and where it stands.

A value is never shown, as it may be a secret that stands in the wrong place. The names
of apps and rules are: nothing else says which of several is meant.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any

Loc = tuple[int | str, ...]

NAMED: Mapping[Loc, str] = {
    ("apps",): "app",
    ("policy", "rules"): "rule",
    ("policy", "second"): "second",
}
LONGEST_NAME = 40
SINGLE = 'two apps are called {}; that of the environment is "default"'
# What is said of two tables that have the same key, by where they stand.
DOUBLES: Mapping[tuple[str, str], str] = {
    ("all_apps", "name"): SINGLE,
    ("channels", "id"): "two [[channels]] are {}",
    ("workspaces", "team"): "two [[workspaces]] are {}",
    ("projects", "name"): "two [[projects]] are called {}",
    ("projects", "id"): "two [[projects]] have the id {}",
    ("policy.rules", "name"): "two [[policy.rules]] are called {}",
    ("policy.second", "name"): "two [[policy.second]] are called {}",
}

# Pydantic's types of errors, in the words of whoever writes settings.
PLAIN = {
    "bool_parsing": "true or false is needed",
    "bool_type": "true or false is needed",
    "float_parsing": "a number is needed",
    "float_type": "a number is needed",
    "greater_than": "it has to be more than {gt}",
    "greater_than_equal": "it is {ge} at least",
    "int_from_float": "a whole number is needed",
    "int_parsing": "a whole number is needed",
    "int_parsing_size": "a whole number is needed, and a smaller one",
    "int_type": "a whole number is needed",
    "ip_any_network": "an address or a network is needed, like 10.0.0.0/8",
    "less_than": "it has to be less than {lt}",
    "less_than_equal": "it is {le} at most",
    "list_type": 'a list is needed, like ["…"]',
    "literal_error": "it is one of {expected}",
    "model_attributes_type": "a table is needed",
    "model_type": "a table is needed",
    "string_too_long": "it has {max_length} characters at most",
    "string_too_short": "it is empty",
    "string_type": "a text in quotes is needed",
    "tuple_type": 'a list is needed, like ["…"]',
}
HOST = "a host is written push.example.com, or .example.com for all under it"
# What a key with a pattern takes.
PATTERNS = {
    "command_prefix": "lower case letters, figures and -, 20 at most",
    "domains": HOST,
    "name": "lower case letters, figures and -, 31 at most, and no - first",
    "rooms": 'a room is written "lobby-*", or "app/lobby-*" on one app',
    "tencent_push_hosts": HOST,
    "id": 'the ID of a project: letters, figures, "_" and "-"',
    "vod_apps": "a SubAppId in figures, main or *",
}


def or_rather(near: Sequence[str], quote: str = "") -> str:
    """Return the end of a sentence, which asks whether one of *near* was meant."""
    names = " or ".join(f"{quote}{one}{quote}" for one in near)
    return f"; did you mean {names}?" if near else ""


def sentence(error: Mapping[str, Any], table: Mapping[str, Any], file: str) -> str:
    """Return what *error* of pydantic's says of *table*, which was read from *file*."""
    loc: Loc = error["loc"]
    if error["type"] == "missing":
        place, key = at(loc, table, file)
        return f"{place}: {key} is missing"
    return told_of(loc, table, file, _plain(error))


def told_of(loc: Loc, table: Mapping[str, Any], file: str, what: str) -> str:
    """Return the sentence *what* of the setting at *loc*, with the place before it."""
    place, key = at(loc, table, file)
    return ": ".join(filter(None, (place, key, what)))


def at(loc: Loc, table: Mapping[str, Any], file: str) -> tuple[str, str]:
    """Return in which table of *file* the setting at *loc* stands, and its key.

    A variable stands in no file; its name says all.
    """
    title, rest = _titled(loc, table)
    key = ", ".join(
        str(part) if isinstance(part, str) else f"entry {part + 1}" for part in rest
    )
    if not title and key.partition(",")[0].isupper():
        return "", key
    return (f"{file}, {title}" if title else file), key


def _titled(loc: Loc, table: Mapping[str, Any]) -> tuple[str, Loc]:
    for above, word in NAMED.items():
        count = len(above)
        if loc[:count] == above and len(loc) > count and isinstance(loc[count], int):
            return f"{word} {_label(loc[: count + 1], table)}", loc[count + 1 :]
    strings = [part for part in loc if isinstance(part, str)]
    tables = strings[:-1]
    title = f"[{'.'.join(tables)}]" if tables else ""
    return title, loc[len(tables) :]


def _label(loc: Loc, table: Any) -> str:
    """Return the name of the table at *loc*, or its number."""
    one = table
    for part in loc:
        one = one[part]
    name = one.get("name") if isinstance(one, Mapping) else None
    return quoted(name) if isinstance(name, str) else str(int(loc[-1]) + 1)


def called(file: str, word: str, name: str) -> str:
    """Return where in *file* the app or rule, which is the *word*, of *name* stands."""
    return f"{file}, {word} {quoted(name)}"


def quoted(name: str) -> str:
    """Return *name* for a sentence, cut where it is long."""
    printed = "".join(one if one.isprintable() else "?" for one in name)
    cut = len(printed) > LONGEST_NAME
    return f'"{printed[:LONGEST_NAME]}…"' if cut else f'"{printed}"'


def _plain(error: Mapping[str, Any]) -> str:
    keys = [part for part in error["loc"] if isinstance(part, str)]
    if error["type"] == "string_pattern_mismatch" and keys[-1] in PATTERNS:
        return PATTERNS[keys[-1]]
    if error["type"] == "tuple_type" and error["loc"] in NAMED:
        return f"each {NAMED[error['loc']]} is a table under [[{'.'.join(keys)}]]"
    if text := PLAIN.get(error["type"]):
        return text.format(**error.get("ctx", {}))
    return str(error["msg"]).removeprefix("Value error, ")


def unknown(
    key: str, loc: Loc, table: Mapping[str, Any], file: str, near: Iterable[str]
) -> str:
    """Return that the table at *loc* has no *key*, and which of *near* was meant."""
    place, _key = at((*loc, key), table, file)
    return f'{place}: there is no "{key}"{or_rather([*near], chr(34))}'


def doubles(settings: object) -> Iterator[str]:
    """Yield which tables of *settings* have the name, or the ID, of another one.

    Of two rules of one name a refusal would not say which one it is by.
    """
    for (place, key), text in DOUBLES.items():
        every = [getattr(one, key) for one in attrgetter(place)(settings)]
        for one in sorted({one for one in every if every.count(one) > 1}):
            yield text.format(quoted(one) if key == "name" else one)
