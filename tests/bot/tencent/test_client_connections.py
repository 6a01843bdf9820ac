"""The client: which connection a request takes, and the clock that it signs by."""

from datetime import timedelta

import pytest

from bot.errors import NoAnswer, NotSent
from tests.bot.tencent.servers import (
    AT,
    ENDED,
    TASK,
    Start,
    Started,
    Stop,
    answering,
    client_of,
    http,
    no_answer,
    outcome_of,
    reset,
    reset_at_once,
    serving,
)

# ── connections ──────────────────────────────────────────────────────────────────


async def test_what_may_be_repeated_shares_a_connection():
    async with (
        serving(answering(*[http()] * 3)) as server,
        client_of(server.endpoint) as client,
    ):
        for _ in range(3):
            await client.send(Stop(), region="")

    assert (len(server.requests), server.connections) == (3, 1)


async def test_what_must_not_be_repeated_has_a_connection_of_its_own():
    async with (
        serving(answering(http(), http())) as server,
        client_of(server.endpoint) as client,
    ):
        for request in (Stop(), Start(), Start(), Stop()):
            await client.send(request, region="")

    assert (len(server.requests), server.connections) == (4, 3)


async def test_what_was_held_up_until_it_was_to_be_written_does_not_leave():
    def late():
        raise NotSent("late")

    async with (
        serving(answering(http())) as server,
        client_of(server.endpoint) as client,
    ):
        with pytest.raises(NotSent, match="late"):
            await client.send(Start(), region="", last=late)
        await client.send(Start(), region="", last=lambda: None)

    assert len(server.requests) == 1


async def test_a_kept_connection_that_breaks_is_no_answer_and_not_tried_again():
    async def act(server, reader, writer):
        await server.request(reader)
        writer.write(http())
        await server.request(reader)
        reset(writer)

    async with serving(act) as server, client_of(server.endpoint) as client:
        await client.send(Stop(), region="")
        with pytest.raises(NoAnswer) as outcome:
            await client.send(Stop(), region="")

    assert no_answer(outcome.value, ENDED)
    assert len(server.requests) == 2


async def test_a_proxy_in_the_environment_is_passed_by(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")

    assert await outcome_of(answering(http())) == Started(
        task_id=TASK, request_id="r-1"
    )


async def test_no_error_shows_a_secret():
    faults = [reset_at_once, answering(b""), answering(b"garbage\r\n\r\n")]

    outcome = [await outcome_of(act) for act in faults]

    assert "hidden" not in " ".join(f"{error} {error!r}" for error in outcome)
    assert {error.__cause__ for error in outcome} == {None}


# ── the clock ────────────────────────────────────────────────────────────────────


def signed_at(request):
    return int(request.split(b"X-TC-Timestamp: ")[1].split(b"\r\n")[0])


async def test_the_skew_is_ours_minus_theirs_and_corrects_later_signatures():
    ours = [AT]
    dated = http(Date="Thu, 09 Oct 2025 08:43:20 GMT")
    async with (
        serving(answering(*[dated] * 4)) as server,
        client_of(server.endpoint, now=lambda: ours[0]) as client,
    ):
        before = client.skew
        await client.send(Stop(), region="")
        skew = client.skew
        ours[0] += timedelta(seconds=7)
        await client.send(Stop(), region="")
        for _twice in range(2):  # it is ours that they are ahead of, corrected or not
            client.correct_clock()
            await client.send(Stop(), region="")

    moments = [signed_at(request) - AT.timestamp() for request in server.requests]
    assert (before, skew) == (None, 600)
    assert moments == [0, 7, -600, -600]


@pytest.mark.parametrize("date", ["", "soon", "Thu, 09 Oct 99999 08:43:20 GMT"])
async def test_a_date_that_cannot_be_read_says_nothing(date):
    async with (
        serving(answering(http(Date=date), http())) as server,
        client_of(server.endpoint) as client,
    ):
        await client.send(Stop(), region="")
        client.correct_clock()
        await client.send(Stop(), region="")

    assert client.skew is None
    assert [signed_at(request) for request in server.requests] == [1760000000] * 2


@pytest.mark.parametrize("zone", ["GMT", "-0000", "+0000"])
def test_a_date_is_utc(zone):
    client = client_of("http://127.0.0.1:1")

    client._compare_clocks(f"Thu, 09 Oct 2025 08:53:19 {zone}")

    assert client.skew == 1
