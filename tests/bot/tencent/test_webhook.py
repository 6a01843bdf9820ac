"""A callback is answered with code 0 once it is committed, and not before."""

import logging

import aiohttp
import pytest

from bot.errors import InvalidRequest, JournalUnavailable, NotAllowed, NotFound
from bot.http.server import Server
from bot.tencent import webhook

MARK = b"canary-in-the-body"


class Receiver:
    """Remembers the callbacks it was given, and raises what it is told to."""

    def __init__(self):
        self.callbacks = []
        self.error = None

    async def __call__(self, app, raw, sign):
        self.callbacks.append((app, raw, sign))
        if self.error:
            raise self.error


@pytest.fixture
def receiver():
    return Receiver()


@pytest.fixture
async def post(receiver):
    async def ready():
        return {}

    server = Server(routes=webhook.routes(receiver), ready=ready)
    port = await server.start("127.0.0.1", 0)
    url = f"http://127.0.0.1:{port}/tencent/callbacks/live-main"

    async def post(raw, *signs, method="POST"):
        headers = [("Sign", sign) for sign in signs]
        async with (
            aiohttp.ClientSession() as session,
            session.request(method, url, data=raw, headers=headers) as answer,
        ):
            return answer.status, await answer.text()

    yield post
    await server.close()


async def test_a_callback_is_answered_once_it_is_taken_in(post, receiver):
    raw = b'{"EventGroupId":\t4}\n'

    assert await post(raw, "c2lnbg==") == (200, '{"code": 0}')
    assert receiver.callbacks == [("live-main", raw, "c2lnbg==")]


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotFound("no app"), 401),
        (NotAllowed("wrong", rule="callback signature"), 401),
        (InvalidRequest({"": "no event"}), 400),
        (JournalUnavailable("away"), 503),
    ],
)
async def test_what_is_not_taken_in_is_not_answered_with_code_0(
    post, receiver, error, status, caplog, capsys
):
    caplog.set_level(logging.DEBUG)
    receiver.error = error

    assert await post(MARK, "c2lnbg==") == (status, "")
    assert MARK.decode() not in caplog.text + capsys.readouterr().out


@pytest.mark.parametrize(("signs", "sign"), [([], ""), (["a", "b"], "a, b")])
async def test_a_callback_without_its_one_signature_is_given_on_to_be_refused(
    post, receiver, signs, sign
):
    receiver.error = NotAllowed("wrong", rule="callback signature")

    assert await post(b"{}", *signs) == (401, "")
    assert receiver.callbacks == [("live-main", b"{}", sign)]


async def test_only_a_post_is_a_callback(post):
    assert (await post(None, method="GET"))[0] == 405
