"""The client: answers that cannot be trusted, and what is kept of them."""

import asyncio
import gzip
import json
import os
import zlib

import pytest

from bot.errors import NoAnswer, Refused
from tests.bot.tencent.servers import (
    BODY,
    ENDED,
    SHORT_IN_ALL,
    SHORT_READ,
    TASK,
    Start,
    Started,
    Stop,
    answering,
    drip,
    flood,
    http,
    no_answer,
    outcome_of,
    reset_at_once,
    reset_when_asked,
    send,
    serving,
    start_within,
    then_silence,
)

LATE = "It did not come in time, or not whole."
NOT_HTTP = "It is not valid HTTP."


@pytest.mark.parametrize("act", [reset_at_once, reset_when_asked, answering(b"")])
async def test_a_connection_that_ends_without_an_answer_is_no_answer(act):
    assert no_answer(await outcome_of(act), ENDED)


@pytest.mark.parametrize("start", [b"", b"HTTP/1.1 200 OK\r\n", http()[:-90]])
async def test_silence_is_no_answer(start):
    outcome = await outcome_of(then_silence(start), start_within(SHORT_READ))

    assert no_answer(outcome, LATE)


async def test_an_answer_that_drips_is_waited_for_until_the_deadline_only():
    assert no_answer(await outcome_of(drip, start_within(SHORT_IN_ALL)), LATE)


@pytest.mark.parametrize(
    "answer",
    [
        b"garbage\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/9.9 200 OK\r\n\r\n",
        b"\x00\xff\x16\x03\x01\r\n\r\n",
        http(X_Long="a" * 20_480),
        http(**{f"X_{number}": "a" for number in range(400)}),
        http(Content_Length="many"),
    ],
    ids=lambda answer: repr(answer[:24]),
)
async def test_what_is_not_http_is_no_answer(answer):
    outcome = await outcome_of(answering(answer))

    # whether the end of the connection is seen first is a matter of luck
    assert no_answer(outcome, NOT_HTTP) or no_answer(outcome, ENDED)


@pytest.mark.parametrize("chunk", [b"zz\r\nxx\r\n", b"5\r\nab", b"3\r\nabcd\r\n"])
async def test_broken_chunks_are_no_answer(chunk):
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

    outcome = await outcome_of(answering(head + chunk))

    assert isinstance(outcome, NoAnswer)
    assert outcome.salvaged == ""


@pytest.mark.parametrize(
    "answer",
    [
        http(BODY, Content_Length=5000),
        http(BODY[:-20], Content_Length=len(BODY)),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n80\r\n" + BODY,
    ],
)
async def test_a_task_id_is_salvaged_from_an_answer_that_breaks_off(answer):
    outcome = await outcome_of(answering(answer))

    assert no_answer(outcome, ENDED)
    assert outcome.salvaged == TASK


async def test_a_task_id_is_salvaged_from_an_answer_that_comes_to_a_stop():
    stops = then_silence(http(Content_Length=5000))

    outcome = await outcome_of(stops, start_within(SHORT_READ))

    assert no_answer(outcome, LATE)
    assert (outcome.salvaged, outcome.request_id) == (TASK, "r-1")


async def test_a_task_id_that_was_cut_is_not_salvaged():
    outcome = await outcome_of(answering(http(BODY[:40], Content_Length=len(BODY))))

    assert no_answer(outcome, ENDED)
    assert outcome.salvaged == ""


@pytest.mark.parametrize("status", ["301 M", "302 F", "303 S", "307 T", "308 P"])
async def test_a_redirect_is_no_answer_and_not_followed(status):
    async with serving(None) as server:
        away = http(b"", status=status, Location=server.endpoint)
        server.act = answering(away, away)
        outcome = await send(server.endpoint, Stop())

    assert isinstance(outcome, NoAnswer)
    assert f"HTTP status {status[:3]}" in str(outcome)
    assert len(server.requests) == 1


async def test_a_page_of_a_proxy_is_no_answer():
    page = http(b"<html>Sign in</html>", Content_Type="text/html")

    outcome = await outcome_of(answering(page))

    why = "It has HTTP status 200 and is text/html, which the API does not send."
    assert no_answer(outcome, why)


def deflated(body):
    bare = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return bare.compress(body) + bare.flush()


PACKED = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "Deflate, identity": deflated,
    "": gzip.compress,
    "identity": bytes,
}


