"""What goes out to Slack, and how it can fail."""

import asyncio

import pytest
from aiohttp import web as server
from pydantic import SecretStr

from bot.slack.outbound.web import Sent, Web


@pytest.fixture
async def slack():
    """A Slack on loopback that answers what `slack.answer` holds."""
    app = server.Application()

    class Slack:
        answer = server.json_response({"ok": True, "ts": "1.5"})
        seen = []
        hang = False

    async def serve(request):
        body = await request.text()
        Slack.seen.append((request.method, request.path_qs, body))
        if Slack.hang:
            await asyncio.sleep(60)
        return Slack.answer

    Slack.seen = []
    app.router.add_route("*", "/{path:.*}", serve)
    runner = server.AppRunner(app, shutdown_timeout=0.01)
    await runner.setup()
    await server.TCPSite(runner, "127.0.0.1", 0).start()
    Slack.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield Slack
    await runner.cleanup()


@pytest.fixture
async def web(slack):
    async with Web(SecretStr("token"), f"{slack.url}/api/") as made:
        yield made


async def test_a_post_unfurls_nothing_and_leaves_out_what_is_none(slack, web):
    sent = await web.post("C1", {"text": "hello"}, thread_ts=None)

    assert sent == Sent(ok=True, data={"ok": True, "ts": "1.5"})
    ((method, path, body),) = slack.seen
    assert (method, path) == ("POST", "/api/chat.postMessage")
    assert "thread_ts" not in body
    assert '"unfurl_links": false' in body


async def test_a_read_asks_by_query(slack, web):
    await web.call("users.info", user="U1")

    assert slack.seen == [("GET", "/api/users.info?user=U1", "")]


@pytest.mark.parametrize(
    ("answer", "sent"),
    [
        (
            lambda: server.json_response({"ok": False, "error": "not_in_channel"}),
            Sent(ok=False, error="not_in_channel"),
        ),
        (
            lambda: server.json_response(
                {"ok": False, "error": "ratelimited"},
                status=429,
                headers={"Retry-After": "7"},
            ),
            Sent(ok=False, error="ratelimited", retry_after=7.0),
        ),
    ],
)
async def test_what_slack_refuses_is_told_by_its_word(slack, web, answer, sent):
    slack.answer = answer()

    assert await web.call("chat.update", channel="C", ts="1") == sent


async def test_a_server_that_fails_is_no_answer(slack, web):
    slack.answer = server.Response(status=503, text="no")

    sent = await web.call("chat.update", channel="C", ts="1")

    assert (sent.ok, bool(sent.error)) == (False, True)


async def test_an_answer_goes_to_its_address_as_json(slack, web):
    sent = await web.answer(SecretStr(f"{slack.url}/response/1"), {"text": "hi"})

    assert sent == Sent(ok=True)
    assert slack.seen == [("POST", "/response/1", '{"text": "hi"}')]


@pytest.mark.parametrize("status", [301, 307, 404, 410, 500])
async def test_an_address_that_does_not_take_it_is_told_and_no_redirect_followed(
    slack, web, status
):
    slack.answer = server.Response(
        status=status, headers={"Location": f"{slack.url}/elsewhere"}
    )

    sent = await web.answer(SecretStr(f"{slack.url}/response/1"), {})

    assert sent == Sent(ok=False, error=f"http_{status}")
    assert len(slack.seen) == 1


async def test_an_address_that_is_not_slacks_is_never_called(slack, web):
    sent = await web.answer(SecretStr("https://evil.example/x"), {})

    assert sent == Sent(ok=False, error="not_slack")


async def test_a_slack_that_is_away_is_unreachable(unused_tcp_port):
    base = f"http://127.0.0.1:{unused_tcp_port}"
    async with Web(SecretStr("token"), f"{base}/api/") as web:
        called = await web.call("chat.update", channel="C", ts="1")
        answered = await web.answer(SecretStr(f"{base}/response/1"), {})

    assert called == answered == Sent(ok=False, error="unreachable")


async def test_before_it_is_open_there_is_no_client():
    web = Web(SecretStr("token"), "https://slack.com/api/")

    with pytest.raises(RuntimeError):
        _ = web.client
    assert (await web.answer(SecretStr("https://hooks.slack.com/x"), {})).ok is False


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("ok", Sent(ok=True)),
        ('{"ok": true}', Sent(ok=True)),
        ('{"ok": false, "error": "used_url"}', Sent(ok=False, error="used_url")),
        ("[]", Sent(ok=True)),
    ],
)
async def test_an_address_that_says_no_with_a_200_has_said_no(slack, web, text, sent):
    slack.answer = server.Response(text=text)

    assert await web.answer(SecretStr(f"{slack.url}/response/1"), {}) == sent
