"""Where requests may let media, data and signalling go, and where these may come from.

`exits_of` yields every such place of any request, from the marks on its fields, and
`refused` holds each against its row of the table in `bot.toml`; the default is none.
The request is walked as it is sent, so what was checked is what is sent. Addresses,
this machine and names without a dot are never allowed, whatever the table says.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

from bot.access.limits import Over, is_listed
from bot.dialogue.outcome import Mono, Part, Points
from bot.exit_table import (
    ANY,
    CONSOLE,
    TEMPLATE,
    VENDORS,
    Exits,
    is_address,
    is_local,
)
from bot.i18n import _
from bot.tencent.models.base import Part as Fields
from bot.tencent.models.base import Request
from bot.tencent.models.exits import Exit, Row, Wire, nested
from bot.tencent.models.urls import Address, address_of

PORTS: Mapping[str, tuple[int, ...]] = {"rtmp": (1935, 443), "https": (443,)}
WIDE = r".*"  # what a * in a pattern stands for
# In words that start a program it is no space, quote or sign: one word stays one.
NARROW = r"[A-Za-z0-9_.-]*"


def exits_of(model: type[Fields], wire: Wire) -> tuple[Exit, ...]:
    """Return every exit of the request *wire* of the class *model*, masked or not."""
    return tuple(_walk(model, wire, wire, ""))


def _walk(model: type[Fields], fields: Wire, whole: Wire, path: str) -> Iterator[Exit]:
    for one in model.exits(fields, whole):
        yield replace(one, path=f"{path}{one.path}")
    for name, inner in nested(model):
        if (value := fields.get(name)) is None:  # as most parts are
            continue
        kind = cast("type[Fields]", inner)
        if isinstance(value, list):
            for number, each in enumerate(value):
                yield from _walk(kind, each, whole, f"{path}{name}.{number}.")
        else:
            yield from _walk(kind, value, whole, f"{path}{name}.")


def refused(request: Request[Any], table: Exits, app: str) -> dict[str, Over]:
    """Return what of *request*, on the app of that name, leads where it may not."""
    return refusals(exits_of(type(request), request.to_wire()), table, app)


def refusals(exits: Iterable[Exit], table: Exits, app: str) -> dict[str, Over]:
    """Return which of *exits* the *table* does not allow, by the path of their field.

    The sentence says what to write in `bot.toml`, if anything would help.
    """
    refusals = {}
    for one in exits:
        entries: Sequence[str] = getattr(table, one.row)
        if sentence := _never(one) or _unlisted(one, entries, app):
            refusals[one.path] = Over(f"exits.{one.row}", sentence)
    return refusals


# ── what no table allows ─────────────────────────────────────────────────────────


def _never(one: Exit) -> str:
    """Return why *one* is refused by any table; "" if it depends on the table."""
    if one.row not in _HOSTED or one.parts[0] in {*VENDORS, TEMPLATE, CONSOLE}:
        return ""
    address = address_of(one.parts[0])
    if address is None:
        return _("That is no address with a host in it.")
    host, port = address.host, address.port
    if is_address(host):
        sentence = _("{host} is an address; only the names of hosts are allowed.")
    elif "." not in host or is_local(host):
        sentence = _("{host} is no name that is known outside; none such is allowed.")
    elif address.scheme not in PORTS:
        sentence = _("{scheme}:// is not encrypted; only https:// is allowed.")
    elif port not in PORTS[address.scheme]:
        sentence = _("Port {port} is not one of those that are allowed: {ports}.")
    else:
        return ""
    ports = ", ".join(map(str, PORTS.get(address.scheme, ())))
    return sentence.format(host=host, scheme=address.scheme, port=port, ports=ports)


_HOSTED = {Row.PUSH, Row.PICTURES, Row.STORES}


# ── what the table lists ─────────────────────────────────────────────────────────


def _unlisted(one: Exit, entries: Sequence[str], app: str) -> str:
    """Return why *one* is refused by the *entries* of its row; "" if it is allowed."""
    if ANY in entries or _ALLOWS[one.row](one.parts, entries, app):
        return ""
    sentence = _(
        "{place} is not allowed here. Whoever runs this bot can add {entry} to {row}"
        " under [exits] in bot.toml."
    )
    place = f"{word(one.row)} {one.place}"
    return sentence.format(place=place, entry=_entry(one, app), row=one.row)


def _entry(one: Exit, app: str) -> str:
    """Return what would have to be listed for *one*, as it is written in the table."""
    first, *rest = one.parts
    address = address_of(first)
    match one.row:
        case Row.CAR_PARAMETERS:
            return _("a pattern for them")
        case Row.ROOMS:
            entry = f"{app}/{first}"
        case Row.PUSH | Row.PICTURES if address:
            entry = address.host
        case _:
            entry = "/".join((_endpoint(address) if address else first, *rest))
    return f'"{entry}"'


def _endpoint(address: Address) -> str:
    """Return how the table calls the endpoint of a store."""
    return address.host + address.rest.removesuffix("/")


Parts = tuple[str, ...]


def _of_one(
    matches: Callable[[Parts, str, str], bool],
) -> Callable[[Parts, Sequence[str], str], bool]:
    """Return what tells whether any entry of a row *matches*."""

    def allows(parts: Parts, entries: Sequence[str], app: str) -> bool:
        return any(matches(parts, entry, app) for entry in entries)

    return allows


def _is_host(parts: Parts, entries: Sequence[str], _app: str) -> bool:
    if parts[0] == CONSOLE:
        return CONSOLE in entries
    address = address_of(parts[0])
    hosts = (entry for entry in entries if entry != CONSOLE)
    return address is not None and is_listed(address.host, hosts)


def _is_store(parts: Parts, entry: str, _app: str) -> bool:
    if len(parts) == 1 or entry.count("/") < 2:  # noqa: PLR2004 - at/region/bucket
        return parts == (entry,)
    at, region, bucket = entry.rsplit("/", 2)
    return (
        _is_endpoint(parts[0], at)
        and _is_like(parts[1], region, WIDE)
        and _is_like(parts[2], bucket, WIDE)
    )


def _is_endpoint(url: str, listed: str) -> bool:
    address = address_of(url)
    if address is None:
        return url == listed
    host, _slash, rest = listed.partition("/")
    exact = f"/{rest}" if rest else ""
    return is_listed(address.host, (host,)) and address.rest.removesuffix("/") == exact


def _is_room(parts: Parts, entry: str, app: str) -> bool:
    listed, _slash, pattern = entry.rpartition("/")
    return listed in {"", app} and _is_like(parts[0], pattern, WIDE)


def _is_same(parts: Parts, entry: str, _app: str) -> bool:
    return parts == (entry,)


def _is_parameters(parts: Parts, entry: str, _app: str) -> bool:
    return _is_like(parts[0], entry, NARROW)


def _is_like(text: str, pattern: str, star: str) -> bool:
    """Tell whether *text* is *pattern*, in which each * stands for some of *star*."""
    expression = star.join(map(re.escape, pattern.split(ANY)))
    return re.fullmatch(expression, text, re.DOTALL) is not None


_ALLOWS: Mapping[Row, Callable[[Parts, Sequence[str], str], bool]] = {
    Row.PUSH: _is_host,
    Row.PICTURES: _is_host,
    Row.STORES: _of_one(_is_store),
    Row.VOD_APPS: _of_one(_is_same),
    Row.ROOMS: _of_one(_is_room),
    Row.CAR_PARAMETERS: _of_one(_is_parameters),
}


# ── what people read ─────────────────────────────────────────────────────────────


def word(row: Row) -> str:
    """Return what people call an exit of *row*."""
    return {
        Row.PUSH: _("Push to"),
        Row.PICTURES: _("Picture from"),
        Row.STORES: _("Recording to"),
        Row.VOD_APPS: _("Recording to the VOD application"),
        Row.ROOMS: _("Room"),
        Row.CAR_PARAMETERS: _("Parameters for the application:"),
    }[row]


def shown(model: type[Fields], wire: Wire) -> Iterator[Part]:
    """Yield the list of the exits of the request *wire*, each place once, if any."""
    if places := _places(model, wire):
        spans = tuple((f"{word(row)} ", Mono(place)) for row, place in places)
        yield Points(_("Where it leads"), spans)


def count(model: type[Fields], wire: Wire, but: frozenset[Row]) -> int:
    """Return how many places `shown` lists, those of the rows *but* left out."""
    return sum(row not in but for row, _place in _places(model, wire))


def _places(model: type[Fields], wire: Wire) -> Mapping[tuple[Row, str], None]:
    return dict.fromkeys((one.row, one.place) for one in exits_of(model, wire))
