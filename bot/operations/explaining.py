"""What an error means to whoever asks: of which product it is, and which was the last.

A code is asked about by name, by its last part (`NoIdle`), or as the asker's last.
"""

import re

from bot.cards import errors
from bot.cards.intent import failed_act
from bot.dialogue.ask import Ask
from bot.dialogue.outcome import Outcome
from bot.dialogue.words import Token, TokenKind
from bot.errors import InvalidRequest
from bot.grammar.tokens import of_product
from bot.i18n import _
from bot.operations.service import Service
from bot.tencent.explain import explain, products, subcoded

LAST = Token("last error", TokenKind.ERROR)
_AROUND = "?!.,:;()[]\"'“”"
_NAMING = re.compile(
    "(?:user|room|task|session|request|sdkapp)[_-]?ids?", re.IGNORECASE
)
_IN_ENGLISH = ({"last", "error"}, {"last", "failure"})
_BESIDE = frozenset(
    {"my", "the", "a", "what", "was", "is", "why", "explain", "show", "did", "i", "get"}
)
_IN_CHINESE = frozenset(
    {"上次错误", "上一个错误", "最近的错误", "我的上一个错误", "我上次的错误"}
)


def last_error_in(text: str) -> tuple[Token, ...]:
    """Return the asker's last error as what *text* names, if it is all that it says."""
    words = {word.strip("?.!,") for word in text.casefold().split()} - _BESIDE
    in_chinese = words and words <= _IN_CHINESE
    return (LAST,) if words in _IN_ENGLISH or in_chinese else ()


def codes_in(text: str) -> list[Token]:
    """Return the codes whose last part is a word of *text*, as `SlowDown` is of two.

    Or whose name in Tencent's SDKs it is: `FAILEDOPERATION_SLOWDOWN`.
    """
    words = [word.strip(_AROUND) for word in text.split()]
    if len(words) > 1:  # where it names what stands behind it
        words = [word for word in words if not _NAMING.fullmatch(word)]
    codes = dict.fromkeys(code for word in words for code in subcoded(word))
    return [Token(code, TokenKind.ERROR) for code in codes]


async def explained(token: Token, ask: Ask, service: Service) -> Outcome:
    """Return what the error *token* means; of several products', that asked about."""
    if token == LAST:
        return await _last_error(ask, service)
    product, code = of_product(token.text)
    product = _named(ask) or product or await _above(code, ask, service)
    return errors.answer(code, product)


async def _last_error(ask: Ask, service: Service) -> Outcome:
    failed = await service.last_failed(ask.who)
    if failed is None:
        sentence = _("Nothing that you asked for is on record with an error.")
        return Outcome(headline=(sentence,))
    return failed_act(failed, service.resources.of(failed))


def _named(ask: Ask) -> str:
    """Return the product that *ask* names, by `product=` or as a word; or nothing.

    Raises:
        InvalidRequest: there is no product of that name.
    """
    words = [token.text.casefold() for token in ask.words.ids]
    typed = ask.value("product").casefold()
    if typed in products():
        return typed
    if typed and len(words) < 2:  # noqa: PLR2004 - else it stands in a log line
        sentence = _("“{given}” is not one of {words}.")
        named = ", ".join(products())
        raise InvalidRequest({"product": sentence.format(given=typed, words=named)})
    return next((one for one in words if one in products()), "")


async def _above(code: str, ask: Ask, service: Service) -> str:
    """Return the product whose card stands above, if it gives *code*; or nothing."""
    where = ask.where
    if not where.parent:
        return ""
    card = await service.posted(ask.who, where.channel, where.parent)
    product = service.resources.of(card).product if card else ""
    meanings = explain(code, product=product) if product else ()
    return product if any(one.exact for one in meanings) else ""
