"""Connections that are refused, lost or renewed: never a loop, never a gap."""

import asyncio
import time
from collections import Counter

import pytest
import structlog
from pydantic import SecretStr
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack.server.delivery import Envelope, EnvelopeType
from bot.slack.inbound.admission import Admission
from bot.slack.inbound.sockets import (
    CROWDED_SECONDS,
    DEAF_SECONDS,
    ENOUGH_SECONDS,
    WAITS,
    Sockets,
)
from bot.slack.outbound.line import TOO_MANY
from tests.bot.http.visitors import until
from tests.bot.slack.inbound.socket_kit import Listeners, Naps
from tests.fakes.clock import FakeClock

NOBODY_WAITS = Admission(time.time, time.monotonic)
TAKEOVER = 3.0  # seconds from the end of a connection to the next answer


def asked(slack):
    """Return how often a connection was asked for."""
    return [call.method for call in slack.space.calls].count("apps.connections.open")


async def answered(slack, listeners):
    """Type a command; tell whether it was answered."""
    before = len(listeners.came)
    ack = await slack.sockets.carry(
        Envelope(EnvelopeType.COMMAND, {"command": "/relay", "text": "list"})
    )
    return (ack.failed, len(listeners.came) - before) == ("", 1)


async def test_where_slack_refuses_the_second_one_does_the_work(slack, connect):
    naps = Naps()
    slack.sockets.most = 1

    sockets, listeners = await connect(sleep=naps)

    assert await sockets.connected()
    assert (slack.sockets.connections, asked(slack)) == (1, 2)
    assert await answered(slack, listeners)
    assert naps.slept == [ENOUGH_SECONDS]


async def test_where_the_method_refuses_the_first_the_second_does_the_work(
    slack, connect
):
    naps = Naps()
    slack.space.fail_next("apps.connections.open", error=TOO_MANY)

    _, listeners = await connect(sleep=naps)

    assert (slack.sockets.connections, asked(slack)) == (1, 2)
    assert await answered(slack, listeners)
    assert naps.slept == [CROWDED_SECONDS]


async def test_a_second_that_was_refused_is_asked_for_again_after_minutes(
    slack, connect
):
    naps = Naps()
    slack.sockets.most = 1
    await connect(sleep=naps)

    slack.sockets.most = 2
    naps.may_wake.set()
    await until(lambda: slack.sockets.connections == 2)

    assert asked(slack) == 3


async def test_where_slack_refuses_both_it_goes_on_and_asks_seldom(slack, connect):
    slack.sockets.most = 0
    naps = Naps(wakes=30)

    sockets, _ = await connect(sleep=naps, clock=FakeClock().monotonic)
    watching = asyncio.ensure_future(sockets.watch())
    await until(lambda: len(naps.slept) > 30)

    assert not await sockets.connected()
    assert not watching.done()
    assert {CROWDED_SECONDS, ENOUGH_SECONDS} < set(naps.slept)
    watching.cancel()


async def test_a_connection_that_slack_finds_one_too_many_is_not_opened_at_once(
    slack, connect
):
    naps = Naps()
    _, listeners = await connect(sleep=naps)

    await slack.sockets.part(TOO_MANY)
    await until(lambda: naps.slept)

    assert naps.slept == [ENOUGH_SECONDS]
    assert (slack.sockets.connections, asked(slack)) == (1, 2)
    assert await answered(slack, listeners)


async def test_while_slack_is_away_it_is_asked_after_ever_longer_waits(slack, connect):
    slack.space.refuse("apps.connections.open", "internal_error")
    naps = Naps(wakes=2 * len(WAITS))
    connecting = asyncio.ensure_future(connect(sleep=naps))
    await until(lambda: len(naps.slept) > 2 * len(WAITS))

    waits = Counter(naps.slept)
    assert {wait: waits.pop(wait) for wait in WAITS[1:-1]} == dict.fromkeys(
        WAITS[1:-1], 2
    )
    assert set(waits) == {WAITS[-1]}
    slack.space.refuse("apps.connections.open", "")
    naps.may_wake.set()
    await connecting
    await until(lambda: slack.sockets.connections == 2)


async def test_slack_is_asked_again_when_it_says(slack, connect):
    naps = Naps()
    slack.space.fail_next("apps.connections.open", status=429, retry_after=30)

    await connect(sleep=naps)

    assert naps.slept == [30.0]


async def test_connections_that_end_at_once_are_renewed_after_ever_longer_waits(
    slack, connect
):
    naps = Naps(wakes=3)
    await connect(sleep=naps)

    for _time in range(5):
        await until(lambda: slack.sockets.connections == 2 or len(naps.slept) > 3)
        await slack.sockets.lose()
    await until(lambda: len(naps.slept) > 3)

    assert naps.slept[:4] == [1.0, 1.0, 2.0, 2.0]


