"""Outside judges of messages and views: three libraries that know Block Kit.

Each builds objects and so becomes a checker: look up the class of every dictionary,
build it from the inside out, and note what is raised. All three are foreign code, so
a fault found here is not our own reading of Slack's pages. What none of them sees
(duplicate ids, two focuses, too much text in all) is checked by `across`.
"""

import inspect
import json
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from typing import Any

import blockkit as bk
import slackblocks as sb
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

Json = dict[str, Any]

MOST_TEXT = 10_000  # of all blocks of a message; Slack refuses some way above it
INPUTS = {"plain_text_input", "number_input"}

# What Slack takes and a judge does not.
FALSE_ALARMS = (
    "min_query_length",  # blockkit: 0 shows the options at once, and is allowed
    "NumberInput: Field",  # blockkit: on the wire numbers are text
    "Field 'slack_file'",  # blockkit: of its own class, which no dictionary becomes
    "RichDateEl",  # blockkit: a date in rich text is newer than its rule
)


def judge(payload: Json, kind: str) -> list[str]:
    """Return the faults of *payload*, a "message", "modal" or "home"."""
    faults = [*across(payload, kind), *framed(payload, kind)]
    for block in payload.get("blocks") or []:
        faults += _of_block(json.dumps(block))
    return [one for one in faults if not any(alarm in one for alarm in FALSE_ALARMS)]


@lru_cache(maxsize=50_000)
def _of_block(wire: str) -> tuple[str, ...]:
    """Judge a block as it is on the *wire*: the same stands in many answers."""
    block = json.loads(wire)
    if block["type"] == "data_table":  # of which it is the cells that are built
        cells = {json.dumps(cell): cell for row in block["rows"] for cell in row}
        return (*tabled(block), *_built({**block, "rows": [[*cells.values()]]}))
    return (*sdk(block), *_built(block))


def _built(block: Json) -> list[str]:
    return [
        *built("blockkit", BLOCKKIT, block, build=lambda made: made.build()),
        *built("slackblocks", SLACKBLOCKS, block, build=lambda made: made),
    ]


def judged(payload: Json, kind: str) -> Json:
    """Return *payload*, which has no faults."""
    faults = judge(payload, kind)
    assert faults == [], payload
    return payload


def sdk(block: Json) -> Iterator[str]:
    """slack_sdk parses *block* and gives the same back: nothing is wrong or dropped.

    All but a table of data, which it does not know.
    """
    try:
        parsed = Block.parse(block)
        back = parsed.to_dict() if parsed else {}
    except Exception as error:  # noqa: BLE001 - whatever it raises is its verdict
        yield f"slack_sdk: {error}"
        return
    for key in block.keys() - back.keys():
        yield f"slack_sdk: {block['type']} loses {key}"


def framed(payload: Json, kind: str) -> Iterator[str]:
    """slack_sdk takes the view around its blocks, of which it counts how many."""
    if kind == "message":
        return
    blocks = [{"type": "divider"} for _ in payload.get("blocks") or []]
    try:
        View(**{**payload, "blocks": blocks}).to_dict()
    except Exception as error:  # noqa: BLE001 - whatever it raises is its verdict
        yield f"slack_sdk: {error}"


def across(payload: Json, kind: str) -> Iterator[str]:
    """Check what spans several blocks, or depends on where they stand."""
    blocks = payload.get("blocks") or []
    ids = [b["block_id"] for b in blocks if "block_id" in b]
    if len(ids) != len(set(ids)):
        yield "two blocks have one block_id"
    nodes = list(_nodes(payload))
    focused = [node for node in nodes if node.get("focus_on_load")]
    if len(focused) > 1:
        yield "two elements want the focus"
    for block in blocks:
        actions = [n["action_id"] for n in _nodes(block) if "action_id" in n]
        if len(actions) != len(set(actions)):
            yield "two elements of a block have one action_id"
        yield from _surface(block, kind)
    if kind == "message" and sum(map(len, _texts(nodes))) > MOST_TEXT:
        yield "too much text in all"
    yield from _counts(payload, kind)
    yield from _elements(nodes)


