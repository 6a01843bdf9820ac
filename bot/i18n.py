"""Translation: every sentence that a person reads goes through `_()`.

The language is that of the reader's Slack locale, which is set while an answer is
prepared; what everybody in a channel sees may have a language of its own. The source
is in English; a catalogue is read when its first reader comes. `bot/catalogues.py`
makes them. Here too the commands that a sentence names get the prefix of this Slack.
"""

import gettext
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict
from pydantic_core import PydanticCustomError

DEFAULT_LOCALE = "en-US"
SOURCE = "en"  # the language of the source
MOST_LOCALES = 100  # that are remembered; Slack has some twenty
CATALOGUES = Path(__file__).parent / "locale"
_reader: ContextVar[str | Callable[[], str]] = ContextVar(
    "reader", default=DEFAULT_LOCALE
)


class _Reading:
    """A block in which is translated to *locale*; entered several times a command."""

    __slots__ = ("_locale", "_token")

    def __init__(self, locale: str | Callable[[], str]) -> None:
        self._locale = locale

    def __enter__(self) -> None:
        self._token = _reader.set(self._locale)

    def __exit__(self, *_error: object) -> None:
        _reader.reset(self._token)


def reading_in(locale: str | Callable[[], str]) -> AbstractContextManager[None]:
    """Translate to *locale* (as Slack writes it, `zh-CN`) inside the block.

    One that is asked for may become known only while an answer is prepared.
    """
    return _Reading(locale)


def once_known(locale: Callable[[], str]) -> Callable[[], str]:
    """Return *locale* as what is asked until it is known: empty is not."""
    answer = ""

    def read() -> str:
        nonlocal answer
        answer = answer or locale()
        return answer

    return read


def reader_locale() -> str:
    """Return the locale that is translated to."""
    locale = _reader.get()
    return (locale if isinstance(locale, str) else locale()) or DEFAULT_LOCALE


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


@lru_cache(MOST_LOCALES)
def catalogue(locale: str, domain: str = "patchbay") -> gettext.NullTranslations:
    """Return the catalogue of *domain* for a reader of *locale*."""
    return _catalogue(language_of(locale), domain)


@cache
def _catalogue(language: str, domain: str) -> gettext.NullTranslations:
    name = language.replace("-", "_")
    return gettext.translation(domain, CATALOGUES, [name], fallback=True)


def _(sentence: str) -> str:
    """Return *sentence* in the reader's language, its commands as they are typed."""
    return read_as(sentence, reader_locale()) if sentence else ""


def n_(one: str, many: str, count: int) -> str:
    """Return *one* or *many*, as the reader's language counts *count*."""
    return _called(catalogue(reader_locale()).ngettext(one, many, count))


def read_as(sentence: str, locale: str, domain: str = "patchbay") -> str:
    """Return *sentence* of *domain* as a reader of *locale* reads it."""
    return _called(catalogue(locale, domain).gettext(sentence))


def later(sentence: str) -> str:
    """Mark *sentence* for the catalogues, and leave it: `_()` translates it when read.

    For what is written down before there is a reader, as the values of a table.
    """
    return sentence


# ── what the commands are called ─────────────────────────────────────────────────


class _Commands:
    """What goes before the names in Slack: of the process, as its settings are."""

    __slots__ = ("named", "prefix")

    def __init__(self) -> None:
        self.prefix = ""
        self.named: re.Pattern[str] | None = None


_commands = _Commands()


@contextmanager
def commands_called(prefix: str, names: Iterable[str]) -> Iterator[None]:
    """Put *prefix* before the commands *names* in all that is read meanwhile.

    In sentences they stand without it (`/relay list`, or `/{command}`), so that no
    catalogue depends on a workspace. What others typed or answered stays as it is.
    """
    former = _commands.prefix, _commands.named
    some = "|".join((*map(re.escape, names), r"\{command\}"))
    named = re.compile(rf"(?<![\w/.:}}-])/(?=(?:{some})(?![\w-]))", re.ASCII)
    _commands.prefix, _commands.named = prefix, named if prefix else None
    try:
        yield
    finally:
        _commands.prefix, _commands.named = former


def slash(typed: str) -> str:
    """Return the command *typed* (`relay list`) as it is typed in this Slack."""
    return f"/{_commands.prefix}{typed}"


def command_prefix() -> str:
    """Return what goes before the names of commands."""
    return _commands.prefix


def _called(sentence: str) -> str:
    named = _commands.named
    return named.sub(f"/{_commands.prefix}", sentence) if named else sentence


# ── what is set ──────────────────────────────────────────────────────────────────


def _is_there(language: str) -> str:
    """Refuse a *language* of which there is no catalogue; none is left to readers."""
    if language and language not in languages():
        facts = {"languages": " or ".join(languages())}
        raise PydanticCustomError("language", "write {languages}", facts)
    return language


def _is_channel(name: str) -> str:
    """Refuse what is no ID of a channel."""
    if not re.fullmatch(r"[CG][A-Z0-9]{1,30}", name, re.ASCII):
        sentence = "an ID begins with C or G, in capitals and digits; a name is none"
        raise PydanticCustomError("channel", sentence)
    return name


Language = Annotated[str, AfterValidator(_is_there)]


class Channel(BaseModel):
    """What is set for one channel."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    id: Annotated[str, AfterValidator(_is_channel)]
    language: Language


@dataclass(frozen=True, slots=True)
class Languages:
    """The languages of channels, and that of all others; empty: the asker's."""

    default: str = ""
    own: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, default: str, channels: Iterable[Channel]) -> Self:
        """Return what is set: *default*, and what *channels* have of their own."""
        return cls(default, {one.id: one.language for one in channels})

    def at(self, channel: str, asker: str, *, direct: bool = False) -> str:
        """Return the language at *channel*, where somebody who reads *asker* asks.

        *direct*: between that person and the bot alone.
        """
        return asker if direct else self.own.get(channel) or self.default or asker


AS_ASKED = Languages()
