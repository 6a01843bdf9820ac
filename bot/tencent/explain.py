"""What an error code means, its usual causes, what to do, and whether a retry helps.

The texts are in `explanations/<product>[-<subject>].yaml`, in English; a new one is an
entry there. `bot/catalogues.py` makes of them the one file that is read here, when the
first code is asked about, and collects them into the catalogues `explanations.po`. A
sub-code that is not listed is explained by its parent, and says so.

Whether anything was done is said as `retry` concludes it, which a test sees to.
"""

import json
import re
from dataclasses import dataclass, replace
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.errors import SettingsError
from bot.i18n import DEFAULT_LOCALE, command_prefix, read_as
from bot.products import PRODUCTS

DIRECTORY = Path(__file__).parent / "explanations"
WRITTEN = DIRECTORY / "all.json"  # 200 times faster to read than YAML
MOST_READ = 256  # entries that are kept as they were read last, each in a language
EVERYWHERE = ("common", "ours")  # files whose codes belong to no one product

COMMAND = re.compile(r"(?<![a-z])/([a-z]+ [a-z]+)")  # that a step names
_PAGE = r"^(https://(cloud\.tencent|www\.tencentcloud)\.com/document/\S+)?$"

Retry = Literal["no", "yes", "after"]


@dataclass(frozen=True, slots=True)
class Explanation:
    """One meaning of *code*. *product* is empty when it means the same everywhere.

    *commands* are those that its steps name, without what has to be typed after them:
    `relay list`. *url*: an official page with more about it, or empty.
    *elsewhere*: only other tools make calls that give it. Not *exact*: the code itself
    is not listed, this is what its parent means.
    """

    code: str
    product: str
    title: str
    means: str
    causes: tuple[str, ...]
    steps: tuple[str, ...]
    retry: Retry
    retry_hint: str
    ask: str
    url: str
    commands: tuple[str, ...] = ()
    elsewhere: bool = False
    exact: bool = True


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


_Text = Annotated[str, Field(min_length=1)]


class _Entry(_Strict):
    title: _Text
    means: _Text
    causes: tuple[_Text, ...] = Field(min_length=1)  # the most usual first
    steps: tuple[_Text, ...] = Field(min_length=1)
    retry: Retry
    retry_hint: _Text
    ask: _Text
    url: str = Field(default="", pattern=_PAGE)
    elsewhere: bool = False

    def read(self, code: str, product: str, locale: str) -> Explanation:
        translated = partial(read_as, locale=locale, domain="explanations")
        return Explanation(
            code=code,
            product=product,
            title=translated(self.title),
            means=translated(self.means),
            causes=tuple(map(translated, self.causes)),
            steps=tuple(map(translated, self.steps)),
            retry=self.retry,
            retry_hint=translated(self.retry_hint),
            ask=translated(self.ask),
            url=self.url,
            elsewhere=self.elsewhere,
            commands=tuple(dict.fromkeys(COMMAND.findall(" ".join(self.steps)))),
        )


def explain(
    code: str, *, product: str = "", locale: str = DEFAULT_LOCALE
) -> tuple[Explanation, ...]:
    """Return the meanings of *code*, in any case; none if it is not listed.

    With a *product*, its own meaning or else the common one. Without one, every
    product's own meaning, then the common one if it still holds for some product; what
    only calls of other tools give is left out if there is anything else.
    """
    listed = code
    while listed:
        if meanings := _meanings(listed.casefold(), product, locale):
            if listed == code:
                return meanings
            return tuple(replace(one, code=code, exact=False) for one in meanings)
        listed = listed.rpartition(".")[0]
    return ()


def codes() -> frozenset[str]:
    """Return every code that has an explanation of its own."""
    return frozenset(code for _fields, code in _catalogue().values())


@cache
def products() -> tuple[str, ...]:
    """Return the products whose codes are explained, the most used first."""
    named = {file for file, _code in _catalogue()}.difference(EVERYWHERE, PRODUCTS)
    return (*PRODUCTS, *sorted(named))


def subcoded(word: str) -> tuple[str, ...]:
    """Return the codes whose last part is *word*, as `SlowDown` is, in any case.

    Or which Tencent's SDKs have as the constant *word*: `FAILEDOPERATION_SLOWDOWN`.
    """
    text = word.casefold()
    return tuple(
        sorted(
            code
            for code in codes()
            if code.casefold().endswith(f".{text}")
            or ("." in code and code.casefold().replace(".", "_") == text)
        )
    )


def _meanings(code: str, product: str, locale: str) -> tuple[Explanation, ...]:
    names, how = (product,) if product else products(), (code, locale, command_prefix())
    own = tuple(one for name in names if (one := _one(name, *how)))
    if len(own) < len(names):
        own += tuple(one for name in EVERYWHERE if (one := _one(name, *how)))
    return tuple(one for one in own if not one.elsewhere) or own


@lru_cache(MOST_READ)  # whoever has a bad night asks about the same few
def _one(file: str, code: str, locale: str, _prefix: str) -> Explanation | None:
    listed = _catalogue().get((file, code))
    if listed is None:
        return None
    fields, name = listed
    product = "" if file in EVERYWHERE else file
    return _Entry.model_validate(fields).read(name, product, locale)


@cache
def _catalogue() -> dict[tuple[str, str], tuple[dict[str, Any], str]]:
    """Read all entries, once: by file and code in small letters, and how it is written.

    Raises:
        SettingsError: the file was never made.
    """
    try:
        files = json.loads(WRITTEN.read_text(encoding="utf-8"))
    except FileNotFoundError:
        advice = "say make setup"
        raise SettingsError(f"{WRITTEN} is not there: {advice}") from None
    return {
        (file, code.casefold()): (fields, code)
        for file, entries in files.items()
        for code, fields in entries.items()
    }
