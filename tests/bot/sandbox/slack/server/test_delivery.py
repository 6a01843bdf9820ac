from datetime import UTC, datetime

import pytest
from aiohttp import web
from pydantic import SecretStr
from slack_sdk.signature import SignatureVerifier

from bot.sandbox.slack.server.delivery import (
    Ack,
    Envelope,
    EnvelopeType,
    Http,
    read_ack,
    written,
)

SECRET = "8f742231" + "b10e8888abcd99yyyzzz85a5"
AT = datetime(2026, 11, 21, 4, 37, tzinfo=UTC)


def http(url="http://127.0.0.1:9/slack/events", patience=0.3):
    return Http(url, SecretStr(SECRET), now=lambda: AT, patience=patience)


@pytest.fixture
async def bot():
    """Remembers what it was sent, and answers with what the envelope asks for."""
    heard = []

    async def answer(request):
        heard.append((request.headers, await request.read()))
        return web.Response(status=int(request.query["status"]))

    app = web.Application()
    app.router.add_post("/", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/", heard
    await runner.cleanup()


def test_slacks_own_verifier_accepts_the_signature_and_no_other():
    body = b"command=%2Frelay&text=list"
    headers = http().signature(body)

    class Clock:
        def now(self):
            return AT.timestamp()

    verifier = SignatureVerifier(SECRET, Clock())

    assert verifier.is_valid_request(body, headers)
    assert not verifier.is_valid_request(body + b"!", headers)


@pytest.mark.parametrize(
    ("envelope", "body", "content_type"),
    [
        (
            Envelope(EnvelopeType.COMMAND, {"command": "/relay", "text": "a b&c"}),
            b"command=%2Frelay&text=a+b%26c",
            "application/x-www-form-urlencoded",
        ),
        (
            Envelope(EnvelopeType.INTERACTIVE, {"type": "block_actions"}),
            b"payload=%7B%22type%22%3A+%22block_actions%22%7D",
            "application/x-www-form-urlencoded",
        ),
        (
            Envelope(EnvelopeType.EVENT, {"type": "event_callback"}),
            b'{"type": "event_callback"}',
            "application/json",
        ),
    ],
)
def test_each_type_is_written_in_its_own_way(envelope, body, content_type):
    assert written(envelope) == (body, content_type)


@pytest.mark.parametrize(
    ("status", "text", "ack"),
    [
        (200, "", Ack()),
        (200, '{"text": "hi"}', Ack({"text": "hi"})),
        (200, "hi", Ack({"text": "hi"})),
        (200, "[1]", Ack({"text": "[1]"})),
        (404, "", Ack(failed="http_client_error")),
        (500, "", Ack(failed="http_service_error")),
        (302, "", Ack(failed="http_service_error")),
    ],
)
def test_only_200_is_an_ack(status, text, ack):
    assert read_ack(status, text) == ack


async def test_a_second_attempt_says_so(bot):
    url, heard = bot
    envelope = Envelope(EnvelopeType.EVENT, {}, attempt=1, reason="http_timeout")

    ack = await http(f"{url}?status=200").carry(envelope)

    headers, _ = heard[0]
    assert ack == Ack()
    assert headers["X-Slack-Retry-Num"] == "1"
    assert headers["X-Slack-Retry-Reason"] == "http_timeout"


async def test_nobody_there_is_a_failed_dispatch():
    assert await http().carry(Envelope(EnvelopeType.EVENT, {})) == Ack(
        failed="dispatch_failed"
    )