@pytest.mark.parametrize("lost", [1, 2])
async def test_the_next_envelope_is_answered_soon_after_connections_broke(
    slack, connected, lost
):
    _, listeners = connected
    began = time.monotonic()

    await slack.sockets.lose(lost)
    if lost == 2:
        await until(lambda: slack.sockets.connections)
    came = [await answered(slack, listeners) for _time in range(4)]

    assert came == [True] * 4
    await until(lambda: slack.sockets.connections == 2)
    assert time.monotonic() - began < TAKEOVER


@pytest.mark.parametrize("slack", [0.5], indirect=True)
async def test_what_slack_sends_again_is_done_though_each_connection_breaks(
    slack, connected
):
    _, listeners = connected
    said = {"type": "app_mention", "user": "UANA", "channel": "C1", "text": "hi"}
    body = {"type": "event_callback", "team_id": "T1", "event": said}
    listeners.response = BoltResponse(status=503, body="")

    for attempt in range(2):
        sending = asyncio.ensure_future(
            slack.sockets.carry(Envelope(EnvelopeType.EVENT, body, attempt))
        )
        await until(lambda so_far=attempt: len(listeners.came) > so_far)
        await slack.sockets.lose(1)
        assert (await sending).failed == "operation_timeout"
    listeners.response = BoltResponse(status=200, body="")
    last = await slack.sockets.carry(Envelope(EnvelopeType.EVENT, body, 2))

    assert (last.failed, len(listeners.came)) == ("", 3)


async def test_an_acknowledgement_goes_over_the_other_if_its_own_broke(
    slack, connected
):
    sockets, listeners = connected
    listeners.may_answer.clear()
    typed = {"command": "/relay", "text": "list"}

    sending = asyncio.ensure_future(
        slack.sockets.carry(Envelope(EnvelopeType.COMMAND, typed))
    )
    await until(lambda: listeners.came)
    both = sockets.lines()
    await slack.sockets.lose(1)
    await until(lambda: sockets.lines() != both)
    listeners.may_answer.set()

    assert (await sending).failed == ""


async def test_of_a_connection_that_will_end_the_successor_is_opened_first(
    slack, connected
):
    sockets, listeners = connected
    former = sockets.lines()

    with structlog.testing.capture_logs() as logs:
        await slack.sockets.warn()
        await until(lambda: not sockets.lines() & former)

    greeted = [one["all"] for one in logs if one["event"] == "sockets.connected"]
    assert greeted == [3, 4]
    await until(lambda: slack.sockets.connections == 2)
    assert await answered(slack, listeners)


@pytest.mark.parametrize("slack", [30.0], indirect=True)
async def test_closing_waits_for_what_is_to_be_acknowledged(slack, connected):
    sockets, listeners = connected
    listeners.may_answer.clear()
    typed = {"command": "/relay", "text": "list"}
    sending = asyncio.ensure_future(
        slack.sockets.carry(Envelope(EnvelopeType.COMMAND, typed))
    )
    await until(lambda: listeners.came)

    closing = asyncio.ensure_future(sockets.close())
    listeners.may_answer.set()
    await closing

    assert (await sending).failed == ""
    await until(lambda: not slack.sockets.connections)


async def lost(slack, connect, word):
    """Return sockets that were lost, as Slack answers with *word*; and their clock."""
    naps, clock = Naps(), FakeClock()
    sockets, _ = await connect(sleep=naps, clock=clock.monotonic)
    for line in sockets.lines():
        slack.space.fail_next("apps.connections.open", error=word)
        await line.close()
    await until(lambda: len(naps.slept) == 2)
    return sockets, clock


@pytest.mark.parametrize(
    ("word", "deaf"),
    [("invalid_auth", True), (TOO_MANY, False), ("service_unavailable", False)],
)
async def test_who_hears_nothing_is_deaf_unless_slack_is_away_or_has_enough(
    slack, connect, word, deaf
):
    sockets, clock = await lost(slack, connect, word)
    at_first = sockets.deaf()
    clock.push(seconds=DEAF_SECONDS / 2 + 1)

    assert (at_first, sockets.deaf()) == (False, deaf)


async def test_who_was_never_connected_is_deaf_and_who_is_is_not(connect):
    never = Sockets(Listeners(), AsyncWebClient(), SecretStr("x"), NOBODY_WAITS)
    sockets, _ = await connect()

    assert (never.deaf(), sockets.deaf()) == (True, False)


async def test_the_next_connections_are_opened_with_the_token_that_was_exchanged(
    slack, connect
):
    naps = Naps()
    sockets, _ = await connect(sleep=naps)
    one, other = sockets.lines()

    sockets.use(SecretStr("xapp-another"))
    stay = sockets.lines()
    await one.close()
    await until(lambda: naps.slept)
    refused = sockets.lines()
    sockets.use(slack.app_token)
    naps.may_wake.set()
    await until(lambda: len(sockets.lines()) == 2)

    assert (stay, refused) == ({one, other}, {other})
