"""The client: what it sends, and when certainly nothing left."""

import ssl
from datetime import timedelta
from ipaddress import ip_address
from typing import ClassVar

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from bot.errors import NotSent, Refused
from bot.tencent import tc3
from tests.bot.tencent.servers import (
    AT,
    CAR,
    KEY,
    SHORT_CONNECT,
    TASK,
    Everywhere,
    Start,
    Started,
    Stop,
    answering,
    client_of,
    http,
    outcome_of,
    reset_at_once,
    send,
    serving,
    start_within,
)


@pytest.fixture(scope="module")
def tls(tmp_path_factory):
    """Return a TLS context with a certificate that nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([])
    names = [x509.DNSName("trtc.tencentcloudapi.com")]
    names.append(x509.IPAddress(ip_address("127.0.0.1")))
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1)
        .not_valid_before(AT - timedelta(days=1))
        .not_valid_after(AT + timedelta(days=36_500))
        .add_extension(x509.SubjectAlternativeName(names), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "server.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


async def test_a_request_is_sent_as_signed_and_its_reply_read():
    async with serving(answering(http())) as server:
        reply = await send(server.endpoint, Start())

    head, _blank, body = server.requests[0].partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    assert reply == Started(task_id=TASK, request_id="r-1")
    assert first == "POST / HTTP/1.1"
    assert body == '{"RoomId":"直播间"}'.encode()
    assert headers["Host"] == f"127.0.0.1:{server.port}"
    assert headers["Content-Type"] == "application/json"
    assert headers["Accept-Encoding"] == "identity"
    assert headers["X-TC-Region"] == "ap-singapore"
    assert headers["X-TC-Token"] == "hidden-token"
    assert headers["X-TC-Language"] == "en-US"
    assert headers["Authorization"] == tc3.authorization(
        body, host=headers["Host"], service="trtc", at=AT, credential=KEY
    )


async def test_tencent_answers_in_the_language_of_the_call_or_else_of_the_client():
    async with (
        serving(answering(http(), http())) as server,
        client_of(server.endpoint, language="zh-CN") as client,
    ):
        await client.send(Stop(), region="")
        await client.send(Stop(), region="", language="en-GB")

    sent = [b"X-TC-Language: zh-CN" in request for request in server.requests]
    assert sent == [True, False]


async def test_an_error_of_the_api_is_raised_whatever_its_status():
    body = b'{"Response":{"Error":{"Code":"InternalError"},"RequestId":"r-2"}}'

    outcome = await outcome_of(answering(http(body, status="500 Oh")))

    assert isinstance(outcome, Refused)
    assert (outcome.code, outcome.request_id) == ("InternalError", "r-2")


# ── nothing left ─────────────────────────────────────────────────────────────────


async def test_where_nobody_listens_nothing_was_sent():
    async with serving(answering()) as server:
        endpoint = server.endpoint

    outcome = await send(endpoint, Start())

    assert isinstance(outcome, NotSent)
    assert str(outcome) == "Nothing was sent: no connection could be made."
    assert not outcome.lasting


async def test_without_a_name_nothing_was_sent():
    outcome = await send(
        "https://trtc.tencentcloudapi.com", Start(), resolver=Everywhere(known=False)
    )

    assert isinstance(outcome, NotSent)
    assert str(outcome) == "Nothing was sent: Tencent's host name was not found."


async def send_by_tls(act, request, **how):
    async with serving(act, **how) as server:
        endpoint = f"https://trtc.tencentcloudapi.com:{server.port}"
        outcome = await send(endpoint, request, resolver=Everywhere())
        return outcome, server.requests


async def test_to_a_certificate_that_nobody_vouches_for_nothing_is_ever_sent(tls):
    outcome, requests = await send_by_tls(answering(http()), Start(), ssl=tls)

    assert isinstance(outcome, NotSent)
    assert str(outcome) == (
        "Nothing was sent: the certificate is not Tencent's, or has expired."
    )
    assert outcome.lasting
    assert requests == []


async def test_to_a_server_without_tls_nothing_is_sent():
    async def act(server, reader, writer):
        writer.write(http())
        await reader.read()

    outcome, _requests = await send_by_tls(act, Start())

    assert isinstance(outcome, NotSent)
    assert str(outcome) == "Nothing was sent: the TLS handshake failed."


async def test_a_reset_before_tls_stands_sends_nothing():
    outcome, _requests = await send_by_tls(reset_at_once, Start())

    assert isinstance(outcome, NotSent)
    assert str(outcome) == "Nothing was sent: no connection could be made."


async def test_a_connection_that_does_not_stand_in_time_sends_nothing():
    async def act(server, reader, writer):
        await reader.read()

    outcome, _requests = await send_by_tls(act, start_within(SHORT_CONNECT))

    assert isinstance(outcome, NotSent)
    assert str(outcome) == "Nothing was sent: the connection timed out."


async def test_without_a_key_for_the_product_nothing_is_ever_sent():
    class Create(Start):
        service: ClassVar = CAR

    outcome = await send("http://127.0.0.1:1", Create())

    assert isinstance(outcome, NotSent)
    assert str(outcome) == "There is no key for car; nothing was sent."
    assert outcome.lasting


@pytest.mark.parametrize("region", ["ap singapore", "ap-singapore\r\nX: y", "a" * 33])
async def test_to_what_is_no_region_nothing_is_ever_sent(region):
    async with serving(answering()) as server, client_of(server.endpoint) as client:
        with pytest.raises(NotSent) as caught:
            await client.send(Start(), region=region)

    assert str(caught.value) == f"“{region}” is not a region; nothing was sent."
    assert caught.value.lasting
    assert server.requests == []


@pytest.mark.parametrize("closed", [True, False])
async def test_before_it_is_open_and_after_it_is_closed_nothing_is_sent(closed):
    client = client_of("http://127.0.0.1:1")
    if closed:
        await client.start()
        await client.close()

    with pytest.raises(NotSent, match="shutting down"):
        await client.send(Start(), region="")
