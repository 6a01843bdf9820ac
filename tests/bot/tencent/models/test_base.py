"""What all requests and replies share."""

import json
import subprocess
import sys

import pytest
from pydantic import SecretStr, ValidationError

from bot.errors import InvalidRequest
from bot.tencent import wire
from bot.tencent.models import REQUESTS
from bot.tencent.models.base import Deadline, Level, Part, Repeat, Reply, Secret
from bot.tencent.models.car import CreateSession, RenderSessionCreated
from bot.tencent.models.trtc.requests import StopPublishCdnStream

TASK = "-m97l2ZU7vxyBSmXYsRx1Xy9Kf4bVVfbbhSKC4K-4pycoZWKv542xbi139uTvGt1zAHoAQ.."


class Locked(Part):
    """A part with a secret in it."""

    name: str
    key: Secret | None = None


def facts(request):
    return (
        f"{request.service.name} {request.service.version}",
        request.service.regional,
        request.permit,
        request.level,
        request.repeat,
        request.rate,
        request.deadline,
    )


REMOVALS = ("RemoveUser", "RemoveUserByStrRoomId")
DISMISSALS = ("DismissRoom", "DismissRoomByStrRoomId")
LOOKS_BACK = (
    "DescribeUnusualEvent",
    "DescribeRoomInfo",
    "DescribeUserInfo",
    "DescribeUserEvent",
    "DescribeCallDetailInfo",
)


def test_every_request_knows_its_own_danger():
    assert {name: facts(request) for name, request in REQUESTS.items()} == {
        "StartPublishCdnStream": (
            "trtc 2019-07-22",
            True,
            "relay.start",
            Level.BILLED,
            Repeat.NEVER,
            18,
            Deadline(attempt=15, connect=2, read=12, overall=20),
        ),
        "UpdatePublishCdnStream": (
            "trtc 2019-07-22",
            True,
            "relay.update",
            Level.BILLED,
            Repeat.NUMBERED,
            18,
            Deadline(attempt=15, connect=2, read=12, overall=20),
        ),
        "StopPublishCdnStream": (
            "trtc 2019-07-22",
            True,
            "relay.stop",
            Level.CHANGE,
            Repeat.SAFE,
            18,
            Deadline(attempt=10, connect=2, read=7, overall=86_400),
        ),
        "CreateSession": (
            "car 2022-01-10",
            False,
            "car.start",
            Level.BILLED,
            Repeat.SAME_USER,
            90,
            Deadline(attempt=7, connect=1.5, read=5.5, overall=20),
        ),
        "DescribeCloudPhoneMultipleStreamSessionSlaves": (
            "gs 2019-11-18",
            False,
            "gs.show",
            Level.READ,
            Repeat.SAFE,
            18,
            Deadline(attempt=4, connect=1.5, read=2.5, overall=12),
        ),
        "ApplyConcurrent": (
            "car 2022-01-10",
            False,
            "car.start",
            Level.BILLED,
            Repeat.NEVER,
            90,
            Deadline(attempt=24, connect=1.5, read=22, overall=28),
        ),
        "DestroySession": (
            "car 2022-01-10",
            False,
            "car.stop",
            Level.CHANGE,
            Repeat.ENDS_ANOTHER,
            90,
            Deadline(attempt=7, connect=1.5, read=5.5, overall=20),
        ),
        "DescribeConcurrentCount": (
            "car 2022-01-10",
            False,
            "car.capacity",
            Level.READ,
            Repeat.SAFE,
            18,
            Deadline(attempt=4, connect=1.5, read=2.5, overall=12),
        ),
        "StartPublishStream": publishing(Level.BILLED),
        "StartPublishStreamWithURL": publishing(Level.BILLED),
        "StopPublishStream": publishing(Level.CHANGE),
        **{name: of_room("room.remove") for name in REMOVALS},
        **{name: of_room("room.dismiss") for name in DISMISSALS},
        **dict.fromkeys(
            LOOKS_BACK,
            (
                "trtc 2019-07-22",
                True,
                "room.history",
                Level.READ,
                Repeat.SAFE,
                18,
                Deadline(attempt=8, connect=1.5, read=6, overall=20),
            ),
        ),
        **{
            name: (
                "live 2018-08-01",
                False,
                "relay.read",
                Level.READ,
                Repeat.SAFE,
                rate,
                Deadline(attempt=4, connect=1.5, read=2.5, overall=12),
            )
            for name, rate in (
                ("DescribeLiveStreamPushInfoList", 27),
                ("DescribeStreamPushInfoList", 36),
                ("DescribeLiveStreamState", 270),
            )
        },
    }


def publishing(level):
    """Return the facts of what publishes a session, or no more: it is sent once."""
    deadline = Deadline(attempt=7, connect=1.5, read=5.5, overall=20)
    return "car 2022-01-10", False, "car.publish", level, Repeat.NEVER, 18, deadline


def of_room(permit):
    """Return the facts of what throws people out: sent once, by fresh rights."""
    deadline = Deadline(attempt=10, connect=2, read=7, overall=20)
    level, repeat = Level.BILLED, Repeat.NEVER
    return "trtc 2019-07-22", True, permit, level, repeat, 18, deadline


@pytest.mark.parametrize("request_type", REQUESTS.values())
def test_every_request_says_where_it_is_documented_and_what_comes_back(request_type):
    assert request_type.page.startswith("https://")
    assert request_type.service.page.startswith("https://")
    assert issubclass(request_type.reply, Reply)


