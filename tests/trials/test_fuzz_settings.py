"""Config files and environments, and push URLs under a policy that lists two hosts.

What goes wrong in settings is told by the name of the setting; the values, some of
which are secrets, never come out.
"""

import os
import re
from dataclasses import dataclass, field
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config.sources import NO_DOTENV
from bot.errors import SettingsError
from bot.operations.accounts import accounts_of
from bot.operations.doctor import examine_settings
from bot.settings import Limits, Policy, Rule, load, secrets_of
from tests.trials.fuzz_kit import ANA, EVIL, law, rarely, texts
from tests.trials.fuzz_words import slack_in

CANARY, PLANTED = "canary", "planted"  # in secrets; in values that are none
SECRETS = (
    "SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_APP_TOKEN",
    "TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY", "BOT_TRTC_USERSIG_KEY",
    "BOT_CAR_SECRET_KEY", "BOT_SEAL_KEY",
)  # fmt: skip
PLAIN = {
    "SLACK_API_URL": (
        *("https://slack.com/api/", "http://127.0.0.1:1/api/", "x", "http://"),
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
    "BOT_DATABASE_URL": ("sqlite:///x.db", "nope", ""),
}
TOML = f"""\
command_prefix = "tc-"
ops_channel = "C1"
[[apps]]
name = "live-main"
sdk_app_id = 1400000001
region = "ap-singapore"
usersig_key = "{CANARY}-app"
[policy]
teams = []
guests = false
push_hosts = [".example.com"]
[[policy.rules]]
name = "on-call"
actions = ["relay.*"]
users = ["U0000000001"]
[policy.limits]
bitrate_kbps = 10000
live_relays = 50
"""
VALUES = (
    *("-1", '""', '"x"', "[]", "[1]", "{}", "true", "1.5", "1e400"),
    *("9" * 40, "nan", "'"),
)
# As a variable of the environment can hold it.
variables = texts.map(
    lambda text: text.replace("\x00", "").encode("utf-8", "replace").decode()[:500]
)


BEGINS = {
    "SLACK_BOT_TOKEN": "xoxb-",
    "SLACK_APP_TOKEN": "xapp-",
    "BOT_SEAL_KEY": "long-enough-",
}
ALIKE = ",".join(f"R{number}" for number in range(1, 400))  # asked about, all of them


@dataclass(frozen=True, slots=True)
class Source:
    """An environment and a config file, and the mode of a secret's own file."""

    variables: dict[str, str] = field(
        default_factory=lambda: {
            **{
                name: f"{BEGINS.get(name, '')}{CANARY}-{name.lower()}"
                for name in SECRETS
            },
            "BOT_TRTC_SDK_APP_ID": "1400000002",
        }
    )
    toml: bytes = TOML.encode()
    mode: int | None = None
    secret: bytes = b""

    def laid(self, folder):
        """Write the files to *folder*; return the environment that names them."""
        config = folder / "bot.toml"
        config.write_bytes(self.toml)
        config.chmod(0o600)  # a secret is in it
        environment = {**self.variables, "BOT_CONFIG": str(config), NO_DOTENV: "1"}
        if self.mode is not None:
            file = folder / "secret"
            file.unlink(missing_ok=True)
            file.write_bytes(self.secret)
            file.chmod(self.mode)
            environment["SLACK_BOT_TOKEN_FILE"] = str(file)
        return environment


@st.composite
def _changed_toml(draw, toml):
    lines = toml.decode("utf-8", "replace").split("\n")
    at = draw(st.integers(0, len(lines) - 1))
    key, equals, _value = lines[at].partition(" = ")
    value = draw(st.sampled_from(VALUES))
    # a mistake is told by the names of apps and rules
    planted = '"x"' if key == "name" else f'"{PLANTED}{draw(variables)}"'
    lines[at : at + 1] = draw(
        st.sampled_from(
            (
                [],
                [lines[at], lines[at]],
                [f"surplus = {value}", lines[at]],
                [f"{key}{equals}{value}"],
                [f"{key}{equals}{planted}"],
                [f"{key}X{equals}1"],
            )
        )
    )
    made = "\n".join(lines).encode("utf-8", "replace")
    if not draw(rarely):
        return made
    end = draw(st.sampled_from(EVIL)).encode("utf-8", "replace")
    utf_16 = made.decode("utf-8", "replace").encode("utf-16")
    return draw(st.sampled_from((b"\xef\xbb\xbf" + made, utf_16, made + end)))


@st.composite
def sources(draw):
    """Draw settings with a few things wrong."""
    environment = dict(Source().variables)
    for name, plain in PLAIN.items():
        if draw(rarely):
            environment[name] = draw(st.sampled_from(plain))
    for name in SECRETS:
        if draw(rarely):
            environment[name] = draw(variables) + CANARY
    toml = TOML.encode()
    for _ in range(draw(st.integers(0, 2))):
        toml = draw(_changed_toml(toml))
    if not draw(rarely):
        return Source(environment, toml)
    environment.pop("SLACK_BOT_TOKEN", None)
    mode = draw(st.sampled_from((0o600, 0o400, 0o644, 0o640, 0o604, 0o660)))
    secrets = (b"canary-x\n", b"", b"\xff\xfecanary", b"\xef\xbb\xbfc")
    return Source(environment, toml, mode, draw(st.sampled_from(secrets)))


def verdict(source, folder):
    """Return what is told at the start: nothing, or the error."""
    with mock.patch.dict(os.environ, source.laid(folder), clear=True):
        try:
            settings = load()
            examine_settings(settings)
            secrets_of(settings)
            accounts_of(settings)
        except SettingsError as error:
            return str(error) or "an error without a word"
    assert CANARY not in repr(settings), "a secret is shown"
    return ""


def test_sound_settings_are_taken(tmp_path):
    assert verdict(Source(), tmp_path) == ""


@law(150)
@given(source=sources())
def test_any_settings_are_taken_or_refused_without_their_values(tmp_path, source):
    text = verdict(source, tmp_path)

    assert verdict(source, tmp_path) == text
    assert CANARY not in text
    assert PLANTED not in text
    if source.mode is not None and source.mode & 0o077:
        assert text, "others can read a secret's file"


EXACT, SUFFIX = "push.example.com", ".livepush.example.com"
POLICY = Policy(
    rules=(Rule(name="ana", actions=("*",), users=(ANA,)),),
    push_hosts=(EXACT, SUFFIX),
    limits=Limits(starts_per_person_a_day=10**6),
)


@pytest.fixture
def policy():
    return POLICY


# The only addresses that may ever be reached, however they were written.
RIGHT = re.compile(
    r"(?i:rtmp)://(?P<host>[A-Za-z0-9._-]+)(?::(?P<port>[0-9]{1,5}))?(?:/[!-\[\]-~]*)?"
)
OWN = (EXACT, f"a{SUFFIX}", f"a.b{SUFFIX}", "PUSH.Example.COM", f"{EXACT}.")
EVIL_WITH = ("@{0}", "#{0}", "?{0}", "\\{0}", "\\@{0}", "%00{1}", "%2f{1}", "\x00{1}")
EVIL_WITH = (*EVIL_WITH, "\t{1}", "\r\n{1}", " {1}", ";{1}", ",{1}")
HOSTS = (
    *OWN, *(f"evil.example{end.format(EXACT, SUFFIX)}" for end in EVIL_WITH),
    *(f"{EXACT}{end}" for end in ("..", ".evil.example", "@evil.example")),
    *(f"{EXACT}{end}" for end in (":1935@evil.example", "\\.evil.example")),
    *(f".{EXACT}", f"evil{SUFFIX[1:]}", SUFFIX, SUFFIX[1:], f"good@{EXACT}"),
    "xn--pshexample-9db.com", "push。example。com", "pu\u00adsh.example.com",
    "рush.example.com", "ｐｕｓｈ.example.com", "pu\u200bsh.example.com",
    "ⓟush.example.com", "[::1]", "[::ffff:127.0.0.1]",
    *(f"[{EXACT}]", "127.0.0.1", "2130706433", "0x7f000001", "017700000001"), "127.1",
    "localhost", "",
)  # fmt: skip
SCHEMES = ("rtmp", "RTMP", "rTmP", "rtmps", "http", "file", "rtmp:rtmp", " rtmp", "")
PORTS = ("", ":1935", ":0", ":65535", ":65536", ":", ":-1", ":1935:1", ":abc", ":٣")
PATHS = (
    *("/live/key", "", "/", "/live/a?x=1&y=2", "/../../x", "//evil.example/"),
    "/%0d%0a",
)


@st.composite
def urls(draw):
    """Draw an address: often a sound one with one thing wrong."""
    scheme = draw(st.sampled_from(SCHEMES)) if draw(rarely) else "rtmp"
    host = draw(st.sampled_from(HOSTS))
    port = draw(st.sampled_from(PORTS)) if draw(rarely) else ""
    path = draw(st.sampled_from(PATHS)) if draw(rarely) else "/live/key"
    url = f"{scheme}://{host}{port}{path}"
    if draw(rarely):
        at = draw(st.integers(0, len(url)))
        url = url[:at] + draw(st.sampled_from(EVIL)) + url[at:]
    return url[:3000]


def is_right(url):
    """Tell whether *url*, read strictly, goes to a host that is listed."""
    match = RIGHT.fullmatch(url)
    if not match or not 0 < int(match["port"] or 1) <= 65_535:
        return False
    host = match["host"].casefold().rstrip(".")
    return host == EXACT or (host.endswith(SUFFIX) and host != SUFFIX)


async def reached(front, url):
    """Start a relay to *url*; return the URLs that the cloud was given."""
    room = 100_000 + front.number()
    text = f'start {room} url="{slack_in(url)}" --go again={ALIKE}'
    _calls, actions = await front.typed(text, user=ANA)
    assert len(actions) <= 1
    return [url for relay in front.cloud.state.relays.values() for url in relay.urls]


@law(100)
@given(url=urls())
async def test_no_url_reaches_a_host_that_is_not_listed(front, url):
    wrong = [target for target in await reached(front, url) if not is_right(target)]

    assert wrong == []


@law(10)
@given(
    host=st.sampled_from((EXACT, f"a{SUFFIX}", f"a-1.b{SUFFIX}", EXACT.upper())),
    port=st.sampled_from(("", ":1935")),
    key=st.integers(0, 10**9),
)
async def test_a_sound_url_of_a_listed_host_is_reached(front, host, port, key):
    assert await reached(front, f"rtmp://{host}{port}/live/k{key}")
