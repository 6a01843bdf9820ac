"""Tables that readers sort and filter themselves, and lines where there are none.

No event tells what somebody sorted; whatever can be done to a row stands elsewhere.
https://docs.slack.dev/reference/block-kit/blocks/data-table-block
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.dialogue.outcome import Outcome, Points, Span, Table
from bot.i18n import _
from bot.slack.render import limits
from bot.slack.render.escape import clean, cut, size
from bot.slack.render.spans import Json, is_blank, rich

NOTHING = "-"  # Slack refuses an empty cell


def data_table(table: Table) -> list[Json]:
    """Return *table* as a block, of as many rows as it may have; none of none.

    What is left out is counted in the caption.
    """
    head = [_raw(name) for name in table.head]
    rows = [_row(row, len(head)) for row in table.rows[: limits.TABLE_ROWS]]
    left = limits.TABLE_TEXT - _weight(head)
    kept: list[list[Json]] = []
    for row in rows:
        left -= _weight(row)
        if left < 0:
            break
        kept.append(row)
    if not kept:
        return []
    caption = table.caption
    if missing := len(table.rows) - len(kept):
        sentence = _("{caption} (+{n} more)")
        caption = sentence.format(caption=caption, n=missing)
    block = {
        "type": "data_table",
        "caption": cut(clean(caption), limits.SELECT_LABEL),
        "page_size": min(len(kept), limits.TABLE_PAGE),
        "row_header_column_index": 0,
        "rows": [head, *kept],
    }
    return [block]


def spread(outcome: Outcome) -> Outcome:
    """Return *outcome* with lines in place of tables, for where none can stand."""
    parts = tuple(
        Points("", tuple(map(_line, part.rows))) if isinstance(part, Table) else part
        for part in outcome.parts
    )
    return replace(outcome, parts=parts)


def _line(row: tuple[Span, ...]) -> tuple[Span, ...]:
    spans = [span for cell in row for span in (" · ", cell)]
    return tuple(spans[1:])


def _row(row: Sequence[Span], columns: int) -> list[Json]:
    cells = [_cell(span) for span in row[:columns]]
    return [*cells, *[_raw("")] * (columns - len(cells))]


def _cell(span: Span) -> Json:
    if isinstance(span, str) or is_blank((span,)):
        return _raw(span if isinstance(span, str) else "")
    section = {
        "type": "rich_text_section",
        "elements": rich((span,), limits.TABLE_CELL),
    }
    return {"type": "rich_text", "elements": [section]}


def _raw(text: str) -> Json:
    shown = cut(clean(text).replace("\n", " "), limits.TABLE_CELL).strip()
    return {"type": "raw_text", "text": shown or NOTHING}


def _weight(cells: Iterable[Json]) -> int:
    return sum(size(str(text)) for cell in cells for text in _texts(cell))


def _texts(node: Any) -> Iterator[Any]:
    if isinstance(node, Mapping):
        for key, value in node.items():
            if key in {"text", "fallback", "user_id"}:
                yield value
            else:
                yield from _texts(value)
    elif isinstance(node, list):
        for one in node:
            yield from _texts(one)
