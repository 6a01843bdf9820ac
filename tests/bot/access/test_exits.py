"""Where requests may let media, data and signalling go, and come from.

The cells are made from the marks on the fields: a new field has its own of them.
"""

import re
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.access.exits import exits_of, lines, refusals, refused
from bot.access.limits import Over, is_listed
from bot.errors import InvalidRequest
from bot.exit_table import ANY_EXIT, NO_EXITS, Exits
from bot.tencent.models import REQUESTS
from bot.tencent.models.exits import NO_EXIT, Row, marks_of, model_in
from bot.tencent.models.trtc.output import McuPublishCdnParam
from bot.tencent.models.trtc.requests import StartPublishCdnStream

APP = "live-main"
URLS = {
    "PublishCdnUrl": "rtmp://{host}/a/b",
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
        elif info.alias.endswith("Url"):
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


# ── what an entry of the table stands for ────────────────────────────────────────

RECORD = {"Vendor": 1, "Region": "us-east-1", "Bucket": "live-1"}
S3 = "https://s3.example.com/storage/v1/?a#b"


def record(**changes):
    store = {"CloudStorage": {**RECORD, **changes}}
    return {**MAIN_ROOM, "RecordParams": {"UniRecord": 3, "McuStorageParams": store}}


@pytest.mark.parametrize(
    ("wire", "entry", "allowed"),
    [
        (record(), "aws/us-east-1/live-1", True),
        (record(), "aws/*/live-*", True),
        (record(), "cos/*/*", False),
        (record(), "aws/us-east-1/live", False),
        (record(), "aws/us-east-1/live-1x", False),
        (record(Region="us-east-1/live-1", Bucket="x"), "aws/us-east-1/*", False),
        (record(Bucket="x/live-1"), "aws/us-east-1/live-1", False),
        (record(EndpointUrl="https://s3.example.com"), "aws/*/*", False),
        (record(EndpointUrl="https://s3.example.com"), "s3.example.com/*/*", True),
        (record(EndpointUrl="https://s3.example.com/"), "s3.example.com/*/*", True),
        (record(EndpointUrl="https://s3.example.com"), ".example.com/*/*", True),
        (record(EndpointUrl="https://s3.example.com/x"), "s3.example.com/*/*", False),
        (record(EndpointUrl="https://s3.example.com/x"), "s3.example.com/x/*/*", True),
        (record(EndpointUrl=S3), "s3.example.com/storage/v1/*/*", False),
        (record(EndpointUrl="https://evil.example"), "s3.example.com/*/*", False),
        (record(), "template", False),
    ],
)
def test_a_store_is_listed_by_whose_it_is_its_region_and_its_bucket(
    wire, entry, allowed
):
    exits = exits_of(StartPublishCdnStream, wire)

    assert (refusals(exits, Exits(stores=(entry,)), APP) == {}) is allowed


VOD = {"UniRecord": 3, "McuStorageParams": {"McuCloudVod": {}}}
OF_CONSOLE = {"UniRecord": 2}


@pytest.mark.parametrize(
    ("recorded", "table", "allowed"),
    [
        (VOD, {"vod_apps": ("main",)}, True),
        (VOD, {"vod_apps": ("1",), "stores": ("*",)}, False),
        (OF_CONSOLE, {"stores": ("template",)}, True),
        (OF_CONSOLE, {"stores": ("cos/*/*",), "vod_apps": ("*",)}, False),
        ({"UniRecord": 1}, {}, True),
    ],
)
def test_a_store_that_goes_without_saying_is_one_too(recorded, table, allowed):
    wire = {**MAIN_ROOM, "RecordParams": recorded}

    exits = exits_of(StartPublishCdnStream, wire)

    assert (refusals(exits, Exits(**table), APP) == {}) is allowed


def feedback(room):
    spoken = {"RoomId": room, "RoomIdType": 1, "UserId": "bot"}
    return {**MAIN_ROOM, "FeedBackRoomParams": [spoken]}


@pytest.mark.parametrize(
    ("room", "entry", "allowed"),
    [
        ("lobby", "lobby", True),
        ("lobby-7", "lobby-*", True),
        ("lobby-7", "live-main/lobby-*", True),
        ("lobby-7", "staging/lobby-*", False),
        ("the lobby-7", "lobby-*", False),
        ("lobby?7", "lobby.7", False),
        ("lobby", "[a-z]*", False),
    ],
)
def test_a_room_is_listed_by_a_pattern_for_one_app_or_for_all(room, entry, allowed):
    exits = exits_of(StartPublishCdnStream, feedback(room))

    assert (refusals(exits, Exits(rooms=(entry,)), APP) == {}) is allowed


@pytest.mark.parametrize(
    ("user", "places"),
    [
        ({"UserId": "ceo"}, []),
        ({"UserId": "ceo", "RoomId": "1"}, []),
        ({"UserId": "ceo", "RoomId": "1", "RoomIdType": 0}, []),
        ({"UserId": "ceo", "RoomId": "2"}, ["2 (number), where ceo is"]),
        ({"UserId": "ceo", "RoomIdType": 1}, ["1 (text), where ceo is"]),
        ({"UserId": "ceo", "RoomId": "b", "RoomIdType": 1}, ["b (text), where ceo is"]),
    ],
)
def test_a_user_is_an_exit_if_it_is_in_another_room(user, places):
    heard = {"SubscribeAudioList": [{"UserInfo": user}]}
    wire = {**MAIN_ROOM, "AudioParams": heard}

    found = [one.place for one in exits_of(StartPublishCdnStream, wire)]

    assert found == places


@pytest.mark.parametrize(
    ("typed", "entry", "allowed"),
    [
        ("-level 3", "-level *", True),
        ("-level 3", "-level 3", True),
        ("-level 3 -exec calc.exe", "-level *", False),
        ("-level 3;calc", "-level *", False),
        ('-level "3', "-level *", False),
        ("-level 3\n-x", "-level *", False),
        ("-exec calc.exe --unsafe", "-level *", False),
        ("-exec calc.exe --unsafe", "*", True),
        ("", "-level *", True),
    ],
)
def test_parameters_are_listed_by_patterns_in_which_one_word_stays_one(
    typed, entry, allowed
):
    session = REQUESTS["CreateSession"].of(
        {
            "UserId": "u",
            "UserIp": "8.8.8.8",
            "RunMode": "RunWithoutClient",
            **({"ApplicationParameters": typed} if "\n" not in typed else {}),
        }
    )
    wire = {**session.to_wire(), "ApplicationParameters": typed}

    exits = exits_of(type(session), wire)

    assert (refusals(exits, Exits(car_parameters=(entry,)), "") == {}) is allowed
    assert typed not in repr(exits) or not typed


# ── what was checked is what is sent ─────────────────────────────────────────────

LISTED = ("push.example.com", ".livepush.example.com")
START = {
    "SdkAppId": 1,
    **MAIN_ROOM,
    "AgentParams": {"UserId": "bot"},
    "WithTranscoding": 1,
    "AudioParams": {"AudioEncode": {"SampleRate": 48000, "Channel": 2, "BitRate": 64}},
}
HOSTS = st.sampled_from(
    ["push.example.com", "a.livepush.example.com", "evil.example", "10.0.0.1", "h"]
)
SPICE = st.text("@:#?/\\.%[]-_aA0 \tｅ", max_size=4)
KEEP = st.from_regex(r"/[!-~]{1,9}/[!-~]{1,20}", fullmatch=True)


@given(SPICE, HOSTS, SPICE, HOSTS, SPICE, KEEP)
def test_whatever_is_typed_what_is_sent_goes_to_a_listed_host_or_nothing_is_sent(
    before, host, between, other, after, path
):
    typed = f"rtmp://{before}{host}{between}{other}{after}{path}"
    table = Exits(push=LISTED)
    try:
        request = StartPublishCdnStream.of(
            {**START, "PublishCdnParams": [{"PublishCdnUrl": typed}]}
        )
    except InvalidRequest:
        return
    if refused(request, table, APP):
        return

    (target,) = request.to_wire()["PublishCdnParams"]
    sent = urlsplit(target["PublishCdnUrl"])
    assert is_listed(sent.hostname, LISTED)
    assert sent.port in {None, 443}
    assert sent.netloc == sent.netloc.lower()


@given(HOSTS, KEEP)
def test_path_and_query_are_sent_as_they_were_typed(host, path):
    typed = f"RTMP://{host.upper()}.:1935{path}"
    try:
        request = StartPublishCdnStream.of(
            {**START, "PublishCdnParams": [{"PublishCdnUrl": typed}]}
        )
    except InvalidRequest:
        return

    (target,) = request.to_wire()["PublishCdnParams"]
    assert target["PublishCdnUrl"] == f"rtmp://{host}{path}"


# ── what people read ─────────────────────────────────────────────────────────────


def test_a_refusal_names_the_exit_the_row_and_what_to_write():
    wire = {
        **feedback("evilroom"),
        "PublishCdnParams": [{"PublishCdnUrl": "rtmp://evil.example/a/key"}],
    }

    answer = refusals(exits_of(StartPublishCdnStream, wire), NO_EXITS, APP)

    assert answer == {
        "PublishCdnParams.0.PublishCdnUrl": Over(
            "exits.push",
            "Push to rtmp://evil.example/a/**** is not allowed here. Whoever runs this"
            ' bot can add "evil.example" to push under [exits] in bot.toml.',
        ),
        "FeedBackRoomParams.0.RoomId": Over(
            "exits.rooms",
            "Room evilroom (text), which bot speaks into is not allowed here. Whoever"
            ' runs this bot can add "live-main/evilroom" to rooms under [exits] in'
            " bot.toml.",
        ),
    }


def test_each_place_has_one_line_in_which_secrets_are_masked():
    twice = {"UserInfo": {"UserId": "ceo", "RoomId": "boardroom", "RoomIdType": 1}}
    wire = {
        **feedback("lobby"),
        **record(EndpointUrl="https://s3.evil.example/x?sign=secret"),
        "PublishCdnParams": [{"PublishCdnUrl": "rtmp://a.example.com/a/secret"}],
        "AudioParams": {"SubscribeAudioList": [twice, twice]},
        "VideoParams": {"BackgroundImageUrl": "https://p.example/a.png?sign=secret"},
    }

    said = [
        "".join(getattr(span, "text", span) for span in one.spans)
        for one in lines(StartPublishCdnStream, wire, but=frozenset({Row.PUSH}))
    ]

    assert said == [
        "Room boardroom (text), where ceo is",
        "Picture from https://p.example/a.png?****",
        "Room lobby (text), which bot speaks into",
        "Recording to s3.evil.example/us-east-1/live-1",
    ]
