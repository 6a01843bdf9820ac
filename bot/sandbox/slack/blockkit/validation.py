"""Whether Slack would take these blocks: the limits that it holds an app to.

Implements https://docs.slack.dev/reference/block-kit/blocks/ and
https://docs.slack.dev/reference/views/. Blocks that no bot here sends (cards, plans,
charts) are let through unseen.
"""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from bot.sandbox.aliases import Json
from bot.sandbox.slack.blockkit import elements
from bot.sandbox.slack.blockkit.elements import FLAG, ID, plain, words
from bot.sandbox.slack.blockkit.inputs import elements as interactive
from bot.sandbox.slack.blockkit.rules import (
    Rule,
    anything,
    by_type,
    kind,
    listed,
    one_of,
    only,
    shape,
    some,
    text,
    whole,
    wrong,
)

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
VIEW_BYTES = 250_000
MESSAGE_TEXT = 13_200  # Slack publishes no figure; refusals were seen from here on
_MARKDOWN = 12_000  # over all markdown blocks
_ROWS, _CELLS = 100, 20


def _block(
    needs: dict[str, Rule], may: dict[str, Rule] | None = None, *also: Rule
) -> Rule:
    return shape(needs, {"block_id": ID, **(may or {})}, *also)


def _input_allows(block: Json, at: str) -> Iterator[str]:
    uploads = any(e.get("type") == "file_input" for e in interactive(block))
    if uploads and block.get("dispatch_action"):
        yield wrong("dispatch_action is not allowed with file_input", at)


_RICH = listed(
    by_type(
        {
            "rich_text_section": shape({"elements": listed(kind(dict), 1000, 0)}),
            "rich_text_preformatted": shape(
                {"elements": listed(kind(dict), 1000)},
                {"border": whole(0, 1), "language": text(50)},
            ),
            "rich_text_quote": shape(
                {"elements": listed(kind(dict), 1000)}, {"border": whole(0, 1)}
            ),
            "rich_text_list": shape(
                {
                    "elements": listed(kind(dict), 1000),
                    "style": one_of("bullet", "ordered"),
                },
                {
                    "indent": whole(0, 8),
                    "offset": whole(0, 10**6),
                    "border": whole(0, 1),
                },
            ),
        }
    ),
    1000,
)
_SHARED: dict[str, Rule] = {
    "section": _block(
        {},
        {
            "text": words(3000),
            "fields": listed(words(2000), 10),
            "accessory": elements.IN_SECTION,
            "expand": FLAG,
        },
        some("text", "fields"),
    ),
    "header": _block({"text": plain(150)}, {"level": whole(1, 4)}),
    "context": _block({"elements": listed(elements.IN_CONTEXT, 10)}),
    "actions": _block({"elements": listed(elements.IN_ACTIONS, 25)}),
    "divider": _block({}),
    "image": _block(
        {"alt_text": text(2000)},
        {"image_url": text(3000), "slack_file": kind(dict), "title": plain(2000)},
        only("image_url", "slack_file"),
    ),
    "input": _block(
        {"label": plain(2000), "element": elements.IN_INPUT},
        {"hint": plain(2000), "optional": FLAG, "dispatch_action": FLAG},
        _input_allows,
    ),
    "rich_text": _block({"elements": _RICH}),
    "video": anything,
}
_CELL = by_type({"raw_text": shape({"text": text(3000)}), "rich_text": anything})
# https://docs.slack.dev/reference/block-kit/blocks/data-table-block, as of July 2026:
# the limits were doubled since, and an app that keeps these is taken everywhere.
_DATA_ROWS, _DATA_TEXT = 101, 10_000  # the header among the rows
_NUMBER = shape({"value": kind(int, float), "text": text(_DATA_TEXT)})
_PLAIN_CELLS: dict[str, Rule] = {
    "raw_text": shape({"text": text(_DATA_TEXT)}),
    "raw_number": _NUMBER,
}
_DATA_CELL = by_type(
    _PLAIN_CELLS
    | {
        "rich_text": shape({"elements": _RICH}),
        "action_cell": shape(
            {"element": elements.IN_CELL, "fallback": by_type(_PLAIN_CELLS)}
        ),
    }
)


def _is_even(block: Json, at: str) -> Iterator[str]:
    head, *rows = block["rows"]
    if any(len(row) != len(head) for row in rows):
        yield wrong("rows must have the same number of cells", f"{at}/rows")
    if block.get("row_header_column_index", 0) >= len(head):
        yield wrong("must name a column", f"{at}/row_header_column_index")
    if any(cell["type"] == "rich_text" for cell in head):
        yield wrong("rich_text is not allowed in the header", f"{at}/rows/0")
    if letters(block["rows"]) > _DATA_TEXT:
        yield wrong(f"must be less than {_DATA_TEXT + 1} characters", f"{at}/rows")


