"""Where requests may let media, data and signalling go, and come from.

The cells are made from the marks on the fields: a new field has its own of them.
"""

import re

import pytest

from bot.access.exits import exits_of, refusals
from bot.exit_table import ANY_EXIT, NO_EXITS, Exits
from bot.tencent.models import REQUESTS
from bot.tencent.models.exits import NO_EXIT, Row, marks_of, model_in
from bot.tencent.models.trtc.output import McuPublishCdnParam

APP = "live-main"
URLS = {
    "PublishCdnUrl": "rtmp://{host}/a/b",
    "PublishStreamURL": "rtmp://{host}/a/b",
    "EndpointUrl": "https://{host}",
}
PICTURE = "https://{host}/a.png?sign=1"
MAIN_ROOM = {"RoomId": "1", "RoomIdType": 0}


# ── a request with a value in every field, made from the models ──────────────────


def filled(model, host):
    """Return a wire of *model* with something in every field, whatever its rules."""
    wire = {}
    for info in model.model_fields.values():
        if inner := model_in(info.annotation):
            many = "tuple" in str(info.annotation)
            wire[info.alias] = [filled(inner, host)] if many else filled(inner, host)
        elif info.alias.casefold().endswith("url"):
            wire[info.alias] = URLS.get(info.alias, PICTURE).format(host=host)
        elif "int" in str(info.annotation):
            wire[info.alias] = 1
        else:
            wire[info.alias] = f"some-{info.alias}"
    return wire


def whole(request_class, host="some.example.com"):
    """Return a wire of *request_class* whose users are all in other rooms."""
    wire = filled(request_class, host)
    return wire | MAIN_ROOM if "RoomId" in wire else wire


def leaves(model, wire, path=()):
    """Yield the way to every value of *wire*, and how the field is marked."""
    for info in model.model_fields.values():
        way = (*path, info.alias)
        if inner := model_in(info.annotation):
            value = wire[info.alias]
            step, inside = ((0,), value[0]) if isinstance(value, list) else ((), value)
            yield from leaves(inner, inside, (*way, *step))
        else:
            (mark,) = marks_of(info)
            yield way, mark


def put(wire, way, value):
    """Return *wire* with *value* at the end of *way*, or without it."""
    key, *rest = way
    changed = list(wire) if isinstance(wire, list) else dict(wire)
    if rest:
        changed[key] = put(wire[key], rest, value)
    elif value is None:
        del changed[key]
    else:
        changed[key] = value
    return changed


def named(way):
    return ".".join(map(str, way))


def at(wire, way):
    for step in way:
        wire = wire[step]
    return wire


LEAVES = [
    pytest.param(request, way, mark, id=f"{action}:{named(way)}")
    for action, request in REQUESTS.items()
    for way, mark in leaves(request, whole(request))
]
LEADING = [one for one in LEAVES if one.values[2] is not NO_EXIT]
MAIN_ROOMS = [("RoomId",), ("RoomIdType",)]  # these say which rooms are others
STAYING = [
    one
    for one in LEAVES
    if one.values[2] is NO_EXIT and one.values[1] not in MAIN_ROOMS
]


def seen(request, wire):
    return [
        (one.row, one.path, one.parts, one.place) for one in exits_of(request, wire)
    ]


@pytest.mark.parametrize(("request_class", "way", "mark"), LEADING)
def test_every_field_that_leads_somewhere_is_seen(request_class, way, mark):
    base = whole(request_class)
    if way[-1] == "Vendor":  # whose bucket it is counts where no endpoint says it
        base = put(base, (*way[:-1], "EndpointUrl"), None)
    others = (0, 2) if at(base, way) == 1 else ("https://other.example.com/x",)

    assert any(
        seen(request_class, put(base, way, other)) != seen(request_class, base)
        for other in others
    )
    assert mark.row in {one.row for one in exits_of(request_class, base)}


@pytest.mark.parametrize(("request_class", "way", "mark"), STAYING)
def test_no_other_field_makes_an_exit(request_class, way, mark):
    base = whole(request_class)

    for other in (None, "https://other.example.com/x", 2):
        assert seen(request_class, put(base, way, other)) == seen(request_class, base)


# ── each field, by each table ────────────────────────────────────────────────────

OTHERS = {
    "push": ("other.example.com", ".under.example.com"),
    "pictures": ("other.example.com", ".under.example.com"),
    "stores": ("cos/some-Region/some-Bucket", "s3.example.com/*/*"),
    "vod_apps": ("main", "2"),
    "rooms": ("other", "staging/*", "some", "live-main/other-*"),
    "car_parameters": ("some", "*-Parameters -x"),
}
ALONE = {  # what only leads somewhere if it is not beside what leads elsewhere
    "UniRecord": 2,
}


