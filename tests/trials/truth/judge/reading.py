"""Lines that people read, as claims: by one table, which belongs to one vocabulary.

A line of the table is a kind of claim, and a pattern for a whole line of a message.
`<R>` in it is a handle, `<room>` a room, `<T>` a moment that is claimed, `<t>` any
moment, `<U>` a person, `<ID>` a TaskId, `<any>` whatever follows. What no pattern takes
is unread, which is an error of the judge: so new words cannot slip past.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

TRUTH = Path(__file__).parents[1]
EXPLANATIONS = Path(__file__).parents[4] / "bot" / "tencent" / "explanations"

NOBODY = "Nobody could be called. "  # in the place of whom an alert calls

MACROS = {  # what is made of others stands first
    "<likely>": r"<sign>(?:Most likely: )?",
    "<heard>": r"(?: Heard <t>\.)?",
    "<stopped>": r"[Aa-z ]+(?:: (?:camera|screen) off| left| timed out) <t>\.",
    "<guest>": r"(?P<guest>[a-z]+)",
    "<pushed>": (  # what a CDN gets, of a sample with its age
        r"(?: · (?:(?:\d+ fps · )?<rate> · <t>(?:; <rate> before <t>)?"
        r"|CDN: no data since <t>))?"
    ),
    "<rate>": r"[\d.]+ [kM]bit/s",
    "<row>": r"(?:(?:(?P<room1>q\w+)|<cut>|<ID>) · )?",
    "<head>": (
        r"(?: · <t>(?: <u>)?|(?:   | · )room (?P<room2>q\w+)"
        r"| · room (?P<room3>q\w+)(?: → \S+(?: \+\d+)?)? · <t>(?: <u>)?)?"
    ),
    "<below>": r"(?:room q\w+(?: → \S+(?: \+\d+)?)?|<cut>|<ID>)",
    "<who>": r"(?:<R>|<ID>)",
    "<place>": r"(?:(?:rtmps?://)?(?:[\w-]+\.)+[a-z]+(?::\d+)?(?:/\S*)?|a target)",
    "<error>": (  # no word of a sentence has two capitals, or a point in it
        r"(?:\d+|patchbay\.\w+|(?:[A-Z][a-z]+){2,}(?:\.\w+)*)(?:: <any>)?"
    ),
    "<reason>": r".*?",
    "<yet>": (
        r"(?:Tencent knows no task of the ID that was attached: \S+ )?"
        r"Do not start it again yet: it may be running and billed. "
    ),
    "<cause>": (
        r"(?:a target failed|not live after 60 s|nobody in the room"
        r"|unknown, and not settled|a stop did not get through)"
    ),
    "<R>": r"(?P<handle>[RSG]\d+)",
    "<room>": r"(?P<room>q\w+)",
    "<T>": r"(?P<time>\{[^}]+\})",
    "<T2>": r"(?P<time2>\{[^}]+\})",
    "<t>": r"\{[^}]+\}",
    "<U>": r"@(?P<user>[A-Z0-9]+)",
    "<u>": r"@[A-Z0-9]+",
    "<ID>": r"(?P<task>-[\w+./-]{8,})",
    "<cut>": r"-[\w+./-]{3,}…[\w+./-]+",
    "<n>": r"(?P<n>\d+)",
    "<url>": r"(?:rtmps?://\S+|a target)",
    "<dot>": r"[🟢🟡🟠🔴⚪]",
    "<word>": (
        r"(?P<word>(?:connecting|live|reconnecting|disconnecting|idle) since"
        r"|failed|disconnected)"
    ),
    "<went>": r"(?P<word>lost its connection|recovered|failed)",
    "<numbers>": r"(?P<numbers>\d+(?:, \d+)*)",
    "<for>": r"(?P<for>[\d dhmins]+)",
    "<code>": r"[A-Za-z]+(?:\.[A-Za-z]+)*",
    "<sign>": r"(?P<sign>[🔵🟢🟡🟠🔴⚪⚠️❔✅]*) ?",
    "<any>": r".*",
}


@dataclass(frozen=True)
class Claim:
    """What one line says: its kind, and what the pattern found in it."""

    kind: str
    line: str
    found: dict


class Words:
    """A vocabulary; *text* is its table, *quoted* are sentences that claim nothing.

    Quoted is what explains Tencent's errors: it says nothing of any relay.
    """

    def __init__(self, text, quoted=()):
        self._quoted = frozenset(quoted)
        self._patterns = []
        for number, line in enumerate(text.splitlines(), 1):
            if not line.strip() or line.startswith("#"):
                continue
            kind, _bar, pattern = line.partition(" | ")
            for name, meaning in MACROS.items():
                pattern = pattern.replace(name, meaning)
            try:
                compiled = re.compile(pattern.strip())
            except re.error as error:
                raise ValueError(f"line {number}: {error}") from None
            self._patterns.append((kind.strip(), compiled))
        self._known = {}

    def read(self, line):
        """Return the claim of *line*, or None if the table does not know it."""
        if line not in self._known:
            self._known[line] = self._read(line)
        return self._known[line]

    def _read(self, line):
        line = line.removeprefix(NOBODY)
        for kind, pattern in self._patterns:
            if match := pattern.fullmatch(line):
                found = {k: v for k, v in match.groupdict().items() if v is not None}
                for name in {"room1", "room2", "room3"} & found.keys():
                    found["room"] = found.pop(name)
                return Claim(kind, line, found)
        if line in self._quoted:
            return Claim("neutral", line, {})
        return None


@cache
def words():
    """Return the vocabulary of this repository's bot."""
    quoted = [
        sentence.strip()
        for file in EXPLANATIONS.rglob("*.yaml")
        for sentence in _texts(yaml.safe_load(file.read_text()))
    ]
    return Words((TRUTH / "words.txt").read_text(), quoted)


def _texts(node):
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict | list):
        for one in node.values() if isinstance(node, dict) else node:
            yield from _texts(one)
