"""Misses: what was typed and not understood, and the sentence that says so.

A miss names what may have been meant and is never acted upon: a change is not run
from a guess.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.grammar.suggestions import keys_like
from bot.grammar.vocabulary import COMMON_FLAG, Syntax, Vocabulary
from bot.i18n import _
from bot.spelling import nearest

LONGEST_ECHO = 40  # characters of what was typed that a sentence repeats


@dataclass(frozen=True, slots=True)
class Miss:
    """What was not understood: a "subcommand", "key", "flag", "empty" or "long".

    *candidates* are whole commands, without the slash command, that may have been
    meant; *reads*: they change nothing.
    """

    typed: str
    part: str
    candidates: tuple[str, ...]
    reads: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class Position:
    """The *word* in question, as typed, after *subcommand* of the slash *command*."""

    command: str
    subcommand: Syntax
    before: Sequence[str]
    word: str
    after: Sequence[str]

    def retyped(self, word: str) -> str:
        """Return the whole command with *word* in place of the one in question."""
        return " ".join((self.subcommand.name, *self.before, word, *self.after))


def too_long(text: str, most: int) -> Miss:
    """Return the miss for *text* of more than *most* characters."""
    sentence = _("That is {n} characters; I read {most} at most.").format(
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
    sentence = _("/{command} has no “{typed}”.").format(
        command=vocabulary.command, typed=text[:LONGEST_ECHO]
    )
    if not subcommands:
        listed = _("It knows {subcommands}.").format(subcommands=vocabulary.listed)
        return _miss(text, "subcommand", f"{sentence} {listed}")
    return replace(
        _miss(text, "subcommand", sentence),
        candidates=tuple(" ".join((name, *rest)) for name in subcommands),
        reads=all(one.reads for one in subcommands.values()),
    )


def unknown_flag(flag: str, position: Position) -> Miss:
    """Return the miss for a *flag* that the subcommand does not declare."""
    flags = (*position.subcommand.flags, COMMON_FLAG)
    miss = _miss(
        f"--{flag}",
        "flag",
        _("I do not know --{flag}.").format(flag=flag[:LONGEST_ECHO]),
    )
    if near := nearest(flag, flags):
        return _meant(miss, {f"--{one}": f"--{one}" for one in near}, position)
    if keys := keys_like(flag, position.subcommand.keys):
        # The value may stand in the next word, so no whole command can be offered.
        return _meant(miss, {f"{key}=": "" for key in keys}, position)
    taken = _("/{command} {subcommand} takes {flags}.").format(
        command=position.command,
        subcommand=position.subcommand.name,
        flags=", ".join(f"--{one}" for one in flags),
    )
    return replace(miss, sentence=f"{miss.sentence} {taken}")


def unknown_key(key: str, position: Position) -> Miss:
    """Return the miss for a *key* that the subcommand does not declare."""
    short = key[:LONGEST_ECHO]
    sentence = _("/{command} {subcommand} has no “{key}=”.").format(
        command=position.command, subcommand=position.subcommand.name, key=short
    )
    near = keys_like(key, position.subcommand.keys)
    meant = {f"{one}=": position.word.replace(key, one, 1) for one in near}
    return _meant(_miss(f"{short}=", "key", sentence), meant, position)


def unchangeable_key(key: str, sign: str, position: Position) -> Miss:
    """Return the miss for a *key* that takes `=` only, typed with *sign*.

    Nothing is offered instead: to set a value is another wish than to add one.
    """
    short = key[:LONGEST_ECHO]
    sentence = _("/{command} {subcommand} takes “{key}=” only, not “{key}{sign}”.")
    return _miss(
        f"{short}{sign}",
        "key",
        sentence.format(
            command=position.command,
            subcommand=position.subcommand.name,
            key=short,
            sign=sign,
        ),
    )


def _miss(text: str, part: str, sentence: str) -> Miss:
    return Miss(text[:LONGEST_ECHO], part, (), reads=False, sentence=sentence)


def _meant(miss: Miss, meant: Mapping[str, str], position: Position) -> Miss:
    """Add what may have been *meant*: how it is named, and the word to type for it."""
    if not meant:
        return miss
    question = _("Did you mean {meant}?").format(meant=" ".join(meant))
    commands = tuple(position.retyped(word) for word in meant.values() if word)
    return replace(
        miss,
        candidates=commands,
        reads=bool(commands) and position.subcommand.reads,
        sentence=f"{miss.sentence} {question}",
    )
