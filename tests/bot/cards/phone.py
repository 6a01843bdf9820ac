"""How tall a message is on a phone: an estimate, by the console's fonts.

A phone of 390 px leaves 304 px to text. The console's letters are wider than Slack's,
so on a phone it is rather less. The widths are those that a browser measured.
"""

import re

COLUMN = 304  # px
WIDTH = {15: 8.0, 13: 6.9}  # px of a letter, by the size of the font
LINE = {15: 22, 13: 19.5}
LETTER, PADDING, ROW, BETWEEN, GAP = 8.0, 26, 32, 8, 6  # of buttons; between blocks
INDENT = 26
DATE = re.compile(r"<!date\^\d+\^([^|>]*)[^>]*>")
SHOWN = {"{date_short_pretty} {time}": "today 10:57 AM", "{time}": "10:57 AM"}
AGO = "12 minutes ago"


def height(blocks):
    """Return the height of *blocks* in pixels."""
    return sum(map(_height, blocks)) + GAP * (len(blocks) - 1)


def lines(blocks):
    """Return how many lines of text *blocks* take."""
    return sum(_wrapped(text, size) for b in blocks for text, size in _texts(b))


def read(block):
    """Return the text of *block* as it reads, without what can be pressed."""
    return "\n".join(text for text, _size in _texts(block))


def _height(block):
    if block["type"] == "actions":
        return _rows(block["elements"]) * (ROW + BETWEEN) - BETWEEN + 4
    return sum(_wrapped(text, size) * LINE[size] for text, size in _texts(block))


def _rows(elements):
    rows, left = 1, COLUMN
    for one in elements:
        label = one.get("text", {}).get("text", "…")
        wide = len(label) * LETTER + PADDING
        if wide > left:
            rows, left = rows + 1, COLUMN
        left -= wide + BETWEEN
    return rows


def _wrapped(text, size, column=COLUMN):
    """Return how many lines *text* takes, broken at spaces and hyphens."""
    most, count = int(column / WIDTH[size]), 0
    for paragraph in text.split("\n"):
        count, left = count + 1, most
        for word in re.findall(r"[^\s-]+-?|-|\s+", paragraph):
            if len(word.rstrip()) > left:
                count += max(-(-len(word) // most), 1)
                left = most
            left -= len(word) if len(word) <= most else len(word) % most
    return count


def _texts(block):
    match block["type"]:
        case "context":
            return [(_spoken(one["text"]), 13) for one in block["elements"]]
        case "section":
            return [(_spoken(block["text"]["text"]), 15)]
        case "rich_text":
            return [(text, 15) for one in block["elements"] for text in _rich(one)]
    return []


def _rich(element):
    if element["type"] == "rich_text_list":
        return ["    " + text for item in element["elements"] for text in _rich(item)]
    return ["".join(map(_span, element["elements"]))]


def _span(span):
    if span["type"] == "date":
        return SHOWN.get(span["format"], AGO)
    return "@ana" if span["type"] == "user" else span.get("text", "")


def _spoken(text):
    text = DATE.sub(lambda found: SHOWN.get(found[1], AGO), text)
    return re.sub(r"<@\w+>", "@ana", text).replace("`", "").replace("*", "")