@pytest.mark.parametrize("encoding", PACKED)
async def test_what_came_packed_though_it_was_not_asked_for_is_unpacked(encoding):
    answer = http(PACKED[encoding](BODY), Content_Encoding=encoding)

    outcome = await outcome_of(answering(answer))

    assert outcome == Started(task_id=TASK, request_id="r-1")


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
async def test_a_task_id_is_salvaged_from_what_is_packed_and_breaks_off(encoding):
    long = BODY[:-2] + b', "Note": "' + os.urandom(2000).hex().encode() + b'"}}'
    packed = PACKED[encoding](long)

    outcome = await outcome_of(
        answering(http(packed[:-900], Content_Encoding=encoding))
    )

    assert no_answer(outcome, "It cannot be decompressed whole.")
    assert (outcome.salvaged, outcome.request_id) == (TASK, "r-1")


@pytest.mark.parametrize("head", [b"", BODY[:-1]])
async def test_a_bomb_is_unpacked_to_a_mebibyte_and_what_came_before_is_kept(head):
    bomb = gzip.compress(head + b" " * 50_000_000)

    outcome = await outcome_of(answering(http(bomb, Content_Encoding="gzip")))

    assert no_answer(outcome, "It cannot be decompressed whole.")
    assert outcome.candidates == ((TASK,) if head else ())


BESIDE = json.dumps(
    {"Response": {"Error": {"Code": "LimitExceeded", "Message": "No."}, "TaskId": TASK}}
).encode()


async def test_an_error_with_a_task_id_beside_it_is_no_answer_to_a_start():
    outcome = await outcome_of(answering(http(BESIDE)))

    assert no_answer(
        outcome, "It has an error, LimitExceeded: No., and a TaskId beside it."
    )
    assert (outcome.salvaged, outcome.candidates) == ("", (TASK,))


async def test_an_error_with_a_task_id_beside_it_refuses_a_stop():
    outcome = await outcome_of(answering(http(BESIDE)), Stop())

    assert isinstance(outcome, Refused)
    assert (outcome.code, outcome.candidates) == ("LimitExceeded", (TASK,))


async def test_what_is_packed_in_an_unknown_way_is_no_answer():
    answer = http(b"\x1b\x5b packed", Content_Encoding="br")

    assert isinstance(await outcome_of(answering(answer)), NoAnswer)


@pytest.mark.parametrize("status", ["201 Made", "302 F", "500 Oh", "503 Away"])
async def test_a_task_id_is_kept_whatever_the_status(status):
    outcome = await outcome_of(answering(http(status=status)))

    assert isinstance(outcome, NoAnswer)
    assert (outcome.salvaged, outcome.candidates) == ("", (TASK,))


@pytest.mark.parametrize("status", ["201 Made", "500 Oh"])
async def test_a_task_id_in_the_pieces_of_another_status_is_kept_and_not_trusted(
    status,
):
    answer = http(BODY, status=status, Content_Length=5000)

    outcome = await outcome_of(answering(answer))

    assert no_answer(outcome, ENDED)
    assert (outcome.salvaged, outcome.candidates) == ("", (TASK,))


async def test_an_answer_without_end_is_given_up_after_a_mebibyte():
    assert no_answer(await outcome_of(flood), "It does not end.")


async def test_an_answer_without_a_content_type_is_read_all_the_same():
    answer = b"HTTP/1.1 200 OK\r\n\r\n" + BODY

    outcome = await outcome_of(answering(answer))

    assert outcome == Started(task_id=TASK, request_id="r-1")


async def test_cancelling_is_not_an_answer_either():
    async with serving(then_silence(b"")) as server:
        sending = asyncio.create_task(send(server.endpoint, Start()))
        await server.asked.wait()
        sending.cancel()

        with pytest.raises(asyncio.CancelledError):
            await sending


@pytest.mark.parametrize("request_type", [Start, Stop])
async def test_whoever_looks_on_sees_the_answer_as_it_came(request_type):
    seen = []
    async with serving(answering(http(status="500 No"))) as server:
        request = request_type()
        await send(server.endpoint, request, saw=lambda *one: seen.append(one))

    ((action, status, headers, body),) = seen
    assert (action, status, body) == (request.action, 500, BODY)
    assert headers["Content-Type"] == "application/json"


async def test_where_no_answer_came_nothing_is_seen():
    seen = []
    async with serving(reset_at_once) as server:
        await send(server.endpoint, Start(), saw=lambda *one: seen.append(one))

    assert seen == []
