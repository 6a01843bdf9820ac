"""The one place where text is made fit for Slack: cleaned, cut and escaped.

Text goes out in two ways. Slack parses mrkdwn and a message's `text`; there nothing
leaves without `escape`. In plain_text and rich_text every character stands for itself;
there `clean` is enough. Both take any text, from anybody.
"""

import re
from bisect import bisect_right
from collections.abc import Callable

ELLIPSIS = "…"

_LINE_END = re.compile("\r\n?|[\u2028\u2029]")
# Controls but for the newline; soft hyphen; joiners; bidi marks, embeddings,
# overrides and isolates; fillers; annotation anchors; tags.
_UNSEEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5"
    "\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb"
    "\U000e0000-\U000e007f]"
)
_HALF = re.compile("[\ud800-\udfff]")
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

# A mark inside a word draws nothing; a backtick does everywhere, `>` opens a line.
_MARK = re.compile("(?<![0-9A-Za-z])[*_~]|[*_~](?![0-9A-Za-z])|`|^ *>", re.MULTILINE)
_EMOJI = re.compile(":(?=[0-9]*[a-z_+'-][0-9a-z_+'-]*:)", re.IGNORECASE)
_LOOKALIKES = str.maketrans(
    {
        "*": "\N{ASTERISK OPERATOR}",
        "_": "\N{MODIFIER LETTER LOW MACRON}",
        "~": "\N{TILDE OPERATOR}",
        "`": "\N{MODIFIER LETTER GRAVE ACCENT}",
        ">": "\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}",
        ":": "\N{MODIFIER LETTER COLON}",
    }
)


def clean(text: str) -> str:
    """Return *text* without what cannot be seen or can turn the rest around.

    Line ends become newlines and tabs become spaces; halves of surrogate pairs, which
    no JSON can carry, become U+FFFD. Cleaning twice changes nothing more.
    """
    if text.isprintable() and (text.isascii() or not _UNSEEN.search(text)):
        return text
    text = _LINE_END.sub("\n", text).replace("\t", " ")
    return _HALF.sub(_REPLACEMENT, _UNSEEN.sub("", text))


def escape(text: str) -> str:
    """Return *text* cleaned, with `&`, `<` and `>` as entities: call it once.

    So `<!channel>` stays text, whoever typed it.
    https://docs.slack.dev/messaging/formatting-message-text#escaping
    """
    text = clean(text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unmarked(text: str) -> str:
    """Return *text* with what mrkdwn would draw replaced by look-alikes.

    mrkdwn has no way to quote `*`, `_`, `~`, a backtick, a quote's `>` or `:emoji:`.
    Only marks that would act are touched: `my_room_1` stays as it is.
    """
    if any(map(text.__contains__, "*_~`>")):
        text = _MARK.sub(lambda mark: mark[0].translate(_LOOKALIKES), text)
    return uncoded(text)


def uncoded(text: str) -> str:
    """Return *text* with no `:emoji:` code in it: a green light is ours to draw."""
    if ":" not in text:
        return text
    return _EMOJI.sub(lambda colon: colon[0].translate(_LOOKALIKES), text)


def unticked(text: str) -> str:
    """Return *text* on one line and without backticks, to stand between two."""
    return text.replace("\n", " ").replace("`", "`".translate(_LOOKALIKES))


def size(text: str) -> int:
    """Return the length of *text* in UTF-16 units, never fewer than code points."""
    if text.isascii():
        return len(text)
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut(text: str, limit: int, *, sent_as: Callable[[str], str] = clean) -> str:
    """Return *text* cut to *limit* characters, the last one an ellipsis.

    What is measured is what is sent: with *sent_as* `escape`, a `<` counts as four.
    The result is neither cleaned nor escaped yet. *limit* is at least 1.
    """
    if size(sent_as(text)) <= limit:
        return text
    lengths = range(1, len(text))
    kept = bisect_right(
        lengths, limit, key=lambda n: size(sent_as(text[:n] + ELLIPSIS))
    )
    return text[:kept].rstrip() + ELLIPSIS
