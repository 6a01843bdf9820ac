"""Socket Mode: heard, acked, and given up when it is deaf."""

import asyncio
import json
import time

import pytest
from pydantic import SecretStr
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack.model import seed
from bot.sandbox.slack.server.delivery import Envelope, EnvelopeType
from bot.slack.inbound import sockets as module
from bot.slack.inbound.admission import GIVEN_UP, Admission, Lane
from bot.slack.inbound.sockets import (
    DEAF_SECONDS,
    Sockets,
)
from tests.bot.http.visitors import until
from tests.bot.slack.inbound.socket_kit import Listeners
from tests.fakes.clock import FakeClock


async def command(slack, text="/relay list"):
    await slack.client.command(seed.ANA, slack.space.channels[seed.OPS.id], text)
    await slack.space.feed.quiet()


async def test_there_are_two_connections(slack, connected):
    sockets, _ = connected

    assert await sockets.connected()
    assert slack.sockets.connections == 2


async def test_a_connection_that_was_closed_is_no_line_any_more(connected):
    sockets, _ = connected
    both = sockets.lines()
    closed, _other = both

    await closed.close()

    assert len(both) == 2
    assert sockets.lines() & both == both - {closed}


@pytest.mark.parametrize(
    ("response", "shown"),
    [
        (BoltResponse(status=200, body=""), []),
        (BoltResponse(status=200, body="plain"), ["plain"]),
        (BoltResponse(status=200, body={"text": "json"}), ["json"]),
        (BoltResponse(status=404, body=""), []),
    ],
)
async def test_every_envelope_is_acked_with_what_the_listeners_say(
    slack, connected, response, shown
):
    _, listeners = connected
    listeners.response = response

    await command(slack)

    assert listeners.came == ["/relay"]
    assert [one.text for one in slack.space.whispers.values()] == shown
    assert "dispatch_failed" not in json.dumps(
        [str(c) for c in slack.space.feed.changes]
    )


async def test_what_bolt_cannot_look_into_is_acked_and_goes_no_further(
    slack, connected
):
    _, listeners = connected
    event = {"type": "app_mention", "user": True, "channel": "C1"}
    payload = {"type": "event_callback", "event": event}

    ack = await slack.sockets.carry(Envelope(EnvelopeType.EVENT, payload))

    assert (ack.failed, listeners.came) == ("", [])


async def test_a_connection_that_is_renewed_or_lost_comes_back(slack, connected):
    sockets, listeners = connected

    await slack.sockets.refresh()
    while slack.sockets.connections < module.CONNECTIONS:
        await slack.space.feed.stirred(0.05)
    await command(slack)

    assert await sockets.connected()
    assert listeners.came == ["/relay"]


class Busy:
    """An admission that is behind, in a time of its own."""

    def __init__(self):
        self.clock = FakeClock()
        self.admission = Admission(
            lambda: self.clock().timestamp(), self.clock.monotonic, lease=None
        )
        self.taken = []
        while not self.admission.full:
            one = self.admission.asked(lambda _has_place: None, None)
            self.admission.wait(one, Lane.REST)
            self.taken.append(one)

    async def waiting(self, count):
        """Return once so many wait."""
        await until(lambda: self.admission.waiting == count)

    async def given_up(self, carrying):
        """Let Slack give up what is *carrying*, once it waits; return its ack."""
        task = asyncio.ensure_future(carrying)
        await self.waiting(1)
        self.clock.push(seconds=GIVEN_UP + 0.1)
        return await task


async def test_a_command_that_waited_for_too_long_is_acked_and_not_done(slack, connect):
    busy = Busy()
    _, listeners = await connect(busy.admission)

    await busy.given_up(command(slack))

    (told,) = slack.space.whispers.values()
    assert (listeners.came, "Too many requests at" in told.text) == ([], True)


async def test_an_envelope_is_as_old_as_it_is_here_whatever_came_before(slack, connect):
    busy = Busy()
    _, listeners = await connect(busy.admission)
    first = asyncio.ensure_future(command(slack))
    await busy.waiting(1)
    busy.clock.push(seconds=GIVEN_UP - 0.5)
    second = asyncio.ensure_future(command(slack, "/patchbay help"))
    await busy.waiting(2)
    busy.clock.push(seconds=1)
    await busy.waiting(1)
    busy.admission.over(busy.taken.pop(), Lane.REST)
    await asyncio.gather(first, second)

    told = [one.text for one in slack.space.whispers.values()]
    assert ["Too many requests at" in text for text in told] == [True]
    assert listeners.came == ["/patchbay"]


@pytest.mark.parametrize("slack", [0.5], indirect=True)
async def test_an_event_that_waited_for_too_long_is_not_acked_so_that_it_comes_again(
    slack, connect
):
    busy = Busy()
    _, listeners = await connect(busy.admission)
    said = {"type": "app_mention", "user": "UANA", "channel": "C1", "text": "start"}
    body = {"type": "event_callback", "team_id": "T1", "event": said}

    ack = await busy.given_up(slack.sockets.carry(Envelope(EnvelopeType.EVENT, body)))

    assert (ack.failed, listeners.came) == ("operation_timeout", [])


async def test_a_stop_does_not_wait_for_what_waits(slack, connect):
    busy = Busy()
    _, listeners = await connect(busy.admission)

    await command(slack, "/relay stop R1")

    assert listeners.came == ["/relay"]


async def test_after_a_minute_of_silence_it_gives_up(slack):
    clock = FakeClock()
    sockets = Sockets(
        Listeners(),
        AsyncWebClient(),
        SecretStr("x"),
        Admission(time.time, time.monotonic),
        clock=clock.monotonic,
        sleep=clock.sleep,
    )

    await sockets.watch()

    assert clock.passed == pytest.approx(DEAF_SECONDS, abs=20)


@pytest.mark.parametrize("slack", [0.3], indirect=True)
async def test_an_event_is_acked_without_a_word_and_one_too_early_not_at_all(
    slack, connected
):
    _, listeners = connected
    envelope = Envelope(EnvelopeType.EVENT, {"type": "event_callback"})

    listeners.response = BoltResponse(status=200, body={"error": "unhandled"})
    wordless = await slack.sockets.carry(envelope)
    listeners.response = BoltResponse(status=503, body="")
    early = await slack.sockets.carry(envelope)

    assert (wordless.failed, wordless.body) == ("", {})
    assert early.failed == "operation_timeout"
