"""What went wrong, what it means and what to do about it."""

from collections.abc import Iterable

from bot.dialogue.outcome import (
    Bold,
    Facts,
    Link,
    Mono,
    Outcome,
    Part,
    Points,
    Span,
    line,
)
from bot.i18n import _, reader_locale
from bot.journal.model import Intent
from bot.tencent.explain import Explanation, explain


def explained(explanation: Explanation, request_id: str = "") -> Outcome:
    """Return what an error code means and what to do about it."""
    parts: list[Part] = [line(explanation.means)]
    if not explanation.exact:
        sentence = _(
            "This is what the general code means; the exact one is not listed."
        )
        parts.append(line(sentence, quiet=True))
    if explanation.causes:
        causes = tuple((cause,) for cause in explanation.causes)
        parts.append(Points(_("Usual causes"), causes))
    if explanation.steps:
        steps = tuple((step,) for step in explanation.steps)
        parts.append(Points(_("Do this"), steps, numbered=True))
    pairs: list[tuple[str, tuple[Span, ...]]] = [
        (_("Does a retry help?"), (_retry(explanation),))
    ]
    if explanation.ask:
        pairs.append((_("Who to ask"), (explanation.ask,)))
    parts.append(Facts(tuple(pairs)))
    if explanation.url:
        parts.append(line(Link(explanation.url, _("Tencent's page")), quiet=True))
    title: tuple[Span, ...] = (Mono(explanation.code), "  ", Bold(explanation.title))
    if explanation.product:
        title += ("  ", explanation.product.upper())
    return Outcome(headline=title, parts=tuple(parts), request_id=request_id)


def _retry(explanation: Explanation) -> str:
    word = {"yes": _("Yes."), "no": _("No."), "after": _("Not yet.")}
    return f"{word[explanation.retry]} {explanation.retry_hint}".strip()


def failure(intent: Intent, product: str) -> Iterable[Part]:
    """Yield what became of *intent*, what its error of *product* means, what to do."""
    code = intent.settlement.error_code
    yield line(Bold(code), "  ", intent.settlement.error_text)
    for meaning in explain(code, product=product, locale=reader_locale())[:1]:
        yield line(meaning.means)
        steps = tuple((step,) for step in meaning.steps[:3])
        yield Points(_("Do this"), steps, numbered=True)
        yield line(_("Does a retry help?"), " ", _retry(meaning), quiet=True)
