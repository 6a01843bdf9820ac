"""Messages and views drawn as lines of text, with a number at all that can be pressed.

Only what a reader would see is drawn: mentions as names, moments in their own zone.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.aliases import Json
from bot.sandbox.slack.blockkit import inputs
from bot.sandbox.slack.client.mrkdwn import (
    channel_name,
    moment,
    plain,
    to_eye,
    user_name,
)
from bot.sandbox.slack.client.payloads import Control
from bot.sandbox.slack.model.objects import Surface, User, View
from bot.sandbox.slack.model.workspace import Workspace
from bot.sandbox.slack.terminal.rich_text import rich_lines

_RULE = "─" * 20


@dataclass(frozen=True, slots=True)
class Drawing:
    """Lines of text, and what the numbers in them press (the first is number 1)."""

    lines: tuple[str, ...]
    controls: tuple[Control, ...]


def draw(space: Workspace, surface: Surface, reader: User) -> Drawing:
    """Draw *surface* as *reader* sees it."""
    pen = _Pen(space, reader, surface if isinstance(surface, View) else None)
    lines = [line for block in surface.blocks for line in pen.block(block)]
    if not isinstance(surface, View):
        if not surface.blocks:
            lines = to_eye(space, surface.text, reader).splitlines()
        lines += [f"📎 {file.title or file.name}" for file in surface.files]
    return Drawing(tuple(lines), tuple(pen.controls))


def label(control: Control) -> str:
    """Return what stands on *control*."""
    element = control.element
    if element["type"] == "button":
        return plain(str(element["text"]["text"]))
    if element["type"] == "overflow":
        return "⋯"
    placeholder = element.get("placeholder", {}).get("text")
    return str(placeholder or "Choose")


def option_label(option: Json) -> str:
    """Return what stands on an option, with its description."""
    hint = option.get("description", {}).get("text")
    shown = plain(str(option["text"]["text"]))
    return f"{shown} ({plain(hint)})" if hint else shown


def content(space: Workspace, value: Json) -> str:
    """Return what *value*, in an input, looks like; empty if there is nothing."""
    held = inputs.held(value)
    if held is None:
        return ""
    if isinstance(held, str):
        return held
    return ", ".join(_chosen(space, one) for one in held)


def _chosen(space: Workspace, one: Any) -> str:
    if isinstance(one, dict):
        return plain(str(one["text"]["text"]))
    return channel_name(space, one) if one[0] in "CD" else user_name(space, one)


@dataclass
class _Pen:
    """Draws block after block, and keeps count of the controls."""

    space: Workspace
    reader: User
    view: View | None
    controls: list[Control] = field(default_factory=list)

    def block(self, block: Json) -> Iterator[str]:
        """Draw one block."""
        kinds = {
            "section": self._section,
            "rich_text": self._rich,
            "header": self._words,
            "alert": self._words,
            "markdown": self._words,
            "context": self._context,
            "actions": self._actions,
            "input": self._input,
            "divider": lambda _block: iter([_RULE]),
            "image": lambda block: iter([self._small(block)]),
            "table": self._table,
            "data_table": self._table,
        }
        draw_one = kinds.get(block["type"])
        yield from draw_one(block) if draw_one else [f"[{block['type']}]"]

    def _words(self, block: Json) -> Iterator[str]:
        yield from self._text(block["text"])

    def _rich(self, block: Json) -> Iterator[str]:
        yield from rich_lines(self.space, block["elements"], self.reader)

    def _context(self, block: Json) -> Iterator[str]:
        yield "  ".join(self._small(element) for element in block["elements"])

    def _actions(self, block: Json) -> Iterator[str]:
        yield self._pressable(block, block["elements"])

    def _text(self, text: Json | str) -> list[str]:
        if isinstance(text, str):
            return text.splitlines()
        if text["type"] == "plain_text":
            return plain(text["text"]).splitlines()
        return to_eye(self.space, text["text"], self.reader).splitlines()

    def _section(self, block: Json) -> Iterator[str]:
        lines = self._text(block["text"]) if "text" in block else []
        for one in block.get("fields", ()):
            lines.append("  ".join(self._text(one)))
        accessory = block.get("accessory")
        if accessory and accessory["type"] == "image":
            lines.append(self._small(accessory))
        elif accessory:
            lines = lines or [""]
            lines[-1] += "   " + self._pressable(block, [accessory])
        yield from lines

    def _small(self, element: Json) -> str:
        if element["type"] == "image":
            return f"[{element['alt_text']}]"
        return " ".join(self._text(element))

    def _pressable(self, block: Json, elements: list[Json]) -> str:
        shown = []
        for element in elements:
            control = Control(block["block_id"], element["action_id"], element)
            self.controls.append(control)
            shown.append(f"[{len(self.controls)}] {self._face(control)}")
        return "  ".join(shown)

    def _face(self, control: Control) -> str:
        element, face = control.element, label(control)
        if element["type"] == "button":
            return f"{face} ↗ {element['url']}" if "url" in element else face
        if element["type"] == "overflow":
            choices = " / ".join(map(option_label, element["options"]))
            return f"{face} {choices}"
        now = self._standing(control)
        return f"{now or face} ▾"

    def _input(self, block: Json) -> Iterator[str]:
        element = block["element"]
        control = Control(block["block_id"], element["action_id"], element)
        name = plain(block["label"]["text"])
        if block.get("optional"):
            name = f"{name} (optional)"
        if self.view is None:
            yield f"{name}: {self._pressable(block, [element])}"
        else:
            yield f"{name}: {self._standing(control)}".rstrip()
        if "hint" in block:
            yield "  " + plain(block["hint"]["text"])

    def _standing(self, control: Control) -> str:
        if not inputs.is_input(control.element):
            return ""
        value = inputs.initial(control.element)
        if self.view:
            value = self.view.values[control.block][control.action]
        if value["type"] == "datetimepicker" and inputs.held(value):
            return moment(inputs.held(value), self.reader)
        return content(self.space, value)

    def _table(self, block: Json) -> Iterator[str]:
        rows = [[self._cell(cell) for cell in row] for row in block["rows"]]
        wide = [max(map(len, column)) for column in zip(*rows, strict=False)]
        for row in rows:
            cells = zip(row, wide, strict=False)
            yield "  ".join(cell.ljust(width) for cell, width in cells).rstrip()

    def _cell(self, cell: Json) -> str:
        if cell["type"] == "raw_text":
            return str(cell["text"])
        return " ".join(rich_lines(self.space, cell["elements"], self.reader))
