"""What is kept and read of a look back, for each kind of answer.

Kept is what is shown, and no more: a page of rows, of a series its least, middle and
most. People are named, so only whoever asked reads it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from statistics import median
from typing import Any

from bot.dialogue.outcome import (
    Bold,
    Button,
    Clock,
    Mono,
    Part,
    Points,
    Row,
    Span,
    When,
    line,
    said,
)
from bot.i18n import _, later
from bot.resources.base import shortened
from bot.resources.room.reported import bad_cause, bad_experience, happening
from bot.tencent.models.base import Reply
from bot.tencent.models.trtc.history import (
    Attendances,
    Calls,
    Experiences,
    Happenings,
    Quality,
    Series,
)

MOST_SHOWN = 20  # rows of an answer
MOST_CAUSES = 3  # of one bad experience
MOST_SERIES = 48
LATEST = 4_102_444_800  # the year 2100

Kept = Mapping[str, Any]
Next = Callable[..., Button]
Line = tuple[Span, ...]


# ── what is kept ─────────────────────────────────────────────────────────────────────


def summary(reply: Reply) -> dict[str, Any]:
    """Return of *reply* what is shown: how many there are, and the first rows."""
    match reply:
        case Calls(room_list=calls):
            return _counted([one.masked() for one in calls or ()])
        case Attendances(user_list=stays, total=total):
            kept = [one.masked() for one in stays or ()]
            return {**_counted(kept), "Count": max(total or 0, len(kept))}
        case Happenings(data=data):
            events = [
                {**one.masked(), "PeerId": group.peer_id}
                for group in data or ()
                for one in group.content or ()
            ]
            return _counted(sorted(events, key=lambda one: -int(one["Time"])))
        case Quality(data=series):
            rows = [_measured(one) for one in series or () if one.content]
            return {"Count": len(rows), "Rows": rows[:MOST_SERIES]}
        case Experiences(abnormal_experience_list=bad):
            return _counted([one.masked() for one in bad or ()])
    raise TypeError(reply)


def _counted(rows: Sequence[Kept]) -> dict[str, Any]:
    return {"Count": len(rows), "Rows": list(rows[:MOST_SHOWN])}


def _measured(one: Series) -> Kept:
    """Return the least, the middle, the most and the last of a series."""
    values = [each.value for each in one.content or ()]
    return {
        "UserId": one.user_id,
        "PeerId": one.peer_id,
        "DataType": one.data_type,
        "Least": min(values),
        "Middle": median(values),
        "Most": max(values),
        "Last": values[-1],
    }


# ── what is read ─────────────────────────────────────────────────────────────────────


def parts_of(read: str, kept: Kept, to: Next) -> Iterator[Part]:
    """Yield what was *kept* of the look back *read*; *to* makes a button of another."""
    rows: Sequence[Kept] = kept.get("Rows", ())
    if not rows:
        return
    title, draw = _DRAWN[read]
    if read == "people":
        yield line(Bold(_(title)))
        yield from (Row(draw(one), tuple(_about(one, to))) for one in rows)
        return
    lines = [draw(one) for one in rows]
    rest = int(kept.get("Count", 0)) - len(rows)
    if rest > 0:
        lines.append((_("and {n} more").format(n=rest),))
    yield Points(_(title), tuple(lines))


def _about(row: Kept, to: Next) -> Iterator[Button]:
    """Yield what can be looked at of one person."""
    user = str(row.get("UserId", ""))
    if user:
        yield to(_("Events"), "events", user=user)
        yield to(_("Quality"), "quality", user=user)


def _call(row: Kept) -> Line:
    ended = int(row.get("DestroyTime", 0))
    text = (
        _("{made} to {ended}")
        if row.get("IsFinished") and ended
        else _("{made}, not over by then")
    )
    return said(text, made=_when(row.get("CreateTime")), ended=_when(ended))


def _stay(row: Kept) -> Line:
    text = (
        _("{user}: {came} to {left} · {device}")
        if row.get("Finished")
        else _("{user}: since {came}, not left by then · {device}")
    )
    parts = (row.get("DeviceType"), row.get("SdkVersion"), row.get("ClientIp"))
    device = " · ".join(str(one) for one in parts if one)
    return said(
        text,
        user=_user(row),
        came=_time(row.get("JoinTs")),
        left=_time(row.get("LeaveTs")),
        device=device,
    )


def _event(row: Kept) -> Line:
    at = _time(int(row["Time"]) // 1000)
    what = happening(int(row["EventId"]), int(row["ParamOne"]), int(row["ParamTwo"]))
    return (at, f" · {what}")


def _series(row: Kept) -> Line:
    sent = (
        _("{user}, sent: {measure} {least} to {most}, mostly {middle}; the last {last}")
        if not row["PeerId"]
        else _(
            "{user}, received: {measure} {least} to {most}, mostly {middle}; the last"
            " {last}"
        )
    )
    numbers = {
        name: _number(float(row[name.capitalize()]))
        for name in ("least", "middle", "most", "last")
    }
    name = _MEASURES.get(str(row["DataType"]))
    measure = _(name) if name else str(row["DataType"])
    return said(sent, user=_user(row), measure=measure, **numbers)


def _experience(row: Kept) -> Line:
    causes = [
        bad_cause(int(one.get("AbnormalEventId", 0)))
        for one in row.get("AbnormalEventList") or ()
    ]
    what = bad_experience(int(row.get("ExperienceId", 0)))
    why = "; ".join(dict.fromkeys(causes[:MOST_CAUSES]))
    text = (
        _("{when} · {user}: {what} (perhaps: {why})")
        if why
        else _("{when} · {user}: {what}")
    )
    when = _time(row.get("EventTime"))
    return said(text, when=when, user=_user(row), what=what, why=why)


def _user(row: Kept) -> Span:
    return Mono(shortened(str(row.get("UserId") or "-")))


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 10 else f"{value:.3g}"  # noqa: PLR2004


def _when(seconds: Any) -> Span:
    return When(moment(seconds))


def _time(seconds: Any) -> Span:
    return When(moment(seconds), Clock.TIME)


def moment(seconds: Any) -> datetime:
    """Return the moment of Unix *seconds*; what is out of all bounds is put into."""
    return datetime.fromtimestamp(min(max(int(seconds or 0), 0), LATEST), UTC)


_DRAWN: Mapping[str, tuple[str, Callable[[Kept], Line]]] = {
    "unusual": (later("What went badly"), _experience),
    "calls": (later("Calls of the room"), _call),
    "people": (later("Who was there"), _stay),
    "events": (later("What the app reported, the latest first"), _event),
    "quality": (later("What was measured"), _series),
}
_MEASURES = {
    "bigvBit": later("video, bit/s"),
    "bigvCapFps": later("video captured, frames a second"),
    "bigvEncFps": later("video encoded, frames a second"),
    "bigvLoss": later("video lost, %"),
    "aBit": later("sound, bit/s"),
    "aLoss": later("sound lost, %"),
    "rtt": later("round trip, ms"),
}


# ── where to from there ──────────────────────────────────────────────────────────────


def buttons_of(read: str, kept: Kept, page: int, to: Next) -> Iterable[Button]:
    """Yield what can be looked at after *page* of the look back *read*.

    *to* makes a button of another.
    """
    rows: Sequence[Kept] = kept.get("Rows", ())
    if read == "unusual":
        yield to(_("Who was there"), "people")
        yield to(_("Calls of the room"), "calls")
    elif read == "calls":
        for one in rows[:3]:
            yield to(_("Who was there"), "people", call=str(one.get("CommId", "")))
    elif read == "people":
        shown = page * MOST_SHOWN + len(rows)
        if rows and shown < int(kept.get("Count", 0)):
            yield to(_("Next {n}").format(n=MOST_SHOWN), "people", page=page + 1)
        yield to(_("Quality"), "quality")
    elif read == "events":
        yield to(_("Who was there"), "people")
