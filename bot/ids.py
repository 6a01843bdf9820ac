"""The IDs as types, and how each looks.

Every ID is text. `SlackUserId`, `RenderUserId` and `AgentUserId` are three
different people and are never called `user_id` alone.
"""

import re
from datetime import UTC, datetime
from typing import NewType

from ulid import ULID

TeamId = NewType("TeamId", str)
SlackUserId = NewType("SlackUserId", str)
ChannelId = NewType("ChannelId", str)
MessageTs = NewType("MessageTs", str)
IntentId = NewType("IntentId", str)  # a ULID
FormId = NewType("FormId", str)  # 128 random bits: an open form
Handle = NewType("Handle", str)  # R128, S41, G7
Kind = NewType("Kind", str)  # what a handle names: its letter
TaskId = NewType("TaskId", str)  # a relay; those seen start with "-", end in dots
SessionId = NewType("SessionId", str)  # a co-stream session; mostly 19 digits
RenderUserId = NewType("RenderUserId", str)  # whom a render session runs for
AgentUserId = NewType("AgentUserId", str)  # a relay's robot in the room

AGENT_PREFIX = "pb_"
SHORTEST_TASK_ID = 60  # characters; those seen have 72 to 76, so fewer are a part
LONGEST_TASK_ID = 512  # bytes of UTF-8, which the journal's columns hold
LONGEST_CANDIDATE = 2000  # bytes; what a button of Slack carries
UNREADABLE = "\ufffd"  # stands in for what cannot be kept


LETTERS = "RSGCAL"  # in prose no other letter and number is taken for a handle
HANDLE = re.compile(rf"#?[{LETTERS}]\d{{1,7}}", re.IGNORECASE)
_ANY_HANDLE = re.compile(r"#?([A-Z])(\d{1,7})", re.IGNORECASE)
_LIKE_HANDLE = re.compile(r"[#@]?([A-Z])(\d{1,7})(?:\.\d{1,2})?", re.IGNORECASE)
_ULID = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}", re.ASCII)
EARLIEST_ULID, LATEST_ULID = "01DXF6DT00", "03QCPC7P00"  # of 2020 and 2100


def handle(kind: Kind, number: int) -> Handle:
    """Return the handle of the *number*-th thing of *kind*."""
    return Handle(f"{kind}{number}")


def handle_from(text: str) -> Handle | None:
    """Read a handle of any kind as people type it (`r128`, `#R128`), or None."""
    match = _ANY_HANDLE.fullmatch(text)
    return Handle(match[1].upper() + match[2]) if match else None


def handle_meant(text: str) -> Handle | None:
    """Read what stands for a thing to be looked at: `R01`, `@R1.2`; or None."""
    match = _LIKE_HANDLE.fullmatch(text)
    return Handle(f"{match[1].upper()}{int(match[2])}") if match else None


def intent_id(at: datetime, randomness: bytes) -> IntentId:
    """Make an intent's ULID from a moment and 10 random bytes."""
    millis = int(at.astimezone(UTC).timestamp() * 1000)
    return IntentId(str(ULID(millis.to_bytes(6, "big") + randomness)))


def intent_from(text: str) -> IntentId | None:
    """Read an intent's id in any case, or None: a ULID of this century, from 2020."""
    upper = text.upper()
    made_then = EARLIEST_ULID <= upper[: len(EARLIEST_ULID)] < LATEST_ULID
    ours = made_then and _ULID.fullmatch(upper) and not upper.isdigit()
    return IntentId(upper) if ours else None


def agent_for(intent: IntentId) -> AgentUserId:
    """Return the robot's name under which *intent* travels to Tencent.

    29 characters of `[A-Z0-9_a-z]`: within TRTC's 32. The relay callback brings it
    back, which is how a TaskId lost in a crash is found again.
    """
    return AgentUserId(AGENT_PREFIX + intent)


def is_intent_id(text: str) -> bool:
    """Tell whether *text* has the form of an intent's id, in any case."""
    return bool(re.fullmatch(r"[0-7][0-9A-HJKMNP-TV-Z]{25}", text, re.IGNORECASE))


def intent_of(agent: str) -> IntentId | None:
    """Return the intent that travels as *agent*, or None if it is not ours."""
    tail = agent.removeprefix(AGENT_PREFIX)
    ours = tail != agent and _ULID.fullmatch(tail)
    return IntentId(tail) if ours else None


def is_task_id(text: str) -> bool:
    """Tell whether *text* can be kept, shown and sent as a TaskId.

    Tencent documents no format, so that is any text that can be seen, without spaces.
    """
    readable = text.isprintable() and " " not in text
    return readable and 0 < len(text.encode()) <= LONGEST_TASK_ID


def without_margins(text: str) -> str:
    """Return *text* without spaces and invisible characters before and after it."""
    if text.isprintable() and " " not in text:
        return text
    invisible = {one for one in text if one.isspace() or not one.isprintable()}
    return text.strip("".join(invisible))


def kept_task_id(text: str) -> str:
    """Return *text*, which came as a TaskId, so that it can be kept and shown.

    One that `is_task_id` comes back as it is. In any other, what cannot be seen is
    marked, and what is longer than 2,000 bytes is cut at its end.
    """
    visible = "".join(
        one if one.isprintable() and one != " " else UNREADABLE
        for one in without_margins(text)
    )
    return visible.encode()[:LONGEST_CANDIDATE].decode(errors="ignore")
