"""Blocks in the oldest layout: sections, context and actions.

Slack has refused newer blocks while it took these. What is told is the same: the text
of a rich text block becomes mrkdwn, as in a section that has a menu.
https://docs.slack.dev/reference/block-kit/blocks
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from bot.dialogue.outcome import Bold, Clock, Link, Mono, Span, When, Who
from bot.i18n import _
from bot.ids import SlackUserId
from bot.slack.render import limits
from bot.slack.render.escape import cut, escape, size
from bot.slack.render.spans import MOMENTS, Json, mrkdwn, mrkdwn_text

KEPT = {"section", "context", "actions", "input"}
_TICKS = "```"
_TABLE = "data_table"
_CLOCKS = {form: shown for shown, form in MOMENTS.items()}


def reduced(blocks: Sequence[Json]) -> list[Json]:
    """Return *blocks* in the oldest layout; of what has no place there, nothing."""
    plain: list[Json] = []
    for block in blocks:
        if block.get("type") in KEPT:
            plain.append(block)
        elif block.get("type") == "rich_text":
            plain += (_section(text) for text in _texts(block))
        elif block.get("type") == "image":
            text = cut(str(block["alt_text"]), limits.CONTEXT_TEXT)
            element = {"type": "plain_text", "text": text}
            plain.append({"type": "context", "elements": [element]})
        elif block.get("type") == _TABLE:
            plain += _in_lines(block)
    return plain


def has_table(blocks: Iterable[Json]) -> bool:
    """Tell whether one of *blocks* is a table that readers can sort."""
    return any(block.get("type") == _TABLE for block in blocks)


def without_tables(blocks: Iterable[Json]) -> list[Json]:
    """Return *blocks* with lines in place of each table that readers can sort."""
    return [
        one
        for block in blocks
        for one in (_in_lines(block) if block.get("type") == _TABLE else [block])
    ]


def without_buttons(blocks: Sequence[Json]) -> list[Json]:
    """Return *blocks* without what can be pressed, for where nothing can answer."""
    return [
        {name: value for name, value in block.items() if name != "accessory"}
        for block in blocks
        if block.get("type") != "actions"
    ]


def _in_lines(table: Json) -> list[Json]:
    """Return the rows of *table* in sections, a line each, as far as there is room.

    What is left out is counted beside its caption. Times are longer in lines.
    """
    _head, *rows = table["rows"]
    texts, left = [""], limits.TABLE_TEXT
    for number, row in enumerate(rows):
        spans = [span for cell in row for span in (" · ", *_in_cell(cell))]
        line = mrkdwn(spans[1:], limits.TEXT - 1)
        left -= size(line) + 1
        if left < 0:
            sentence, missing = _("{caption} (+{n} more)"), len(rows) - number
            line = escape(sentence.format(caption=table["caption"], n=missing))
        if size(texts[-1]) + size(line) >= limits.TEXT:
            texts.append("")
        texts[-1] += f"{line}\n"
        if left < 0:
            break
    return [
        _section({"type": "mrkdwn", "text": one, "verbatim": True})
        for text in texts
        if (one := text.strip())
    ]


def _in_cell(cell: Json) -> Iterator[Span]:
    if "elements" not in cell:
        yield str(cell.get("text", ""))
    else:
        yield from map(_span, cell["elements"][0]["elements"])


def _section(text: Json) -> Json:
    return {"type": "section", "text": text}


def _texts(block: Json) -> Iterator[Json]:
    for element in block["elements"]:
        match element["type"]:
            case "rich_text_preformatted":
                yield _preformatted(element)
            case "rich_text_list":
                yield mrkdwn_text(_items(element))
            case _:
                yield mrkdwn_text(map(_span, element["elements"]))


def _preformatted(element: Json) -> Json:
    text = "".join(str(part.get("text", "")) for part in element["elements"])
    inside = text.replace(_TICKS, "'''")
    room = limits.TEXT - 2 * len(_TICKS)
    shown = escape(cut(inside, room, sent_as=escape))
    return {"type": "mrkdwn", "text": f"{_TICKS}{shown}{_TICKS}", "verbatim": True}


def _items(element: Json) -> Iterator[Span]:
    numbered = element.get("style") == "ordered"
    for number, item in enumerate(element["elements"], 1):
        yield f"{number}. " if numbered else "• "
        yield from map(_span, item["elements"])
        yield "\n"


def _span(element: Mapping[str, Any]) -> Span:
    style = element.get("style") or {}
    match element["type"]:
        case "user":
            return Who(SlackUserId(element["user_id"]))
        case "date":
            shown = _CLOCKS.get(element["format"], Clock.MOMENT)
            return When(datetime.fromtimestamp(element["timestamp"], UTC), shown)
        case "link":
            return Link(element["url"], element["text"])
    text = str(element.get("text", ""))
    if style.get("code"):
        return Mono(text)
    return Bold(text) if style.get("bold") else text
