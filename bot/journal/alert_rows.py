"""Alarms become alerts: what a notice that rings makes of the outage that it is about.

It is done by the transaction that raises the notice, with the thing locked. So whatever
several runs see at once, an outage has one row, and rings once.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import bindparam, exists, select

from bot.dialogue.outcome import Audience
from bot.ids import ChannelId, IntentId
from bot.journal import outages
from bot.journal.model import NEWS, Intent, Notice
from bot.journal.outages import AGAIN, NO_MUTE, AlertCause, How, Mute, Outage, Told
from bot.journal.schema import EMPTY, intents
from bot.journal.schema_alerts import mutes, subscriptions
from bot.journal.schema_alerts import outages as table
from bot.journal.statement import Connection, Statement, inserted, updated
from bot.states import OVER

ALERT = "alert"  # the facts of a notice that say how its outage stands
FLAPS, PAGE = "alert-flaps", "page"
LINKED = "alerted"  # what the thread of a thing is told
THREAD = "thread"  # the fact that names the line there which says the same
MOST_SUBSCRIBED = 20  # channels of a workspace

_KEYS = ("thing", "cause", "number")
_MOVED = tuple(one.name for one in table.c if one.name not in {*_KEYS, "rev"})
_NEWEST = Statement(
    select(table)
    .where(table.c.thing == bindparam("thing"), table.c.cause == bindparam("cause"))
    .order_by(table.c.number.desc())
    .limit(1)
    .with_for_update()
)
of_thing = (
    select(table)
    .where(table.c.thing == bindparam("thing"))
    .order_by(table.c.thing, table.c.cause, table.c.number)
)
_HELD = Statement(of_thing.with_for_update())
_OF_ITS_ID = Statement(
    select(table.c.thing)
    .join_from(intents, table, table.c.thing == intents.c.id)
    .where(
        intents.c.ends,
        intents.c.about.is_(None),
        intents.c.sdk_app_id == bindparam("sdk_app_id"),
        intents.c.kind == bindparam("kind"),
        intents.c.ref == bindparam("ref"),
        intents.c.ref != EMPTY,
        intents.c.team == bindparam("team"),
        table.c.cause == bindparam("cause"),
        table.c.ended_at == 0,
    )
    .limit(1)
)
_MUTE = Statement(select(mutes).where(mutes.c.thing == bindparam("thing")))
_SUBSCRIBED = Statement(
    select(subscriptions)
    .where(subscriptions.c.team == bindparam("team"))
    .order_by(subscriptions.c.channel)
    .limit(MOST_SUBSCRIBED)
)
_INSERT = inserted(table)
_MOVE = updated(
    table,
    _MOVED,
    table.c.thing == bindparam("of_thing"),
    table.c.cause == bindparam("of_cause"),
    table.c.number == bindparam("of_number"),
    table.c.rev == bindparam("seen"),
    rev=table.c.rev + 1,
)
_other, _other_mute = table.alias("other"), mutes.alias("other")
_ADOPT = updated(
    table,
    (),
    table.c.thing == bindparam("of"),
    ~exists().where(_other.c.thing == bindparam("to"), _other.c.cause == table.c.cause),
    thing=bindparam("to"),
    rev=table.c.rev + 1,
)
_ADOPT_MUTE = updated(
    mutes,
    (),
    mutes.c.thing == bindparam("of"),
    ~exists().where(_other_mute.c.thing == bindparam("to")),
    thing=bindparam("to"),
)


def outage_of(row: Any, prefix: str = "") -> Outage:
    """Read a row of `outages`, whose columns are named with *prefix*."""
    columns = {one.name: getattr(row, f"{prefix}{one.name}") for one in table.c}
    columns["cause"] = AlertCause(columns["cause"])
    columns["facts"] = json.loads(columns["facts"])
    columns["begins"] = tuple(map(int, columns["begins"].split()))
    columns["flapping"] = bool(columns["flapping"])
    return Outage(**columns)


def _row(one: Outage) -> dict[str, Any]:
    row = {column.name: getattr(one, column.name) for column in table.c}
    row["cause"] = one.cause.value
    row["facts"] = json.dumps(dict(one.facts), ensure_ascii=False)
    row["begins"] = " ".join(map(str, one.begins))
    return row


def newest(connection: Connection, thing: IntentId, cause: AlertCause) -> Outage | None:
    """Return the newest outage of *thing* for *cause*, this transaction's own."""
    asked = {"thing": thing, "cause": cause.value}
    row = connection.execute(_NEWEST, asked).first()
    return outage_of(row) if row else None


