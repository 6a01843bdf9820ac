"""The first word of a socket, and who is at an address."""

from dataclasses import dataclass

import pytest
from aiohttp import web as server
from pydantic import SecretStr

from bot.sandbox.run import free_port
from bot.slack.outbound.probe import first_word, status_of
from bot.slack.outbound.web import Sent
from tests.bot.live.visited import public


@dataclass
class Speaker:
    """A server of sockets at *address* that says *says*, or nothing."""

    address: SecretStr
    says: str | None = '{"type": "hello", "num_connections": 1}'

    async def serve(self, request):
        socket = server.WebSocketResponse()
        await socket.prepare(request)
        if self.says is None:
            await socket.close()
            return socket
        await socket.send_str(self.says)
        async for _message in socket:
            raise AssertionError
        return socket


@pytest.fixture
async def speaker():
    port = free_port()
    made = Speaker(SecretStr(f"ws://127.0.0.1:{port}/link/?ticket=x"))
    app = server.Application()
    app.router.add_get("/link/", made.serve)
    runner = server.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await server.TCPSite(runner, "127.0.0.1", port).start()
    yield made
    await runner.cleanup()


async def test_the_first_word_is_heard_and_the_socket_closed(speaker):
    sent = await first_word(speaker.address)

    assert sent == Sent(ok=True, data={"type": "hello", "num_connections": 1})


@pytest.mark.parametrize(
    ("says", "error"),
    [
        ('{"type": "disconnect", "reason": "link_disabled"}', "link_disabled"),
        ('{"type": "events_api"}', "unreadable_answer"),
        ("[]", "unreadable_answer"),
        ("no JSON", "unreadable_answer"),
        (None, "unreadable_answer"),
    ],
)
async def test_any_other_word_is_no_hello(speaker, says, error):
    speaker.says = says

    sent = await first_word(speaker.address)

    assert (sent.ok, sent.error) == (False, error)


@pytest.mark.parametrize("url", ["ws://127.0.0.1:{port}/", "no address"])
async def test_a_socket_that_does_not_open_is_told(url):
    sent = await first_word(SecretStr(url.format(port=free_port())))

    assert sent == Sent(ok=False, error="unreachable")


@pytest.mark.parametrize("status", [200, 302, 401, 503])
async def test_an_address_says_its_status_and_no_redirect_is_followed(status):
    async with public(status) as (url, asked):
        assert await status_of(f"{url}/x") == status

    assert asked == [("/x", b"", None)]


async def test_where_nobody_is_there_is_no_status():
    assert await status_of(f"http://127.0.0.1:{free_port()}/x") == 0
