"""Block Kit as plain lines: what a person reads, and what they can press."""

import json
import re
from datetime import UTC, datetime

DATE = re.compile(r"<!date\^(\d+)\^[^|>]*(?:\|[^>]*)?>")
LINK = re.compile(r"<(https?:[^|>]*)(?:\|([^>]*))?>")
FENCE = re.compile(r"```\n?(.*?)\n?```", re.DOTALL)
CALLS = re.compile(r'"usergroup_id": "(\w+)"|<!(?:subteam\^)?(\w+)[^>]*>')
USER = re.compile(r"<@([A-Z0-9]+)(?:\|[^>]*)?>")


def lines_of(body):
    """Return the lines of a message: of its blocks, or of its text without any."""
    found = []
    for block in body.get("blocks") or ():
        found += _block(block)
    if not found:
        found = _plain(str(body.get("text", "")))
    return [line for line in (one.strip() for one in found) if line]


def buttons_of(body):
    """Return everything that can be pressed, each as it would come back."""
    found = []
    for block in body.get("blocks") or ():
        elements = list(block.get("elements") or ()) if _acts(block) else []
        if accessory := block.get("accessory"):
            elements.append(accessory)
        found += [one for one in elements if one.get("type") == "button"]
        found += [
            {**option, "menu": element.get("action_id", "")}
            for element in elements
            for option in element.get("options") or ()
        ]
    return found


def calls_of(body):
    """Return whom the blocks of a message call: user groups, or all who are there."""
    found = CALLS.findall(json.dumps(body.get("blocks") or ()))
    return [group or other for group, other in found if other != "date"]


def _acts(block):
    return block.get("type") == "actions"


def _block(block):
    match block["type"]:
        case "rich_text":
            return _rich(block["elements"])
        case "section":
            texts = [block["text"]] if "text" in block else []
            texts += block.get("fields", [])
            return [line for text in texts for line in _text(text)]
        case "context":
            return [line for one in block["elements"] for line in _text(one)]
        case "header":
            return _text(block["text"])
        case "input":
            return []
        case _:
            return []


def _rich(elements):
    lines = []
    for element in elements:
        inside = element.get("elements", ())
        if element["type"] == "rich_text_list":
            lines += [line for item in inside for line in _rich([item])]
        elif element["type"] == "rich_text_preformatted":
            code = "".join(map(_span, inside)).replace("\n", "⏎")
            lines.append(f"`{code}`")
        else:
            lines += "".join(map(_span, inside)).split("\n")
    return lines


def _span(span):
    match span["type"]:
        case "date":
            return _time(span["timestamp"])
        case "user":
            return f"@{span['user_id']}"
        case "link":
            return span.get("text") or span["url"]
        case "emoji":
            return span.get("unicode", span["name"])
        case _:
            return span.get("text", "")


def _text(text):
    if text["type"] == "mrkdwn":
        return _plain(text["text"])
    return text.get("text", "").split("\n")


def _plain(text):
    """Return the lines of *text*; what stands between fences is one, as in a block."""
    lines = []
    for number, part in enumerate(FENCE.split(text)):
        code = number % 2
        lines += [f"`{part}`".replace("\n", "⏎")] if code else _spoken(part)
    return lines


def _spoken(text):
    text = DATE.sub(lambda found: _time(found[1]), text)
    text = USER.sub(lambda found: f"@{found[1]}", text)
    text = LINK.sub(lambda found: found[2] or found[1], text)
    text = re.sub(r"(?<!\w)[*_`]+(?=\S)|(?<=\S)[*_`]+(?!\w)", "", text)
    for name, sign in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        text = text.replace(name, sign)
    return text.split("\n")


def _time(seconds):
    """Return a moment, which each reader sees in their own zone, as one can read it."""
    return datetime.fromtimestamp(int(seconds), UTC).strftime("{%Y-%m-%dT%H:%M:%SZ}")
