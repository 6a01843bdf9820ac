"""Outcomes as Block Kit: messages, the Home tab, modals, and lines between fields.

Data goes into rich text or plain text, where Slack parses nothing, wherever Slack takes
those. In mrkdwn it is escaped, and characters that would format it are replaced.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from bot.dialogue.outcome import (
    Bold,
    Button,
    Buttons,
    Code,
    Facts,
    Line,
    Outcome,
    Part,
    Picture,
    Points,
    Row,
    Select,
    Span,
    Table,
)
from bot.i18n import _, reader_locale
from bot.slack.render import fit, limits, tables
from bot.slack.render.buttons import Numbers, beside, closing, numbers, row, select
from bot.slack.render.escape import ELLIPSIS, clean, cut, escape
from bot.slack.render.origin import workspace
from bot.slack.render.spans import (
    Json,
    emphasised,
    is_blank,
    mrkdwn_text,
    plain_text,
    rich,
)

MOST_CACHED = 256  # messages, of some 10 kB each


def message(outcome: Outcome) -> Json:
    """Return *outcome* as the `text` and `blocks` of a message.

    `text` is for notifications and screen readers; Slack parses it. The result may
    be cached and must not be changed.
    https://docs.slack.dev/reference/methods/chat.postMessage
    """
    if outcome.handle:  # of one thing, of which there is seldom the same to say twice
        return _message(outcome)
    return _cached(outcome, reader_locale(), workspace())


@lru_cache(MOST_CACHED)
def _cached(outcome: Outcome, _locale: str, _workspace: str) -> Json:
    return _message(outcome)


def _message(outcome: Outcome) -> Json:
    text = escape(cut(outcome.plain, limits.FALLBACK, sent_as=escape)).strip()
    blocks = fit.fitted([*_pieces(outcome)], fit.MESSAGE)
    return {"text": text or ELLIPSIS, "blocks": blocks}


def home(outcome: Outcome) -> Json:
    """Return *outcome* as the view of the Home tab.

    https://docs.slack.dev/reference/views/home-tab-views
    """
    pieces = [*_pieces(tables.spread(outcome))]
    return {"type": "home", "blocks": fit.fitted(pieces, fit.VIEW)}


def without_actions(outcome: Outcome) -> list[Json]:
    """Return *outcome* as blocks for a modal, without buttons and menus.

    The press of a button in a modal comes without a channel to answer in.
    """
    parts = tuple(
        replace(part, menu=()) if isinstance(part, Row) else part
        for part in outcome.parts
        if not isinstance(part, Buttons | Select)
    )
    inert = tables.spread(replace(outcome, parts=parts, buttons=(), menu=()))
    return fit.fitted([*_pieces(inert)], fit.VIEW)


def paragraph(part: Line | Picture) -> list[Json]:
    """Return *part* as a block, or no block if it is blank."""
    if isinstance(part, Picture):
        return [_picture(part)]
    if is_blank(part.spans):
        return []
    return [_small(part.spans) if part.quiet else _text(part.spans)]


def _picture(part: Picture) -> Json:
    """Return *part* as an image, or in words as long as Slack has no file of it.

    https://docs.slack.dev/reference/block-kit/blocks/image-block
    """
    if not part.file:
        return _small((part.words,))
    return {
        "type": "image",
        "slack_file": {"id": part.file},
        "alt_text": cut(clean(part.words), limits.ALT_TEXT),
    }


def _pieces(outcome: Outcome) -> Iterator[fit.Piece]:
    """Order the pieces as docs/voice.md says; a closing row of buttons stays last."""
    numbered = numbers()
    yield fit.Piece(_headline(outcome, numbered), stays=True)
    yield fit.Piece(paragraph(Line(outcome.sentence)), stays=True)
    yield fit.Piece(_lines(outcome.targets))
    if outcome.buttons:
        yield fit.Piece(closing(outcome.buttons, outcome.menu, numbered), stays=True)
    last = () if outcome.context else outcome.parts[-1:]
    if not (last and isinstance(last[0], Buttons)):
        last = ()
    for part in outcome.parts[: len(outcome.parts) - len(last)]:
        yield _piece(part, numbered)
    yield fit.Piece(_context(outcome), stays=True)
    for part in last:
        yield _piece(part, numbered)


def _headline(outcome: Outcome, numbered: Numbers) -> list[Json]:
    spans = (ELLIPSIS,) if is_blank(outcome.headline) else outcome.headline
    sign = (f"{outcome.tone.value} ",) if outcome.tone.value else ()
    menu = () if outcome.buttons else outcome.menu
    return _with_menu((*sign, *emphasised(spans)), menu, numbered)


def _lines(lines: Sequence[tuple[Span, ...]]) -> list[Json]:
    """Return *lines* of small print as one block."""
    shown = fit.fitted_lines([spans for spans in lines if not is_blank(spans)])
    spans = [span for one in shown for span in ("\n", *one)]
    return [_small(spans[1:])] if spans else []


def _context(outcome: Outcome) -> list[Json]:
    """Return what does not change, and the request ID, in one line."""
    facts = outcome.context
    if outcome.request_id:  # as code it would take a line more
        facts = (*facts, (_("Request {id}").format(id=outcome.request_id),))
    spans = [span for fact in facts if not is_blank(fact) for span in (" · ", *fact)]
    return [_small(spans[1:])] if spans else []


def _piece(part: Part, numbered: Numbers) -> fit.Piece:
    return fit.Piece(_part(part, numbered), stays=isinstance(part, Buttons | Select))


def _part(part: Part, numbered: Numbers) -> list[Json]:
    match part:
        case Line() | Picture():
            return paragraph(part)
        case Facts(pairs):
            return _facts(pairs)
        case Code(text):
            return _code(text)
        case Points():
            return _points(part)
        case _:
            return _of_many(part, numbered)


def _of_many(part: Row | Buttons | Select | Table, numbered: Numbers) -> list[Json]:
    """Return what lists are made of, and what can be pressed."""
    match part:
        case Row(spans, menu):
            shown = (ELLIPSIS,) if is_blank(spans) else spans
            return _with_menu(shown, menu, numbered)
        case Buttons(buttons):
            return row(buttons, numbered)
        case Select():
            return select(part, numbered)
        case Table():
            return tables.data_table(part)


def _with_menu(
    spans: Sequence[Span], menu: Sequence[Button], numbered: Numbers
) -> list[Json]:
    """Only a section can have a menu beside its text, and its text is mrkdwn.

    https://docs.slack.dev/reference/block-kit/blocks/section-block
    """
    accessory, below = beside(menu, numbered)
    if accessory is None:
        return [_text(spans)]
    text = mrkdwn_text(spans)
    return [{"type": "section", "text": text, "accessory": accessory}, *below]


def _facts(pairs: Sequence[tuple[str, tuple[Span, ...]]]) -> list[Json]:
    facts = [(Bold(label), "  ", *value) for label, value in pairs]
    lines = fit.fitted_lines([fact for fact in facts if not is_blank(fact)])
    spans = [span for fact in lines for span in ("\n", *fact)]
    return [_text(spans[1:])] if spans else []


def _code(text: str) -> list[Json]:
    shown = cut(clean(text).strip("\n"), limits.TEXT)
    if not shown.strip():
        return []
    return [_rich_text(_of("preformatted", rich((shown,))))]


def _points(points: Points) -> list[Json]:
    title = rich(() if is_blank((points.title,)) else (Bold(points.title),))
    lines = fit.fitted_lines([spans for spans in points.lines if not is_blank(spans)])
    elements = [_of("section", title)] if title else []
    if lines:
        items = [_of("section", rich(spans)) for spans in lines]
        style = "ordered" if points.numbered else "bullet"
        elements.append(_of("list", items) | {"style": style})
    return [_rich_text(*elements)] if elements else []


def _text(spans: Sequence[Span]) -> Json:
    return _rich_text(_of("section", rich(spans)))


def _small(spans: Sequence[Span]) -> Json:
    """Return *spans* in small print; plain text would run its lines into one.

    https://docs.slack.dev/reference/block-kit/blocks/context-block
    """
    texts = [span for span in spans if isinstance(span, str)]
    if len(texts) == len(spans) and "\n" not in "".join(texts).strip():
        element = plain_text("".join(texts), limits.CONTEXT_TEXT)
    else:
        element = mrkdwn_text(spans, limits.CONTEXT_TEXT)
    return {"type": "context", "elements": [element]}


def _rich_text(*elements: Json) -> Json:
    """https://docs.slack.dev/reference/block-kit/blocks/rich-text-block."""
    return {"type": "rich_text", "elements": list(elements)}


def _of(kind: str, elements: list[Json]) -> Json:
    return {"type": f"rich_text_{kind}", "elements": elements}
