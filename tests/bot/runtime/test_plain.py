"""A request is read from its bytes if it is one whole POST with nothing odd in it."""

import pytest

from bot.runtime.plain import Post, plain_post
from tests.trials.rawhttp import request

PATH = "/tencent/callbacks/"
BODY = b'{"EventGroupId":\t1}'


def raw(body=BODY, *, path=f"{PATH}live", **head):
    return request(path, body, {"Sign": "c2lnbg==", **head})


def test_a_whole_post_is_read():
    post = plain_post(raw(Connection="Keep-Alive"), PATH)
    headers = {
        "host": "bot",
        "content-length": str(len(BODY)),
        "sign": "c2lnbg==",
        "connection": "Keep-Alive",
    }

    assert post == Post(f"{PATH}live", headers, BODY)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        raw()[:-1],
        raw() + b"x",
        raw() + raw(),
        raw().replace(b"POST", b"PUT"),
        raw().replace(PATH.encode(), b"/slack/"),
        raw().replace(b"HTTP/1.1", b"HTTP/1.0"),
        raw().replace(b"\r\n", b"\n"),
        raw().replace(b"Sign:", b"Sign :"),
        raw().replace(b"Sign:", b" Sign:"),
        raw().replace(b"Host: bot", b"Host: bot\r\nSign: other"),
        raw().replace(b"Content-Length", b"X-Length"),
        raw(Connection="close"),
        raw(**{"Transfer-Encoding": "chunked"}),
        raw(**{"Content-Encoding": "gzip"}),
        raw(Expect="100-continue"),
        raw(Upgrade="h2c"),
    ],
)
def test_anything_else_goes_on_as_it_came(data):
    assert plain_post(data, PATH) is None
