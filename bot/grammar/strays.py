"""What may be meant by words that stand alone, where there is one too many."""

from collections.abc import Iterator, Sequence
from itertools import islice

from bot.grammar.cut import Word
from bot.grammar.times import duration_of, is_moment
from bot.grammar.vocabulary import LENGTH, MOMENT, SINCE, Syntax

EQUALS = "="


def meant_by(words: Sequence[Word], subcommand: Syntax) -> tuple[str, ...]:
    """Return what may be meant by those of *words* that stand alone: `--go`, `for=2h`.

    Each as it would be typed after *subcommand*, which takes it.
    """
    alone = [word.text for word in words if not (word.quoted or word.pair or word.flag)]
    return tuple(dict.fromkeys(_meant(alone, subcommand)))


def _meant(alone: list[str], subcommand: Syntax) -> Iterator[str]:
    left = iter([one for one in alone if one != EQUALS])
    for text in left:
        key = text.casefold().removesuffix(":")
        if key in subcommand.keys:
            if value := next(left, ""):
                yield f"{key}={value}"
        elif (flag := text.lstrip("-").casefold()) in subcommand.flags:
            yield f"--{flag}"
        else:
            fitting = (key for key in _keys_for(text) if key in subcommand.keys)
            yield from (f"{key}={text}" for key in islice(fitting, 1))


def _keys_for(text: str) -> tuple[str, ...]:
    """Return the keys that are typed before what looks like *text*."""
    if "://" in text:
        return ("url",)
    if duration_of(text):
        return LENGTH, SINCE
    return (MOMENT, SINCE) if is_moment(text) else ()
