"""The row that says when a thing is to be stopped, and what of the thing changes it.

A thing carries when it is due as well (`stop_at`), so that its card says so, and
nothing is asked for where there is no timer. A start that is answered, and a thing that
is over or runs again, are changes of its row: it is looked at anew.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import bindparam, select

from bot.dialogue.outcome import Audience
from bot.ids import IntentId
from bot.journal.model import NEWS, Asker, Intent, Notice
from bot.journal.rows import millis, moment
from bot.journal.schema_saved import timers
from bot.journal.statement import Connection, Statement, inserted, updated
from bot.states import OVER, State

# What the thread of its thing is told of a timer; by nobody: that there is none.
SET, MOVED, DROPPED, WARNED, PLACED, UNTIMED, AHEAD = (
    "timer-set",
    "timer-moved",
    "timer-dropped",
    "timer-warned",
    "timer-placed",
    "untimed",
    "timer-ahead",  # written long before it is read
)
TOLD = frozenset({SET, MOVED, DROPPED, WARNED, PLACED, UNTIMED, AHEAD})
STOP = "stop"  # the only kind there is
NEVER = 2**62  # milliseconds: nothing is to be done before something changes
# Of what is not sent yet, or never was, nobody can say since when it runs.
_UNBEGUN = frozenset({State.QUEUED, State.WAITING, State.SENDING, State.NOT_STARTED})
ASKER = tuple(Asker.__dataclass_fields__)
AS_SET = (*ASKER, "set_at", "due_at", "next_at", "marks")

INSERT = inserted(timers, "thing", "kind", *AS_SET, "rev")
of_thing = (timers.c.thing == bindparam("of"), timers.c.kind == STOP)
_WAKE = updated(timers, ("due_at",), *of_thing, next_at=0, rev=timers.c.rev + 1)
HELD = Statement(select(timers).where(*of_thing).with_for_update())


@dataclass(frozen=True, slots=True, kw_only=True)
class StopTimer:
    """When *thing* is to be stopped, in whose name, as its row has it.

    *due_at* is not known before a start is answered. *rev* grows with every change.
    *note* is the message that Slack posts by itself at *note_at*; one that was asked
    for and of which no answer is known has no name yet. *marks* are what was done once.
    """

    thing: IntentId
    asker: Asker
    set_at: datetime
    due_at: datetime | None
    rev: int
    marks: tuple[str, ...] = ()
    note: str = ""
    note_channel: str = ""
    note_at: datetime | None = None

    @property
    def line(self) -> str:
        """The name of the message in the thread that tells of it."""
        due = millis(self.due_at) if self.due_at else 0
        return f"timer:{due}:{millis(self.set_at)}"


def timer_of(row: Any, prefix: str = "") -> StopTimer:
    """Read a row of `timers`, whose columns are named with *prefix*."""
    columns = {one.name: getattr(row, f"{prefix}{one.name}") for one in timers.c}
    return StopTimer(
        thing=columns["thing"],
        asker=Asker(**{name: columns[name] for name in ASKER}),
        set_at=_moment(columns["set_at"]),
        due_at=moment(columns["due_at"]),
        rev=columns["rev"],
        marks=tuple(columns["marks"].split()),
        note=columns["note"],
        note_channel=columns["note_channel"],
        note_at=moment(columns["note_at"]),
    )


def set_columns(asker: Asker, at: int, due_at: int | None) -> dict[str, Any]:
    """Write that *asker* sets a timer at *at*, as the columns of its row."""
    return {
        **{name: getattr(asker, name) for name in ASKER},
        "set_at": at,
        "due_at": due_at,
        "next_at": NEVER if due_at is None else 0,
        "marks": "",
    }


def begin(connection: Connection, accepted: Intent, at: int) -> None:
    """Keep the timer that *accepted* was asked for with."""
    due = accepted.stop_at
    row = set_columns(accepted.asker, at, millis(due) if due else None)
    of = {"thing": accepted.id, "kind": STOP, "rev": 1}
    connection.execute(INSERT, {**row, **of})


def begun(before: Intent, state: State, now: datetime) -> dict[str, int]:
    """Return the column that says when *before* is due, if that is known by *state*.

    It counts from when the start was answered, which is *now*; of one whose answer is
    not known, from when it was sent.
    """
    if before.stop_after is None or before.stop_at or state in _UNBEGUN:
        return {}
    since = before.sent_at or now
    if before.state is State.SENDING and state is not State.UNKNOWN:
        since = min(now, before.send_by or now)  # however late that could be written
    return {"stop_at": millis(since + before.stop_after)}


def as_begun(after: Intent, columns: Mapping[str, Any]) -> Intent:
    """Return *after* as it reads once *columns* are written."""
    due = columns.get("stop_at")
    return after if due is None else replace(after, stop_at=moment(due))


def follow(connection: Connection, before: Intent, after: Intent) -> None:
    """Have the timer of a thing looked at: it is due then, is over, or runs again."""
    if after.stop_at is None:
        return
    turned = (before.state in OVER) is not (after.state in OVER)
    if turned or after.stop_at != before.stop_at:
        due = {"of": after.id, "due_at": millis(after.stop_at)}
        connection.execute(_WAKE, due)


def _moment(of: int) -> datetime:
    return datetime.fromtimestamp(of / 1000, UTC)


def news(
    what: str,
    by: str,
    due: datetime | None,
    was: datetime | None,
    timer: StopTimer | None = None,
) -> Notice:
    """Return what the thread is told: *what* *by* whom, *due* when, and *was* before.

    What is told of one *timer*, as it was set once, is one message, which is renewed:
    no warning of it stands there with its buttons once it has changed. A time that it
    had before is told below what came since.
    """
    due_at, was_at = (millis(at) if at else 0 for at in (due, was))
    facts = {"what": what, "by": by, "due": due_at, "was": was_at}
    line = timer.line if timer else ""
    return Notice(name=NEWS, audience=Audience.THREAD, facts=facts, line=line)
