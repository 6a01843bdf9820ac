"""All rooms under one roof: where the door brings every ask.

Whatever happens in a room, the asker is told something: a `UserError` in its own
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
from bot.operations.service import Desk
from bot.routing import help as manual
from bot.routing.command import Answer, Room

HELP = {"help", "--help", "-h", "?", "帮助"}

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class House:
    """The rooms by name, and the desk behind them."""

    rooms: Mapping[str, Room]
    desk: Desk

    async def answer(self, ask: Ask) -> Answer:
        """Return what *ask* leads to. Errors are told, never raised."""
        room = self.rooms.get(ask.room)
        if room is None:
            return manual.no_such_room(ask.room, self.rooms)
        try:
            return await self._answer(room, ask)
        except Exception as error:  # noqa: BLE001 - whatever broke, the asker is told
            return self._told(error, ask)

    async def submit(self, ask: Ask) -> Answer:
        """Take a form that was sent in.

        Raises:
            InvalidRequest: faults under the form's own field names.
        """
        try:
            return await self.rooms[ask.room].forms[ask.text](ask, self.desk)
        except InvalidRequest:
            raise
        except NotAllowed as refused:
            await self.desk.note_refusal(ask, ask.text, refused)
            return manual.told(refused, ask)
        except Exception as error:  # noqa: BLE001 - whatever broke, the asker is told
            return self._told(error, ask)

    async def redraw(self, ask: Ask) -> Form:
        """Return the form of *ask* as its choices now want it."""
        return await self.rooms[ask.room].redraws[ask.text](ask, self.desk)

    async def options(
        self, room: str, source: str, query: str, who: Person
    ) -> tuple[Option, ...]:
        """Return what *source* offers for *query*; from memory, never the cloud."""
        return await self.rooms[room].sources[source](query, who, self.desk)

    async def home(self, who: Person) -> Outcome:
        """Return what the Home tab shows *who*."""
        return await manual.home(who, self.rooms, self.desk)

    async def _answer(self, room: Room, ask: Ask) -> Answer:
        if ask.text.strip().casefold() in HELP:
            return manual.room_page(room)
        words = read(ask.text, room.vocabulary)
        if isinstance(words, Miss):
            return manual.missed(room, words)
        verb = room.verbs[words.verb]
        if "help" in words.flags:
            return manual.verb_page(room, verb)
        try:
            answer = await verb.handler(ask.reading(words), self.desk)
        except NotAllowed as refused:
            await self.desk.note_refusal(ask, verb.name, refused)
            answer = manual.told(refused, ask)
        except UserError as error:
            answer = manual.told(error, ask)
        return manual.remarked(answer, words.remarks)

    def _told(self, error: Exception, ask: Ask) -> Outcome:
        if isinstance(error, UserError):
            return manual.told(error, ask)
        if isinstance(error, KeyReused):
            return manual.reused()
        incident = self.desk.new_incident()
        log.error("ask.failed", incident=incident, room=ask.room, exc_info=error)
        if isinstance(error, JournalUnavailable):
            return manual.journal_away(incident)
        return manual.broken(incident)