def test_fields_go_by_tencents_names_and_by_ours():
    theirs = StopPublishCdnStream.of({"SdkAppId": 1, "TaskId": TASK})
    ours = StopPublishCdnStream.of({"sdk_app_id": 1, "task_id": TASK})

    assert theirs == ours
    assert ours.to_wire() == {"SdkAppId": 1, "TaskId": TASK}


def test_json_and_a_dictionary_say_the_same():
    fields = {"SdkAppId": 1, "TaskId": TASK}

    assert StopPublishCdnStream.of_json(json.dumps(fields)) == StopPublishCdnStream.of(
        fields
    )


def test_a_request_does_not_change():
    request = StopPublishCdnStream.of({"SdkAppId": 1, "TaskId": TASK})

    with pytest.raises(ValidationError):
        request.task_id = "-another-task"


def test_it_becomes_bytes_in_one_pass_of_pydantics_core():
    request, called = StopPublishCdnStream.of({"SdkAppId": 1, "TaskId": TASK}), []

    def note(frame, event, argument):
        if event == "call":
            called.append(frame.f_code.co_qualname)
        elif event == "c_call":
            called.append(argument.__qualname__)

    sys.setprofile(note)
    try:
        body = wire.dump(request)
    finally:
        sys.setprofile(None)

    assert json.loads(body) == {"SdkAppId": 1, "TaskId": TASK}
    passes = ["dump", "Request.to_json", "SchemaSerializer.to_json"]
    assert called[: len(passes)] == passes
    assert called[len(passes) :] == ["setprofile"]


def test_a_secret_is_shown_on_the_wire_and_nowhere_else():
    told = "open" + "-sesame"
    request = CreateSession.of(
        {"UserId": "u", "UserIp": "125.127.178.228", "ClientSession": told}
    )

    assert request.to_wire()["ClientSession"] == told
    assert request.masked()["ClientSession"] == "****"
    assert request.model_dump()["client_session"] == "****"
    assert told not in f"{request!r} {request} {request.model_dump_json()}"


def test_a_reply_masks_its_secret_too():
    reply = RenderSessionCreated.model_validate(
        {"ServerSession": "let" + "-me-in", "RequestId": "r-1"}
    )

    assert reply.server_session == SecretStr("let" + "-me-in")
    assert reply.masked() == {"ServerSession": "****", "RequestId": "r-1"}


@pytest.mark.parametrize("bad", ["", "a\nb", "\ud800", "x" * 65_536])
def test_a_secret_is_a_line_of_text(bad):
    with pytest.raises(ValidationError):
        Locked.model_validate({"Name": "n", "Key": bad})


def test_a_reply_ignores_what_it_does_not_know():
    assert Reply.model_validate({"Surprise": [1], "RequestId": "r-1"}) == Reply(
        request_id="r-1"
    )


@pytest.mark.parametrize("broken", [None, 5, ["r-1"], {"a": 1}])
def test_a_broken_request_id_costs_only_itself(broken):
    assert Reply.model_validate({"RequestId": broken}).request_id == ""


def test_the_error_of_a_request_is_its_sentences():
    with pytest.raises(InvalidRequest) as caught:
        StopPublishCdnStream.of({"SdkAppId": 0})

    assert caught.value.faults == {
        "SdkAppId": "The SdkAppId is 1 to 4294967295; 0 was given.",
        "TaskId": "The TaskId is missing.",
    }
    assert caught.value.__cause__ is None


class Even(Part):
    """A part with a rule."""

    number: int

    def _rules(self):
        if self.number % 2:
            yield "Number", "odd"


class Even4(Even):
    """A part that inherits its rule."""


class Bag(Part):
    """A part without rules, around parts that have some."""

    one: Even | None = None
    many: tuple[Even4, ...] = ()


def test_a_rule_holds_wherever_its_part_stands_and_for_what_inherits_it():
    with pytest.raises(ValidationError) as nested:
        Bag.model_validate({"One": {"Number": 1}, "Many": ({"Number": 2},) * 2})
    with pytest.raises(ValidationError) as inherited:
        Bag(many=({"Number": 2}, {"Number": 3}))
    with pytest.raises(ValidationError) as alone:
        Even4(number=5)

    assert [
        error["loc"]
        for caught in (nested, inherited, alone)
        for error in caught.value.errors()
    ] == [("One", "Number"), ("many", 1, "Number"), ("Number",)]


def test_a_part_without_rules_is_checked_by_pydantics_core_alone():
    for part in (Locked, Bag):
        part.model_rebuild()

    assert "_keeping_rules" not in str(Locked.__pydantic_core_schema__)
    assert "_keeping_rules" in str(Bag.__pydantic_core_schema__)


def test_importing_the_bot_builds_no_model_and_build_builds_every_one():
    done = subprocess.run(  # noqa: S603 - our own
        [sys.executable, "-c", IMPORTED], check=True, capture_output=True, text=True
    )

    assert done.stdout.split() == ["[]", "True"]


IMPORTED = """
import asyncio, bot.app
from bot.tencent.models import REQUESTS, build

def built():
    models = [m for one in REQUESTS.values() for m in (one, one.reply)]
    return [m.__name__ for m in models if m.__pydantic_complete__]

print(built())
asyncio.run(build(asyncio.sleep))
print(len(built()) == 2 * len(REQUESTS))
"""
