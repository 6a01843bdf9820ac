"""Translation: every sentence that a person reads goes through `_()`.

The language is that of the reader's Slack locale, which is set while an answer is
prepared. The source is in English; a catalogue is read when its first reader comes.
`bot/catalogues.py` makes them.
"""

import gettext
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

DEFAULT_LOCALE = "en-US"
SOURCE = "en"  # the language of the source
CATALOGUES = Path(__file__).parent / "locale"
_reader: ContextVar[str] = ContextVar("reader", default=DEFAULT_LOCALE)


@contextmanager
def reading_in(locale: str) -> Iterator[None]:
    """Translate to *locale* (as Slack writes it, `zh-CN`) inside the block."""
    token = _reader.set(locale or DEFAULT_LOCALE)
    try:
        yield
    finally:
        _reader.reset(token)


def reader_locale() -> str:
    """Return the locale that is translated to."""
    return _reader.get()


@cache
def languages(catalogues: Path = CATALOGUES) -> tuple[str, ...]:
    """Return the languages there are, as Slack writes them; the source's first."""
    there = sorted(path.parent.name for path in catalogues.glob("*/LC_MESSAGES"))
    return (SOURCE, *(name.replace("_", "-") for name in there))


def language_of(locale: str, among: tuple[str, ...] | None = None) -> str:
    """Return the language that a reader of *locale* gets, of those *among* which.

    Their own, or else one that is written for others who speak it; or the source's.
    """
    offered = languages() if among is None else among
    wanted = locale.casefold().replace("_", "-")
    spoken = wanted.partition("-")[0]
    for one in offered:
        if one.casefold() == wanted:
            return one
    alike = (one for one in offered if one.casefold().partition("-")[0] == spoken)
    return next(alike, SOURCE)


def catalogue(locale: str, domain: str = "patchbay") -> gettext.NullTranslations:
    """Return the catalogue of *domain* for a reader of *locale*."""
    return _catalogue(language_of(locale), domain)


@cache
def _catalogue(language: str, domain: str) -> gettext.NullTranslations:
    name = language.replace("-", "_")
    return gettext.translation(domain, CATALOGUES, [name], fallback=True)


def _(sentence: str) -> str:
    """Return *sentence* in the reader's language."""
    return catalogue(reader_locale()).gettext(sentence) if sentence else ""


def n_(one: str, many: str, count: int) -> str:
    """Return *one* or *many*, as the reader's language counts *count*."""
    return catalogue(reader_locale()).ngettext(one, many, count)


def later(sentence: str) -> str:
    """Mark *sentence* for the catalogues, and leave it: `_()` translates it when read.

    For what is written down before there is a reader, as the values of a table.
    """
    return sentence
