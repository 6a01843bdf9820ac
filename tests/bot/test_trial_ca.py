"""BOT_TRIAL_CA: https on loopback for trials, and then nothing but loopback."""

import os
from contextlib import asynccontextmanager

import pytest
from aiohttp import web as server
from pydantic import SecretStr

from bot.config import kinds
from bot.errors import NotSent, SettingsError
from bot.products import ACCOUNTS
from bot.settings import load
from bot.slack.outbound.web import Web
from bot.tencent.client import Account, Client
from tests.bot.tencent.servers import AT, KEY, TASK, Start, Started, http
from tests.fakes.certificates import Authority

HERE = "https://127.0.0.1:8443"
ENDPOINTS = {f"BOT_{product.upper()}_ENDPOINT": HERE for product in ACCOUNTS}
ON_LOOPBACK = {"SLACK_API_URL": f"{HERE}/api/", **ENDPOINTS}
HOOK = SecretStr("https://hooks.slack.com/commands/T1/1/x")


@pytest.fixture(scope="module")
def authority():
    return Authority()


@pytest.fixture
def ca(authority, tmp_path):
    path = tmp_path / "ca.pem"
    path.write_bytes(authority.pem)
    return str(path)


@pytest.fixture
def loaded(monkeypatch, tmp_path):
    """Return what loads the settings from variables, and no others."""
    for name in [n for n in os.environ if n.startswith(("SLACK", "TENCENT", "BOT_"))]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)

    def load_with(**variables):
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        return load()

    return load_with


@pytest.fixture
def trust(loaded, ca):
    return kinds.trusted(loaded(**ON_LOOPBACK, BOT_TRIAL_CA=ca).trial_ca)


def client(url, trust):
    return Client({"trtc": Account(url, KEY, trial=True)}, now=lambda: AT, trust=trust)


@asynccontextmanager
async def listening(authority):
    """Answer everything as Slack and Tencent would; yield the origin."""
    body = http().partition(b"\r\n\r\n")[2].replace(b"{", b'{"ok": true, ', 1)

    async def answer(_request):
        return server.Response(body=body, content_type="application/json")

    app = server.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = server.AppRunner(app, shutdown_timeout=0.01)
    await runner.setup()
    site = server.TCPSite(runner, "127.0.0.1", 0, ssl_context=authority.server())
    await site.start()
    yield f"https://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


def test_without_it_the_system_is_trusted_and_https_is_tencents_alone(loaded):
    assert kinds.trusted(loaded().trial_ca) is None

    with pytest.raises(SettingsError, match=r"^BOT_TRTC_ENDPOINT: it is https under"):
        loaded(BOT_TRTC_ENDPOINT=HERE)


@pytest.mark.parametrize("url", [HERE, "https://localhost", "http://[::1]:8000"])
def test_with_it_an_endpoint_on_loopback_may_be_https(loaded, ca, url):
    settings = loaded(**ON_LOOPBACK | {"BOT_TRTC_ENDPOINT": url}, BOT_TRIAL_CA=ca)

    assert settings.trtc_endpoint == url


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("SLACK_API_URL", "https://slack.com/api/"),
        ("SLACK_API_URL", "https://slack-gov.com/api/"),
        *((name, "https://trtc.tencentcloudapi.com") for name in ENDPOINTS),
        *((name, "https://127.0.0.1.evil.example") for name in ENDPOINTS),
        *((name, "https://10.0.0.1:8443") for name in ENDPOINTS),
    ],
)
def test_with_it_nothing_but_loopback_may_be_set(loaded, ca, name, url):
    with pytest.raises(
        SettingsError, match=f"^{name}: it is .*on loopback.*BOT_TRIAL_CA"
    ):
        loaded(**ON_LOOPBACK | {name: url}, BOT_TRIAL_CA=ca)


def test_with_it_what_is_not_set_is_refused_since_it_is_no_loopback(loaded, ca):
    with pytest.raises(SettingsError, match="ENDPOINT"):
        loaded(BOT_TRIAL_CA=ca)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (None, "does not exist"),
        ("", "holds no certificate"),
        ("no", "holds no certificate"),
    ],
)
def test_a_file_without_a_certificate_stops_the_start(loaded, tmp_path, text, why):
    path = tmp_path / "odd.pem"
    if text is not None:
        path.write_text(text)

    with pytest.raises(
        SettingsError, match=f"^BOT_TRIAL_CA: the file that it names {why}$"
    ):
        loaded(**ON_LOOPBACK, BOT_TRIAL_CA=str(path))


def test_an_account_of_a_trial_is_on_loopback():
    with pytest.raises(SettingsError, match="an endpoint is"):
        Account("https://trtc.tencentcloudapi.com", KEY, trial=True)


async def test_requests_reach_whom_the_ca_vouches_for(authority, trust):
    async with listening(authority) as url, client(url, trust) as tencent:
        assert await tencent.send(Start(), region="") == Started(
            task_id=TASK, request_id="r-1"
        )


async def test_and_nobody_else(trust):
    async with listening(Authority()) as url, client(url, trust) as tencent:
        with pytest.raises(NotSent, match="the certificate is not Tencent's"):
            await tencent.send(Start(), region="")


async def test_slack_is_called_and_answered_where_its_api_is(authority, trust):
    async with (
        listening(authority) as url,
        Web(SecretStr("token"), f"{url}/api/", trust) as web,
    ):
        called = await web.call("auth.test")
        answered = await web.answer(SecretStr(f"{url}/response/1"), {"text": "hello"})
        elsewhere = await web.answer(HOOK, {"text": "hello"})

    assert (called.ok, answered.ok) == (True, True)
    assert (elsewhere.ok, elsewhere.error) == (False, "not_slack")
