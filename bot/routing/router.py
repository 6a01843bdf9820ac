"""Leads every ask to its subcommand, and every error to an answer.

Whatever happens in a command, the asker gets an answer: a `UserError` in its own
words, everything else as an incident that the log explains.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import structlog

from bot.dialogue.ask import Ask, Person
from bot.dialogue.form import Form, Option
from bot.dialogue.outcome import Outcome
from bot.dialogue.words import Token, TokenKind, Words
from bot.errors import (
    InvalidRequest,
    JournalUnavailable,
    KeyReused,
    NotAllowed,
    UserError,
)
from bot.grammar.parser import Miss, classify, read
from bot.grammar.vocabulary import HELP
from bot.i18n import _
from bot.operations.facade import Operations
from bot.routing import help as help_pages
from bot.routing import replies
from bot.routing.command import Answer, Command, Subcommand
from bot.routing.home import home
from bot.routing.pace import Paces
from bot.runtime.redact import HIDE

ASKS_HELP = HELP | {"--help", "-h"}

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Router:
    """The commands by name, the service behind them, and how fast one may ask."""

    commands: Mapping[str, Command]
    service: Operations
    paces: Paces

    def new_incident(self) -> str:
        """Return a short name under which the log says what broke."""
        return self.service.new_incident()

    async def answer(self, ask: Ask) -> Answer:
        """Return what *ask* leads to. Errors are answered, never raised."""
        command = self.commands.get(ask.command)
        if command is None:
            return help_pages.no_such_command(ask.command, self.commands)
        try:
            return await self._answer(command, ask)
        except Exception as error:  # noqa: BLE001 - whatever broke, the asker gets an answer
            return self._failed(error, ask)

    async def submit(self, ask: Ask) -> Answer:
        """Take a form that was sent in.

        Raises:
            InvalidRequest: faults under the form's own field names; what is wrong with
                all of it under the empty name.
        """
        command = self.commands[ask.command]
        try:
            self.paces.take(ask.who)
            return await command.forms[ask.text](_heard(ask, command), self.service)
        except InvalidRequest:
            raise
        except NotAllowed as refused:
            await self.service.record_refusal(ask, ask.text, refused)
            faults = refused.faults or {"": replies.refusal(refused)}
            raise InvalidRequest(faults) from None
        except UserError as error:  # whatever was filled in stays where it is
            raise InvalidRequest({"": str(error)}) from None
        except JournalUnavailable as error:
            raise InvalidRequest({"": self._failed(error, ask).plain}) from None
        except Exception as error:  # noqa: BLE001 - whatever broke, the asker gets an answer
            return self._failed(error, ask)

    async def redraw(self, ask: Ask) -> Form | Outcome:
        """Return the form of *ask* as its choices now want it, or why it stays."""
        command = self.commands[ask.command]
        ask = ask.hidden(_hide, command.sent)
        try:
            self.paces.take(ask.who)
            return await command.redraws[ask.text](ask, self.service)
        except Exception as error:  # noqa: BLE001 - whatever broke, the asker gets an answer
            return self._failed(error, ask)

    async def alarm(self, name: str, sentence: str) -> None:
        """Tell the operators *sentence* about what Slack calls *name*."""
        await self.service.alarm(name, sentence)

    async def options(
        self, command: str, source: str, query: str, who: Person
    ) -> tuple[Option, ...]:
        """Return what *source* offers for *query*; from memory, never the cloud."""
        if self.service.stranger(who):
            return ()
        offer = self.commands[command].sources[source]
        return await offer(_hide(query), who, self.service)

    async def home(self, who: Person) -> Outcome:
        """Return what the Home tab shows *who*."""
        if self.service.stranger(who):
            return help_pages.launcher(self.commands)
        try:
            return await home(who, self.commands, self.service)
        except Exception:  # whatever broke, the reader is told
            incident = self.new_incident()
            log.exception("home.failed", incident=incident)
            return replies.broken(incident)

    async def _answer(self, command: Command, ask: Ask) -> Answer:
        if ask.text.strip().casefold() in ASKS_HELP:
            return help_pages.command_page(command)
        words = read(ask.text, command.vocabulary)
        if isinstance(words, Miss):
            return help_pages.missed(command, _as_told(words, ask, command))
        subcommand = command.subcommands[words.subcommand]
        self.paces.take(ask.who, subcommand.does)
        if "help" in words.flags:
            return help_pages.subcommand_page(command, subcommand)
        try:
            if not (subcommand.for_all or subcommand.does):  # else policy is asked
                self.service.check_is_no_stranger(ask)
            ask = _heard(ask.reading(words), command)
            words = await self._in_thread(ask, ask.words, subcommand)
            answer = await subcommand.handler(ask.reading(words), self.service)
        except NotAllowed as refused:
            await self.service.record_refusal(ask, subcommand.name, refused)
            answer = replies.error_reply(refused)
        except UserError as error:
            answer = replies.error_reply(error)
        return replies.remarked(answer, words.remarks)

    async def _in_thread(self, ask: Ask, words: Words, subcommand: Subcommand) -> Words:
        """Add the thing under whose card *ask* stands, if it names none itself."""
        if words.ids or not subcommand.in_thread or not ask.where.parent:
            return words
        thing = await self.service.posted(ask.who, ask.where.channel, ask.where.parent)
        if thing is None or self.service.resources.of(thing).command != ask.command:
            return words
        return replace(words, ids=(Token(thing.handle, TokenKind.HANDLE),))

    def _failed(self, error: Exception, ask: Ask) -> Outcome:
        if isinstance(error, UserError):
            return replies.error_reply(error)
        if isinstance(error, KeyReused):
            return replies.reused()
        incident = self.new_incident()
        log.error("ask.failed", incident=incident, command=ask.command, exc_info=error)
        if isinstance(error, JournalUnavailable):
            return replies.journal_away(incident)
        return replies.broken(incident)


# ── secrets that were typed ──────────────────────────────────────────────────────


def _heard(ask: Ask, command: Command) -> Ask:
    """Return *ask* as *command* gets it: a secret is only where it is sent.

    Raises:
        InvalidRequest: one stands where it would be sent and shown; masked it would
            be another request.
    """
    values = [*ask.words.given(), *_filled_in(ask)]
    shown = sorted(
        key
        for key, value in values
        if key not in command.sent | command.remarks and _hide(value) != value
    )
    if shown:
        sentence = _("This looks like a secret, and would be shown. Nothing was sent.")
        raise InvalidRequest(dict.fromkeys(shown, sentence))
    return ask.hidden(_hide, command.sent)


def _filled_in(ask: Ask) -> Iterator[tuple[str, str]]:
    """Yield the fields of the form that *ask* sends in, and their texts."""
    for name, value in (ask.submission.values if ask.submission else {}).items():
        texts = (value,) if isinstance(value, str) else value or ()
        yield from ((name, text) for text in texts)


def _hide(text: str) -> str:
    """Return *text* without what looks secret; a word that is a TaskId is none."""
    like_one = text.startswith("-") or text[:2].lower() == "ej"
    is_task = like_one and classify(text) is TokenKind.TASK
    return text if is_task else HIDE(text)


def _as_told(miss: Miss, ask: Ask, command: Command) -> Miss:
    """Return *miss* with what was typed hidden where it is repeated.

    A word is cut to a length when it is repeated, so it is hidden before that.
    """
    again = read(HIDE(ask.text), command.vocabulary)
    sentence = again.sentence if isinstance(again, Miss) else HIDE(miss.sentence)
    return replace(miss, sentence=sentence)
