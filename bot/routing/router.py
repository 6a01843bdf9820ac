"""Leads every ask to its subcommand, and every error to an answer.

Whatever happens in a command, the asker gets an answer: a `UserError` in its own
words, everything else as an incident that the log explains.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from typing import TypeVar

import structlog

from bot.access.permits import Permit
from bot.access.policy import NO_CHANNEL
from bot.dialogue.ask import Ask, Person, Place, Surface
from bot.dialogue.form import Form, Option
from bot.dialogue.outcome import Line, Outcome, plain
from bot.dialogue.words import Token, TokenKind, Words
from bot.errors import (
    InvalidRequest,
    JournalUnavailable,
    KeyReused,
    NotAllowed,
    NotFound,
    Unreadable,
    UsageError,
    UserError,
)
from bot.grammar.addresses import find_addresses
from bot.grammar.parser import Miss, classify, read
from bot.grammar.vocabulary import HELP
from bot.i18n import _
from bot.ids import ChannelId, FormId, MessageTs
from bot.operations import forms
from bot.operations.approving import Approving
from bot.routing import help as help_pages
from bot.routing import replies
from bot.routing.command import Answer, Command, Subcommand
from bot.routing.home import home
from bot.routing.pace import Paces
from bot.runtime import metrics
from bot.runtime.redact import HIDE
from bot.runtime.tracing import note, span

ASKS_HELP = HELP | {"--help", "-h"}
OVERVIEW = "patchbay"  # the command that explains all of them

Way = TypeVar("Way")
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Router:
    """The commands by name, the service behind them, and how fast one may ask."""

    commands: Mapping[str, Command]
    service: Approving
    paces: Paces
    answering: Callable[[], AbstractContextManager[None]] = nullcontext

    def new_incident(self) -> str:
        """Return a short name under which the log says what broke."""
        return self.service.new_incident()

    def ends(self, command: str, text: str) -> bool:
        """Tell whether *text* after *command* ends or settles something."""
        named = self.commands.get(command)
        return named is not None and named.ends(text)

    def ends_by_form(self, command: str, name: str) -> bool:
        """Tell whether the form *name* of *command* ends or settles something."""
        named = self.commands.get(command)
        return named is not None and named.ends_by_form(name)

    @property
    def first_words(self) -> Collection[str]:
        """What a message may begin with, so that it is no look-up."""
        return self.commands.keys() | HELP

    async def answer(self, ask: Ask) -> Answer:
        """Return what *ask* leads to. Errors are answered, never raised."""
        if ask.command in HELP:
            ask = replace(ask, command=OVERVIEW, text=f"help {ask.text}")
        command = self.commands.get(ask.command)
        if command is None:
            return help_pages.no_such_command(ask.command, self.commands)
        with self.answering(), span("command"):
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
        with self.answering(), span("command"):
            return await self._submitted(ask)

    async def _submitted(self, ask: Ask) -> Answer:
        try:
            command, form = self._of_form(ask, lambda named: named.forms)
            _name(ask.command, ask.text)
            forms.check_told(ask)
            if not form.permit.ends:
                self.paces.take(ask.who)
            anyway = form.permit.ends  # a stop is never too late
            service = await self._returned(ask, form.permit, anyway=anyway)
            return await form.answer(_heard(ask, command), service)
        except InvalidRequest:
            raise
        except NotAllowed as refused:
            await self._record(ask, ask.text, refused)
            faults = refused.faults or {"": replies.refusal(refused)}
            raise InvalidRequest(faults) from None
        except UserError as error:  # whatever was filled in stays where it is
            raise InvalidRequest({"": str(error)}) from None
        except JournalUnavailable as error:
            raise InvalidRequest({"": _in_one(self._failed(error, ask))}) from None
        except Exception as error:  # noqa: BLE001 - whatever broke, the form stays
            raise InvalidRequest({"": _in_one(self._failed(error, ask))}) from None

    async def redraw(self, ask: Ask) -> Form | Outcome:
        """Return the form of *ask* as its choices now want it, or why it stays."""
        try:
            command, form = self._of_form(ask, lambda named: named.redraws)
            ask = ask.hidden(_hide, command.sent)
            self.paces.take(ask.who)
            # too old or sent in is told once it is sent in
            service = await self._returned(ask, form.permit, anyway=True)
            return await form.answer(ask, service)
        except NotAllowed as refused:
            await self._record(ask, ask.text, refused)
            return replies.error_reply(refused, changes=False)
        except Exception as error:  # noqa: BLE001 - whatever broke, the asker gets an answer
            return self._failed(error, ask)

    async def reopened(self, ask: Ask, form: Form) -> Form | Outcome:
        """Return *form*, which could not be opened when *ask*'s person asked for it."""
        try:
            permit = self.commands[form.command].forms[form.subcommand].permit
            where = await self.service.form_place(ask.who, form.form_id)
            await self.service.admitted(ask.who, where, permit)
            await self.service.ensure_open(ask, form.form_id)
        except NotAllowed as refused:
            await self._record(ask, form.subcommand, refused)
            return replies.error_reply(refused, changes=False)
        except Exception as error:  # noqa: BLE001 - whatever broke, the asker gets an answer
            return self._failed(error, ask)
        return form

    async def alarm(self, name: str, sentence: str) -> None:
        """Tell the operators *sentence* about what Slack calls *name*."""
        await self.service.alarm(name, sentence)

    async def alert_at(self, channel: str, ts: str) -> tuple[str, str] | None:
        """Return the id of what the alert at a place is about, and its workspace."""
        return await self.service.alert_at(ChannelId(channel), MessageTs(ts))

    async def options(
        self, command: str, source: str, query: str, who: Person, form: FormId
    ) -> tuple[Option, ...]:
        """Return what *source* offers for *query* in *form*; never from the cloud."""
        try:
            ask = _asked(who, command, source)
            _command, offers = self._of_form(ask, lambda named: named.sources)
            where = await self.service.form_place(who, form)
            service = await self.service.admitted(who, where, offers.permit)
        except NotAllowed as refused:
            await self._record(ask, source, refused)
            return ()
        except UsageError:  # of another release: what it offers nobody could send in
            return ()
        return await offers.answer(_hide(query), who, service)

    async def home(self, who: Person) -> Outcome:
        """Return what the Home tab shows *who*."""
        ask = _asked(who, "patchbay", "home")
        try:
            return await home(ask, self.commands, self.service)
        except Exception:  # whatever broke, the reader is told
            incident = self.new_incident()
            log.exception("home.failed", incident=incident)
            return replies.broken(incident)

    async def _answer(self, command: Command, ask: Ask) -> Answer:
        if ask.text.strip().casefold() in ASKS_HELP:
            if command.name == OVERVIEW:
                return help_pages.launcher(self.commands)
            return help_pages.command_page(command)
        words = read(ask.text, command.vocabulary)
        if isinstance(words, Words) and "help" in words.flags:
            subcommand = command.subcommands[words.subcommand]
            return help_pages.subcommand_page(command, subcommand)
        try:
            if isinstance(words, Miss):
                await self.service.rights.check_at_home(ask.who, command.name)
                return help_pages.missed(command, _as_told(words, ask, command))
            subcommand = command.subcommands[words.subcommand]
            _name(command.name, subcommand.name)
            self.paces.take(ask.who, subcommand.does)
            ask = _heard(_read(ask, words, command), command)
            return await self._led(subcommand, ask, ask.words)
        except NotAllowed as refused:
            named = "" if isinstance(words, Miss) else words.subcommand
            await self._record(ask, named, refused)
            answer = replies.error_reply(refused, changes=_changes(words, command))
        except UserError as error:
            answer = replies.error_reply(error, changes=_changes(words, command))
        remarks = () if isinstance(words, Miss) else words.remarks
        return replies.remarked(answer, tuple(map(_hide, remarks)))

    async def _led(self, subcommand: Subcommand, ask: Ask, words: Words) -> Answer:
        """Ask for the permit of *subcommand*, and lead *ask* there.

        Raises:
            NotAllowed: policy refuses it.
        """
        permit = subcommand.permit_for(words)
        service = await self.service.admitted(ask.who, ask.where, permit)
        subcommand.check_words(words, ask.command)
        words = await self._in_thread(ask, words, subcommand, service)
        try:
            answer = await subcommand.handler(ask.reading(words), service)
        except NotFound as missing:
            changes = not subcommand.words.reads
            answer = replies.error_reply(missing, changes=changes)
        kept_back = (replies.kept_back(),) if service.keeps_back else ()
        return replies.remarked(answer, (*words.remarks, *kept_back))

    def _of_form(
        self, ask: Ask, ways: Callable[[Command], Mapping[str, Way]]
    ) -> tuple[Command, Way]:
        """Return the command of *ask*, of a form, and which of its *ways* is meant.

        Raises:
            UsageError: there is none, as in a form that another release opened.
        """
        command = self.commands.get(ask.command)
        way = ways(command).get(ask.text) if command else None
        if command is None or way is None:
            raise forms.too_old()
        return command, way

    async def _returned(self, ask: Ask, permit: Permit, *, anyway: bool) -> Approving:
        """Return the service for *ask*, judged where its form was asked for.

        *anyway*: also if its form stands nowhere any more.

        Raises:
            NotAllowed: policy refuses it.
            UsageError: the form is too old, or somebody else's.
        """
        at_home = self.service.rights.check_at_home
        await at_home(ask.who, permit.action, ends=permit.ends)
        try:
            placed, service = await self.service.placed(ask)
        except UsageError as too_old:
            if not anyway:
                raise
            try:
                return await self.service.admitted(ask.who, ask.where, permit)
            except NotAllowed:
                raise too_old from None
        return await service.admitted(placed.who, placed.where, permit)

    async def _record(self, ask: Ask, name: str, refused: NotAllowed) -> None:
        await self.service.record_refusal(ask, f"{ask.command}.{name}", refused)

    async def _in_thread(
        self, ask: Ask, words: Words, subcommand: Subcommand, service: Approving
    ) -> Words:
        """Add the thing under whose card *ask* stands, if it names none itself."""
        if words.ids or not subcommand.in_thread or not ask.where.parent:
            return words
        thing = await service.posted(ask.who, ask.where.channel, ask.where.parent)
        if thing is None or service.resources.of(thing).command != ask.command:
            return words
        return replace(words, ids=(Token(thing.handle, TokenKind.HANDLE),))

    def _failed(self, error: Exception, ask: Ask) -> Outcome:
        if isinstance(error, UserError):
            return replies.error_reply(error, changes=False)
        if isinstance(error, KeyReused):
            return replies.reused()
        incident = self.new_incident()
        log.error("ask.failed", incident=incident, command=ask.command, exc_info=error)
        if isinstance(error, Unreadable):
            return replies.unreadable(incident)
        if isinstance(error, JournalUnavailable):
            shared = self.service.journal.life.shared
            return replies.journal_away(incident, shared=shared)
        return replies.broken(incident)


