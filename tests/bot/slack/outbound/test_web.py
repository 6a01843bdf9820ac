"""What goes out to Slack, and how it can fail."""

import asyncio
import logging

import pytest
from aiohttp import web as server
from pydantic import SecretStr

from bot.sandbox.slack.loopback import LoopbackSlack
from bot.slack.outbound.web import Sent, Web
from tests.fakes.slack import refused


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
        Slack.tokens.append(request.headers.get("Authorization"))
        if Slack.hang:
            await asyncio.sleep(60)
        return Slack.answer

    Slack.seen, Slack.tokens = [], []
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


@pytest.mark.parametrize(
    ("date", "at"),
    [
        ("Sun, 01 Mar 2026 12:00:00 GMT", 1772366400.0),
        ("Sun, 01 Mar 2026 12:00:00 -0000", 1772366400.0),
        ("noon", None),
    ],
)
async def test_the_time_by_slacks_clock_is_taken_from_its_answer(slack, web, date, at):
    slack.answer = server.json_response({"ok": True}, headers={"Date": date})

    assert (await web.call("auth.test")).at == at


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
        (
            lambda: server.json_response(
                {"ok": False, "error": "ratelimited"}, status=429
            ),
            Sent(ok=False, error="ratelimited", retry_after=1.0),
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


@pytest.mark.parametrize("method", ["users.info", "chat.update"])
@pytest.mark.parametrize("text", ["{", "[]"])
async def test_what_is_no_answer_of_slacks_is_told_by_its_status(
    slack, web, method, text
):
    slack.answer = server.Response(text=text, content_type="application/json")

    assert await web.call(method, user="U1") == refused("http_200")


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


async def test_what_slack_warns_of_is_logged_once_for_each_method(slack, web, capsys):
    slack.answer = server.json_response(
        {
            "ok": True,
            "warning": "missing_charset",
            "response_metadata": {"warnings": ["missing_charset", "old_method"]},
        }
    )
    for _time in range(2):
        assert (await web.call("chat.update", channel="C", ts="1")).ok
        slack.answer = server.json_response({"ok": True, "warning": "old_method"})

    logged = [one for one in capsys.readouterr().out.splitlines() if "warns" in one]
    assert [one.split("warning=")[1] for one in logged] == [
        "missing_charset",
        "old_method",
    ]


@pytest.mark.parametrize(
    ("status", "body", "sent"),
    [
        (404, {"ok": False, "error": "expired_url"}, refused("expired_url")),
        (400, {"ok": False, "error": "invalid_blocks"}, refused("invalid_blocks")),
        (400, {"ok": False}, refused("http_400")),
        (404, {"ok": True}, refused("http_404")),
        (500, {"ok": False, "error": "used_url"}, refused("http_500")),
        (429, {"ok": False, "error": "x"}, refused("http_429", retry_after=7.0)),
        (
            200,
            {"ok": False, "error": "rate_limited"},
            refused("rate_limited", retry_after=7.0),
        ),
    ],
)
async def test_an_address_says_why_under_any_status(slack, web, status, body, sent):
    headers = {"Retry-After": "7"} if sent.too_fast else {}
    slack.answer = server.json_response(body, status=status, headers=headers)

    assert await web.answer(SecretStr(f"{slack.url}/response/1"), {}) == sent


@pytest.mark.parametrize(
    "answer", [{"ok": True}, {"ok": True, "upload_url": None, "file_id": "F1"}]
)
async def test_an_upload_that_cannot_go_on_is_told(slack, web, answer):
    slack.answer = server.json_response(answer)

    sent = await web.upload("D1", "trail.jsonl", "{}\n")

    assert (sent.ok, bool(sent.error)) == (False, True)


async def test_the_scopes_of_the_token_are_known(slack, web):
    slack.answer = server.json_response(
        {"ok": True}, headers={"X-OAuth-Scopes": "chat:write, commands,"}
    )

    assert (await web.call("auth.test")).scopes == {"chat:write", "commands"}


async def test_a_socket_is_asked_for_with_its_own_token(slack, web):
    slack.answer = server.json_response({"ok": False, "error": "invalid_auth"})

    sent = await web.open_socket(SecretStr("app"))

    assert sent == refused("invalid_auth")
    assert slack.seen[0][:2] == ("POST", "/api/apps.connections.open")


async def test_a_token_that_is_exchanged_is_asked_about_first_and_used_from_then_on(
    slack, web
):
    def asked(work):
        slack.answer = server.json_response({"ok": True})
        return work

    second = SecretStr("second")
    ends = [await asked(web.call("auth.test")), await asked(web.identity(second))]
    ends.append(await asked(web.call("auth.test")))
    web.use(second)
    ends.append(await asked(web.call("auth.test")))
    await asked(web.client.api_call("auth.test"))

    assert [one.ok for one in ends] == [True] * 4
    assert slack.tokens == [
        "Bearer token",
        "Bearer second",
        "Bearer token",
        "Bearer second",
        "Bearer second",
    ]


async def test_the_library_does_not_write_out_what_nobody_reads():
    async with Web(SecretStr("x"), "http://127.0.0.1:1/api/") as web:
        logger = web.client._logger  # it formats each call where the level is DEBUG

    assert logger.level > logging.DEBUG


async def test_a_picture_is_kept_without_being_shared():
    async with LoopbackSlack(paced=False) as loopback:
        async with Web(loopback.bot_token, loopback.api_url) as web:
            sent = await web.keep("layout.png", b"\x89PNG")

        (file,) = loopback.space.files.values()
        assert sent == Sent(ok=True, data={"file": file.id})
        assert (file.name, file.content) == ("layout.png", b"\x89PNG")
        assert loopback.space.messages == {}


@pytest.mark.parametrize(
    ("answer", "sent"),
    [
        ({"ok": False, "error": "not_allowed"}, refused("not_allowed")),
        ({"ok": True}, refused("unreadable_answer")),
    ],
)
async def test_a_picture_that_slack_does_not_take_is_told(slack, web, answer, sent):
    slack.answer = server.json_response(answer)

    assert await web.keep("layout.png", b"x") == sent


async def test_what_slack_finds_wrong_is_known(slack, web):
    messages = ["[ERROR] invalid slack file"]
    slack.answer = server.json_response(
        {
            "ok": False,
            "error": "invalid_arguments",
            "response_metadata": {"messages": messages},
        }
    )

    assert await web.call("views.update") == refused(
        "invalid_arguments", detail="[ERROR] invalid slack file"
    )
