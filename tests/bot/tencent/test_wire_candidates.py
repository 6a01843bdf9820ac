"""Every TaskId that came is a start, or goes with the error; none is thrown away."""

import json

import pytest

from bot.errors import CloudError, NoAnswer
from bot.tencent import wire
from bot.tencent.models.trtc.requests import RelayStarted

TASK = "-m97l2ZU7vxyBSmXYsRx1Xy9Kf4bVVfbbhSKC4K-4pycoZWKv542xbi139uTvGt1zAHoAQ.."
ID = "b934c535-8d82-4f52-bd52-a1cbb043c4be"


def answer(**response):
    return json.dumps({"Response": response}).encode()


def failure(body):
    with pytest.raises(CloudError) as caught:
        wire.load(200, body, "application/json", RelayStarted)
    return caught.value


def put_first(body, name, value):
    inside = f'{{"Response": {{{json.dumps(name)}: {json.dumps(value)}, '
    return body.replace(b'{"Response": {', inside.encode(), 1)


def again(body):
    return put_first(body, "TaskId", json.loads(body)["Response"]["TaskId"])


IDS = {
    "as ever": TASK,
    "of another letter": "-nHuqHlU7islZCDCjMne7HY2TJoU1NbbDkHjVoK-yqHu8ZWQndibQJt.",
    "of three characters": "-m9",
    "of 512": "-" + "a" * 511,
    "in quotes": '-m"97\\l',
    "in Chinese": "任务-7",
}
HARMLESS = {
    "nothing": lambda body: body,
    "a byte order mark": lambda body: b"\xef\xbb\xbf" + body,
    "UTF-16": lambda body: body.decode().encode("utf-16"),
    "UTF-32": lambda body: body.decode().encode("utf-32-le"),
    "blank lines": lambda body: b"\r\n " + body + b"\n\n",
    "the RequestId twice": lambda body: put_first(body, "RequestId", ID),
    "two RequestIds": lambda body: put_first(body, "RequestId", "r-1"),
    "the TaskId twice": again,
    "a field that nobody knows": lambda body: put_first(body, "Extra", {"TaskId": 7}),
    "no error": lambda body: put_first(body, "Error", None),
    "no RequestId": lambda body: body.replace(
        b', "RequestId": "' + ID.encode(), b', "X": "'
    ),
    "margins": lambda body: body.replace(b'"TaskId": "', b'"TaskId": " \\u0000'),
}
DOUBTFUL = {
    "status 201": ({"status": 201}, lambda body: body),
    "status 500": ({"status": 500}, lambda body: body),
    "an error beside it": ({}, lambda body: put_first(body, "Error", {"Code": "X.Y"})),
    "an error without a code": ({}, lambda body: put_first(body, "Error", {})),
    "its end missing": ({"status": 502}, lambda body: body[:-2]),
    "more after its end": ({}, lambda body: body + b"<html>"),
    "bad JSON": ({}, lambda body: body.replace(b'"Response":', b'"Response"=')),
    "NaN": ({}, lambda body: put_first(body, "Cost", float("nan"))),
    "a letter that is none": ({}, lambda body: body[:-2] + b',"X":"\xff"}}'),
    "no Response around it": ({}, lambda body: body.replace(b"Response", b"Respond")),
    "a list around it": ({}, lambda body: b"[" + body + b"]"),
    "two Responses": ({}, lambda body: b'{"Response": {}, ' + body[1:]),
}


@pytest.mark.parametrize("around", HARMLESS)
@pytest.mark.parametrize("task", IDS.values(), ids=IDS)
def test_a_task_id_without_an_error_says_that_it_was_started(task, around):
    body = HARMLESS[around](answer(TaskId=task, RequestId=ID))

    assert wire.load(200, body, "", RelayStarted).task_id == task


@pytest.mark.parametrize("doubt", DOUBTFUL)
@pytest.mark.parametrize("around", ["nothing", "a byte order mark", "UTF-16"])
@pytest.mark.parametrize("task", IDS.values(), ids=IDS)
def test_every_task_id_goes_with_the_error_whatever_is_wrong(task, around, doubt):
    how, make = DOUBTFUL[doubt]
    body = make(answer(TaskId=task, RequestId=ID))
    if around == "UTF-16" and doubt != "a letter that is none":
        body = body.decode().encode("utf-16")
    if around == "a byte order mark":
        body = b"\xef\xbb\xbf" + body

    with pytest.raises(CloudError) as told:
        wire.load(how.get("status", 200), body, "", RelayStarted)

    assert told.value.candidates == (task,)
    assert getattr(told.value, "salvaged", "") == ""


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b'{"Response":{"TaskId":"-a","TaskId":"-b"}}', ("-a", "-b")),
        (
            b'{"Response":{"TaskId":"-a","Data":{"TaskId":"-b"},"Error":{}}}',
            ("-a", "-b"),
        ),
        (b'{"Response":{"taskid":"-a","TaskId":null}}', ("-a",)),
        (b'{"Response":{"TaskId":"-a b"}}', ("-a\ufffdb",)),
        (b'{"Response":{"TaskId":"' + b"x" * 600 + b'"}}', ("x" * 600,)),
        (b'{"Response":{"TaskId":"' + b"x" * 9999 + b'"}}', ("x" * 2000,)),
        (b'{"Response":{"TaskId":"-a\\q"', ("-a\\q",)),
        (b'{"Response":{"TaskId":12345,"Error":{}}}', ("12345",)),
        (b'{"Response":{"TaskId":""}}', ()),
        (b'{"Response":{"TaskId":["-a"]}}', ()),
        (b'{"Response":{"Note":"\\"TaskId\\":\\"-a\\""}}', ()),
        (b'{"Response":{"TaskId":"-m97l2ZU7vx', ()),
    ],
)
def test_the_candidates_are_the_task_ids_that_came_whole(body, found):
    with pytest.raises(CloudError) as told:
        wire.load(200, body, "", RelayStarted)

    assert told.value.candidates == found


def test_ten_candidates_are_kept_and_no_more():
    many = b",".join(b'{"TaskId":"-%d"}' % number for number in range(50))

    assert wire.candidates(many) == tuple(f"-{number}" for number in range(10))


def test_two_answers_of_which_one_is_an_error_say_neither():
    told = failure(b'{"Response":{"Error":null,"TaskId":"-a","Error":{"Code":"X"}}}')

    assert isinstance(told, NoAnswer)
    assert "It contradicts itself." in str(told)
