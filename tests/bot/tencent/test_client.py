"""The client, against servers that do everything wrong that a server can."""

import asyncio
import json
import socket
import ssl
import struct
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import ClassVar

import pytest
from aiohttp.abc import AbstractResolver
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.errors import CloudError, NoAnswer, NotSent, Refused, SettingsError
from bot.tencent import tc3
from bot.tencent.client import LARGEST, Account, Client
from bot.tencent.models.base import Deadline, Level, Repeat, Reply, Request, Service

AT = datetime(2025, 10, 9, 8, 53, 20, tzinfo=UTC)
KEY = tc3.Credential("id", SecretStr("hidden"), SecretStr("hidden-token"))
PATIENT = Deadline(attempt=20, connect=10, read=10, overall=20)
SHORT_CONNECT = Deadline(attempt=20, connect=0.1, read=10, overall=20)
SHORT_READ = Deadline(attempt=20, connect=10, read=0.3, overall=20)
SHORT_IN_ALL = Deadline(attempt=0.3, connect=10, read=10, overall=20)
TRTC = Service("trtc", "2019-07-22", regional=True, page="")
CAR = Service("car", "2022-01-10", regional=False, page="")

TASK = "-m97l2ZU7vxyBSmXYsRx1Xy9Kf4bVVfbbhSKC4K-4pycoZWKv542xbi139uTvGt1zAHoAQ.."
BODY = json.dumps({"Response": {"TaskId": TASK, "RequestId": "r-1"}}).encode()


class Started(Reply):
    task_id: str


class Start(Request[Started]):
    service: ClassVar = TRTC
    action: ClassVar = "StartPublishCdnStream"
    level: ClassVar = Level.BILLED
    repeat: ClassVar = Repeat.NEVER
    deadline: ClassVar = PATIENT
    reply: ClassVar = Started

    room_id: str = "直播间"


def start_within(deadline_):
    class Hasty(Start):
        deadline: ClassVar = deadline_

    return Hasty()


class Stop(Start):
    action: ClassVar = "StopPublishCdnStream"
    level: ClassVar = Level.CHANGE
    repeat: ClassVar = Repeat.SAFE


# ── the other end ────────────────────────────────────────────────────────────────


