"""Values to rows and back."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

from pydantic import SecretStr
from sqlalchemy import Row

from bot.errors import JournalUnavailable
from bot.ids import ChannelId, Handle, IntentId, Kind, MessageTs, SlackUserId
from bot.journal.model import Intent, Letter, NewIntent, OpenForm, State
from bot.journal.seal import Seal

PENDING, SENT, DROPPED, FAILED = "pending", "sent", "dropped", "failed"

_INTENT = tuple(field.name for field in fields(Intent))
_TIMES = {"created_at", "sent_at", "send_by", "settled_at"}
_JSON = {"masked", "reply"}


# Columns of a new intent that are its fields as they are …
_AS_THEY_ARE = (
    *("id", "key", "digest", "action", "team", "user", "home", "channel", "thread"),
    *("direct", "locale", "app", "sdk_app_id", "region", "room", "ref", "agent"),
    *("about", "callbacks", "note", "target_digest"),
)
# … and those of which nothing is known yet.
_UNTOLD = {
    **dict.fromkeys(("request_id", "error_code", "error_text"), ""),
    **dict.fromkeys(("card_channel", "card_ts", "owner"), ""),
    **dict.fromkeys(("settled_by", "reason", "notices"), ""),
    "tries": 0,
    "reply": "{}",
}


def millis(at: datetime) -> int:
    """Return *at* as UTC milliseconds."""
    return round(at.timestamp() * 1000)


def moment(of: int | None) -> datetime | None:
    """Return the moment of UTC milliseconds."""
    return None if of is None else datetime.fromtimestamp(of / 1000, UTC)


def intent_of(row: Row[Any]) -> Intent:
    """Read a row of `intents`."""
    given = row._mapping  # noqa: SLF001 - SQLAlchemy's public name for it
    values = {name: given[name] for name in _INTENT}
    values |= {name: moment(values[name]) for name in _TIMES}
    values |= {name: json.loads(values[name]) for name in _JSON}
    values["state"] = State(values["state"])
    values["kind"] = Kind(values["kind"])
    return Intent(**values)


def row_of(new: NewIntent, handle: Handle, seal: Seal) -> dict[str, Any]:
    """Write *new* as a row of `intents`."""
    return {
        **{name: getattr(new, name) for name in _AS_THEY_ARE},
        **_UNTOLD,
        "kind": new.kind.value,
        "handle": handle,
        "made": new.handle is None,
        "state": State.QUEUED.value,
        "rev": 1,
        "masked": json.dumps(new.masked),
        "request": seal.close(new.request),
        "answer_url": sealed_url(new.answer_url, seal),
        "created_at": millis(new.at),
    }


def changed(changes: Mapping[str, Any], seal: Seal) -> dict[str, Any]:
    """Write *changes* to an intent as columns."""
    written = dict(changes)
    for name in _TIMES & written.keys():
        written[name] = written[name] and millis(written[name])
    for name in _JSON & written.keys():
        written[name] = json.dumps(written[name])
    if secret := written.get("reply_secret"):
        written["reply_secret"] = seal.close(secret)
    return written


def letter_row(letter: Letter, at: int) -> dict[str, Any]:
    """Write *letter* as a row of `outbox`."""
    return {
        "intent": letter.intent,
        "rev": letter.rev,
        "channel": letter.channel,
        "thread": letter.thread,
        "user": letter.user,
        "audience": letter.audience,
        "body": json.dumps(letter.body, ensure_ascii=False),
        "state": PENDING,
        "tries": 0,
        "not_before": millis(letter.not_before) if letter.not_before else at,
        "created_at": at,
    }


def letter_of(row: Row[Any], seal: Seal) -> Letter:
    """Read a row of `outbox` joined with its intent."""
    card = (
        (ChannelId(row.card_channel), MessageTs(row.card_ts)) if row.card_ts else None
    )
    return Letter(
        id=row.id,
        intent=IntentId(row.intent),
        rev=row.rev,
        channel=ChannelId(row.channel),
        thread=row.thread,
        user=SlackUserId(row.user),
        audience=row.audience,
        body=json.loads(row.body),
        card=card,
        answer_url=_url_if_it_opens(row.answer_url, seal),
        asked_at=moment(row.asked_at),
        tries=row.tries,
        not_before=moment(row.not_before),
        created_at=moment(row.created_at),
    )


def _url_if_it_opens(sealed: bytes | None, seal: Seal) -> SecretStr | None:
    """Do without: a letter has other ways, and must not hold up those behind it."""
    try:
        return opened_url(sealed, seal)
    except JournalUnavailable:
        return None


def open_form_row(draft: OpenForm, seal: Seal) -> dict[str, Any]:
    """Write *draft* as a row of `drafts`."""
    same = ("id", "team", "user", "channel", "thread", "direct")
    return {
        "room": draft.command,
        "verb": draft.subcommand,
        **{name: getattr(draft, name) for name in same},
        "values": seal.close(json.dumps(dict(draft.values)).encode()),
        "answer_url": sealed_url(draft.answer_url, seal),
        "expires_at": millis(draft.expires_at),
    }


def open_form_of(row: Row[Any], seal: Seal) -> OpenForm:
    """Read a row of `drafts`."""
    given = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for it
    given["command"], given["subcommand"] = given.pop("room"), given.pop("verb")
    given["values"] = json.loads(seal.open(given["values"]))
    given["answer_url"] = opened_url(given["answer_url"], seal)
    given["expires_at"] = moment(given["expires_at"])
    return OpenForm(**given)


def intents_of(rows: Iterable[Row[Any]]) -> list[Intent]:
    """Read rows of `intents`."""
    return [intent_of(row) for row in rows]


def sealed_url(url: SecretStr | None, seal: Seal) -> bytes | None:
    """Seal an answer URL: whoever has it can speak for the bot."""
    return seal.close(url.get_secret_value().encode()) if url else None


def opened_url(sealed: bytes | None, seal: Seal) -> SecretStr | None:
    """Open what `sealed_url` made."""
    return SecretStr(seal.open(sealed).decode()) if sealed else None
