"""A file of lines, typed one after the other, and the transcript of what appeared.

Lines are typed as in the terminal. `# …` is a comment; `expect: text` waits for text to
appear after the line typed last; an empty line is typed only where a form asks.
"""

import re
from collections.abc import Callable, Iterable, Mapping

from bot.sandbox.slack.client.client import Client
from bot.sandbox.slack.terminal.metacommands import MetaCommand
from bot.sandbox.slack.terminal.terminal import Terminal

EXPECT = "expect:"

_VOLATILE = (
    (
        "uuid",
        re.compile(r"\b[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\b", re.IGNORECASE),
    ),
    ("task", re.compile(r"(?<![\w.-])-[\w+/-]{60,}\.*")),
    ("ulid", re.compile(r"\b(?:pb_)?[0-7][0-9A-HJKMNP-TV-Z]{25}\b")),
    ("time", re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z?")),
    ("time", re.compile(r"\b\d\d:\d\d(?::\d\d)?\b")),
    ("time", re.compile(r"\b\d{10}\.\d{6}\b")),
    ("port", re.compile(r"(?<=127\.0\.0\.1:)\d+")),
)


class Mask:
    """Puts stable words in the place of what differs from run to run.

    The same ID gets the same number every time: `<uuid 1>`; moments get none.
    """

    def __init__(self) -> None:
        self._seen: dict[str, dict[str, int]] = {}

    def __call__(self, line: str) -> str:
        """Return *line* with its volatile parts masked."""
        for name, pattern in _VOLATILE:
            line = pattern.sub(lambda match: self._word(name, match[0]), line)  # noqa: B023 - used at once
        return line

    def _word(self, name: str, text: str) -> str:
        if name in ("time", "port"):
            return f"<{name}>"
        seen = self._seen.setdefault(name, {})
        return f"<{name} {seen.setdefault(text, len(seen) + 1)}>"


async def play(
    client: Client,
    lines: Iterable[str],
    out: Callable[[str], None],
    *,
    mask: bool = False,
    commands: Mapping[str, MetaCommand] | None = None,
) -> int:
    """Type *lines*, write the transcript to *out*, return an exit code.

    0 when all went well, 1 when an `expect:` was not fulfilled in the feed's time:
    the rest is then not typed.
    """
    since: list[str] = []
    masked = Mask() if mask else str

    def write(line: str) -> None:
        since.append(line)
        out(masked(line))

    terminal = Terminal(client, write, commands=commands)
    try:
        for line in map(str.rstrip, lines):
            if line.startswith(EXPECT):
                wanted = line.removeprefix(EXPECT).strip()
                if not await _appears(terminal, since, wanted):
                    write(f"✗ expected: {wanted}")
                    return 1
            elif not line.startswith("#") and (line or terminal.asks):
                since.clear()
                out(masked(f"> {line}".rstrip()))
                await terminal.enter(line)
            if terminal.ended:
                break
    finally:
        terminal.close()
    return 0


async def _appears(terminal: Terminal, since: list[str], wanted: str) -> bool:
    appeared = await terminal.space.feed.until(lambda: wanted in "\n".join(since))
    if appeared:
        await terminal.catch_up()
    return appeared