def http(body=BODY, *, status="200 OK", **headers):
    """Return an HTTP answer; a header named `content_length` is `Content-Length`."""
    given = {"Content_Type": "application/json", "Content_Length": len(body)} | headers
    lines = [f"HTTP/1.1 {status}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in given.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


@dataclass
class Server:
    """A server on loopback that does to each request what *act* does."""

    act: object
    requests: list[bytes] = field(default_factory=list)
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    connections: int = 0
    port: int = 0
    serving: set = field(default_factory=set)

    @property
    def endpoint(self):
        return f"http://127.0.0.1:{self.port}"

    async def request(self, reader):
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        self.requests.append(head + await reader.readexactly(length))
        self.asked.set()

    async def connected(self, reader, writer):
        self.connections += 1
        self.serving.add(asyncio.current_task())
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                await self.act(self, reader, writer)
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def close(self):
        """Leave no connection open to whoever comes next."""
        for task in self.serving:
            task.cancel()
        await asyncio.gather(*self.serving, return_exceptions=True)


@asynccontextmanager
async def serving(act, **how):
    server = Server(act)
    listening = await asyncio.start_server(server.connected, "127.0.0.1", 0, **how)
    async with listening:
        server.port = listening.sockets[0].getsockname()[1]
        try:
            yield server
        finally:
            await server.close()


def answering(*answers):
    """Answer the requests of each connection with *answers*, then close it."""

    async def act(server, reader, writer):
        for answer in answers:
            await server.request(reader)
            writer.write(answer)

    return act


async def reset_at_once(server, reader, writer):
    reset(writer)


async def reset_when_asked(server, reader, writer):
    await server.request(reader)
    reset(writer)


def reset(writer):
    on, no_seconds = 1, 0
    linger = struct.pack("ii", on, no_seconds)
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    writer.transport.abort()


def then_silence(start):
    async def act(server, reader, writer):
        await server.request(reader)
        writer.write(start)
        await reader.read()  # until the client has had enough

    return act


async def drip(server, reader, writer):
    await server.request(reader)
    for byte in http():
        writer.write(bytes([byte]))
        await writer.drain()
        with suppress(TimeoutError):
            await asyncio.wait_for(reader.read(1), 0.02)


async def flood(server, reader, writer):
    await server.request(reader)
    writer.write(http(b"", Content_Length=10 * LARGEST))
    while not writer.is_closing():
        writer.write(b" " * 65_536)
        await writer.drain()


class Everywhere(AbstractResolver):
    """Says that every host name is 127.0.0.1, or that there is none."""

    def __init__(self, *, known=True):
        self.known = known

    async def resolve(self, host, port=0, **_kind):
        if not self.known:
            raise OSError(None, "no such name")
        return [
            {
                "hostname": host,
                "host": "127.0.0.1",
                "port": port,
                "family": socket.AF_INET,
                "proto": 0,
                "flags": socket.AI_NUMERICHOST,
            }
        ]

    async def close(self):
        pass


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


# ── this end ─────────────────────────────────────────────────────────────────────


def client_of(endpoint, **how):
    how = {"now": lambda: AT} | how
    return Client({"trtc": Account(endpoint, KEY)}, **how)


async def send(endpoint, request, **how):
    """Send *request* once; return the reply, or the error as a value."""
    async with client_of(endpoint, **how) as client:
        try:
            return await client.send(request, region="ap-singapore")
        except CloudError as error:
            return error


async def told_by(act, request=None):
    """Return what the client makes of a server that does *act*."""
    async with serving(act) as server:
        return await send(server.endpoint, request or Start())


def no_answer(told, why):
    """Tell whether *told* is NoAnswer because of *why*; and shows no secret."""
    whole = f"The answer cannot be trusted: {why} What was asked may have been done."
    return isinstance(told, NoAnswer) and str(told) == whole


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

    told = await told_by(answering(http(body, status="500 Oh")))

    assert isinstance(told, Refused)
    assert (told.code, told.request_id) == ("InternalError", "r-2")


# ── nothing left ─────────────────────────────────────────────────────────────────


async def test_where_nobody_listens_nothing_was_sent():
    async with serving(answering()) as server:
        endpoint = server.endpoint

    told = await send(endpoint, Start())

    assert isinstance(told, NotSent)
    assert str(told) == "Nothing was sent: no connection could be made."
    assert not told.lasting


async def test_without_a_name_nothing_was_sent():
    told = await send(
        "https://trtc.tencentcloudapi.com", Start(), resolver=Everywhere(known=False)
    )

    assert isinstance(told, NotSent)
    assert str(told) == "Nothing was sent: Tencent's host name was not found."


async def send_by_tls(act, request, **how):
    async with serving(act, **how) as server:
        endpoint = f"https://trtc.tencentcloudapi.com:{server.port}"
        told = await send(endpoint, request, resolver=Everywhere())
        return told, server.requests


async def test_to_a_certificate_that_nobody_vouches_for_nothing_is_ever_sent(tls):
    told, requests = await send_by_tls(answering(http()), Start(), ssl=tls)

    assert isinstance(told, NotSent)
    assert str(told) == (
        "Nothing was sent: the certificate is not Tencent's, or is over."
    )
    assert told.lasting
    assert requests == []


async def test_to_a_server_without_tls_nothing_is_sent():
    async def act(server, reader, writer):
        writer.write(http())
        await reader.read()

    told, _requests = await send_by_tls(act, Start())

    assert isinstance(told, NotSent)
    assert str(told) == "Nothing was sent: no TLS connection could be agreed on."


async def test_a_reset_before_tls_stands_sends_nothing():
    told, _requests = await send_by_tls(reset_at_once, Start())

    assert isinstance(told, NotSent)
    assert str(told) == "Nothing was sent: no connection could be made."


async def test_a_connection_that_does_not_stand_in_time_sends_nothing():
    async def act(server, reader, writer):
        await reader.read()

    told, _requests = await send_by_tls(act, start_within(SHORT_CONNECT))

    assert isinstance(told, NotSent)
    assert str(told) == "Nothing was sent: no connection stood in time."


async def test_without_a_key_for_the_product_nothing_is_ever_sent():
    class Create(Start):
        service: ClassVar = CAR

    told = await send("http://127.0.0.1:1", Create())

    assert isinstance(told, NotSent)
    assert str(told) == "There is no key for car; nothing was sent."
    assert told.lasting


@pytest.mark.parametrize("closed", [True, False])
async def test_before_it_is_open_and_after_it_is_closed_nothing_is_sent(closed):
    client = client_of("http://127.0.0.1:1")
    if closed:
        await client.start()
        await client.close()

    with pytest.raises(NotSent, match="shutting down"):
        await client.send(Start(), region="")


# ── it may have arrived ──────────────────────────────────────────────────────────

ENDED = "The connection ended before it did."
LATE = "It did not come, or not to its end, in time."
NOT_HTTP = "It is not HTTP as it should be."


@pytest.mark.parametrize("act", [reset_at_once, reset_when_asked, answering(b"")])
async def test_a_connection_that_ends_without_an_answer_is_no_answer(act):
    assert no_answer(await told_by(act), ENDED)


@pytest.mark.parametrize("start", [b"", b"HTTP/1.1 200 OK\r\n", http()[:-90]])
async def test_silence_is_no_answer(start):
    told = await told_by(then_silence(start), start_within(SHORT_READ))

    assert no_answer(told, LATE)


async def test_an_answer_that_drips_is_waited_for_until_the_deadline_only():
    assert no_answer(await told_by(drip, start_within(SHORT_IN_ALL)), LATE)


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
    told = await told_by(answering(answer))

    # whether the end of the connection is seen first is a matter of luck
    assert no_answer(told, NOT_HTTP) or no_answer(told, ENDED)


@pytest.mark.parametrize("chunk", [b"zz\r\nxx\r\n", b"5\r\nab", b"3\r\nabcd\r\n"])
async def test_broken_chunks_are_no_answer(chunk):
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

    told = await told_by(answering(head + chunk))

    assert isinstance(told, NoAnswer)
    assert told.salvaged == ""


@pytest.mark.parametrize(
    "answer",
    [
        http(BODY, Content_Length=5000),
        http(BODY[:-20], Content_Length=len(BODY)),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n80\r\n" + BODY,
    ],
)
async def test_a_task_id_is_salvaged_from_an_answer_that_breaks_off(answer):
    told = await told_by(answering(answer))

    assert no_answer(told, ENDED)
    assert told.salvaged == TASK


async def test_a_task_id_is_salvaged_from_an_answer_that_comes_to_a_stop():
    stops = then_silence(http(Content_Length=5000))

    told = await told_by(stops, start_within(SHORT_READ))

    assert no_answer(told, LATE)
    assert (told.salvaged, told.request_id) == (TASK, "r-1")


async def test_a_task_id_that_was_cut_is_not_salvaged():
    told = await told_by(answering(http(BODY[:40], Content_Length=len(BODY))))

    assert no_answer(told, ENDED)
    assert told.salvaged == ""


@pytest.mark.parametrize("status", ["301 M", "302 F", "303 S", "307 T", "308 P"])
async def test_a_redirect_is_no_answer_and_not_followed(status):
    async with serving(None) as server:
        away = http(b"", status=status, Location=server.endpoint)
        server.act = answering(away, away)
        told = await send(server.endpoint, Stop())

    assert isinstance(told, NoAnswer)
    assert f"HTTP status {status[:3]}" in str(told)
    assert len(server.requests) == 1


async def test_a_page_of_a_proxy_is_no_answer():
    page = http(b"<html>Sign in</html>", Content_Type="text/html")

    told = await told_by(answering(page))

    why = "It came with HTTP status 200 as text/html, not as the API answers."
    assert no_answer(told, why)


async def test_what_came_packed_stays_packed():
    told = await told_by(answering(http(b"\x1f\x8b" * 9, Content_Encoding="gzip")))

    assert isinstance(told, NoAnswer)


async def test_an_answer_without_end_is_given_up_after_a_mebibyte():
    assert no_answer(await told_by(flood), "It does not end.")


async def test_an_answer_without_a_content_type_is_read_all_the_same():
    answer = b"HTTP/1.1 200 OK\r\n\r\n" + BODY

    told = await told_by(answering(answer))

    assert told == Started(task_id=TASK, request_id="r-1")


async def test_cancelling_is_not_an_answer_either():
    async with serving(then_silence(b"")) as server:
        sending = asyncio.create_task(send(server.endpoint, Start()))
        await server.asked.wait()
        sending.cancel()

        with pytest.raises(asyncio.CancelledError):
            await sending


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


async def test_a_kept_connection_that_breaks_is_no_answer_and_not_tried_again():
    async def act(server, reader, writer):
        await server.request(reader)
        writer.write(http())
        await server.request(reader)
        reset(writer)

    async with serving(act) as server, client_of(server.endpoint) as client:
        await client.send(Stop(), region="")
        with pytest.raises(NoAnswer) as told:
            await client.send(Stop(), region="")

    assert no_answer(told.value, ENDED)
    assert len(server.requests) == 2


async def test_a_proxy_in_the_environment_is_passed_by(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")

    assert await told_by(answering(http())) == Started(task_id=TASK, request_id="r-1")


async def test_no_error_shows_a_secret():
    faults = [reset_at_once, answering(b""), answering(b"garbage\r\n\r\n")]

    told = [await told_by(act) for act in faults]

    assert "hidden" not in " ".join(f"{error} {error!r}" for error in told)
    assert {error.__cause__ for error in told} == {None}


# ── the clock ────────────────────────────────────────────────────────────────────


def signed_at(request):
    return int(request.split(b"X-TC-Timestamp: ")[1].split(b"\r\n")[0])


async def test_the_skew_is_ours_minus_theirs_and_corrects_later_signatures():
    ours = [AT]
    dated = http(Date="Thu, 09 Oct 2025 08:43:20 GMT")
    async with (
        serving(answering(dated, dated, dated)) as server,
        client_of(server.endpoint, now=lambda: ours[0]) as client,
    ):
        before = client.skew
        await client.send(Stop(), region="")
        skew = client.skew
        ours[0] += timedelta(seconds=7)
        await client.send(Stop(), region="")
        client.correct_clock()
        await client.send(Stop(), region="")

    moments = [signed_at(request) - AT.timestamp() for request in server.requests]
    assert (before, skew) == (None, 600)
    assert moments == [0, 7, -600]


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


@given(st.text() | st.from_regex(r"[A-Z][a-z]{2}, [0-9]+ [A-Z][a-z]{2} [0-9 :+-]+"))
def test_no_date_breaks_an_answer(date):
    client = client_of("http://127.0.0.1:1")

    client._compare_clocks(date)

    assert client.skew is None or isinstance(client.skew, float)


# ── endpoints ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("endpoint", "host"),
    [
        ("https://trtc.intl.tencentcloudapi.com", "trtc.intl.tencentcloudapi.com"),
        ("https://gs.tencentcloudapi.com/", "gs.tencentcloudapi.com"),
        ("https://gs.tencentcloudapi.com:443", "gs.tencentcloudapi.com"),
        ("https://gs.tencentcloudapi.com:8443", "gs.tencentcloudapi.com:8443"),
        ("http://localhost", "localhost"),
        ("http://localhost:80/", "localhost"),
        ("http://127.0.0.1:8080", "127.0.0.1:8080"),
        ("http://127.9.9.9:443", "127.9.9.9:443"),
        ("http://[::1]:8080", "[::1]:8080"),
    ],
)
def test_the_host_that_is_signed_is_the_one_that_is_sent(endpoint, host):
    assert Account(endpoint, KEY).host == host


@pytest.mark.parametrize(
    "endpoint",
    [
        "",
        "trtc.tencentcloudapi.com",
        "http://trtc.tencentcloudapi.com",
        "https://tencentcloudapi.com.evil.example",
        "https://eviltencentcloudapi.com",
        "https://evil.example#.tencentcloudapi.com",
        "https://evil.example\\.tencentcloudapi.com",
        "https://user@trtc.tencentcloudapi.com",
        "https://trtc.tencentcloudapi.com/path",
        "https://trtc.tencentcloudapi.com?query",
        "https://trtc.tencentcloudapi.com\n",
        "https://127.0.0.1",
        "http://10.0.0.1",
        "http://localhost.evil.example",
        "http://127.0.0.1.evil.example",
        "http://127.0.0.1@evil.example",
    ],
)
def test_a_key_is_sent_nowhere_else(endpoint):
    with pytest.raises(SettingsError) as told:
        Account(endpoint, KEY)

    assert str(told.value) == (
        "an endpoint is https under tencentcloudapi.com, or http on loopback"
    )
