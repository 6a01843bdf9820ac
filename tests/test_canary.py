"""No secret is where it does not belong: looked for in everything the bot lets out.

Canaries in the real formats are made for this run. The bot does all that it can,
goes well and wrong, with every logger at DEBUG; then each canary is looked for, raw,
in every form in which it could be written down, and every 12 characters of it.
"""

import asyncio
import base64
import contextlib
import io
import json
import logging
import os
import secrets
from contextlib import AsyncExitStack
from urllib.parse import quote

import aiohttp
import pytest
import structlog
from aiohttp import web

from bot.__main__ import main
from bot.app import build
from bot.lifecycle import begin, greet
from bot.runtime.logs import set_up
from bot.runtime.redact import Redactor
from bot.sandbox.cloud import LoopbackCloud
from bot.sandbox.run import free_port
from bot.sandbox.slack.loopback import LoopbackSlack
from bot.sandbox.slack.model import seed
from bot.settings import load, secrets_of
from commands import COMMANDS
from tests.bot.conftest import Bot as Hands
from tests.bot.conftest import Clock

PART = 12  # so many characters of a secret are a leak
PUSH_KEY = secrets.token_hex(16)
START = f"/relay start 295066 url=rtmp://push.example.com/live/{PUSH_KEY} --go"
DRY = START.replace("--go", "--dry-run")
SESSION = "/car start user=cg ip=125.127.178.228 --go"
PUBLISH = f"/car publish S1 url=rtmp://push.example.com/live/{PUSH_KEY}"


