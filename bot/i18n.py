"""Translation: every sentence that a person reads goes through `_()`.

The language is that of the reader's Slack locale, which is set while an answer is
prepared. The source is in English.
"""

import gettext
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

DEFAULT_LOCALE = "en-US"
_reader: ContextVar[str] = ContextVar("reader", default=DEFAULT_LOCALE)
_CATALOGUES = Path(__file__).parent / "locale"


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
def _catalogue(locale: str) -> gettext.NullTranslations:
    names = [locale.replace("-", "_"), locale.split("-", maxsplit=1)[0]]
    return gettext.translation("patchbay", _CATALOGUES, names, fallback=True)


def _(sentence: str) -> str:
    """Return *sentence* in the reader's language."""
    return _catalogue(reader_locale()).gettext(sentence)


def n_(one: str, many: str, count: int) -> str:
    """Return *one* or *many*, as the reader's language counts *count*."""
    return _catalogue(reader_locale()).ngettext(one, many, count)


def later(sentence: str) -> str:
    """Mark *sentence* for the catalogues, and leave it: `_()` translates it when read.

    For what is written down before there is a reader, as the values of a table.
    """
    return sentence
