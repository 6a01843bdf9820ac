"""All commands under one roof: where the door brings every ask.

Whatever happens in a command, the asker is told something: a `UserError` in its own
words, everything else as an incident that the log explains.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import structlog

from bot.dialogue.ask import Ask, Person
from bot.dialogue.form import Form, Option
from bot.dialogue.outcome import Outcome
from bot.errors import (
    InvalidRequest,
    JournalUnavailable,
    KeyReused,
    NotAllowed,
    UserError,
)
from bot.grammar.parser import Miss, read
from bot.operations.service import Service
from bot.routing import help as manual
from bot.routing.command import Answer, Command

HELP = {"help", "--help", "-h", "?", "帮助"}

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Router:
    """The commands by name, and the service behind them."""

    commands: Mapping[str, Command]
    service: Service

    async def answer(self, ask: Ask) -> Answer:
        """Return what *ask* leads to. Errors are told, never raised."""
        command = self.commands.get(ask.command)
        if command is None:
            return manual.no_such_command(ask.command, self.commands)
        try:
            return await self._answer(command, ask)
        except Exception as error:  # noqa: BLE001 - whatever broke, the asker is told
            return self._told(error, ask)

    async def submit(self, ask: Ask) -> Answer:
        """Take a form that was sent in.

        Raises:
            InvalidRequest: faults under the form's own field names.
        """
        try:
            return await self.commands[ask.command].forms[ask.text](ask, self.service)
        except InvalidRequest:
            raise
        except NotAllowed as refused:
            await self.service.note_refusal(ask, ask.text, refused)
            return manual.told(refused, ask)
        except Exception as error:  # noqa: BLE001 - whatever broke, the asker is told
            return self._told(error, ask)

    async def redraw(self, ask: Ask) -> Form:
        """Return the form of *ask* as its choices now want it."""
        return await self.commands[ask.command].redraws[ask.text](ask, self.service)

    async def options(
        self, command: str, source: str, query: str, who: Person
    ) -> tuple[Option, ...]:
        """Return what *source* offers for *query*; from memory, never the cloud."""
        return await self.commands[command].sources[source](query, who, self.service)

    async def home(self, who: Person) -> Outcome:
        """Return what the Home tab shows *who*."""
        return await manual.home(who, self.commands, self.service)

    async def _answer(self, command: Command, ask: Ask) -> Answer:
        if ask.text.strip().casefold() in HELP:
            return manual.command_page(command)
        words = read(ask.text, command.vocabulary)
        if isinstance(words, Miss):
            return manual.missed(command, words)
        subcommand = command.subcommands[words.subcommand]
        if "help" in words.flags:
            return manual.subcommand_page(command, subcommand)
        try:
            answer = await subcommand.handler(ask.reading(words), self.service)
        except NotAllowed as refused:
            await self.service.note_refusal(ask, subcommand.name, refused)
            answer = manual.told(refused, ask)
        except UserError as error:
            answer = manual.told(error, ask)
        return manual.remarked(answer, words.remarks)

    def _told(self, error: Exception, ask: Ask) -> Outcome:
        if isinstance(error, UserError):
            return manual.told(error, ask)
        if isinstance(error, KeyReused):
            return manual.reused()
        incident = self.service.new_incident()
        log.error("ask.failed", incident=incident, command=ask.command, exc_info=error)
        if isinstance(error, JournalUnavailable):
            return manual.journal_away(incident)
        return manual.broken(incident)
