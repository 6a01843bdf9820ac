"""Slash commands: anything that can be typed, and whether it could mean a call."""

import html
import random
import re
import unicodedata
from functools import partial

from tests.trials.fuzz_front import Front
from tests.trials.fuzz_kit import EVIL, Case, text

VERBS = {
    "/relay": (
        "start",
        "stop",
        "list",
        "recent",
        "status",
        "help",
        "strat",
        "开始",
        "",
    ),
    "/car": ("start", "recent", "reveal", "stop", ""),
    "/gs": ("show", "help", ""),
    "/lookup": ("find", "help", ""),
    "/patchbay": ("help", "whoami", "doctor", "help relay", "help relay start", ""),
    "/nowhere": ("",),
}
KEYS = (
    "app",
    "room",
    "type",
    "what",
    "user",
    "stream",
    "layout",
    "url",
    "quality",
    "width",
    "height",
    "fps",
    "bitrate",
    "gop",
    "idle",
    "note",
    "json",
    "region",
    "ip",
    "client",
    "mode",
    "params",
    "host",
    "role",
    "product",
    "roomm",
    "--room",
)
FLAGS = (
    "--go",
    "--dry-run",
    "--again",
    "--yes",
    "-y",
    "--help",
    "-h",
    "--public",
    "--details",
    "--ids",
    "--nope",
)
WORDS = (
    "295066",
    "R1",
    "r999999",
    "G1",
    "S41",
    "1326515201117065216",
    "-m97l2ZU7",
    "FailedOperation.SlowDown",
    "InternalError",
    "rtmp://push.example.com/live/k",
    "125.127.178.228",
    "https://x.slack.com/archives/C0OPS/p1700000000000001",
    "mine",
    "live",
    "720p15",
    '"room one"',
    "f3b0c1d2-1111-2222-3333-444455556666",
)
SOUND = (
    ("/relay", "start 295066 url=rtmp://push.example.com/live/k --go --again"),
    ("/relay", "start 'room one' url=rtmp://a.example.com/b/c what=audio --go"),
    ("/relay", "stop -m9" + "a" * 70 + " --yes"),
    ("/car", "start user=somebody ip=125.127.178.228 --go"),
    ("/gs", "1326515201117065216"),
)
ROUND = ("a", "<b>", "&", "&lt;", "&amp;lt;", "<!channel>", "x<@U0EVIL>y", "é中")
CALLS = {
    "/relay": (
        ("StartPublishCdnStream", r"-\s*go\b.*rtmp:|rtmp:.*-\s*go\b"),
        ("StopPublishCdnStream", r"-\s*(yes|y)\b"),
    ),
    "/car": (("CreateSession", r"-\s*go\b"),),
    "/gs": (("DescribeCloudPhoneMultipleStreamSessionSlaves", r"\d{15,}|\bg\d+"),),
}  # what has to stand in a command, as a person would read it, for a call to be right


def slack_in(said: str) -> str:
    """Return *said* as Slack hands it on: `&<>` escaped, once."""
    return said.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def make(source: random.Random) -> tuple[str, str]:
    """Return a slash command and the text after it."""
    if source.random() < 0.2:
        command, said = source.choice(SOUND)
        for _ in range(source.randint(0, 2)):
            said += f" {_word(source)}"
        return command, said
    command = source.choice(sorted(VERBS))
    parts = [_word(source) for _ in range(source.randint(0, 5))]
    parts.insert(0, source.choice(VERBS[command]))
    if source.random() < 0.2:
        source.shuffle(parts)
    said = source.choice([" ", "  ", "\t", "\n", " "]).join(parts)
    if source.random() < 0.15 and said:
        at = source.randrange(len(said))
        said = said[:at] + source.choice(EVIL) + said[at + 1 :]
    return command, slack_in(said) if source.random() < 0.5 else said


def allowed(command: str, said: str) -> set[str]:
    """Return the actions that *said* may lead to, as a person would read it."""
    plain = unicodedata.normalize("NFKC", html.unescape(said)).casefold()
    plain = "".join(c for c in plain if unicodedata.category(c) != "Cf")
    plain = re.sub(r"[\u2010-\u2015\u2212]+", "-", plain)
    found = CALLS.get(command, ())
    return {name for name, sign in found if re.search(sign, plain, re.DOTALL)}


def cases(front: Front) -> list[Case]:
    """Return the classes that are about what is typed."""

    def timed() -> float:
        return front.took

    return [
        Case("slash text", 10_000, make, partial(_typed, front), timed),
        Case("slash text that is sound", 100, _sound, partial(_called, front), timed),
        Case("slash text, escaped once", 1_000, _echoed, partial(_once, front), timed),
        Case("slash text, twice", 500, _harmless, partial(_same, front)),
    ]


async def _typed(front: Front, example: tuple[str, str]) -> None:
    """Whatever is typed, somebody is told, and only what was meant is called."""
    command, said = example
    await front.tidy()
    front.fresh()
    await front.deliver(front.command(said, command))
    acked = front.acked
    told, calls = front.take()
    wrong = set(calls) - allowed(command, said)
    assert not wrong, f"called {sorted(wrong)}"
    assert acked or told, "nothing was told"


async def _called(front: Front, example: tuple[str, str]) -> None:
    """A sound command is carried out, so that the judge of the others is awake."""
    command, said = example
    await front.tidy()
    front.fresh()
    await front.deliver(front.command(said, command))
    _told, calls = front.take()
    assert calls, "nothing was called"
    assert set(calls) <= allowed(command, said), f"called {calls}"


async def _once(front: Front, word: str) -> None:
    """A word comes back as it was typed, escaped exactly once."""
    front.fresh()
    await front.deliver(front.command(f"find {slack_in(word)}", "/lookup"))
    shown = str((front.acked or {}).get("text", ""))
    back = html.unescape(shown)
    assert f"“{word}”" in back, f"shown as {shown[:80]}"
    twice = html.unescape(back) != back
    assert twice == (html.unescape(word) != word), f"escaped again: {shown[:80]}"


async def _same(front: Front, example: tuple[str, str]) -> None:
    """The same words twice, by two people, get the same verdict."""
    verdicts = []
    for _ in range(2):
        front.fresh()
        await front.deliver(front.command(example[1], example[0]))
        ack = front.acked or {}
        told, calls = front.take()
        shape = sorted({one.method for one in told})
        verdicts.append((str(ack.get("text", ""))[:40], shape, bool(calls)))
    assert verdicts[0] == verdicts[1], f"{verdicts[0]} then {verdicts[1]}"


def _sound(source: random.Random) -> tuple[str, str]:
    command, said = source.choice(SOUND)
    fresh = "".join(source.choices("abcXYZ0123", k=70))
    return command, said.replace("a" * 70, fresh)


def _word(source: random.Random) -> str:
    kind = source.random()
    if kind < 0.25:
        return source.choice(FLAGS)
    if kind < 0.5:
        inside = text(source) if source.random() < 0.5 else source.choice(WORDS)
        quote = source.choice(["", "", '"', "'", "`"])
        return f"{source.choice(KEYS)}={quote}{inside}{quote}"
    return source.choice(WORDS) if kind < 0.75 else text(source)


def _harmless(source: random.Random) -> tuple[str, str]:
    """Return a command that changes nothing, so that it can be said twice."""
    command, said = make(source)
    return command, re.sub(r"(?i)go|yes|-y|[—–]", "", said)


def _echoed(source: random.Random) -> str:
    """Return a word that the answer quotes as it is: no spaces, no marks."""
    return "zq" + "".join(source.choices(ROUND, k=source.randint(1, 4))) + "z"
