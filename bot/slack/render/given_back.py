"""A form that was sent in, and comes back as it was filled in: it was refused late.

The view has been answered by then, so its faults cannot be shown at their fields.
https://docs.slack.dev/surfaces/modals#updating_apis
"""

from collections.abc import Mapping
from typing import Any

from bot.dialogue.outcome import line
from bot.slack.render import blocks, limits
from bot.slack.render.modals import DRAWN, INITIAL, inputs, named
from bot.slack.render.spans import Json

KEPT = ("type", "title", "submit", "close", "callback_id", "private_metadata")
AGAIN = "r"  # in a block_id: the same field, which begins as it was sent in


def given_back(sent: Mapping[str, Any], faults: Mapping[str, str]) -> Json:
    """Return the view *sent* in a submission, filled in, under its *faults* by field.

    A picture is left out: what Slack says of one it does not take.
    """
    state = (sent.get("state") or {}).get("values") or {}
    fields = inputs(sent["blocks"])
    labels = {named(one["block_id"]): one["label"]["text"] for one in fields}
    above = [
        part
        for name, text in faults.items()
        for part in blocks.paragraph(line(f"⚠️ {_told(labels.get(name, name), text)}"))
    ]
    parts = [_filled(one, state) for one in sent["blocks"] if one["type"] != "image"]
    body = {key: sent[key] for key in KEPT if sent.get(key)}
    return {**body, "blocks": [*above, *parts][: limits.VIEW_BLOCKS]}


def _told(label: str, text: str) -> str:
    return f"{label}: {text}" if label else text


def _filled(block: Json, state: Mapping[str, Any]) -> Json:
    """Return *block* with what stands in it; as another, so that Slack shows that."""
    if block["type"] != "input" or block["block_id"] not in state:
        return block
    element = block["element"]
    stands = state[block["block_id"]].get(element["action_id"]) or {}
    empty = {key: one for key, one in element.items() if key not in INITIAL.values()}
    initial = {name: stands[key] for key, name in INITIAL.items() if stands.get(key)}
    name, _drawn, times = block["block_id"].partition(DRAWN)
    block_id = f"{name}{DRAWN}{times}{AGAIN}"
    return {**block, "block_id": block_id, "element": {**empty, **initial}}