def parts(secret):
    """Yield *secret* in every form, and every part of each that would be a leak."""
    raw = secret.encode()
    forms = {secret, quote(secret, safe=""), json.dumps(secret)[1:-1], raw.hex()}
    for shift in range(3):
        packed = base64.b64encode(b"\0" * shift + raw).decode().rstrip("=")
        forms.add(packed[-(-shift * 8 // 6) : -1])
    for form in forms:
        for start in range(max(len(form) - PART, 0) + 1):
            yield form[start : start + PART]


def leaks(canaries, places):
    """Return which canary is in which place, and as what."""
    known = {name: set(parts(secret)) for name, secret in canaries.items()}
    found = []
    for place, text in places.items():
        windows = {text[at : at + PART] for at in range(len(text) - PART + 1)}
        for name, leak in known.items():
            found += [(name, place, one) for one in leak & windows]
    return found


def everything_logs():
    """Let every logger that there is tell everything."""
    for name in list(logging.root.manager.loggerDict):
        logging.getLogger(name).setLevel(logging.DEBUG)
    logging.getLogger().setLevel(logging.DEBUG)


@pytest.fixture
async def scene(tmp_path, monkeypatch, capsys):
    """Play everything once; return the canaries and what was let out, by place."""
    bodies = {"to the cloud": [], "to Slack": [], "from the bot": []}
    async with AsyncExitStack() as stack:
        clock = Clock()
        cloud, slack = await loopbacks(stack, bodies, clock)
        environment = {**slack.environment(), **cloud.environment}
        more = {
            "BOT_DATABASE_URL": f"sqlite:///{tmp_path}/var/p.db",
            "BOT_ALLOW_ALL": "true",
        }
        for name, value in {**environment, **more}.items():
            monkeypatch.setenv(name, value)
        log = io.StringIO()
        bot = await talkative_bot(stack, log, clock)
        await play(slack, cloud, bot, clock)
        await knock(bodies["from the bot"])
        console = capsys.readouterr()
        session = await bot.journal.find.by_handle("S1", bot.directory.team)
        packed = await bot.journal.find.secret_of(session.id)
        places = {
            "log": log.getvalue(),
            "console": console.out + console.err,
            "settings": f"{load()!r} {load()}",
            "errors in the settings": await told_of_bad_settings(monkeypatch, capsys),
            "Slack": repr(list(slack.space.messages.values())),
            **{name: "\n".join(said) for name, said in bodies.items()},
            **files(tmp_path),
        }
        yield canaries(environment) | {"server session": packed.decode()}, places


async def loopbacks(stack, bodies, clock):
    """Start a cloud and a Slack that keep what they were sent."""
    port = free_port()
    os.environ["BOT_PORT"] = str(port)
    stack.callback(os.environ.pop, "BOT_PORT")
    middlewares = [recording(bodies["to the cloud"])]
    cloud = LoopbackCloud(clock=clock.time, middlewares=middlewares)
    await cloud.start()
    stack.push_async_callback(cloud.close)
    cloud.call_back(f"http://127.0.0.1:{port}/tencent/callbacks/default", (0.1,))
    url = f"http://127.0.0.1:{port}/slack/events"
    slack = LoopbackSlack(bot_url=url, **clock.of_slack())
    slack.app.middlewares.append(recording(bodies["to Slack"]))
    await stack.enter_async_context(slack)
    return cloud, slack


async def talkative_bot(stack, log, clock):
    """Start a bot whose every logger tells everything to *log*."""
    settings = load()
    known = [one.get_secret_value() for one in secrets_of(settings).values()]
    set_up(Redactor(known), level="DEBUG", stream=log)
    bot = await build(settings, clock.ports(), COMMANDS, stack)
    everything_logs()
    delivering = asyncio.create_task(bot.delivery.run())
    stack.callback(delivering.cancel)
    stack.push_async_callback(bot.server.close)
    await begin(bot)
    await greet(bot)
    return bot


def canaries(environment):
    """Return each secret by what it is."""
    words = ("KEY", "TOKEN", "SECRET")
    found = {
        name: value
        for name, value in environment.items()
        if any(word in name for word in words)
    }
    return {**found, "push key": PUSH_KEY}


def recording(into):
    @web.middleware
    async def record(request, handler):
        into.append((await request.read()).decode(errors="replace"))
        return await handler(request)

    return record


async def play(slack, cloud, bot, clock):
    ops = slack.space.channels[seed.OPS.id]
    hands = Hands(bot, slack, cloud, "", clock)

    async def typed(line, who=seed.ANA):
        await slack.client.command(who, ops, line)
        await hands.settled()

    for line in (START, DRY, SESSION, PUBLISH, "/lookup R1 --details", "/relay list"):
        await typed(line)
    for how in ("late", "InternalError", "html", "garbage", "truncated", "reset"):
        cloud.state.fail_next("StartPublishCdnStream", how)
        await typed(START.replace("295066", how[:4]))
    await typed(START.replace("rtmp://", "http://"))
    await typed(START.replace("url=", "ulr="))
    await typed(START, who=seed.GUS)
    await typed(START, who=seed.OLGA)
    await typed("/relay stop R1 --yes")
    await typed("/patchbay doctor")
    await typed("/patchbay audit export")
    await typed(f"/relay close R5 reason=“rtmp://push.example.com/live/{PUSH_KEY}”")
    await typed("/relay start 295066")
    structlog.get_logger("bot").error("went wrong", exc_info=ValueError(START))


async def knock(bodies):
    """Ask for everything over HTTP, mostly with a wrong signature."""
    base = f"http://127.0.0.1:{os.environ['BOT_PORT']}"
    async with aiohttp.ClientSession() as session:
        for path in ("/healthz", "/readyz", "/slack/events", "/nothing"):
            async with session.get(base + path) as answer:
                bodies.append(f"{answer.headers} {await answer.text()}")
        signed = {"X-Slack-Signature": "v0=no", "X-Slack-Request-Timestamp": "1"}
        body = f"text={quote(START)}&token={os.environ['SLACK_BOT_TOKEN']}"
        async with session.post(
            f"{base}/slack/events", data=body, headers=signed
        ) as answer:
            bodies.append(f"{answer.headers} {await answer.text()}")
        url = f"{base}/tencent/callbacks/default"
        async with session.post(url, data=START, headers={"Sign": "no"}) as answer:
            bodies.append(f"{answer.headers} {await answer.text()}")


async def told_of_bad_settings(monkeypatch, capsys):
    """Return what is said of settings that hold a secret at the wrong place."""
    for name in ("BOT_PORT", "SLACK_API_URL", "BOT_TRTC_ENDPOINT", "BOT_TRTC_REGION"):
        with monkeypatch.context() as patch:
            patch.setenv(name, os.environ["TENCENTCLOUD_SECRET_KEY"])
            assert main(["migrate"]) == 2
            assert await asyncio.to_thread(main, ["doctor", "--offline"]) == 1
    with contextlib.suppress(SystemExit):
        main(["--help"])
    said = capsys.readouterr()
    assert "BOT_PORT" in said.err
    assert "BOT_PORT" in said.out
    return said.out + said.err


def files(folder):
    """Return every file that the bot left, but for the key that seals the others."""
    return {
        f"file {path.name}": path.read_bytes().decode("latin-1")
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".key"
    }


# The push key has to reach Tencent; nothing else has to be anywhere.
INTENDED = {("push key", "to the cloud")}


@pytest.mark.short
async def test_no_secret_is_where_it_does_not_belong(scene):
    secrets_known, places = scene

    found = leaks(secrets_known, places)

    assert {(name, place) for name, place, _text in found} <= INTENDED
    assert len(secrets_known) == 8
    assert places["log"].count("slack_sdk") > 10  # it did log what it was sent
    assert "intent.settled" in places["log"]
    assert "push.example.com" in places["log"] + places["Slack"]


@pytest.mark.parametrize(
    "written",
    [
        str,
        lambda secret: quote(secret, safe=""),
        lambda secret: secret.encode().hex(),
        lambda secret: base64.b64encode(b"x" + secret.encode() + b"yz").decode(),
        lambda secret: base64.b64encode(b"xy" + secret.encode() + b"yz").decode(),
        lambda secret: f"…{secret[3:15]}…",
    ],
)
def test_a_planted_leak_is_found(written):
    secret = "xoxb-" + secrets.token_hex(12)

    found = leaks({"token": secret}, {"log": f"before {written(secret)} after"})

    assert {place for _name, place, _text in found} == {"log"}
    assert leaks({"token": secret}, {"log": "nothing " * 20}) == []
