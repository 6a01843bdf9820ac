"""What is wrong with Slack's tokens ends the start, by the name of the setting."""

import asyncio
import os
import sys
from pathlib import Path
from unittest import mock

import pytest

from bot.app import utc_now
from bot.lifecycle import examine_ahead
from bot.routing.manifest import FEATURES, OPTIONAL_SCOPES, REQUIRED, SCOPES
from bot.sandbox.run import free_port
from bot.sandbox.slack.loopback import LoopbackSlack
from bot.sandbox.slack.model import seed
from bot.settings import read
from bot.slack.outbound.web import Web
from commands import COMMANDS

TOP = Path(__file__).parents[2]
READ_BY_THE_BOT = ("SLACK_", "TENCENTCLOUD_", "BOT_")
SECONDS = 60


def token(kind):
    return f"{kind}-" + "1" * 12


def environment(slack, folder):
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(READ_BY_THE_BOT)
    }
    return {
        **kept,
        **slack.environment(),
        "BOT_DATABASE_URL": f"sqlite:///{folder}/patchbay.db",
        "BOT_PORT": str(free_port()),
    }


async def started(variables):
    """Start a bot that cannot; return its exit code and what it told."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bot", "run"),
        cwd=TOP,
        env=variables,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(SECONDS):
            _log, told = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
        raise
    lines = told.decode().splitlines()
    return process.returncode, [one for one in lines if not one.startswith("{")]


def by(mode):
    url = f"http://127.0.0.1:{free_port()}/slack/events" if mode == "http" else ""
    return {"bot_url": url}


SENTENCES = {
    "SLACK_BOT_TOKEN": ("SLACK_BOT_TOKEN: Slack says invalid_auth", "xoxb"),
    "SLACK_APP_TOKEN": ("SLACK_APP_TOKEN: Slack says invalid_auth", "xapp"),
}


@pytest.mark.parametrize(
    ("mode", "setting"),
    [
        ("socket", "SLACK_BOT_TOKEN"),
        ("http", "SLACK_BOT_TOKEN"),
        ("socket", "SLACK_APP_TOKEN"),
    ],
)
async def test_a_token_that_slack_does_not_know_ends_the_start(tmp_path, mode, setting):
    sentence, prefix = SENTENCES[setting]
    async with LoopbackSlack(**by(mode)) as slack:
        variables = environment(slack, tmp_path) | {setting: token(prefix)}

        assert await started(variables) == (2, [sentence])


@pytest.mark.short
async def test_without_a_scope_that_everything_needs_there_is_no_start(tmp_path):
    async with LoopbackSlack(**by("http"), scopes={*SCOPES} - {"users:read"}) as slack:
        code, told = await started(environment(slack, tmp_path))

    assert (code, len(told)) == (2, 1)
    assert told[0].startswith("SLACK_BOT_TOKEN: it lacks users:read;")


def test_every_scope_is_required_or_serves_a_feature():
    assert REQUIRED.isdisjoint(FEATURES)
    optional = {*FEATURES} & {*OPTIONAL_SCOPES}
    assert {*REQUIRED, *FEATURES} == {*SCOPES, *optional}
    assert optional == {"reactions:read"}


CONFIG = f"""\
ops_channel = "{{channel}}"
[[policy.rules]]
name = "on-call"
actions = ["relay.*"]
users = ["{seed.ANA.id}", "U0NOBODY"]
groups = ["S0NOBODY"]
"""


@pytest.mark.parametrize("channel", [seed.OPS, seed.RANDOM])
async def test_the_doctor_asks_slack_for_all_that_the_settings_name(tmp_path, channel):
    config = tmp_path / "bot.toml"
    config.write_text(CONFIG.format(channel=channel.id))
    async with LoopbackSlack() as slack:
        variables = {**environment(slack, tmp_path), "BOT_CONFIG": str(config)}
        with mock.patch.dict(os.environ, variables, clear=True):
            examining = examine_ahead(read(), COMMANDS, slack=Web, now=utc_now)
            checks = {check.what: check.well for check in await examining}
        inside = slack.space.bot.id in slack.space.channels[channel.id].members
        written = len(slack.space.messages)

    assert checks["Slack: Patchbay sandbox, as @patchbay"] is True
    in_ops = checks.get(f"ops_channel {channel.id}")
    outside = checks.get(f"ops_channel {channel.id}: Slack says not_in_channel")
    assert (in_ops, outside) == ((True, None) if inside else (None, False))
    assert not any(seed.ANA.id in what for what in checks)
    assert checks["Rule “on-call”: U0NOBODY: Slack says user_not_found"] is False
    assert checks["Rule “on-call”: S0NOBODY: Slack says no_such_subteam"] is False
    assert not any("SLACK_APP_TOKEN is of the app" in what for what in checks)
    assert written == 0
