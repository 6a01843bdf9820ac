"""What every class of the fuzz has in common: cases, figures, and judging text.

A class makes examples from a random source and checks one at a time. A check raises
AssertionError; whatever else comes out of it is a fault as well.
"""

import random
import re
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

SLOW = 0.05  # seconds of processor time that one case may take
SHOWN = 300  # characters of an example

Make = Callable[[random.Random], Any]
Check = Callable[[Any], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Case:
    """One class: its name, how many examples a whole run has, and the two functions.

    *timed* returns the processor time that the bot itself took for the last check;
    without it the whole check is timed.
    """

    name: str
    count: int
    make: Make
    check: Check
    timed: Callable[[], float] | None = None


@dataclass
class Result:
    """What came of a class. *faults* has the smallest example of each fault."""

    name: str
    count: int = 0
    seconds: float = 0.0
    slowest: float = 0.0
    slowest_example: str = ""
    failed: int = 0
    faults: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        slow = "" if self.slowest <= SLOW else "  over 50 ms"
        line = (
            f"{self.name:<34} {self.count:>6} cases {self.seconds:>7.1f} s"
            f"  slowest {self.slowest * 1000:>6.1f} ms  failed {self.failed}{slow}"
        )
        told = [f"    {fault}\n      {example}" for fault, example in self.some()]
        if slow:
            told.append(f"    slowest: {self.slowest_example}")
        return "\n".join([line, *told])

    def some(self) -> list[tuple[str, str]]:
        """Return up to ten kinds of fault with their smallest examples."""
        return list(self.faults.items())[:10]

    def blame(self, fault: str, example: Any) -> None:
        """Count a fault, and keep its example if it is the smallest."""
        self.failed += 1
        shown = repr(example)
        kind = fault.partition("\n")[0][:SHOWN]
        kept = self.faults.setdefault(kind, shown)
        self.faults[kind] = min(kept, shown, key=lambda one: (len(one), one))


async def run(case: Case, count: int, seed: int) -> Result:
    """Check *count* examples of *case*; the same *seed* makes the same ones."""
    result = Result(case.name, count)
    began = time.perf_counter()
    for number in range(count):
        source = random.Random(f"{seed}/{case.name}/{number}")  # noqa: S311 - repeats
        example = case.make(source)
        took = await _once(case, example, result)
        if took > SLOW:  # what else this process had to do may have fallen into it
            took = min(took, await _once(case, example, Result(case.name)))
        if took > result.slowest:
            result.slowest, result.slowest_example = took, repr(example)[:SHOWN]
    result.seconds = time.perf_counter() - began
    for kind, example in result.faults.items():
        result.faults[kind] = example[:SHOWN]
    return result


async def _once(case: Case, example: Any, result: Result) -> float:
    began = time.process_time()
    try:
        await case.check(example)
    except AssertionError as error:
        result.blame(str(error) or "an assertion", example)
    except Exception as error:  # noqa: BLE001 - it is what is looked for
        result.blame(f"{type(error).__name__}: {error}", example)
    return case.timed() if case.timed else time.process_time() - began


def write(line: object) -> None:
    """Show *line* at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


# ── text that hurts ──────────────────────────────────────────────────────────────

EVIL = (
    "<!channel>",
    "<!here|here>",
    "<!subteam^S0EVIL>",
    "<@U0EVIL>",
    "<#C0EVIL|x>",
    "<https://evil.example|ok>",
    "<javascript:alert(1)|x>",
    "&lt;!channel&gt;",
    "&amp;lt;!everyone&amp;gt;",
    "&amp;amp;",
    "```",
    "`*_~>",
    "\x00",
    "\x1b[31m",
    "\u202e",
    "\u2066",
    "\u200b\u200d",
    "\ufeff",
    "\u2028",
    "\r\n",
    "\ud800",
    "\U000e0041",
    "ｒｅｌａｙ",  # full width
    "ѕtop",  # a Cyrillic letter
    "👩‍👩‍👧‍👦",
    "%s%n{0}{self}",
    "${jndi:x}",
    "'; DROP TABLE intents;--",
    ":white_check_mark:",
    "—go",
    "–yes",
    "“quoted",
    "'half",
    "=",
    "--",
    "-m" + "a" * 80,
    "9" * 400,
    "1e999",
    "NaN",
    "null",
    "[[[[",
    '{"a":',
)
LETTERS = (
    "abzAZ019 -_=.:/\\\"'`<>&|@#!%{}[]()*~+,;?\n\t\x00\x7f\u00e9\u4e2d\u202e\U0001f600"
)


def text(source: random.Random, most: int = 40) -> str:
    """Return text of up to *most* characters, some of them dangerous."""
    kind = source.random()
    if kind < 0.4:
        return source.choice(EVIL)
    if kind < 0.45:
        return source.choice("a<&é中\x00") * source.choice([1999, 2001, 4001, 12_000])
    return "".join(source.choices(LETTERS, k=source.randint(0, most)))


def value(source: random.Random, depth: int = 2) -> Any:
    """Return anything that JSON can hold."""
    plain: list[Callable[[], Any]] = [
        lambda: None,
        lambda: source.choice([True, False]),
        lambda: source.choice([0, -1, 1, 2**31, 2**32, 2**63, 10**400]),
        lambda: source.choice([0.5, -0.0, 1e308]),
        lambda: text(source),
        lambda: "",
        list,
        dict,
    ]
    nested: list[Callable[[], Any]] = [
        lambda: [value(source, depth - 1) for _ in range(source.randint(1, 3))],
        lambda: {text(source, 6): value(source, depth - 1)},
    ]
    return source.choice(plain + (nested if depth else []))()


def places(node: Any) -> list[tuple[Any, Any]]:
    """Return every place in *node* that can be changed: a container and a key."""
    found: list[tuple[Any, Any]] = []
    waiting = [node]
    while waiting:
        inside = waiting.pop()
        if isinstance(inside, dict):
            found += [(inside, key) for key in inside]
            waiting += inside.values()
        elif isinstance(inside, list):
            found += [(inside, at) for at in range(len(inside))]
            waiting += inside
    return found


# ── what may be told ─────────────────────────────────────────────────────────────

_PERSON = re.compile(r"U0ANA|U0BOB|U\d{6}")  # who asks here; nobody else is named
_BRACKETS = re.compile(r"<[^<>]*>?")
_ENTITY = re.compile(r"&(?!(?:amp|lt|gt);)")
_OURS = re.compile(
    r"<@(?P<user>[UW][0-9A-Z]+)>"
    r"|<!date\^\d+\^[^<>]*>"
    r"|<https://(?:[a-z0-9-]+\.)*"
    r"(?:tencentcloud\.com|tencent\.com|trtc\.io|slack\.dev|slack\.com)(?:/[^<>]*)?>"
)
_TRACE = re.compile(
    r"Traceback \(most|File \"[^\"]*\", line \d|<[\w.]+ object at 0x|<class '"
    r"|\b[A-Z]\w+Error\b\s*[:(]|SecretStr\(|\bpydantic|\bsqlalchemy|site-packages"
)
_UNSEEN = re.compile(
    r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_BARE_LINK = re.compile(r"https?://([a-z0-9.-]+)", re.IGNORECASE)
_HOSTS = ("tencentcloud.com", "tencent.com", "trtc.io", "slack.dev", "slack.com")


def fit_to_tell(told: Any) -> None:
    """Assert that nothing in *told*, a message or view, acts, or tells too much."""
    for node in _objects(told):
        kind = node.get("type")
        assert kind not in {"broadcast", "usergroup"}, f"a {kind} element"
        if kind == "user":
            named = str(node.get("user_id"))
            assert _PERSON.fullmatch(named), f"names user {named}"
        if kind == "link":
            host = _BARE_LINK.match(str(node.get("url")))
            assert host, f"link to {node.get('url')}"
            assert host[1].endswith(_HOSTS), f"link to {host[1]}"
        if isinstance(node.get("text"), str) and kind in {None, "mrkdwn", "message"}:
            _parsed_text(node["text"])
    for said in _strings(told):
        assert not _TRACE.search(said), f"tells of the inside: {_TRACE.search(said)}"
        unseen = _UNSEEN.search(said)
        assert not unseen, f"an unseen character: {unseen and ascii(unseen[0])}"


def _parsed_text(said: str) -> None:
    for found in _BRACKETS.finditer(said):
        ours = _OURS.fullmatch(found[0])
        assert ours, f"an unescaped bracket: {found[0][:60]}"
        named = ours["user"]
        assert not named or _PERSON.fullmatch(named), f"names {named}"
    assert not _ENTITY.search(said), "an unescaped ampersand"


def _objects(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        for inside in node.values():
            yield from _objects(inside)
    elif isinstance(node, list):
        for inside in node:
            yield from _objects(inside)


def _strings(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for inside in node.values():
            yield from _strings(inside)
    elif isinstance(node, list):
        for inside in node:
            yield from _strings(inside)
