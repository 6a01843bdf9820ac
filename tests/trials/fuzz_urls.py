"""Push URLs that look like a listed host and are not, under a policy that lists two."""

import random
import re

from bot.settings import Limits, Policy, Rule
from tests.trials.fuzz_front import ANA, Front
from tests.trials.fuzz_kit import EVIL, Case
from tests.trials.fuzz_words import slack_in

EXACT, SUFFIX = "push.example.com", ".livepush.example.com"
POLICY = Policy(
    rules=(Rule(name="ana", actions=("*",), users=(ANA,)),),
    push_hosts=(EXACT, SUFFIX),
    limits=Limits(starts_per_person_a_day=10**6),
)
# The only addresses that may ever be reached, however they were written.
RIGHT = re.compile(
    r"(?i:rtmp)://(?P<host>[A-Za-z0-9._-]+)(?::(?P<port>[0-9]{1,5}))?(?:/[!-\[\]-~]*)?"
)
HOSTS = (
    EXACT,
    f"a{SUFFIX}",
    f"a.b{SUFFIX}",
    "PUSH.Example.COM",
    f"{EXACT}.",
    f"{EXACT}..",
    f".{EXACT}",
    f"{EXACT}.evil.example",
    f"evil{SUFFIX[1:]}",
    SUFFIX,
    SUFFIX[1:],
    f"good@{EXACT}",
    f"{EXACT}@evil.example",
    f"{EXACT}:1935@evil.example",
    f"evil.example#{EXACT}",
    f"evil.example?{EXACT}",
    f"evil.example\\{EXACT}",
    f"evil.example\\@{EXACT}",
    f"{EXACT}\\.evil.example",
    f"evil.example%00{SUFFIX}",
    f"evil.example%2f{SUFFIX}",
    f"evil.example\x00{SUFFIX}",
    f"evil.example\t{SUFFIX}",
    f"evil.example\r\n{SUFFIX}",
    f"evil.example {SUFFIX}",
    f"evil.example;{SUFFIX}",
    f"evil.example,{SUFFIX}",
    "xn--pshexample-9db.com",
    "рush.example.com",  # a Cyrillic letter
    "ｐｕｓｈ.example.com",  # full width
    "push。example。com",  # another full stop
    "pu\u00adsh.example.com",
    "pu\u200bsh.example.com",
    "ⓟush.example.com",
    "[::1]",
    "[::ffff:127.0.0.1]",
    f"[{EXACT}]",
    "127.0.0.1",
    "2130706433",
    "0x7f000001",
    "017700000001",
    "127.1",
    "localhost",
    "",
)
SCHEMES = ("rtmp", "RTMP", "rTmP", "rtmps", "http", "file", "rtmp:rtmp", " rtmp", "")
PORTS = ("", ":1935", ":0", ":65535", ":65536", ":", ":-1", ":1935:1", ":abc", ":٣")
PATHS = (
    "/live/key",
    "",
    "/",
    "/live/a?x=1&y=2",
    "/../../x",
    "//evil.example/",
    "/%0d%0a",
)


def make(source: random.Random) -> str:
    """Return an address: often a sound one with one thing wrong."""
    pick = source.choice
    scheme = pick(SCHEMES) if source.random() < 0.3 else "rtmp"
    port = pick(PORTS) if source.random() < 0.3 else ""
    path = pick(PATHS) if source.random() < 0.4 else "/live/key"
    made = f"{scheme}://{pick(HOSTS)}{port}{path}"
    if source.random() < 0.2:
        at = source.randrange(len(made))
        made = made[:at] + pick(EVIL) + made[at:]
    return made[:3000]


def right(url: str) -> bool:
    """Tell whether *url*, read strictly, goes to a host that is listed."""
    found = RIGHT.fullmatch(url)
    if not found or not 0 < int(found["port"] or 1) <= 65_535:
        return False
    host = found["host"].casefold().rstrip(".")
    return host == EXACT or (host.endswith(SUFFIX) and host != SUFFIX)


def cases(front: Front) -> list[Case]:
    """Return the class; *front* has `POLICY`."""

    async def pushed(url: str) -> None:
        await front.tidy()
        front.fresh()
        room = 100_000 + front.number()
        said = f'start {room} url="{slack_in(url)}" --go --again'
        await front.deliver(front.command(said, user=ANA))
        _told, calls = front.take()
        reached = [one for r in front.cloud.state.relays.values() for one in r.urls]
        wrong = [one for one in reached if not right(one)]
        assert not wrong, f"reached {wrong}"
        assert len(calls) <= 1, f"called {calls}"

    async def taken(url: str) -> None:
        await pushed(url)
        assert front.cloud.state.relays, "a sound address was refused"

    def sound(source: random.Random) -> str:
        host = source.choice((EXACT, f"a{SUFFIX}", f"a-1.b{SUFFIX}", EXACT.upper()))
        return f"rtmp://{host}{source.choice(('', ':1935'))}/live/k{source.random()}"

    def timed() -> float:
        return front.took

    return [
        Case("push URLs", 2_000, make, pushed, timed),
        Case("push URLs that are sound", 200, sound, taken, timed),
    ]