OF_SEVERAL = {"UserId", "RoomId", "RoomIdType", "Vendor", "Region", "Bucket"}


def exits_at(request_class, way, host="some.example.com"):
    """Return the exits that the field at *way* is of, in a request that has all."""
    base = whole(request_class, host)
    base = put(base, way, ALONE.get(way[-1]) or at(base, way))
    found = [one for one in exits_of(request_class, base) if beside(one, way)]
    if way[-1] in OF_SEVERAL:
        return found
    return [one for one in found if one.path == named(way)]


def beside(one, way):
    return one.path.rpartition(".")[0] == named(way[:-1])


def row_only(row, *entries):
    """Return the table that lists *entries* in *row*, and anything in every other."""
    return Exits(**{**dict.fromkeys(Row, ("*",)), row: entries})


def asked_for(over):
    """Return what the refusal says to list."""
    return re.search(r'can add "(.+)" to', over.sentence)[1]


TABLES = {
    "none": lambda exits, row: row_only(row),
    "no table": lambda exits, row: NO_EXITS,
    "other": lambda exits, row: row_only(row, *OTHERS[row]),
    "listed": lambda exits, row: Exits(**{row: tuple(map(entry_for, exits))}),
    "*": lambda exits, row: Exits(**{row: ("*",)}),
}
ALLOWED = {"listed", "*"}


def entry_for(one):
    """Return what a refusal of *one* says to list; parameters stand for themselves."""
    if one.row is Row.CAR_PARAMETERS:
        return one.parts[0]
    (over,) = refusals([one], NO_EXITS, APP).values()
    return asked_for(over)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(("request_class", "way", "mark"), LEADING)
def test_what_its_row_lists_is_allowed_and_nothing_else(
    request_class, way, mark, table
):
    exits = exits_at(request_class, way)

    answer = refusals(exits, TABLES[table](exits, mark.row), APP)

    assert exits
    assert {one.row for one in exits} == {mark.row}
    rules = {path: over.rule for path, over in answer.items()}
    refused_all = {one.path: f"exits.{mark.row}" for one in exits}
    assert rules == ({} if table in ALLOWED else refused_all)


ADDRESSES = (
    "127.0.0.1",
    "169.254.169.254",
    "203.0.113.7",
    "2130706433",
    "0x7f000001",
    "0x7f.1",
    "0177.0.0.1",
    "017700000001",
    "127.1",
    "1.2.3.0x",
    "[::1]",
    "[2001:db8::1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
)
LOCAL = ("localhost", "LOCALHOST", "localhost.", "a.localhost", "localhost.localdomain")
SINGLE = ("metadata", "intranet.", "a")
HOSTED = [one for one in LEADING if one.values[1][-1].endswith("Url")]


@pytest.mark.parametrize("host", [*ADDRESSES, *LOCAL, *SINGLE])
@pytest.mark.parametrize(("request_class", "way", "mark"), HOSTED)
def test_no_table_allows_an_address_this_machine_or_a_single_word(
    request_class, way, mark, host
):
    exits = exits_at(request_class, way, host)

    for table in (ANY_EXIT, NO_EXITS, row_only(mark.row, *OTHERS[mark.row])):
        answer = refusals(exits, table, APP)
        assert {path: over.rule for path, over in answer.items()} == {
            named(way): f"exits.{mark.row}"
        }
        assert "bot.toml" not in answer[named(way)].sentence


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("rtmp://a.example.com/a/b", True),
        ("rtmp://a.example.com:1935/a/b", True),
        ("rtmp://a.example.com:443/a/b", True),
        ("rtmp://a.example.com:22/a/b", False),
        ("rtmp://a.example.com:80/a/b", False),
        ("https://a.example.com/a", True),
        ("https://a.example.com:443/a", True),
        ("https://a.example.com:8443/a", False),
        ("https://a.example.com:1935/a", False),
        ("http://a.example.com/a", False),
        ("http://a.example.com:443/a", False),
        ("gopher://a.example.com/a", False),
        ("no address", False),
        ("https://u@a.example.com/a", False),
    ],
)
def test_schemes_and_ports_are_few(url, allowed):
    wire = {"PublishCdnUrl": url}

    answer = refusals(exits_of(McuPublishCdnParam, wire), ANY_EXIT, APP)

    assert (answer == {}) is allowed
