"""What is kept of a look back is bounded, and read whatever it has in it."""

from datetime import UTC, datetime

import pytest

from bot.dialogue.outcome import Button, plain
from bot.resources.room.recalled import (
    MOST_SHOWN,
    buttons_of,
    moment,
    parts_of,
    summary,
)
from bot.tencent.models.trtc.history import (
    Attendances,
    Calls,
    Experiences,
    Happenings,
    Quality,
)

REPLIES = {
    "calls": (Calls, "RoomList", {"CommId": "1_7_2", "CreateTime": 2}),
    "people": (Attendances, "UserList", {"UserId": "alice", "JoinTs": 2}),
    "unusual": (Experiences, "AbnormalExperienceList", {"UserId": "alice"}),
    "quality": (
        Quality,
        "Data",
        {"DataType": "rtt", "Content": [{"Time": 1, "Value": 5}]},
    ),
}


def to(label, read, **more):
    return Button(label, "relay", f"{read} {more}")


def replied(read, rows):
    kind, field, row = REPLIES[read]
    return summary(kind.model_validate({field: [row] * rows, "Total": rows}))


def read_out(read, kept):
    lines = []
    for part in parts_of(read, kept, to):
        each = getattr(part, "lines", None) or (part.spans,)
        lines += [plain(spans) for spans in each]
    return lines


@pytest.mark.parametrize("read", ["calls", "people", "unusual"])
def test_a_thousand_rows_are_counted_and_twenty_kept(read):
    kept = replied(read, 1000)

    assert (kept["Count"], len(kept["Rows"])) == (1000, MOST_SHOWN)
    assert len(read_out(read, kept)) <= MOST_SHOWN + 1


@pytest.mark.parametrize("read", REPLIES)
def test_nothing_is_an_answer_too(read):
    kept = summary(REPLIES[read][0].model_validate({}))

    assert (kept["Count"], kept["Rows"]) == (0, [])
    assert read_out(read, kept) == []


def test_of_a_series_the_least_the_middle_and_the_most_are_kept():
    content = [{"Time": n, "Value": value} for n, value in enumerate((5, 1, 9))]
    series = {"UserId": "bob", "PeerId": None, "DataType": "rtt", "Content": content}
    kept = summary(Quality.model_validate({"Data": [series]}))

    assert read_out("quality", kept) == [
        "bob, sent: round trip, ms 1 to 9, mostly 5; the last 9"
    ]


def test_a_measure_that_is_not_known_keeps_its_name():
    content = [{"Time": 1, "Value": 20_000.5}]
    series = {"UserId": "bob", "PeerId": "eve", "DataType": "x", "Content": content}
    kept = summary(Quality.model_validate({"Data": [series]}))

    assert read_out("quality", kept) == [
        "bob, received: x 20,000 to 20,000, mostly 20,000; the last 20,000"
    ]


def test_what_was_reported_stands_the_latest_first():
    data = [
        {"PeerId": "", "Content": [{"Time": 1000, "EventId": 7000, "ParamOne": 0}]},
        {"PeerId": "x", "Content": [{"Time": 9000, "EventId": 1003, "ParamOne": 0}]},
    ]
    kept = summary(Happenings.model_validate({"Data": data}))

    assert [one.rpartition(" · ")[2] for one in read_out("events", kept)] == [
        "network lost",
        "entered the room",
    ]


@pytest.mark.parametrize("seconds", [-1, 10**20, None, 0])
def test_a_moment_out_of_all_bounds_is_put_into_them(seconds):
    assert datetime(1970, 1, 1, tzinfo=UTC) <= moment(seconds)
    assert moment(seconds) <= datetime(2100, 1, 1, tzinfo=UTC)


def test_the_next_page_is_offered_while_there_is_one():
    kept = replied("people", 30)
    first = [one.label for one in buttons_of("people", kept, 0, to)]
    last = [one.label for one in buttons_of("people", kept, 1, to)]

    assert (first, last) == (["Next 20", "Quality"], ["Quality"])
