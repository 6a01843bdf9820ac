"""A callback is answered with code 0 once it is committed, and not before."""

import logging
from contextlib import AsyncExitStack

import aiohttp
import pytest

from bot.errors import InvalidRequest, JournalUnavailable, NotAllowed, NotFound
from bot.http.connections import MOST_UNSIGNED, Deadlines
from bot.http.server import Server
from bot.tencent import webhook
from tests.bot.http.visitors import LONG, STRANGER, Visitor, crowd, until, visit
from tests.trials.rawhttp import request

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


# ── from their bytes ────────────────────────────────────────────────────────────

GENUINE = b"genuine"


class Hall:
    """A server to which callbacks come; those called GENUINE are taken at once."""

    def __init__(self):
        self.at_once, self.by_route, self.answered = [], [], []
        front = webhook.PlainCallbacks(
            self.take, lambda *one: self.answered.append(one)
        )
        routes = webhook.routes(self.receive)
        self.server = Server(
            routes=routes,
            ready=self.ready,
            fronts=[front],
            deadlines=Deadlines(head=LONG, settled=0.05),
        )

    def take(self, app, raw, sign):
        is_its = raw == GENUINE
        if is_its:
            self.at_once.append((app, raw, sign))
        return is_its

    async def receive(self, app, raw, sign):
        self.by_route.append((app, raw, sign))

    async def ready(self):
        return {}


@pytest.fixture
async def stack():
    async with AsyncExitStack() as stack:
        yield stack


@pytest.fixture
async def hall(stack):
    hall = Hall()
    stack.push_async_callback(hall.server.close)
    return hall


async def said(stack, hall, *data):
    """Return the answers to *data*, each sent once what came before is answered."""
    port = await hall.server.start("127.0.0.1", 0)
    visitor = await Visitor.from_("127.0.0.1", port)
    stack.push_async_callback(visitor.close)
    answers = []
    for one in data:
        visitor.say(one)
        answers.append(await visitor.answered())
    return answers


def callback(body, *, app="live", **head):
    path = webhook.PATH.format(app=app)
    return request(path, body, {"Content-Type": "application/json", **head})


async def test_what_is_taken_at_once_is_answered_as_the_route_does(stack, hall):
    data = callback(GENUINE, Sign="s"), callback(b"{}", Sign="s")
    answers = await said(stack, hall, *data, data[0])

    assert answers == [(200, b'{"code": 0}')] * 3
    assert hall.at_once == [("live", GENUINE, "s")] * 2
    assert hall.by_route == [("live", b"{}", "s")]
    assert hall.answered == [(webhook.PATH, 200)] * 2


class Holder:
    """A connection, one of too many if it is crowded, that remembers its answers."""

    def __init__(self, *, is_crowded):
        self.is_crowded, self.answers = is_crowded, []

    def vouched(self):
        """Take no note."""

    def answered(self, answer):
        self.answers.append(answer)


@pytest.mark.parametrize("crowded", [False, True])
async def test_one_of_too_many_is_left_to_the_route_which_closes_it(hall, crowded):
    holder = Holder(is_crowded=crowded)
    front = webhook.PlainCallbacks(hall.take, lambda *_one: None)

    front.held(callback(GENUINE, Sign="s"), holder)

    assert holder.answers == ([] if crowded else [webhook.TAKEN])


async def test_callbacks_are_not_among_those_of_their_peer_who_said_nothing(
    stack, hall
):
    hall.server.port = await hall.server.start("127.0.0.1", 0)
    data = callback(GENUINE, Sign="s")
    many = [
        await visit(stack, hall.server, STRANGER, data) for _n in range(MOST_UNSIGNED)
    ]
    answers = [await one.answered() for one in many]
    silent = await crowd(stack, hall.server, MOST_UNSIGNED + 3, STRANGER)
    await until(lambda: sum(one.reader.at_eof() for one in silent) == 3)

    assert answers == [(200, b'{"code": 0}')] * MOST_UNSIGNED
    assert not any(one.reader.at_eof() for one in many)


@pytest.mark.parametrize(
    "data",
    [
        callback(GENUINE),
        callback(GENUINE, Sign="s", app="li%76e"),
        callback(GENUINE, Sign="s", **{"X-Odd ": "1"}).replace(b"X-Odd :", b"sign:"),
    ],
)
async def test_what_is_not_plain_is_for_the_route(stack, hall, data):
    await said(stack, hall, data)

    assert (len(hall.at_once), len(hall.by_route)) == (0, 1)