def _name(command: str, subcommand: str) -> None:
    """Say which subcommand it is that is answered, to who measures and who traces."""
    metrics.name(command, subcommand)
    note(command=command, subcommand=subcommand)


def _in_one(outcome: Outcome) -> str:
    """Return what *outcome* says as one text, for a form that stays as it is."""
    lines = (plain(part.spans) for part in outcome.parts if isinstance(part, Line))
    return " ".join((outcome.plain, *lines))


# ── secrets that were typed ──────────────────────────────────────────────────────


def _read(ask: Ask, words: Words, command: Command) -> Ask:
    """Return *ask* with its text read into *words*; it stays where prose is read."""
    if not command.vocabulary.takes_anything:
        return replace(ask, words=words, text="")
    return replace(ask, words=words, aims=find_addresses(f"{ask.text}\n{ask.pasted}"))


def _heard(ask: Ask, command: Command) -> Ask:
    """Return *ask* as *command* gets it: a secret is only where it is sent.

    Raises:
        InvalidRequest: one stands where it would be sent and shown; masked it would
            be another request.
        UsageError: a mention stands for what was typed, which Slack does not say.
    """
    _check_mentions(ask.words, command)
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


def _check_mentions(words: Words, command: Command) -> None:
    """Refuse a mention of which Slack sends an ID alone, but in a remark or prose."""
    if not words.mentions or command.vocabulary.takes_anything:
        return
    values = [value for key, value in words.given() if key not in command.remarks]
    values += [token.text for token in words.ids]
    for one in words.mentions:
        if any(one in text for text in values):
            sentence = _(
                "Slack sends {mention} for what you typed: type it without @ or #."
            )
            raise UsageError(sentence.format(mention=one))


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


def _changes(words: Words | Miss, command: Command) -> bool:
    """Tell whether the subcommand of *words* changes anything."""
    subcommand = command.subcommands.get(words.subcommand)
    return subcommand is not None and not subcommand.words.reads


def _asked(who: Person, command: str, text: str) -> Ask:
    """Return what *who* asks of *command* where there is no channel."""
    return Ask(
        command=command,
        text=text,
        who=who,
        where=Place(channel=NO_CHANNEL),
        surface=Surface.FORM,
        key="",
    )