def open_of(connection: Connection, thing: IntentId) -> list[Outage]:
    """Return what is open of *thing*, this transaction's own."""
    rows: Iterable[Any] = connection.execute(_HELD, {"thing": thing})
    return [one for one in map(outage_of, rows) if one.is_open]


def mute_of(connection: Connection, thing: IntentId) -> Mute:
    """Return until when nobody is called about *thing*."""
    row = connection.execute(_MUTE, {"thing": thing}).first()
    return Mute(row.by, row.until) if row else NO_MUTE


def move(connection: Connection, before: Outage, after: Outage) -> bool:
    """Write *after* where *before* stands; False if it is not as it was."""
    row = _row(after)
    keys = {f"of_{name}": row.pop(name) for name in _KEYS}
    del row["rev"]
    moved = connection.execute(_MOVE, {**row, **keys, "seen": before.rev})
    return moved.rowcount == 1


def adopt(connection: Connection, stop: IntentId, thing: IntentId) -> None:
    """Let what rings of *stop*, which was its own thing, be of *thing*.

    Where *thing* has its own for the same cause that counts, and the other ends by
    itself.
    """
    both = {"of": stop, "to": thing}
    connection.execute(_ADOPT, both)
    connection.execute(_ADOPT_MUTE, both)


# ── what a notice makes of it ───────────────────────────────────────────────────────


def rung(
    connection: Connection, about: Intent, notices: Iterable[Notice], at: int
) -> Iterator[Notice]:
    """Yield *notices* about an intent, those with a cause as their outage tells them.

    *at* is now, in milliseconds.
    """
    raised: list[Notice] = []
    for notice in notices:
        if notice.cause:
            _lead(raised, list(_rung(connection, about, notice, at)))
        else:
            raised.append(notice)
    yield from raised


def _lead(raised: list[Notice], rings: list[Notice]) -> None:
    """Add what *rings* to what is *raised*, and let the thread of its thing lead there.

    The line that tells it there leads to the alert; else there is one that does.
    """
    first = next((one for one in rings if one.facts[ALERT]["fresh"]), None)
    raised += rings
    if first is None:
        return
    alert, line = {ALERT: first.facts[ALERT]}, first.facts.get(THREAD, "")
    for number, one in enumerate(raised):
        if line and one.line == line and one.name == NEWS:
            raised[number] = replace(one, facts={**one.facts, **alert})
            return
    facts = {"what": LINKED, **alert}
    link = f"link:{alert[ALERT]['line']}"
    raised.append(Notice(name=NEWS, audience=Audience.THREAD, facts=facts, line=link))


def _rung(
    connection: Connection, about: Intent, notice: Notice, at: int
) -> Iterable[Notice]:
    cause = AlertCause(notice.cause)
    thing = _thing(connection, about, cause)
    mute = mute_of(connection, thing)
    before = newest(connection, thing, cause)
    new = Outage(
        thing=thing,
        cause=cause,
        number=1,
        about=about.id,
        name=notice.name,
        facts=notice.facts,
        began_at=at,
    )
    after, tells = outages.begun(before, new, mute)
    if tells is Told.NOTHING:
        return ()
    if before is None or before.number != after.number:
        connection.execute(_INSERT, _row(after))
        before = None
    elif not move(connection, before, after):
        return ()
    return told_of(connection, about, (before, after), tells, mute)


def _thing(connection: Connection, about: Intent, cause: AlertCause) -> IntentId:
    """Return of what it is an outage that *about* is in trouble for *cause*.

    A stop of what is not on record is its own thing; and of all stops of one ID, asked
    for in one workspace, it is the one that rang.
    """
    subject = about.subject
    if subject.about or not subject.ends:
        return subject.about or about.id
    names = {"sdk_app_id": subject.sdk_app_id, "kind": subject.kind}
    of = {**names, "ref": subject.ref, "team": about.asker.team, "cause": cause.value}
    row = connection.execute(_OF_ITS_ID, of).first()
    return IntentId(row.thing) if row else about.id


