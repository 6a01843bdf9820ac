"""Misses: what was typed and not understood, and the sentence that says so.

A miss names what may have been meant and is never acted upon: a change is not run
from a guess.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from bot.grammar.suggestions import key_named, keys_like
from bot.grammar.vocabulary import COMMON_FLAG, Syntax, Vocabulary
from bot.i18n import _, slash
from bot.spelling import nearest

MOST_TAKERS = 3  # subcommands that are named for a key
LONGEST_ECHO = 40  # characters of what was typed that a sentence repeats


@dataclass(frozen=True, slots=True)
class Miss:
    """What was not understood: a "subcommand", "key", "flag", "empty" or "long".

    *candidates* are whole commands, without the slash command, that may have been
    meant; *reads*: they change nothing. *subcommand* is the one that it stands after.
    """

    typed: str
    part: str
    candidates: tuple[str, ...]
    reads: bool
    sentence: str
    subcommand: str = ""


@dataclass(frozen=True, slots=True)
class Position:
    """The *word* in question, as typed, after *subcommand* of the slash *command*."""

    command: str
    subcommand: Syntax
    before: Sequence[str]
    word: str
    after: Sequence[str]
    others: Sequence[Syntax] = ()  # all that the command has

    def takers(self, key: str) -> Iterator[str]:
        """Yield the subcommands that take *key*, as they are typed."""
        for one in self.others:
            if key.casefold() in one.keys:
                yield slash(f"{self.command} {one.name}")

    def retyped(self, word: str) -> str:
        """Return the whole command with *word* in place of the one in question."""
        return " ".join((self.subcommand.name, *self.before, word, *self.after))


def too_long(text: str, most: int) -> Miss:
    """Return the miss for *text* of more than *most* characters."""
    sentence = _("That is {n} characters; {most} is the limit.").format(
        n=f"{len(text):,}", most=f"{most:,}"
    )
    return _miss(text, "long", sentence)


def no_subcommand(text: str, vocabulary: Vocabulary) -> Miss:
    """Return the miss for a command without a subcommand, which begins with *text*."""
    sentence = _("/{command} needs a subcommand: {subcommands}.").format(
        command=vocabulary.command, subcommands=vocabulary.listed
    )
    return _miss(text, "empty", sentence)


def unknown_subcommand(text: str, rest: Sequence[str], vocabulary: Vocabulary) -> Miss:
    """Return the miss for *text* where a subcommand was expected, before *rest*."""
    near = nearest(text.casefold(), vocabulary.sayings())
    subcommands = {one.name: one for word in near if (one := vocabulary.means(word))}
    sentence = (
        _("/{command} has no “{typed}”.")
        if subcommands
        else _("/{command} has no “{typed}”; it has {subcommands}.")
    )
    sentence = sentence.format(
        command=vocabulary.command,
        typed=text[:LONGEST_ECHO],
        subcommands=vocabulary.listed,
    )
    return replace(
        _miss(text, "subcommand", sentence),
        candidates=tuple(" ".join((name, *rest)) for name in subcommands),
        reads=bool(subcommands) and all(one.reads for one in subcommands.values()),
    )


def no_topic(text: str, vocabulary: Vocabulary) -> Miss:
    """Return the miss for *text* where help on a subcommand was asked for."""
    miss = unknown_subcommand(text, ["--help"], vocabulary)
    return replace(miss, reads=bool(miss.candidates))


def unknown_flag(flag: str, position: Position) -> Miss:
    """Return the miss for a *flag* that the subcommand does not declare."""
    flags = (*position.subcommand.flags, COMMON_FLAG)
    if near := nearest(flag, flags):
        return _meant(f"--{flag}", "flag", {f"--{o}": f"--{o}" for o in near}, position)
    if keys := keys_like(flag, position.subcommand.keys):
        # The value may stand in the next word, so no whole command can be offered.
        return _meant(f"--{flag}", "flag", {f"{key}=": "" for key in keys}, position)
    sentence = _("There is no --{flag}; /{command} {subcommand} takes {flags}.")
    sentence = sentence.format(
        flag=flag[:LONGEST_ECHO],
        command=position.command,
        subcommand=position.subcommand.name,
        flags=", ".join(f"--{one}" for one in flags),
    )
    return _after(position, _miss(f"--{flag}", "flag", sentence))


def unknown_key(key: str, position: Position) -> Miss:
    """Return the miss for a *key* that the subcommand does not declare."""
    keys, short = position.subcommand.keys, key[:LONGEST_ECHO]
    if named := key_named(key, keys):
        return _named(key, *named, position)
    if near := keys_like(key, keys):
        meant = {f"{one}=": position.word.replace(key, one, 1) for one in near}
        return _meant(f"{short}=", "key", meant, position)
    takers = ", ".join(islice(position.takers(key), MOST_TAKERS))
    sentence = (
        _("There is no “{key}” in /{command} {subcommand}; it goes with {takers}.")
        if takers
        else _("There is no “{key}” in /{command} {subcommand}.")
    ).format(
        key=short,
        command=position.command,
        subcommand=position.subcommand.name,
        takers=takers,
    )
    return _after(position, _miss(f"{short}=", "key", sentence))


def of_another(key: str, other: str, position: Position) -> Miss:
    """Return the miss for a *key* that the subcommand *other* takes."""
    beside = (*position.before, *position.after)
    named = (one for one in beside if "=" not in one and not one.startswith("--"))
    meant = " ".join((other, *named, position.word))
    sentence = _("“{key}=” is not for /{command} {subcommand}: use {meant}.").format(
        key=key[:LONGEST_ECHO],
        command=position.command,
        subcommand=position.subcommand.name,
        meant=slash(f"{position.command} {meant}"),
    )
    miss = _after(position, _miss(f"{key}=", "key", sentence))
    return replace(miss, candidates=(meant,))


def twice(key: str, position: Position) -> Miss:
    """Return the miss for a *key* that says one thing, and was given two values."""
    sentence = _("“{key}=” was given twice, with different values: say it once.")
    miss = _miss(f"{key}=", "key", sentence.format(key=key))
    return _after(position, miss)


def unchangeable_key(key: str, sign: str, position: Position) -> Miss:
    """Return the miss for a *key* that takes `=` only, typed with *sign*.

    Nothing is offered instead: to set a value is another wish than to add one.
    """
    short = key[:LONGEST_ECHO]
    sentence = _("/{command} {subcommand} takes “{key}=” only, not “{key}{sign}”.")
    sentence = sentence.format(
        command=position.command,
        subcommand=position.subcommand.name,
        key=short,
        sign=sign,
    )
    return _after(position, _miss(f"{short}{sign}", "key", sentence))


def _miss(text: str, part: str, sentence: str) -> Miss:
    return Miss(text[:LONGEST_ECHO], part, (), reads=False, sentence=sentence)


def _after(position: Position, miss: Miss) -> Miss:
    """Add where it was typed, so that the usage of that can be told."""
    return replace(miss, subcommand=position.subcommand.name)


def _named(key: str, meant: str, thing: str, position: Position) -> Miss:
    """Return the miss for a *key* that is a name of *thing*, which *meant* is for."""
    word = position.word.replace(key, meant, 1)
    sentence = _("There is no “{key}”; for {thing} use {example}.").format(
        key=key[:LONGEST_ECHO], thing=_(thing), example=word[:LONGEST_ECHO]
    )
    return replace(
        _after(position, _miss(f"{key[:LONGEST_ECHO]}=", "key", sentence)),
        candidates=(position.retyped(word),),
        reads=position.subcommand.reads,
    )


def _meant(typed: str, part: str, meant: Mapping[str, str], position: Position) -> Miss:
    """Return the miss for *typed*, with what may have been *meant*.

    That is: how it is named, and the word to type for it.
    """
    shown = typed[: LONGEST_ECHO + 2]
    sentence = _("There is no {typed}. Did you mean {meant}?").format(
        typed=shown, meant=" ".join(meant)
    )
    commands = tuple(position.retyped(word) for word in meant.values() if word)
    return replace(
        _after(position, _miss(typed, part, sentence)),
        candidates=commands,
        reads=bool(commands) and position.subcommand.reads,
    )
