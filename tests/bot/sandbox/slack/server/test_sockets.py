import asyncio

import aiohttp
import pytest

from bot.sandbox.slack.loopback import LoopbackSlack
from bot.sandbox.slack.server.delivery import Ack, Envelope, EnvelopeType
from tests.bot.sandbox.slack.conftest import client_of, make_quick

LETTER = Envelope(EnvelopeType.COMMAND, {"command": "/relay"})


@pytest.fixture
async def slack():
    async with LoopbackSlack(patience=0.2) as slack:
        yield make_quick(slack)


@pytest.fixture
async def session():
    async with aiohttp.ClientSession() as session:
        yield session


async def address(slack):
    token = slack.app_token.get_secret_value()
    answer = await client_of(slack).apps_connections_open(app_token=token)
    return answer["url"]


async def connect(slack, session):
    link = await session.ws_connect(await address(slack))
    return link, await link.receive_json(timeout=30)


async def test_hello_says_what_slack_says(slack, session):
    _, hello = await connect(slack, session)

    assert hello["type"] == "hello"
    assert hello["num_connections"] == 1
    assert hello["connection_info"] == {"app_id": "A0PATCHBAY"}
    assert hello["debug_info"]["approximate_connection_time"] == 18060
    assert await slack.sockets.connected()


async def test_an_address_works_once(slack, session):
    url = await address(slack)
    await session.ws_connect(url)

    with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
        await session.ws_connect(url)

    assert caught.value.status == 401


async def test_an_envelope_is_acked_by_its_id(slack, session):
    link, _ = await connect(slack, session)

    carried = asyncio.ensure_future(slack.sockets.carry(LETTER))
    envelope = await link.receive_json(timeout=30)
    await link.send_str("not json")
    await link.send_json({"envelope_id": "another"})
    await link.send_json(
        {"envelope_id": envelope["envelope_id"], "payload": {"text": "hi"}}
    )

    assert await carried == Ack({"text": "hi"})
    assert envelope["type"] == "slash_commands"
    assert envelope["accepts_response_payload"] is True
    assert envelope["payload"] == LETTER.payload


async def test_an_event_says_which_attempt_it_is_and_takes_no_payload(slack, session):
    link, _ = await connect(slack, session)
    envelope = Envelope(
        EnvelopeType.EVENT, {"event": {}}, attempt=1, reason="http_timeout"
    )

    carried = asyncio.ensure_future(slack.sockets.carry(envelope))
    envelope = await link.receive_json(timeout=30)

    assert (envelope["retry_attempt"], envelope["retry_reason"]) == (1, "http_timeout")
    assert envelope["accepts_response_payload"] is False
    assert await carried == Ack(failed="operation_timeout")


async def test_envelopes_take_turns_between_connections(slack, session):
    links = [(await connect(slack, session))[0] for _ in range(2)]

    for _ in range(2):
        await slack.sockets.carry(LETTER)
    heard = [await link.receive_json(timeout=30) for link in links]

    assert [envelope["type"] for envelope in heard] == ["slash_commands"] * 2


async def test_an_eleventh_connection_is_sent_away(slack, session):
    links = [await connect(slack, session) for _ in range(10)]

    _, first = await connect(slack, session)

    assert links[9][1]["num_connections"] == 10
    assert (first["type"], first["reason"]) == ("disconnect", "too_many_websockets")
    assert slack.sockets.connections == 10


async def test_a_ping_is_answered(slack, session):
    link = await session.ws_connect(await address(slack), autoping=False)
    await link.receive_json(timeout=30)

    await link.ping(b"sdk-ping-pong:1")
    answer = await link.receive(timeout=30)

    assert (answer.type, bytes(answer.data)) == (
        aiohttp.WSMsgType.PONG,
        b"sdk-ping-pong:1",
    )


async def test_a_refresh_ends_the_connection_after_a_word(slack, session):
    link, _ = await connect(slack, session)

    await slack.sockets.warn()
    refreshing = asyncio.ensure_future(slack.sockets.refresh())
    words = [await link.receive_json(timeout=30) for _ in range(2)]
    closed = await link.receive(timeout=30)
    await refreshing

    assert [word["reason"] for word in words] == ["warning", "refresh_requested"]
    assert closed.type is aiohttp.WSMsgType.CLOSE
    assert slack.sockets.connections == 0


async def test_a_lost_connection_says_nothing(slack, session):
    link, _ = await connect(slack, session)

    await slack.sockets.lose()
    last = await link.receive(timeout=30)

    assert last.type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR)
    assert await slack.sockets.carry(LETTER) == Ack(failed="dispatch_failed")
