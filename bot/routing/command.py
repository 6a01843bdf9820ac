"""Command and subcommand: what a command module is made of.

Its subcommands are functions of an ask and the service; a subcommand's docstring is
its help text, its usage line is what people type. A subcommand only decides
what to do: reading the words, policy, the journal and Slack belong to others.
"""

import inspect
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Generic, TypeVar

from bot.access.permits import Permit, checked
from bot.access.policy import dead_actions
from bot.dialogue.ask import Ask, Person
from bot.dialogue.form import Form, Option
from bot.dialogue.outcome import Outcome
from bot.dialogue.words import Words
from bot.errors import SettingsError, UsageError
from bot.grammar.parser import Syntax, Vocabulary, subcommand_in
from bot.i18n import _, slash
from bot.operations.service import Service
from bot.settings import Policy
from bot.tencent.models.base import Level, Request

Answer = Outcome | Form | None
DRY_RUN = "dry-run"
# What the grammar reads letter by letter as it stands: Slack's markup is another thing.
PLAIN = re.compile(r"[ -%'-;=?-~]*")
Handler = Callable[[Ask, Service], Awaitable[Answer]]
Redrawer = Callable[[Ask, Service], Awaitable[Form]]
Source = Callable[[str, Person, Service], Awaitable[tuple[Option, ...]]]
Function = TypeVar("Function", Handler, Redrawer, Source)


@dataclass(frozen=True, slots=True)
class Guarded(Generic[Function]):
    """A function that answers, and the permit without which nobody gets to it."""

    permit: Permit
    answer: Function


@dataclass(frozen=True, slots=True)
class Subcommand:
    """One thing that a command does. *usage* is what follows the subcommand's name."""

    name: str
    usage: str
    permit: Permit
    handler: Handler
    words: Syntax
    does: type[Request[Any]] | None  # what it may send to the cloud
    examples: tuple[str, ...]
    in_thread: bool = False  # bare under a card, it is about the card's thing
    settles: bool = False  # it is a person's word on what is unknown
    verbs: Mapping[str, Permit] = field(default_factory=dict)  # by the first bare word
    besides: tuple[Permit, ...] = ()  # that it asks for itself

    @property
    def ends(self) -> bool:
        """Whether it ends something, or settles it: then it is never too late."""
        return self.settles or (self.does is not None and self.does.effect.ends)

    def permit_for(self, words: Words) -> Permit:
        """Return the permit without which *words* are not answered."""
        verb = words.ids[0].text.casefold() if words.ids else ""
        return self.verbs.get(verb, self.permit)

    def check_words(self, words: Words, command: str) -> None:
        """Refuse *words* that stand alone after *command*, and that it does not take.

        Raises:
            UsageError: one is too many.
        """
        most = self.words.most
        if most is None or len(words.ids) <= most:
            return
        sentence, meant = _("Unknown word “{word}”."), " ".join(words.meant)
        if meant:
            sentence = _("Unknown word “{word}”. Did you mean {meant}?")
        raise UsageError(
            sentence.format(word=words.ids[most].text, meant=meant),
            usage=slash(f"{command} {self.name} {self.usage}".rstrip()),
        )

    @property
    def permits(self) -> tuple[Permit, ...]:
        """Every permit that it may need."""
        return (self.permit, *self.verbs.values(), *self.besides)

    @property
    def help(self) -> str:
        """The docstring, whose first line is the short help."""
        return inspect.getdoc(self.handler) or ""

    @property
    def explained(self) -> str:
        """All of the help, on one line, in the reader's language."""
        first, _newline, rest = self.help.partition("\n")
        return " ".join(filter(None, (_(first), _(" ".join(rest.split())))))

    @property
    def summary(self) -> str:
        """The first line of the help, without its full stop."""
        return _(self.help.partition("\n")[0]).rstrip(".")


