"""Anything that can be typed: what may come of it, and what is shown of it."""

import html
import inspect
import re
import ssl
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest
from aiohttp import http_exceptions
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import CloudError
from bot.sandbox.cloud.phones import SESSIONS
from bot.tencent.models.gs import DescribeCloudPhoneMultipleStreamSessionSlaves
from bot.tencent.retry import ErrorClass, class_of
from tests.trials import stage
from tests.trials.fuzz_kit import check_shown, law
from tests.trials.fuzz_words import SOUND, allowed, commands, slack_in

TASK = st.text("abcXYZ0123", min_size=70, max_size=70)
quoted = st.lists(  # a word that the answer quotes as it is: no spaces, no marks
    st.sampled_from(
        ("a", "<b>", "&", "&lt;", "&amp;lt;", "<!channel>", "x<@U0EVIL>y", "é中")
    ),
    min_size=1,
    max_size=4,
).map(lambda parts: "zq" + "".join(parts) + "z")


@law(300)
@given(example=commands())
async def test_whatever_is_typed_is_answered_and_calls_only_what_was_meant(
    front, example
):
    command, text = example

    await front.fresh()
    await front.deliver(front.command(text, command))
    acked = front.acked
    calls, actions = front.take()

    assert set(actions) <= allowed(command, text)
    assert acked or calls, "nothing was told"


@law(20)
@given(sound=st.sampled_from(SOUND), task=TASK)
async def test_a_sound_command_is_carried_out(front, sound, task):
    command, text = sound

    _calls, actions = await front.typed(text.replace("a" * 70, task), command)

    assert actions
    assert set(actions) <= allowed(command, text)


@law()
@given(word=quoted)
async def test_a_word_comes_back_escaped_once(front, word):
    await front.fresh()
    await front.deliver(front.command(f"find {slack_in(word)}", "/lookup"))
    shown = str((front.acked or {}).get("text", ""))
    back = html.unescape(shown)

    assert f"“{word}”" in back, f"shown as {shown[:80]}"
    assert (html.unescape(back) != back) == (html.unescape(word) != word)


@law()
@given(example=commands())
async def test_the_same_words_by_two_people_get_the_same_verdict(front, example):
    command, text = example
    harmless = re.sub(r"(?i)go|yes|-y|[—–]", "", text)
    verdicts = []
    await front.fresh()
    for _ in range(2):
        await front.deliver(front.command(harmless, command))
        ack = str((front.acked or {}).get("text", ""))[:40]
        calls, actions = front.take()
        verdicts.append((ack, sorted({call.method for call in calls}), bool(actions)))

    assert verdicts[0] == verdicts[1]


@pytest.mark.parametrize(
    "shown",
    [
        {"text": "hello <!channel>"},
        {"type": "mrkdwn", "text": "<https://evil.example|ok>"},
        {"type": "mrkdwn", "text": "a < b"},
        {"text": "a & b"},
        {"text": "<@U0EVIL>"},
        {"elements": [{"type": "user", "user_id": "U0EVIL"}]},
        {"elements": [{"type": "link", "url": "https://evil.example"}]},
        {"elements": [{"type": "broadcast", "range": "here"}]},
        {"type": "plain_text", "text": "Traceback (most recent call last)"},
        {"type": "plain_text", "text": "KeyError: 'x'"},
        {"type": "plain_text", "text": "\u202eevil"},
    ],
)
def test_what_may_not_be_shown_is_found(shown):
    with pytest.raises(AssertionError):
        check_shown(shown)


@pytest.mark.parametrize(
    "shown",
    [
        {"type": "plain_text", "text": "<!channel> & co"},
        {"text": "a &lt; b <@U0ANA> <!date^17^{time}|then>"},
        {"elements": [{"type": "link", "url": "https://trtc.io/document/1"}]},
    ],
)
def test_what_may_be_shown_is_let_through(shown):
    check_shown(shown)


LOCAL = {
    "BadContentDispositionHeader", "BadContentDispositionParam", "EofStream",
    "WebSocketError", "WSMessageTypeError", "UploadAbortedError",
}  # fmt: skip


def client_errors():
    """Make one of each exception that aiohttp can raise at a client."""
    for module in (aiohttp, http_exceptions):
        for name, kind in inspect.getmembers(module, inspect.isclass):
            wanted = issubclass(kind, Exception) and name not in LOCAL
            if wanted and not issubclass(kind, Warning):
                yield made(kind)
    yield from (TimeoutError(), OSError(24, "too many open files"))
    yield from (ConnectionResetError(), BrokenPipeError(), ssl.SSLError())


def made(kind):
    key = SimpleNamespace(host="h", port=1, ssl=True, is_ssl=True)
    info = SimpleNamespace(real_url="http://h/", method="POST", headers={})
    arguments: dict[type[Exception], tuple[Any, ...]] = {
        aiohttp.ClientConnectorCertificateError: (key, ssl.CertificateError("no")),
        aiohttp.ClientConnectorError: (key, OSError(111, "refused")),
        aiohttp.ClientResponseError: (info, ()),
        aiohttp.ServerFingerprintMismatch: (b"a", b"b", "h", 1),
    }
    for parent, usual in arguments.items():
        if issubclass(kind, parent):
            return kind(*usual)
    for some in ((), ("x",), ("x", "y"), ("x", 1, 2)):
        try:
            return kind(*some)
        except TypeError:
            continue
    raise AssertionError(f"{kind.__name__} cannot be made")


class Failing:
    """A request that ends in *error*."""

    def __init__(self, error):
        self.error = error

    async def __aenter__(self):
        raise self.error

    async def __aexit__(self, *_error):
        """Nothing to close."""


@pytest.mark.parametrize(
    "error", list(client_errors()), ids=lambda error: type(error).__name__
)
async def test_whatever_aiohttp_raises_becomes_an_error_of_the_cloud(
    error, monkeypatch
):
    endpoints = {"gs": "http://127.0.0.1:1"}
    fail = Failing(error)
    monkeypatch.setattr(aiohttp.ClientSession, "post", lambda *_args, **_more: fail)
    request = DescribeCloudPhoneMultipleStreamSessionSlaves.of(
        {"SessionId": next(iter(SESSIONS))}
    )

    async with stage.client(
        endpoints, "id", "key", lambda: datetime.now(UTC)
    ) as client:
        with pytest.raises(CloudError) as caught:
            await client.send(request, region="ap-singapore")

    assert class_of(caught.value) in {ErrorClass.NEVER_SENT, ErrorClass.NO_ANSWER}
