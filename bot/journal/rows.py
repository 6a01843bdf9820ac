"""Values to rows and back."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

from pydantic import SecretStr

from bot.dialogue.outcome import Audience
from bot.errors import JournalUnavailable
from bot.ids import ChannelId, Handle, IntentId, Kind, MessageTs
from bot.journal.evidence import Standing, standing_of, standing_text
from bot.journal.model import (
    CARD,
    Asker,
    Changes,
    Intent,
    NewChange,
    NewIntent,
    Notice,
    Notification,
    OpenForm,
    Settlement,
    Subject,
    Timing,
)
from bot.journal.packing import packed
from bot.journal.seal import Cell, Seal
from bot.journal.versions import course_of, differences_of, differences_text
from bot.states import State

URL = "answer_url"
PRESENT = "present_request"
PACKED = b"x"  # the first byte of what zlib wrote; a request begins with a brace
TO = "to"  # the fact that says who made a proposal
# `json.dumps` makes one of these for each call that says how.
_compact = json.JSONEncoder(separators=(",", ":")).encode
_readable = json.JSONEncoder(ensure_ascii=False).encode
PENDING, SENT, DROPPED, FAILED = "pending", "sent", "dropped", "failed"

# The columns that a notice is put in with.
NEW = (
    *("intent", "app", "rev", "audience", "notice", "facts", "state", "tries"),
    *("not_before", "created_at", "line"),
)

# And an open form.
OPENED = (
    *("id", "team", "user", "channel", "thread", "direct", "command", "subcommand"),
    *("values", "answer_url", "expires_at"),
)

# The columns of an intent that are empty when it is accepted.
_EMPTY = dict.fromkeys(
    (
        *("request_id", "error_code", "error_text", "settled_by", "reason"),
        *("card_channel", "card_ts", "owner", "marks"),
    ),
    "",
) | {"reply": "{}"}

# What a change has besides.
CHANGING = ("differences", "present", PRESENT)

# Those that are written when it is accepted; the others come later.
ACCEPTED = (
    *_EMPTY,
    *Asker.__dataclass_fields__,
    *Subject.__dataclass_fields__,
    *("id", "key", "digest", "action", "handle", "made", "state", "rev", "joins"),
    *("masked", "note", "request", "answer_url", "created_at", "approval"),
    *("stop_at", "stop_after"),
)


def millis(at: datetime) -> int:
    """Return *at* as UTC milliseconds."""
    return round(at.timestamp() * 1000)


def moment(of: int | None) -> datetime | None:
    """Return the moment of UTC milliseconds."""
    return None if of is None else datetime.fromtimestamp(of / 1000, UTC)


def intent_of(row: Any) -> Intent:
    """Read a row of `intents`."""
    return Intent(
        id=row.id,
        key=row.key,
        digest=row.digest,
        action=row.action,
        handle=row.handle,
        state=State(row.state),
        rev=row.rev,
        asker=_asker(row),
        subject=_subject(row),
        settlement=_settlement(row),
        masked=json.loads(_masked(row)),
        note=row.note,
        card=card_of(row),
        owner=row.owner,
        marks=tuple(row.marks.split()),
        created_at=datetime.fromtimestamp(row.created_at / 1000, UTC),
        sent_at=moment(row.sent_at),
        send_by=moment(row.send_by),
        standing=standing_of(row.standing, State(row.state)),
        joins=row.joins,
        doubt=row.doubt,
        sequence=row.sequence,
        course=course_of(row.course),
        differences=differences_of(row.differences),
        present=json.loads(row.present) if row.changes and row.present else {},
        batch=row.batch,
        approval=row.approval,
        stop_at=moment(row.stop_at),
        stop_after=lasting(row.stop_after),
        pushed=row.pushed,
    )


def _masked(row: Any) -> str:
    """Return the text of what a thing is by now; of a change what was sent."""
    text: str = row.masked if row.changes else row.present or row.masked
    return text


def card_of(row: Any) -> tuple[ChannelId, MessageTs] | None:
    """Read where the card of an intent stands, if it has one."""
    return (
        (ChannelId(row.card_channel), MessageTs(row.card_ts)) if row.card_ts else None
    )


def _asker(row: Any) -> Asker:
    return Asker(
        team=row.team,
        user=row.user,
        home=row.home,
        enterprise=row.enterprise,
        channel=row.channel,
        thread=row.thread,
        direct=row.direct,
        locale=row.locale,
    )


def _subject(row: Any) -> Subject:
    return Subject(
        kind=Kind(row.kind),
        about=row.about,
        creates=row.creates,
        ends=row.ends,
        changes=row.changes,
        app=row.app,
        sdk_app_id=row.sdk_app_id,
        region=row.region,
        room=row.room,
        ref=row.ref,
        agent=row.agent,
        callbacks=row.callbacks,
        duplicates=row.duplicates,
        targets=tuple(json.loads(row.targets)),
        preset=row.preset,
    )


def _settlement(row: Any) -> Settlement:
    return Settlement(
        request_id=row.request_id,
        error_code=row.error_code,
        error_text=row.error_text,
        reply=json.loads(row.reply),
        settled_by=row.settled_by,
        reason=row.reason,
        settled_at=moment(row.settled_at),
    )


def intents_of(rows: Iterable[Any]) -> list[Intent]:
    """Read rows of `intents`."""
    return [intent_of(row) for row in rows]


def row_of(new: NewIntent, handle: Handle, seal: Seal) -> dict[str, Any]:
    """Write *new* as a row of `intents`."""
    masked = _compact(new.masked)
    request = packed(new.request, masked)
    change = _change_row(new.id, new.change, seal) if new.change else {}
    return {
        **_EMPTY,
        **change,
        **{name: getattr(new.asker, name) for name in Asker.__dataclass_fields__},
        **{name: getattr(new.subject, name) for name in Subject.__dataclass_fields__},
        "targets": json.dumps(new.subject.targets),
        "id": new.id,
        "key": new.key,
        "digest": new.digest,
        "action": new.action,
        "handle": handle,
        "made": new.handle is None,
        "state": State.QUEUED.value,
        "rev": 1,
        "masked": masked,
        "note": new.note,
        "request": seal.close(request, intent_cell("request", new.id)),
        "answer_url": sealed_url(new.answer_url, seal, intent_cell(URL, new.id)),
        "created_at": millis(new.at),
        "approval": new.approval,
        **timing_columns(new.timing),
    }


def timing_columns(timing: Timing | None) -> dict[str, int | None]:
    """Write when a thing is to be stopped, if it is."""
    at, after = (timing.at, timing.after) if timing else (None, None)
    length = None if after is None else round(after / timedelta(milliseconds=1))
    return {"stop_at": millis(at) if at else None, "stop_after": length}


def lasting(of: int | None) -> timedelta | None:
    """Return the length of so many milliseconds."""
    return None if of is None else timedelta(milliseconds=of)


def _change_row(intent: IntentId, change: NewChange, seal: Seal) -> dict[str, Any]:
    """Write what *intent* changes as columns of its row."""
    present = _compact(change.masked)
    whole = packed(change.whole, present)
    return {
        "differences": differences_text(change.differences),
        "present": present,
        "present_request": seal.close(whole, intent_cell(PRESENT, intent)),
    }


def changed(intent: IntentId, changes: Changes, seal: Seal) -> dict[str, Any]:
    """Write *changes* to *intent* as columns."""
    columns: dict[str, Any] = dict(changes)
    if "send_by" in changes:
        columns["send_by"] = millis(changes["send_by"])
    if "reply" in changes:
        columns["reply"] = json.dumps(changes["reply"])
    if "marks" in changes:
        columns["marks"] = " ".join(changes["marks"])
    if "stop_at" in changes:
        timing = Timing(at=changes["stop_at"], after=changes.get("stop_after"))
        columns |= timing_columns(timing)
    if secret := changes.get("reply_secret"):
        cell = intent_cell("reply_secret", intent)
        columns["reply_secret"] = seal.close(secret, cell)
    return columns


def notice_row(
    notice: Notice,
    at: int,
    *,
    intent: Intent | None,
    app: str = "",
    of: str | None = None,
) -> dict[str, Any]:
    """Write *notice* about *intent*, *app* or nothing as a row of `outbox`.

    A card is drawn from the intent at delivery; all others store what they report. *of*
    is the id of what it is about that is no intent.
    """
    drawn_later = intent is None or notice.name == CARD
    facts = {} if intent is None or drawn_later else intent.snapshot()
    return {
        "intent": intent.id if intent else of,
        "app": app,
        "rev": intent.rev if intent else 0,
        "audience": notice.audience.value,
        "notice": notice.name,
        "facts": _readable({**facts, **notice.facts}),
        "state": PENDING,
        "tries": 0,
        "not_before": millis(notice.not_before) if notice.not_before else at,
        "created_at": at,
        "line": notice.line,
    }


def notification_of(
    row: Any,
    intent: Intent | None,
    answer_url: SecretStr | None,
    stand: Mapping[tuple[str, str], tuple[ChannelId, MessageTs]] = MappingProxyType({}),
) -> Notification:
    """Read a row of `outbox` that is about *intent*; lines *stand* there."""
    facts = json.loads(row.notice_facts)
    alert = (facts.get("alert") or {}).get("line", "")
    of_proposal = intent is None and TO in facts
    return Notification(
        id=row.notice_id,
        rev=row.notice_rev,
        name=row.notice_notice,
        audience=Audience(row.notice_audience),
        facts=facts,
        intent=intent,
        app=row.notice_app,
        body=json.loads(row.notice_body) if row.notice_body else None,
        answer_url=answer_url,
        tries=row.notice_tries,
        created_at=moment(row.notice_created_at),
        line=row.notice_line,
        stands=stand.get((row.notice_intent, row.notice_line)),
        alert=stand.get((row.notice_intent, alert)),
        proposal=row.notice_intent if of_proposal else None,
        to=Asker(**facts[TO]) if of_proposal else None,
        since=moment(row.card_since),
        waited=row.notice_not_before > row.notice_created_at,
    )


def open_form_row(form: OpenForm, seal: Seal) -> dict[str, Any]:
    """Write *form* as a row of `open_forms`."""
    return {
        "id": form.id,
        "team": form.team,
        "user": form.user,
        "channel": form.channel,
        "thread": form.thread,
        "direct": form.direct,
        "command": form.command,
        "subcommand": form.subcommand,
        "values": seal.close(
            json.dumps(dict(form.values)).encode(), _form_cell("values", form.id)
        ),
        "answer_url": sealed_url(form.answer_url, seal, _form_cell(URL, form.id)),
        "expires_at": millis(form.expires_at),
    }


def open_form_of(row: Any, seal: Seal) -> OpenForm:
    """Read a row of `open_forms`."""
    columns = row._asdict()
    values = seal.open(columns["values"], _form_cell("values", columns["id"]))
    url = _opened_url(columns["answer_url"], seal, _form_cell(URL, columns["id"]))
    columns |= {"values": json.loads(values), "answer_url": url}
    columns["expires_at"] = moment(columns["expires_at"])
    return OpenForm(**columns)


def sealed_url(url: SecretStr | None, seal: Seal, cell: Cell) -> bytes | None:
    """Seal an answer URL for *cell*: whoever has it can speak for the bot."""
    return seal.close(url.get_secret_value().encode(), cell) if url else None


def url_if_it_opens(row: Any, seal: Seal) -> SecretStr | None:
    """Open the answer URL of an intent; without the key there are other ways."""
    try:
        return _opened_url(row.answer_url, seal, intent_cell(URL, row.id))
    except JournalUnavailable:
        return None


def intent_cell(column: str, intent: str) -> Cell:
    """Return the cell of an intent that a sealed value stands in."""
    return Cell("intents", column, intent)


def _form_cell(column: str, form: str) -> Cell:
    return Cell("open_forms", column, form)


def _opened_url(sealed: bytes | None, seal: Seal, cell: Cell) -> SecretStr | None:
    return SecretStr(seal.open(sealed, cell).decode()) if sealed else None


def standing_columns(standing: Standing) -> dict[str, Any]:
    """Write *standing* as the columns that say it of a thing."""
    return {
        "state": standing.state.value,
        "ref": standing.ref,
        "standing": standing_text(standing),
        "undecided": standing.undecided,
        "error_code": standing.code,
        "error_text": standing.text,
        "settled_by": standing.by if standing.reason else "",
        "reason": standing.reason,
    }