@dataclass
class Command:
    """A slash command: *name* without slash and prefix, *summary* in one line.

    *bare* is the subcommand for an ID alone, or for nothing at all; with
    *takes_anything* it is for prose and log lines, too. *sent* are the keys
    and fields whose values may be secret, and are shown to nobody: only they reach the
    command as they were typed. In *remarks*, which are for people, a secret is masked;
    anywhere else it is refused.
    """

    name: str
    summary: str
    bare: str = ""
    takes_anything: bool = False
    sent: frozenset[str] = frozenset()
    remarks: frozenset[str] = frozenset({"note", "reason"})
    subcommands: dict[str, Subcommand] = field(default_factory=dict)
    forms: dict[str, Guarded[Handler]] = field(default_factory=dict)
    redraws: dict[str, Guarded[Redrawer]] = field(default_factory=dict)
    sources: dict[str, Guarded[Source]] = field(default_factory=dict)

    def subcommand(  # noqa: PLR0913 - all that a subcommand declares
        self,
        name: str,
        *,
        permit: Permit,
        usage: str = "",
        keys: Iterable[str] = (),
        flags: Iterable[str] = (),
        changes: Iterable[str] = (),
        elsewhere: Mapping[str, str] | None = None,
        several: Iterable[str] = (),
        most: int | None = None,
        does: type[Request[Any]] | None = None,
        examples: Iterable[str] = (),
        in_thread: bool = False,
        settles: bool = False,
        verbs: Mapping[str, Permit] | None = None,
        besides: Iterable[Permit] = (),
    ) -> Callable[[Handler], Handler]:
        """Make the decorated function the subcommand *name*.

        Nobody gets to it without *permit*. *does* is the request that it may send; a
        subcommand without one only reads what is on record. *in_thread*: without an ID
        it is about the thing under whose card it is asked. *keys* and *flags* are all
        that may be typed after it, and *changes* the keys that take `+=` and `-=`; what
        changes something takes --dry-run as well. *elsewhere* are keys that are looked
        for here, each with the subcommand that takes it, and *several* the keys that
        may be typed repeatedly. Of words that stand alone it takes no more than *most*,
        unless it says so itself. *settles*: it is as urgent as a stop. *verbs* are the
        bare words after which it needs another permit, and *besides* are permits that
        it asks for itself, of some of what it does.

        Raises:
            TypeError: *permit* is none, or another than that of the request.
        """
        checked(permit, does)
        for other in (*(verbs or {}).values(), *besides):
            checked(other)

        def enter(handler: Handler) -> Handler:
            reads = does is None or does.level is Level.READ
            taken = (*flags, *(() if reads else (DRY_RUN,)))
            others = tuple((elsewhere or {}).items())
            words = Syntax(
                name,
                keys=tuple(keys),
                flags=taken,
                reads=reads,
                changes=tuple(changes),
                elsewhere=others,
                several=tuple(several),
                most=most,
            )
            self.subcommands[name] = Subcommand(
                name,
                usage,
                permit,
                handler,
                words,
                does,
                tuple(examples),
                in_thread=in_thread,
                settles=settles,
                verbs=verbs or {},
                besides=tuple(besides),
            )
            return handler

        return enter

    def form(self, name: str, *, permit: Permit) -> Callable[[Handler], Handler]:
        """Make the decorated function take the submissions of the form *name*."""
        return _entering(self.forms, name, permit)

    def redraw(self, name: str, *, permit: Permit) -> Callable[[Redrawer], Redrawer]:
        """Make the decorated function redraw the form *name* after a choice."""
        return _entering(self.redraws, name, permit)

    def source(self, name: str, *, permit: Permit) -> Callable[[Source], Source]:
        """Make the decorated function offer options as somebody types."""
        return _entering(self.sources, name, permit)

    @property
    def permits(self) -> Iterable[Permit]:
        """Every permit that something here needs."""
        for subcommand in self.subcommands.values():
            yield from subcommand.permits
        for ways in (self.forms, self.redraws, self.sources):
            yield from (one.permit for one in ways.values())

    @property
    def slash(self) -> str:
        """What is typed in Slack to get here."""
        return slash(self.name)

    @property
    def hint(self) -> str:
        """The usage hint that Slack shows while the command is typed.

        Some 90 characters of it are seen: what can be done, and where more is told.
        """
        if list(self.subcommands) == [self.bare]:
            return self.subcommands[self.bare].usage
        names = " | ".join(self.subcommands)
        return f"{names} (try: {self.slash} help)"

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """What the grammar has to know to read this command's commands.

        It is asked for when it is complete, which it is at once.
        """
        words = tuple(subcommand.words for subcommand in self.subcommands.values())
        return Vocabulary(self.name, words, self.bare, self.takes_anything)

    def ends(self, text: str) -> bool:
        """Tell whether *text* asks for a subcommand that ends or settles something.

        In any spelling that the grammar takes; what is plain English and has no word
        for one is not even read.
        """
        ending, words = self._ending
        if not ending or (PLAIN.fullmatch(text) and not words.search(text)):
            return False
        return subcommand_in(text, self.vocabulary) in ending

    def ends_by_form(self, name: str) -> bool:
        """Tell whether the form *name* ends or settles something."""
        subcommand, form = self.subcommands.get(name), self.forms.get(name)
        ends = form is not None and form.permit.ends
        return ends or (subcommand is not None and subcommand.ends)

    @cached_property
    def _ending(self) -> tuple[frozenset[str], re.Pattern[str]]:
        """The subcommands that end or settle something, and all words for them."""
        vocabulary = self.vocabulary
        ending = {name for name, one in self.subcommands.items() if one.ends}
        meanings = ((word, vocabulary.means(word)) for word in vocabulary.sayings())
        words = {word for word, meant in meanings if meant and meant.name in ending}
        pattern = "|".join(map(re.escape, sorted(words)))
        return frozenset(ending), re.compile(pattern, re.IGNORECASE)


def _entering(
    into: dict[str, Guarded[Function]], name: str, permit: Permit
) -> Callable[[Function], Function]:
    checked(permit)

    def enter(function: Function) -> Function:
        into[name] = Guarded(permit, function)
        return function

    return enter


def check_rules(policy: Policy, commands: Mapping[str, Command]) -> None:
    """Refuse rules about actions that none of *commands* asks for.

    Raises:
        SettingsError: every one of them.
    """
    permits = (permit for command in commands.values() for permit in command.permits)
    actions = frozenset(permit.action for permit in permits if not permit.for_all)
    if dead := list(dead_actions(policy, actions)):
        raise SettingsError("\n".join(dead))