def over(
    connection: Connection, thing: Intent, at: int, get: Callable[[IntentId], Intent]
) -> Iterator[tuple[Intent, Iterable[Notice]]]:
    """End what is open of *thing*, which is over; yield what is told, and of what.

    *get* returns what an alert is about: the thing, or a stop of it, which may be of
    another workspace and is told there.
    """
    there = open_of(connection, thing.id)
    mute = mute_of(connection, thing.id) if there else NO_MUTE
    for one in there:
        since = thing.standing.since
        past, tells = outages.looked_at(one, How.OVER, at, since=since)
        about = thing if one.about == thing.id else get(one.about)
        if move(connection, one, past):
            yield about, told_of(connection, about, (one, past), tells, mute)


def is_over(thing: Intent) -> bool:
    """Tell whether what may be open of *thing* is over with it.

    A stop of what was not on record is over when it was answered, which says nothing.
    """
    return thing.state in OVER and not thing.subject.ends


def told_of(
    connection: Connection,
    about: Intent,
    step: tuple[Outage | None, Outage],
    tells: Told,
    mute: Mute,
) -> Iterable[Notice]:
    """Return what is told of a *step* of an outage, in every place where it is."""
    before, after = step
    if tells is Told.NOTHING:
        return ()
    fresh = before is None
    facts = {**after.facts, ALERT: {**shown(after, mute), "fresh": fresh}}
    alarm = Notice(name=after.name, audience=Audience.OPS, facts=facts, line=after.line)
    notices = [alarm, *_copies(connection, about, alarm, after)]
    notices += _beside(step, tells, facts)
    event = page_event(after)
    if event and (before is None or page_event(before) != event):
        page = {"event": event, "key": after.key, ALERT: facts[ALERT]}
        line = f"page:{after.cause}:{after.number}"
        notices.append(
            Notice(name=PAGE, audience=Audience.PAGER, facts=page, line=line)
        )
    return notices


def _beside(
    step: tuple[Outage | None, Outage], tells: Told, facts: Mapping[str, Any]
) -> Iterator[Notice]:
    """Yield the reply that a *step* is told by; one that still waits is in its way.

    That calls nobody any more who has it by now, or who is called by the next.
    """
    before, after = step
    beside = {Told.AGAIN: AGAIN, Told.FLAPS: FLAPS}.get(tells)
    if before and before.is_called_again and (beside or not facts[ALERT]["ring"]):
        quiet = {**facts, ALERT: {**facts[ALERT], "ring": False}}
        yield _reply(AGAIN, before, quiet)
    if beside:
        yield _reply(beside, after, facts)


def _reply(name: str, one: Outage, facts: Mapping[str, Any]) -> Notice:
    line = one.reply_line(name)
    return Notice(name=name, audience=Audience.OPS, facts=facts, line=line)


def shown(one: Outage, mute: Mute) -> Mapping[str, Any]:
    """Return what a message says of an outage, as JSON."""
    return {
        "cause": one.cause.value,
        "line": one.line,
        "ring": one.calls and not mute.holds(one.rung_at),
        "rings": one.rings,
        "rung_at": one.rung_at,
        "began_at": one.began_at,
        "times": len(one.begins),
        "flapping": one.flapping,
        "well_at": one.well_at,
        "ended_at": one.ended_at,
        "past": one.is_past,
        "taken_by": one.taken_by,
        "taken_at": one.taken_at,
        "muted_by": mute.by,
        "muted_until": mute.until,
    }


def page_event(one: Outage) -> str:
    """Return what a pager is told of an outage; "" before anybody was called."""
    if not one.rings:
        return ""
    if not one.is_open:
        return "resolve"
    return "acknowledge" if one.taken_by else "trigger"


def _copies(
    connection: Connection, about: Intent, alarm: Notice, one: Outage
) -> Iterator[Notice]:
    """Yield the same for each channel that wants it; there nobody is called."""
    rows = connection.execute(_SUBSCRIBED, {"team": about.asker.team})
    for row in rows:
        apps, causes = row.apps.split(), row.causes.split()
        wants = not apps or about.subject.app in apps
        if wants and (not causes or one.cause.value in causes):
            quiet = {**alarm.facts[ALERT], "ring": False, "channel": row.channel}
            facts = {**alarm.facts, ALERT: quiet}
            line = f"{alarm.line}:{row.channel}"
            yield replace(alarm, facts=facts, line=line)


def channel_of(facts: Mapping[str, Any]) -> ChannelId:
    """Return the channel that a notice of these *facts* is a copy for; "" for none."""
    alert = facts.get(ALERT) or {}
    return ChannelId(str(alert.get("channel", "")))
