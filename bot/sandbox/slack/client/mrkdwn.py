"""Between what people read and type and what Slack sends over the wire."""

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from bot.sandbox.slack.model.objects import Kind, User
from bot.sandbox.slack.model.workspace import Workspace

_URL = re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s<>|]+")
_NAME = re.compile(r"(?<![\w/])([@#])([a-z0-9._-]+)")
_TAG = re.compile(r"<([^<>\n]+)>")
_CODE = re.compile(r"(```.*?```|`[^`\n]+`)", re.DOTALL)
_BOLD = re.compile(r"(?<![\w*])\*(?! )([^*\n]+)(?<! )\*(?![\w*])")
_DATE = re.compile(r"!date\^(\d+)\^")
_EARLIEST, LATEST = 86_400, 253_370_764_800  # seconds: with a day to spare on each side


def to_wire(space: Workspace, text: str, *, labels: bool) -> str:
    """Return typed *text* as Slack sends it: entities, mentions, links.

    *labels* adds names to the IDs, as slash commands have them.
    """
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    parts, end = [], 0
    for link in _URL.finditer(text):
        parts += [
            _named(space, text[end : link.start()], labels=labels),
            f"<{link[0]}>",
        ]
        end = link.end()
    return "".join([*parts, _named(space, text[end:], labels=labels)])


def to_eye(space: Workspace, text: str, reader: User) -> str:
    """Return mrkdwn *text* as *reader* sees it in a terminal."""
    shown = [
        part if number % 2 else _BOLD.sub(r"\1", part)
        for number, part in enumerate(_CODE.split(text))
    ]
    tagged = _TAG.sub(lambda tag: _tag(space, tag[1], reader), "".join(shown))
    return plain(tagged)


def plain(text: str) -> str:
    """Return *text* with its entities as characters."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def moment(epoch: object, reader: User) -> str:
    """Return a moment in the time zone of *reader*.

    *epoch* is whatever a bot sent; what no calendar has is shown as the last moment.
    """
    with suppress(ValueError):
        seconds = float(str(epoch))
        if _EARLIEST <= seconds <= LATEST:
            at = datetime.fromtimestamp(seconds, UTC)
            return f"{at + timedelta(seconds=reader.tz_offset):%Y-%m-%d %H:%M}"
    return "9999-01-01 00:00"


def user_name(space: Workspace, user: str) -> str:
    """Return `@name`."""
    return f"@{space.users[user].name}" if user in space.users else f"@{user}"


def channel_name(space: Workspace, channel: str) -> str:
    """Return `#name`, or what a direct conversation is called."""
    conversation = space.channels.get(channel)
    if conversation is None:
        return f"#{channel}"
    return "DM" if conversation.kind is Kind.DIRECT else f"#{conversation.name}"


def _named(space: Workspace, text: str, *, labels: bool) -> str:
    users = {user.name: user.id for user in space.users.values()}
    channels = {channel.name: channel.id for channel in space.channels.values()}

    def tag(match: re.Match[str]) -> str:
        sign, name = match[1], match[2]
        target = (users if sign == "@" else channels).get(name)
        label = f"|{name}" if labels or sign == "#" else ""
        return f"<{sign}{target}{label}>" if target else match[0]

    return _NAME.sub(tag, text)


def _tag(space: Workspace, inner: str, reader: User) -> str:
    target, _, label = inner.partition("|")
    date = _DATE.match(target)
    if date:
        return moment(date[1], reader)
    if target.startswith("@"):
        return user_name(space, target[1:])
    if target.startswith("#"):
        return channel_name(space, target[1:])
    if target.startswith("!"):
        return label or "@" + target[1:]
    return f"{label} ({target})" if label and label != target else target
