"""What `users.info` says of a person.

https://docs.slack.dev/reference/objects/user-object says what each field means.
"""

import math
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.dialogue.ask import Account

NEVER = -math.inf


@dataclass(frozen=True, slots=True)
class Known:
    """What Slack says of a person; *asked_at*, unless an event has overtaken it."""

    locale: str
    guest: bool
    homes: frozenset[str] = frozenset()  # workspaces and organisation they belong to
    account: Account = Account.MEMBER
    asked_at: float = NEVER
    zone: tzinfo | None = None


def profile(info: Mapping[str, Any], asked_at: float, locale: str) -> Known:
    """Return what the user *info* of `users.info` says, *asked_at* a moment.

    *locale* is the language if it says none.
    """
    return Known(
        locale=str(info.get("locale") or locale),
        guest=bool(info.get("is_restricted") or info.get("is_ultra_restricted")),
        homes=_homes(info),
        account=_account(info),
        asked_at=asked_at,
        zone=_zone(info),
    )


def _zone(info: Mapping[str, Any]) -> tzinfo | None:
    """Return the time zone of the user *info* of `users.info`, if it says one.

    By its name it is right on other days as well; where this machine does not know it,
    there is the offset of today.
    """
    if info.get("tz"):
        with suppress(ValueError, OSError, ZoneInfoNotFoundError):
            return ZoneInfo(str(info["tz"]))
    try:
        return timezone(timedelta(seconds=int(info["tz_offset"])))
    except (KeyError, TypeError, ValueError, OverflowError):
        return None


def _account(info: Mapping[str, Any]) -> Account:
    """Return what kind of account the user *info* of `users.info` is.

    https://docs.slack.dev/reference/objects/user-object says what its flags mean.
    """
    if info.get("deleted"):
        return Account.DELETED
    if info.get("is_bot"):
        return Account.BOT
    return Account.STRANGER if info.get("is_stranger") else Account.MEMBER


def _homes(info: Mapping[str, Any]) -> frozenset[str]:
    """Return where the user *info* of `users.info` belongs.

    https://docs.slack.dev/reference/objects/user-object says what `enterprise_user` is.
    """
    grid = info.get("enterprise_user") or {}
    named = (info.get("team_id"), grid.get("enterprise_id"), *grid.get("teams", ()))
    return frozenset(str(one) for one in named if one)
