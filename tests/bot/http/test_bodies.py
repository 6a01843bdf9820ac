"""Large bodies share what memory there is; small ones always go."""

from contextlib import AsyncExitStack, ExitStack

from aiohttp.test_utils import make_mocked_request

from bot.http.bodies import SHARED, SMALL, Bodies
from bot.http.connections import MOST
from bot.slack.inbound.guard import LARGEST
from tests.bot.http.visitors import post, serving, until, visit

MIB = 1024 * 1024


def request(length):
    headers = {} if length is None else {"Content-Length": str(length)}
    return make_mocked_request("POST", "/", headers)


def test_all_bodies_together_have_64_mib():
    assert SHARED + MOST * SMALL == 64 * MIB


def test_as_many_large_ones_are_read_as_there_is_room_for():
    bodies, most = Bodies(), SHARED // LARGEST
    with ExitStack() as reading:
        told = [
            reading.enter_context(bodies.room(request(LARGEST)))
            for _ in range(most + 2)
        ]
        with bodies.room(request(None)) as unsaid, bodies.room(request(SMALL)) as small:
            assert (unsaid, small) == (False, True)
    with bodies.room(request(LARGEST * 100)) as again:
        assert again
    assert told == [True] * most + [False] * 2
    assert bodies._taken == 0


async def test_where_there_is_no_room_a_large_body_is_refused_and_a_small_one_is_not():
    async with AsyncExitStack() as stack:
        server = await serving(stack)
        hoarding = post("/echo", b"x" * LARGEST)[: -LARGEST + 1]
        for _ in range(SHARED // LARGEST):
            await visit(stack, server, say=hoarding)
        await until(lambda: server._bodies._taken + LARGEST > SHARED)

        large = await visit(stack, server, say=post("/echo", b"x" * (SMALL + 1)))
        small = await visit(stack, server, say=post("/echo", b"x" * SMALL))

        assert (await large.answered())[0] == 503
        assert await small.answered() == (200, str(SMALL).encode())
