"""What an error code means, its usual causes, what to do, and whether a retry helps.

The texts are in `explanations/*.yaml`, a file for each product, in English; a new one
is an entry there. `bot/catalogues.py` makes of them the one file that is read here, and
collects them into the catalogues `explanations.po`. A sub-code that is not listed is
explained by its parent, and says so.
"""

import json
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.errors import SettingsError
from bot.i18n import DEFAULT_LOCALE, catalogue
from bot.products import PRODUCTS

DIRECTORY = Path(__file__).parent / "explanations"
WRITTEN = DIRECTORY / "all.json"  # 200 times faster to read than YAML
EVERYWHERE = ("common", "ours")  # files whose codes belong to no one product

_PAGE = r"^(https://(cloud\.tencent|www\.tencentcloud)\.com/document/\S+)?$"

Retry = Literal["no", "yes", "after"]


@dataclass(frozen=True, slots=True)
class Explanation:
    """One meaning of *code*. *product* is empty when it means the same everywhere.

    *url*: an official page with more about it, or empty.
    Not *exact*: the code itself is not listed, this is what its parent means.
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

    def read(self, code: str, product: str, locale: str) -> Explanation:
        translated = catalogue(locale, "explanations").gettext
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
        )


def explain(
    code: str, *, product: str = "", locale: str = DEFAULT_LOCALE
) -> tuple[Explanation, ...]:
    """Return the meanings of *code*, in any case; none if it is not listed.

    With a *product*, its own meaning or else the common one. Without one, every
    product's own meaning, then the common one if it still holds for some product.
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
    return frozenset(code for _entry, code in _catalogue().values())


def _meanings(code: str, product: str, locale: str) -> tuple[Explanation, ...]:
    products = (product,) if product else PRODUCTS
    own = tuple(one for name in products if (one := _one(name, code, locale)))
    if len(own) == len(products):
        return own
    common = tuple(one for name in EVERYWHERE if (one := _one(name, code, locale)))
    return own + common


def _one(file: str, code: str, locale: str) -> Explanation | None:
    listed = _catalogue().get((file, code))
    if listed is None:
        return None
    entry, name = listed
    return entry.read(name, file if file in PRODUCTS else "", locale)


@cache
def _catalogue() -> dict[tuple[str, str], tuple[_Entry, str]]:
    """Read all entries, once.

    Raises:
        ValidationError: there is a mistake in one of them.
        SettingsError: the file was never made.
    """
    try:
        files = json.loads(WRITTEN.read_text(encoding="utf-8"))
    except FileNotFoundError:
        advice = "say make setup"
        raise SettingsError(f"{WRITTEN} is not there: {advice}") from None
    return {
        (file, code.casefold()): (_Entry.model_validate(fields), code)
        for file in (*PRODUCTS, *EVERYWHERE)
        for code, fields in files[file].items()
    }
