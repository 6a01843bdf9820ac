"""Config files and environments: whatever they hold, settings or a SettingsError.

What goes wrong is told by the name of the setting; the values, some of which are
secrets, never come out.
"""

import os
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

from bot.app import _accounts
from bot.errors import SettingsError
from bot.operations.doctor import examine_settings
from bot.settings import load, secrets_of
from tests.trials.fuzz_kit import EVIL, Case, text

CANARY, PLANTED = "canary", "planted"  # in secrets; in values that are none
SECRETS = (
    "SLACK_BOT_TOKEN",
    "SLACK_SIGNING_SECRET",
    "SLACK_APP_TOKEN",
    "TENCENTCLOUD_SECRET_ID",
    "TENCENTCLOUD_SECRET_KEY",
    "BOT_TRTC_USERSIG_KEY",
    "BOT_CAR_SECRET_KEY",
    "BOT_SEAL_KEY",
)
PLAIN = {
    "SLACK_API_URL": (
        "https://slack.com/api/",
        "http://127.0.0.1:1/api/",
        "x",
        "http://",
    ),
    "BOT_TRTC_ENDPOINT": (
        "https://trtc.intl.tencentcloudapi.com",
        "https://trtc.tencentcloudapi.com.evil.example",
        "https://evil.example/tencentcloudapi.com",
        "http://trtc.tencentcloudapi.com",
        "https://u:p@trtc.tencentcloudapi.com",
        "https://[::1",
    ),
    "BOT_TRTC_SDK_APP_ID": ("1400000001", "0", "-1", "x", "1e9", "9" * 5000, ""),
    "BOT_TRTC_REGION": ("ap-singapore", "mars", ""),
    "BOT_PORT": ("3000", "0", "65536", "-1", "x", "٣"),
    "BOT_HOST": ("127.0.0.1", "0.0.0.0", "\t"),  # noqa: S104 - read, never bound
    "BOT_ALLOW_ALL": ("true", "false", "maybe", "1", "2"),
    "BOT_DATABASE_URL": ("sqlite:///x.db", "postgresql://x/y", "nope", ""),
}
APP = """\
[[apps]]
name = "live-main"
sdk_app_id = 1400000001
region = "ap-singapore"
usersig_key = "{canary}-app"
"""
RULE = """\
[[policy.rules]]
name = "on-call"
actions = ["relay.*"]
users = ["U0000000001"]
"""
TOP = 'command_prefix = "tc-"\nops_channel = "C1"\n'
POLICY = '[policy]\nteams = []\nguests = false\npush_hosts = [".example.com"]\n'
LIMITS = "[policy.limits]\nbitrate_kbps = 10000\nlive_relays = 50\n"
VALUES = (
    "-1",
    '""',
    '"x"',
    "[]",
    "[1]",
    "{}",
    "true",
    "1.5",
    "1e400",
    "9" * 40,
    "nan",
    "'",
)


@dataclass(frozen=True, slots=True)
class Given:
    """An environment and a config file, and the mode of a secret's own file."""

    variables: dict[str, str] = field(default_factory=dict)
    toml: bytes = b""
    secret_mode: int | None = None
    secret: bytes = b""
    sound: bool = False


def cases(folder: Path) -> list[Case]:
    """Return the classes; files are written to *folder*."""

    async def loaded(given: Given) -> None:
        with mock.patch.dict(os.environ, _environment(given, folder), clear=True):
            first, second = _verdict(), _verdict()
        assert first == second, "two verdicts"
        assert CANARY not in first, f"it tells a secret: {first[:90]}"
        assert PLANTED not in first, f"it tells a value: {first[:90]}"
        if given.sound:
            assert first == "", f"sound, and refused: {first}"
        if given.secret_mode is not None and given.secret_mode & 0o077:
            assert first, "others can read a secret's file"

    return [
        Case("config and environment", 1_000, make, loaded),
        Case("config that is sound", 50, _sound, loaded),
    ]


def make(source: random.Random) -> Given:
    """Return settings with a few things wrong."""
    given = _sound(source)
    variables = dict(given.variables)
    for name, values in PLAIN.items():
        if source.random() < 0.15:
            variables[name] = source.choice(values)
    for name in SECRETS:
        if source.random() < 0.1:
            variables[name] = _variable(text(source)) + CANARY
    toml = given.toml
    for _ in range(source.choice([0, 1, 1, 2])):
        toml = _changed(toml, source)
    mode, secret = None, b""
    if source.random() < 0.3:
        variables.pop("SLACK_BOT_TOKEN", None)
        mode = source.choice([0o600, 0o400, 0o644, 0o640, 0o604, 0o660])
        secret = source.choice(
            [b"canary-x\n", b"", b"\xff\xfecanary", b"\xef\xbb\xbfc"]
        )
    return Given(variables, toml, mode, secret)


def _sound(source: random.Random) -> Given:
    variables = {name: f"{CANARY}-{name.lower()}" for name in SECRETS}
    variables["BOT_TRTC_SDK_APP_ID"] = "1400000002"
    toml = TOP + APP.format(canary=CANARY) + POLICY + RULE + LIMITS
    return Given(variables, toml.encode(), sound=True)


def _environment(given: Given, folder: Path) -> dict[str, str]:
    config = folder / "bot.toml"
    config.write_bytes(given.toml)
    found = {**given.variables, "BOT_CONFIG": str(config)}
    if given.secret_mode is not None:
        file = folder / "secret"
        file.unlink(missing_ok=True)
        file.write_bytes(given.secret)
        file.chmod(given.secret_mode)
        found["SLACK_BOT_TOKEN_FILE"] = str(file)
    return found


def _verdict() -> str:
    """Return what is told at the start: nothing, or the error."""
    try:
        settings = load()
    except SettingsError as error:
        return str(error) or "an error without a word"
    examine_settings(settings)
    secrets_of(settings)
    try:
        _accounts(settings)
    except SettingsError as error:
        return str(error)
    assert CANARY not in repr(settings), "a secret is shown"
    return ""


def _changed(toml: bytes, source: random.Random) -> bytes:
    lines = toml.decode("utf-8", "replace").split("\n")
    at = source.randrange(len(lines))
    key, equals, _value = lines[at].partition(" = ")
    ways: tuple[Callable[[], Any], ...] = (
        lambda: lines.pop(at),
        lambda: lines.insert(at, lines[at]),
        lambda: lines.insert(at, f"surplus = {source.choice(VALUES)}"),
        lambda: lines.__setitem__(at, f"{key}{equals}{source.choice(VALUES)}"),
        lambda: lines.__setitem__(
            at, f'{key}{equals}"{PLANTED}{_variable(text(source))}"'
        ),
        lambda: lines.__setitem__(at, f"{key}X{equals}1"),
    )
    source.choice(ways)()
    made = "\n".join(lines).encode("utf-8", "replace")
    wrap = source.random()
    if wrap < 0.05:
        return b"\xef\xbb\xbf" + made
    if wrap < 0.1:
        return made.decode("utf-8", "replace").encode("utf-16")
    return (
        made + source.choice(EVIL).encode("utf-8", "replace") if wrap < 0.15 else made
    )


def _variable(said: str) -> str:
    """Return *said* as a variable of the environment can hold it."""
    return said.replace("\x00", "").encode("utf-8", "replace").decode()[:500]