def _surface(block: Json, kind: str) -> Iterator[str]:
    wrong = {
        "message": {"input", "alert", "file"},
        "modal": {"table", "markdown", "carousel", "context_actions"},
        "home": {"alert", "markdown", "input_file"},
    }[kind]
    if block.get("type") in wrong:
        yield f"a {block['type']} block cannot stand in a {kind}"
    if kind == "message" and any(n.get("type") == "file_input" for n in _nodes(block)):
        yield "a file_input cannot stand in a message"


def _counts(payload: Json, kind: str) -> Iterator[str]:
    blocks = payload.get("blocks") or []
    if len(blocks) > (50 if kind == "message" else 100):
        yield "too many blocks"
    if sum(b.get("type") == "table" for b in blocks) > 1:
        yield "two tables"
    if kind == "message" and not payload.get("text"):
        yield "no text for notifications"
    if kind == "modal":
        if any(b.get("type") == "input" for b in blocks) and "submit" not in payload:
            yield "inputs without a submit"
        if len(payload.get("private_metadata", "")) > 3000:
            yield "too much private_metadata"
        titles = [payload.get(key, {}).get("text", "") for key in ("title", "submit")]
        if any(len(title) > 24 for title in titles) or not titles[0]:
            yield "a title of a wrong length"


def _elements(nodes: list[Json]) -> Iterator[str]:
    for node in nodes:
        if node.get("type") == "number_input" and "is_decimal_allowed" not in node:
            yield "a number_input has to say is_decimal_allowed"
        if "options" in node and "option_groups" in node:
            yield "options and option_groups"
        asked = node.get("confirm")
        whole = {"title", "text", "confirm", "deny"}
        if isinstance(asked, dict) and "type" not in asked and whole - asked.keys():
            yield "a confirm dialog lacks a part"
        if node.get("type") in {"plain_text", "mrkdwn"} and not node.get("text"):
            yield "an empty text"
        if node.get("type") == "section" and not node.get("text", node.get("fields")):
            yield "a section without text"


@cache
def _parameters(of: type) -> frozenset[str]:
    return frozenset(inspect.signature(of.__init__).parameters)


# ── builders as checkers ─────────────────────────────────────────────────────────


def built(
    name: str, classes: dict[str, Any], node: Json, *, build: Callable[[Any], Any]
) -> list[str]:
    """Build *node* with *classes*; return what was raised on the way."""
    faults: list[str] = []

    def make(value: Any, key: str) -> Any:
        if isinstance(value, list):
            return [make(one, key) for one in value]
        if not isinstance(value, dict):
            return value
        made_of = {k: make(v, k) for k, v in value.items() if k != "type"}
        found = classes.get(value.get("type", ""), classes.get(f"@{key}"))
        if found is None:
            return made_of
        if value.get("type") in {"plain_text", "mrkdwn"} and found is bk.Text:
            made_of["type"] = value["type"]
        known = _parameters(found)
        try:
            made = found(**{k: v for k, v in made_of.items() if k in known})
            build(made)
        except Exception as error:  # noqa: BLE001 - whatever it raises is its verdict
            faults.append(f"{name} {found.__name__}: {error}".replace("\n", " "))
            return None
        return made

    make(node, "")
    return faults[:1]  # the first one; what stands around it fails for its sake


def tabled(block: Json) -> list[str]:
    """Build the table *block* with slackblocks, which alone knows one."""
    kept = {key: value for key, value in block.items() if key not in {"type", "rows"}}
    try:
        rows = [[_celled(cell) for cell in row] for row in block["rows"]]
        sb.DataTableBlock(rows=rows, **kept)
    except Exception as error:  # noqa: BLE001 - whatever it raises is its verdict
        return [f"slackblocks DataTableBlock: {error}"]
    return []


