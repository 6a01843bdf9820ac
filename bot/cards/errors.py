"""What went wrong, what it means and what to do about it."""

from collections.abc import Iterable, Mapping, Sequence

from bot.dialogue.outcome import (
    Bold,
    Button,
    Link,
    Mono,
    Outcome,
    Part,
    Points,
    Span,
    Tone,
    line,
)
from bot.i18n import _, later, reader_locale
from bot.tencent.explain import Explanation, Retry, explain, products

# What a step says to type, and pressing a button does as well.
STEPS = {
    "patchbay doctor": later("Run doctor"),
    "patchbay whoami": later("Show your rights"),
    "relay list": later("Relays that run"),
    "car recent": later("Render sessions"),
    "car capacity": later("Count concurrency"),
}
RETRY: Mapping[Retry, str] = {
    "yes": later("Retry: yes. {hint}"),
    "no": later("Retry: no. {hint}"),
    "after": later("Retry: not yet. {hint}"),
}


def explained(explanation: Explanation, request_id: str = "") -> Outcome:
    """Return what an error code means and what to do about it, as far as here."""
    parts: list[Part] = [line(_retry(explanation))]
    if explanation.steps:
        steps = tuple((step,) for step in explanation.steps)
        parts.append(Points(_("Do this"), steps, numbered=True))
    if explanation.causes:
        causes = tuple((cause,) for cause in explanation.causes)
        parts.append(Points(_("Usual causes"), causes))
    return Outcome(
        headline=title(explanation),
        sentence=(explanation.means,),
        buttons=tuple(_steps(explanation)),
        parts=tuple(parts),
        context=tuple(_context(explanation)),
        request_id=request_id,
    )


def _steps(explanation: Explanation) -> Iterable[Button]:
    """Yield a button for each step that the bot can do by itself."""
    for typed in explanation.commands:
        if label := STEPS.get(typed):
            command, text = typed.split()
            yield Button(_(label), command, text)


def title(explanation: Explanation) -> tuple[Span, ...]:
    """Return a code, what it means in a few words, and for which product."""
    named: tuple[Span, ...] = (Mono(explanation.code), "  ", Bold(explanation.title))
    return (*named, f"  {explanation.product.upper()}".rstrip())


def answer(code: str, product: str) -> Outcome:
    """Return what *code* means to *product*; if that is empty, perhaps ask which."""
    meanings = explain(code, product=product, locale=reader_locale())
    if not meanings:
        sentence = _("{code} is not listed here.").format(code=code)
        hint = _("Quote the code and the RequestId to Tencent's support.")
        return Outcome(headline=(sentence,), tone=Tone.WARN, sentence=(hint,))
    return explained(meanings[0]) if len(meanings) == 1 else chooser(meanings)


def chooser(meanings: Sequence[Explanation]) -> Outcome:
    """Return what a code means to each product, a sentence each, and ask which."""
    code = meanings[0].code
    own = {one.product for one in meanings}
    rest = [name for name in products() if name not in own]
    lines, buttons = [], []
    for one in meanings:
        names = [one.product] if one.product else rest
        shown = ", ".join(name.upper() for name in names)
        lines.append((Bold(shown), f"  {one.means}"))
        text = f"{code} product={names[0]}"
        buttons.append(Button(shown, "lookup", text, replaces=True))
    return Outcome(
        headline=(Mono(code), "  ", Bold(_("means different things"))),
        sentence=(_("Which product did it come from?"),),
        buttons=tuple(buttons),
        parts=(Points("", tuple(lines)),),
        context=() if meanings[0].exact else (_inexact(),),
    )


def _retry(explanation: Explanation) -> str:
    text = _(RETRY[explanation.retry])
    return text.format(hint=explanation.retry_hint).strip()


def _inexact() -> tuple[Span, ...]:
    return (_("This is what the general code means; the exact one is not listed."),)


def _context(explanation: Explanation) -> Iterable[tuple[Span, ...]]:
    if not explanation.exact:
        yield _inexact()
    if explanation.ask:
        yield (_("Ask: {who}").format(who=explanation.ask),)
    if explanation.url:
        yield (Link(explanation.url, _("Tencent's page")),)


OURS = "patchbay."  # how the codes begin of what never reached Tencent, or came back


def failure(code: str, text: str, product: str) -> Outcome:
    """Return what an error of *product* means, to stand under another headline."""
    meanings = explain(code, product=product, locale=reader_locale())
    means = meanings[0].means if meanings else text
    spoken = is_ours(code) or not meanings
    return Outcome(
        headline=(),
        sentence=(text if is_ours(code) and text else means,),
        buttons=(explaining(code, product),) if meanings else (),
        context=() if spoken else tuple(in_their_words(code, text)),
    )


def reason(meaning: Explanation) -> str:
    """Return in a few words why something was not done, with Tencent's code for it."""
    title = meaning.title
    if title[1:2].islower():  # it goes on after a colon
        title = title[0].lower() + title[1:]
    if is_ours(meaning.code):
        return title
    return _("{title} ({code})").format(title=title, code=meaning.code)


def in_their_words(code: str, text: str) -> Iterable[tuple[Span, ...]]:
    """Yield an error as it came, for the small print."""
    if code:
        yield (Mono(code), f": {text}") if text else (Mono(code),)


def is_ours(code: str) -> bool:
    """Tell whether *code* is the bot's own, and not Tencent's."""
    return code.startswith(OURS)


def explaining(code: str, product: str) -> Button:
    """Return the button that says what *code* means and what to do."""
    return Button(_("Explain the error"), "lookup", f"{code} product={product}")