MESSAGE = by_type(
    _SHARED
    | {
        "markdown": _block({"text": text(_MARKDOWN)}),
        "table": _block(
            {"rows": listed(listed(_CELL, _CELLS), _ROWS)},
            {"column_settings": listed(kind(dict), _CELLS, 0)},
        ),
        "data_table": _block(
            {
                "caption": text(_DATA_TEXT),
                "rows": listed(listed(_DATA_CELL, _CELLS), _DATA_ROWS, 2),
            },
            {"page_size": whole(1, 100), "row_header_column_index": whole(0, _CELLS)},
            _is_even,
        ),
        "context_actions": _block({"elements": listed(kind(dict), 5)}),
    }
    | dict.fromkeys(["card", "carousel", "container", "plan", "task_card"], anything)
)
MODAL = by_type(
    _SHARED
    | {
        "alert": _block(
            {"text": words(200)},
            {"level": one_of("default", "info", "warning", "error", "success")},
        )
    }
)
HOME = by_type(_SHARED)

_COMMON: dict[str, Rule] = {
    "private_metadata": text(3000, least=0),
    "callback_id": text(255, least=0),
    "external_id": text(255, least=0),
}
_VIEWS: dict[str, Rule] = {
    "modal": shape(
        {"title": plain(24), "blocks": listed(MODAL, VIEW_BLOCKS)},
        _COMMON
        | {
            "submit": plain(24),
            "close": plain(24),
            "clear_on_close": FLAG,
            "notify_on_close": FLAG,
            "submit_disabled": FLAG,
        },
    ),
    "home": shape({"blocks": listed(HOME, VIEW_BLOCKS)}, _COMMON),
}


def message_faults(blocks: Any) -> list[str]:
    """Return what Slack finds wrong with the blocks of a message."""
    complaints = list(listed(MESSAGE, MESSAGE_BLOCKS, 0)(blocks, "/blocks"))
    if complaints:
        return complaints
    return [
        *_twice(blocks),
        *_once(blocks, "table", "data_table"),
        *_focus(blocks),
        *_long(blocks),
    ]


def view_faults(view: Any) -> list[str]:
    """Return what Slack finds wrong with a modal or a Home."""
    complaints = list(by_type(_VIEWS)(view, "/view"))
    if complaints:
        return complaints
    blocks = view["blocks"]
    needy = view["type"] == "modal" and "submit" not in view
    if needy and any(block["type"] == "input" for block in blocks):
        complaints.append(wrong("missing required field: submit", "/view"))
    return [*complaints, *_twice(blocks), *_focus(blocks)]


def options_faults(answer: Any) -> list[str]:
    """Return what Slack finds wrong with an answer to an options request."""
    rules = {
        "options": listed(elements.MENU_OPTION, 100, 0),
        "option_groups": listed(elements.GROUP, 100, 0),
    }
    return list(shape({}, rules, only("options", "option_groups"))(answer, ""))


def too_large(view: Any) -> bool:
    """Tell whether a view is larger than Slack takes, as JSON."""
    return len(json.dumps(view).encode()) > VIEW_BYTES


def letters(value: Any) -> int:
    """Return how many characters of text *value* shows, all blocks together."""
    if isinstance(value, list):
        return sum(map(letters, value))
    if not isinstance(value, dict):
        return 0
    own = value.get("text")
    shown = len(own) if isinstance(own, str) else 0
    return shown + sum(letters(inner) for inner in value.values())


def _twice(blocks: list[Json]) -> Iterator[str]:
    for name, times in Counter(b.get("block_id") for b in blocks).items():
        if name and times > 1:
            yield wrong(f"block_id already exists: {name}", "/blocks")
    for number, block in enumerate(blocks):
        ids = Counter(e.get("action_id") for e in interactive(block))
        for name, times in ids.items():
            if name and times > 1:
                yield wrong(f"action_id already exists: {name}", f"/blocks/{number}")


def _once(blocks: list[Json], *types: str) -> Iterator[str]:
    """Yield a fault if more than one block is of *types*."""
    if sum(block["type"] in types for block in blocks) > 1:
        yield wrong(f"only one {types[0]} allowed", "/blocks")


def _focus(blocks: list[Json]) -> Iterator[str]:
    focused = [e for block in blocks for e in interactive(block) if _focuses(e)]
    if len(focused) > 1:
        yield wrong("only one element can have focus_on_load", "/blocks")


def _focuses(element: Json) -> bool:
    return bool(element.get("focus_on_load"))


def _long(blocks: list[Json]) -> Iterator[str]:
    shown = sum(len(b["text"]) for b in blocks if b["type"] == "markdown")
    if shown > _MARKDOWN:
        yield wrong(f"must be less than {_MARKDOWN + 1} characters", "/blocks")