def _celled(cell: Json) -> Any:
    match cell["type"]:
        case "raw_text":
            return sb.RawText(cell["text"])
        case "raw_number":
            return sb.RawNumber(cell["value"], cell["text"])
    (section,) = cell["elements"]
    shown = ("text", "fallback", "user_id")
    texts = (one[key] for one in section["elements"] for key in shown if key in one)
    return sb.RichTextBlock(sb.RichTextSection([sb.RichText(text) for text in texts]))


BLOCKKIT: dict[str, Any] = {
    "section": bk.Section,
    "divider": bk.Divider,
    "header": bk.Header,
    "context": bk.Context,
    "actions": bk.Actions,
    "input": bk.Input,
    "image": bk.Image,
    "rich_text": bk.RichText,
    "rich_text_section": bk.RichTextSection,
    "rich_text_list": bk.RichTextList,
    "rich_text_preformatted": bk.RichTextPreformatted,
    "rich_text_quote": bk.RichTextQuote,
    "text": bk.RichTextEl,
    "user": bk.RichUserEl,
    "link": bk.RichLinkEl,
    "date": bk.RichDateEl,
    "emoji": bk.RichEmojiEl,
    "button": bk.Button,
    "overflow": bk.Overflow,
    "static_select": bk.StaticSelect,
    "external_select": bk.ExternalSelect,
    "multi_external_select": bk.MultiExternalSelect,
    "multi_static_select": bk.MultiStaticSelect,
    "radio_buttons": bk.RadioButtons,
    "checkboxes": bk.Checkboxes,
    "plain_text_input": bk.PlainTextInput,
    "number_input": bk.NumberInput,
    "datetimepicker": bk.DatetimePicker,
    "plain_text": bk.Text,
    "mrkdwn": bk.Text,
    "@options": bk.Option,
    "@initial_option": bk.Option,
    "@initial_options": bk.Option,
    "@confirm": bk.Confirm,
    "@style": bk.RichStyle,
    "@dispatch_action_config": bk.DispatchActionConfig,
}


def _moment(initial_date_time: int | None = None, **more: Any) -> Any:
    """Return slackblocks' picker, whose one argument has a name of its own."""
    return sb.DateTimePicker(initial_datetime=initial_date_time, **more)


SLACKBLOCKS: dict[str, Any] = {
    "section": sb.SectionBlock,
    "divider": sb.DividerBlock,
    "header": sb.HeaderBlock,
    "context": sb.ContextBlock,
    "actions": sb.ActionsBlock,
    "input": sb.InputBlock,
    "button": sb.Button,
    "overflow": sb.OverflowMenu,
    "static_select": sb.StaticSelectMenu,
    "external_select": sb.ExternalSelectMenu,
    "multi_external_select": sb.ExternalMultiSelectMenu,
    "multi_static_select": sb.StaticMultiSelectMenu,
    "radio_buttons": sb.RadioButtonGroup,
    "checkboxes": sb.CheckboxGroup,
    "plain_text_input": sb.PlainTextInput,
    "number_input": sb.NumberInput,
    "datetimepicker": _moment,
    "plain_text": sb.PlainText,
    "mrkdwn": sb.Markdown,
    "@options": sb.Option,
    "@initial_option": sb.Option,
    "@initial_options": sb.Option,
    "@confirm": sb.ConfirmationDialogue,
    "@dispatch_action_config": sb.DispatchActionConfiguration,
}


def _nodes(value: Any) -> Iterator[Json]:
    if isinstance(value, dict):
        yield value
        for one in value.values():
            yield from _nodes(one)
    elif isinstance(value, list):
        for one in value:
            yield from _nodes(one)


def _texts(nodes: list[Json]) -> Iterator[str]:
    for node in nodes:
        text = node.get("text")
        if isinstance(text, str) and "blocks" not in node:
            yield text
