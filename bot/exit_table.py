"""The table `[exits]` of `bot.toml`: where requests may let anything go, or come from.

An exit is any place that a request lets media, data or signalling go to or come from.
Each row lists what is allowed of its kind, the default is none, and `"*"` alone is any.
What can never match, like an address, is refused when the table is read.
"""

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

ANY = "*"

# What ends in a number is read as an address, in any spelling: 127.1, 0x7f.1, 017.1.
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_LOCAL = {"localhost", "localdomain"}
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_HOST = re.compile(rf"\.?{_LABEL}(?:\.{_LABEL})+")
_STORE = re.compile(r"(?P<at>[^\s/]+)(?:/\S*)?/[^\s/]+/[^/]+")
VENDORS = ("cos", "aws")
TEMPLATE = "template"  # the store that the template in TRTC's console names
CONSOLE = "car-console"  # the push domain that is bound to a project in CAR's


def is_address(host: str) -> bool:
    """Tell whether *host*, in lower case, is an address in any spelling, no name."""
    return ":" in host or bool(_NUMBER.fullmatch(host.rpartition(".")[2]))


def is_local(host: str) -> bool:
    """Tell whether *host*, in lower case, names this machine."""
    return host.rpartition(".")[2] in _LOCAL


def _host(text: str) -> str:
    """Return *text* as a host, or as the suffix that it is."""
    name = text.lower()
    if name == ANY:
        return name
    if not _HOST.fullmatch(name) or is_address(name) or is_local(name):
        sentence = (
            "a host is written push.example.com, or .example.com for all under it"
        )
        raise PydanticCustomError("host", sentence)
    return name


def _push(text: str) -> str:
    return text if text == CONSOLE else _host(text)


def _store(text: str) -> str:
    store = _STORE.fullmatch(text)
    if text in {ANY, TEMPLATE}:
        return text
    if store is None:
        sentence = "a store is written cos/region/bucket, aws/… or endpoint.host/…"
        raise PydanticCustomError("store", sentence)
    if store["at"] not in VENDORS:
        _host(store["at"])
    return text


def _pattern(text: str) -> str:
    if ANY * 2 in text:
        raise PydanticCustomError("pattern", "one * stands for all; two are a slip")
    return text


# A host name, or a suffix that begins with a dot.
PushHost = Annotated[
    str, Field(pattern=r"^\.?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$", max_length=253)
]
ListedHost = Annotated[str, AfterValidator(_host), Field(max_length=253)]
PushPlace = Annotated[str, AfterValidator(_push), Field(max_length=253)]
# Whose endpoint, which region, which bucket: "cos/ap-singapore/live-1".
Store = Annotated[str, AfterValidator(_store)]
VodApp = Annotated[str, Field(pattern=r"^(\*|main|[0-9]{1,10})$")]
# "lobby-*" on any app, "live-main/lobby-*" on one.
RoomPattern = Annotated[
    str, Field(pattern=r"^([a-z0-9-]+/)?[^/]+$"), AfterValidator(_pattern)
]
Parameters = Annotated[
    str, Field(min_length=1, max_length=4096), AfterValidator(_pattern)
]


class Exits(BaseModel):
    """Where requests may let media, data and signalling go, and come from."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    push: tuple[PushPlace, ...] = ()  # hosts that relays and sessions are pushed to
    pictures: tuple[ListedHost, ...] = ()  # hosts of watermarks and backgrounds
    stores: tuple[Store, ...] = ()  # buckets that recordings may go to
    vod_apps: tuple[VodApp, ...] = ()  # VOD applications that they may go to
    rooms: tuple[RoomPattern, ...] = ()  # rooms besides the one that was asked for
    car_parameters: tuple[Parameters, ...] = ()  # of applications that CAR renders
    pager: tuple[ListedHost, ...] = ()  # hosts that are told of alerts


NO_EXITS = Exits()
ANY_EXIT = Exits(**dict.fromkeys(Exits.model_fields, (ANY,)))


def effective(
    table: Exits | None, push_hosts: tuple[str, ...] | None, *, allow_all: bool
) -> Exits:
    """Return the table that holds.

    *push_hosts* go into its row of push hosts. None stands for what `bot.toml` does not
    have: if it has neither, nothing is allowed, or anything where everybody may do
    everything.
    """
    if table is None and push_hosts is None:
        return ANY_EXIT if allow_all else NO_EXITS
    rows = table or NO_EXITS
    return rows.model_copy(update={"push": (*rows.push, *(push_hosts or ()))})
