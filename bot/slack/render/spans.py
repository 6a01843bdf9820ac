"""Spans as rich text elements, as mrkdwn and as plain text.

Rich text is the first choice: Slack parses nothing in it, and it looks the same on
every client. mrkdwn is for the two blocks that take no rich text: a section, which can
have a menu beside it, and a context, which is small print.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC
from typing import Any

from bot.dialogue.outcome import Bold, Clock, Group, Link, Mono, Span, When, Who, plain
from bot.slack.render import limits
from bot.slack.render.escape import (
    ELLIPSIS,
    clean,
    cut,
    escape,
    size,
    uncoded,
    unmarked,
    unticked,
)

Json = dict[str, Any]

# Each reader sees a moment in their own zone and language.
# https://docs.slack.dev/messaging/formatting-message-text#date-formatting
MOMENTS: Mapping[Clock, str] = {
    Clock.MOMENT: "{date_short_pretty} {time}",
    Clock.TIME: "{time}",
    Clock.AGO: "{ago}",
}

_PERSON = re.compile("[UW][0-9A-Z]{2,}")
_GROUP = re.compile("S[0-9A-Z]{2,}")
_ADDRESS = re.compile(r"https?://[^\s<>|]+")


def rich(spans: Iterable[Span], limit: int = limits.TEXT) -> list[Json]:
    """Return *spans* as rich text elements, *limit* characters of text at most.

    https://docs.slack.dev/reference/block-kit/blocks/rich-text-block
    """
    whole = [_sound(span) for span in spans]
    texts = [plain((span,)) for span in whole]
    if sum(map(size, texts)) > limit:
        whole = _fitted(whole, limit, lambda span: plain((span,)))
        texts = [plain((span,)) for span in whole]
    return [_rich(span) for span, text in zip(whole, texts, strict=True) if text]


def mrkdwn(spans: Iterable[Span], limit: int = limits.TEXT) -> str:
    """Return *spans* as mrkdwn of *limit* characters at most, entities counted.

    https://docs.slack.dev/messaging/formatting-message-text
    """
    whole = [_sound(span) for span in spans]
    text = "".join(map(_mrkdwn, whole))
    if size(text) <= limit:
        return text
    return "".join(map(_mrkdwn, _fitted(whole, limit, _mrkdwn)))


def plain_text(text: str, limit: int) -> Json:
    """Return *text* as a plain_text object; an empty text becomes an ellipsis.

    https://docs.slack.dev/reference/block-kit/composition-objects/text-object
    """
    shown = cut(uncoded(clean(text)), limit, sent_as=str)  # as it is by then
    return {"type": "plain_text", "text": shown.strip() or ELLIPSIS, "emoji": True}


def mrkdwn_text(spans: Iterable[Span], limit: int = limits.TEXT) -> Json:
    """Return *spans* as a mrkdwn object, `verbatim`: Slack makes no links by itself.

    https://docs.slack.dev/reference/block-kit/composition-objects/text-object
    """
    text = mrkdwn(spans, limit).strip() or ELLIPSIS
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def emphasised(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Return *spans* with all plain text bold, unless some of it already is."""
    if any(isinstance(span, Bold) for span in spans):
        return tuple(spans)
    return tuple(Bold(span) if isinstance(span, str) else span for span in spans)


def is_blank(spans: Iterable[Span]) -> bool:
    """Return whether *spans* show no visible character."""
    return not any(clean(plain((span,))).strip() for span in spans)


def _fitted(
    spans: Iterable[Span], limit: int, sent_as: Callable[[Span], str]
) -> list[Span]:
    whole = [_sound(span) for span in spans]
    if sum(size(sent_as(span)) for span in whole) <= limit:
        return whole
    fitting: list[Span] = []
    left = limit - 1  # for an ellipsis in a span of its own
    for span in whole:
        weight = size(sent_as(span))
        if weight > left:
            fitting.append(_shortened(span, left + 1, sent_as))
            break
        fitting.append(span)
        left -= weight
    return fitting


def _shortened(span: Span, limit: int, sent_as: Callable[[Span], str]) -> Span:
    match span:
        case str():
            return cut(span, limit, sent_as=sent_as)
        case Bold(text) | Mono(text):
            short = replace(
                span,
                text=cut(text, limit, sent_as=lambda t: sent_as(replace(span, text=t))),
            )
            return short if size(sent_as(short)) <= limit else ELLIPSIS
        case _:
            return ELLIPSIS


def _sound(span: Span) -> Span:
    """Return *span* cleaned; a user ID or URL of the wrong form becomes its text."""
    match span:
        case str():
            return clean(span)
        case Bold(text) | Mono(text):
            cleaned = clean(text)
            return span if cleaned == text else replace(span, text=cleaned)
        case Who(user):
            return span if _PERSON.fullmatch(user) else clean(user)
        case Group(group):
            return span if _GROUP.fullmatch(group) else clean(group)
        case When(at, shown):
            return When(at.astimezone(UTC), shown)
        case Link(url, text):
            sound = _ADDRESS.fullmatch(clean(url)) and size(url) <= limits.URL
            text = clean(text).replace("\n", " ")
            return Link(clean(url), text) if sound and text else text


def _rich(span: Span) -> Json:  # noqa: PLR0911 - one for each kind
    match span:
        case str():
            return {"type": "text", "text": span}
        case Bold(text):
            return {"type": "text", "text": text, "style": {"bold": True}}
        case Mono(text):
            return {"type": "text", "text": text, "style": {"code": True}}
        case Who(user):
            return {"type": "user", "user_id": user}
        case Group(group):
            return {"type": "usergroup", "usergroup_id": group}
        case When(at, shown):
            return {
                "type": "date",
                "timestamp": int(at.timestamp()),
                "format": MOMENTS[shown],
                "fallback": plain((span,)),
            }
        case Link(url, text):
            return {"type": "link", "url": url, "text": text}


def _mrkdwn(span: Span) -> str:  # noqa: PLR0911 - one for each kind
    match span:
        case str():
            return escape(unmarked(span))
        case Bold(text):
            return _between("*", unmarked(text.replace("\n", " ")))
        case Mono(text):
            return _between("`", unticked(text))
        case Who(user):
            return f"<@{user}>"
        case Group(group):
            return f"<!subteam^{group}>"
        case When(at, shown):
            stamp, form = int(at.timestamp()), MOMENTS[shown]
            return f"<!date^{stamp}^{form}|{plain((span,))}>"
        case Link(url, text):
            return f"<{escape(url)}|{escape(unmarked(text))}>"


def _between(mark: str, text: str) -> str:
    """Return *text* between two marks, which Slack obeys only where they touch it."""
    inner = text.strip()
    if not inner:
        return text
    before, after = text.split(inner, maxsplit=1)
    return f"{before}{mark}{escape(inner)}{mark}{after}"
