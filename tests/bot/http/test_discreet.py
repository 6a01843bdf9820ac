"""Nobody hears what runs here."""

from contextlib import AsyncExitStack

import pytest

from tests.bot.http.visitors import post, serving, visit


@pytest.mark.parametrize("path", ["/echo", "/signed", "/broken", "/not-there"])
async def test_an_answer_does_not_say_what_runs_here(path):
    async with AsyncExitStack() as stack:
        server = await serving(stack)
        said = post(path, b"", "Connection: close")
        heard = await (await visit(stack, server, say=said)).heard()

    assert heard.startswith(b"HTTP/1.1 ")
    assert b"\r\nserver" not in heard.lower()
