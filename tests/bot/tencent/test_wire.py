"""What goes over the wire, and what may be believed of what comes back."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, SecretStr

from bot.errors import CloudError, NoAnswer, Refused
from bot.i18n import reading_in
from bot.tencent import tc3, wire
from bot.tencent.models import REQUESTS
from bot.tencent.models.base import Api, Reply, Request

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.json"))
AT = datetime.fromtimestamp(1760000000, UTC)
KEY = tc3.Credential("id", SecretStr("key"))
TEMPORARY = tc3.Credential("id", SecretStr("key"), SecretStr("token"))
TASK = "-m97l2ZU7vxyBSmXYsRx1Xy9Kf4bVVfbbhSKC4K-4pycoZWKv542xbi139uTvGt1zAHoAQ.."
ID = "b934c535-8d82-4f52-bd52-a1cbb043c4be"


class Started(Reply):
    task_id: str = Field(min_length=1, max_length=512)


class Start(Request[Started]):
    service: ClassVar = Api("trtc", "2019-07-22", regional=True, page="")
    action: ClassVar = "StartPublishCdnStream"

    sdk_app_id: int
    room_id: str
    note: str | None = None


class Render(Request[Reply]):
    service: ClassVar = Api("car", "2022-01-10", regional=False, page="")
    action: ClassVar = "CreateSession"

    user_id: str = "u"


def answer(**response):
    return json.dumps({"Response": response}).encode()


def load(body, *, status=200, kind="application/json"):
    return wire.load(status, body, kind, Started)


def failure(body, **how):
    """Return what `load` raises, as its type and what it knows."""
    with pytest.raises(CloudError) as caught:
        load(body, **how)
    return caught.value


@given(
    number=st.integers(-(2**70), 2**70),
    text=st.text(st.characters(codec="utf-8")),
    note=st.none() | st.text(st.characters(codec="utf-8")),
)
def test_what_is_sent_is_the_json_that_any_other_writer_makes(number, text, note):
    fields = {"SdkAppId": number, "RoomId": text, "Note": note}
    given = {name: value for name, value in fields.items() if value is not None}

    assert wire.dump(Start(sdk_app_id=number, room_id=text, note=note)) == json.dumps(
        given, ensure_ascii=False, separators=(",", ":")
    ).encode("utf-8")


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_a_published_example_is_sent_byte_for_byte_with_its_secrets(example):
    published = json.loads(example.read_text("utf-8"))

    request = REQUESTS[published["action"]].of(published["request"])

    assert json.loads(wire.dump(request)) == request.to_wire() == published["request"]
    assert wire.dump(request) == json.dumps(
        request.to_wire(), ensure_ascii=False, separators=(",", ":")
    ).encode("utf-8")


def head(request, *, credential=KEY, language="en-US"):
    payload = wire.dump(request)
    return payload, wire.headers(
        request,
        payload,
        host="127.0.0.1:8080",
        region="ap-singapore",
        at=AT,
        credential=credential,
        language=language,
    )


def test_a_request_is_compact_json_in_utf_8_under_tencents_names():
    request = Start(sdk_app_id=1400188366, room_id="直播间-1 €")

    body = wire.dump(request)

    assert body == '{"SdkAppId":1400188366,"RoomId":"直播间-1 €"}'.encode()


def test_the_headers_of_a_request():
    payload, headers = head(Start(sdk_app_id=1, room_id="r"))

    assert headers == {
        "Host": "127.0.0.1:8080",
        "Content-Type": "application/json",
        "Accept-Encoding": "identity",
        "X-TC-Action": "StartPublishCdnStream",
        "X-TC-Version": "2019-07-22",
        "X-TC-Timestamp": "1760000000",
        "X-TC-Language": "en-US",
        "X-TC-RequestClient": "patchbay",
        "X-TC-Region": "ap-singapore",
        "Authorization": tc3.authorization(
            payload, host="127.0.0.1:8080", service="trtc", at=AT, credential=KEY
        ),
    }


def test_a_product_without_regions_is_sent_none():
    _payload, headers = head(Render())

    assert "X-TC-Region" not in headers


def test_a_temporary_key_brings_its_token():
    _payload, headers = head(Render(), credential=TEMPORARY)

    assert headers["X-TC-Token"] == "token"


@pytest.mark.parametrize(
    ("locale", "sent"),
    [
        ("zh-CN", "zh-CN"),
        ("zh-TW", "zh-CN"),
        ("zh", "zh-CN"),
        ("en-GB", "en-US"),
        ("de-DE", "en-US"),
        ("", "en-US"),
    ],
)
def test_tencent_answers_in_one_of_its_two_languages(locale, sent):
    _payload, headers = head(Render(), language=locale)

    assert headers["X-TC-Language"] == sent


def test_a_reply_is_read_and_what_is_new_in_it_passed_over():
    body = answer(TaskId=TASK, RequestId=ID, DeprecatedWarning="soon", Extra=None)

    assert load(body) == Started(task_id=TASK, request_id=ID)


def test_a_task_id_may_come_as_a_number():
    assert load(answer(TaskId=42)) == Started(task_id="42")


@pytest.mark.parametrize("status", [200, 302, 400, 500, 503])
@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "text/html", ""])
def test_an_error_is_tencents_whatever_is_around_it(status, kind):
    body = answer(
        Error={"Code": "AuthFailure.TokenFailure", "Message": "No."}, RequestId=ID
    )

    error = failure(body, status=status, kind=kind)

    assert isinstance(error, Refused)
    assert (error.code, error.message) == ("AuthFailure.TokenFailure", "No.")
    assert error.request_id == ID


def test_an_error_is_an_error_even_beside_a_task_id_which_it_keeps():
    error = failure(answer(TaskId=TASK, Error={"Code": "InternalError"}))

    assert isinstance(error, Refused)
    assert (error.code, error.message) == ("InternalError", "")
    assert error.candidates == (TASK,)


def test_a_message_that_utf_8_cannot_hold_is_mended_and_a_long_one_cut():
    body = (
        b'{"Response":{"Error":{"Code":"X","Message":"\\ud800' + b"a" * 2000 + b'"}}}'
    )

    error = wire.without_secrets(failure(body), str)

    assert error.message == "?" + "a" * 999


@pytest.mark.parametrize("error", [{}, [], "", 0, {"Code": 7}, {"Code": "no code"}])
def test_an_error_without_a_code_is_no_answer(error):
    told = failure(answer(Error=error, TaskId=TASK, RequestId=ID))

    assert isinstance(told, NoAnswer)
    assert str(told) == (
        "No usable answer: It is an error without a code."
        " The request may have taken effect."
    )
    assert (told.request_id, told.salvaged) == (ID, "")


@pytest.mark.parametrize("task", [None, "", "x" * 10_240, ["t"], {}, True])
def test_a_start_without_a_good_task_id_is_no_answer_but_has_its_request_id(task):
    told = failure(answer(TaskId=task, RequestId=ID))

    assert isinstance(told, NoAnswer)
    assert "A required field is missing." in str(told)
    assert (told.request_id, told.salvaged) == (ID, "")


@pytest.mark.parametrize("status", [201, 204, 301, 307, 404, 500, 502, 504])
def test_a_reply_with_another_status_than_200_is_no_answer(status):
    told = failure(answer(TaskId=TASK, RequestId=ID), status=status)

    assert isinstance(told, NoAnswer)
    assert f"It has HTTP status {status}." in str(told)
    assert (told.request_id, told.salvaged) == (ID, "")


@pytest.mark.parametrize("claimed", [7, None, "", "-task a..", "x" * 65, "r\n", "é"])
def test_a_request_id_that_does_not_look_like_one_is_left_out(claimed):
    assert failure(answer(RequestId=claimed)).request_id == ""


@pytest.mark.parametrize(
    "body",
    [
        b"<html><h1>502 Bad Gateway</h1></html>",
        b"null",
        b"7",
        b"[]",
        b"oops",
        b"{}",
        b'{"Response":null}',
        b'{"Response":[]}',
        b'{"Response":"ok"}',
        b'{"Response":{"TaskId":"a"},"Response":{"TaskId":"b"}}',
        b'{"Response":{"TaskId":"a","Cost":NaN}}',
        b'{"Response":{"TaskId":"a","Cost":-Infinity}}',
        b'{"Response":{"TaskId":"a"}} and more',
        b'{"Response":{"TaskId":"a"}}x',
        b'{"Response":{"TaskId":"a","Cost":' + b"9" * 5000 + b"}}",
        b'{"Response":{"TaskId":"a","Deep":' + b"[" * 100_000,
        b"\x1f\x8b\x08\x00packed",
        b'{"Response":{"TaskId":"\xff"}}',
    ],
    ids=lambda body: repr(body[:40]),
)
def test_what_is_not_the_apis_json_is_no_answer_and_nothing_is_salvaged(body):
    told = failure(body, kind="text/html")

    assert isinstance(told, NoAnswer)
    assert str(told) == (
        "No usable answer: It has HTTP status 200 and is text/html, which the API"
        " does not send. The request may have taken effect."
    )
    assert (told.request_id, told.salvaged) == ("", "")


def test_nothing_is_said_about_a_content_type_that_did_not_come():
    assert "is of an unknown type, which" in str(failure(b"oops", kind=""))


def test_an_empty_answer_is_told_as_such():
    assert "It is empty (HTTP status 504)." in str(failure(b"", status=504))


WHOLE = answer(Note="é", TaskId=TASK, RequestId=ID)
AFTER_TASK = WHOLE.index(b'"', WHOLE.index(TASK.encode())) + 1


@pytest.mark.parametrize("end", range(AFTER_TASK, len(WHOLE)))
def test_a_task_id_that_came_whole_is_salvaged_from_what_breaks_off(end):
    told = failure(WHOLE[:end])

    assert isinstance(told, NoAnswer)
    assert "It is cut off (HTTP status 200)." in str(told)
    assert told.salvaged == TASK
    assert told.request_id in {"", ID}


@pytest.mark.parametrize("end", range(1, AFTER_TASK))
def test_a_task_id_that_was_cut_is_not(end):
    assert failure(WHOLE[:end]).salvaged == ""


def test_what_breaks_off_within_a_character_or_an_escape_is_still_salvaged():
    start = b'{"Response":{"TaskId":"-task-a..","Note":"'

    ends = [failure(start + cut).salvaged for cut in (b"\xc3", b"\\u00", b"\\", b"x")]

    assert ends == ["-task-a.."] * 4


@pytest.mark.parametrize(
    "pieces",
    [
        b'{"Response":{"TaskId":"-task-a..","TaskId":"-task-b..",',
        b'{"Response":{"Error":{"Code":"X"},"TaskId":"-task-a..",',
        b'{"Response":{"TaskId":"' + b"x" * 513 + b'",',
        b'{"Response":{"TaskId":" -task-a..",',
        b'{"Response":{"TaskId":"-task a..",',
        b'{"Response":{"TaskId":"-task-a\\u202e",',
        '{"Response":{"TaskId":"-task-a\u202e",'.encode(),
        b'{"Response":{"Note":"\\"TaskId\\":\\"-task-a..\\""',
    ],
)
def test_a_task_id_in_doubt_is_not_salvaged(pieces):
    assert failure(pieces).salvaged == ""


def test_nothing_is_salvaged_from_pieces_that_came_with_another_status():
    told = failure(WHOLE[:-1], status=500)

    assert (told.salvaged, told.candidates) == ("", (TASK,))


def test_a_request_id_is_found_in_the_pieces():
    told = wire.cut_off("It did.", b'"TaskId" : "-task-a..", "RequestId":"r-1", "Onl')

    assert str(told) == ("No usable answer: It did. The request may have taken effect.")
    assert (told.request_id, told.salvaged) == ("r-1", "-task-a..")


def test_the_sentences_can_be_said_in_any_locale():
    with reading_in("xx-XX"):
        assert "HTTP status 500" in str(failure(b"", status=500))


near_answers = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(
            st.sampled_from(
                ["Response", "Error", "Code", "Message", "TaskId", "RequestId"]
            ),
            inner,
        )
    ),
)


@given(
    body=st.binary() | near_answers.map(lambda value: json.dumps(value).encode()),
    status=st.integers(100, 599),
    cut=st.integers(0, 80),
)
def test_whatever_comes_back_is_a_reply_a_refusal_or_no_answer(body, status, cut):
    try:
        told = load(body[: len(body) - cut], status=status)
    except (Refused, NoAnswer) as error:
        told = error

    assert str(told).encode()
    assert isinstance(told, CloudError) or (status == 200 and told.task_id)
