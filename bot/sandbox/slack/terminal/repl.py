"""The terminal at somebody's keyboard, or at the end of a pipe."""

import asyncio
import contextlib
import threading
from collections.abc import Iterator, Mapping
from typing import Protocol, TextIO

from bot.sandbox.slack.client.client import Client
from bot.sandbox.slack.model.changes import Change
from bot.sandbox.slack.terminal.metacommands import MetaCommand
from bot.sandbox.slack.terminal.terminal import Terminal


class Lines(Protocol):
    """Lines that somebody types, or that are piped in."""

    def isatty(self) -> bool:
        """Tell whether somebody types."""

    def __iter__(self) -> Iterator[str]:
        """Return the lines as they come."""


async def repl(
    client: Client,
    typed: Lines,
    shown: TextIO,
    *,
    commands: Mapping[str, MetaCommand] | None = None,
) -> None:
    """Read lines from *typed* and print to *shown*, until `:quit` or the end."""
    await _Repl(client, typed, shown, commands).run()


class _Repl:
    def __init__(
        self,
        client: Client,
        typed: Lines,
        shown: TextIO,
        commands: Mapping[str, MetaCommand] | None,
    ) -> None:
        self._typed = typed
        self._shown = shown
        self._prompting = False  # the prompt is the last thing on the screen
        self._idle = False  # a line is being waited for
        self._lines: asyncio.Queue[str | None] = asyncio.Queue()
        self._terminal = Terminal(client, self._print, commands=commands)

    async def run(self) -> None:
        self._read_on(asyncio.get_running_loop())
        stop = self._terminal.space.feed.listen(self._changed)
        try:
            await self._terminal.enter("")
            while not self._terminal.ended:
                line = await self._next()
                if line is None:
                    break
                await self._terminal.enter(line)
        finally:
            stop()
            self._terminal.close()

    async def _next(self) -> str | None:
        self._idle = True
        self._prompt()
        line = await self._lines.get()
        self._idle = self._prompting = False
        if not self._typed.isatty():
            self._write(f"{(line or '').strip()}\n")
        return line

    def _print(self, line: str) -> None:
        self._write(("\n" if self._prompting else "") + line + "\n")
        self._prompting = False

    def _write(self, text: str) -> None:
        self._shown.write(text)
        self._shown.flush()

    def _prompt(self) -> None:
        if self._idle and not self._prompting:
            self._prompting = True
            self._write(self._terminal.prompt)

    def _changed(self, _change: Change) -> None:
        """Show the question and the prompt again, below what just came."""
        if self._idle and not self._prompting:
            asyncio.get_running_loop().call_soon(self._again)

    def _again(self) -> None:
        if self._idle and not self._prompting:
            self._terminal.ask()
            self._prompt()

    def _read_on(self, loop: asyncio.AbstractEventLoop) -> None:
        """Read in a thread that nothing waits for: a terminal may never end."""

        def read() -> None:
            with contextlib.suppress(RuntimeError):  # the loop closed: nobody listens
                for line in self._typed:
                    loop.call_soon_threadsafe(self._lines.put_nowait, line)
                loop.call_soon_threadsafe(self._lines.put_nowait, None)

        threading.Thread(target=read, name="keyboard", daemon=True).start()
