"""What a workspace is made of, and the one way in which Slack says no."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.sandbox.aliases import Json


class Refusal(Exception):
    """Slack says no: *error* is its code, *messages* say more, as its API does."""

    def __init__(self, error: str, *messages: str, **more: Any) -> None:
        super().__init__(error)
        self.error = error
        self.messages = messages
        self.more = more


class Kind(StrEnum):
    """What a channel is."""

    PUBLIC = "channel"
    PRIVATE = "group"
    DIRECT = "im"


@dataclass(frozen=True, slots=True)
class Team:
    """A workspace. *enterprise* is the organisation (`E…`) that it belongs to."""

    id: str
    name: str
    domain: str
    enterprise: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person or a bot. *team* is home: another one than ours is an outsider.

    *deleted* was deactivated; a *stranger* is an outsider in no channel of the app's.
    In an organisation they may be in *others* of its workspaces as well.
    """

    id: str
    name: str
    real_name: str
    team: Team
    locale: str = "en-US"
    tz: str = "Etc/UTC"
    tz_offset: int = 0  # seconds east of UTC
    guest: bool = False
    bot: bool = False
    deleted: bool = False
    stranger: bool = False
    others: tuple[Team, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A conversation. *members* are user IDs; *shared* with another company.

    *host* is the other workspace, if it is theirs. *org_shared*: workspaces of one
    organisation share it.
    """

    id: str
    name: str
    members: frozenset[str]
    kind: Kind = Kind.PUBLIC
    archived: bool = False
    shared: bool = False
    host: Team | None = None
    org_shared: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """An upload, shared or not yet. Blocks may show it once it is *processed*."""

    id: str
    name: str
    title: str = ""
    content: bytes = b""
    complete: bool = False
    processed: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message. *only_for* is the one who sees it, when it is ephemeral.

    *broadcast*: it is a reply that stands in the channel, too.
    """

    channel: str
    user: str
    ts: str = ""  # stamped when it is said
    text: str = ""
    blocks: tuple[Json, ...] = ()
    thread: str = ""
    broadcast: bool = False
    only_for: str = ""
    edited: bool = False
    files: tuple[File, ...] = ()

    @property
    def is_reply(self) -> bool:
        """Tell whether it stands in a thread, under another message."""
        return self.thread not in ("", self.ts)

    @property
    def in_channel(self) -> bool:
        """Tell whether it stands in the channel itself."""
        return self.broadcast or not self.is_reply


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheduled:
    """A message that Slack posts by itself *at* a Unix time."""

    id: str
    at: int
    created: int
    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """An open modal or a Home. *body* is what the bot sent, ids filled in.

    *values* is what stands in its inputs: block, action, then Slack's state value.
    """

    id: str
    root: str
    previous: str = ""
    hash: str
    user: str
    body: Json
    values: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)

    @property
    def blocks(self) -> list[Json]:
        """Its blocks, in order."""
        blocks: list[Json] = self.body["blocks"]
        return blocks

    @property
    def is_home(self) -> bool:
        """Tell whether it is a Home, not a modal."""
        return bool(self.body["type"] == "home")


Surface = Message | View


@dataclass(frozen=True, slots=True)
class Notice:
    """What Slack itself tells *user* in *channel*: no app ever sees it.

    If it is about a click, *surface* is the `ts` of the message or the ID of the view
    that was clicked in, and *block* the ID of the block.
    """

    user: str
    channel: str
    text: str
    surface: str = ""
    block: str = ""


@dataclass(frozen=True, slots=True)
class FieldErrors:
    """What stands wrong in a modal's fields: block to sentence."""

    view: View
    by_block: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Call:
    """One request that the bot made, and what it was answered."""

    method: str
    args: Json
    answer: Json
