"""What an entry of the table stands for, what is sent by it, and what people read."""

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.access.exits import count, exits_of, refusals, refused, shown
from bot.access.limits import Over, is_listed
from bot.dialogue.outcome import plain
from bot.errors import InvalidRequest
from bot.exit_table import NO_EXITS, Exits
from bot.tencent.models import REQUESTS
from bot.tencent.models.exits import Row
from bot.tencent.models.trtc.requests import StartPublishCdnStream

APP = "live-main"
MAIN_ROOM = {"RoomId": "1", "RoomIdType": 0}

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


def test_each_place_is_listed_once_and_secrets_are_masked():
    twice = {"UserInfo": {"UserId": "ceo", "RoomId": "boardroom", "RoomIdType": 1}}
    wire = {
        **feedback("lobby"),
        **record(EndpointUrl="https://s3.evil.example/x?sign=secret"),
        "PublishCdnParams": [{"PublishCdnUrl": "rtmp://a.example.com/a/secret"}],
        "AudioParams": {"SubscribeAudioList": [twice, twice]},
        "VideoParams": {"BackgroundImageUrl": "https://p.example/a.png?sign=secret"},
    }

    (part,) = shown(StartPublishCdnStream, wire)

    assert (part.title, [plain(spans) for spans in part.lines]) == (
        "Where it leads",
        [
            "Room boardroom (text), where ceo is",
            "Picture from https://p.example/a.png?****",
            "Push to rtmp://a.example.com/a/****",
            "Room lobby (text), which bot speaks into",
            "Recording to s3.evil.example/us-east-1/live-1",
        ],
    )
    assert count(StartPublishCdnStream, wire, but=frozenset({Row.PUSH})) == 4
    assert list(shown(StartPublishCdnStream, MAIN_ROOM)) == []


def pushed(host):
    target = {"PublishCdnUrl": f"rtmp://{host}/live/a", "IsTencentCdn": 0}
    return {**MAIN_ROOM, "PublishCdnParams": [target]}


@pytest.mark.parametrize(
    ("host", "entries", "allowed"),
    [
        ("a.example.com", ("b.example.com", "a.example.com"), True),
        ("a.example.com", ("b.example.com", ".example.com"), True),
        ("a.example.com", ("b.example.com", ".example.org"), False),
        ("a.car-console", ("car-console", "b.example.com"), False),
        ("a.example.com", (), False),
    ],
)
def test_a_host_is_listed_by_any_of_the_entries(host, entries, allowed):
    exits = exits_of(StartPublishCdnStream, pushed(host))

    assert (refusals(exits, Exits(push=entries), APP) == {}) is allowed
