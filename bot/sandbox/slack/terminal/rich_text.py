"""rich_text blocks as lines: the part of a message in which nothing is parsed."""

from collections.abc import Iterable, Iterator

from bot.sandbox.aliases import Json
from bot.sandbox.slack.client.mrkdwn import channel_name, moment, user_name
from bot.sandbox.slack.model.objects import User
from bot.sandbox.slack.model.workspace import Workspace


def rich_lines(
    space: Workspace, elements: Iterable[Json], reader: User
) -> Iterator[str]:
    """Yield the lines of a rich_text block's *elements* as *reader* sees them."""
    for element in elements:
        match element["type"]:
            case "rich_text_list":
                yield from _list(space, element, reader)
            case "rich_text_preformatted":
                for line in _spans(space, element, reader).splitlines():
                    yield f"    {line}"
            case "rich_text_quote":
                for line in _spans(space, element, reader).splitlines():
                    yield f"> {line}"
            case _:
                yield from _spans(space, element, reader).splitlines()


def _list(space: Workspace, element: Json, reader: User) -> Iterator[str]:
    indent = "  " * (1 + int(element.get("indent", 0)))
    first = int(element.get("offset", 0)) + 1
    for number, item in enumerate(element["elements"], first):
        sign = f"{number}." if element["style"] == "ordered" else "•"
        yield f"{indent}{sign} {_spans(space, item, reader)}"


def _spans(space: Workspace, element: Json, reader: User) -> str:
    return "".join(_span(space, span, reader) for span in element["elements"])


def _span(space: Workspace, span: Json, reader: User) -> str:
    match span:
        case {"type": "text", "text": text}:
            return f"`{text}`" if span.get("style", {}).get("code") else str(text)
        case {"type": "link", "url": url}:
            return f"{span['text']} ({url})" if span.get("text") else str(url)
        case {"type": "date", "timestamp": at}:
            return moment(at, reader)
        case {"type": "user", "user_id": user}:
            return user_name(space, user)
        case {"type": "channel", "channel_id": channel}:
            return channel_name(space, channel)
    named = span.get("name") or span.get("range") or span["type"]
    return f"[{named}]"
